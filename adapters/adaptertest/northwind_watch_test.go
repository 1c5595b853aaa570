package adaptertest

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// watch is northwind for those who only follow its parcels: nothing of what it sells is offered.
type watch struct{ northwind *northwind }

func watchSpec() adapters.Spec {
	spec := northwindSpec()
	support := map[adapters.Operation]adapters.Support{}
	for _, op := range adapters.Operations() {
		support[op] = adapters.Cannot("it only looks")
	}
	support[adapters.OpTrack], support[adapters.OpCallback] = adapters.Can(""), adapters.Can("")
	spec.Support, spec.Honours, spec.Purchase = support, nil, adapters.Purchase{}
	spec.Services = []adapters.Service{{Name: "tracking", Title: "Northwind Watch", Kind: adapters.KindTracking, Mode: "direct_mail"}}
	if flaw("sells what it only watches") {
		spec.Services[0].Kind = "postal"
	}
	spec.New = adapters.Make(func(c northwindConfig, deps adapters.Deps) (adapters.Adapter, error) {
		made, err := newNorthwind(c, deps)
		if err != nil {
			return nil, err
		}
		return &watch{made.(*northwind)}, nil
	})
	return spec
}

func (w *watch) Spec() adapters.Spec { return watchSpec() }

func (w *watch) Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error) {
	if flaw("follows one parcel") {
		req.Ref.TrackingNumber = "NW0000001"
	}
	return w.northwind.Track(ctx, req)
}

func (w *watch) VerifyCallback(r adapters.CallbackRequest) (adapters.Trust, error) {
	return w.northwind.VerifyCallback(r)
}

func (w *watch) ParseCallback(r adapters.CallbackRequest) ([]normalize.Tracking, error) {
	return w.northwind.ParseCallback(r)
}

func (w *watch) AckCallback(r adapters.CallbackRequest, err error) adapters.Ack {
	return w.northwind.AckCallback(r, err)
}

// One who sells nothing passes, with a number in place of a purchase.
func TestWatch(t *testing.T) {
	h := northwindHarness()
	h.Spec, h.Service, h.Number, h.Refusals, h.Exact = watchSpec(), "tracking", "NW0000007", nil, nil
	Run(t, h)
}

func TestTheSuiteFindsFlawsOfWhoOnlyTracks(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]string{
		"sells what it only watches": "", // the harness itself is refused
		"follows one parcel":         "/^happy_path$",
		"guesses codes":              "/^unknown_codes$",
		"believes forged pushes":     "/^callbacks$",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestWatch$"+check)
			cmd.Env = append(os.Environ(), "NORTHWIND_FLAW="+name)
			if out, err := cmd.CombinedOutput(); err == nil {
				t.Errorf("%q passes:\n%s", name, out)
			}
		})
	}
}
