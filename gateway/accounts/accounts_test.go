package accounts

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/outbound"
	"github.com/crossdock-hub/crossdock/normalize"
)

var specs = []adapters.Spec{
	{Code: "alpha", Carrier: "Alpha", Services: []adapters.Service{{Name: "slow"}, {Name: "fast"}}},
	{Code: "bravo", Carrier: "Bravo", Services: []adapters.Service{{Name: "plain"}}},
}

func account(tenant, adapter, name string, isDefault bool, services ...string) *Account {
	spec := specs[slices.IndexFunc(specs, func(s adapters.Spec) bool { return s.Code == adapter })]
	return &Account{ID: ID(tenant, adapter, name), Tenant: tenant, Name: name, Adapter: adapter, Default: isDefault, Enabled: true,
		CallbackToken: CallbackToken([]byte("key"), ID(tenant, adapter, name), 0), Spec: spec, Services: services}
}

func registry(t *testing.T, list ...*Account) *Registry {
	t.Helper()
	r, err := NewRegistry(specs, list)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Ids and callback tokens come from what an account is, so that they survive restarts, and
// differ in everything that makes another account.
func TestIDsAndTokensAreStable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, id := range []string{ID("t1", "alpha", "main"), ID("t2", "alpha", "main"), ID("t1", "bravo", "main"), ID("t1", "alpha", "other"), ID("t1alpha", "", "main")} {
		if seen[id] || !strings.HasPrefix(id, "acct_") || len(id) != len("acct_")+26 {
			t.Errorf("%s is there twice or of another form", id)
		}
		seen[id] = true
	}
	if again := ID("t1", "alpha", "main"); !seen[again] {
		t.Errorf("the same account has a second id, %s", again)
	}
	first := CallbackToken([]byte("key"), "acct_1", 0)
	for name, other := range map[string]string{"another key": CallbackToken([]byte("yek"), "acct_1", 0),
		"another account": CallbackToken([]byte("key"), "acct_2", 0), "rotated": CallbackToken([]byte("key"), "acct_1", 1)} {
		if other == first || len(other) != 26 {
			t.Errorf("%s: %s", name, other)
		}
	}
}

// A registry knows defaults first, tells tenants apart, and finds by channel and by token.
func TestTheRegistry(t *testing.T) {
	t.Parallel()
	second, first := account("t1", "alpha", "a-second", false, "slow", "fast"), account("t1", "alpha", "b-main", true, "slow")
	off, theirs := account("t1", "bravo", "off", true, "plain"), account("t2", "alpha", "main", true, "slow")
	off.Enabled = false
	r := registry(t, second, theirs, off, first)
	if got := r.Tenant("t1"); len(got) != 2 || got[0] != first || got[1] != second {
		t.Errorf("t1 has %v", got)
	}
	if got := r.Owned("t1"); len(got) != 3 {
		t.Errorf("t1 owns %d accounts, want the disabled one too", len(got))
	}
	for _, c := range []struct {
		name, tenant, channel, account string
		want                           *Account
	}{
		{"the default", "t1", "alpha.slow", "", first},
		{"the only one that serves it", "t1", "alpha.fast", "", second},
		{"the named one", "t1", "alpha.slow", second.ID, second},
		{"a named one that does not serve it", "t1", "alpha.fast", first.ID, nil},
		{"another tenant's", "t1", "alpha.slow", theirs.ID, nil},
		{"a disabled one", "t1", "bravo.plain", "", nil},
		{"no such service", "t1", "alpha.rocket", "", nil},
		{"no such adapter", "t1", "zulu.slow", "", nil},
		{"no channel at all", "t1", "alpha", "", nil},
	} {
		if got, ok := r.ForChannel(c.tenant, c.channel, c.account); ok != (c.want != nil) || ok && got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
	if _, ok := r.Get("t1", theirs.ID); ok {
		t.Error("another tenant's account is found")
	}
	if a, ok := r.Get("t1", off.ID); !ok || a != off {
		t.Error("a disabled account of one's own is not found")
	}
	if a, ok := r.ByToken("alpha", theirs.CallbackToken); !ok || a != theirs {
		t.Error("a callback finds no account")
	}
	for name, c := range map[string][2]string{"of another adapter": {"bravo", theirs.CallbackToken}, "of a disabled account": {"bravo", off.CallbackToken}, "unknown": {"alpha", "x"}, "empty": {"alpha", ""}} {
		if _, ok := r.ByToken(c[0], c[1]); ok {
			t.Errorf("a token %s opens", name)
		}
	}
	if _, svc, ok := r.Service("alpha.fast"); !ok || svc.Name != "fast" {
		t.Error("a channel is not found")
	}
	if first.Serves("fast") || !slices.Equal(second.Channels(), []string{"alpha.slow", "alpha.fast"}) {
		t.Errorf("services: %v", second.Channels())
	}
}

// Accounts that contradict each other are refused at the start, all faults at once.
func TestContradictingAccounts(t *testing.T) {
	t.Parallel()
	_, err := NewRegistry(specs, []*Account{account("t1", "alpha", "main", true), account("t1", "alpha", "main", false),
		account("t1", "alpha", "other", true), account("t2", "alpha", "other", true)})
	if err == nil || !strings.Contains(err.Error(), "is there twice") || !strings.Contains(err.Error(), "are both the default") {
		t.Errorf("got %v", err)
	}
}

// Calls go through the guards of their own account: one that is out of budget holds up no other.
func TestCallsAreGuardedPerAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := guards.New(guards.Config{InteractiveWait: time.Millisecond}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, b := account("t1", "alpha", "a", true, "slow"), account("t2", "alpha", "b", true, "slow")
		for _, x := range []*Account{a, b} {
			if err := g.SetAccount(guards.Account{ID: x.ID, Carrier: "alpha", Limits: adapters.Limits{RequestsPerSecond: 1, Burst: 1}}); err != nil {
				t.Fatal(err)
			}
		}
		var log strings.Builder
		c := NewCaller(g, slog.New(slog.NewTextHandler(&log, nil)))
		ok := func(context.Context) error { return nil }
		for i, want := range []struct {
			account *Account
			kind    normalize.Kind
		}{{a, ""}, {a, normalize.KindRateLimited}, {b, ""}} {
			err := c.Call(t.Context(), want.account, adapters.OpRate, ok)
			if got := normalize.KindOf(err); err != nil && got != want.kind || (err == nil) != (want.kind == "") {
				t.Errorf("call %d: %v", i, err)
			}
		}
		for _, word := range []string{"carrier=alpha", "op=rate", "kind=ok", "kind=rate_limited", "account=" + a.ID} {
			if !strings.Contains(log.String(), word) {
				t.Errorf("the log lacks %s: %s", word, log.String())
			}
		}
	})
}

// A permit is run or cancelled, once; how far the wire got is told afterwards.
func TestAPermitIsUsedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := guards.New(guards.Config{}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		c := NewCaller(g, slog.New(slog.DiscardHandler))
		p, err := c.Admit(t.Context(), account("t1", "alpha", "a", true, "slow"), adapters.OpLabel)
		if err != nil {
			t.Fatal(err)
		}
		ran := 0
		for range 2 {
			err = p.Run(t.Context(), func(context.Context) error { ran++; return nil })
		}
		if e := normalize.AsError(err); ran != 1 || e == nil || !e.NotSent {
			t.Errorf("ran %d times, then %v", ran, err)
		}
		if c.Limit(adapters.OpLabel) != 15*time.Second {
			t.Errorf("limit %v", c.Limit(adapters.OpLabel))
		}
		_, phase := c.Recorded(t.Context(), func(context.Context, normalize.Evidence) error { return nil })
		if phase() != "" {
			t.Errorf("phase %q before anything was asked of the wire", phase())
		}
	})
	var r phaseRecord
	r.note(outbound.PhaseWritten)
	if r.String() != "written" {
		t.Errorf("got %s", r.String())
	}
}
