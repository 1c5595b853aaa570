package token

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

func counting(life time.Duration, calls *atomic.Int32) Fetch {
	return func(context.Context) (Token, error) {
		n := calls.Add(1)
		time.Sleep(time.Second)
		return Token{normalize.NewSecret(string(rune('a' + n - 1))), time.Now().Add(life)}, nil
	}
}

func TestManyCallersFetchOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		v := New(counting(time.Hour, &calls))
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if got, err := v.Get(t.Context()); err != nil || got.Reveal() != "a" {
					t.Errorf("got %q, %v", got.Reveal(), err)
				}
			})
		}
		wg.Wait()
		if calls.Load() != 1 {
			t.Errorf("fetched %d times, want 1", calls.Load())
		}
	})
}

func TestRenewsBeforeTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		v := New(counting(time.Hour, &calls))
		for _, step := range []struct {
			wait time.Duration
			want string
		}{{0, "a"}, {58 * time.Minute, "a"}, {90 * time.Second, "b"}} {
			time.Sleep(step.wait)
			if got, _ := v.Get(t.Context()); got.Reveal() != step.want {
				t.Errorf("after %v more: got %q, want %q", step.wait, got.Reveal(), step.want)
			}
		}
	})
}

func TestDropForgetsOnlyTheRefusedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		v := New(counting(time.Hour, &calls))
		first, _ := v.Get(t.Context())
		v.Drop(t.Context(), first)
		second, _ := v.Get(t.Context())
		v.Drop(t.Context(), first) // a late caller must not throw away the new one
		third, _ := v.Get(t.Context())
		if second.Reveal() != "b" || third.Reveal() != "b" {
			t.Errorf("got %q then %q, want b twice", second.Reveal(), third.Reveal())
		}
	})
}

func TestAFailedFetchIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fail := true
		v := New(func(context.Context) (Token, error) {
			if fail {
				return Token{}, errors.New("down")
			}
			return Token{normalize.NewSecret("ok"), time.Now().Add(time.Hour)}, nil
		})
		if _, err := v.Get(t.Context()); err == nil {
			t.Fatal("a failed fetch gave a token")
		}
		fail = false
		if got, err := v.Get(t.Context()); err != nil || got.Reveal() != "ok" {
			t.Errorf("got %q, %v", got.Reveal(), err)
		}
	})
}

func TestAWaiterLeavesAtItsOwnDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := New(func(ctx context.Context) (Token, error) {
			<-ctx.Done()
			return Token{}, ctx.Err()
		})
		slow, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = v.Get(slow) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := v.Get(ctx)
		if normalize.KindOf(err) != normalize.KindTimeout || time.Since(start) != time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		wg.Wait()
	})
}
