package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/claims"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// unzipped reads an archive and holds it against its own manifest: every file is named there,
// with its size and its digest.
func unzipped(raw []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			return nil, err
		}
	}
	var m struct{ Files []claims.File }
	if err := json.Unmarshal(files["manifest.json"], &m); err != nil {
		return nil, err
	}
	if len(m.Files) != len(files)-1 {
		return nil, fmt.Errorf("the manifest names %d files, and there are %d", len(m.Files), len(files)-1)
	}
	for _, f := range m.Files {
		sum := sha256.Sum256(files[f.Name])
		if hex.EncodeToString(sum[:]) != f.SHA256 || f.Bytes != int64(len(files[f.Name])) {
			return nil, fmt.Errorf("%s is not what the manifest says", f.Name)
		}
	}
	return files, nil
}

// parcelLost lets a parcel's carrier lose it and waits for its last scan: not every carrier says
// of a parcel that it is lost.
func (s *stand) parcelLost(t *testing.T, carrier, number, tracker string, pushed bool) trackers.Tracker {
	t.Helper()
	if r := s.call("POST", "/_control/push", map[string]any{"carrier": carrier, "tracking_number": number, "journey": "lost"}); r.status != 200 {
		t.Fatalf("push: %d %s", r.status, r.body)
	}
	var tr trackers.Tracker
	eventually(t, "the last scan", func() bool {
		if !pushed {
			s.call("POST", "/v1/trackers/"+tracker+"/refresh", nil)
		}
		s.call("GET", "/v1/trackers/"+tracker, nil).into(t, &tr)
		return len(tr.Events) > 3 && tr.Leg == normalize.LegLineHaul
	})
	return tr
}

// A parcel is lost. The claim names who answers and the carrier's deadline, and the archive
// proves it: the papers, what customs were told, the price, the scans and the messages that
// brought them. It is one claim, its bytes stay, and nothing personal gets into the log.
func TestALostParcelIsClaimed(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	router := s.contract(t)
	for _, c := range []struct {
		channel, carrier string
		deadline, pushed bool
	}{{"dhl_express.worldwide", "dhl_express", true, false}, {"cainiao.global_standard", "cainiao", false, true}} {
		l := s.buy(t, c.channel, "order-de.json", "claim-"+c.carrier)
		tr := s.parcelLost(t, c.carrier, l.TrackingNumber, l.Tracker, c.pushed)
		body := map[string]any{"tracker": l.Tracker, "reason": "lost", "amount": map[string]string{"amount": "12.50", "currency": "USD"}, "note": "never came"}
		r := s.call("POST", "/v1/claims", body, "Idempotency-Key", "c-"+c.carrier)
		conforms(t, router, "POST", "/v1/claims", r)
		var got claims.Claim
		if r.into(t, &got); r.status != 201 {
			t.Fatalf("%s: %d %s", c.channel, r.status, r.body)
		}
		if got.Party == nil || *got.Party != "carrier" || *got.Rule != "any-carriage" || got.RuleSource == "" || *got.Label != l.ID || got.Status != "open" {
			t.Errorf("%s: got %+v", c.channel, got)
		}
		if c.deadline {
			want := normalize.DateOf(accepted(t, tr).OccurredAt.AddDate(0, 0, 30))
			if got.Deadline == nil || *got.Deadline != want || *got.DeadlineRule != "dhl-express-loss-and-damage" {
				t.Errorf("%s: deadline %v by %v, want %s", c.channel, got.Deadline, got.DeadlineRule, want)
			}
		} else if got.Deadline != nil || !strings.Contains(got.DeadlineReason, "no source") {
			t.Errorf("%s: deadline %v, %s", c.channel, got.Deadline, got.DeadlineReason)
		}
		again := s.call("POST", "/v1/claims", body, "Idempotency-Key", "c-"+c.carrier)
		if again.status != 201 || again.header.Get("Idempotency-Replayed") != "true" || !bytes.Equal(again.body, r.body) {
			t.Errorf("again: %d %s", again.status, again.body)
		}
		if twin := s.call("POST", "/v1/claims", body); twin.status != 409 || !strings.Contains(string(twin.body), got.ID) {
			t.Errorf("a second one: %d %s", twin.status, twin.body)
		}
		s.proves(t, got, c.pushed)
		conforms(t, router, "GET", "/v1/claims/"+got.ID, s.call("GET", "/v1/claims/"+got.ID, nil))
	}
	conforms(t, router, "GET", "/v1/claims", s.call("GET", "/v1/claims", nil))
	for _, secret := range []string{"Anna", "Schmidt", "Lindenstr", "Keyuan", "never came"} {
		if strings.Contains(s.logs.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// accepted is the first scan by which the carrier has the parcel.
func accepted(t *testing.T, tr trackers.Tracker) trackers.Event {
	t.Helper()
	i := slices.IndexFunc(tr.Events, func(e trackers.Event) bool { return e.Status == normalize.StatusPickedUp })
	if i < 0 {
		t.Fatalf("no scan of the acceptance: %+v", tr.Events)
	}
	return tr.Events[i]
}

// proves downloads a claim's archive and looks into it.
func (s *stand) proves(t *testing.T, c claims.Claim, pushed bool) {
	t.Helper()
	r := s.call("GET", c.Archive.URL, nil)
	sum := sha256.Sum256(r.body)
	if r.status != 200 || r.header.Get("Content-Type") != "application/zip" || hex.EncodeToString(sum[:]) != c.Archive.SHA256 || int64(len(r.body)) != c.Archive.Bytes {
		t.Fatalf("%s: %d %s, %d bytes", c.Archive.URL, r.status, r.header.Get("Content-Type"), len(r.body))
	}
	files, err := unzipped(r.body)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(c.Archive.Files) || len(c.Archive.Omitted) != 0 {
		t.Errorf("the claim names %d files and %v, the archive holds %d", len(c.Archive.Files), c.Archive.Omitted, len(files))
	}
	for name, words := range map[string][]string{
		"claim.json": {`"reason": "lost"`, "never came"}, "responsibility.json": {`"rule": "any-carriage"`, `"source": "Usual terms`},
		"customs.json": {`"hs_code": "392690"`, "IM2760000000", "Lindenstr. 5", `"amount": "12.50"`},
		"quote.json":   {`"quoted"`, `"charges"`}, "label.json": {*c.Label}, "timeline.json": {`"picked_up"`, `"line_haul"`},
		"raw_events.json": {`"code"`}, "callbacks.json": {"["},
	} {
		for _, word := range words {
			if !strings.Contains(string(files[name]), word) {
				t.Errorf("%s does not hold %q:\n%.600s", name, word, files[name])
			}
		}
	}
	papers, pushes := 0, 0
	for name, data := range files {
		if strings.HasPrefix(name, "documents/label-") && bytes.HasPrefix(data, []byte("%PDF")) {
			papers++
		}
		if strings.HasPrefix(name, "callbacks/") && strings.Contains(string(data), c.TrackingNumber) {
			pushes++
		}
	}
	if papers == 0 || (pushes > 0) != pushed {
		t.Errorf("%s: %d labels, %d pushed messages", c.Channel, papers, pushes)
	}
}
