package dhlunified

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
)

// FuzzAnswers: whatever DHL sends, as an answer or as a push, nothing panics, a parcel that comes
// out has a number and scans with times, and no secret goes to a host that a message names.
func FuzzAnswers(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no words to begin with")
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, 404)
	}
	made, err := New(hooked, adapters.Deps{HTTP: &http.Client{}})
	if err != nil {
		f.Fatal(err)
	}
	a := made.(*Adapter)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		_ = a.client.fail(adapters.OpTrack, rest.Reply{Status: status, Body: body})
		var in trackingReply
		if rest.DecodeJSON(body, &in) == nil {
			for _, s := range shipmentsOf(in.Shipments, "7777700001", "express", "DE") {
				trackingFrom(s, "7777700001")
			}
		}
		req := push(string(body))
		if _, err := a.VerifyCallback(req); err != nil {
			return
		}
		list, _ := a.ParseCallback(req)
		for _, p := range list {
			if p.TrackingNumber == "" || len(p.Events) == 0 {
				t.Errorf("a parcel without a number or a scan: %+v", p)
			}
			for _, e := range p.Events {
				if e.Status == "" || e.RawTime == "" {
					t.Errorf("a scan without a status or a time: %+v", e)
				}
			}
		}
		if m, err := readMessage(body); err == nil && !subscriptionID.MatchString(m.subscription()) {
			t.Errorf("subscription %q", m.subscription())
		}
		a.IsHandshake(req)
	})
}
