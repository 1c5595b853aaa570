package dhlunified

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/normalize"
)

func TestGolden(t *testing.T) {
	adaptertest.Golden(t, harness, "testdata", []adaptertest.Case{
		{Name: "track_courier", Do: track},
		{Name: "track_express_codes", Do: track},
		{Name: "track_return", Do: track},
		{Name: "track_two_divisions", Do: track},
		{Name: "track_not_found", Do: track},
		{Name: "track_quota", Do: track},
		{Name: "track_wrong_key", Do: track},
		{Name: "track_odd_time", Do: track},
		{Name: "track_other_number", Do: track},
	})
}

func track(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Tracker.Track(ctx, normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: "7777700001"}})
}

func readCloser(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }
