package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/guards"
)

// The defaults that the settings show are those of the guards, so that a file without
// numbers changes nothing.
func TestGuardsHaveTheDocumentedDefaults(t *testing.T) {
	t.Parallel()
	file, err := configs.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, want := guardNumbers(file.Guards), guards.Defaults()
	for _, op := range []adapters.Operation{adapters.OpRate, adapters.OpLabel, adapters.OpTrack, adapters.OpFind, adapters.OpToken} {
		if got.Limits[op] != want.Limits[op] {
			t.Errorf("%s: got %s, want %s", op, got.Limits[op], want.Limits[op])
		}
	}
	got.Limits, want.Limits = nil, nil // everything else shares one limit in the file
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the file's defaults differ:\n%s", diff)
	}
}

// A number that the file names is one that the guards use.
func TestGuardsTakeTheFilesNumbers(t *testing.T) {
	t.Parallel()
	file, err := configs.Parse("crossdock.yaml", []byte(`guards:
  call_limits: {find: 3s}
  requests_per_second: 7
  concurrent: 5
  queue: 9
  max_hold: 30s
  waits: {interactive: 1s, purchase: 2s, background: 3s}
  breaker: {max_auth_open: 1m, ramp_step: 2s}
`), t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, want := guardNumbers(file.Guards), guards.Defaults()
	want.RequestsPerSecond, want.Concurrent, want.Queue, want.MaxHold = 7, 5, 9, 30*time.Second
	want.InteractiveWait, want.PurchaseWait, want.BackgroundWait = time.Second, 2*time.Second, 3*time.Second
	want.MaxAuthOpen, want.RampStep = time.Minute, 2*time.Second
	if got.Limits[adapters.OpFind] != 3*time.Second {
		t.Errorf("find: got %s, want 3s", got.Limits[adapters.OpFind])
	}
	got.Limits, want.Limits = nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("got otherwise:\n%s", diff)
	}
}

// Where a failover may lose intents the lists are read every hour.
func TestHowOftenListsAreRead(t *testing.T) {
	t.Parallel()
	accepted := configs.File{Purchases: configs.Purchases{AcceptAsyncStandbys: configs.AsyncStandbysWords}}
	for _, c := range []struct {
		o       gatewayOptions
		dialect string
		want    time.Duration
	}{
		{gatewayOptions{}, "sqlite", 24 * time.Hour},
		{gatewayOptions{}, "postgres", 24 * time.Hour},
		{gatewayOptions{file: accepted}, "postgres", time.Hour},
		{gatewayOptions{file: accepted}, "sqlite", 24 * time.Hour},
		{gatewayOptions{sandboxURL: "http://127.0.0.1:1"}, "sqlite", sandboxPasses},
	} {
		if got := passEvery(c.o, c.dialect); got != c.want {
			t.Errorf("%+v on %s: got %v", c.o.file.Purchases, c.dialect, got)
		}
	}
}
