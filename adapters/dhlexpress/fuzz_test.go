package dhlexpress

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// FuzzAnswers: whatever DHL sends, nothing panics, and a price that comes out is the sum of its
// lines.
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
		f.Add(b, 400)
	}
	c := newClient(config(), adapters.Deps{HTTP: &http.Client{}})
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		reply := rest.Reply{Status: status, Body: body}
		_ = c.fail(adapters.OpLabel, true, reply)
		var rates ratesReply
		if c.read(adapters.OpRate, reply, &rates) == nil {
			got, _ := ratesFrom(rates, Config{}, laneGoods, services, nil, nil, time.UTC)
			sumExactly(t, got)
			for _, p := range rates.Products {
				_, _ = landedLines(p, "EUR")
			}
		}
		_, _ = c.proven([]normalize.Evidence{{Operation: "label", Status: 201, Body: body}})
		var tracking trackingReply
		if c.read(adapters.OpTrack, reply, &tracking) == nil {
			foundIn(tracking, "XDK1")
			for _, s := range tracking.Shipments {
				trackingFrom(s, "1")
			}
		}
	})
}
