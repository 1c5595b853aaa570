package purchase

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// A carrier that gives everything at once: 201 with number, paper, tracker and cost.
func TestALabelIsBought(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold})
		res := s.mustBuy("k1")
		l := res.Label
		if !res.Settled || l.Status != "purchased" || l.TrackingNumber != "NW"+l.ClientReference || l.Tracker == "" || len(l.Documents) != 1 {
			t.Fatalf("got %+v", res)
		}
		if *l.Cost != usd(640) || l.CostSource != "carrier" || *l.Quoted != usd(640) || l.Reference != "EB-1001" {
			t.Errorf("cost %v from %s, quoted %v, reference %s", l.Cost, l.CostSource, l.Quoted, l.Reference)
		}
		if len(l.Attempts) != 1 || l.Attempts[0].Kind != "send" || l.Attempts[0].Outcome != "ok" {
			t.Errorf("attempts: %+v", l.Attempts)
		}
		doc, err := s.Document(t.Context(), "t1", l.ID, l.Documents[0].ID)
		if err != nil || string(doc.Data) != string(paper().Data) {
			t.Errorf("document: %q, %v", doc.Data, err)
		}
		if got := s.events(); !slices.Equal(got, []string{"label.purchased", "tracker.created"}) {
			t.Errorf("told %v", got)
		}
		again := s.mustBuy("k1")
		if !again.Replayed || !again.Settled || again.Label.ID != l.ID || s.carrier.calls(adapters.OpLabel) != 1 {
			t.Errorf("the same key again: %+v after %d calls", again, s.carrier.calls(adapters.OpLabel))
		}
	})
}

// refusals are answers that prove that nothing was sold.
var refusals = []normalize.Kind{normalize.KindInvalidRequest, normalize.KindNotServiceable, normalize.KindProhibitedGoods,
	normalize.KindInsufficientFunds, normalize.KindRejected, normalize.KindAuthFailed, normalize.KindNotFound}

// A documented refusal is final: the same key hears it again, and nobody is asked again.
func TestARefusalIsReplayed(t *testing.T) {
	for _, kind := range refusals {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				no := &normalize.Error{Kind: kind, Carrier: "northwind", Op: "label", Code: "4711", Message: "no", CarrierMsg: "nope", Field: "/items/0/hs_code"}
				s := newStand(t, &northwind{label: func(context.Context, normalize.LabelRequest) (normalize.Label, error) { return normalize.Label{}, no }})
				for i := range 2 {
					res, err := s.buy("k1")
					r, ok := errors.AsType[*gateway.Refusal](err)
					if !ok || r.Carrier.Kind != kind || r.Carrier.Code != "4711" || r.Carrier.CarrierMsg != "nope" || !slices.Equal(pointers(err), []string{"/items/0/hs_code"}) {
						t.Fatalf("got %v", err)
					}
					if l, ok := r.Label.(Label); !ok || l.Status != "failed" || res.Replayed != (i == 1) {
						t.Errorf("time %d: label %+v, replayed %t", i, r.Label, res.Replayed)
					}
				}
				if n := s.carrier.calls(adapters.OpLabel); n != 1 {
					t.Errorf("the carrier was asked %d times", n)
				}
				if got := s.events(); !slices.Equal(got, []string{"label.failed"}) {
					t.Errorf("told %v", got)
				}
			})
		})
	}
}

// What never left us is a failure for certain, whatever its kind.
func TestNotSentIsFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: func(context.Context, normalize.LabelRequest) (normalize.Label, error) {
			return normalize.Label{}, &normalize.Error{Kind: normalize.KindUnavailable, NotSent: true, Message: "cannot dial"}
		}})
		_, err := s.buy("k1")
		p := s.only()
		if code(err) != "unavailable" || p.State != store.PurchaseFailed {
			t.Errorf("got %v, state %s", err, p.State)
		}
		f, err := s.db.PurchaseFile(t.Context(), "t1", p.ID)
		if err != nil || f.Attempts[0].Outcome != store.OutcomeNotSent {
			t.Errorf("attempt %+v, %v", f.Attempts, err)
		}
	})
}

// lost are answers that prove nothing. Each leaves the purchase unknown.
var lost = map[string]func(context.Context, normalize.LabelRequest) (normalize.Label, error){
	"timeout": hang,
	"unavailable": func(context.Context, normalize.LabelRequest) (normalize.Label, error) {
		return normalize.Label{}, normalize.Fail(normalize.KindUnavailable, "500")
	},
	"bad_response": func(context.Context, normalize.LabelRequest) (normalize.Label, error) {
		return normalize.Label{}, normalize.Fail(normalize.KindBadResponse, "not JSON")
	},
	"an error of no kind": func(context.Context, normalize.LabelRequest) (normalize.Label, error) {
		return normalize.Label{}, io.ErrUnexpectedEOF
	},
	"a panic": func(context.Context, normalize.LabelRequest) (normalize.Label, error) { panic("adapter") },
}

// A lost answer is 202 and unknown, and is never sent again: not by the same key, not by a
// restart, not by the worker.
func TestALostAnswerIsUnknownAndNeverSentAgain(t *testing.T) {
	for name, answer := range lost {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: answer})
				s.work()
				for i := range 2 {
					res := s.mustBuy("k1")
					if res.Settled || res.Label.Status != "unknown" || res.Replayed != (i == 1) {
						t.Fatalf("time %d: got %+v", i, res)
					}
				}
				if due := s.only().DueAt.Sub(s.only().UpdatedAt); due != 10*time.Second {
					t.Errorf("to be looked at after %v, want the quiet period", due)
				}
				time.Sleep(15 * time.Second)
				s.kill()
				s.start()
				s.work()
				time.Sleep(15 * time.Second)
				res := s.mustBuy("k1")
				if n := s.carrier.calls(adapters.OpLabel); n != 1 || res.Settled {
					t.Errorf("sent %d times; %+v", n, res.Label)
				}
			})
		})
	}
}

// "You have that already" is success evidence: the label is fetched.
func TestADuplicateIsFound(t *testing.T) {
	duplicate := func(context.Context, normalize.LabelRequest) (normalize.Label, error) {
		return normalize.Label{}, &normalize.Error{Kind: normalize.KindDuplicate, Code: "V121", Message: "order number used"}
	}
	for _, c := range []struct {
		name  string
		find  func(context.Context, normalize.FindRequest) (normalize.Found, error)
		state string
	}{
		{"found", func(_ context.Context, r normalize.FindRequest) (normalize.Found, error) {
			return normalize.Found{Labels: []normalize.Label{bought("NW" + r.Ref.ClientReference)}, Complete: true}, nil
		}, "purchased"},
		{"not found", func(context.Context, normalize.FindRequest) (normalize.Found, error) {
			return normalize.Found{Complete: true}, nil
		}, "unknown"},
		{"found twice", func(context.Context, normalize.FindRequest) (normalize.Found, error) {
			return normalize.Found{Labels: []normalize.Label{bought("NW1"), bought("NW2")}}, nil
		}, "unknown"},
		{"cannot be asked", func(context.Context, normalize.FindRequest) (normalize.Found, error) {
			return normalize.Found{}, normalize.Fail(normalize.KindUnavailable, "down")
		}, "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: duplicate, find: c.find})
				if l := s.mustBuy("k1").Label; l.Status != c.state {
					t.Errorf("got %s, want %s: %+v", l.Status, c.state, l.History)
				}
			})
		})
	}
}

// A label that another purchase has is never counted twice: where the carrier says
// duplicate, this purchase has bought nothing; where it says sold, a person must look.
func TestALabelBelongsToOnePurchase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{label: func(context.Context, normalize.LabelRequest) (normalize.Label, error) { return bought("NW1"), nil }}
		n.find = func(context.Context, normalize.FindRequest) (normalize.Found, error) {
			return normalize.Found{Labels: []normalize.Label{bought("NW1")}, Complete: true}, nil
		}
		s := newStand(t, n)
		if l := s.mustBuy("k1").Label; l.Status != "purchased" {
			t.Fatalf("got %+v", l)
		}
		if l := s.mustBuy("k2").Label; l.Status != "needs_attention" || len(l.Documents) != 1 {
			t.Errorf("sold twice under one number: %s with %d papers", l.Status, len(l.Documents))
		}
		n.label = func(context.Context, normalize.LabelRequest) (normalize.Label, error) {
			return normalize.Label{}, normalize.Fail(normalize.KindDuplicate, "has a label")
		}
		if _, err := s.buy("k3"); code(err) != "duplicate" {
			t.Errorf("an order line that has its label: %v", err)
		}
	})
}

// A caller who does not wait gets 202; the label comes all the same, and the same key has it.
func TestASlowCarrierIs202ThenReplayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: after(4*time.Second, sold)})
		start := time.Now()
		res := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 1000 })
		if took := time.Since(start); took != time.Second || res.Settled || res.Label.Status != "purchasing" {
			t.Fatalf("answered after %v: %+v", took, res)
		}
		again := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 1000 })
		if again.Settled || !again.Replayed || again.Label.Status != "purchasing" {
			t.Errorf("while nobody waits: %+v", again)
		}
		time.Sleep(4 * time.Second)
		again = s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 1000 })
		if !again.Settled || !again.Replayed || again.Label.Status != "purchased" || s.carrier.calls(adapters.OpLabel) != 1 {
			t.Errorf("afterwards: %+v", again)
		}
	})
}

// A caller who hangs up does not stop the purchase.
func TestACallerWhoLeavesStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: after(2*time.Second, sold)})
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		if res, err := s.Buy(ctx, "t1", "key_1", "k1", request()); err != nil || res.Settled {
			t.Errorf("got %+v, %v", res, err)
		}
		s.Close()
		if p := s.only(); p.State != store.PurchaseSettled {
			t.Errorf("state %s", p.State)
		}
	})
}

// What the contract shows of a label is there, null where there is nothing to say.
func TestPromisedFieldsAreThere(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(labelOf(store.PurchaseFile{Purchase: store.Purchase{ID: "lbl_1", State: store.PurchaseReady},
		Attempts: []store.Attempt{{Kind: store.AttemptSend}}, Documents: []store.Document{{ID: "doc_1"}}, History: []store.HistoryLine{{Status: "purchasing"}}}))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]json.RawMessage
	var parts struct{ Attempts, Documents, History []map[string]json.RawMessage }
	if err := errors.Join(json.Unmarshal(raw, &got), json.Unmarshal(raw, &parts)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"reference", "tracking_number", "last_mile_tracking_number", "carrier_reference", "cost", "cost_source", "quoted", "tracker", "mandate"} {
		if v := string(got[name]); v != "null" {
			t.Errorf("%s is %q, want null", name, v)
		}
	}
	for _, name := range []string{"id", "status", "channel", "account", "parcels", "client_reference", "attempts", "documents", "history", "created_at"} {
		if v := string(got[name]); v == "" || v == "null" {
			t.Errorf("%s is %q", name, v)
		}
	}
	if v := string(parts.Attempts[0]["phase"]) + string(parts.Documents[0]["size"]) + string(parts.History[0]["detail"]); v != "nullnullnull" {
		t.Errorf("inside they are %s", v)
	}
	var back Label
	if err := json.Unmarshal(raw, &back); err != nil || back.ID != "lbl_1" || back.Documents[0].ID != "doc_1" {
		t.Errorf("read again: %+v, %v", back, err)
	}
}
