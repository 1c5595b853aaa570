package simulation

import (
	"cmp"
	"context"
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
		t.tell(p.Tenant, now, in.Events)
		for _, l := range in.Labels {
			if err := t.label(f, l); err != nil {
				return err
			}
		}
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
