package purchase

import (
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// maxVoids bounds how often an extra label's void is sent before a person must see to it.
const maxVoids = 4

// extra is a label that the carrier sold besides the one that counts. It is the purchase's
// label number N in the store, and is voided: written ahead, and looked for where the answer
// is lost, like any other void.
type extra struct {
	N                int               `json:"n"`
	CarrierReference string            `json:"carrier_reference,omitempty"`
	TrackingNumber   string            `json:"tracking_number,omitempty"`
	CarrierData      map[string]string `json:"carrier_data,omitempty"`
	State            extraState        `json:"state"`
	DueAt            time.Time         `json:"due_at"`
	Voids            int               `json:"voids,omitempty"`   // how often the void was sent
	Looks            int               `json:"looks,omitempty"`   // how often its fate was looked for since
	Empties          int               `json:"empties,omitempty"` // looks in a row that did not show it
	Alive            int               `json:"alive,omitempty"`   // looks in a row that did
	// Unseen says that no search has shown it yet, so that one which does not proves nothing.
	Unseen bool `json:"unseen,omitempty"`
}

// extraState is how far the void of an extra label is.
type extraState string

const (
	extraLive    extraState = "live"    // to be voided
	extraUnsure  extraState = "unsure"  // a void was sent; the carrier is asked what became of it
	extraRefused extraState = "refused" // the carrier refused; maybe it was voided before
	extraVoided  extraState = "voided"
	extraStuck   extraState = "stuck"   // a person must see to it
	extraSettled extraState = "settled" // a person has
)

// name is the extra's id at the carrier, for people.
func (e extra) name() string {
	if e.CarrierReference == "" {
		return e.TrackingNumber
	}
	return e.CarrierReference
}

func (e extra) open() bool {
	return e.State == extraLive || e.State == extraUnsure || e.State == extraRefused
}

func (e extra) is(l normalize.Label) bool {
	return sameID(e.CarrierReference, l.CarrierReference) || sameID(e.TrackingNumber, l.TrackingNumber)
}

func sameID(a, b string) bool { return a != "" && a == b }

// counts tells whether l is the label that counts for p.
func counts(p store.Purchase, l normalize.Label) bool {
	return sameID(p.CarrierReference, l.CarrierReference) || sameID(p.TrackingNumber, l.TrackingNumber)
}

// addExtras writes down labels that are not known yet, to be voided from now on, and returns
// those. The first label of a purchase is the one that counts.
func (d *details) addExtras(now time.Time, labels []normalize.Label) []extra {
	var added []extra
	for _, l := range labels {
		if l.CarrierReference == "" && l.TrackingNumber == "" || slices.ContainsFunc(d.Extras, func(e extra) bool { return e.is(l) }) {
			continue
		}
		e := extra{N: len(d.Extras) + 1, CarrierReference: l.CarrierReference, TrackingNumber: l.TrackingNumber,
			CarrierData: l.CarrierData, State: extraLive, DueAt: now}
		d.Extras, added = append(d.Extras, e), append(added, e)
	}
	return added
}

// extraLabel is the extra as the store keeps it.
func extraLabel(p store.Purchase, e extra) store.BoughtLabel {
	b := boughtLabel(p, normalize.Label{CarrierReference: e.CarrierReference, TrackingNumber: e.TrackingNumber, CarrierData: e.CarrierData})
	b.N, b.Voided = e.N, e.State == extraVoided
	return b
}

// resting is what a purchase that waits for nothing else still waits for: its extra labels, its
// audits and, where it is an orphan, its void. One with an extra that nobody could void needs a person.
func resting(p *store.Purchase) {
	d := detailsOf(*p)
	p.DueAt = d.due()
	if p.State != store.PurchaseVoided && slices.ContainsFunc(d.Extras, func(e extra) bool { return e.State == extraStuck }) {
		p.State = store.PurchaseParked
	}
	if o := d.Orphan; o != nil && o.Void && p.State == store.PurchaseParked && (p.DueAt.IsZero() || o.VoidAt.Before(p.DueAt)) {
		p.DueAt = o.VoidAt
	}
}

// settleExtras takes a person's word for what nobody could void.
func (d *details) settleExtras() {
	if d.Orphan != nil {
		d.Orphan.Void = false
	}
	for i := range d.Extras {
		if d.Extras[i].State == extraStuck {
			d.Extras[i].State = extraSettled
		}
	}
}

// due is when the extras or the audits of a purchase are to be seen to; zero: never.
func (d details) due() time.Time {
	var out time.Time
	earlier := func(t time.Time) {
		if out.IsZero() || t.Before(out) {
			out = t
		}
	}
	for _, e := range d.Extras {
		if e.open() {
			earlier(e.DueAt)
		}
	}
	if len(d.Audits) > 0 {
		earlier(d.Audits[0])
	}
	return out
}

// dueExtra is the place of the first extra that something is to be done for, -1 for none.
func (d details) dueExtra(now time.Time) int {
	return slices.IndexFunc(d.Extras, func(e extra) bool { return e.open() && !e.DueAt.After(now) })
}

// voidExtras sees to the labels that were bought besides the one that counts, as far as they
// are due at now, which is the store's time. The caller is the one whose epoch p has.
func (s *Service) voidExtras(ctx context.Context, p store.Purchase, a *accounts.Account, o order, now time.Time) (store.Purchase, error) {
	p, err := s.abandonedVoid(ctx, p, a, now)
	if err != nil {
		return p, err
	}
	for range maxExtras {
		i := detailsOf(p).dueExtra(now)
		if i < 0 {
			break
		}
		if detailsOf(p).Extras[i].State == extraLive {
			p, err = s.voidExtra(ctx, p, a, o, i)
		} else {
			p, err = s.lookExtra(ctx, p, a, o, i)
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// maxExtras bounds what is done for the extras of one purchase at a time.
const maxExtras = 16

// abandonedVoid closes the attempt of a worker that died while it voided an extra: it is
// maybe voided, and is looked for.
func (s *Service) abandonedVoid(ctx context.Context, p store.Purchase, a *accounts.Account, now time.Time) (store.Purchase, error) {
	if detailsOf(p).dueExtra(now) < 0 {
		return p, nil
	}
	f, err := s.Store.PurchaseFile(ctx, p.Tenant, p.ID)
	if err != nil {
		return p, err
	}
	for _, at := range f.Attempts {
		if at.Kind != store.AttemptVoid || !at.EndedAt.IsZero() {
			continue
		}
		i := slices.IndexFunc(detailsOf(p).Extras, func(e extra) bool { return slices.Equal(e.digest(), at.Digest) })
		if i < 0 {
			continue
		}
		return s.extraChanged(ctx, p, i, &store.AttemptResult{N: at.N, Outcome: store.OutcomeUnknown}, func(e *extra, now time.Time) {
			e.Voids++
			e.unsure(extraUnsure, now.Add(quiet(a, p.Service)))
		}, "whoever voided an extra label is gone; it is maybe voided: ")
	}
	return p, nil
}

// digest marks the attempts that concern this extra.
func (e extra) digest() []byte {
	sum := sha256.Sum256([]byte("extra\x00" + e.CarrierReference + "\x00" + e.TrackingNumber))
	return sum[:]
}

// unsure begins the looks for what became of a void.
func (e *extra) unsure(state extraState, due time.Time) {
	e.State, e.DueAt, e.Looks, e.Empties, e.Alive = state, due, 0, 0, 0
}

// voidExtra sends the void of one extra label: the attempt is durable before the first byte.
func (s *Service) voidExtra(ctx context.Context, p store.Purchase, a *accounts.Account, o order, i int) (store.Purchase, error) {
	e := detailsOf(p).Extras[i]
	if a.Ops.Voider == nil || e.Voids >= maxVoids {
		return s.extraStuck(ctx, p, i, nil)
	}
	permit, err := s.Caller.Admit(ctx, a, adapters.OpVoid)
	if err != nil {
		return s.extraChanged(ctx, p, i, nil, func(e *extra, now time.Time) { e.DueAt = now.Add(extraLater) }, "")
	}
	// The deadline is older than the claim, as in send.
	limit := s.Caller.Limit(adapters.OpVoid)
	callCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	claimed, attempt, err := s.Store.ClaimPurchase(ctx, p.Ref(), store.Claim{From: []store.PurchaseState{p.State}, To: p.State, Held: true,
		Lease: limit + leaseSlack, Kind: store.AttemptVoid, Digest: e.digest()})
	if err != nil {
		permit.Cancel()
		return p, err
	}
	p = claimed
	ref := refOf(p, o)
	ref.TrackingNumber, ref.CarrierReference, ref.CarrierData = e.TrackingNumber, e.CarrierReference, e.CarrierData
	recorded, phase := s.Caller.Recorded(callCtx, s.keep(p))
	err = permit.Run(recorded, func(ctx context.Context) error {
		if err := ctx.Err(); err != nil {
			return &normalize.Error{Kind: normalize.KindTimeout, NotSent: true, Message: "the call's time was over before it began", Err: err}
		}
		_, err := a.Ops.Voider.Void(ctx, normalize.VoidRequest{Ref: ref, Reason: "bought twice"})
		return err
	})
	own, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer done()
	return s.extraAnswered(own, p, a, i, err, store.AttemptResult{N: attempt.N, Phase: phase()})
}

// extraLater is when to try again what could not be sent.
const extraLater = 30 * time.Second

// extraAnswered writes down what the carrier said of an extra's void: done, refused, or unknown.
func (s *Service) extraAnswered(ctx context.Context, p store.Purchase, a *accounts.Account, i int, err error, res store.AttemptResult) (store.Purchase, error) {
	if err == nil {
		res.Outcome = store.OutcomeOK
		return s.extraChanged(ctx, p, i, &res, func(e *extra, _ time.Time) { e.State = extraVoided }, "an extra label was voided: ")
	}
	e := normalize.AsError(err)
	res.CarrierCode = e.Code
	switch {
	case e.NotSent:
		res.Outcome = store.OutcomeNotSent
		return s.extraChanged(ctx, p, i, &res, func(e *extra, now time.Time) { e.DueAt = now.Add(extraLater) }, "")
	case e.Kind.AfterWrite() == normalize.NotBought:
		res.Outcome = store.OutcomeRefused
	default:
		res.Outcome = store.OutcomeUnknown
	}
	if a.Ops.Finder == nil {
		return s.extraStuck(ctx, p, i, &res)
	}
	state, detail := extraUnsure, "no usable answer to the void of an extra label; the carrier is asked what became of it: "
	if res.Outcome == store.OutcomeRefused {
		state, detail = extraRefused, "the carrier refused to void an extra label; it is asked whether it lives: "
	}
	return s.extraChanged(ctx, p, i, &res, func(x *extra, now time.Time) {
		x.Voids++
		x.unsure(state, now.Add(quiet(a, p.Service)))
	}, detail)
}
