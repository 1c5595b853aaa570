package simulation

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

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
