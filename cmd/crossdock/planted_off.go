//go:build !canary

package main

import (
	"github.com/crossdock-hub/crossdock/gateway/inbox"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
)

// planted changes nothing, and neither do the other two. Only the binary of the harnesses in
// cmd/chaos, built with the tag canary, has bugs and failpoints to plant here.
func planted(d purchase.Deps) purchase.Deps { return d }

func plantedInbox(d inbox.Deps) inbox.Deps { return d }

func plantedTrackers(d trackers.Deps) trackers.Deps { return d }
