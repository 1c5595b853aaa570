package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/all"
	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/calendar"
	"github.com/crossdock-hub/crossdock/gateway/claims"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/inbound"
	"github.com/crossdock-hub/crossdock/gateway/inbox"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/outbound"
	"github.com/crossdock-hub/crossdock/gateway/promises"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/quotas"
	"github.com/crossdock-hub/crossdock/gateway/ratecard"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/gateway/webhooks"
)

// gatewayOptions say what to run.
type gatewayOptions struct {
	file       configs.File
	sandboxURL string // of the simulators; empty for real carriers
	logger     *slog.Logger
}

// gatewayProcess is a wired gateway: the store, the services and their workers.
type gatewayProcess struct {
	opts     gatewayOptions
	store    *store.DB
	lock     *os.File // of the data folder; nil on PostgreSQL
	registry *accounts.Registry
	guards   *guards.Guards
	metrics  *prometheus.Registry

	mandates  *mandates.Judge
	liable    *responsibility.Book
	quotas    *quotas.Service
	rating    *rating.Service
	purchases *purchase.Service
	trackers  *trackers.Service
	inbox     *inbox.Service
	claims    *claims.Service
	inbound   *inbound.Service
	webhooks  *webhooks.Service
	keys      *httpapi.Keys
	clients   []*http.Client
}

// storeURL is where the store is: the PostgreSQL URL, else a file in the data folder.
func storeURL(f configs.File) string {
	if !f.Store.IsZero() {
		return f.Store.Reveal()
	}
	return filepath.Join(f.Data, "crossdock.db")
}

// newGateway opens the store and wires everything. On an error nothing is left open.
func newGateway(ctx context.Context, o gatewayOptions) (_ *gatewayProcess, err error) {
	sandbox := o.sandboxURL != ""
	g := &gatewayProcess{opts: o, metrics: prometheus.NewRegistry()}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.closeStore())
		}
	}()
	if o.file.Store.IsZero() {
		if err := os.MkdirAll(o.file.Data, 0o700); err != nil {
			return nil, fmt.Errorf("the data folder cannot be made: %w", err)
		}
		if g.lock, err = lockFolder(o.file.Data); err != nil {
			return nil, err
		}
	}
	st, err := store.Open(ctx, store.Options{URL: storeURL(o.file), Sandbox: &sandbox, AcceptAsyncStandbys: o.file.Purchases.AcceptAsyncStandbys})
	if err != nil {
		return nil, err
	}
	g.store = st
	if g.lock != nil {
		if err := st.AbandonLeases(ctx); err != nil {
			return nil, err
		}
	}
	g.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if g.guards, err = guards.New(guardNumbers(o.file.Guards), g.metrics, o.logger); err != nil {
		return nil, err
	}
	if err := g.accounts(ctx); err != nil {
		return nil, err
	}
	return g, g.services()
}

// accounts builds what the configuration names, or the sandbox's, one per carrier.
func (g *gatewayProcess) accounts(ctx context.Context) error {
	out, err := outbound.New(outbound.Options{Limits: map[adapters.Operation]time.Duration{
		adapters.OpToken: g.opts.file.Guards.CallLimits.Token}}, g.metrics, g.opts.logger)
	if err != nil {
		return err
	}
	b := &accountBuilder{store: g.store, guards: g.guards, outbound: out, logger: g.opts.logger, specs: all.Specs()}
	var list []*accounts.Account
	if g.opts.sandboxURL != "" {
		list, err = b.sandbox(ctx, g.opts.sandboxURL)
	} else {
		list, err = b.configured(g.opts.file)
	}
	if err != nil {
		return err
	}
	g.clients = b.clients
	g.registry, err = accounts.NewRegistry(b.specs, list)
	return err
}

func (g *gatewayProcess) services() error {
	o := g.opts
	rates, err := exchange(o.file, o.sandboxURL != "")
	if err != nil {
		return err
	}
	cards, err := ratecard.Load(configs.RateCards(), folder(o.file.RateCards))
	if err != nil {
		return fmt.Errorf("rate cards cannot be used:\n%w", err)
	}
	days, err := calendar.Load(configs.Calendars())
	if err != nil {
		return err
	}
	rules, err := platformRules(o.file)
	if err != nil {
		return err
	}
	promised, err := promises.Load(configs.Promises(), folder(o.file.Promises), days)
	if err != nil {
		return fmt.Errorf("promises cannot be used:\n%w", err)
	}
	g.mandates = mandates.NewJudge(rules, mandates.Channels(g.registry.Specs()), rates)
	if g.liable, err = responsibility.Load(configs.Responsibilities(), folder(o.file.Responsibilities)); err != nil {
		return fmt.Errorf("responsibilities cannot be used:\n%w", err)
	}
	caller := accounts.NewCaller(g.guards, o.logger)
	g.rating = rating.New(rating.Deps{Registry: g.registry, Caller: caller, Cards: cards, Currencies: rates, Calendar: days, Store: g.store,
		Mandates: g.mandates, Promises: promised})
	g.quotas = quotas.New(quotas.Deps{Judge: g.mandates, Rates: g.rating, Store: g.store, Logger: o.logger, Look: quotaLook(o.sandboxURL != "")})
	if g.trackers, err = trackers.New(plantedTrackers(trackers.Deps{Registry: g.registry, Caller: caller, Store: g.store, Logger: o.logger,
		Intervals: g.intervals(), Metrics: g.metrics, Promises: promised, Responsibility: g.liable})); err != nil {
		return err
	}
	g.purchases = purchase.New(planted(purchase.Deps{Registry: g.registry, Caller: caller, Prices: g.rating, Store: g.store, Logger: o.logger,
		Ceilings: ceilings(o.file), Spend: spend(rates), DriftPercent: o.file.Purchases.DriftPercent,
		TrackEvery: g.intervals().Begin, Trackers: g.trackers, Mandates: g.mandates, Promises: promised,
		Passes: g.store, PassEvery: passEvery(o, g.store.Dialect())}))
	if err := g.purchases.Register(g.metrics); err != nil {
		return err
	}
	if err := g.claimsService(); err != nil {
		return err
	}
	if g.inbox, err = inbox.New(plantedInbox(inbox.Deps{Registry: g.registry, Caller: caller, Store: g.store, Trackers: g.trackers, Logger: o.logger, Metrics: g.metrics})); err != nil {
		return err
	}
	g.inbound = inbound.New(inbound.Deps{Registry: g.registry, Caller: caller, Store: g.store, Logger: o.logger, Intervals: inboundIntervals(o.sandboxURL != "")})
	if g.webhooks, err = newWebhooks(o, g.store, g.metrics); err != nil {
		return err
	}
	g.keys = httpapi.NewKeys(g.store, g.store.Meta().DataKey)
	if o.sandboxURL != "" {
		g.keys.AllowSandbox(configs.DefaultTenant)
	}
	return nil
}

func (g *gatewayProcess) handler(publicURL string, closing <-chan struct{}) http.Handler {
	d := httpapi.Deps{Registry: g.registry, Guards: g.guards, Store: g.store, Rating: g.rating, Mandates: g.mandates, Quotas: g.quotas, Responsibility: g.liable, Purchases: g.purchases,
		Trackers: g.trackers, Claims: g.claims, Inbox: g.inbox, Inbound: g.inbound, Webhooks: g.webhooks, Closing: closing, Keys: g.keys, Logger: g.opts.logger, Version: version, PublicURL: publicURL,
		TenantLimit: tenantLimit(g.opts.file)}
	if g.opts.sandboxURL != "" {
		d.Metrics = g.metricsHandler()
	}
	return httpapi.New(d)
}

func (g *gatewayProcess) metricsHandler() http.Handler {
	return promhttp.HandlerFor(g.metrics, promhttp.HandlerOpts{Registry: g.metrics, Timeout: 10 * time.Second})
}
