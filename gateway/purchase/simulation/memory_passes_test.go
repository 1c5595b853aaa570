package simulation

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

func (m *memory) EnsurePass(ctx context.Context, tenant store.Tenant, account, kind string, first time.Duration) error {
	id := name(tenant, "pass_"+account+"_"+kind)
	t, err := m.read(ctx)
	if _, ok := m.passOf(t, id); ok || err != nil {
		return err
	}
	return m.write(ctx, func(t *tables, now time.Time) error {
		if _, ok := t.passes[id]; !ok {
			t.passes[id] = store.Pass{ID: "pass_" + account + "_" + kind, Tenant: tenant, Account: account, Kind: kind,
				DueAt: now.Add(first), CreatedAt: now, UpdatedAt: now}
		}
		return nil
	})
}

func (m *memory) passOf(t *tables, id string) (store.Pass, bool) {
	if t == nil {
		return store.Pass{}, false
	}
	p, ok := t.passes[id]
	return p, ok
}

func (m *memory) ClaimDuePasses(ctx context.Context, d store.Due) ([]store.Pass, error) {
	due := func(t *tables, now time.Time) []string {
		var out []string
		for id, p := range t.passes {
			if !p.DueAt.IsZero() && !p.DueAt.After(now) && !p.LeaseUntil.After(now) {
				out = append(out, id)
			}
		}
		slices.SortFunc(out, func(a, b string) int { return cmp.Or(t.passes[a].DueAt.Compare(t.passes[b].DueAt), cmp.Compare(a, b)) })
		return out[:min(len(out), d.Limit)]
	}
	m.mu.Lock()
	idle := !m.down && len(due(m.written, m.now())) == 0
	m.mu.Unlock()
	if idle {
		return nil, ctx.Err()
	}
	var out []store.Pass
	err := m.write(ctx, func(t *tables, now time.Time) error {
		for _, id := range due(t, now) {
			p := t.passes[id]
			p.Epoch++
			p.LeaseUntil = now.Add(d.Lease)
			t.passes[id] = p
			out = append(out, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (m *memory) EndPass(ctx context.Context, ref store.Ref, change func(*store.Pass)) (store.Pass, error) {
	var p store.Pass
	err := m.write(ctx, func(t *tables, now time.Time) error {
		before, ok := t.passes[name(ref.Tenant, ref.ID)]
		switch {
		case !ok:
			return store.ErrNotFound
		case before.Epoch != ref.Epoch:
			return store.ErrConflict
		}
		p = before
		p.LeaseUntil, p.UpdatedAt = time.Time{}, now
		change(&p)
		p.ID, p.Tenant, p.Account, p.Kind, p.Epoch = before.ID, before.Tenant, before.Account, before.Kind, before.Epoch
		t.passes[name(ref.Tenant, ref.ID)] = p
		return nil
	})
	if err != nil {
		return store.Pass{}, err
	}
	return p, nil
}

func (m *memory) PurchaseByLabel(ctx context.Context, tenant store.Tenant, account, shipmentID, number string) (store.Purchase, error) {
	t, err := m.read(ctx)
	if err != nil {
		return store.Purchase{}, err
	}
	for _, is := range []func(store.BoughtLabel) bool{
		func(l store.BoughtLabel) bool { return shipmentID != "" && l.ShipmentID == shipmentID },
		func(l store.BoughtLabel) bool { return number != "" && l.TrackingNumber == number },
	} {
		for _, f := range t.files {
			if f.p.Tenant == tenant && slices.ContainsFunc(f.labels, func(l store.BoughtLabel) bool { return l.Account == account && is(l) }) {
				return copyOf(f.p), nil
			}
		}
	}
	return store.Purchase{}, store.ErrNotFound
}

// PurchasesOfAccount has one page, which is longer than any plan.
func (m *memory) PurchasesOfAccount(ctx context.Context, tenant store.Tenant, account string, f store.AccountFilter, _ store.Page) (store.List[store.Purchase], error) {
	var out store.List[store.Purchase]
	t, err := m.read(ctx)
	if err != nil {
		return out, err
	}
	list := t.newestFirst(tenant)
	slices.SortFunc(list, func(a, b *file) int { return cmp.Compare(b.seq, a.seq) }) // ids of one millisecond have no order
	for _, file := range list {
		p := file.p
		if p.Account == account && (len(f.States) == 0 || slices.Contains(f.States, p.State)) &&
			!p.CreatedAt.Before(f.From) && (f.Until.IsZero() || p.CreatedAt.Before(f.Until)) {
			out.Items = append(out.Items, copyOf(p))
		}
	}
	return out, nil
}
