package webhooks

import (
	"encoding/json"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// The spells of failing after which we speak up, and the one after which we stop.
const (
	firstNotice  = time.Hour
	secondNotice = 24 * time.Hour
	disableAfter = 5 * 24 * time.Hour
)

// Why an endpoint is disabled.
const (
	ReasonGone    = "gone"    // it answered 410
	ReasonFailing = "failing" // nothing but failure for five days
)

// The bounds of how long an endpoint that fails is left alone between tries.
const (
	spareLeast = 5 * time.Second
	spareMost  = 5 * time.Minute
)

// jitter spreads a wait by 20 % either way; roll is from 0 to 1.
func jitter(d time.Duration, roll float64) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*roll))
}

// delay is how long a delivery waits after that many tries; ok is false where it has had its
// last. An endpoint may ask for more than the slot, up to what the next slot would wait.
func (l *Limits) delay(tries int, asked time.Duration, roll float64) (d time.Duration, ok bool) {
	if tries >= len(l.Schedule) {
		return 0, false
	}
	next := l.Schedule[min(tries+1, len(l.Schedule)-1)]
	return max(jitter(l.Schedule[tries], roll), min(asked, next)), true
}

// result is what a try means for its delivery.
func (l *Limits) result(d *store.DueDelivery, t tried, roll float64) store.DeliveryResult {
	r := store.DeliveryResult{ID: d.ID, Epoch: d.Epoch, Attempt: t.attempt, Response: t.response, State: store.DeliveryPending}
	if t.outcome == outcomeDelivered {
		r.State = store.DeliveryDelivered
		return r
	}
	var again bool
	if r.Delay, again = l.delay(d.Tries+1, t.retryAfter, roll); !again {
		r.State = store.DeliveryDead
	}
	return r
}

// settle is what results mean for their endpoint, and what there is to tell of it. Without
// results it looks whether the time has come for a notice. It is pure; roll is the jitter.
func (l *Limits) settle(w *store.Webhook, now time.Time, counted []store.DeliveryResult, roll float64) []store.Event {
	if w.State != store.WebhookEnabled {
		return nil
	}
	for _, r := range counted {
		switch {
		case r.State == store.DeliveryDelivered:
			w.Failures, w.Notices, w.FailingSince, w.OpenUntil, w.DeliveredAt = 0, 0, time.Time{}, time.Time{}, now
			continue
		case r.Attempt.Status == 410:
			return disable(w, now, ReasonGone)
		case w.FailingSince.IsZero():
			w.FailingSince = now
		}
		w.Failures++
		if w.Failures >= l.Trip {
			// An outage that lasts is looked at less often. What is under way already may
			// have put the next look off further.
			until := now.Add(jitter(min(max(now.Sub(w.FailingSince)/4, spareLeast), spareMost), roll))
			if until.After(w.OpenUntil) {
				w.OpenUntil = until
			}
		}
	}
	if w.FailingSince.IsZero() {
		return nil
	}
	failing := now.Sub(w.FailingSince)
	switch {
	case failing >= disableAfter:
		return disable(w, now, ReasonFailing)
	case failing >= secondNotice && w.Notices < 2:
		w.Notices = 2
	case failing >= firstNotice && w.Notices < 1:
		w.Notices = 1
	default:
		return nil
	}
	return []store.Event{notice(TypeFailing, w)}
}

func disable(w *store.Webhook, now time.Time, reason string) []store.Event {
	w.State, w.Reason, w.DisabledAt, w.UpdatedAt, w.OpenUntil = store.WebhookDisabled, reason, now, now, time.Time{}
	return []store.Event{notice(TypeDisabled, w)}
}

// enable begins anew with an endpoint. What it missed follows from its position in the log.
func enable(w *store.Webhook) {
	w.State, w.Reason, w.DisabledAt = store.WebhookEnabled, "", time.Time{}
	w.Failures, w.Notices, w.FailingSince, w.OpenUntil = 0, 0, time.Time{}, time.Time{}
}

// Notice is the data of events about an endpoint. Its address stays out: it may hold a secret.
type Notice struct {
	Webhook      string     `json:"webhook"`
	Description  string     `json:"description,omitempty"`
	Reason       string     `json:"reason,omitempty"`
	FailingSince *time.Time `json:"failing_since,omitempty"`
	Queued       int        `json:"queued"`
}

func notice(kind string, w *store.Webhook) store.Event {
	n := Notice{Webhook: w.ID, Description: w.Description, Reason: w.Reason, Queued: w.Queued}
	if !w.FailingSince.IsZero() {
		n.FailingSince = &w.FailingSince
	}
	data, err := json.Marshal(n)
	if err != nil {
		data = nil // only times beyond the year 9999 fail, and the store's clock has none
	}
	return store.Event{Tenant: w.Tenant, Type: kind, Subject: w.ID, Data: data}
}
