package simulation

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

func (m *memory) BeginPurchase(ctx context.Context, in store.Intent) (store.Begun, error) {
	var out store.Begun
	err := m.write(ctx, func(t *tables, now time.Time) error {
		p := copyOf(in.Purchase)
		if known, ok := t.keys[name(p.Tenant, p.Key)]; ok && p.Key != "" {
			out = store.Begun{Purchase: copyOf(t.files[name(p.Tenant, known)].p)}
			return nil
		}
		for _, f := range t.files {
			if p.ClientReference != "" && f.p.Tenant == p.Tenant && f.p.Account == p.Account && f.p.ClientReference == p.ClientReference {
				return fmt.Errorf("%w: client reference", store.ErrDuplicate)
			}
		}
		p.State, p.Epoch, p.CreatedAt, p.UpdatedAt, p.DueAt = cmp.Or(p.State, store.PurchaseReady), 0, now, now, time.Time{}
		p.CallerDeadline = p.CallerDeadline.UTC().Truncate(time.Microsecond)
		if in.DueIn > 0 {
			p.DueAt = now.Add(in.DueIn)
		}
		f := &file{seq: len(t.files), p: p}
		f.note(now, in.History)
		t.files[name(p.Tenant, p.ID)], t.keys[name(p.Tenant, p.Key)] = f, p.ID
		t.log(p.Tenant, now, in.Audit)
		out = store.Begun{Purchase: copyOf(p), Created: true}
		return t.count(p, in.Ceilings, &out)
	})
	if err != nil {
		return store.Begun{}, err
	}
	return out, nil
}

// count holds a new purchase against the ceilings of its tenant.
func (t *tables) count(p store.Purchase, c store.Ceilings, out *store.Begun) error {
	const most = 1 << 50
	if p.Spend.Minor < 0 || p.Spend.Minor > most {
		return errors.New("an amount that nobody spends")
	}
	t.spend(p, 1)
	day := normalize.DateOf(p.CreatedAt)
	if c.Count > 0 && t.spent[dayOf(p.Tenant, day, allLabels)].Count > c.Count {
		return &store.CeilingError{Count: c.Count}
	}
	if sum := t.spent[dayOf(p.Tenant, day, p.Spend.Currency)].Money; !c.Money.IsZero() && sum.Currency == c.Money.Currency && sum.Minor > c.Money.Minor {
		return &store.CeilingError{Limit: c.Money}
	}
	out.Spent = t.spending(p.Tenant, day)
	return nil
}

func (f *file) note(now time.Time, lines []store.HistoryLine) {
	for _, l := range lines {
		if l.At.IsZero() {
			l.At = now
		}
		f.history = append(f.history, l)
	}
}

func (t *tables) log(tenant store.Tenant, now time.Time, entries []store.AuditEntry) {
	for _, e := range entries {
		e.ID, e.Tenant, e.At = ids.New(ids.Audit), tenant, now
		t.audit = append(t.audit, e)
	}
}

// at makes a file ready for the change of whoever read it at an epoch.
func (m *memory) at(t *tables, ref store.Ref) (*file, error) {
	f, err := t.own(ref.Tenant, ref.ID)
	if err == nil && f.p.Epoch != ref.Epoch && !m.forgot {
		return nil, fmt.Errorf("%w: epoch %d is now %d", store.ErrConflict, ref.Epoch, f.p.Epoch)
	}
	return f, err
}

func (m *memory) ClaimPurchase(ctx context.Context, ref store.Ref, c store.Claim) (store.Purchase, store.Attempt, error) {
	var p store.Purchase
	var a store.Attempt
	err := m.write(ctx, func(t *tables, now time.Time) error {
		f, err := m.at(t, ref)
		switch {
		case err != nil:
			return err
		case !slices.Contains(c.From, f.p.State):
			return fmt.Errorf("%w: it is %s", store.ErrConflict, f.p.State)
		case !c.Held && f.p.LeaseUntil.After(now):
			return fmt.Errorf("%w: another worker holds it", store.ErrConflict)
		}
		f.p.Epoch++
		f.p.State, f.p.LeaseUntil, f.p.UpdatedAt = c.To, now.Add(c.Lease), now
		f.note(now, c.History)
		p = copyOf(f.p)
		a, err = f.open(c.Kind, c.Digest, now)
		return err
	})
	if err != nil {
		return store.Purchase{}, store.Attempt{}, err
	}
	return p, a, nil
}

func (m *memory) StartAttempt(ctx context.Context, ref store.Ref, kind store.AttemptKind, digest []byte) (store.Attempt, error) {
	var a store.Attempt
	err := m.write(ctx, func(t *tables, now time.Time) error {
		f, err := m.at(t, ref)
		if err != nil {
			return err
		}
		a, err = f.open(kind, digest, now)
		return err
	})
	return a, err
}

func (f *file) open(kind store.AttemptKind, digest []byte, now time.Time) (store.Attempt, error) {
	commits := func(k store.AttemptKind) bool { return k == store.AttemptSend || k == store.AttemptVoid }
	for _, a := range f.attempts {
		if commits(kind) && commits(a.Kind) && a.EndedAt.IsZero() {
			return store.Attempt{}, fmt.Errorf("%w: an unresolved %s", store.ErrDuplicate, a.Kind)
		}
	}
	a := store.Attempt{N: len(f.attempts) + 1, Epoch: f.p.Epoch, Kind: kind, Digest: digest, StartedAt: now}
	f.attempts = append(f.attempts, a)
	return a, nil
}

func (m *memory) ResolveAttempt(ctx context.Context, tenant store.Tenant, id string, r store.AttemptResult) error {
	return m.write(ctx, func(t *tables, now time.Time) error {
		f, err := t.own(tenant, id)
		if err != nil {
			return err
		}
		return f.resolve(r, now)
	})
}

func (f *file) resolve(r store.AttemptResult, now time.Time) error {
	if r.N < 1 || r.N > len(f.attempts) {
		return store.ErrNotFound
	}
	a := &f.attempts[r.N-1]
	if !a.EndedAt.IsZero() {
		return fmt.Errorf("%w: the attempt is closed", store.ErrConflict)
	}
	a.EndedAt, a.Phase, a.Outcome, a.CarrierCode = now, r.Phase, r.Outcome, r.CarrierCode
	return nil
}

func (m *memory) TransitionPurchase(ctx context.Context, ref store.Ref, tr store.Transition) (store.Purchase, error) {
	var p store.Purchase
	err := m.write(ctx, func(t *tables, now time.Time) error {
		f, err := m.at(t, ref)
		if err != nil {
			return err
		}
		if err := t.transition(f, tr, now); err != nil {
			return err
		}
		p = copyOf(f.p)
		return nil
	})
	if err != nil {
		return store.Purchase{}, err
	}
	return p, nil
}

// transition changes a purchase and writes all that belongs to the change.
func (t *tables) transition(f *file, tr store.Transition, now time.Time) error {
	before := f.p
	p := copyOf(f.p)
	p.UpdatedAt = now
	if tr.Release {
		p.LeaseUntil = time.Time{}
	}
	if tr.Change != nil {
		if err := tr.Change(&p); err != nil {
			return err
		}
		p.ID, p.Tenant, p.Key, p.Fingerprint = before.ID, before.Tenant, before.Key, before.Fingerprint
		p.ClientReference, p.Epoch, p.CreatedAt = before.ClientReference, before.Epoch, before.CreatedAt
	}
	if tr.Fence {
		p.Epoch++
	}
	if p.State == store.PurchaseSettled && p.SettledAt.IsZero() {
		p.SettledAt = now
	}
	made := t.follow(&p, tr.Tracker)
	f.p = copyOf(p)
	if tr.Attempt != nil {
		if err := f.resolve(*tr.Attempt, now); err != nil {
			return err
		}
	}
	for _, l := range tr.Labels {
		if err := t.label(f, l); err != nil {
			return err
		}
	}
	for _, d := range tr.Documents {
		f.paper(d, now)
	}
	f.note(now, tr.History)
	t.log(p.Tenant, now, tr.Audit)
	if tr.Emit != nil {
		t.tell(p.Tenant, now, tr.Emit(p, made))
	}
	if before.State.Spends() {
		t.spend(before, -1)
	}
	if p.State.Spends() {
		t.spend(p, 1)
	}
	return nil
}

// label writes a label of a purchase; its shipment id and number are the account's only ones.
func (t *tables) label(f *file, l store.BoughtLabel) error {
	l.Account = cmp.Or(l.Account, f.p.Account)
	if l.CreatedAt.IsZero() {
		l.CreatedAt = f.p.UpdatedAt
	}
	for _, other := range t.files {
		for _, o := range other.labels {
			mine := other.p.ID == f.p.ID && o.N == l.N
			if other.p.Tenant == f.p.Tenant && o.Account == l.Account && !mine &&
				(l.ShipmentID != "" && o.ShipmentID == l.ShipmentID || l.TrackingNumber != "" && o.TrackingNumber == l.TrackingNumber) {
				return fmt.Errorf("%w: shipment or number", store.ErrDuplicate)
			}
		}
	}
	for i, o := range f.labels {
		if o.N == l.N {
			l.Account, l.CreatedAt = o.Account, o.CreatedAt
			f.labels[i] = l
			return nil
		}
	}
	f.labels = append(f.labels, l)
	return nil
}

func (f *file) paper(d store.Document, now time.Time) store.Document {
	sum := sha256.Sum256(d.Data)
	d.ID, d.Tenant, d.Owner, d.SHA256, d.Bytes, d.CreatedAt = cmp.Or(d.ID, ids.New(ids.Document)), f.p.Tenant, f.p.ID, sum[:], int64(len(d.Data)), now
	for _, old := range f.papers {
		if samePaper(old, d) {
			return old
		}
	}
	f.papers = append(f.papers, d)
	return d
}

func (m *memory) PutDocument(ctx context.Context, d store.Document) (store.Document, error) {
	err := m.write(ctx, func(t *tables, now time.Time) error {
		f, err := t.own(d.Tenant, d.Owner)
		if err == nil {
			d = f.paper(d, now)
		}
		return err
	})
	return d, err
}

// follow makes the tracker of a purchase, or takes the one that follows the number already.
func (t *tables) follow(p *store.Purchase, want *store.Tracker) *store.Tracker {
	if want == nil {
		return nil
	}
	for id, old := range t.trackers {
		if old.Tenant == p.Tenant && old.Account == cmp.Or(want.Account, p.Account) && old.Number == want.Number {
			p.TrackerID = id
			return nil
		}
	}
	made := *want
	made.ID, made.Tenant, made.LabelID, made.Account = ids.New(ids.Tracker), p.Tenant, p.ID, cmp.Or(want.Account, p.Account)
	made.CreatedAt, made.UpdatedAt = p.UpdatedAt, p.UpdatedAt
	t.trackers[made.ID] = made
	p.TrackerID = made.ID
	return &made
}

func (t *tables) tell(tenant store.Tenant, now time.Time, events []store.Event) {
	for _, e := range events {
		e.ID, e.Tenant, e.Position, e.CreatedAt = ids.New(ids.Event), tenant, int64(len(t.events)+1), now
		t.events = append(t.events, e)
	}
}

func (m *memory) AppendEvidence(ctx context.Context, e store.Evidence) error {
	return m.write(ctx, func(t *tables, now time.Time) error {
		f, err := t.own(e.Tenant, e.Purchase)
		if err != nil {
			return err
		}
		if e.At.IsZero() {
			e.At = now
		}
		f.evidence = append(f.evidence, e)
		return nil
	})
}

func (m *memory) ClaimDuePurchases(ctx context.Context, states []store.PurchaseState, d store.Due) ([]store.Purchase, error) {
	return m.take(ctx, d.Limit, func(p store.Purchase, now time.Time) bool {
		return slices.Contains(states, p.State) && !p.DueAt.IsZero() && !p.DueAt.After(now) && !p.LeaseUntil.After(now) &&
			(len(d.Accounts) == 0 || slices.Contains(d.Accounts, p.Account))
	}, func(p store.Purchase) time.Time { return p.DueAt }, func(_ *tables, f *file, now time.Time) error {
		f.p.Epoch++
		f.p.LeaseUntil = now.Add(d.Lease)
		return nil
	})
}

// take changes the purchases that fit, the longest waiting first. Where none does, nothing is
// written.
func (m *memory) take(ctx context.Context, limit int, fits func(store.Purchase, time.Time) bool, since func(store.Purchase) time.Time,
	change func(*tables, *file, time.Time) error) ([]store.Purchase, error) {
	fit := func(t *tables, now time.Time) []*file {
		var out []*file
		for _, f := range t.files {
			if fits(f.p, now) {
				out = append(out, f)
			}
		}
		slices.SortFunc(out, func(a, b *file) int { return cmp.Or(since(a.p).Compare(since(b.p)), cmp.Compare(a.seq, b.seq)) })
		return out
	}
	m.mu.Lock()
	idle := !m.down && len(fit(m.written, m.now())) == 0
	m.mu.Unlock()
	if idle {
		return nil, ctx.Err()
	}
	var out []store.Purchase
	err := m.write(ctx, func(t *tables, now time.Time) error {
		list := fit(t, now)
		if limit > 0 {
			list = list[:min(limit, len(list))]
		}
		for _, f := range list {
			mine, err := t.own(f.p.Tenant, f.p.ID)
			if err == nil {
				err = change(t, mine, now)
			}
			if err != nil {
				return err
			}
			out = append(out, copyOf(mine.p))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (m *memory) ExpireLeases(ctx context.Context, limit int, change func(*store.Purchase), emit func(store.Purchase) []store.Event) ([]store.Purchase, error) {
	lost := map[store.PurchaseState]store.PurchaseState{store.PurchaseSending: store.PurchaseUnknown, store.PurchaseVoiding: store.PurchaseVoidUnknown}
	return m.take(ctx, limit, func(p store.Purchase, now time.Time) bool { return lost[p.State] != "" && !p.LeaseUntil.After(now) },
		func(p store.Purchase) time.Time { return p.LeaseUntil },
		func(t *tables, f *file, now time.Time) error {
			for i := range f.attempts {
				if f.attempts[i].EndedAt.IsZero() {
					f.attempts[i].EndedAt, f.attempts[i].Outcome = now, store.OutcomeUnknown
				}
			}
			f.p.Epoch++
			tr := store.Transition{Release: true, Change: func(p *store.Purchase) error {
				p.State, p.DueAt = lost[p.State], p.UpdatedAt
				if change != nil {
					change(p)
				}
				return nil
			}, History: []store.HistoryLine{{Status: string(lost[f.p.State]), Detail: "the worker is gone; the outcome is not known"}}}
			if emit != nil {
				tr.Emit = func(p store.Purchase, _ *store.Tracker) []store.Event { return emit(p) }
			}
			return t.transition(f, tr, now)
		})
}
