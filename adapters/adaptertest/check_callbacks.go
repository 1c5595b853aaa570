package adaptertest

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// checkCallbacks: anyone can send to a callback address. A push is believed by the carrier's
// own proof alone; a forged or damaged one is refused; one that is authentic and odd never
// panics; and the carrier hears the acknowledgement that makes it stop, or send again.
func checkCallbacks(t *testing.T, h Harness) {
	synctest.Test(t, func(t *testing.T) {
		s := newSession(t, h)
		c := s.ops.CallbackParser
		if c == nil {
			return
		}
		s.answer = func(r adapters.CallbackRequest) adapters.Ack { return c.AckCallback(r, nil) }
		genuine, number := s.genuinePushes()
		trust := pushIsRead(t, c, genuine, number)
		if trust == adapters.TrustSigned {
			damagedIsRefused(t, c, genuine[0])
		}
		forgedIsRefused(t, s, number, trust)
		garbageIsHarmless(t, h, c, genuine[0])
		acksDiffer(t, c, genuine[0])
	})
}

// genuinePushes buys, travels and returns what the simulator sent, all of which it must take
// for acknowledged.
func (s *session) genuinePushes() ([]adapters.CallbackRequest, string) {
	s.t.Helper()
	status := s.control("PUT", "callbacks", map[string]any{"carrier": s.h.Spec.Code, "account": "acct_test",
		"url": "http://gateway.test/callbacks/" + s.h.Spec.Code + "/token"}, nil)
	if status != http.StatusOK {
		s.t.Fatalf("the simulator takes no callback address: %d", status)
	}
	number := s.buy().label.TrackingNumber
	var out struct{ Sent, Acked int }
	s.control("POST", "push", map[string]any{"carrier": s.h.Spec.Code, "tracking_number": number, "journey": "delivered"}, &out)
	got := s.pushes()
	if len(got) == 0 || out.Acked != out.Sent {
		s.t.Fatalf("%d pushes came, of %d sent the simulator takes %d for acknowledged", len(got), out.Sent, out.Acked)
	}
	return got, number
}

func pushIsRead(t *testing.T, c adapters.CallbackParser, pushes []adapters.CallbackRequest, number string) adapters.Trust {
	t.Helper()
	var trust adapters.Trust
	delivered := false
	for _, push := range pushes {
		var err error
		if trust, err = c.VerifyCallback(push); err != nil {
			t.Fatalf("a genuine push is refused: %v", err)
		}
		parcels, err := c.ParseCallback(push)
		if err != nil || len(parcels) == 0 {
			t.Fatalf("a genuine push tells of %d parcels: %v", len(parcels), err)
		}
		for _, p := range parcels {
			if p.TrackingNumber != number {
				t.Errorf("a push of %s is read as one of %s", number, p.TrackingNumber)
			}
			for _, e := range p.Events {
				plainEvent(t, e)
				delivered = delivered || e.Status == normalize.StatusDelivered
			}
		}
	}
	if trust != adapters.TrustSigned && trust != adapters.TrustHint {
		t.Errorf("trust is %q", trust)
	}
	if !delivered && trust == adapters.TrustSigned {
		t.Error("the journey ends at the door, and no push says delivered")
	}
	return trust
}

// forgedIsRefused: the simulator signs with a secret that is not the account's. A carrier that
// gives nothing to tell a forged push by leaves it a hint, like its own.
func forgedIsRefused(t *testing.T, s *session, number string, trust adapters.Trust) {
	t.Helper()
	before := len(s.pushes())
	s.control("POST", "push", map[string]any{"carrier": s.h.Spec.Code, "tracking_number": number, "forge": true}, nil)
	forged := s.pushes()[before:]
	if len(forged) == 0 {
		t.Fatal("no forged push came")
	}
	for _, push := range forged {
		if got, err := s.ops.CallbackParser.VerifyCallback(push); trust == adapters.TrustHint && err == nil && got == trust {
			continue
		}
		refusedAsForged(t, "a forged push", s.ops.CallbackParser, push)
	}
}

// damagedIsRefused flips one bit after another of the body, and takes the signature away.
func damagedIsRefused(t *testing.T, c adapters.CallbackParser, genuine adapters.CallbackRequest) {
	t.Helper()
	step := max(1, len(genuine.Body)/64)
	for i := 0; i < len(genuine.Body); i += step {
		bad := genuine
		bad.Body = bytes.Clone(genuine.Body)
		bad.Body[i] ^= 1
		if trust, err := c.VerifyCallback(bad); err == nil && trust == adapters.TrustSigned {
			t.Fatalf("byte %d of %d was changed, and the push is still believed", i, len(genuine.Body))
		}
	}
	bare := genuine
	bare.Header, bare.Query = http.Header{"Content-Type": genuine.Header["Content-Type"]}, ""
	bare.Body = []byte("{}")
	refusedAsForged(t, "a push without a signature", c, bare)
}

func refusedAsForged(t *testing.T, what string, c adapters.CallbackParser, push adapters.CallbackRequest) {
	t.Helper()
	if _, err := c.VerifyCallback(push); normalize.KindOf(err) != normalize.KindAuthFailed || err == nil {
		t.Errorf("%s: got %v, want auth_failed", what, err)
	}
}

// garbageIsHarmless: a carrier's nonsense is an error, never a panic.
func garbageIsHarmless(t *testing.T, h Harness, c adapters.CallbackParser, genuine adapters.CallbackRequest) {
	t.Helper()
	cut := genuine.Body[:len(genuine.Body)/2]
	for _, body := range [][]byte{nil, {}, []byte("{"), []byte("null"), []byte("[]"), []byte("{}"), []byte(`"x"`),
		[]byte("%%%=&&&"), []byte("\xff\xfe\x00"), cut, []byte(strings.Repeat("[", 100_000)),
		[]byte(strings.Repeat(`{"a":`, 10_000))} {
		push := genuine
		push.Body = body
		_, verifyErr := c.VerifyCallback(push)
		parcels, err := c.ParseCallback(push)
		if err == nil && len(parcels) > 0 && len(parcels[0].Events) > 0 {
			t.Errorf("%.20q is read as a scan", body)
		}
		silent(t, "a callback's error", map[string][]string{"credential": h.secrets(t)}, errorText(verifyErr)+errorText(err))
	}
}

// acksDiffer: a carrier that hears yes forgets the message, so that a failure must not sound like it.
func acksDiffer(t *testing.T, c adapters.CallbackParser, push adapters.CallbackRequest) {
	t.Helper()
	yes, no := c.AckCallback(push, nil), c.AckCallback(push, errors.New("the store is down"))
	if yes.Status < 200 || yes.Status > 299 {
		t.Errorf("the acknowledgement of success has status %d", yes.Status)
	}
	if yes.Status == no.Status && bytes.Equal(yes.Body, no.Body) {
		t.Error("success and failure are acknowledged alike")
	}
	if bytes.Contains(no.Body, []byte("the store is down")) {
		t.Error("the carrier is told our own trouble")
	}
}
