package sf

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
)

// FuzzAnswers: whatever SF sends, as an answer or as a push in either form, nothing panics, and a
// parcel that comes out has a number and scans with codes and times.
func FuzzAnswers(f *testing.F) {
	files, err := filepath.Glob("testdata/*.response.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no answers to begin with")
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, 200)
	}
	for _, body := range []string{one, mixed, inXML, form(inXML)} {
		f.Add([]byte(body), 200)
	}
	made, err := New(plain, adapters.Deps{HTTP: &http.Client{}})
	if err != nil {
		f.Fatal(err)
	}
	a := made.(*Adapter)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		var routes routesReply
		if a.client.read(adapters.OpTrack, rest.Reply{Status: status, Body: body}, &routes) == nil {
			for _, r := range routes.Resps {
				for _, s := range r.Routes {
					_, _ = eventOf(s)
				}
			}
		}
		req := push(string(body))
		_, verified := a.VerifyCallback(req)
		list, _ := a.ParseCallback(req)
		if verified != nil && len(list) > 0 {
			t.Errorf("what is refused is read: %+v", list)
		}
		for _, p := range list {
			if p.TrackingNumber == "" || len(p.Events) == 0 || len(p.Events) > maxRoutes {
				t.Errorf("a parcel without a number or a scan: %+v", p)
			}
			for _, e := range p.Events {
				if e.Code == "" || e.Status == "" || e.OccurredAt.IsZero() {
					t.Errorf("a scan without a code or a time: %+v", e)
				}
			}
		}
		if yes, no := a.AckCallback(req, nil), a.AckCallback(req, errNo); string(yes.Body) == string(no.Body) {
			t.Error("success and failure are acknowledged alike")
		}
	})
}
