package mandates

import (
	"cmp"
	"math/big"
	"path"
	"slices"

	"github.com/crossdock-hub/crossdock/normalize"
)

// AnyPlatform is the platform of rules for every order, also one of no platform.
const AnyPlatform = "*"

// Platform is a marketplace's profile and its rules.
type Platform struct {
	Code   string // as in an order, "aliexpress"
	Name   string
	Models []Model
	Rules  []*Rule // sorted by id
}

// Model is an operating model that a platform has.
type Model struct {
	Name   string
	Since  normalize.Date // empty: not known
	Source string
}

// Rule is one rule of a platform: on which orders (when), of which channels (channels, where),
// what (verdict), and what of all others (others, where the rule speaks of them).
type Rule struct {
	ID        string
	Platform  string
	Channels  []string // patterns, "wishpost.*"; empty: whatever where says
	Verdict   Word
	Others    Word // "": the rule is silent on them
	Reason    string
	Source    string
	Penalty   *Penalty // of forbidden and penalized channels
	Override  bool     // whether a purchase may go against it, with a reason
	ValidFrom normalize.Date
	ValidTo   normalize.Date // the last day
	Tenants   []string       // whose rule it is; empty: everybody's
	Quota     *Quota

	when  *condition // nil: every order of the platform
	where *condition // nil: whatever channels says
	named []bool     // of the judge's channels, whether the rule names them

	verdict, others *Verdict
}

// Quota says that only a share of the orders must follow the rule. It is kept by whoever
// counts orders; the rule only says what counts.
type Quota struct {
	// Share is the share that must follow, nil where the operator has not said it.
	Share *big.Rat
	// ShareText is Share as it was written.
	ShareText  string
	WindowDays int
	// SatisfiedBy are patterns of the channels that follow the rule.
	SatisfiedBy []string

	counts *condition
}

// When is the rule's condition in words of the expression language, "" for every order.
func (r *Rule) When() string { return textOf(r.when) }

// Where is the condition on channels, "" where there is none.
func (r *Rule) Where() string { return textOf(r.where) }

// Counts is the condition on the orders that a quota counts, "" for all.
func (q *Quota) Counts() string { return textOf(q.counts) }

func textOf(c *condition) string {
	if c == nil {
		return ""
	}
	return c.text
}

// InForce tells whether a day is one of the rule's.
func (r *Rule) InForce(on normalize.Date) bool {
	return (r.ValidFrom == "" || on >= r.ValidFrom) && (r.ValidTo == "" || on <= r.ValidTo)
}

// Binds tells whether a rule is a tenant's or everybody's.
func (r *Rule) Binds(tenant string) bool {
	return len(r.Tenants) == 0 || slices.Contains(r.Tenants, tenant)
}

// finish makes what is the same for every order.
func (r *Rule) finish() *Rule {
	make := func(w Word) *Verdict {
		v := &Verdict{Verdict: w, Rule: Text(r.ID), Reason: Text(r.Reason)}
		if w.punishes() {
			v.Penalty = r.Penalty
		}
		return v
	}
	r.verdict = make(r.Verdict)
	if r.Others != "" {
		r.others = make(r.Others)
	}
	return r
}

// says is the rule's verdict on a channel that it names or not, nil where it is silent.
func (r *Rule) says(named bool) *Verdict {
	if named {
		return r.verdict
	}
	return r.others
}

// strict tells whether the rule could bind the choice among channels.
func (r *Rule) strict() bool {
	return r.Verdict.rank() <= Required.rank() || r.Others != "" && r.Others.rank() <= Required.rank()
}

func matches(patterns []string, channel string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, channel)
		return err == nil && ok
	})
}

// Set is all rules that are read from files. It does not change.
type Set struct {
	platforms []*Platform // sorted by code
}

// Platforms are the profiles, sorted by code.
func (s *Set) Platforms() []*Platform { return s.platforms }

// Platform returns a profile.
func (s *Set) Platform(code string) (*Platform, bool) {
	for _, p := range s.platforms {
		if p.Code == code {
			return p, true
		}
	}
	return nil, false
}

func (s *Set) rules() []*Rule {
	var out []*Rule
	for _, p := range s.platforms {
		out = append(out, p.Rules...)
	}
	return out
}

func sortRules(rules []*Rule) {
	slices.SortFunc(rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
}
