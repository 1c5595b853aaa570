package mandates

import (
	"slices"
	"sync"
	"time"

	"github.com/expr-lang/expr/vm"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Judge holds the rules against orders. It is safe for many goroutines.
type Judge struct {
	set      *Set
	channels []Channel
	index    map[string]int
	exchange Exchange
	platform map[string][]*Rule // by platform: its own rules and those of every platform

	mu   sync.RWMutex
	live map[string]map[string][]*Rule // tenant, then account → rules that the platform publishes
}

// NewJudge makes a judge. channels are all of this build.
func NewJudge(set *Set, channels []Channel, exchange Exchange) *Judge {
	j := &Judge{set: set, channels: channels, index: map[string]int{}, exchange: exchange,
		platform: map[string][]*Rule{}, live: map[string]map[string][]*Rule{}}
	for i, c := range channels {
		j.index[c.Name] = i
	}
	any, _ := set.Platform(AnyPlatform)
	for _, p := range set.Platforms() {
		for _, r := range p.Rules {
			j.bind(r)
		}
		rules := p.Rules
		if any != nil && p != any {
			rules = slices.Concat(rules, any.Rules)
			sortRules(rules)
		}
		j.platform[p.Code] = rules
	}
	return j
}

// Set is the rules that were read from files.
func (j *Judge) Set() *Set { return j.set }

// bind works out which channels a rule names.
func (j *Judge) bind(r *Rule) {
	r.named = make([]bool, len(j.channels))
	var m vm.VM
	for i := range j.channels {
		r.named[i] = j.names(&m, r, &j.channels[i])
	}
}

func (j *Judge) names(m *vm.VM, r *Rule, c *Channel) bool {
	if r.Channels != nil && !matches(r.Channels, c.Name) {
		return false
	}
	if r.where == nil {
		return true
	}
	ok, err := r.where.holds(m, &channelEnvironment{c})
	return err == nil && ok
}

// Named are the channels of this build that a rule names.
func (j *Judge) Named(r *Rule) []string {
	out := []string{}
	for i, named := range r.named {
		if named {
			out = append(out, j.channels[i].Name)
		}
	}
	return out
}

// rulesFor are the rules that may bind a tenant's orders of a platform.
func (j *Judge) rulesFor(tenant, platform string) []*Rule {
	rules, known := j.platform[platform]
	if !known {
		rules = j.platform[AnyPlatform]
	}
	j.mu.RLock()
	defer j.mu.RUnlock()
	for _, list := range j.live[tenant] {
		for _, r := range list {
			if r.Platform == platform {
				rules = append(slices.Clip(rules), r)
			}
		}
	}
	return rules
}

// state is what came of one rule for one order.
type state struct {
	rule    *Rule
	outcome string
	why     string
	speaks  []bool // of which channels, where the condition asks for the channel; nil: of all
}

// The outcomes of a rule for an order.
const (
	Applies      = "applies"
	DoesNotApply = "does_not_apply"
	Undecided    = "undecided"
	NotInForce   = "not_in_force"
)

// Decision is what the rules say of one order. It is made for one request.
type Decision struct {
	judge   *Judge
	facts   *facts
	known   bool
	applied []state // those that apply
	open    []state // those that are undecided
	all     []state // every one, only where a trace is wanted
}

// Decide holds a tenant's rules against an order. trace keeps what each rule saw.
func (j *Judge) Decide(tenant string, s *normalize.Shipment, now time.Time, trace bool) *Decision {
	d := &Decision{judge: j, facts: &facts{shipment: s, exchange: j.exchange, now: now, weight: s.TotalWeight()}}
	env, on := d.facts.environment(), d.facts.on()
	var m vm.VM
	for _, r := range j.rulesFor(tenant, s.Platform) {
		if !r.Binds(tenant) {
			continue
		}
		d.known = true
		st := state{rule: r, outcome: NotInForce}
		if r.InForce(on) {
			st = j.hold(&m, r, &env)
		}
		switch st.outcome {
		case Applies:
			d.applied = append(d.applied, st)
		case Undecided:
			d.open = append(d.open, st)
		}
		if trace {
			d.all = append(d.all, st)
		}
	}
	return d
}

// hold runs a rule's condition: once, or for each channel where it asks for the channel.
func (j *Judge) hold(m *vm.VM, r *Rule, env *environment) state {
	st := state{rule: r, outcome: Applies}
	if r.when == nil {
		return st
	}
	if !r.when.perChannel {
		ok, err := r.when.holds(m, env)
		return st.settle(ok, err)
	}
	st.speaks = make([]bool, len(j.channels))
	any := false
	for i := range j.channels {
		env.Channel = &j.channels[i]
		ok, err := r.when.holds(m, env)
		if err != nil {
			return st.settle(false, err)
		}
		st.speaks[i], any = ok, any || ok
	}
	env.Channel = nil
	return st.settle(any, nil)
}

func (st state) settle(ok bool, err error) state {
	switch {
	case err != nil:
		st.outcome, st.why = Undecided, err.Error()
	case !ok:
		st.outcome = DoesNotApply
	}
	return st
}

// On is the verdict on one channel.
type On struct {
	Verdict Verdict
	// Fines are the known amounts that its use costs, one for each rule.
	Fines []Fine
	// Forbids are the rules that forbid it.
	Forbids []*Rule
	// Quotas are the rules with a quota that count this order.
	Quotas []QuotaCount
	// Warnings name strict rules that the order leaves undecided.
	Warnings []normalize.Warning
}

// QuotaCount says that an order counts towards a rule's quota, and whether it follows the rule
// when it goes by the channel.
type QuotaCount struct {
	Rule      *Rule
	Satisfied bool
}

// On tells what the rules say of a channel.
func (d *Decision) On(channel string) On {
	out := On{Verdict: *allowed}
	i, known := d.judge.index[channel]
	for _, st := range d.applied {
		v := d.says(st, channel, i, known)
		if v == nil {
			continue
		}
		if v.Verdict.rank() < out.Verdict.Verdict.rank() || out.Verdict.Rule == "" {
			out.Verdict = *v
		}
		if v.Verdict == Forbidden {
			out.Forbids = append(out.Forbids, st.rule)
		}
		if p := v.Penalty; p != nil && !p.Amount.IsZero() {
			out.Fines = append(out.Fines, Fine{st.rule.ID, p.Amount, p.Text})
		}
	}
	for _, st := range d.open {
		if st.rule.strict() && d.says(st, channel, i, known) != nil {
			out.Warnings = append(out.Warnings, normalize.Warning{Code: "mandate_undecided",
				Message: "the rule " + st.rule.ID + " cannot be decided: " + st.why})
		}
	}
	out.Quotas = d.quotas(channel, i, known)
	return out
}

// says is what a rule that applies says of a channel, nil where it is silent.
func (d *Decision) says(st state, channel string, i int, known bool) *Verdict {
	if !known {
		return st.rule.says(st.rule.where == nil && matches(st.rule.Channels, channel))
	}
	if st.speaks != nil && st.outcome == Applies && !st.speaks[i] {
		return nil
	}
	return st.rule.says(st.rule.named[i])
}

// quotas finds the quotas that count the order if it goes by the channel.
func (d *Decision) quotas(channel string, i int, known bool) []QuotaCount {
	var out []QuotaCount
	for _, st := range d.applied {
		q := st.rule.Quota
		if q == nil || !known {
			continue
		}
		counts := true
		if q.counts != nil {
			env := d.facts.environment()
			env.Channel = &d.judge.channels[i]
			ok, err := q.counts.holds(&vm.VM{}, &env)
			counts = err == nil && ok
		}
		if counts {
			out = append(out, QuotaCount{st.rule, matches(q.SatisfiedBy, channel)})
		}
	}
	return out
}

// Known tells whether there are rules for orders of this platform at all.
func (d *Decision) Known() bool { return d.known }

// Mandates are the rules that apply to the order.
func (d *Decision) Mandates() []Mandate {
	out := []Mandate{}
	for _, st := range d.applied {
		out = append(out, Mandate{st.rule.ID, st.rule.Verdict, st.rule.Reason})
	}
	return out
}

// Channels are the verdicts on all channels of this build, or on those named, in that order.
func (d *Decision) Channels(names []string) []ChannelVerdict {
	if len(names) == 0 {
		for _, c := range d.judge.channels {
			names = append(names, c.Name)
		}
	}
	out := []ChannelVerdict{}
	for _, name := range names {
		if !slices.ContainsFunc(out, func(v ChannelVerdict) bool { return v.Channel == name }) {
			out = append(out, ChannelVerdict{name, d.On(name).Verdict})
		}
	}
	return out
}
