package mandates

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/normalize"
)

// How often the rules that a platform publishes are read again, and how soon after a failure.
const (
	refreshEvery = 6 * time.Hour
	retryAfter   = 10 * time.Minute
)

// maxPublished bounds the rules that one account's platform may publish.
const maxPublished = 2000

// Caller makes a guarded call to a carrier.
type Caller interface {
	Call(ctx context.Context, a *accounts.Account, op adapters.Operation, fn func(context.Context) error) error
}

// Refresher reads the rules that platforms publish through carrier accounts into a judge. What
// was read stays in force until it is read anew, however long that fails.
type Refresher struct {
	Judge    *Judge
	Registry *accounts.Registry
	Caller   Caller
	Logger   *slog.Logger
}

// Run reads until ctx ends.
func (r *Refresher) Run(ctx context.Context) {
	ctx = accounts.InBackground(ctx)
	for {
		wait := refreshEvery
		for _, a := range r.Registry.All() {
			if a.Enabled && a.Ops.MandateSource != nil && !r.read(ctx, a) {
				wait = retryAfter
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// read reads one account's rules, and tells whether that is done with.
func (r *Refresher) read(ctx context.Context, a *accounts.Account) bool {
	var published []normalize.PlatformRule
	err := r.Caller.Call(ctx, a, adapters.OpMandates, func(ctx context.Context) (err error) {
		published, err = a.Ops.MandateSource.Mandates(ctx)
		return err
	})
	if err == nil {
		err = r.Judge.Publish(a, published)
	}
	if err == nil || normalize.KindOf(err) == normalize.KindUnsupported {
		return true
	}
	if ctx.Err() == nil {
		r.Logger.Warn("the platform's published rules stay as they were", "carrier", a.Adapter, "account", a.ID,
			"op", string(adapters.OpMandates), "kind", string(normalize.KindOf(err)))
	}
	return false
}

// Publish puts the rules of an account's platform in force for its tenant, in place of those
// that it published before. Where one cannot be understood all stay as they were.
func (j *Judge) Publish(a *accounts.Account, published []normalize.PlatformRule) error {
	if len(published) > maxPublished {
		return fmt.Errorf("the platform publishes more than %d rules", maxPublished)
	}
	rules := make([]*Rule, 0, len(published))
	for _, p := range published {
		r, err := ruleOfPlatform(a.Spec, p)
		if err != nil {
			return err
		}
		j.bind(r.finish())
		rules = append(rules, r)
	}
	distinct(rules)
	sortRules(rules)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.live[a.Tenant] == nil {
		j.live[a.Tenant] = map[string][]*Rule{}
	}
	j.live[a.Tenant][a.ID] = rules
	return nil
}

// ruleOfPlatform makes a rule of what a platform publishes: the services that fulfil it are
// required. Whoever ships otherwise is at fault, but what that costs is not published, so that
// other channels are penalized and not forbidden; where services of others fulfil it too, of
// which we cannot tell the channels, they are discouraged.
func ruleOfPlatform(spec adapters.Spec, p normalize.PlatformRule) (*Rule, error) {
	r := &Rule{ID: publishedID(p), Platform: p.Platform, Channels: []string{}, Verdict: Required, Others: Penalized, Source: p.Source,
		Penalty: &Penalty{Text: "the platform says that such an order must have this level of service, and not what it does otherwise"}}
	for _, s := range p.Services {
		r.Channels = append(r.Channels, spec.Channel(s))
	}
	if len(p.Foreign) > 0 {
		r.Others, r.Penalty = Discouraged, nil
	}
	r.Reason = "the platform publishes that " + describe(p) + " must have one of " + strings.Join(slices.Concat(r.Channels, p.Foreign), ", ")
	when := conditionOf(p)
	if when == "" {
		return r, nil
	}
	var err error
	r.when, err = compileWhen(when, nil)
	return r, err
}

// conditionOf writes a published rule's condition, "" for every order.
func conditionOf(p normalize.PlatformRule) string {
	var parts []string
	if len(p.Countries) > 0 {
		quoted := make([]string, len(p.Countries))
		for i, c := range p.Countries {
			quoted[i] = fmt.Sprintf("%q", c)
		}
		parts = append(parts, "lane.to in ["+strings.Join(quoted, ", ")+"]")
	}
	if p.Compare != "" {
		parts = append(parts, fmt.Sprintf("value_%s(%q, %q)", p.Compare, p.Value.Amount(), p.Value.Currency))
	}
	return strings.Join(parts, " && ")
}

var comparisonWords = map[string]string{"over": "over", "from": "of at least", "below": "below", "up_to": "of up to"}

func describe(p normalize.PlatformRule) string {
	s := "orders"
	if len(p.Countries) > 0 {
		s += " to " + strings.Join(p.Countries, ", ")
	}
	if p.Compare != "" {
		s += " " + comparisonWords[p.Compare] + " " + p.Value.String()
	}
	return s
}

var notOfID = regexp.MustCompile(`[^a-z0-9]+`)

// publishedID names a published rule by what it says: aliexpress-standard-es-over-5-00-usd.
func publishedID(p normalize.PlatformRule) string {
	parts := slices.Concat([]string{p.Platform, p.Level}, p.Countries)
	if p.Compare != "" {
		parts = append(parts, p.Compare, p.Value.String())
	}
	return strings.Trim(notOfID.ReplaceAllString(strings.ToLower(strings.Join(parts, "-")), "-"), "-")
}

// distinct numbers rules that say the same in their ids.
func distinct(rules []*Rule) {
	seen := map[string]int{}
	for _, r := range rules {
		seen[r.ID]++
		if n := seen[r.ID]; n > 1 {
			r.ID = fmt.Sprintf("%s-%d", r.ID, n)
			r.finish()
		}
	}
}
