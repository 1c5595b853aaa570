package adaptertest

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// checkCancelled: a caller who leaves is let go at once. The gateway spreads one request over
// many carriers and answers at its deadline; an adapter that goes on waiting holds a slot of
// the bulkhead and, before a purchase, a customer.
func checkCancelled(t *testing.T, h Harness) {
	eachAction(t, h, "cancelled", func(t *testing.T, s *session, a action) {
		call := a.ready(s)
		ctx, cancel := context.WithCancel(t.Context())
		s.tap.set(&fault{hits: a.hits, reply: func(r *http.Request, _ http.RoundTripper) (*http.Response, error) { return hold(r) }})
		began := time.Now()
		done := make(chan error, 1)
		go func() { done <- call(ctx) }()
		synctest.Wait() // the request is out, and nothing comes back
		cancel()
		synctest.Wait()
		select {
		case err := <-done:
			if err == nil {
				t.Error("the call succeeded without an answer")
			}
		default:
			t.Fatal("the call goes on after its caller has left")
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("let go after %v, want at once", waited)
		}
		if err := call(ctx); err == nil {
			t.Error("a call with a cancelled context succeeded")
		}
	})
}

// eachAction runs a part of a check for every operation, each before a simulator of its own.
func eachAction(t *testing.T, h Harness, check string, run func(*testing.T, *session, action)) {
	t.Helper()
	var names []string
	synctest.Test(t, func(t *testing.T) {
		for _, a := range newSession(t, h).actions() {
			names = append(names, a.name)
		}
	})
	for i, name := range names {
		t.Run(name, func(t *testing.T) {
			if h.excused(t, check, name) {
				return
			}
			synctest.Test(t, func(t *testing.T) {
				s := newSession(t, h)
				run(t, s, s.actions()[i])
			})
		})
	}
}
