package webhooks

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func verifier(t *testing.T, secret string) *standardwebhooks.Webhook {
	t.Helper()
	v, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The scheme's own library accepts every delivery, and refuses one of which a bit was turned,
// one that is old, and one that only a secret of before the rotation has signed.
func TestDeliveriesAreSignedByTheScheme(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t)
		stop := b.run(b.Service)
		e := b.create("ada", shop)
		old := verifier(t, e.Secret)
		if raw := strings.TrimPrefix(e.Secret, "whsec_"); raw == e.Secret || len(raw) != 44 {
			t.Errorf("got a secret of form %q", e.Secret)
		}
		b.tell("ada", "trk_1", 1, 3)
		time.Sleep(soon)
		first := b.world.calls(shop)
		for _, c := range first {
			if err := old.Verify(c.body, c.header); err != nil {
				t.Errorf("%s: %v", c.message().ID, err)
			}
			if m := c.message(); m.ID != c.header.Get("webhook-id") || m.Type != "tracker.updated" || m.Timestamp.IsZero() {
				t.Errorf("got %s", c.body)
			}
			for i := range c.body {
				bad := append([]byte(nil), c.body...)
				bad[i] ^= 1
				if old.Verify(bad, c.header) == nil {
					t.Fatalf("a turned bit at %d is accepted", i)
				}
			}
		}
		if len(first) != 3 {
			t.Fatalf("got %d deliveries, want 3", len(first))
		}

		rotated, err := b.Rotate(t.Context(), "ada", e.ID)
		if err != nil || rotated.Secret == e.Secret || rotated.OldSecretUntil == nil {
			t.Fatalf("rotated: %v, %v", rotated, err)
		}
		b.tell("ada", "trk_1", 4, 1)
		time.Sleep(soon)
		both := b.world.calls(shop)[3]
		if n := strings.Count(both.header.Get("webhook-signature"), "v1,"); n != 2 {
			t.Errorf("while a rotation overlaps: %d signatures, want 2", n)
		}
		fresh := verifier(t, rotated.Secret)
		if err := old.Verify(both.body, both.header); err != nil {
			t.Errorf("the secret before: %v", err)
		}
		if err := fresh.Verify(both.body, both.header); err != nil {
			t.Errorf("the new secret: %v", err)
		}

		stop()
		time.Sleep(24 * time.Hour)
		b.run(b.service())
		if err := fresh.Verify(both.body, both.header); err == nil {
			t.Error("a message of yesterday is accepted")
		}
		b.tell("ada", "trk_1", 5, 1)
		time.Sleep(soon)
		last := b.world.calls(shop)[4]
		if err := fresh.Verify(last.body, last.header); err != nil {
			t.Error(err)
		}
		if old.Verify(last.body, last.header) == nil {
			t.Error("a secret that was rotated out is accepted")
		}
		if got := b.endpoint(e); got.Secret != "" || got.OldSecretUntil != nil {
			t.Errorf("the secret is shown again, or the old one still counts: %+v", got)
		}
		if strings.Contains(b.logs.String(), e.Secret) || strings.Contains(b.logs.String(), "1.1.1.1") {
			t.Error("the log holds a secret or an address")
		}
	})
}

// Every try of a delivery says the same under the same id, signed anew.
func TestARetrySaysTheSame(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t)
		b.run(b.Service)
		e := b.create("ada", shop)
		b.world.answer(shop, func(c call) (*http.Response, error) {
			if c.n < 3 {
				return reply(500, "later"), nil
			}
			return reply(204, ""), nil
		})
		b.tell("ada", "trk_1", 1, 1)
		time.Sleep(5 * time.Minute)
		got := b.world.calls(shop)
		if len(got) != 3 {
			t.Fatalf("got %d tries, want 3", len(got))
		}
		for _, c := range got[1:] {
			if string(c.body) != string(got[0].body) || c.header.Get("webhook-id") != got[0].header.Get("webhook-id") {
				t.Error("a retry says something else")
			}
			if c.header.Get("webhook-timestamp") == got[0].header.Get("webhook-timestamp") {
				t.Error("a retry is not signed at its own time")
			}
		}
		d := b.deliveries(e)
		if len(d) != 1 || d[0].Status != "delivered" || len(d[0].Attempts) != 3 || d[0].Attempts[0].Status != 500 {
			t.Errorf("got %+v", d)
		}
	})
}

// A parcel's events wait for each other; another parcel's do not wait for them.
func TestOrderIsKeptPerTracker(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t)
		b.run(b.Service)
		b.create("ada", shop)
		b.world.answer(shop, func(c call) (*http.Response, error) {
			if strings.Contains(string(c.body), `"trk_1","sequence":2`) && c.at.Before(time.Date(2000, 1, 1, 0, 0, 50, 0, time.UTC)) {
				return reply(503, ""), nil
			}
			return reply(200, ""), nil
		})
		b.tell("ada", "trk_1", 1, 4)
		b.tell("ada", "trk_2", 1, 4)
		time.Sleep(soon)
		sequences := func() (one, two string) {
			for _, c := range b.world.calls(shop) {
				n := string(c.body[strings.Index(string(c.body), `"sequence":`)+11])
				if strings.Contains(string(c.body), "trk_1") {
					one += n
				} else {
					two += n
				}
			}
			return one, two
		}
		if one, two := sequences(); one != "122" || two != "1234" {
			t.Errorf("got %s and %s, want 122 and 1234", one, two)
		}
		time.Sleep(3 * time.Minute)
		if one, _ := sequences(); one != "122234" {
			t.Errorf("got %s, want 122234", one)
		}
	})
}

// The waits grow over three days, each within its jitter; then the delivery is dead, and the
// next event of the parcel is tried.
func TestTheScheduleEndsInADeadLetter(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, resting(40*time.Minute))
		b.run(b.Service)
		e := b.create("ada", shop)
		b.world.answer(shop, always(500))
		b.tell("ada", "trk_1", 1, 1)
		time.Sleep(110 * time.Hour)
		got := b.world.calls(shop)
		if len(got) != len(Schedule) {
			t.Fatalf("got %d tries, want %d", len(got), len(Schedule))
		}
		for i := 1; i < len(got); i++ {
			wait, want := got[i].at.Sub(got[i-1].at), Schedule[i]
			// The worker rests for 40 minutes here, and spares the endpoint for five.
			if least, most := want*79/100, want*121/100+46*time.Minute; wait < least || wait > most {
				t.Errorf("wait %d: got %s, want about %s", i, wait, want)
			}
		}
		d := b.deliveries(e)
		if len(d) != 1 || d[0].Status != "dead" || len(d[0].Attempts) != len(Schedule) || d[0].EndedAt == nil {
			t.Errorf("got %+v", d)
		}
		dead, _, err := b.Deliveries(t.Context(), "ada", e.ID, DeliveryFilter{Status: "dead"}, pageOf(10))
		if err != nil || len(dead) != 1 {
			t.Errorf("dead letters: %v, %v", dead, err)
		}
		b.world.answer(shop, nil)
		b.tell("ada", "trk_1", 2, 1)
		time.Sleep(2 * time.Hour)
		if got := b.world.calls(shop); !strings.Contains(string(got[len(got)-1].body), `"sequence":2`) {
			t.Error("a dead letter holds up its parcel")
		}
	})
}

// An endpoint may ask for more patience, but not for more than the slot after.
func TestRetryAfter(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, resting(5*time.Second))
		b.run(b.Service)
		b.create("ada", shop)
		b.world.answer(shop, func(c call) (*http.Response, error) {
			switch c.n {
			case 1: // slot 5 s, the next one 1 min
				return reply(429, "", "Retry-After", "30"), nil
			case 2: // slot 1 min, the next one 5 min
				return reply(503, "", "Retry-After", "86400"), nil
			case 3: // slot 5 min
				return reply(503, "", "Retry-After", time.Now().Add(10*time.Minute).UTC().Format(http.TimeFormat)), nil
			}
			return reply(200, ""), nil
		})
		b.tell("ada", "trk_1", 1, 1)
		time.Sleep(time.Hour)
		got := b.world.calls(shop)
		if len(got) != 4 {
			t.Fatalf("got %d tries", len(got))
		}
		for i, want := range []time.Duration{30 * time.Second, 5 * time.Minute, 10 * time.Minute} {
			if wait := got[i+1].at.Sub(got[i].at); wait < want-2*time.Second || wait > want*121/100+5*time.Second {
				t.Errorf("wait %d: got %s, want %s", i+1, wait, want)
			}
		}
	})
}

// What an endpoint answers is kept, but not much of it, and no secret.
func TestAnswersAreKeptRedacted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t)
		b.run(b.Service)
		e := b.create("ada", shop)
		b.world.answer(shop, func(c call) (*http.Response, error) {
			return reply(200, fmt.Sprintf("hello\x00 %s %s Bearer abc.def password=hunter2 anna@example.com +49 151 1234 5678 \xff",
				e.Secret, c.header.Get("webhook-signature"))+strings.Repeat("é", 5000)), nil
		})
		b.tell("ada", "trk_1", 1, 1)
		time.Sleep(soon)
		got := b.deliveries(e)[0].Response
		if len(got) > 4<<10 || !strings.HasPrefix(got, "hello [redacted] [redacted] [redacted] ") {
			t.Errorf("got %d bytes, %.120s", len(got), got)
		}
		for _, secret := range []string{e.Secret[6:], "v1,", "abc.def", "hunter2", "anna", "1234", "\x00"} {
			if strings.Contains(got, secret) {
				t.Errorf("the answer holds %q", secret)
			}
		}
	})
}

// What is no success, and how it is told.
func TestFailuresAreNamed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, resting(20*time.Second))
		b.run(b.Service)
		e := b.create("ada", shop)
		b.world.answer(shop, func(c call) (*http.Response, error) {
			switch c.n {
			case 1:
				return reply(302, "", "Location", "https://1.1.1.1/elsewhere"), nil
			case 2:
				return never(c)
			case 3:
				return nil, fmt.Errorf("read tcp 10.0.0.1:4711: reset by peer")
			}
			return reply(200, ""), nil
		})
		b.tell("ada", "trk_1", 1, 1)
		time.Sleep(time.Hour)
		var got []string
		for _, a := range b.deliveries(e)[0].Attempts {
			got = append(got, fmt.Sprint(a.Status, " ", a.Error))
		}
		want := "302 redirects are not followed|0 no answer in time|0 the connection broke|200 "
		if strings.Join(got, "|") != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if a := b.deliveries(e)[0].Attempts[1]; a.DurationMS != 15_000 {
			t.Errorf("a try took %d ms, want 15 s at most", a.DurationMS)
		}
		if n := len(b.world.calls("https://1.1.1.1/elsewhere")); n != 0 {
			t.Error("a redirect was followed")
		}
	})
}
