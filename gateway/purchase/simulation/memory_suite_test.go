package simulation

import (
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/store/storetest"
)

// The stand-in of the store keeps the promises of the real ones.
func TestTheStoreKeepsItsPromises(t *testing.T) {
	t.Parallel()
	storetest.RunPurchases(t, func() storetest.Keeper { return newMemory() })
	storetest.RunPasses(t, func() storetest.PassKeeper { return newMemory() })
}
