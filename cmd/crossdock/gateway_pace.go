package main

import (
	"time"

	"github.com/crossdock-hub/crossdock/gateway/inbound"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
)

func (g *gatewayProcess) intervals() trackers.Intervals {
	out := trackers.DefaultIntervals()
	if g.opts.sandboxURL != "" {
		out = trackers.SandboxIntervals()
	}
	t := g.opts.file.Tracking
	for _, d := range []struct {
		to    *time.Duration
		value time.Duration
	}{{&out.Begin, t.Begin}, {&out.Moving, t.Moving}, {&out.OutForDelivery, t.OutForDelivery}, {&out.Most, t.Most}, {&out.Hint, t.Hint}} {
		if d.value > 0 {
			*d.to = d.value
		}
	}
	return out
}

// quotaLook is how often shares in danger are looked for; zero is the default.
func quotaLook(sandbox bool) time.Duration {
	if sandbox {
		return time.Second
	}
	return 0
}

func inboundIntervals(sandbox bool) inbound.Intervals {
	if sandbox {
		return inbound.SandboxIntervals()
	}
	return inbound.DefaultIntervals()
}
