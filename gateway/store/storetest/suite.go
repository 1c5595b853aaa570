// Package storetest is what both stores must do. It reads from top to bottom: what a store
// is, then each concern, then what must hold for all of them.
package storetest

import (
	"path/filepath"
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
		{"purchase", purchaseChecks},
		{"claim", claimChecks},
		{"spending", spendingChecks},
		{"documents", documentChecks},
		{"tracker", trackerChecks},
		{"mapping", mappingChecks},
		{"callback", callbackChecks},
		{"events", eventChecks},
		{"webhook", webhookChecks},
		{"plan", planChecks},
		{"pass", passChecks},
		{"token", tokenChecks},
		{"audit", auditChecks},
		{"durability", durabilityChecks},
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
