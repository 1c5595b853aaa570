package simulation

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

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
