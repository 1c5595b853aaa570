// Package all is the one list of simulated carriers.
package all

import (
	"github.com/crossdock-hub/crossdock/mocks"
	"github.com/crossdock-hub/crossdock/mocks/amazonfba"
	"github.com/crossdock-hub/crossdock/mocks/cainiao"
	"github.com/crossdock-hub/crossdock/mocks/dhlexpress"
	"github.com/crossdock-hub/crossdock/mocks/dhlunified"
	"github.com/crossdock-hub/crossdock/mocks/sf"
	"github.com/crossdock-hub/crossdock/mocks/speedpak"
	"github.com/crossdock-hub/crossdock/mocks/wishpost"
	"github.com/crossdock-hub/crossdock/mocks/yanwen"
)

// Makers are those of every carrier that the sandbox has.
func Makers() []mocks.Maker {
	return []mocks.Maker{amazonfba.New, cainiao.New, dhlexpress.New, dhlunified.New, sf.New, speedpak.New, wishpost.New, yanwen.New}
}
