package mandates

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/normalize"
)

// publisher is a carrier whose platform publishes rules.
type publisher struct {
	mu    sync.Mutex
	asked int
	err   error
	rules []normalize.PlatformRule
}

func (p *publisher) Mandates(context.Context) ([]normalize.PlatformRule, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	return p.rules, p.err
}

// becomes changes what it answers from now on; nil rules stay.
func (p *publisher) becomes(err error, rules []normalize.PlatformRule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err = err; rules != nil {
		p.rules = rules
	}
}

func (p *publisher) times() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

type plainCaller struct{}

func (plainCaller) Call(ctx context.Context, _ *accounts.Account, _ adapters.Operation, fn func(context.Context) error) error {
	return fn(ctx)
}

// overFive is that an order to Spain above 5 USD must go by one of two services.
func overFive(foreign ...string) normalize.PlatformRule {
	return normalize.PlatformRule{Platform: "aliexpress", Level: "STANDARD", Countries: []string{"ES"}, Compare: "over",
		Value: normalize.Money{Minor: 500, Currency: "USD"}, Services: []string{"standard", "premium"}, Foreign: foreign, Source: "a page"}
}

func cainiaoAccount(p *publisher) *accounts.Account {
	return &accounts.Account{ID: "acct_1", Tenant: "t1", Adapter: "cainiao", Enabled: true, CallbackToken: "x",
		Spec: adapters.Spec{Code: "cainiao"}, Ops: adapters.Ops{MandateSource: p}}
}

// A published rule is in force for its tenant, with the platform as its source.
func TestPublishedRules(t *testing.T) {
	t.Parallel()
	j := testJudge(t)
	if err := j.Publish(cainiaoAccount(nil), []normalize.PlatformRule{overFive(), overFive(), {Platform: "aliexpress", Level: "ECONOMY",
		Compare: "up_to", Value: normalize.Money{Minor: 500, Currency: "USD"}, Services: []string{"saver"}, Foreign: []string{"EMS"}, Source: "a page"}}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ tenant, order, rules, want string }{
		{"t1", "model=fully_managed; to=ES; value=5.01 USD", "aliexpress-standard-es-over-5-00-usd aliexpress-standard-es-over-5-00-usd-2",
			"cainiao.standard:required cainiao.premium:required *:penalized"},
		{"t1", "model=fully_managed; to=ES; value=5.00 USD", "aliexpress-economy-up-to-5-00-usd", "cainiao.saver:required *:discouraged"},
		{"t1", "model=fully_managed; to=FR; value=5.01 USD", "", ""},
		{"t2", "model=fully_managed; to=ES; value=5.01 USD", "", ""},
	} {
		d := j.Decide(tt.tenant, with(t, "aliexpress", tt.order), testNow, false)
		var rules []string
		for _, m := range d.Mandates() {
			rules = append(rules, m.Rule)
		}
		if got := strings.Join(rules, " "); got != tt.rules {
			t.Errorf("%s: rules %q, want %q", tt.order, got, tt.rules)
		}
		for _, v := range d.Channels(nil) {
			if want := expected(tt.want, v.Channel); string(v.Mandate.Verdict) != want {
				t.Errorf("%s, %s: got %s, want %s", tt.order, v.Channel, v.Mandate.Verdict, want)
			}
		}
	}
	found := false
	for _, v := range j.Views("t1", "aliexpress", "2026-11-22") {
		found = found || v.Rule == "aliexpress-standard-es-over-5-00-usd" && v.Source == "a page" && v.Penalty.Amount.IsZero() &&
			strings.Contains(v.Reason, "orders to ES over 5.00 USD must have one of cainiao.standard, cainiao.premium")
	}
	if !found {
		t.Error("the published rule is not listed")
	}
}

// Rules are read at the start and again after a while; while that fails they stay, and it is
// tried sooner. A door that publishes nothing is left alone.
func TestRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &publisher{rules: []normalize.PlatformRule{overFive()}}
		reg, err := accounts.NewRegistry(nil, []*accounts.Account{cainiaoAccount(p)})
		if err != nil {
			t.Fatal(err)
		}
		j := testJudge(t)
		applies := func() bool {
			return j.Decide("t1", with(t, "aliexpress", "model=fully_managed; to=ES"), testNow, false).On("yanwen.tracked").Verdict.Verdict == Penalized
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			(&Refresher{Judge: j, Registry: reg, Caller: plainCaller{}, Logger: slog.New(slog.DiscardHandler)}).Run(ctx)
		}()
		for _, step := range []struct {
			after time.Duration
			err   error
			rules []normalize.PlatformRule
			asked int
			holds bool
		}{
			{after: time.Second, asked: 1, holds: true},
			{after: refreshEvery, err: errors.New("no answer"), asked: 2, holds: true},
			{after: retryAfter, err: errors.New("no answer"), asked: 3, holds: true},
			{after: retryAfter, rules: make([]normalize.PlatformRule, maxPublished+1), asked: 4, holds: true},
			{after: retryAfter, err: &normalize.Error{Kind: normalize.KindUnsupported}, asked: 5, holds: true},
			{after: retryAfter, asked: 5, holds: true},
			{after: refreshEvery, rules: []normalize.PlatformRule{}, asked: 6, holds: false},
		} {
			p.becomes(step.err, step.rules)
			time.Sleep(step.after)
			synctest.Wait()
			if p.times() != step.asked || applies() != step.holds {
				t.Errorf("after %s more: asked %d times, holds %t, want %d and %t", step.after, p.times(), applies(), step.asked, step.holds)
			}
		}
		stop()
		<-done
	})
}
