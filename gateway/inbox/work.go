package inbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// item is a claimed message on its way to its verdict.
type item struct {
	row     store.Callback
	account *accounts.Account
	trust   adapters.Trust
	list    []normalize.Tracking
	greets  bool                // it asks for the call of a handshake
	state   store.CallbackState // set where reading it decided already
	reason  string
	partly  string // why some of it could not be read, where the rest could

	mu        sync.Mutex
	unmatched []string
	err       error
}

// unit is what one message says of one parcel.
type unit struct {
	*item
	parcel string
	news   normalize.Tracking
}

// maxUnmatched bounds the numbers that one message waits for.
const maxUnmatched = 1_000

// read verifies what was refused once, and reads the message.
func (s *Service) read(row store.Callback) *item {
	it := &item{row: row, trust: adapters.Trust(row.Trust)}
	a, ok := s.registry.Get(string(row.Tenant), row.Account)
	if !ok || a.Ops.CallbackParser == nil {
		return it.end(store.CallbackQuarantined, "its account is not configured any more")
	}
	it.account = a
	req := requestOf(row)
	if it.trust == "" { // refused when it came, and replayed since
		trust, err := verify(a, req)
		if err != nil {
			return it.end(store.CallbackRefused, reasonOf(err))
		}
		it.trust = trust
	}
	if it.greets = isHandshake(a, req); it.greets {
		return it
	}
	list, err := parse(a, req)
	if err != nil && len(list) == 0 {
		return it.end(store.CallbackQuarantined, reasonOf(err))
	}
	if err != nil {
		it.partly = reasonOf(err)
	}
	for _, tr := range list {
		if tr.TrackingNumber == "" && len(tr.Numbers) == 0 {
			it.partly = "it tells of a parcel without a number"
			continue
		}
		it.list = append(it.list, tr)
	}
	if len(it.list) == 0 && it.partly != "" {
		return it.end(store.CallbackQuarantined, it.partly)
	}
	return it
}

func (it *item) end(state store.CallbackState, reason string) *item {
	it.state, it.reason = state, reason
	return it
}

// units are the steps of a message. Those of one parcel are worked on in order.
func (it *item) units() []unit {
	if it.greets {
		return []unit{{item: it, parcel: it.row.Account + "\x00\x00handshake"}}
	}
	out := make([]unit, len(it.list))
	for i, tr := range it.list {
		out[i] = unit{it, it.row.Account + "\x00" + tr.TrackingNumber, tr}
	}
	return out
}

// apply takes one parcel's news in. A hint is not believed: it makes us ask the carrier.
// What takes too long is that parcel's failure, and no other's.
func (s *Service) apply(batch context.Context, u unit) {
	ctx, cancel := context.WithTimeout(batch, s.limits.Lease/2)
	defer cancel()
	var unmatched []string
	err := ctx.Err()
	switch {
	case err != nil:
	case u.greets:
		err = s.handshake(ctx, u.account, requestOf(u.row))
	case u.trust == adapters.TrustHint:
		unmatched, err = s.trackers.Hint(ctx, u.account, []normalize.Tracking{u.news})
	default:
		var got trackers.Applied
		got, err = s.trackers.Apply(ctx, u.account, []normalize.Tracking{u.news}, trackers.SourceCallback, u.row.ID)
		unmatched = got.Unmatched
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if err != nil {
		u.err = err
	}
	u.unmatched = append(u.unmatched, unmatched[:min(len(unmatched), maxUnmatched-len(u.unmatched))]...)
}

// verdict says what became of a message. Being interrupted is nobody's failure.
func (s *Service) verdict(ctx context.Context, it *item) store.CallbackMark {
	m := store.CallbackMark{Tenant: it.row.Tenant, ID: it.row.ID, Epoch: it.row.Epoch, State: store.CallbackDone}
	switch {
	case it.state != "":
		m.State, m.Reason = it.state, it.reason
	case it.err != nil && ctx.Err() != nil:
		m.State = store.CallbackReceived
	case errors.Is(it.err, context.DeadlineExceeded) && it.row.Tries <= s.limits.Slow:
		m.State, m.Delay = store.CallbackReceived, s.retry(it.row.Tries)
	case it.err != nil && it.row.Tries > len(s.limits.Retry):
		m.State, m.Reason = store.CallbackQuarantined, "failed three times: "+reasonOf(it.err)
	case it.err != nil:
		m.State, m.Delay = store.CallbackReceived, s.retry(it.row.Tries)
	case len(it.unmatched) > 0: // read again when one of them has its tracker, what is odd too
		m.State, m.Numbers, m.Reason = store.CallbackUnmatched, it.unmatched, it.partly
	case it.partly != "":
		m.State, m.Reason = store.CallbackQuarantined, it.partly
	}
	return m
}

// handshake makes the call that a carrier waits for before it pushes.
func (s *Service) handshake(ctx context.Context, a *accounts.Account, req adapters.CallbackRequest) error {
	return s.caller.Call(ctx, a, adapters.OpCallback, func(ctx context.Context) (err error) {
		defer func() {
			if recover() != nil {
				err = normalize.Fail(normalize.KindBadResponse, "the answer broke its reader")
			}
		}()
		return a.Ops.Handshaker.Handshake(ctx, req)
	})
}

func (s *Service) retry(tries int) time.Duration {
	return s.limits.Retry[max(0, min(tries-1, len(s.limits.Retry)-1))]
}
