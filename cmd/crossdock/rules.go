package main

import (
	"context"
	"fmt"

	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/claims"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
)

// platformRules loads the rules that are shipped and the operator's own.
func platformRules(f configs.File) (*mandates.Set, error) {
	rules, err := mandates.Load(configs.Platforms(), folder(f.Platforms))
	if err != nil {
		return nil, fmt.Errorf("platform rules cannot be used:\n%w", err)
	}
	return rules, nil
}

// claimsService loads by when claims have to be made.
func (g *gatewayProcess) claimsService() error {
	deadlines, err := claims.LoadDeadlines(configs.Claims(), folder(g.opts.file.Claims))
	if err != nil {
		return fmt.Errorf("deadlines of claims cannot be used:\n%w", err)
	}
	g.claims = claims.New(claims.Deps{Store: g.store, Parcels: g.trackers, Purchases: g.purchases, Deadlines: deadlines})
	return nil
}

// refreshRules keeps the rules that platforms publish through carrier accounts, until ctx ends.
func (g *gatewayProcess) refreshRules(ctx context.Context) {
	r := mandates.Refresher{Judge: g.mandates, Registry: g.registry, Caller: accounts.NewCaller(g.guards, g.opts.logger), Logger: g.opts.logger}
	r.Run(ctx)
}
