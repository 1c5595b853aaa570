package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

var durabilityChecks = []check{
	// What was acknowledged is there after the process is gone, without a goodbye.
	{"sees_all_acknowledged_writes_from_another_opening", func(t *testing.T, fresh Fresh) {
		url := fresh(t)
		s := open(t, url)
		var mu sync.Mutex
		var acknowledged []string
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				b, err := s.BeginPurchase(t.Context(), intent(s, ada, fmt.Sprint("k", i)))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				acknowledged = append(acknowledged, b.Purchase.ID)
				mu.Unlock()
			})
		}
		wg.Wait()
		again := open(t, url) // the first one is still open: nothing was flushed by closing
		for _, id := range acknowledged {
			_, err := again.Purchase(t.Context(), ada, id)
			noError(t, err)
		}
	}},
	{"finishes_what_has_begun_and_then_refuses", func(t *testing.T, fresh Fresh) {
		url := fresh(t)
		s, err := store.Open(t.Context(), store.Options{URL: url})
		noError(t, err)
		outcomes := make([]error, 30)
		made := make([]string, len(outcomes))
		var wg sync.WaitGroup
		for i := range outcomes {
			wg.Go(func() {
				b, err := s.BeginPurchase(t.Context(), intent(s, ada, fmt.Sprint("k", i)))
				outcomes[i], made[i] = err, b.Purchase.ID
			})
		}
		noError(t, s.Close())
		wg.Wait()
		again := open(t, url)
		for i, err := range outcomes {
			_, found := again.PurchaseByKey(t.Context(), ada, fmt.Sprint("k", i))
			if err == nil {
				noError(t, found)
				continue
			}
			wantError(t, err, store.ErrClosed)
			wantError(t, found, store.ErrNotFound)
		}
		wantError(t, s.Ping(t.Context()), store.ErrClosed)
	}},
}

// writeChecks are what holds for every write, shown by purchases.
var writeChecks = []purchaseCheck{
	// Writes share a commit, never a fate.
	{"keeps_good_writes_beside_bad_ones", func(t *testing.T, s Keeper) {
		p := begin(t, s, ada, "taken")
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				in := intent(s, ada, fmt.Sprint("k", i))
				if i%3 == 0 {
					in.Purchase.ClientReference = p.ClientReference
				}
				_, err := s.BeginPurchase(t.Context(), in)
				if (i%3 == 0) != errors.Is(err, store.ErrDuplicate) {
					t.Errorf("write %d: got %v", i, err)
				}
			})
		}
		wg.Wait()
		l, err := s.ListPurchases(t.Context(), ada, store.PurchaseFilter{}, store.Page{Limit: 100})
		noError(t, err)
		equal(t, len(l.Items), 41)
	}},
	{"does_nothing_for_a_caller_who_has_left", func(t *testing.T, s Keeper) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.BeginPurchase(ctx, intent(s, ada, "k1"))
		wantError(t, err, context.Canceled)
		_, err = s.PurchaseByKey(t.Context(), ada, "k1")
		wantError(t, err, store.ErrNotFound)
	}},
}
