package storetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

func webhook(t *testing.T, s *store.DB, tenant store.Tenant, events ...string) store.Webhook {
	t.Helper()
	w, created, err := s.CreateWebhook(t.Context(), store.Webhook{Tenant: tenant, URL: "https://shop.test/", Events: events, Secret: []byte("secret")}, 100)
	noError(t, err)
	equal(t, created, true)
	return w
}

// tell appends events of one subject, numbered from first on.
func tell(t *testing.T, s *store.DB, tenant store.Tenant, subject string, first, n int) {
	t.Helper()
	for i := range n {
		noError(t, s.AppendEvents(t.Context(), store.Event{Tenant: tenant, Type: "x", Subject: subject, Sequence: int64(first + i),
			Data: json.RawMessage(fmt.Sprintf(`{"n":%d}`, first+i))}))
	}
}

// round is a round that takes what it gets.
func round(take int, done ...store.DeliveryResult) store.WebhookRound {
	return store.WebhookRound{Done: done, Take: take, Trip: 5, Lease: long, Fill: 100, Queue: 100,
		Wants: func(w *store.Webhook, e *store.Event) bool { return e.Type == "x" }}
}

func work(t *testing.T, s *store.DB, w store.Webhook, r store.WebhookRound) store.WebhookWork {
	t.Helper()
	out, err := s.WorkWebhook(t.Context(), w.Tenant, w.ID, r)
	noError(t, err)
	return out
}

func ended(d store.DueDelivery, state store.DeliveryState) store.DeliveryResult {
	return store.DeliveryResult{ID: d.ID, Epoch: d.Epoch, State: state, Attempt: store.Attempted{Status: 200}, Response: "ok"}
}

// sequences are what a round claimed, as subject and sequence.
func sequences(w store.WebhookWork) string {
	var out []string
	for _, d := range w.Due {
		out = append(out, fmt.Sprint(d.Event.Subject, d.Event.Sequence))
	}
	return strings.Join(out, " ")
}

func busy(t *testing.T, s *store.DB) int {
	t.Helper()
	list, err := s.BusyWebhooks(t.Context(), 100, 1000)
	noError(t, err)
	return len(list)
}

var webhookChecks = []check{
	with("is_kept_changed_and_deleted", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada, "x", "y")
		got, err := s.ChangeWebhook(t.Context(), ada, w.ID, func(w *store.Webhook) error {
			w.Previous, w.Secret, w.PreviousUntil, w.Description = w.Secret, []byte("new"), w.UpdatedAt.Add(long), "shop"
			w.ID, w.Made, w.Queued, w.Position = "whk_other", 7, 7, 99
			return nil
		})
		noError(t, err)
		equal(t, []any{got.ID, got.Made, got.Queued, got.Position, string(got.Previous)}, []any{w.ID, int64(0), 0, int64(0), "secret"})
		stored, err := s.Webhook(t.Context(), ada, w.ID)
		noError(t, err)
		equal(t, stored, got)
		noError(t, s.DeleteWebhook(t.Context(), ada, w.ID))
		_, err = s.Webhook(t.Context(), ada, w.ID)
		wantError(t, err, store.ErrNotFound)
		_, err = s.WorkWebhook(t.Context(), ada, w.ID, round(1))
		wantError(t, err, store.ErrNotFound)
		l, err := s.ListWebhooks(t.Context(), ada, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 0)
	}),
	with("is_made_once_per_key_and_not_without_end", func(t *testing.T, s *store.DB) {
		in := store.Webhook{Tenant: ada, Key: "k1", Fingerprint: []byte("f"), URL: "https://a.test/"}
		first, created, err := s.CreateWebhook(t.Context(), in, 2)
		noError(t, err)
		equal(t, created, true)
		again, created, err := s.CreateWebhook(t.Context(), in, 2)
		noError(t, err)
		equal(t, created, false)
		equal(t, again, first)
		in.Key = ""
		_, _, err = s.CreateWebhook(t.Context(), in, 2)
		noError(t, err)
		_, _, err = s.CreateWebhook(t.Context(), in, 2)
		wantError(t, err, store.ErrTooManyWebhooks)
		_, _, err = s.CreateWebhook(t.Context(), store.Webhook{Tenant: ben}, 2)
		noError(t, err)
	}),
	with("hears_what_happens_from_then_on", func(t *testing.T, s *store.DB) {
		tell(t, s, ada, "a", 1, 1)
		w := webhook(t, s, ada)
		equal(t, busy(t, s), 0)
		tell(t, s, ada, "a", 2, 1)
		tell(t, s, ben, "b", 1, 1)
		noError(t, s.AppendEvents(t.Context(), store.Event{Tenant: ada, Type: "unwanted", Subject: "a"}))
		equal(t, busy(t, s), 1)
		got := work(t, s, w, round(9))
		equal(t, sequences(got), "a2")
		equal(t, []any{got.Webhook.Queued, got.Due[0].Epoch, string(got.Due[0].Event.Data)}, []any{1, int64(1), `{"n":2}`})
		equal(t, busy(t, s), 0)
	}),
	// What happens to one parcel is told in its order; one parcel does not wait for another.
	with("keeps_the_order_of_each_subject", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		tell(t, s, ada, "a", 1, 3)
		tell(t, s, ada, "b", 1, 2)
		first := work(t, s, w, round(9))
		equal(t, sequences(first), "a1 b1")
		equal(t, sequences(work(t, s, w, round(9))), "")
		second := work(t, s, w, round(9, ended(first.Due[0], store.DeliveryDelivered)))
		equal(t, sequences(second), "a2")
		// b1 fails and is tried again: b2 waits, a goes on. A dead letter holds up nobody.
		again := ended(first.Due[1], store.DeliveryPending)
		third := work(t, s, w, round(9, again, ended(second.Due[0], store.DeliveryDead)))
		if got := sequences(third); got != "a3 b1" && got != "b1 a3" {
			t.Fatalf("got %q, want a3 and b1", got)
		}
		equal(t, third.Webhook.Queued, 3)
	}),
	with("counts_each_result_once", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		tell(t, s, ada, "a", 1, 1)
		r := round(1)
		r.Lease = over
		lost := work(t, s, w, r).Due[0]
		equal(t, busy(t, s), 1)
		mine := work(t, s, w, round(1)).Due[0]
		equal(t, []any{mine.ID, mine.Epoch}, []any{lost.ID, lost.Epoch + 1})
		r = round(0, ended(lost, store.DeliveryDead), ended(mine, store.DeliveryDelivered), ended(mine, store.DeliveryDead))
		r.Settle = func(w *store.Webhook, now time.Time, counted []store.DeliveryResult) []store.Event {
			w.Failures, w.DeliveredAt, w.Queued = len(counted), now, 50
			return []store.Event{{Type: "told", Subject: w.ID}}
		}
		got := work(t, s, w, r).Webhook
		equal(t, []any{got.Failures, got.Queued, got.DeliveredAt.IsZero()}, []any{1, 0, false})
		d, err := s.Delivery(t.Context(), ada, w.ID, mine.ID)
		noError(t, err)
		equal(t, []any{d.State, d.Tries, d.Response, d.Attempts[0].Status, d.EndedAt.IsZero()}, []any{store.DeliveryDelivered, 1, "ok", 200, false})
		l, err := s.ListEvents(t.Context(), ada, store.EventFilter{Types: []string{"told"}}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 1)
	}),
	with("waits_until_it_is_due_again", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		tell(t, s, ada, "a", 1, 2)
		d := work(t, s, w, round(1)).Due[0]
		later := ended(d, store.DeliveryPending)
		later.Delay = long
		equal(t, sequences(work(t, s, w, round(9, later))), "")
		equal(t, busy(t, s), 0)
	}),
	// A process that ends gives back what it did not try.
	with("is_given_back_untried", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		tell(t, s, ada, "a", 1, 1)
		d := work(t, s, w, round(1)).Due[0]
		equal(t, len(work(t, s, w, round(1)).Due), 0)
		again := work(t, s, w, round(1, store.DeliveryResult{ID: d.ID, Epoch: d.Epoch, Released: true}))
		equal(t, []any{len(again.Due), again.Due[0].Tries, len(again.Due[0].Attempts)}, []any{1, 0, 0})
	}),
	with("that_fails_is_found", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		webhook(t, s, ben)
		r := round(0)
		var since time.Time
		r.Settle = func(w *store.Webhook, now time.Time, _ []store.DeliveryResult) []store.Event {
			w.FailingSince, w.Notices, since = now, 1, now
			return nil
		}
		work(t, s, w, r)
		for _, c := range []struct {
			since   time.Time
			notices int
			want    int
		}{{since, 2, 1}, {since, 1, 0}, {since.Add(-time.Second), 2, 0}} {
			got, err := s.FailingWebhooks(t.Context(), c.since, c.notices, 10)
			noError(t, err)
			equal(t, len(got), c.want)
		}
	}),
	// A queue is bounded: what has no room waits in the log.
	with("fills_no_more_than_its_queue", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		for i := range 7 {
			tell(t, s, ada, fmt.Sprint("s", i), 1, 1)
		}
		r := round(9)
		r.Queue, r.Fill = 5, 3
		got := work(t, s, w, r)
		equal(t, []any{len(got.Due), got.Behind}, []any{3, true})
		got = work(t, s, w, r)
		equal(t, []any{len(got.Due), got.Behind, got.Webhook.Queued}, []any{2, false, 5})
		list, err := s.BusyWebhooks(t.Context(), 5, 1000)
		noError(t, err)
		equal(t, len(list), 0)
		r.Done = []store.DeliveryResult{ended(got.Due[0], store.DeliveryDelivered)}
		equal(t, len(work(t, s, w, r).Due), 1)
	}),
	with("passes_over_what_is_too_old", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		tell(t, s, ada, "a", 1, 1)
		r := round(9)
		r.MaxAge = time.Nanosecond
		equal(t, len(work(t, s, w, r).Due), 0)
		equal(t, busy(t, s), 0)
	}),
	// Whoever fails is asked by one at a time, and by nobody before its time.
	with("spares_who_fails", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		tell(t, s, ada, "a", 1, 1)
		tell(t, s, ada, "b", 1, 1)
		_, err := s.ChangeWebhook(t.Context(), ada, w.ID, func(w *store.Webhook) error { w.Failures = 5; return nil })
		noError(t, err)
		got := work(t, s, w, round(9))
		equal(t, len(got.Due), 1)
		equal(t, busy(t, s), 0)
		equal(t, len(work(t, s, w, round(9)).Due), 0)
		_, err = s.ChangeWebhook(t.Context(), ada, w.ID, func(w *store.Webhook) error { w.OpenUntil = time.Time{}; w.Failures = 0; return nil })
		noError(t, err)
		equal(t, len(work(t, s, w, round(9)).Due), 1)
	}),
	// Disabled is not dropped: what happens meanwhile is told when it is enabled again.
	with("that_is_disabled_misses_nothing", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		state := func(st store.WebhookState) {
			_, err := s.ChangeWebhook(t.Context(), ada, w.ID, func(w *store.Webhook) error { w.State = st; return nil })
			noError(t, err)
		}
		state(store.WebhookDisabled)
		tell(t, s, ada, "a", 1, 2)
		equal(t, busy(t, s), 0)
		equal(t, len(work(t, s, w, round(9)).Due), 0)
		state(store.WebhookEnabled)
		first := work(t, s, w, round(9))
		equal(t, sequences(first), "a1")
		equal(t, sequences(work(t, s, w, round(9, ended(first.Due[0], store.DeliveryDelivered)))), "a2")
	}),
	with("is_told_again_by_replay", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		tell(t, s, ada, "a", 1, 3)
		for range 3 {
			d := work(t, s, w, round(1)).Due[0]
			work(t, s, w, round(0, ended(d, store.DeliveryDelivered)))
		}
		tell(t, s, ada, "a", 4, 1) // still to come by itself
		var after int64
		matched, parts := 0, 0
		for more := true; more; parts++ {
			p, err := s.ReplayEvents(t.Context(), ada, w.ID, store.Replay{After: after, Limit: 2, Filter: store.EventFilter{Subject: "a"}, Wants: round(0).Wants})
			noError(t, err)
			matched, after, more = matched+p.Matched, p.After, p.More
		}
		equal(t, matched, 4)
		var got []string
		for range 9 {
			part := work(t, s, w, round(9))
			if len(part.Due) == 0 {
				break
			}
			equal(t, len(part.Due), 1)
			got = append(got, fmt.Sprint(part.Due[0].Event.Sequence, part.Due[0].Replay))
			work(t, s, w, round(0, ended(part.Due[0], store.DeliveryDelivered)))
		}
		equal(t, strings.Join(got, " "), "1 true 2 true 3 true 4 false")
		l, err := s.ListDeliveries(t.Context(), ada, w.ID, store.DeliveryFilter{State: store.DeliveryDelivered, Subject: "a"}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 7)
		l, err = s.ListDeliveries(t.Context(), ada, w.ID, store.DeliveryFilter{Event: l.Items[6].Event}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 2)
	}),
	with("is_probed_beside_its_queue", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		tell(t, s, ada, "a", 1, 1)
		d, err := s.ProbeWebhook(t.Context(), ada, w.ID, store.Event{Type: "probe", Subject: "p"}, long)
		noError(t, err)
		got := work(t, s, w, round(9, ended(d, store.DeliveryDelivered)))
		equal(t, sequences(got), "a1")
		equal(t, got.Webhook.Queued, 1)
		e, err := s.Event(t.Context(), ada, d.Event.ID)
		noError(t, err)
		equal(t, e.Type, "probe")
	}),
	with("is_swept", func(t *testing.T, s *store.DB) {
		w, gone := webhook(t, s, ada), webhook(t, s, ada)
		tell(t, s, ada, "a", 1, 2)
		d := work(t, s, w, round(1)).Due[0]
		work(t, s, w, round(0, ended(d, store.DeliveryDead)))
		work(t, s, gone, round(0))
		noError(t, s.DeleteWebhook(t.Context(), ada, gone.ID))
		n, err := s.DeleteDeliveries(t.Context(), long, 100)
		noError(t, err)
		equal(t, n, 2) // the deleted one's
		n, err = s.DeleteDeliveries(t.Context(), -time.Minute, 100)
		noError(t, err)
		equal(t, n, 1) // the dead one; the other is still to be delivered
		l, err := s.ListDeliveries(t.Context(), ada, w.ID, store.DeliveryFilter{}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 1)
	}),
	// Several processes work on one endpoint: each event is delivered by one of them, in order.
	with("is_worked_on_by_many", func(t *testing.T, s *store.DB) {
		w := webhook(t, s, ada)
		const subjects, each = 6, 8
		for i := range each {
			for n := range subjects {
				tell(t, s, ada, fmt.Sprint("s", n), i, 1)
			}
		}
		var mu sync.Mutex
		next := map[string]int64{}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				var done []store.DeliveryResult
				for idle := 0; idle < 50; idle++ {
					out, err := s.WorkWebhook(t.Context(), ada, w.ID, round(2, done...))
					if err != nil {
						t.Error(err)
						return
					}
					done = nil
					for _, d := range out.Due {
						mu.Lock()
						if d.Event.Sequence != next[d.Subject] {
							t.Errorf("%s: got %d, want %d", d.Subject, d.Event.Sequence, next[d.Subject])
						}
						next[d.Subject]++
						mu.Unlock()
						done = append(done, ended(d, store.DeliveryDelivered))
						idle = 0
					}
				}
			})
		}
		all.Wait()
		for n := range subjects {
			equal(t, next[fmt.Sprint("s", n)], int64(each))
		}
	}),
	with("log_is_read_by_tenant", func(t *testing.T, s *store.DB) {
		tell(t, s, ada, "a", 1, 3)
		tell(t, s, ben, "b", 1, 1)
		got, err := s.ReadTenantEvents(t.Context(), ada, 0, store.EventFilter{}, 2)
		noError(t, err)
		equal(t, []any{len(got), got[0].Sequence, got[1].Sequence}, []any{2, int64(1), int64(2)})
		got, err = s.ReadTenantEvents(t.Context(), ada, got[1].Position, store.EventFilter{Types: []string{"x"}}, 2)
		noError(t, err)
		equal(t, []any{len(got), got[0].Sequence}, []any{1, int64(3)})
	}),
}
