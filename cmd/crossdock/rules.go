package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/claims"
	"github.com/crossdock-hub/crossdock/gateway/fx"
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

// folder is a directory of the operator's as a file system, nil for none.
func folder(path string) fs.FS {
	if path == "" {
		return nil
	}
	return os.DirFS(path)
}

// exchange loads the rates: the operator's file, else what is shipped.
func exchange(f configs.File, sandbox bool) (*fx.Rates, error) {
	fsys, name := configs.FX(), "fx.csv"
	switch {
	case sandbox:
		name = "sandbox.csv"
	case f.FX.File != "":
		fsys, name = os.DirFS(filepath.Dir(f.FX.File)), filepath.Base(f.FX.File)
	}
	t, err := fx.Load(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("exchange rates cannot be used:\n%w", err)
	}
	return fx.New(t, f.FX.MaxAge), nil
}
