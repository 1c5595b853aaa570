package storetest

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

var callbackChecks = []check{
	with("is_kept_as_it_came", func(t *testing.T, s *store.DB) {
		c := callback(ada, "\x00raw\xff")
		c.Header, c.Query = http.Header{"X-Signature": {"abc"}}, "a=1"
		want, err := s.AppendCallback(t.Context(), c)
		noError(t, err)
		equal(t, []any{want.State, want.Size}, []any{store.CallbackReceived, int64(5)})
		got, err := s.Callback(t.Context(), ada, want.ID)
		noError(t, err)
		equal(t, got, want)
	}),
	// One claim holds the account's queue, so that a parcel's news stay in order.
	with("is_claimed_in_order_an_account_at_a_time", func(t *testing.T, s *store.DB) {
		for i := range 5 {
			_, err := s.AppendCallback(t.Context(), callback(ada, fmt.Sprint(i)))
			noError(t, err)
		}
		_, err := s.AppendCallback(t.Context(), callback(ben, "b"))
		noError(t, err)
		first, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long, Limit: 3})
		noError(t, err)
		equal(t, bodies(first), []string{"0", "1", "2"})
		equal(t, first[0].Tries, 1)
		second, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long, Limit: 3})
		noError(t, err)
		equal(t, bodies(second), []string{"b"})
		var marks []store.CallbackMark
		for _, c := range first {
			marks = append(marks, store.CallbackMark{Tenant: c.Tenant, ID: c.ID, Epoch: c.Epoch, State: store.CallbackDone})
		}
		n, err := s.MarkCallbacks(t.Context(), marks)
		noError(t, err)
		equal(t, n, 3)
		third, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long})
		noError(t, err)
		equal(t, bodies(third), []string{"3", "4"})
	}),
	with("goes_to_the_next_worker_when_the_first_is_gone", func(t *testing.T, s *store.DB) {
		_, err := s.AppendCallback(t.Context(), callback(ada, "x"))
		noError(t, err)
		lost, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: over})
		noError(t, err)
		again, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long})
		noError(t, err)
		equal(t, again[0].Tries, 2)
		n, err := s.MarkCallbacks(t.Context(), []store.CallbackMark{{Tenant: ada, ID: lost[0].ID, Epoch: lost[0].Epoch, State: store.CallbackDone}})
		noError(t, err)
		equal(t, n, 0) // the first one's word does not count any more
	}),
	// Poison waits, or goes to quarantine, and those behind it go on.
	with("that_fails_does_not_hold_up_the_rest", func(t *testing.T, s *store.DB) {
		for _, b := range []string{"poison", "good"} {
			_, err := s.AppendCallback(t.Context(), callback(ada, b))
			noError(t, err)
		}
		got, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long, Limit: 1})
		noError(t, err)
		_, err = s.MarkCallbacks(t.Context(), []store.CallbackMark{{Tenant: ada, ID: got[0].ID, Epoch: got[0].Epoch, State: store.CallbackReceived, Delay: time.Hour, Reason: "try again"}})
		noError(t, err)
		next, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long})
		noError(t, err)
		equal(t, bodies(next), []string{"good"})
	}),
	with("is_listed_by_state_and_replayed", func(t *testing.T, s *store.DB) {
		c := callback(ada, "odd")
		c.State, c.Reason = store.CallbackQuarantined, "cannot be parsed"
		c, err := s.AppendCallback(t.Context(), c)
		noError(t, err)
		l, err := s.ListCallbacks(t.Context(), ada, store.CallbackQuarantined, store.Page{})
		noError(t, err)
		equal(t, []any{l.Items[0].ID, l.Items[0].Reason, l.Items[0].Body == nil}, []any{c.ID, "cannot be parsed", true})
		none, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long})
		noError(t, err)
		equal(t, len(none), 0)
		_, err = s.ReplayCallback(t.Context(), ada, c.ID)
		noError(t, err)
		got, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long})
		noError(t, err)
		equal(t, bodies(got), []string{"odd"})
		totals, err := s.CallbackTotals(t.Context(), ada, "acct_ada")
		noError(t, err)
		equal(t, totals, []store.CallbackTotal{{State: store.CallbackReceived, Count: 1, Bytes: 3}})
	}),
	// A push can be faster than the answer to the purchase that it tells of.
	with("that_beats_its_label_is_woken_by_the_tracker", func(t *testing.T, s *store.DB) {
		park := func(body, number string) {
			_, err := s.AppendCallback(t.Context(), callback(ada, body))
			noError(t, err)
			got, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long})
			noError(t, err)
			_, err = s.MarkCallbacks(t.Context(), []store.CallbackMark{{Tenant: ada, ID: got[0].ID, Epoch: got[0].Epoch, State: store.CallbackUnmatched, Numbers: []string{number}}})
			noError(t, err)
		}
		park("before", "UF1CN")
		tracker(t, s, ada, "UF1CN")
		got, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: over})
		noError(t, err)
		equal(t, bodies(got), []string{"before"})
		// And one that looked a moment too early is not left behind either.
		_, err = s.MarkCallbacks(t.Context(), []store.CallbackMark{{Tenant: ada, ID: got[0].ID, Epoch: got[0].Epoch, State: store.CallbackUnmatched, Numbers: []string{"UF1CN"}}})
		noError(t, err)
		got, err = s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long})
		noError(t, err)
		equal(t, bodies(got), []string{"before"})
	}),
}

func bodies(cs []store.Callback) []string {
	var out []string
	for _, c := range cs {
		out = append(out, string(c.Body))
	}
	return out
}
