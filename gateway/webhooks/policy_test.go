package webhooks

import (
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// Each wait is that of the schedule, by a fifth more or less; the sum is about three days.
func TestWaitsOfTheSchedule(t *testing.T) {
	t.Parallel()
	var l Limits
	l.fill()
	var sum time.Duration
	for tries := 1; tries < len(Schedule); tries++ {
		for roll, want := range map[float64]time.Duration{0: Schedule[tries] * 8 / 10, 0.5: Schedule[tries], 1: Schedule[tries] * 12 / 10} {
			if got, ok := l.delay(tries, 0, roll); !ok || got.Round(time.Millisecond) != want {
				t.Errorf("after %d tries, roll %v: got %s, %v, want %s", tries, roll, got, ok, want)
			}
		}
		sum += Schedule[tries]
	}
	if _, ok := l.delay(len(Schedule), 0, 0.5); ok {
		t.Error("there is a try after the last")
	}
	if sum < 72*time.Hour || sum > 80*time.Hour {
		t.Errorf("in all: %s", sum)
	}
	for _, c := range []struct {
		tries       int
		asked, want time.Duration
	}{{1, 30 * time.Second, 30 * time.Second}, {1, time.Hour, time.Minute}, {1, time.Second, 5 * time.Second}, {10, 100 * time.Hour, 24 * time.Hour}} {
		if got, _ := l.delay(c.tries, c.asked, 0.5); got != c.want {
			t.Errorf("after %d tries, asked for %s: got %s, want %s", c.tries, c.asked, got, c.want)
		}
	}
}

// The notices and the end of an endpoint that fails come at their hour, each once.
func TestNoticesComeAtTheirHour(t *testing.T) {
	t.Parallel()
	var l Limits
	l.fill()
	start := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	failed := []store.DeliveryResult{{State: store.DeliveryPending, Attempt: store.Attempted{Status: 500}}}
	w := store.Webhook{ID: "whk_1", State: store.WebhookEnabled}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{0, ""}, {59 * time.Minute, ""}, {time.Hour, TypeFailing}, {2 * time.Hour, ""}, {23 * time.Hour, ""}, {24 * time.Hour, TypeFailing},
		{25 * time.Hour, ""}, {119 * time.Hour, ""}, {120 * time.Hour, TypeDisabled}, {121 * time.Hour, ""}} {
		got := ""
		for _, e := range l.settle(&w, start.Add(c.after), failed, 0.5) {
			got += e.Type
		}
		if got != c.want {
			t.Errorf("after %s: got %q, want %q", c.after, got, c.want)
		}
	}
	if w.State != store.WebhookDisabled || w.Reason != ReasonFailing {
		t.Errorf("got %s, %s", w.State, w.Reason)
	}
}

// From the fifth failure in a row on an endpoint is left alone, the longer it fails the
// longer, and one success ends it.
func TestSparing(t *testing.T) {
	t.Parallel()
	var l Limits
	l.fill()
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	failed := []store.DeliveryResult{{State: store.DeliveryPending}}
	w := store.Webhook{State: store.WebhookEnabled}
	for i := range 5 {
		l.settle(&w, now, failed, 0.5)
		if open := w.OpenUntil.After(now); open != (i == 4) {
			t.Errorf("after %d failures: left alone %v", i+1, open)
		}
	}
	for _, c := range []struct{ after, want time.Duration }{{time.Second, 5 * time.Second}, {2 * time.Minute, 30 * time.Second}, {12 * time.Hour, 5 * time.Minute}} {
		l.settle(&w, now.Add(c.after), failed, 0.5)
		if got := w.OpenUntil.Sub(now.Add(c.after)); got != c.want {
			t.Errorf("after failing for %s: left alone for %s, want %s", c.after, got, c.want)
		}
	}
	l.settle(&w, now.Add(13*time.Hour), []store.DeliveryResult{{State: store.DeliveryDelivered}}, 0.5)
	if w.Failures != 0 || !w.FailingSince.IsZero() || !w.OpenUntil.IsZero() || w.Notices != 0 {
		t.Errorf("after a success: %+v", w)
	}
}
