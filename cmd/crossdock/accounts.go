package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/outbound"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/mocks"
)

// accountBuilder makes accounts: an adapter each, with a way out and a budget of its own.
type accountBuilder struct {
	store    *store.DB
	guards   *guards.Guards
	outbound *outbound.Outbound
	logger   *slog.Logger
	specs    []adapters.Spec
	clients  []*http.Client
}

// accountPlan is what an account is made of, wherever it comes from.
type accountPlan struct {
	account  accounts.Account
	settings []byte
	limits   adapters.Limits
}

func (b *accountBuilder) spec(code string) (adapters.Spec, bool) {
	for _, s := range b.specs {
		if s.Code == code {
			return s, true
		}
	}
	return adapters.Spec{}, false
}

// configured builds the accounts of the configuration. One that cannot be built is logged
// and left disabled; it never stops the others.
func (b *accountBuilder) configured(f configs.File) ([]*accounts.Account, error) {
	var out []*accounts.Account
	only := map[string]int{}
	for _, a := range f.Accounts {
		only[a.Tenant+"\x00"+a.Adapter]++
	}
	for _, a := range f.Accounts {
		tenant := a.Tenant
		if tenant == "" {
			tenant = configs.DefaultTenant
			if len(f.Tenants) == 1 {
				tenant = f.Tenants[0].ID
			}
		}
		spec, ok := b.spec(a.Adapter)
		if !ok {
			return nil, fmt.Errorf("account %s: there is no adapter %s in this build", a.Name, a.Adapter)
		}
		p := accountPlan{settings: a.Settings(), limits: spec.Limits, account: accounts.Account{
			ID: accounts.ID(tenant, a.Adapter, a.Name), Tenant: tenant, Name: a.Name, Enabled: a.Enabled,
			Default: a.Default || only[a.Tenant+"\x00"+a.Adapter] == 1, CardAllowed: a.Fallback == "rate_card",
			QuietPeriod: a.QuietPeriod, Resend: a.Resend, Services: a.Services,
		}}
		if a.Limits.RequestsPerSecond > 0 {
			p.limits.RequestsPerSecond, p.limits.Burst = a.Limits.RequestsPerSecond, a.Limits.Burst
		}
		if a.Limits.Concurrent > 0 {
			p.limits.Concurrent = a.Limits.Concurrent
		}
		made, err := b.build(spec, p)
		if err != nil {
			return nil, err
		}
		out = append(out, made)
	}
	return out, nil
}

// build makes one account. Only a fault in our own numbers is an error.
func (b *accountBuilder) build(spec adapters.Spec, p accountPlan) (*accounts.Account, error) {
	a := p.account
	a.Adapter, a.Spec = spec.Code, spec
	a.BaseURL = baseURL(spec.Code, p.settings)
	a.CallbackToken = accounts.CallbackToken(b.store.Meta().DataKey, a.ID, 0)
	if len(a.Services) == 0 {
		for _, s := range spec.Services {
			a.Services = append(a.Services, s.Name)
		}
	}
	for _, s := range a.Services {
		if _, ok := spec.Service(s); !ok {
			return nil, fmt.Errorf("account %s: %s has no service %s", a.Name, spec.Code, s)
		}
	}
	client := b.outbound.Client(spec.Code)
	b.clients = append(b.clients, client)
	adapter, err := spec.New(p.settings, adapters.Deps{HTTP: client, Logger: b.logger.With("carrier", spec.Code, "account", a.ID),
		Tokens: store.TokensOf(b.store, store.Tenant(a.Tenant), a.ID)})
	if err != nil {
		b.logger.Error("account cannot be used", "carrier", spec.Code, "account", a.Name, "err", err.Error())
		a.Enabled = false
		return &a, nil
	}
	a.Ops = adapters.OpsOf(adapter)
	a.Spec = adapter.Spec()
	if a.Resend && !mayResend(&a) {
		return nil, fmt.Errorf("account %s: resend is for services of class C of carriers that search and void, and %s has none", a.Name, spec.Code)
	}
	return &a, b.guards.SetAccount(guards.Account{ID: a.ID, Carrier: spec.Code, Limits: p.limits, MaxCost: maxCost(spec)})
}

// mayResend tells whether sending again concerns any service of the account.
func mayResend(a *accounts.Account) bool {
	return a.Ops.Finder != nil && a.Ops.Voider != nil && slices.ContainsFunc(a.Services, func(service string) bool {
		return a.Spec.PurchaseOf(service).Class == adapters.ClassC
	})
}

func maxCost(spec adapters.Spec) int {
	most := 1
	for _, n := range spec.Cost {
		most = max(most, n)
	}
	return most
}

// baseURL names the host that a breaker stands for: the setting, else the adapter's own.
func baseURL(code string, settings []byte) string {
	var s struct {
		BaseURL string `yaml:"base_url"`
	}
	if err := yaml.Unmarshal(settings, &s); err != nil || s.BaseURL == "" {
		return code
	}
	return s.BaseURL
}

// In the sandbox every carrier allows this much, and quiet periods are short.
const (
	sandboxPerSecond  = 200
	sandboxConcurrent = 128
	sandboxQuiet      = 2 * time.Second
)

// sandbox builds one account per simulated carrier from what the simulators publish.
func (b *accountBuilder) sandbox(ctx context.Context, url string) ([]*accounts.Account, error) {
	published, err := publishedAccounts(ctx, url)
	if err != nil {
		return nil, err
	}
	var out []*accounts.Account
	for _, p := range published {
		spec, ok := b.spec(p.Carrier)
		if !ok {
			continue
		}
		settings, err := sandboxSettings(p)
		if err != nil {
			return nil, err
		}
		made, err := b.build(spec, accountPlan{settings: settings,
			limits: adapters.Limits{RequestsPerSecond: sandboxPerSecond, Burst: sandboxPerSecond, Concurrent: sandboxConcurrent},
			account: accounts.Account{ID: p.Account, Tenant: configs.DefaultTenant, Name: "sandbox", Enabled: true, Default: true,
				Sandbox: true, QuietPeriod: sandboxQuiet}})
		if err != nil {
			return nil, err
		}
		if !made.Enabled {
			return nil, fmt.Errorf("the sandbox account of %s cannot be built; see the log", p.Carrier)
		}
		out = append(out, made)
	}
	return out, nil
}

// publishedAccounts asks the simulators who they are.
func publishedAccounts(ctx context.Context, url string) ([]mocks.PublishedAccount, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/_control/accounts", nil)
	if err != nil {
		return nil, fmt.Errorf("the sandbox's address is none: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the sandbox does not answer; is crossdock sandbox running there? %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var body struct {
		Data []mocks.PublishedAccount `json:"data"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&body); err != nil || resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the sandbox answered %d and nothing we can read", resp.StatusCode)
	}
	return body.Data, nil
}
