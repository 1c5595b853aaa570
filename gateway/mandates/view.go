package mandates

import (
	"cmp"
	"slices"

	"github.com/crossdock-hub/crossdock/normalize"
)

// View is a rule as the API shows it.
type View struct {
	Rule      string     `json:"rule"`
	Platform  string     `json:"platform" doc:"* is every order's"`
	Verdict   Word       `json:"verdict" enum:"required,allowed,advised,discouraged,penalized,forbidden"`
	Channels  []string   `json:"channels" doc:"Patterns of the channels that it speaks of"`
	Where     Text       `json:"where" null:"true" doc:"What these channels must be besides"`
	Names     []string   `json:"names" doc:"The channels of this gateway that are meant"`
	Others    Text       `json:"others" null:"true" doc:"The verdict on all other channels; null where the rule is silent on them"`
	When      Text       `json:"when" null:"true" doc:"On which orders; null for all of the platform"`
	Reason    string     `json:"reason"`
	Penalty   *Penalty   `json:"penalty" null:"true"`
	Override  bool       `json:"override" doc:"Whether a purchase may go against it with a reason"`
	ValidFrom Text       `json:"valid_from" null:"true"`
	ValidTo   Text       `json:"valid_to" null:"true" doc:"The last day"`
	Quota     *QuotaView `json:"quota" null:"true"`
	Source    string     `json:"source"`
}

// QuotaView is a rule's quota as the API shows it.
type QuotaView struct {
	Share       Text     `json:"share" null:"true" doc:"The share of orders that must follow; null where the operator has not said it"`
	WindowDays  int      `json:"window_days"`
	Counts      Text     `json:"counts" null:"true" doc:"Which orders count; null for all to which the rule applies"`
	SatisfiedBy []string `json:"satisfied_by"`
}

// Views are the rules in force on a day that may bind a tenant's orders, by platform and id;
// platform "" is any.
func (j *Judge) Views(tenant, platform string, on normalize.Date) []View {
	rules := j.set.rules()
	j.mu.RLock()
	for _, list := range j.live[tenant] {
		rules = append(rules, list...)
	}
	j.mu.RUnlock()
	slices.SortStableFunc(rules, func(a, b *Rule) int {
		return cmp.Or(cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.ID, b.ID))
	})
	out := []View{}
	for _, r := range rules {
		if r.InForce(on) && r.Binds(tenant) && (platform == "" || r.Platform == platform || r.Platform == AnyPlatform) {
			out = append(out, j.view(r))
		}
	}
	return out
}

func (j *Judge) view(r *Rule) View {
	v := View{Rule: r.ID, Platform: r.Platform, Verdict: r.Verdict, Channels: r.Channels, Where: Text(r.Where()), Names: j.Named(r),
		Others: Text(r.Others), When: Text(r.When()), Reason: r.Reason, Penalty: r.Penalty, Override: r.Override,
		ValidFrom: Text(r.ValidFrom), ValidTo: Text(r.ValidTo), Source: r.Source}
	if v.Channels == nil {
		v.Channels = []string{}
	}
	if q := r.Quota; q != nil {
		v.Quota = &QuotaView{Text(q.ShareText), q.WindowDays, Text(q.Counts()), q.SatisfiedBy}
	}
	return v
}
