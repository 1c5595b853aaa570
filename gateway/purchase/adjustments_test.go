package purchase

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

func (s *stand) adjust(invoice string, lines ...BillLine) Adjusted {
	s.t.Helper()
	from, until := time.Now().Add(-48*time.Hour), time.Now().Add(time.Hour)
	out, err := s.Adjust(s.t.Context(), "t1", Adjustments{Account: "acct_nw", Invoice: invoice, From: &from, Until: &until, Lines: lines})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func reasons(list []BillProblem) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Reason)
	}
	return strings.Join(out, " ")
}

// Every line of an invoice belongs to exactly one label, whichever of its names it gives, and
// every label of the time to one line. What another amount says is told once.
func TestAnInvoiceIsHeldAgainstTheLabels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold, void: voids})
		s.DriftPercent = 2
		var l []Label
		for _, key := range []string{"k1", "k2", "k3", "k4"} {
			l = append(l, s.mustBuy(key).Label)
		}
		lines := []BillLine{
			{CarrierID: l[0].CarrierReference, Amount: usd(640)},
			{TrackingNumber: l[1].TrackingNumber, Amount: usd(650)}, // within two percent
			{ClientReference: l[2].ClientReference, Amount: usd(900)},
		}
		got := s.adjust("INV-1", lines...)
		if got.Lines != 3 || got.Matched != 3 || got.Adjusted != 1 || len(got.Orphans)+len(got.Disputes) != 0 || !slices.Equal(got.Unbilled, []string{l[3].ID}) {
			t.Errorf("got %+v", got)
		}
		for i, want := range []normalize.Money{usd(640), usd(650), usd(900)} {
			if b := s.get(l[i].ID).Billed; b == nil || *b != want {
				t.Errorf("label %d is billed %v", i, b)
			}
		}
		again := s.adjust("INV-1", lines...)
		if again.Adjusted != 0 || again.Matched != 3 || len(again.Disputes) != 0 {
			t.Errorf("again: %+v", again)
		}
		told := 0
		for _, e := range s.events() {
			if e == "label.adjusted" {
				told++
			}
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
		spent, err := s.db.Spending(t.Context(), "t1", normalize.DateOf(time.Now()))
		if err != nil || len(spent) != 1 || spent[0].Money != usd(640+650+900+640) {
			t.Errorf("spent %+v, %v", spent, err)
		}
	})
}

// What should not be paid unseen is said of each line.
func TestLinesThatNeedAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold, void: voids})
		first, second, voided := s.mustBuy("k1").Label, s.mustBuy("k2").Label, s.mustBuy("k3").Label
		if _, err := s.Void(t.Context(), "t1", voided.ID); err != nil {
			t.Fatal(err)
		}
		failed := s.parked("k4")
		if _, err := s.Settle(t.Context(), "t1", "key_1", failed.ID, Settlement{Outcome: "not_bought", Reason: "not in the portal"}); err != nil {
			t.Fatal(err)
		}
		lost := ids.ClientReference(s.db.Meta().Prefix, ids.New(ids.Label))
		got := s.adjust("INV-1",
			BillLine{TrackingNumber: first.TrackingNumber, Amount: usd(640)},
			BillLine{CarrierID: first.CarrierReference, Amount: usd(640)},
			BillLine{TrackingNumber: second.TrackingNumber, ClientReference: first.ClientReference, Amount: usd(640)},
			BillLine{TrackingNumber: "NW9", ClientReference: second.ClientReference, Amount: usd(640)},
			BillLine{TrackingNumber: voided.TrackingNumber, Amount: usd(640)},
			BillLine{TrackingNumber: "NW8", ClientReference: failed.ClientReference, Amount: usd(640)},
			BillLine{TrackingNumber: "NW7", Amount: usd(640)},
			BillLine{TrackingNumber: "NW6", ClientReference: lost, Amount: usd(640)},
		)
		if reasons(got.Disputes) != "billed_twice conflict other_label voided given_up" || reasons(got.Orphans) != "unknown orphan" {
			t.Errorf("disputes %s; orphans %s", reasons(got.Disputes), reasons(got.Orphans))
		}
		if got.Matched != 3 || !slices.Equal(got.Unbilled, []string{second.ID}) {
			t.Errorf("matched %d, unbilled %v", got.Matched, got.Unbilled)
		}
		if l := s.get(failed.ID); l.Status != "failed" || l.Billed != nil {
			t.Errorf("the one that was given up: %s %s", l.Status, l.Billed)
		}
		if l := s.get(got.Disputes[4].Label); l.Status != "needs_attention" || l.TrackingNumber != "NW8" || l.Billed == nil {
			t.Errorf("what was billed of it: %s %s", l.Status, l.TrackingNumber)
		}
		if l := s.get(got.Orphans[1].Label); l.Status != "needs_attention" || l.ClientReference != lost {
			t.Errorf("the orphan: %+v", l)
		}
		if other := s.adjust("INV-2", BillLine{TrackingNumber: first.TrackingNumber, Amount: usd(640)}); reasons(other.Disputes) != "billed_before" {
			t.Errorf("billed again by another invoice: %+v", other)
		}
	})
}

// An invoice proves a purchase that nothing else could.
func TestAnInvoiceProvesAParkedPurchase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold, documents: readyAfter(1, "")})
		id := s.parked("k1").ID
		got := s.adjust("INV-1", BillLine{CarrierID: "B-NW1", TrackingNumber: "NW1", ClientReference: s.row(id).ClientReference, Amount: usd(640)})
		if got.Settled != 1 || got.Matched != 1 {
			t.Errorf("got %+v", got)
		}
		time.Sleep(10 * time.Second)
		for _, p := range s.due(t.Context(), workStates...) {
			s.lost(p, "documents", s.resume(t.Context(), p))
		}
		if l := s.get(id); l.Status != "purchased" || l.TrackingNumber != "NW1" || len(l.Documents) != 1 || l.Billed == nil {
			t.Errorf("got %s %s: %+v", l.Status, l.TrackingNumber, l.History)
		}
	})
}

// What cannot be read is refused before anything is written.
func TestInvoicesThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold})
		l := s.mustBuy("k1").Label
		good := BillLine{TrackingNumber: l.TrackingNumber, Amount: usd(900)}
		day := time.Now()
		for pointer, in := range map[string]Adjustments{
			"/account":            {Account: "acct_other", Lines: []BillLine{good}},
			"/lines":              {Account: "acct_nw"},
			"/lines/1/carrier_id": {Account: "acct_nw", Lines: []BillLine{good, {Amount: usd(1)}}},
			"/lines/1/amount":     {Account: "acct_nw", Lines: []BillLine{good, {CarrierID: "x", Amount: usd(-1)}}},
			"/until":              {Account: "acct_nw", Lines: []BillLine{good}, From: &day},
			"/csv":                {Account: "acct_nw", Lines: []BillLine{good}, CSV: "amount,currency\n1.00,USD\n"},
		} {
			if _, err := s.Adjust(t.Context(), "t1", in); code(err) != "invalid_request" || !slices.Contains(pointers(err), pointer) {
				t.Errorf("%s: %v %v", pointer, err, pointers(err))
			}
		}
		if _, err := s.Adjust(t.Context(), "t2", Adjustments{Account: "acct_nw", Lines: []BillLine{good}}); code(err) != "invalid_request" {
			t.Errorf("another tenant's account: %v", err)
		}
		if s.get(l.ID).Billed != nil {
			t.Error("a refused invoice was written down")
		}
	})
}

// The columns stand in any order; what is not an amount of its currency is refused with its row.
func TestBillCSV(t *testing.T) {
	t.Parallel()
	got, err := readBillCSV("\ufeffCurrency,tracking_number,weight,amount\nUSD, NW1 ,350,6.40\nJPY,NW2,,640\n")
	want := []BillLine{{TrackingNumber: "NW1", Amount: usd(640)}, {TrackingNumber: "NW2", Amount: normalize.Money{Minor: 640, Currency: "JPY"}}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for text, says := range map[string]string{
		"":                                   "header",
		"tracking_number,amount\nNW1,6.40\n": "currency",
		"tracking_number,amount,currency\nNW1,6.405,USD\n":                 "row 2",
		"tracking_number,amount,currency\nNW1,6.40\n":                      "row 2",
		"tracking_number,amount,currency\nNW1,\"6.40,USD\n":                "row 2",
		"amount,currency\n" + strings.Repeat("1.00,USD\n", maxBillLines+1): "more than 10000 lines",
	} {
		if _, err := readBillCSV(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.40q: got %v, want %s", text, err, says)
		}
	}
}

// A purchase that a worker has in its hands is not decided meanwhile by an invoice.
func TestAnInvoiceAndAWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold, find: finds(normalize.Found{})})
		id := s.mustBuyLost("k1").ID
		time.Sleep(time.Minute)
		if held := s.due(t.Context(), store.PurchaseUnknown); len(held) != 1 {
			t.Fatalf("%d are due", len(held))
		}
		line := BillLine{CarrierID: "B-NW1", TrackingNumber: "NW1", ClientReference: s.row(id).ClientReference, Amount: usd(640)}
		if _, err := s.Adjust(t.Context(), "t1", Adjustments{Account: "acct_nw", Invoice: "INV-1", Lines: []BillLine{line}}); code(err) != "state_conflict" {
			t.Errorf("got %v", err)
		}
		time.Sleep(2 * time.Minute)
		if got := s.adjust("INV-1", line); got.Settled != 1 {
			t.Errorf("got %+v", got)
		}
	})
}
