package store

import (
	"context"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Purchase reads one purchase.
func (db *DB) Purchase(ctx context.Context, tenant Tenant, id string) (Purchase, error) {
	return selectOne[Purchase](ctx, db.reader(), "tenant = ? AND id = ?", tenant, id)
}

// PurchaseByKey reads the purchase that an idempotency key made.
func (db *DB) PurchaseByKey(ctx context.Context, tenant Tenant, key string) (Purchase, error) {
	return selectOne[Purchase](ctx, db.reader(),
		"tenant = ? AND id = (SELECT object FROM idempotency WHERE tenant = ? AND key = ? AND kind = ?)",
		tenant, tenant, key, kindLabel)
}

// PurchaseByClientReference reads the purchase that a carrier knows by this reference.
func (db *DB) PurchaseByClientReference(ctx context.Context, tenant Tenant, ref string) (Purchase, error) {
	if ref == "" {
		return Purchase{}, ErrNotFound
	}
	return selectOne[Purchase](ctx, db.reader(), "tenant = ? AND client_reference = ?", tenant, ref)
}

// PurchaseFile reads a purchase with its papers.
func (db *DB) PurchaseFile(ctx context.Context, tenant Tenant, id string) (PurchaseFile, error) {
	var f PurchaseFile
	var err error
	if f.Purchase, err = db.Purchase(ctx, tenant, id); err != nil {
		return f, err
	}
	s := db.reader()
	attempts, err := selectAll[attemptRow](ctx, s, "tenant = ? AND purchase_id = ? ORDER BY n", tenant, id)
	if err != nil {
		return f, err
	}
	for _, a := range attempts {
		f.Attempts = append(f.Attempts, a.Attempt)
	}
	labels, err := selectAll[labelRow](ctx, s, "tenant = ? AND purchase_id = ? ORDER BY n", tenant, id)
	if err != nil {
		return f, err
	}
	for _, l := range labels {
		f.Labels = append(f.Labels, l.BoughtLabel)
	}
	if f.Documents, err = db.DocumentsOf(ctx, tenant, id); err != nil {
		return f, err
	}
	f.History, err = db.HistoryOf(ctx, tenant, id)
	return f, err
}

// ListPurchases lists a tenant's purchases.
func (db *DB) ListPurchases(ctx context.Context, tenant Tenant, f PurchaseFilter, page Page) (List[Purchase], error) {
	w := where{}
	w.and("tenant = ?", tenant)
	w.andIs("reference", f.Reference)
	w.andIs("channel", f.Channel)
	w.andIs("tracking_number", f.TrackingNumber)
	if len(f.States) > 0 {
		cond, args := in("state", f.States)
		w.and(cond, args...)
	}
	return selectPage[Purchase](ctx, db.reader(), w, page, func(p Purchase) string { return p.ID })
}

// EvidenceOf reads the replies of a purchase.
func (db *DB) EvidenceOf(ctx context.Context, tenant Tenant, purchase string) ([]Evidence, error) {
	rows, err := selectAll[evidenceRow](ctx, db.reader(), "tenant = ? AND purchase_id = ? ORDER BY at, id", tenant, purchase)
	out := make([]Evidence, len(rows))
	for i, r := range rows {
		out[i] = r.Evidence
	}
	return out, err
}

// Spending reads what a tenant has spent on a day.
func (db *DB) Spending(ctx context.Context, tenant Tenant, day normalize.Date) ([]Spent, error) {
	return spending(ctx, db.reader(), tenant, day)
}
