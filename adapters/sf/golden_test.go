package sf

import (
	"context"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/normalize"
)

func TestGolden(t *testing.T) {
	adaptertest.Golden(t, harness, "testdata", []adaptertest.Case{
		{Name: "track_delivered", Do: track},
		{Name: "track_quoted_twice", Do: track},
		{Name: "track_unknown_code", Do: track},
		{Name: "track_silently_empty", Do: track},
		{Name: "track_no_waybill", Do: track},
		{Name: "track_other_number", Do: track},
		{Name: "track_odd_time", Do: track},
		{Name: "track_no_data", Do: track},
		{Name: "track_wrong_digest", Do: track},
		{Name: "track_throttled", Do: track},
		{Name: "track_phone_refused", Do: track},
		{Name: "track_unknown_refusal", Do: track},
		{Name: "track_unknown_gateway_code", Do: track},
	})
}

func track(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Tracker.Track(ctx, normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: "SF1000000000001"}})
}
