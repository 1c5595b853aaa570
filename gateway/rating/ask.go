package rating

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/normalize"
)

// ask makes all calls at once and hands each task's outcomes to collect as they come. It
// returns when all have answered or ctx has ended; a call that is still out then ends by
// its own context, which is no longer, and the service waits for it when it closes.
func (s *Service) ask(ctx context.Context, r *Request, tasks []task, collect func([]outcome)) (unanswered []task) {
	type answer struct {
		task     int
		outcomes []outcome
	}
	answers := make(chan answer, len(tasks)) // no call ever waits for a reader that left
	for i, t := range tasks {
		s.calls.Go(func() { answers <- answer{i, s.price(ctx, r, t)} })
	}
	open := make(map[int]bool, len(tasks))
	for i := range tasks {
		open[i] = true
	}
	for len(open) > 0 {
		select {
		case a := <-answers:
			delete(open, a.task)
			collect(a.outcomes)
		case <-ctx.Done():
			for i := range open {
				unanswered = append(unanswered, tasks[i])
			}
			return unanswered
		}
	}
	return nil
}

// price makes one task's call.
func (s *Service) price(ctx context.Context, r *Request, t task) []outcome {
	var rates []normalize.Rate
	err := s.caller.Call(ctx, t.account, adapters.OpRate, func(ctx context.Context) (err error) {
		rates, err = t.account.Ops.Rater.Rate(ctx, normalize.RateRequest{Shipment: r.Shipment, Services: t.services})
		return err
	})
	if err != nil {
		return s.failed(r, t, normalize.AsError(err))
	}
	out := make([]outcome, 0, len(t.services))
	for _, name := range t.services {
		out = append(out, s.spread(t.account, name, rates))
	}
	return out
}

// spread finds one service's rate in the carrier's answer.
func (s *Service) spread(a *accounts.Account, service string, rates []normalize.Rate) outcome {
	o := outcome{account: a, channel: a.Spec.Channel(service), source: "live"}
	for i := range rates {
		if rates[i].Service != service {
			continue
		}
		if rates[i].Unavailable != nil {
			o.err = rates[i].Unavailable
			return o
		}
		o.rate = &rates[i]
		return o
	}
	o.err = normalize.NotServiceable("", "the carrier offers no price for this service here")
	return o
}

// failed gives a failed call's reason to each service, or its card's price where the
// account falls back to cards and the carrier did not answer.
func (s *Service) failed(r *Request, t task, err *normalize.Error) []outcome {
	var out []outcome
	for _, name := range t.services {
		if t.account.CardAllowed && (err.Kind.Retryable() || err.Kind == normalize.KindAuthFailed) {
			if o := s.byCard(r, t.account, name, string(err.Kind)); o.err == nil {
				out = append(out, o)
				continue
			}
		}
		out = append(out, outcome{account: t.account, channel: t.account.Spec.Channel(name), err: err})
	}
	return out
}

func (s *Service) byCard(r *Request, a *accounts.Account, service, instead string) outcome {
	channel := a.Spec.Channel(service)
	o := outcome{account: a, channel: channel, source: "rate_card", instead: instead}
	rate, err := s.cards.Price(channel, &r.Shipment, s.shipDate(r))
	if err != nil {
		o.err = normalize.AsError(err)
		return o
	}
	rate.Service = service
	o.rate = &rate
	return o
}

// late is the reason of a channel whose carrier had not answered at the deadline.
func late(t task, deadline time.Duration) []outcome {
	var out []outcome
	for _, name := range t.services {
		out = append(out, outcome{account: t.account, channel: t.account.Spec.Channel(name),
			err: normalize.Fail(normalize.KindTimeout, "no answer within %d ms", deadline.Milliseconds())})
	}
	return out
}
