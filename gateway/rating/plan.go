package rating

import (
	"slices"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/channels"
	"github.com/crossdock-hub/crossdock/normalize"
)

// task is one call: an account, and the services it is asked for.
type task struct {
	account  *accounts.Account
	services []string
}

// outcome is what one channel of one account came to: a rate, or the reason why not.
type outcome struct {
	account *accounts.Account
	channel string
	rate    *normalize.Rate
	source  string // live, rate_card
	instead string // fallback_for
	err     *normalize.Error
}

// plan spreads the request over the tenant's accounts. It returns the calls to make and
// the outcomes that are known before any, those of card-priced services among them.
func (s *Service) plan(tenant string, r *Request) ([]task, []outcome) {
	var tasks []task
	var known []outcome
	seen := map[string]bool{}
	for _, a := range s.registry.Tenant(tenant) {
		if len(r.Accounts) > 0 && namesAdapter(s.registry, tenant, r.Accounts, a.Adapter) && !slices.Contains(r.Accounts, a.ID) {
			continue
		}
		t := task{account: a}
		for _, name := range a.Services {
			channel := a.Spec.Channel(name)
			if len(r.Channels) > 0 && !slices.Contains(r.Channels, channel) {
				continue
			}
			seen[channel] = true
			svc, _ := a.Spec.Service(name)
			if !svc.Carries() && len(r.Channels) == 0 {
				continue // nobody who compares carriers means it
			}
			if err := channels.Check(a.Spec, svc, &r.Shipment, channels.ForRate); err != nil {
				known = append(known, outcome{account: a, channel: channel, err: err})
			} else if svc.CardPriced {
				known = append(known, s.byCard(r, a, name, ""))
			} else if a.Ops.Rater == nil {
				known = append(known, outcome{account: a, channel: channel, err: s.noRater(a, name)})
			} else {
				t.services = append(t.services, name)
			}
		}
		if len(t.services) > 0 {
			tasks = append(tasks, t)
		}
	}
	for _, c := range r.Channels {
		if !seen[c] {
			known = append(known, outcome{channel: c, err: normalize.NotServiceable("", "no carrier account of yours serves this channel")})
		}
	}
	return tasks, known
}

// namesAdapter tells whether the picked accounts hold one of this adapter; without one,
// the adapter's accounts are all asked.
func namesAdapter(r *accounts.Registry, tenant string, ids []string, adapter string) bool {
	return slices.ContainsFunc(ids, func(id string) bool {
		a, ok := r.Get(tenant, id)
		return ok && a.Adapter == adapter
	})
}

// noRater is the reason of a channel that is not priced here at all, such as inbound.
func (s *Service) noRater(a *accounts.Account, service string) *normalize.Error {
	if svc, _ := a.Spec.Service(service); svc.Kind == "inbound" {
		return normalize.NotServiceable("", "stock into a platform's warehouse is an inbound plan: POST /v1/inbound-plans")
	}
	return normalize.NotServiceable("", "this channel has neither a live quote nor a rate card")
}
