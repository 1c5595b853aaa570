// Package accounts holds the carrier accounts of all tenants, each with its adapter ready
// for use, and is the one way through which the gateway calls a carrier: guarded, metered
// and logged.
package accounts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// Account is one tenant's account with one carrier. It is immutable once it is built.
type Account struct {
	ID          string // acct_…, derived from tenant, adapter and name, so that it survives restarts
	Tenant      string
	Name        string
	Adapter     string
	Default     bool
	Enabled     bool
	Sandbox     bool
	CardAllowed bool // fallback: rate_card
	// Resend: a purchase that is proven absent may be sent again where the carrier accepts
	// duplicates. Off unless the operator says so.
	Resend      bool
	BaseURL     string
	QuietPeriod time.Duration
	// CallbackToken is the unguessable last part of the account's callback address.
	CallbackToken string

	Spec adapters.Spec
	Ops  adapters.Ops
	// Services are those that this account serves, by our names.
	Services []string
}

// Serves tells whether the account offers a service.
func (a *Account) Serves(service string) bool { return slices.Contains(a.Services, service) }

// Channels are the account's channels.
func (a *Account) Channels() []string {
	out := make([]string, len(a.Services))
	for i, s := range a.Services {
		out[i] = a.Spec.Channel(s)
	}
	return out
}

var base32Text = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// ID derives an account's id from what names it in the configuration.
func ID(tenant, adapter, name string) string {
	sum := sha256.Sum256([]byte(tenant + "\x00" + adapter + "\x00" + name))
	return "acct_" + base32Text.EncodeToString(sum[:16])
}

// CallbackToken derives 26 unguessable characters from the data directory's key.
func CallbackToken(key []byte, accountID string, generation int) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "callback\x00%s\x00%d", accountID, generation)
	return base32Text.EncodeToString(mac.Sum(nil))[:26]
}

// Registry is the set of all accounts. It does not change while the gateway runs.
type Registry struct {
	all      []*Account
	byID     map[string]*Account
	byToken  map[string]*Account
	byTenant map[string][]*Account
	specs    []adapters.Spec
}

// NewRegistry checks the accounts against each other and sorts them: by tenant, adapter,
// the default first, then by name. specs are all adapters of this build, configured or not.
func NewRegistry(specs []adapters.Spec, list []*Account) (*Registry, error) {
	r := &Registry{all: slices.Clone(list), specs: specs,
		byID: map[string]*Account{}, byToken: map[string]*Account{}, byTenant: map[string][]*Account{}}
	slices.SortStableFunc(r.all, func(a, b *Account) int {
		if c := strings.Compare(a.Tenant+"\x00"+a.Adapter, b.Tenant+"\x00"+b.Adapter); c != 0 {
			return c
		}
		if a.Default != b.Default {
			if a.Default {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	var errs []error
	defaults := map[string]string{}
	for _, a := range r.all {
		if r.byID[a.ID] != nil {
			errs = append(errs, fmt.Errorf("account %s of tenant %s is there twice for %s", a.Name, a.Tenant, a.Adapter))
			continue
		}
		if key := a.Tenant + "\x00" + a.Adapter; a.Default {
			if other, ok := defaults[key]; ok {
				errs = append(errs, fmt.Errorf("accounts %s and %s of tenant %s are both the default for %s", other, a.Name, a.Tenant, a.Adapter))
			}
			defaults[key] = a.Name
		}
		r.byID[a.ID] = a
		r.byToken[a.CallbackToken] = a
		r.byTenant[a.Tenant] = append(r.byTenant[a.Tenant], a)
	}
	return r, errors.Join(errs...)
}

// Specs are all adapters of this build, sorted by code.
func (r *Registry) Specs() []adapters.Spec { return r.specs }

// Spec returns an adapter of this build by its code.
func (r *Registry) Spec(code string) (adapters.Spec, bool) {
	for _, s := range r.specs {
		if s.Code == code {
			return s, true
		}
	}
	return adapters.Spec{}, false
}

// Service resolves a channel's name, "yanwen.tracked".
func (r *Registry) Service(channel string) (adapters.Spec, adapters.Service, bool) {
	code, name, _ := strings.Cut(channel, ".")
	spec, ok := r.Spec(code)
	if !ok {
		return adapters.Spec{}, adapters.Service{}, false
	}
	svc, ok := spec.Service(name)
	return spec, svc, ok
}

// All are the accounts of every tenant.
func (r *Registry) All() []*Account { return r.all }

// Tenant are the enabled accounts of one tenant, defaults first within each adapter.
func (r *Registry) Tenant(tenant string) []*Account {
	var out []*Account
	for _, a := range r.byTenant[tenant] {
		if a.Enabled {
			out = append(out, a)
		}
	}
	return out
}

// Owned are all accounts of one tenant, also those that cannot be used.
func (r *Registry) Owned(tenant string) []*Account { return r.byTenant[tenant] }

// Get returns a tenant's account; another tenant's is not found.
func (r *Registry) Get(tenant, id string) (*Account, bool) {
	a, ok := r.byID[id]
	if !ok || a.Tenant != tenant {
		return nil, false
	}
	return a, true
}

// ByToken returns the account that a callback address belongs to.
func (r *Registry) ByToken(adapter, token string) (*Account, bool) {
	a, ok := r.byToken[token]
	if !ok || a.Adapter != adapter || !a.Enabled {
		return nil, false
	}
	return a, true
}

// ForChannel picks the account that buys by a channel: the named one, else the default,
// else the only one.
func (r *Registry) ForChannel(tenant, channel, accountID string) (*Account, bool) {
	code, service, _ := strings.Cut(channel, ".")
	for _, a := range r.Tenant(tenant) {
		if a.Adapter == code && a.Serves(service) && (accountID == "" || a.ID == accountID) {
			return a, true
		}
	}
	return nil, false
}
