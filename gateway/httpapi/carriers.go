package httpapi

import (
	"context"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
)

// Carrier is an adapter of this build.
type Carrier struct {
	Adapter      string           `json:"adapter"`
	Carrier      string           `json:"carrier"`
	Channels     []string         `json:"channels"`
	Capabilities []Capability     `json:"capabilities"`
	Purchase     PurchaseClass    `json:"purchase"`
	Settings     []adapters.Field `json:"settings"`
	Accounts     []Account        `json:"accounts"`
	Health       Health           `json:"health"`
}

// Capability says how far an operation goes.
type Capability struct {
	Operation string `json:"operation"`
	Level     string `json:"level" enum:"can,cannot,not_yet"`
	Reason    string `json:"reason"`
}

// PurchaseClass is what the carrier offers against buying twice.
type PurchaseClass struct {
	Class  string `json:"class"`
	Reason string `json:"reason"`
	Source string `json:"source"`
}

// Account is a carrier account; its secrets are write-only.
type Account struct {
	ID          string   `json:"id"`
	Adapter     string   `json:"adapter"`
	Name        string   `json:"name"`
	Default     bool     `json:"default"`
	Enabled     bool     `json:"enabled"`
	Channels    []string `json:"channels"`
	CallbackURL string   `json:"callback_url,omitempty"`
	Health      Health   `json:"health"`
}

func (s *Server) account(a *accounts.Account) Account {
	out := Account{ID: a.ID, Adapter: a.Adapter, Name: a.Name, Default: a.Default, Enabled: a.Enabled, Channels: a.Channels(),
		Health: s.health([]*accounts.Account{a}, adapters.Operations()...)}
	if a.Ops.CallbackParser != nil {
		out.CallbackURL = strings.TrimRight(s.PublicURL, "/") + "/callbacks/" + a.Adapter + "/" + a.CallbackToken
	}
	return out
}

func (s *Server) carrier(tenant string, spec adapters.Spec) Carrier {
	out := Carrier{Adapter: spec.Code, Carrier: spec.Carrier, Channels: []string{}, Capabilities: []Capability{}, Accounts: []Account{},
		Settings: spec.Fields, Purchase: PurchaseClass{string(spec.Purchase.Class), spec.Purchase.Reason, spec.Purchase.Source}}
	for _, svc := range spec.Services {
		out.Channels = append(out.Channels, spec.Channel(svc.Name))
	}
	for _, op := range adapters.Operations() {
		sup := spec.Support[op]
		if sup.Level == "" {
			sup.Level = adapters.LevelCannot
		}
		out.Capabilities = append(out.Capabilities, Capability{string(op), string(sup.Level), sup.Reason})
	}
	var mine []*accounts.Account
	for _, a := range s.Registry.Tenant(tenant) {
		if a.Adapter == spec.Code {
			mine = append(mine, a)
			out.Accounts = append(out.Accounts, s.account(a))
		}
	}
	out.Health = s.health(mine, adapters.Operations()...)
	return out
}

func (s *Server) carrierRoutes() {
	register(s, route{method: "GET", path: "/v1/carriers", id: "list-carriers", summary: "The adapters of this build and your accounts with them", scope: "rates:read", tag: "Channels"},
		func(ctx context.Context, in *struct{ Part }) (*List[Carrier], error) {
			var out []Carrier
			for _, spec := range s.Registry.Specs() {
				out = append(out, s.carrier(tenantOf(ctx), spec))
			}
			return partOf(out, func(c Carrier) string { return c.Adapter }, in.Part)
		})
	register(s, route{method: "GET", path: "/v1/accounts", id: "list-accounts", summary: "Your carrier accounts", scope: "accounts:write", tag: "Accounts"},
		func(ctx context.Context, in *struct{ Part }) (*List[Account], error) {
			var out []Account
			for _, a := range s.Registry.Owned(tenantOf(ctx)) {
				out = append(out, s.account(a))
			}
			return partOf(out, func(a Account) string { return a.ID }, in.Part)
		})
}
