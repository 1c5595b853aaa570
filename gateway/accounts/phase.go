package accounts

import (
	"sync/atomic"

	"github.com/crossdock-hub/crossdock/gateway/outbound"
)

// phaseRecord is how far the wire got; the transport tells from its own goroutine.
type phaseRecord struct{ at atomic.Int32 }

func (p *phaseRecord) note(ph outbound.Phase) { p.at.Store(int32(ph)) }

// String is the furthest phase, "" where nothing was asked of the wire.
func (p *phaseRecord) String() string {
	if ph := outbound.Phase(p.at.Load()); ph != outbound.PhaseNone {
		return ph.String()
	}
	return ""
}
