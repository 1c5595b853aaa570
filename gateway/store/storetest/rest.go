package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

var planChecks = []check{
	with("is_begun_once_per_key_and_name", func(t *testing.T, s *store.DB) {
		first, created, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"), store.HistoryLine{Status: "creating"})
		noError(t, err)
		equal(t, created, true)
		again, created, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 2"))
		noError(t, err)
		equal(t, created, false)
		equal(t, again, first)
		// The name is all that finds a plan whose answer was lost, so it must be the only one.
		_, _, err = s.BeginPlan(t.Context(), plan(ada, "k2", "box 1"))
		wantError(t, err, store.ErrDuplicate)
		history, err := s.HistoryOf(t.Context(), ada, first.ID)
		noError(t, err)
		equal(t, len(history), 1)
	}),
	with("is_driven_by_one_at_a_time", func(t *testing.T, s *store.DB) {
		_, _, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"))
		noError(t, err)
		held, err := s.ClaimDuePlans(t.Context(), store.Due{Lease: long})
		noError(t, err)
		equal(t, len(held), 1)
		_, err = s.ClaimPlan(t.Context(), ada, held[0].ID, long)
		wantError(t, err, store.ErrConflict)
		got, err := s.UpdatePlan(t.Context(), held[0].Ref(), store.PlanUpdate{Release: true,
			Change: func(p *store.Plan) error {
				p.Status, p.CarrierPlanID, p.State, p.Spent = "needs_packing", "wf1", []byte(`{"step":2}`), usd(100)
				p.DueAt = time.Time{}
				return nil
			},
			Documents: []store.Document{{Type: "label", Data: []byte("x")}}, History: []store.HistoryLine{{Status: "needs_packing"}},
			Emit: func(p store.Plan) []store.Event {
				return []store.Event{{Type: "inbound_plan.updated", Subject: p.ID}}
			},
		})
		noError(t, err)
		stored, err := s.Plan(t.Context(), ada, got.ID)
		noError(t, err)
		equal(t, stored, got)
		equal(t, allEvents(t, s)[0].Subject, got.ID)
		mine, err := s.ClaimPlan(t.Context(), ada, got.ID, long)
		noError(t, err)
		_, err = s.UpdatePlan(t.Context(), got.Ref(), store.PlanUpdate{})
		wantError(t, err, store.ErrConflict)
		equal(t, mine.Epoch, got.Epoch+1)
		l, err := s.ListPlans(t.Context(), ada, store.PlanFilter{Adapter: "amazon_fba", Status: "needs_packing"}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 1)
	}),
	// What cannot be undone is written down before it is asked for, and not asked for twice.
	with("writes_its_steps_ahead", func(t *testing.T, s *store.DB) {
		p, _, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"))
		noError(t, err)
		confirm := store.Step{Name: "confirm_placement", Target: "pl1", Key: "c1", Fingerprint: []byte("f"), Irreversible: true}
		first, created, err := s.BeginStep(t.Context(), p.Ref(), confirm)
		noError(t, err)
		equal(t, []any{created, first.State, first.Plan}, []any{true, store.StepPending, p.ID})
		byKey, created, err := s.BeginStep(t.Context(), p.Ref(), confirm)
		noError(t, err)
		equal(t, created, false)
		equal(t, byKey, first)
		confirm.Key = "c2"
		open, created, err := s.BeginStep(t.Context(), p.Ref(), confirm)
		noError(t, err)
		equal(t, created, false)
		equal(t, open.ID, first.ID)
		_, err = s.UpdateStep(t.Context(), ada, p.ID, store.StepResult{ID: first.ID, State: store.StepUnknown, Operation: "op1"})
		noError(t, err)
		done, err := s.UpdateStep(t.Context(), ada, p.ID, store.StepResult{ID: first.ID, State: store.StepDone, Detail: []byte(`{}`)})
		noError(t, err)
		equal(t, []any{done.Operation, done.EndedAt.IsZero()}, []any{"op1", false})
		_, err = s.UpdateStep(t.Context(), ada, p.ID, store.StepResult{ID: first.ID, State: store.StepFailed})
		wantError(t, err, store.ErrConflict)
		second, created, err := s.BeginStep(t.Context(), p.Ref(), confirm)
		noError(t, err)
		equal(t, []any{created, second.ID == first.ID}, []any{true, false})
		steps, err := s.StepsOf(t.Context(), ada, p.ID)
		noError(t, err)
		equal(t, len(steps), 2)
		equal(t, steps[0], done)
	}),
	with("shares_step_keys_with_no_other_plan", func(t *testing.T, s *store.DB) {
		a, _, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"))
		noError(t, err)
		b, _, err := s.BeginPlan(t.Context(), plan(ada, "k2", "box 2"))
		noError(t, err)
		_, _, err = s.BeginStep(t.Context(), a.Ref(), store.Step{Name: "confirm", Key: "c1"})
		noError(t, err)
		for _, key := range []string{"c1", "k1"} {
			_, _, err = s.BeginStep(t.Context(), b.Ref(), store.Step{Name: "confirm", Key: key})
			wantError(t, err, store.ErrKeyReused)
		}
		_, _, err = s.BeginStep(t.Context(), store.Ref{Tenant: ada, ID: a.ID, Epoch: 7}, store.Step{Name: "other"})
		wantError(t, err, store.ErrConflict)
	}),
	with("is_one_step_however_many_ask", func(t *testing.T, s *store.DB) {
		p, _, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"))
		noError(t, err)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, _, err := s.BeginStep(t.Context(), p.Ref(), store.Step{Name: "confirm", Target: "x", Key: "c1"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		steps, err := s.StepsOf(t.Context(), ada, p.ID)
		noError(t, err)
		equal(t, len(steps), 1)
	}),
}

var tokenChecks = []check{
	// Whoever refreshes with a token that is used up is locked out by the carrier.
	{"is_refreshed_by_one_at_a_time", func(t *testing.T, fresh Fresh) {
		url := fresh(t)
		s := open(t, url)
		stores := []*store.DB{s}
		if s.Dialect() == "postgres" {
			stores = append(stores, open(t, url)) // a second replica
		}
		var inside, most int
		var wg sync.WaitGroup
		for i := range 20 {
			tokens := store.TokensOf(stores[i%len(stores)], ada, "acct_1")
			wg.Go(func() {
				_, err := tokens.Refresh(t.Context(), "refresh", func(stored string) (string, error) {
					inside++ // races, were it not for the lock
					most = max(most, inside)
					defer func() { inside-- }()
					return stored + "x", nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		equal(t, most, 1)
		got, err := s.Token(t.Context(), ada, "acct_1", "refresh")
		noError(t, err)
		equal(t, []any{len(got.Value), got.Version}, []any{20, int64(20)})
	}},
	with("stays_when_the_refresh_fails_or_changes_nothing", func(t *testing.T, s *store.DB) {
		refresh := func(fn func([]byte) ([]byte, error)) (store.Token, error) {
			return s.RefreshToken(t.Context(), ada, "acct_1", "refresh", fn)
		}
		oops := errors.New("carrier is down")
		_, err := refresh(func(b []byte) ([]byte, error) { equal(t, len(b), 0); return nil, oops })
		wantError(t, err, oops)
		_, err = s.Token(t.Context(), ada, "acct_1", "refresh")
		wantError(t, err, store.ErrNotFound)
		_, err = refresh(func([]byte) ([]byte, error) { return []byte("one"), nil })
		noError(t, err)
		got, err := refresh(func([]byte) ([]byte, error) { return []byte("two"), oops })
		wantError(t, err, oops)
		equal(t, string(got.Value), "one")
		got, err = refresh(func(b []byte) ([]byte, error) { return b, nil })
		noError(t, err)
		equal(t, got.Version, int64(1))
	}),
	// The carrier has given the token out: it is stored though the caller has gone.
	with("is_stored_though_the_caller_has_left", func(t *testing.T, s *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.RefreshToken(ctx, ada, "acct_1", "refresh", func([]byte) ([]byte, error) {
			cancel()
			return []byte("new"), nil
		})
		noError(t, err)
		got, err := s.Token(t.Context(), ada, "acct_1", "refresh")
		noError(t, err)
		equal(t, string(got.Value), "new")
	}),
	with("does_not_make_a_waiter_wait_for_ever", func(t *testing.T, s *store.DB) {
		_, err := s.RefreshToken(t.Context(), ada, "acct_1", "refresh", func([]byte) ([]byte, error) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := s.RefreshToken(ctx, ada, "acct_1", "refresh", func(b []byte) ([]byte, error) { return b, nil })
			wantError(t, err, context.Canceled)
			return []byte("one"), nil
		})
		noError(t, err)
	}),
}

var durabilityChecks = []check{
	// What was acknowledged is there after the process is gone, without a goodbye.
	{"sees_all_acknowledged_writes_from_another_opening", func(t *testing.T, fresh Fresh) {
		url := fresh(t)
		s := open(t, url)
		var mu sync.Mutex
		var acknowledged []string
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				b, err := s.BeginPurchase(t.Context(), intent(s, ada, fmt.Sprint("k", i)))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				acknowledged = append(acknowledged, b.Purchase.ID)
				mu.Unlock()
			})
		}
		wg.Wait()
		again := open(t, url) // the first one is still open: nothing was flushed by closing
		for _, id := range acknowledged {
			_, err := again.Purchase(t.Context(), ada, id)
			noError(t, err)
		}
	}},
	// Writes share a commit, never a fate.
	with("keeps_good_writes_beside_bad_ones", func(t *testing.T, s *store.DB) {
		p := begin(t, s, ada, "taken")
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				in := intent(s, ada, fmt.Sprint("k", i))
				if i%3 == 0 {
					in.Purchase.ClientReference = p.ClientReference
				}
				_, err := s.BeginPurchase(t.Context(), in)
				if (i%3 == 0) != errors.Is(err, store.ErrDuplicate) {
					t.Errorf("write %d: got %v", i, err)
				}
			})
		}
		wg.Wait()
		l, err := s.ListPurchases(t.Context(), ada, store.PurchaseFilter{}, store.Page{Limit: 100})
		noError(t, err)
		equal(t, len(l.Items), 41)
	}),
	with("does_nothing_for_a_caller_who_has_left", func(t *testing.T, s *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.BeginPurchase(ctx, intent(s, ada, "k1"))
		wantError(t, err, context.Canceled)
		_, err = s.PurchaseByKey(t.Context(), ada, "k1")
		wantError(t, err, store.ErrNotFound)
	}),
	{"finishes_what_has_begun_and_then_refuses", func(t *testing.T, fresh Fresh) {
		url := fresh(t)
		s, err := store.Open(t.Context(), store.Options{URL: url})
		noError(t, err)
		outcomes := make([]error, 30)
		made := make([]string, len(outcomes))
		var wg sync.WaitGroup
		for i := range outcomes {
			wg.Go(func() {
				b, err := s.BeginPurchase(t.Context(), intent(s, ada, fmt.Sprint("k", i)))
				outcomes[i], made[i] = err, b.Purchase.ID
			})
		}
		noError(t, s.Close())
		wg.Wait()
		again := open(t, url)
		for i, err := range outcomes {
			_, found := again.PurchaseByKey(t.Context(), ada, fmt.Sprint("k", i))
			if err == nil {
				noError(t, found)
				continue
			}
			wantError(t, err, store.ErrClosed)
			wantError(t, found, store.ErrNotFound)
		}
		wantError(t, s.Ping(t.Context()), store.ErrClosed)
	}},
}

var textChecks = []check{
	// Carriers send what no database takes; it must not cost us the event.
	with("of_carriers_may_be_nonsense", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "A\x00B\xff")
		e := scan("d\x00", 1, "weird\xff")
		e.Event.Text = "a\x00b\xffc"
		_, _, err := s.ApplyEvents(t.Context(), ada, trk.ID, []store.TrackerEvent{e}, nil)
		noError(t, err)
		got, err := s.TrackerEvents(t.Context(), ada, trk.ID)
		noError(t, err)
		equal(t, got[0].Event.Text, "ab\uFFFDc")
		found, err := s.FindTrackers(t.Context(), ada, "", "A\x00B\xff")
		noError(t, err)
		equal(t, len(found), 1)
		_, err = s.Purchase(t.Context(), ada, "lbl_\x00\xff'; DROP TABLE purchases; --")
		wantError(t, err, store.ErrNotFound)
	}),
	with("in_json_comes_back_byte_for_byte", func(t *testing.T, s *store.DB) {
		in := intent(s, ada, "k1")
		in.Purchase.Request = []byte("{ \"b\": 1.10, \"a\":\"\\u0000 ü\", \"b\": 2 }")
		b, err := s.BeginPurchase(t.Context(), in)
		noError(t, err)
		got, err := s.Purchase(t.Context(), ada, b.Purchase.ID)
		noError(t, err)
		equal(t, string(got.Request), string(in.Purchase.Request))
	}),
	with("of_times_keeps_microseconds_in_utc", func(t *testing.T, s *store.DB) {
		in := intent(s, ada, "k1")
		in.Purchase.CallerDeadline = time.Date(2026, 11, 21, 8, 0, 0, 123456000, time.FixedZone("", 8*3600))
		b, err := s.BeginPurchase(t.Context(), in)
		noError(t, err)
		got, err := s.Purchase(t.Context(), ada, b.Purchase.ID)
		noError(t, err)
		equal(t, got.CallerDeadline, time.Date(2026, 11, 21, 0, 0, 0, 123456000, time.UTC))
	}),
}

// Another tenant's id is an id that does not exist, on every path.
var tenancyChecks = []check{
	with("hides_what_is_anothers", func(t *testing.T, s *store.DB) {
		ctx := t.Context()
		p := begin(t, s, ada, "k1")
		trk := tracker(t, s, ada, "UF1CN")
		c, err := s.AppendCallback(ctx, callback(ada, "x"))
		noError(t, err)
		pl, _, err := s.BeginPlan(ctx, plan(ada, "k2", "box"))
		noError(t, err)
		step, _, err := s.BeginStep(ctx, pl.Ref(), store.Step{Name: "n"})
		noError(t, err)
		k, err := s.CreateKey(ctx, store.APIKey{Tenant: ada, Hash: []byte("h")})
		noError(t, err)
		d, err := s.PutDocument(ctx, store.Document{Tenant: ada, Owner: p.ID, Type: "label", Data: []byte("x")})
		noError(t, err)
		rq := ids.New(ids.RateRequest)
		noError(t, s.SaveRates(ctx, store.RateRequest{ID: rq, Tenant: ada}))
		noError(t, s.AppendEvents(ctx, store.Event{ID: "evt_1", Tenant: ada}))
		noError(t, s.AppendAudit(ctx, store.AuditEntry{Tenant: ada}))
		_, err = s.RefreshToken(ctx, ada, "a", "n", func([]byte) ([]byte, error) { return []byte("x"), nil })
		noError(t, err)
		bens := func(r store.Ref) store.Ref { r.Tenant = ben; return r }

		for path, fn := range map[string]func() error{
			"purchase":      func() error { _, err := s.Purchase(ctx, ben, p.ID); return err },
			"file":          func() error { _, err := s.PurchaseFile(ctx, ben, p.ID); return err },
			"by key":        func() error { _, err := s.PurchaseByKey(ctx, ben, "k1"); return err },
			"by reference":  func() error { _, err := s.PurchaseByClientReference(ctx, ben, p.ClientReference); return err },
			"claim":         func() error { _, _, err := s.ClaimPurchase(ctx, bens(p.Ref()), send(long)); return err },
			"transition":    func() error { _, err := s.TransitionPurchase(ctx, bens(p.Ref()), store.Transition{}); return err },
			"attempt":       func() error { _, err := s.StartAttempt(ctx, bens(p.Ref()), store.AttemptFind, nil); return err },
			"evidence":      func() error { return s.AppendEvidence(ctx, store.Evidence{Tenant: ben, Purchase: p.ID}) },
			"tracker":       func() error { _, err := s.Tracker(ctx, ben, trk.ID); return err },
			"apply":         func() error { _, _, err := s.ApplyEvents(ctx, ben, trk.ID, nil, nil); return err },
			"callback":      func() error { _, err := s.Callback(ctx, ben, c.ID); return err },
			"replay":        func() error { _, err := s.ReplayCallback(ctx, ben, c.ID); return err },
			"plan":          func() error { _, err := s.Plan(ctx, ben, pl.ID); return err },
			"claim plan":    func() error { _, err := s.ClaimPlan(ctx, ben, pl.ID, long); return err },
			"update plan":   func() error { _, err := s.UpdatePlan(ctx, bens(pl.Ref()), store.PlanUpdate{}); return err },
			"begin step":    func() error { _, _, err := s.BeginStep(ctx, bens(pl.Ref()), store.Step{Name: "m"}); return err },
			"update step":   func() error { _, err := s.UpdateStep(ctx, ben, pl.ID, store.StepResult{ID: step.ID}); return err },
			"revoke key":    func() error { _, err := s.RevokeKey(ctx, ben, k.ID); return err },
			"document":      func() error { _, err := s.Document(ctx, ben, p.ID, d.ID); return err },
			"rates":         func() error { _, err := s.RateRequest(ctx, ben, rq); return err },
			"rates by rate": func() error { _, err := s.RateRequestOf(ctx, ben, ids.RateOf(rq, 0)); return err },
			"event":         func() error { _, err := s.Event(ctx, ben, "evt_1"); return err },
			"token":         func() error { _, err := s.Token(ctx, ben, "a", "n"); return err },
			"resolve":       func() error { return s.ResolveAttempt(ctx, ben, p.ID, store.AttemptResult{N: 1}) },
		} {
			if err := fn(); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: got %v, want not found", path, err)
			}
		}
	}),
	with("lists_only_ones_own", func(t *testing.T, s *store.DB) {
		ctx := t.Context()
		p := begin(t, s, ada, "k1")
		trk := tracker(t, s, ada, "UF1CN")
		_, err := s.AppendCallback(ctx, callback(ada, "x"))
		noError(t, err)
		_, _, err = s.BeginPlan(ctx, plan(ada, "k2", "box"))
		noError(t, err)
		_, err = s.CreateKey(ctx, store.APIKey{Tenant: ada, Hash: []byte("h")})
		noError(t, err)
		noError(t, s.AppendEvents(ctx, store.Event{Tenant: ada}))
		noError(t, s.AppendAudit(ctx, store.AuditEntry{Tenant: ada}))
		day := normalize.DateOf(p.CreatedAt)
		for _, tenant := range []store.Tenant{ada, ben} {
			want := map[store.Tenant]int{ada: 1}[tenant]
			for path, n := range counts(t, s, tenant, p.ID, trk.ID, day) {
				if got := n; (got > 0) != (want > 0) {
					t.Errorf("%s of %s: got %d", path, tenant, got)
				}
			}
		}
	}),
}

func counts(t *testing.T, s *store.DB, tenant store.Tenant, purchase, trackerID string, day normalize.Date) map[string]int {
	t.Helper()
	ctx := t.Context()
	out := map[string]int{}
	count := func(path string, n int, err error) {
		noError(t, err)
		out[path] = n
	}
	_, _, err := s.ApplyEvents(ctx, ada, trackerID, []store.TrackerEvent{scan("1", 1, normalize.StatusInTransit)}, nil)
	noError(t, err)
	noError(t, s.AppendEvidence(ctx, store.Evidence{Tenant: ada, Purchase: purchase}))
	_, err = s.PutDocument(ctx, store.Document{Tenant: ada, Owner: purchase, Type: "label"})
	noError(t, err)
	p, err := s.Purchase(ctx, ada, purchase)
	noError(t, err)
	_, err = s.TransitionPurchase(ctx, p.Ref(), store.Transition{History: []store.HistoryLine{{Status: "x"}}})
	noError(t, err)

	purchases, err := s.ListPurchases(ctx, tenant, store.PurchaseFilter{}, store.Page{})
	count("purchases", len(purchases.Items), err)
	trackers, err := s.ListTrackers(ctx, tenant, store.TrackerFilter{}, store.Page{})
	count("trackers", len(trackers.Items), err)
	timeline, err := s.TrackerEvents(ctx, tenant, trackerID)
	count("timeline", len(timeline), err)
	found, err := s.FindTrackers(ctx, tenant, "", "UF1CN")
	count("found", len(found), err)
	callbacks, err := s.ListCallbacks(ctx, tenant, "", store.Page{})
	count("callbacks", len(callbacks.Items), err)
	totals, err := s.CallbackTotals(ctx, tenant, "acct_ada")
	count("totals", len(totals), err)
	plans, err := s.ListPlans(ctx, tenant, store.PlanFilter{}, store.Page{})
	count("plans", len(plans.Items), err)
	keys, err := s.ListKeys(ctx, tenant, store.Page{})
	count("keys", len(keys.Items), err)
	events, err := s.ListEvents(ctx, tenant, store.EventFilter{}, store.Page{})
	count("events", len(events.Items), err)
	audit, err := s.ListAudit(ctx, tenant, store.Page{})
	count("audit", len(audit.Items), err)
	evidence, err := s.EvidenceOf(ctx, tenant, purchase)
	count("evidence", len(evidence), err)
	docs, err := s.DocumentsOf(ctx, tenant, purchase)
	count("documents", len(docs), err)
	history, err := s.HistoryOf(ctx, tenant, purchase)
	count("history", len(history), err)
	spent, err := s.Spending(ctx, tenant, day)
	count("spending", len(spent), err)
	return out
}
