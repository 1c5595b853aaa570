package main

import (
	"fmt"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/crossdock-hub/crossdock/gateway/egress"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/webhooks"
)

// newWebhooks wires the deliveries to marketplaces, and the guard of where they may go.
func newWebhooks(o gatewayOptions, st *store.DB, metrics prometheus.Registerer) (*webhooks.Service, error) {
	w := o.file.Webhooks
	rules := egress.Options{AllowLoopback: w.AllowLoopback}
	for _, text := range w.AllowNetworks {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("webhooks.allow_networks: %w", err)
		}
		rules.AllowNetworks = append(rules.AllowNetworks, network)
	}
	return webhooks.New(webhooks.Deps{Store: st, Guard: egress.New(rules), Logger: o.logger, Version: version,
		Limits: webhooks.Limits{Timeout: w.Timeout, Schedule: w.Schedule}, Metrics: metrics})
}
