// Package storetest is what both stores must do. It reads from top to bottom: what a store
// is, then each concern, then what must hold for all of them.
package storetest

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// Tenants of the tests. What is ada's must never be seen by ben.
const (
	ada store.Tenant = "ada"
	ben store.Tenant = "ben"
)

// Fresh returns the address of an empty store that is gone when the test ends.
type Fresh func(t testing.TB) string

// SQLite is a file in the test's own folder.
func SQLite(t testing.TB) string { return filepath.Join(t.TempDir(), "crossdock.db") }

// Open gives a test of another package an empty store, which is closed when the test ends.
func Open(t testing.TB) *store.DB { return open(t, SQLite(t)) }

// open opens what is at url and closes it with the test.
func open(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return db
}

// Run proves a store.
func Run(t *testing.T, fresh Fresh) {
	for _, group := range []struct {
		name   string
		checks []check
	}{
		{"installation", installationChecks},
		{"keys", keyChecks},
		{"rates", rateChecks},
		{"purchase", slices.Concat(whole(purchaseChecks), sharedKeyChecks)},
		{"claim", whole(claimChecks)},
		{"spending", whole(spendingChecks)},
		{"documents", documentChecks},
		{"tracker", trackerChecks},
		{"mapping", mappingChecks},
		{"callback", callbackChecks},
		{"events", eventChecks},
		{"webhook", webhookChecks},
		{"plan", planChecks},
		{"case", caseChecks},
		{"pass", passChecks},
		{"token", tokenChecks},
		{"quota", quotaChecks},
		{"audit", auditChecks},
		{"durability", slices.Concat(durabilityChecks, whole(writeChecks))},
		{"tenancy", tenancyChecks},
		{"text", textChecks},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range group.checks {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.run(t, fresh)
				})
			}
		})
	}
}

// check is one promise. It gets an address of its own, so that it may open it twice, as two
// replicas do, or again, as after a crash.
type check struct {
	name string
	run  func(t *testing.T, fresh Fresh)
}

// with makes a check of what needs one open store.
func with(name string, run func(t *testing.T, s *store.DB)) check {
	return check{name, func(t *testing.T, fresh Fresh) { run(t, open(t, fresh(t))) }}
}

// Keeper is what keeps purchases: a store, or what stands in for one.
type Keeper interface {
	store.Purchases
	store.Documents
	Meta() store.Meta
	Tracker(ctx context.Context, tenant store.Tenant, id string) (store.Tracker, error)
	ReadEvents(ctx context.Context, after int64, limit int) ([]store.Event, error)
	ListAudit(ctx context.Context, tenant store.Tenant, page store.Page) (store.List[store.AuditEntry], error)
}

// purchaseCheck is a promise that needs no more than what keeps purchases.
type purchaseCheck struct {
	name string
	run  func(t *testing.T, s Keeper)
}

// whole makes them checks of a whole store.
func whole(list []purchaseCheck) []check {
	var out []check
	for _, c := range list {
		out = append(out, with(c.name, func(t *testing.T, s *store.DB) { c.run(t, s) }))
	}
	return out
}

// RunPurchases proves what stands in for a store of purchases, as far as the promises of a
// store are about them. open gives each check an empty one.
func RunPurchases(t *testing.T, open func() Keeper) {
	for _, c := range slices.Concat(purchaseChecks, claimChecks, spendingChecks, writeChecks) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, open())
		})
	}
}
