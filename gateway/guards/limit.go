package guards

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// Limit is how long one call of an operation may take.
func (g *Guards) Limit(op adapters.Operation) time.Duration { return g.cfg.limit(op) }
