package storetest

import (
	"errors"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

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
		hook, _, err := s.CreateWebhook(ctx, store.Webhook{Tenant: ada}, 9)
		noError(t, err)
		probe, err := s.ProbeWebhook(ctx, ada, hook.ID, store.Event{Type: "x"}, long)
		noError(t, err)
		loss := openCase(t, s, lossOf(trk, "k3"))
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
			"case":          func() error { _, err := s.Case(ctx, ben, loss.ID); return err },
			"case by key":   func() error { _, err := s.CaseByKey(ctx, ben, "k3"); return err },
			"open case": func() error {
				c := lossOf(trk, "")
				c.Tenant = ben
				_, _, err := s.OpenCase(ctx, c, archiveOfCase, nil)
				return err
			},
			"change case": func() error {
				_, err := s.ChangeCase(ctx, ben, loss.ID, func(*store.Case) ([]store.AuditEntry, error) { return nil, nil })
				return err
			},
			"webhook": func() error { _, err := s.Webhook(ctx, ben, hook.ID); return err },
			"change webhook": func() error {
				_, err := s.ChangeWebhook(ctx, ben, hook.ID, func(*store.Webhook) error { return nil })
				return err
			},
			"delete webhook": func() error { return s.DeleteWebhook(ctx, ben, hook.ID) },
			"work webhook":   func() error { _, err := s.WorkWebhook(ctx, ben, hook.ID, store.WebhookRound{}); return err },
			"probe webhook":  func() error { _, err := s.ProbeWebhook(ctx, ben, hook.ID, store.Event{}, long); return err },
			"replay events":  func() error { _, err := s.ReplayEvents(ctx, ben, hook.ID, store.Replay{}); return err },
			"delivery":       func() error { _, err := s.Delivery(ctx, ben, hook.ID, probe.ID); return err },
			"resolve":        func() error { return s.ResolveAttempt(ctx, ben, p.ID, store.AttemptResult{N: 1}) },
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
		_, _, err = s.CreateWebhook(ctx, store.Webhook{Tenant: ada}, 9)
		noError(t, err)
		openCase(t, s, lossOf(trk, ""))
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
	log, err := s.ReadTenantEvents(ctx, tenant, 0, store.EventFilter{}, 100)
	count("log", len(log), err)
	hooks, err := s.ListWebhooks(ctx, tenant, store.Page{})
	count("webhooks", len(hooks.Items), err)
	cases, err := s.ListCases(ctx, tenant, store.CaseFilter{}, store.Page{})
	count("cases", len(cases.Items), err)
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
