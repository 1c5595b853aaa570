// Package all is the one list of carriers that this build can speak to.
package all

import (
	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/amazonfba"
	"github.com/crossdock-hub/crossdock/adapters/cainiao"
	"github.com/crossdock-hub/crossdock/adapters/dhlexpress"
	"github.com/crossdock-hub/crossdock/adapters/dhlunified"
	"github.com/crossdock-hub/crossdock/adapters/sf"
	"github.com/crossdock-hub/crossdock/adapters/speedpak"
	"github.com/crossdock-hub/crossdock/adapters/wishpost"
	"github.com/crossdock-hub/crossdock/adapters/yanwen"
)

// Specs returns every carrier, sorted by code.
func Specs() []adapters.Spec {
	return []adapters.Spec{amazonfba.Spec(), cainiao.Spec(), dhlexpress.Spec(), dhlunified.Spec(), sf.Spec(), speedpak.Spec(), wishpost.Spec(), yanwen.Spec()}
}
