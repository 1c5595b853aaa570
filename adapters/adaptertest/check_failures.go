package adaptertest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// checkFailures: on a read the kind of an error decides who acts, so that it must be right.
// On the committing call only one question matters: is it certain that nothing was bought?
// A proxy's 401 or 429 does not say so, and neither does silence: the outcome is unknown,
// and the gateway looks for the label instead of buying another.
func checkFailures(t *testing.T, h Harness) {
	eachAction(t, h, "failures", func(t *testing.T, s *session, a action) {
		call := a.ready(s)
		for _, f := range failures {
			if h.excused(t, "failures", a.name, f.name) {
				continue
			}
			if a.op == adapters.OpVoid { // a void that was heard may be final: take a new label
				call = a.ready(s)
			}
			took, err := s.attempt(call, a, f)
			if err == nil {
				t.Errorf("%s: no error", f.name)
				continue
			}
			if took > deadline {
				t.Errorf("%s: took %v, the deadline was %v", f.name, took, deadline)
			}
			if a.commits {
				outcomeUnknown(t, f, err)
			} else {
				readKind(t, f, err)
			}
		}
		if s.strayed() {
			t.Error("a redirect was followed: body and credentials went to another host")
		}
	})
	nothingSent(t, h)
}

// attempt makes a call on a wire that fails in one way, and heals it.
func (s *session) attempt(call func(context.Context) error, a action, f failure) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), deadline)
	defer cancel()
	s.tap.forget()
	s.tap.set(&fault{hits: a.hits, reply: f.reply})
	defer s.tap.set(nil)
	began := time.Now()
	err := call(ctx)
	return time.Since(began), err
}

// strayed tells whether a request went to where a redirect pointed.
func (s *session) strayed() bool {
	return slices.ContainsFunc(s.tap.all(), func(r sent) bool { return strings.HasPrefix(r.url, elsewhere) })
}

func readKind(t *testing.T, f failure, err error) {
	t.Helper()
	if k := normalize.KindOf(err); !slices.Contains(f.kinds, k) {
		t.Errorf("%s: got %s (%v), want %v", f.name, k, err, f.kinds)
	}
	if after := normalize.AsError(err).RetryAfter; strings.Contains(f.name, "Retry-After") && after != 7*time.Second {
		t.Errorf("%s: RetryAfter is %v, want 7s", f.name, after)
	}
}

func outcomeUnknown(t *testing.T, f failure, err error) {
	t.Helper()
	e := normalize.AsError(err)
	if e.Kind.AfterWrite() != normalize.Unknown || e.NotSent {
		t.Errorf("%s: %s (not sent: %v) claims to know whether money was spent: %v", f.name, e.Kind, e.NotSent, err)
	}
}

// nothingSent is the one failure that proves that nothing was bought: no connection was ever
// had. Saying so spares the buyer the wait for a search.
func nothingSent(t *testing.T, h Harness) {
	t.Run("no connection", func(t *testing.T) {
		if h.excused(t, "failures", "no connection") {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			s := newSession(t, h)
			for _, a := range s.actions() {
				if !a.commits {
					continue
				}
				_, err := s.attempt(a.ready(s), a, failure{reply: noDial})
				if err == nil || !normalize.AsError(err).NotSent {
					t.Errorf("%s: %v does not say that nothing was sent", a.name, err)
				}
			}
		})
	})
}

// checkRefusals: what the carrier documents as a no, in the shape that it documents, is
// certain, and its buyer hears at once which field is at fault.
func checkRefusals(t *testing.T, h Harness) {
	for _, refusal := range h.Refusals {
		t.Run(refusal.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSession(t, h)
				i := slices.IndexFunc(s.actions(), func(a action) bool { return a.commits })
				if i < 0 {
					t.Fatal("a refusal of a purchase, and no operation commits")
				}
				a := s.actions()[i]
				_, err := s.attempt(a.ready(s), a, failure{reply: refusal.Reply.of})
				e := normalize.AsError(err)
				if err == nil || e.Kind != refusal.Kind || e.Field != refusal.Field {
					t.Errorf("got %v (%+v), want %s %s", err, e, refusal.Kind, refusal.Field)
				}
			})
		})
	}
}

// checkNoRetry: two layers of retries multiply, and a purchase that is sent again is bought
// again. Whatever happens, an adapter sends once; the gateway alone may ask anew.
func checkNoRetry(t *testing.T, h Harness) {
	eachAction(t, h, "no retry", func(t *testing.T, s *session, a action) {
		call := a.ready(s)
		for _, f := range failures {
			if f.name == "without end" {
				continue // costs much and teaches nothing here
			}
			if a.op == adapters.OpVoid {
				call = a.ready(s)
			}
			s.attempt(call, a, f)
			most := max(1, h.Spec.CostOf(a.op))
			if a.commits {
				most = 1
			}
			if n := s.tap.brokenCount(); n > most {
				t.Errorf("%s: %d requests failed in one call, want at most %d", f.name, n, most)
			}
			if n := len(s.tap.commits()); a.commits && n != 1 {
				t.Errorf("%s: %d committing requests, want 1", f.name, n)
			}
		}
	})
}

// checkLostAnswers: the carrier sold, and its answer is lost. This is the case that all of
// the purchase protocol is for: one request was sent, the error does not claim to know, and
// what was bought is found by its reference, or from the carrier's answer if that was kept.
func checkLostAnswers(t *testing.T, h Harness) {
	for _, f := range lost {
		t.Run(f.name, func(t *testing.T) {
			if h.excused(t, "lost answers", f.name) {
				return
			}
			synctest.Test(t, func(t *testing.T) {
				if s := newSession(t, h); s.ops.Labeler != nil {
					loseAnswer(t, s, f)
				}
			})
		})
	}
}

func loseAnswer(t *testing.T, s *session, f failure) {
	req, at := s.mustOrder(), time.Now()
	label := action{op: adapters.OpLabel, commits: true}
	_, err := s.attempt(func(ctx context.Context) error {
		_, err := s.ops.Labeler.Label(ctx, req)
		return err
	}, label, f)
	if err == nil {
		t.Fatal("a label without an answer")
	}
	outcomeUnknown(t, f, err)
	commits := s.tap.commits()
	if len(commits) != 1 || len(s.sales()) != 1 {
		t.Fatalf("%d committing requests and %d sales, want one of each", len(commits), len(s.sales()))
	}
	if s.ops.Finder == nil {
		return
	}
	ref := refOf(req, at)
	if c := s.h.Spec.Purchase.Class; c <= adapters.ClassD {
		sold(t, s, "by reference", s.findUntil(t, normalize.FindRequest{Ref: ref}))
	}
	spoilt := normalize.Evidence{Operation: "label", Status: 200, Body: commits[0].reply[:len(commits[0].reply)/2], At: at}
	if c := s.h.Spec.Purchase.Class; c <= adapters.ClassD {
		sold(t, s, "with unreadable evidence", s.findUntil(t, normalize.FindRequest{Ref: ref, Evidence: []normalize.Evidence{spoilt}}))
	}
	kept := normalize.Evidence{Operation: "label", Status: commits[0].status, Body: commits[0].reply, At: at}
	sold(t, s, "from the kept answer", s.findUntil(t, normalize.FindRequest{Ref: ref, Evidence: []normalize.Evidence{spoilt, kept}}))
}

// sold holds what was found against the carrier's books.
func sold(t *testing.T, s *session, how string, found normalize.Found) {
	t.Helper()
	if len(found.Labels) != 1 {
		t.Errorf("%s: found %d labels, want the one that was bought", how, len(found.Labels))
		return
	}
	l, book := found.Labels[0], s.sales()[0]
	if l.TrackingNumber != "" && book.TrackingNumber != "" && l.TrackingNumber != book.TrackingNumber {
		t.Errorf("%s: found %s, the carrier sold %s", how, l.TrackingNumber, book.TrackingNumber)
	}
}
