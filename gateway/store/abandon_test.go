package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// What an earlier process was sending when it died is unknown at the next start.
func TestAbandonedLeasesExpireAtOnce(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), store.Options{URL: filepath.Join(t.TempDir(), "crossdock.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	begun, err := db.BeginPurchase(t.Context(), store.Intent{Purchase: store.Purchase{ID: "lbl_00000000000000000000000001", Tenant: "t",
		Key: "k", Fingerprint: []byte("f"), Account: "acct_a", Adapter: "x", Channel: "x.y", Service: "y", ClientReference: "R"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.ClaimPurchase(t.Context(), begun.Purchase.Ref(), store.Claim{From: []store.PurchaseState{store.PurchaseReady},
		To: store.PurchaseSending, Lease: time.Hour, Kind: store.AttemptSend}); err != nil {
		t.Fatal(err)
	}
	if list, err := db.ExpireLeases(t.Context(), 10, nil, nil); err != nil || len(list) != 0 {
		t.Fatalf("a lease that runs was ended: %v, %v", list, err)
	}
	if err := db.AbandonLeases(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := db.ExpireLeases(t.Context(), 10, nil, nil)
	if err != nil || len(list) != 1 || list[0].State != store.PurchaseUnknown {
		t.Errorf("got %v, %v; want the purchase unknown", list, err)
	}
}
