package adaptertest

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// checkHappyPath goes the way that every parcel hopes for: a price, a label, its papers,
// found again, followed to the door, and another one given back. Read it first: it shows what
// each operation owes its caller.
func checkHappyPath(t *testing.T, h Harness) {
	parts := []struct {
		name    string
		offered func(adapters.Ops) bool
		run     func(*testing.T, *session)
	}{
		{"rate", func(o adapters.Ops) bool { return o.Rater != nil }, happyRate},
		{"label", func(o adapters.Ops) bool { return o.Labeler != nil }, happyLabel},
		{"documents", func(o adapters.Ops) bool { return o.Labeler != nil }, happyDocuments},
		{"find", func(o adapters.Ops) bool { return o.Labeler != nil && o.Finder != nil }, happyFind},
		{"list", func(o adapters.Ops) bool { return o.Labeler != nil && o.Lister != nil }, happyList},
		{"track", func(o adapters.Ops) bool { return o.Tracker != nil && (o.Labeler != nil || h.Number != "") }, happyTrack},
		{"void", func(o adapters.Ops) bool { return o.Labeler != nil && o.Voider != nil }, happyVoid},
		{"the rest", func(adapters.Ops) bool { return true }, happyRest},
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) {
			if h.excused(t, "happy path", part.name) {
				return
			}
			synctest.Test(t, func(t *testing.T) {
				if s := newSession(t, h); part.offered(s.ops) {
					part.run(t, s)
				}
			})
		})
	}
}

// happyRate: a price is exact. Its charges sum to its total in one currency, each service
// comes once, and what was asked for is answered, with a price or with a reason.
func happyRate(t *testing.T, s *session) {
	rates, err := s.ops.Rater.Rate(t.Context(), normalize.RateRequest{
		Shipment: s.uniqueShipment(), Services: s.serviceNames()})
	if err != nil {
		t.Fatalf("rate: %v", err)
	}
	seen := map[string]bool{}
	for _, r := range rates {
		if _, ok := s.h.Spec.Service(r.Service); !ok || seen[r.Service] {
			t.Errorf("service %q is none of the Spec's, or comes twice", r.Service)
		}
		seen[r.Service] = true
		if r.Unavailable == nil {
			priced(t, r)
		} else if r.Service == s.h.Service {
			t.Errorf("the sample's own service is not available: %v", r.Unavailable)
		}
	}
	if !seen[s.h.Service] {
		t.Errorf("service %s was asked for and is missing", s.h.Service)
	}
}

// serviceNames are the services that have a live quote.
func (s *session) serviceNames() []string {
	var names []string
	for _, v := range s.h.Spec.Services {
		if !v.CardPriced {
			names = append(names, v.Name)
		}
	}
	return names
}

func priced(t *testing.T, r normalize.Rate) {
	t.Helper()
	var amounts []normalize.Money
	for _, c := range r.Charges {
		amounts = append(amounts, c.Amount)
		if c.Type == "" {
			t.Errorf("%s: charge %q has no type", r.Service, c.Name)
		}
	}
	sum, err := normalize.Sum(amounts...)
	if err != nil || sum != r.Total || r.Total.Minor <= 0 || !normalize.ValidCurrency(r.Total.Currency) {
		t.Errorf("%s: charges sum to %v (%v), the total is %v", r.Service, sum, err, r.Total)
	}
	if r.Transit.DaysMax < r.Transit.DaysMin {
		t.Errorf("%s: transit %d to %d days", r.Service, r.Transit.DaysMin, r.Transit.DaysMax)
	}
}

// happyLabel: a purchase is one committing request that carries our reference, and the
// carrier's books agree with what the adapter says.
func happyLabel(t *testing.T, s *session) {
	p := s.buy()
	if p.label.TrackingNumber == "" || p.label.CarrierReference == "" {
		t.Errorf("number %q and carrier's reference %q must be there in the end", p.label.TrackingNumber, p.label.CarrierReference)
	}
	if n := len(s.tap.commits()); n != 1 {
		t.Fatalf("%d requests are marked as committing, want 1", n)
	}
	if s.h.Spec.Purchase.MaxReference > 0 && !s.told(p.req.ClientReference) {
		t.Error("no request of the purchase carries the client reference")
	}
	sales := s.sales()
	if len(sales) != 1 {
		t.Fatalf("the carrier's books have %d sales, want 1", len(sales))
	}
	if n := sales[0].TrackingNumber; n != "" && n != p.label.TrackingNumber {
		t.Errorf("tracking number %s, the carrier's books say %s", p.label.TrackingNumber, n)
	}
}

// told tells whether any request held a word.
func (s *session) told(word string) bool {
	for _, r := range s.tap.all() {
		if strings.Contains(r.body+r.url, word) {
			return true
		}
	}
	return false
}

// happyDocuments: a label is a file that a printer takes, not an error page with a PDF's name.
func happyDocuments(t *testing.T, s *session) {
	magic := map[string][]byte{"pdf": []byte("%PDF-"), "png": []byte("\x89PNG"), "zpl": []byte("^XA"), "gif": []byte("GIF8")}
	p := s.buy()
	labels := 0
	for _, d := range p.docs {
		if d.Type == normalize.DocumentLabel {
			labels++
		}
		if d.Type == "" || d.Format == "" || len(d.Data) == 0 {
			t.Errorf("a document needs type, format and bytes: %q %q, %d bytes", d.Type, d.Format, len(d.Data))
		}
		if m := magic[d.Format]; m != nil && !bytes.Contains(d.Data[:min(64, len(d.Data))], m) {
			t.Errorf("%s is no %s: it begins with %q", d.Type, d.Format, d.Data[:min(16, len(d.Data))])
		}
	}
	if labels == 0 {
		t.Error("no label to print")
	}
}

// happyFind: after a crash nothing is left but a reference. What was bought under it is
// found, what was never bought is proven absent, and nobody else's label is taken for ours.
func happyFind(t *testing.T, s *session) {
	p := s.buy()
	found := s.findUntil(t, normalize.FindRequest{Ref: refOf(p.req, p.at)})
	if len(found.Labels) != 1 || found.Labels[0].TrackingNumber != p.label.TrackingNumber && found.Labels[0].TrackingNumber != "" {
		t.Fatalf("found %+v, want the one label %s", found.Labels, p.label.TrackingNumber)
	}
	if found.Labels[0].CarrierReference != p.label.CarrierReference {
		t.Errorf("found as %s, bought as %s", found.Labels[0].CarrierReference, p.label.CarrierReference)
	}
	never := s.mustOrder()
	got, err := s.ops.Finder.Find(t.Context(), normalize.FindRequest{Ref: refOf(never, time.Now())})
	if err != nil || len(got.Labels) > 0 {
		t.Fatalf("a purchase that never was: found %d labels, %v", len(got.Labels), err)
	}
	if c := s.h.Spec.Purchase.Class; c < adapters.ClassD && !got.Absent() {
		t.Errorf("class %s promises a clean negative, and Find gives none", c)
	}
}

// findUntil asks until the carrier's search has caught up.
func (s *session) findUntil(t *testing.T, req normalize.FindRequest) normalize.Found {
	t.Helper()
	for range maxWait {
		found, err := s.ops.Finder.Find(t.Context(), req)
		if err != nil {
			t.Fatalf("find: %v", err)
		}
		if len(found.Labels) > 0 {
			return found
		}
		time.Sleep(time.Second)
	}
	return normalize.Found{}
}

// happyList: what was bought stands in the list of its time, and in no other's.
func happyList(t *testing.T, s *session) {
	p := s.buy()
	now := time.Now()
	if !s.listedUntil(t, p, normalize.ListRequest{From: now.Add(-time.Hour), Until: now.Add(time.Hour)}, maxWait) {
		t.Error("a label that was bought is in no list of the account")
	}
	if s.listedUntil(t, p, normalize.ListRequest{From: now.Add(-20 * 24 * time.Hour), Until: now.Add(-10 * 24 * time.Hour)}, 1) {
		t.Error("a label is listed among those of days before it was bought")
	}
}

// listedUntil reads the pages of a list until a label is there, once a second.
func (s *session) listedUntil(t *testing.T, p purchase, req normalize.ListRequest, tries int) bool {
	t.Helper()
	for range tries {
		req.Cursor = ""
		for range maxWait {
			out, err := s.ops.Lister.List(t.Context(), req)
			if err != nil {
				t.Fatalf("list: %v", err)
			}
			for _, l := range out.Shipments {
				if !l.Gone && (l.CarrierReference != "" && l.CarrierReference == p.label.CarrierReference ||
					l.TrackingNumber != "" && l.TrackingNumber == p.label.TrackingNumber || l.ClientReference == p.req.ClientReference) {
					return true
				}
			}
			if req.Cursor = out.Next; req.Cursor == "" {
				break
			}
		}
		time.Sleep(time.Second)
	}
	return false
}

// happyTrack: a number without a scan is not_found and no failure; afterwards every scan has
// a time with an offset, a status of ours and the carrier's own code, and the parcel arrives.
func happyTrack(t *testing.T, s *session) {
	p := s.buy()
	early, err := s.ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: p.ref()})
	if err != nil && normalize.KindOf(err) != normalize.KindNotFound {
		t.Errorf("before the first scan: got %v, want not_found or a timeline", err)
	}
	s.travel(p.label.TrackingNumber)
	got, err := s.ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: p.ref()})
	if err != nil {
		t.Fatalf("track: %v", err)
	}
	if len(got.Events) <= len(early.Events) {
		t.Errorf("%d events after a whole journey", len(got.Events))
	}
	delivered := false
	for _, e := range got.Events {
		delivered = delivered || e.Status == normalize.StatusDelivered
		plainEvent(t, e)
	}
	if !delivered {
		t.Error("the journey ends at the door, and no event says delivered")
	}
}

func plainEvent(t *testing.T, e normalize.TrackingEvent) {
	t.Helper()
	if e.Status == "" || e.Code == "" && e.Text == "" {
		t.Errorf("an event needs our status and the carrier's code or words: %+v", e)
	}
	if e.OccurredAt.IsZero() || e.RawTime == "" || e.OccurredAt.After(time.Now().Add(24*time.Hour)) {
		t.Errorf("event %s: time %v from %q", e.Code, e.OccurredAt, e.RawTime)
	}
	if e.Location.Country != "" && !normalize.ValidCountry(e.Location.Country) {
		t.Errorf("event %s: %q is no country code", e.Code, e.Location.Country)
	}
}

// happyVoid: what is given back is gone at the carrier too, and is not found as a label again.
func happyVoid(t *testing.T, s *session) {
	p := s.buy()
	out, err := s.ops.Voider.Void(t.Context(), normalize.VoidRequest{Ref: p.ref(), Reason: "changed my mind"})
	if err != nil {
		t.Fatalf("void: %v", err)
	}
	if !out.Confirmed {
		return // a carrier without a void: an unused label costs nothing
	}
	if n := len(s.sales()); n != 0 {
		t.Errorf("confirmed, but the carrier's books have %d live sales", n)
	}
	if s.ops.Finder == nil || s.h.excused(t, "happy path", "find after void") {
		return
	}
	found, err := s.ops.Finder.Find(t.Context(), normalize.FindRequest{Ref: refOf(p.req, p.at)})
	if err != nil || len(found.Labels) > 0 {
		t.Errorf("a voided label is found as if it were alive: %d labels, %v", len(found.Labels), err)
	}
}

// happyRest: what else is offered works once on the sample.
func happyRest(t *testing.T, s *session) {
	for _, a := range s.actions() {
		switch a.op {
		case adapters.OpRate, adapters.OpLabel, adapters.OpDocuments, adapters.OpFind, adapters.OpTrack, adapters.OpVoid:
			if a.name == string(a.op) {
				continue
			}
		}
		if s.h.excused(t, "happy path", a.name) {
			continue
		}
		if err := a.ready(s)(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("%s: %v", a.name, err)
		}
	}
}
