package simulation

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// Passes begin at the same instant as what else a process does at regular times, so that each
// step of theirs takes a moment of its own before it: else which of them came first would be
// nobody's draw. Nothing happens to them but what happens to their process and their store.
func (d door) step(ctx context.Context, at string) context.Context {
	d.p.here(ctx, at, nobody)
	time.Sleep(d.p.w.moment(at, -d.p.slot-2))
	d.p.here(ctx, at, nobody)
	return d.p.w.syncing(ctx, at, -d.p.slot-2)
}

func (d door) EnsurePass(ctx context.Context, t store.Tenant, account, kind string, first time.Duration) error {
	err := d.memory.EnsurePass(d.step(ctx, "plan a pass"), t, account, kind, first)
	d.p.here(ctx, "plan a pass", nobody)
	return err
}

func (d door) ClaimDuePasses(ctx context.Context, due store.Due) ([]store.Pass, error) {
	list, err := d.memory.ClaimDuePasses(d.step(ctx, "claim a pass"), due)
	d.p.here(ctx, "claim a pass", nobody)
	return list, err
}

func (d door) EndPass(ctx context.Context, ref store.Ref, change func(*store.Pass)) (store.Pass, error) {
	p, err := d.memory.EndPass(d.step(ctx, "end a pass"), ref, change)
	d.p.here(ctx, "end a pass", nobody)
	return p, err
}

func (d door) PurchaseByLabel(ctx context.Context, t store.Tenant, account, id, number string) (store.Purchase, error) {
	d.p.here(ctx, "read", nobody)
	return d.memory.PurchaseByLabel(ctx, t, account, id, number)
}

func (d door) PurchasesOfAccount(ctx context.Context, t store.Tenant, account string, f store.AccountFilter, page store.Page) (store.List[store.Purchase], error) {
	d.p.here(ctx, "read", nobody)
	return d.memory.PurchasesOfAccount(ctx, t, account, f, page)
}
