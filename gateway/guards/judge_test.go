package guards

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// A caller who leaves is excluded: ten of them close nothing, and none of them hides the
// four real failures before it.
func TestCancelledCallersDoNotOpenIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		for range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(5*time.Second, cancel)
			_ = g.Do(ctx, rateCall, slow(time.Hour, nil))
		}
		stateIs(t, g, Closed)
		if h := g.Health("acct_1"); h.Calls != 0 || h.ErrorRate != 0 {
			t.Errorf("%d calls and an error rate of %v for what says nothing", h.Calls, h.ErrorRate)
		}
	})
}

func TestAnImpatientCallerDoesNotOpenIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		deadline time.Duration
		want     State
	}{
		{100 * time.Millisecond, Closed},
		{500 * time.Millisecond, Closed}, // it ran for 475 ms
		{800 * time.Millisecond, Open},
		{time.Minute, Open}, // our own limit of the carrier
	} {
		t.Run(c.deadline.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newGuards(t, Config{})
				for range 5 {
					ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
					_ = g.Do(ctx, rateCall, slow(time.Hour, nil))
					cancel()
				}
				stateIs(t, g, c.want)
			})
		})
	}
}

// What counts is one table; every kind is in it.
func TestTheKindsTable(t *testing.T) {
	t.Parallel()
	type row struct{ line, account verdict }
	want := map[normalize.Kind]row{
		normalize.KindInvalidRequest:    {success, success},
		normalize.KindNotServiceable:    {success, success},
		normalize.KindProhibitedGoods:   {success, success},
		normalize.KindUnsupported:       {excluded, excluded},
		normalize.KindNotFound:          {success, success},
		normalize.KindDuplicate:         {success, success},
		normalize.KindInsufficientFunds: {success, success},
		normalize.KindRejected:          {success, success},
		normalize.KindAuthFailed:        {excluded, failure},
		normalize.KindRateLimited:       {excluded, excluded},
		normalize.KindCircuitOpen:       {excluded, excluded},
		KindOverloaded:                  {excluded, excluded},
		normalize.KindTimeout:           {failure, excluded},
		normalize.KindUnavailable:       {failure, excluded},
		normalize.KindBadResponse:       {failure, excluded},
		normalize.KindOutcomeUnknown:    {failure, excluded},
	}
	for _, k := range append(normalize.Kinds(), KindOverloaded) {
		line, account := judge(normalize.Fail(k, "x"), circumstances{})
		if w, ok := want[k]; !ok || (row{line, account}) != w {
			t.Errorf("%s: got %v %v, want %v", k, line, account, w)
		}
	}
	if line, account := judge(nil, circumstances{callerGone: true}); line != success || account != success {
		t.Error("a success is one, whoever left meanwhile")
	}
	answered := &normalize.Error{Kind: normalize.KindUnavailable, Status: 503}
	if line, _ := judge(answered, circumstances{callerGone: true}); line != failure {
		t.Error("an answered 503 counts, whoever left meanwhile")
	}
}
