package trackers

import (
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/normalize"
)

// watcher follows parcels of many carriers, north's and others' numbers, and carries none.
type watcher struct {
	carrier
	code string
}

func (w *watcher) Spec() adapters.Spec {
	return adapters.Spec{Code: w.code, NumberForms: []string{`NW\d{9}`, `WW\d{9}`},
		Services: []adapters.Service{{Name: "tracking", Kind: adapters.KindTracking}}}
}

// A number that fits a carrier's own form is that carrier's; one that only fits those who
// follow and do not carry is theirs, unless there are two.
func TestWhoOnlyTracksStandsBack(t *testing.T) {
	t.Parallel()
	one, two := &watcher{code: "watch"}, &watcher{code: "ward"}
	b := newBench(t, func(d *Deps) {
		north := &carrier{known: map[string]normalize.Tracking{}}
		registry, err := accounts.NewRegistry([]adapters.Spec{north.Spec(), two.Spec(), one.Spec()},
			[]*accounts.Account{account("ada", "main", north), account("ada", "main", one), account("ben", "main", one), account("ben", "main", two)})
		if err != nil {
			t.Fatal(err)
		}
		d.Registry = registry
	})
	for number, want := range map[string]string{"NW123456789": "north.tracked", "WW123456789": "watch.tracking"} {
		got, _, err := b.Create(t.Context(), "ada", Request{TrackingNumber: number})
		if err != nil || got.Channel != want {
			t.Errorf("%s: got %q, %v, want %s", number, got.Channel, err, want)
		}
	}
	_, _, err := b.Create(t.Context(), "ben", Request{TrackingNumber: "NW123456789"})
	refused(t, err, gateway.CodeInvalidRequest, "/channel")
}
