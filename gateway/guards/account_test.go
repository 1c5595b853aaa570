package guards

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Refused credentials stop one account, before the carrier locks it, and nobody else.
func TestRefusedCredentialsCountPerAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		other := rateCall
		other.Account = "acct_2"
		for range 5 {
			_ = g.Do(t.Context(), rateCall, failing(normalize.KindAuthFailed))
		}
		stateIs(t, g, Open)
		track := rateCall
		track.Op = adapters.OpTrack
		refusedAs(t, g.Do(t.Context(), track, answering(nil)), normalize.KindCircuitOpen)
		if err := g.Do(t.Context(), other, answering(nil)); err != nil {
			t.Errorf("another account is stopped too: %v", err)
		}
		if h := g.Health("acct_2"); h.State != Closed {
			t.Errorf("another account is %s", h.State)
		}
	})
}

// The account's probe was let through, the base URL's breaker then refused the call.
func TestARefusedCallDoesNotHoldTheAccountsProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, other := newGuards(t, Config{}), rateCall
		other.Account = "acct_2"
		for range 5 {
			_ = g.Do(t.Context(), rateCall, failing(normalize.KindAuthFailed))
		}
		time.Sleep(13 * time.Second)
		for range 5 {
			_ = g.Do(t.Context(), other, failing(normalize.KindUnavailable))
		}
		refusedAs(t, g.Do(t.Context(), rateCall, answering(nil)), normalize.KindCircuitOpen)
		time.Sleep(13 * time.Second)
		if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
			t.Errorf("a probe is stuck: %v", err)
		}
	})
}

// A carrier that is down says nothing about the credentials, and the other way round.
func TestTransportFailuresDoNotStopTheAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, track := newGuards(t, Config{}), rateCall
		track.Op = adapters.OpTrack
		for range 5 {
			_ = g.Do(t.Context(), rateCall, failing(normalize.KindUnavailable))
		}
		if err := g.Do(t.Context(), track, answering(nil)); err != nil {
			t.Errorf("another operation is stopped: %v", err)
		}
		elsewhere := rateCall
		elsewhere.BaseURL = "https://eu.northwind.test"
		if err := g.Do(t.Context(), elsewhere, answering(nil)); err != nil {
			t.Errorf("another base URL is stopped: %v", err)
		}
	})
}

// Each try with bad credentials brings the lock-out nearer: the pauses double.
func TestProbesOfRefusedCredentialsGrowRare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		tries := 0
		for range 600 {
			_ = g.Do(t.Context(), rateCall, func(context.Context) error {
				tries++
				return normalize.Fail(normalize.KindAuthFailed, "no")
			})
			time.Sleep(time.Second)
		}
		if tries > 12 {
			t.Errorf("%d tries in ten minutes", tries)
		}
	})
}
