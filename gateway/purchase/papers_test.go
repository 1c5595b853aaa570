package purchase

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// numberless is a sale that brought a reference and nothing else.
func numberless(_ context.Context, r normalize.LabelRequest) (normalize.Label, error) {
	return normalize.Label{CarrierReference: "B-" + r.ClientReference}, nil
}

// readyAfter gives number and paper from the n-th time on; until then they are pending.
func readyAfter(n int, number string) func(context.Context, normalize.DocumentsRequest) (normalize.Documents, error) {
	asked := 0
	return func(context.Context, normalize.DocumentsRequest) (normalize.Documents, error) {
		if asked++; asked < n {
			return normalize.Documents{Pending: true, Label: normalize.Label{
				Warnings: []normalize.Warning{{Code: "label_not_printed", Message: "wait"}}}}, nil
		}
		return normalize.Documents{Label: normalize.Label{TrackingNumber: number}, Documents: []normalize.Document{paper()}}, nil
	}
}

// Number and paper that come a little later still come within the caller's wait.
func TestLatePapersComeWithinTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: numberless, documents: readyAfter(3, "NW1")})
		s.work() // the worker must not ask besides
		res := s.mustBuy("k1")
		if !res.Settled || res.Label.TrackingNumber != "NW1" || res.Label.Tracker == "" || len(res.Label.Warnings) != 0 {
			t.Fatalf("got %+v", res)
		}
		if n := s.carrier.calls(adapters.OpDocuments); n != 3 {
			t.Errorf("papers were asked for %d times, want 3", n)
		}
		var kinds []string
		for _, a := range res.Label.Attempts {
			kinds = append(kinds, a.Kind)
		}
		if !slices.Equal(kinds, []string{"send", "fetch", "fetch", "fetch"}) {
			t.Errorf("attempts %v", kinds)
		}
		if got := s.events(); !slices.Equal(got, []string{"label.purchased", "tracker.created"}) {
			t.Errorf("told %v", got)
		}
		f, err := s.db.PurchaseFile(t.Context(), "t1", res.Label.ID)
		if err != nil || f.Labels[0].TrackingNumber != "NW1" || f.Labels[0].ShipmentID != res.Label.CarrierReference {
			t.Errorf("the bought label did not learn its number: %+v, %v", f.Labels, err)
		}
	})
}

// What comes after the caller's deadline is fetched by the worker, once at a time.
func TestTheWorkerGoesOnWhereTheRequestStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: numberless, documents: readyAfter(8, "NW1")})
		s.work()
		res := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 2000 })
		if res.Settled || res.Label.Status != "purchasing" || res.Label.CarrierReference == "" || res.Label.Cost == nil {
			t.Fatalf("got %+v", res)
		}
		if !slices.ContainsFunc(res.Label.History, func(h HistoryLine) bool { return h.Status == "bought" }) ||
			len(res.Label.Warnings) != 1 {
			t.Errorf("history %v, warnings %v", res.Label.History, res.Label.Warnings)
		}
		time.Sleep(time.Minute)
		l, err := s.Get(t.Context(), "t1", res.Label.ID)
		if err != nil || l.Status != "purchased" || len(l.Documents) != 1 || len(l.Warnings) != 0 {
			t.Errorf("got %+v, %v", l, err)
		}
		if n := s.carrier.calls(adapters.OpDocuments); n != 8 {
			t.Errorf("papers were asked for %d times, want 8", n)
		}
	})
}

// A carrier that has no paper to give is not asked eighty times: a person must look, and
// what came is kept. The label is paid for, so it can be voided.
func TestACarrierWithoutPaper(t *testing.T) {
	invoice := normalize.Document{Type: normalize.DocumentInvoice, Format: "pdf", Data: []byte("%PDF-1.7 an invoice")}
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{label: numberless, void: func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
			return normalize.Voided{Confirmed: true}, nil
		}}
		n.documents = func(context.Context, normalize.DocumentsRequest) (normalize.Documents, error) {
			return normalize.Documents{Documents: []normalize.Document{invoice}}, nil
		}
		s := newStand(t, n)
		s.work()
		l := s.mustBuy("k1").Label
		if l.Status != "needs_attention" || len(l.Documents) != 1 || l.History[len(l.History)-1].Status != "needs_attention" {
			t.Fatalf("got %+v", l)
		}
		time.Sleep(time.Minute)
		if n := s.carrier.calls(adapters.OpDocuments); n != 1 {
			t.Errorf("papers were asked for %d times, want once", n)
		}
		if v, err := s.Void(t.Context(), "t1", l.ID); err != nil || v.Status != "voided" {
			t.Errorf("void: %s, %v", v.Status, err)
		}
	})
}

// A carrier that cannot be asked for papers leaves at once what did not come.
func TestPapersThatNobodyCanFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: numberless})
		start := time.Now()
		if l := s.mustBuy("k1").Label; l.Status != "needs_attention" || time.Since(start) > time.Second {
			t.Errorf("got %s after %v: %v", l.Status, time.Since(start), l.History)
		}
	})
}

// Papers that never come are given up after three days of asking ever more rarely.
func TestPapersThatNeverCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: numberless, documents: readyAfter(1000, "NW1")})
		id := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 500 }).Label.ID
		start := time.Now()
		for s.row(id).State == store.PurchaseBought {
			if d := time.Until(s.row(id).DueAt); d > 0 {
				time.Sleep(d) // the worker's tick would find it then
			}
			for _, p := range s.due(t.Context(), store.PurchaseBought) {
				s.lost(p, "documents", s.fetchLate(t.Context(), p))
			}
		}
		l, err := s.Get(t.Context(), "t1", id)
		if err != nil || l.Status != "needs_attention" || s.carrier.calls(adapters.OpDocuments) != maxPapers {
			t.Errorf("got %s after %d times of asking, %v", l.Status, s.carrier.calls(adapters.OpDocuments), err)
		}
		if took := time.Since(start); took < 60*time.Hour || took > 80*time.Hour {
			t.Errorf("given up after %v", took)
		}
	})
}

// Closing does not wait for papers: it ends the wait, and the next process goes on.
func TestClosingEndsTheWaitForPapers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: numberless, documents: readyAfter(7, "NW1")})
		go func() {
			time.Sleep(3 * time.Second)
			s.Close()
		}()
		start := time.Now()
		res := s.mustBuy("k1")
		if took := time.Since(start); took > 4*time.Second || res.Settled {
			t.Fatalf("answered after %v: %s", took, res.Label.Status)
		}
		s.kill()
		s.start()
		s.work()
		time.Sleep(time.Minute)
		if l := s.mustBuy("k1").Label; l.Status != "purchased" {
			t.Errorf("the next process left it %s", l.Status)
		}
	})
}

// Close waits a bounded time, whatever an adapter does.
func TestClosingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: after(10*time.Minute, sold)})
		s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 100 })
		start := time.Now()
		s.Close()
		if took := time.Since(start); took > closeLimit {
			t.Errorf("closed after %v", took)
		}
		if _, err := s.buy("k2"); code(err) != "overloaded" {
			t.Errorf("a purchase after that: %v", err)
		}
		time.Sleep(10 * time.Minute)
	})
}

// Two purchases cannot end with the same late number.
func TestALateNumberBelongsToOnePurchase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{label: numberless}
		n.documents = func(context.Context, normalize.DocumentsRequest) (normalize.Documents, error) {
			return normalize.Documents{Label: normalize.Label{TrackingNumber: "NW1"}, Documents: []normalize.Document{paper()}}, nil
		}
		s := newStand(t, n)
		if l := s.mustBuy("k1").Label; l.Status != "purchased" {
			t.Fatalf("got %+v", l)
		}
		if l := s.mustBuy("k2").Label; l.Status != "needs_attention" || l.TrackingNumber != "" || len(l.Documents) != 1 {
			t.Errorf("got %s %q with %d papers", l.Status, l.TrackingNumber, len(l.Documents))
		}
	})
}
