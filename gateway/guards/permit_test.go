package guards

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

func TestAnUnusedPermitIsGivenBack(t *testing.T) {
	t.Parallel()
	g := newGuards(t, Config{Concurrent: 1})
	buy := rateCall
	buy.Op = adapters.OpLabel
	for range 3 {
		p, err := g.Admit(t.Context(), buy)
		if err != nil {
			t.Fatal(err)
		}
		p.Cancel()
		p.Cancel() // again does nothing
		if err := p.Run(t.Context(), answering(nil)); normalize.KindOf(err) != normalize.KindTimeout {
			t.Errorf("a cancelled permit ran: %v", err)
		}
	}
}

// A process that was frozen between the write-ahead and the send must not send: another
// may have taken the purchase over, since its lease is over too.
func TestAPermitThatOutlivedItsTimeDoesNotSend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		buy := rateCall
		buy.Op = adapters.OpLabel
		p, err := g.Admit(t.Context(), buy)
		if err != nil {
			t.Fatal(err)
		}
		if left := time.Until(p.Deadline()); left != 15*time.Second {
			t.Errorf("the deadline is in %v, want 15 s", left)
		}
		time.Sleep(15 * time.Second)
		sent := false
		err = p.Run(t.Context(), func(context.Context) error { sent = true; return nil })
		if e, ok := errors.AsType[*normalize.Error](err); sent || !ok || e.Kind != normalize.KindTimeout || !e.NotSent {
			t.Errorf("sent %t, %v; want a timeout that sent nothing", sent, err)
		}
		stateIs(t, g, Closed)
	})
}

func TestDeadlinesShrinkOnTheirWayDown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		op     adapters.Operation
		parent time.Duration // 0 is none
		want   time.Duration
	}{
		{"a rate without a caller's deadline", adapters.OpRate, 0, 10 * time.Second},
		{"a label", adapters.OpLabel, 0, 15 * time.Second},
		{"a track", adapters.OpTrack, 0, 10 * time.Second},
		{"a token", adapters.OpToken, 0, 5 * time.Second},
		{"a patient caller does not lengthen it", adapters.OpRate, time.Minute, 10 * time.Second},
		{"a caller's deadline leaves 50 ms to answer", adapters.OpRate, 2 * time.Second, 1950 * time.Millisecond},
		{"or a twentieth of a short one", adapters.OpRate, 100 * time.Millisecond, 95 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g, call, ctx := newGuards(t, Config{}), rateCall, t.Context()
				call.Op = c.op
				if c.parent > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.parent)
					defer cancel()
				}
				var got time.Duration
				if err := g.Do(ctx, call, func(ctx context.Context) error {
					d, _ := ctx.Deadline()
					got = time.Until(d)
					return nil
				}); err != nil || got != c.want {
					t.Errorf("got %v, %v; want %v", got, err, c.want)
				}
			})
		})
	}
}

// A bug in one adapter is that adapter's failure, with an unknown outcome on a write.
func TestAPanicIsABadResponseAndFreesThePlace(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	g, err := New(Config{Concurrent: 1}, nil, textLog(&out))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		err := g.Do(t.Context(), rateCall, func(context.Context) error { panic("Jane Doe, 5 Elm Street") })
		if e := normalize.AsError(err); e.Kind != normalize.KindBadResponse || e.NotSent {
			t.Errorf("got %v, want a bad_response that may have been sent", err)
		}
	}
	if !strings.Contains(out.String(), "adapter panicked") || strings.Contains(out.String(), "Jane") {
		t.Errorf("logged %s", out.String())
	}
}

// runtime.Goexit, which t.FailNow calls, unwinds without a panic.
func TestAGoexitFreesThePlaceAndTheProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{Concurrent: 1})
		for range 5 {
			_ = g.Do(t.Context(), rateCall, failing(normalize.KindUnavailable))
		}
		time.Sleep(12 * time.Second)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = g.Do(t.Context(), rateCall, func(context.Context) error { exit(); return nil })
		}()
		<-done
		stateIs(t, g, Open) // the probe counted as failed
		time.Sleep(12 * time.Second)
		if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
			t.Errorf("the place or the probe is stuck: %v", err)
		}
	})
}

func TestACallerWhoLeftBeforeIsNotAdmitted(t *testing.T) {
	t.Parallel()
	g := newGuards(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := g.Do(ctx, rateCall, func(context.Context) error { t.Error("it was sent"); return nil })
	if e := normalize.AsError(err); e.Kind != normalize.KindTimeout || !e.NotSent || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
