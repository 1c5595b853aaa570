package main

import (
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/purchase"
)

// A void whose answer is lost ends as what became of it at the carrier: voided where it
// arrived, else still paid, and the label says that it was looked for. Never is it called
// purchased in silence, and it is sent once.
func TestAVoidWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]string{"commit_then_cut": "voided", "reset": "purchased"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			l := s.buy(t, "yanwen.tracked", "order-de.json", "lost-void")
			time.Sleep(600 * time.Millisecond) // the carrier's search lags behind the sale
			s.call("POST", "/_control/faults", map[string]any{"carrier": "yanwen", "operation": "void", "kind": fault, "rate": 1, "count": 1})
			var v purchase.Label
			r := s.call("POST", "/v1/labels/"+l.ID+"/void", nil)
			r.into(t, &v)
			if r.status != 200 || v.Status != "needs_attention" {
				t.Fatalf("got %d %s", r.status, r.body)
			}
			eventually(t, want, func() bool {
				s.call("GET", "/v1/labels/"+l.ID, nil).into(t, &v)
				return v.Status != "needs_attention"
			})
			voids := 0
			for _, a := range v.Attempts {
				if a.Kind == "void" {
					voids++
				}
			}
			last := v.History[len(v.History)-1]
			if v.Status != want || voids != 1 || want == "purchased" && !strings.Contains(last.Detail, "the void did not reach it") {
				t.Errorf("got %s after %d voids: %+v", v.Status, voids, v.History)
			}
			if state := s.ledger(t, "yanwen").Data[0].State; (state == "voided") != (want == "voided") {
				t.Errorf("the label is %s here and %s at the carrier", v.Status, state)
			}
		})
	}
}
