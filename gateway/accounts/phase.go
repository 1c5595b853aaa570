package accounts

import (
	"sync/atomic"

	"github.com/crossdock-hub/crossdock/gateway/outbound"
)

// phaseRecord is how far the wire got; the transport tells from its own goroutine.
type phaseRecord struct{ at atomic.Value }

func (p *phaseRecord) note(ph outbound.Phase) { p.at.Store(ph) }

// String is the furthest phase, "" where nothing was asked of the wire.
func (p *phaseRecord) String() string {
	ph, ok := p.at.Load().(outbound.Phase)
	if !ok {
		return ""
	}
	return string(ph)
}
