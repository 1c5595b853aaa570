package guards

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// Class says who waits for a call, and so who gives way to whom.
type Class int

// The classes; the zero Class takes the one that fits the operation. A purchase goes
// first and always finds an eighth of the places free of the others; background work
// (polling, sweeps, reconciling) takes at most half of them.
const (
	ByOperation Class = iota
	Interactive
	Purchase
	Background
)

// Call names one adapter call for its guards.
type Call struct {
	Carrier string // the adapter's code
	Account string
	BaseURL string
	Op      adapters.Operation
	Cost    int // HTTP requests, at least 1; see adapters.Spec.CostOf
	Class   Class
	NoWait  bool // refuse at once what would have to wait
}

func (c Call) class() Class {
	if c.Class != ByOperation {
		return c.Class
	}
	switch c.Op {
	case adapters.OpDraft, adapters.OpLabel, adapters.OpReturn, adapters.OpVoid, adapters.OpDocuments,
		adapters.OpFind, adapters.OpInbound:
		return Purchase
	}
	return Interactive
}

// wait is how long a call may wait for its admission.
func (c Config) wait(call Call) time.Duration {
	if call.NoWait {
		return 0
	}
	switch call.class() {
	case Purchase:
		return c.PurchaseWait
	case Background:
		return c.BackgroundWait
	}
	return c.InteractiveWait
}
