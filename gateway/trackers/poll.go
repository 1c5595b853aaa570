package trackers

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

const (
	// leaseSlack is how much longer than the call a claim lasts: as long as a parcel waits besides
	// whose poller died. A poll that is written later than that has been made twice, which
	// changes nothing.
	leaseSlack = 5 * time.Second
	// writeLimit bounds what is written after a call, also while we shut down.
	writeLimit = 10 * time.Second
)

// Run polls what is due until ctx ends, and returns when its last poll has. Any number of
// processes may run it on one store.
func (s *Service) Run(ctx context.Context) {
	p := &poller{Service: s, busy: map[string]int{}, done: make(chan string, s.pollers)}
	defer p.work.Wait()
	p.work.Go(func() { s.beat(ctx) })
	for ctx.Err() == nil {
		if p.claim(ctx) {
			continue // there may be more
		}
		p.rest(ctx)
	}
}

// poller belongs to one goroutine, the one that runs it.
type poller struct {
	*Service
	work sync.WaitGroup
	busy map[string]int // polls under way by account
	all  int
	done chan string // account of a poll that ended; as long as all polls, so that none waits
}

// claim starts polls for what is due and tells whether it took all that it could have.
func (p *poller) claim(ctx context.Context) bool {
	open := p.open()
	limit := min(p.pollers-p.all, p.perAccount)
	if limit <= 0 || len(open) == 0 {
		return false
	}
	lease := p.caller.Limit(adapters.OpTrack) + leaseSlack
	rows, err := p.store.ClaimDueTrackers(ctx, store.Due{Lease: lease, Limit: limit, Accounts: open})
	if err != nil {
		if ctx.Err() == nil {
			p.logger.LogAttrs(ctx, slog.LevelWarn, "trackers: the store gives none", slog.Any("error", err))
		}
		return false
	}
	for _, row := range rows {
		a, ok := p.registry.Get(string(row.Tenant), row.Account)
		if !ok || a.Ops.Tracker == nil {
			continue // its lease ends by itself
		}
		p.busy[row.Account]++
		p.all++
		p.work.Go(func() {
			defer func() { p.done <- row.Account }()
			p.poll(ctx, a, row)
		})
	}
	return len(rows) == limit
}

// open are the accounts that can be asked and have a place free, so that one slow carrier
// never takes all places.
func (p *poller) open() []string {
	var out []string
	for _, a := range p.registry.All() {
		if a.Enabled && a.Ops.Tracker != nil && p.busy[a.ID] < p.perAccount {
			out = append(out, a.ID)
		}
	}
	return out
}

// rest waits until there may be something to do.
func (p *poller) rest(ctx context.Context) {
	timer := time.NewTimer(p.intervals.Idle)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-p.wake:
	case account := <-p.done:
		p.freed(account)
	case <-timer.C:
	}
	for {
		select {
		case account := <-p.done:
			p.freed(account)
		default:
			return
		}
	}
}

func (p *poller) freed(account string) {
	p.all--
	if p.busy[account]--; p.busy[account] == 0 {
		delete(p.busy, account)
	}
}

// poll asks for one parcel and writes down what came of it.
func (s *Service) poll(ctx context.Context, a *accounts.Account, row store.Tracker) {
	tr, failure := s.track(ctx, a, row)
	if failure != nil && ctx.Err() != nil {
		failure = normalize.Fail(normalize.KindRateLimited, "we shut down") // ask again soon
	}
	write, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	if failure != nil && failure.Kind == normalize.KindNotFound {
		failure = nil
	}
	if _, err := s.polled(write, a, row, tr, failure); err != nil {
		s.logger.LogAttrs(ctx, slog.LevelWarn, "trackers: a poll could not be written",
			slog.String("carrier", a.Adapter), slog.String("account", a.ID), slog.Any("error", err))
	}
}

// track asks the carrier. A number that has no scan yet is not_found.
func (s *Service) track(ctx context.Context, a *accounts.Account, row store.Tracker) (normalize.Tracking, *normalize.Error) {
	var out normalize.Tracking
	err := s.caller.Call(ctx, a, adapters.OpTrack, func(ctx context.Context) (err error) {
		defer func() {
			if recover() != nil {
				err = normalize.Fail(normalize.KindBadResponse, "the answer broke its reader")
			}
		}()
		out, err = a.Ops.Tracker.Track(ctx, normalize.TrackRequest{Ref: refOf(row)})
		if err == nil && !tells(out, row.Number) {
			err = normalize.Fail(normalize.KindBadResponse, "the answer is about another parcel")
		}
		return err
	})
	kind := "ok"
	if err != nil {
		out, kind = normalize.Tracking{}, string(normalize.KindOf(err))
	}
	s.metrics.polls.WithLabelValues(a.Adapter, kind).Inc()
	return out, normalize.AsError(err)
}

// tells whether an answer is about the number that was asked for.
func tells(tr normalize.Tracking, number string) bool {
	return tr.TrackingNumber == "" || strings.EqualFold(tr.TrackingNumber, number) ||
		slices.ContainsFunc(tr.Numbers, func(n normalize.TrackedNumber) bool { return strings.EqualFold(n.Number, number) })
}

// refOf names the parcel to its carrier.
func refOf(t store.Tracker) normalize.ShipmentRef {
	_, service, _ := strings.Cut(t.Channel, ".")
	at := t.ShipDate.At(time.UTC)
	if at.IsZero() {
		at = t.CreatedAt
	}
	return normalize.ShipmentRef{
		Service: service, TrackingNumber: t.Number, Reference: t.Reference, OrderID: t.OrderID, At: at,
		Destination: normalize.Address{Country: t.DestinationCountry, PostalCode: t.DestinationPostalCode, Phone: t.Phone},
	}
}

// polled writes down a poll that began when the tracker was as in row: its news, or its
// failure, and when to ask again.
func (s *Service) polled(ctx context.Context, a *accounts.Account, row store.Tracker, tr normalize.Tracking, failure *normalize.Error) (store.Tracker, error) {
	if tr.TrackingNumber == "" {
		tr.TrackingNumber = row.Number
	}
	n := newsOf(a.ID, tr, SourcePoll, "", time.Now())
	out, fresh, err := s.applyAll(ctx, row, n.events, func(t *store.Tracker, fresh []store.TrackerEvent) ([]store.Event, error) {
		d := detailsOf(t)
		t.PolledAt = t.UpdatedAt
		if failure != nil {
			release(t, row, s.intervals.afterFailure(t, failure))
			return nil, nil
		}
		t.Failures = 0
		d.Quiet++
		events, err := n.fold(t, &d, fresh, s.judge(t, &d))
		if err != nil {
			return nil, err
		}
		release(t, row, s.next(a, t, &d))
		t.Details, err = d.encode()
		return events, err
	})
	if err == nil {
		s.count(a.Adapter, SourcePoll, fresh)
	}
	return out, err
}

// release gives a polled tracker back, unless somebody else has claimed it meanwhile. Where
// it was made due while the poll ran, for a hint, the earlier time holds.
func release(t *store.Tracker, row store.Tracker, next time.Time) {
	if t.Epoch != row.Epoch {
		return
	}
	if !t.DueAt.Equal(row.DueAt) && !t.DueAt.IsZero() && (next.IsZero() || t.DueAt.Before(next)) {
		next = t.DueAt
	}
	t.DueAt, t.LeaseUntil = next, time.Time{}
}
