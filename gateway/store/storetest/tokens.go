package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

var tokenChecks = []check{
	// Whoever refreshes with a token that is used up is locked out by the carrier.
	{"is_refreshed_by_one_at_a_time", func(t *testing.T, fresh Fresh) {
		url := fresh(t)
		s := open(t, url)
		stores := []*store.DB{s}
		if s.Dialect() == "postgres" {
			stores = append(stores, open(t, url)) // a second replica
		}
		var inside, most int
		var wg sync.WaitGroup
		for i := range 20 {
			tokens := store.TokensOf(stores[i%len(stores)], ada, "acct_1")
			wg.Go(func() {
				_, err := tokens.Refresh(t.Context(), "refresh", func(stored string) (string, error) {
					inside++ // races, were it not for the lock
					most = max(most, inside)
					defer func() { inside-- }()
					return stored + "x", nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		equal(t, most, 1)
		got, err := s.Token(t.Context(), ada, "acct_1", "refresh")
		noError(t, err)
		equal(t, []any{len(got.Value), got.Version}, []any{20, int64(20)})
	}},
	with("stays_when_the_refresh_fails_or_changes_nothing", func(t *testing.T, s *store.DB) {
		refresh := func(fn func([]byte) ([]byte, error)) (store.Token, error) {
			return s.RefreshToken(t.Context(), ada, "acct_1", "refresh", fn)
		}
		oops := errors.New("carrier is down")
		_, err := refresh(func(b []byte) ([]byte, error) { equal(t, len(b), 0); return nil, oops })
		wantError(t, err, oops)
		_, err = s.Token(t.Context(), ada, "acct_1", "refresh")
		wantError(t, err, store.ErrNotFound)
		_, err = refresh(func([]byte) ([]byte, error) { return []byte("one"), nil })
		noError(t, err)
		got, err := refresh(func([]byte) ([]byte, error) { return []byte("two"), oops })
		wantError(t, err, oops)
		equal(t, string(got.Value), "one")
		got, err = refresh(func(b []byte) ([]byte, error) { return b, nil })
		noError(t, err)
		equal(t, got.Version, int64(1))
	}),
	// The carrier has given the token out: it is stored though the caller has gone.
	with("is_stored_though_the_caller_has_left", func(t *testing.T, s *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.RefreshToken(ctx, ada, "acct_1", "refresh", func([]byte) ([]byte, error) {
			cancel()
			return []byte("new"), nil
		})
		noError(t, err)
		got, err := s.Token(t.Context(), ada, "acct_1", "refresh")
		noError(t, err)
		equal(t, string(got.Value), "new")
	}),
	{"is_stored_though_the_store_is_closing", func(t *testing.T, fresh Fresh) {
		url := fresh(t)
		s, err := store.Open(t.Context(), store.Options{URL: url})
		noError(t, err)
		closing := make(chan error, 1)
		_, err = s.RefreshToken(t.Context(), ada, "acct_1", "refresh", func([]byte) ([]byte, error) {
			go func() { closing <- s.Close() }()
			return []byte("new"), nil
		})
		noError(t, err)
		noError(t, <-closing)
		got, err := open(t, url).Token(t.Context(), ada, "acct_1", "refresh")
		noError(t, err)
		equal(t, string(got.Value), "new")
	}},
	with("does_not_make_a_waiter_wait_for_ever", func(t *testing.T, s *store.DB) {
		_, err := s.RefreshToken(t.Context(), ada, "acct_1", "refresh", func([]byte) ([]byte, error) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := s.RefreshToken(ctx, ada, "acct_1", "refresh", func(b []byte) ([]byte, error) { return b, nil })
			wantError(t, err, context.Canceled)
			return []byte("one"), nil
		})
		noError(t, err)
	}),
}
