package claims

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/store/storetest"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// parcel is what the other services know: a lost parcel of a label that was bought here.
type parcel struct {
	tracker trackers.Tracker
	ruling  trackers.Ruling
}

func (p *parcel) Answerable(_ context.Context, tenant, id string, _ responsibility.Scan) (trackers.Tracker, trackers.Ruling, error) {
	if tenant != "t1" || id != p.tracker.ID {
		return trackers.Tracker{}, trackers.Ruling{}, gateway.NotFound("tracker")
	}
	return p.tracker, p.ruling, nil
}

func (p *parcel) Dossier(context.Context, string, string) (purchase.Dossier, error) {
	return purchase.Dossier{Label: purchase.Label{ID: p.tracker.Label, Documents: []purchase.Document{{Type: "label"}}}, Shipment: normalize.Shipment{Incoterm: normalize.DDP,
		Destination: normalize.Address{Name: "Anna Schmidt"}, Items: []normalize.Item{{HSCode: "392690"}},
		TaxIDs: []normalize.TaxID{{Type: "ioss", Number: "IM2760000000"}}}}, nil
}

// stand is the service over a real store, with a parcel that was pushed twice.
type stand struct {
	*Service
	*parcel
	db        *store.DB
	callbacks []string
}

func newStand(t *testing.T, limit int64) *stand {
	t.Helper()
	db := storetest.Open(t)
	s := &stand{db: db, parcel: &parcel{}}
	row, _, err := db.CreateTracker(t.Context(), store.Tracker{Tenant: "t1", Account: "acct_1", Number: "NW1", Channel: "northwind.plain", Status: normalize.StatusInTransit}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.tracker = trackers.Tracker{Summary: trackers.Summary{ID: row.ID, TrackingNumber: "NW1", Channel: "northwind.plain", Label: "lbl_1"}}
	s.ruling.Liability = &responsibility.Liability{Party: "carrier", Phase: "last_mile", Rule: "any-carriage", Reason: "who has the parcel answers"}
	for _, body := range []string{`{"scan":1}`, `<scan>2</scan>`} {
		c, err := db.AppendCallback(t.Context(), store.Callback{Tenant: "t1", Account: "acct_1", Method: "POST", Body: []byte(body), Trust: "signed"})
		if err != nil {
			t.Fatal(err)
		}
		s.callbacks = append(s.callbacks, c.ID)
	}
	var events []store.TrackerEvent
	for i, id := range append(s.callbacks, "cbk_gone") {
		events = append(events, store.TrackerEvent{Dedupe: id, Source: "callback", Callback: id, Event: normalize.TrackingEvent{
			Code: fmt.Sprint("N", i), Status: normalize.StatusInTransit, OccurredAt: time.Date(2026, 11, 1+i, 0, 0, 0, 0, time.UTC)}})
	}
	if _, _, err := db.ApplyEvents(t.Context(), "t1", row.ID, events, func(*store.Tracker, []store.TrackerEvent) ([]store.Event, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := db.PutDocument(t.Context(), store.Document{Tenant: "t1", Owner: "lbl_1", Type: "label", Format: "pdf", Data: bytes.Repeat([]byte("%PDF"), 500)}); err != nil {
		t.Fatal(err)
	}
	deadlines, err := LoadDeadlines(fstest.MapFS{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Service = New(Deps{Store: db, Parcels: s.parcel, Purchases: s.parcel, Deadlines: deadlines, MaxArchive: limit})
	return s
}

func (s *stand) request(reason string) Request { return Request{Tracker: s.tracker.ID, Reason: reason} }

func (s *stand) open(t *testing.T, r Request) Claim {
	t.Helper()
	c, made, err := s.Open(t.Context(), "t1", "key_1", "", r)
	if err != nil || !made {
		t.Fatalf("open: %v, made %t", err, made)
	}
	return c
}

// files reads a claim's archive.
func (s *stand) files(t *testing.T, c Claim) map[string]string {
	t.Helper()
	d, err := s.Bytes(t.Context(), "t1", c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if digest(d.Data) != c.Archive.SHA256 {
		t.Errorf("the archive is not the one that the claim tells of")
	}
	z, err := zip.NewReader(bytes.NewReader(d.Data), int64(len(d.Data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

func refused(t *testing.T, err error, code gateway.Code, says string) {
	t.Helper()
	r, ok := errors.AsType[*gateway.Refusal](err)
	if !ok || r.Code != code || !strings.Contains(r.Error(), says) {
		t.Errorf("got %v, want %s with %q", err, code, says)
	}
}

func omittedAs(c Claim) map[string]string {
	out := map[string]string{}
	for _, o := range c.Archive.Omitted {
		out[o.Name] = o.Reason
	}
	return out
}
