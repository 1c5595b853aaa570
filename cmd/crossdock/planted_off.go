//go:build !canary

package main

import "github.com/crossdock-hub/crossdock/gateway/purchase"

// planted changes nothing. Only the binary of the harnesses in cmd/chaos, built with the tag
// canary, has bugs and failpoints to plant here.
func planted(d purchase.Deps) purchase.Deps { return d }
