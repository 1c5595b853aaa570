package simulation

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

func (m *memory) Purchase(ctx context.Context, tenant store.Tenant, id string) (store.Purchase, error) {
	f, err := m.file(ctx, tenant, id)
	if err != nil {
		return store.Purchase{}, err
	}
	return copyOf(f.p), nil
}

func (m *memory) PurchaseByKey(ctx context.Context, tenant store.Tenant, key string) (store.Purchase, error) {
	t, err := m.read(ctx)
	if err != nil {
		return store.Purchase{}, err
	}
	return m.Purchase(ctx, tenant, t.keys[name(tenant, key)])
}

func (m *memory) PurchaseByClientReference(ctx context.Context, tenant store.Tenant, ref string) (store.Purchase, error) {
	t, err := m.read(ctx)
	if err != nil {
		return store.Purchase{}, err
	}
	for _, f := range t.files {
		if ref != "" && f.p.Tenant == tenant && f.p.ClientReference == ref {
			return copyOf(f.p), nil
		}
	}
	return store.Purchase{}, store.ErrNotFound
}

func (m *memory) PurchaseFile(ctx context.Context, tenant store.Tenant, id string) (store.PurchaseFile, error) {
	f, err := m.file(ctx, tenant, id)
	if err != nil {
		return store.PurchaseFile{}, err
	}
	return store.PurchaseFile{Purchase: copyOf(f.p), Attempts: slices.Clone(f.attempts), Labels: slices.Clone(f.labels),
		Documents: withoutData(f.papers), History: slices.Clone(f.history)}, nil
}

func withoutData(list []store.Document) []store.Document {
	out := slices.Clone(list)
	for i := range out {
		out[i].Data = nil
	}
	return out
}

// newestFirst are the files of a tenant.
func (t *tables) newestFirst(tenant store.Tenant) []*file {
	var out []*file
	for _, f := range t.files {
		if f.p.Tenant == tenant {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b *file) int { return cmp.Compare(b.p.ID, a.p.ID) })
	return out
}

func (m *memory) ListPurchases(ctx context.Context, tenant store.Tenant, f store.PurchaseFilter, page store.Page) (store.List[store.Purchase], error) {
	var out store.List[store.Purchase]
	t, err := m.read(ctx)
	if err != nil {
		return out, err
	}
	if page.Cursor != "" && !strings.Contains(page.Cursor, "_") {
		return out, store.ErrBadCursor
	}
	limit := page.Limit
	if limit <= 0 {
		limit = 25
	}
	for _, file := range t.newestFirst(tenant) {
		p := file.p
		switch {
		case page.Cursor != "" && p.ID >= page.Cursor, f.Reference != "" && f.Reference != p.Reference,
			f.Channel != "" && f.Channel != p.Channel, f.TrackingNumber != "" && f.TrackingNumber != p.TrackingNumber,
			len(f.States) > 0 && !slices.Contains(f.States, p.State):
		case len(out.Items) == limit:
			out.Next = out.Items[limit-1].ID
			return out, nil
		default:
			out.Items = append(out.Items, copyOf(p))
		}
	}
	return out, nil
}

func (m *memory) EvidenceOf(ctx context.Context, tenant store.Tenant, id string) ([]store.Evidence, error) {
	f, err := m.file(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(f.evidence)
	slices.SortStableFunc(out, func(a, b store.Evidence) int { return a.At.Compare(b.At) })
	return out, nil
}

func (m *memory) Spending(ctx context.Context, tenant store.Tenant, day normalize.Date) ([]store.Spent, error) {
	t, err := m.read(ctx)
	if err != nil {
		return nil, err
	}
	return t.spending(tenant, day), nil
}

func (t *tables) spending(tenant store.Tenant, day normalize.Date) []store.Spent {
	var out []store.Spent
	for k, s := range t.spent {
		if strings.HasPrefix(k, dayOf(tenant, day, "")) && s.Money.Currency != allLabels && s.Count > 0 {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b store.Spent) int { return cmp.Compare(a.Money.Currency, b.Money.Currency) })
	return out
}

func (m *memory) DocumentsOf(ctx context.Context, tenant store.Tenant, owner string) ([]store.Document, error) {
	f, err := m.file(ctx, tenant, owner)
	if err != nil {
		return nil, nil
	}
	return withoutData(f.papers), nil
}

func (m *memory) Document(ctx context.Context, tenant store.Tenant, owner, id string) (store.Document, error) {
	f, err := m.file(ctx, tenant, owner)
	if err != nil {
		return store.Document{}, err
	}
	for _, d := range f.papers {
		if d.ID == id {
			return d, nil
		}
	}
	return store.Document{}, store.ErrNotFound
}

func (m *memory) HistoryOf(ctx context.Context, tenant store.Tenant, owner string) ([]store.HistoryLine, error) {
	f, err := m.file(ctx, tenant, owner)
	if err != nil {
		return nil, nil
	}
	return slices.Clone(f.history), nil
}

// Tracker, ReadEvents and ListAudit are there for the suite and for the oracle.
func (m *memory) Tracker(ctx context.Context, tenant store.Tenant, id string) (store.Tracker, error) {
	t, err := m.read(ctx)
	if err != nil {
		return store.Tracker{}, err
	}
	trk, ok := t.trackers[id]
	if !ok || trk.Tenant != tenant {
		return store.Tracker{}, store.ErrNotFound
	}
	return trk, nil
}

func (m *memory) ReadEvents(ctx context.Context, after int64, limit int) ([]store.Event, error) {
	t, err := m.read(ctx)
	if err != nil {
		return nil, err
	}
	from := min(int(after), len(t.events))
	return slices.Clone(t.events[from:min(from+limit, len(t.events))]), nil
}

func (m *memory) ListAudit(ctx context.Context, tenant store.Tenant, _ store.Page) (store.List[store.AuditEntry], error) {
	var out store.List[store.AuditEntry]
	t, err := m.read(ctx)
	if err != nil {
		return out, err
	}
	for _, e := range t.audit {
		if e.Tenant == tenant {
			out.Items = append(out.Items, e)
		}
	}
	return out, nil
}

// samePaper tells whether two papers of an owner are one.
func samePaper(a, b store.Document) bool {
	return a.Type == b.Type && a.Parcel == b.Parcel && bytes.Equal(a.SHA256, b.SHA256)
}
