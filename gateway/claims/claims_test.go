package claims

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The archive holds what was pushed byte for byte, and says what is not kept any more.
func TestTheArchiveHoldsTheEvidence(t *testing.T) {
	t.Parallel()
	s := newStand(t, 0)
	c := s.open(t, s.request(Lost))
	files := s.files(t, c)
	for name, want := range map[string]string{
		"callbacks/" + s.callbacks[0] + ".json": `{"scan":1}`, "callbacks/" + s.callbacks[1] + ".xml": `<scan>2</scan>`,
	} {
		if files[name] != want {
			t.Errorf("%s: got %q, want %q", name, files[name], want)
		}
	}
	if !strings.Contains(files["customs.json"], "IM2760000000") || !strings.Contains(files["raw_events.json"], `"code": "N2"`) || !strings.Contains(files["manifest.json"], "cbk_gone") {
		t.Errorf("customs %s\nraw %s\nmanifest %s", files["customs.json"], files["raw_events.json"], files["manifest.json"])
	}
	if got := omittedAs(c); len(got) != 1 || got["callbacks/cbk_gone"] != "it is not kept any more" {
		t.Errorf("left out: %v", got)
	}
	if *c.Party != "carrier" || *c.Label != "lbl_1" || c.Deadline != nil || c.DeadlineReason == "" {
		t.Errorf("got %+v", c)
	}
	if strings.Contains(files["claim.json"], "archive") {
		t.Errorf("the claim in the archive tells of the archive: %s", files["claim.json"])
	}
}

// The same files make the same bytes, whenever they are packed.
func TestTheSameFilesAreTheSameBytes(t *testing.T) {
	t.Parallel()
	s := newStand(t, 0)
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	var first []byte
	for range 3 {
		f, err := s.gather(t.Context(), "t1", "clm_1", at, s.request(Lost))
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := f.pack()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b
		}
		if !bytes.Equal(first, b) {
			t.Fatal("packed again it has other bytes")
		}
	}
}

// What has no room is left out by name; our own words come first.
func TestAnArchiveIsBounded(t *testing.T) {
	t.Parallel()
	whole := newStand(t, 0)
	paper, size := "", int64(0)
	for _, f := range whole.open(t, whole.request(Lost)).Archive.Files {
		switch {
		case f.Type == "label" && strings.HasPrefix(f.Name, "documents/"):
			paper = f.Name
		case f.Name != manifestFile:
			size += f.Bytes
		}
	}
	if paper == "" {
		t.Fatal("the whole archive has no label")
	}
	s := newStand(t, archiveMargin+size+1000) // the label has 2000 bytes
	c := s.open(t, s.request(Lost))
	files := s.files(t, c)
	left := omittedAs(c)
	for name, why := range left {
		if strings.HasPrefix(name, "documents/label-") {
			if why != "the archive would be too large" || files[name] != "" {
				t.Errorf("%s: %s", name, why)
			}
			if files["callbacks/"+s.callbacks[0]+".json"] == "" || files["customs.json"] == "" {
				t.Error("what fits is not there")
			}
			return
		}
	}
	t.Errorf("left out %v", left)
}

func TestAClaimIsOpenedOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t, 0)
	first, made, err := s.Open(t.Context(), "t1", "key_1", "k1", s.request(Lost))
	if err != nil || !made {
		t.Fatal(err)
	}
	again, made, err := s.Open(t.Context(), "t1", "key_1", "k1", s.request(Lost))
	if err != nil || made || again.ID != first.ID || again.Archive.SHA256 != first.Archive.SHA256 {
		t.Errorf("again: %+v, %t, %v", again, made, err)
	}
	_, _, err = s.Open(t.Context(), "t1", "key_1", "k1", s.request(Damaged))
	refused(t, err, gateway.CodeKeyReused, "")
	_, _, err = s.Open(t.Context(), "t1", "key_1", "k2", s.request(Lost))
	refused(t, err, gateway.CodeStateConflict, first.ID)
	s.open(t, s.request(Damaged))
	for pointer, r := range map[string]Request{
		"/tracker": {Reason: Lost}, "/reason": {Tracker: "x", Reason: "stolen"}, "/amount": {Tracker: "x", Reason: Lost, Amount: &normalize.Money{Currency: "USD"}},
	} {
		_, _, err := s.Open(t.Context(), "t1", "key_1", "", r)
		refused(t, err, gateway.CodeInvalidRequest, pointer)
	}
	_, _, err = s.Open(t.Context(), "t2", "key_1", "", s.request(Other))
	refused(t, err, gateway.CodeNotFound, "tracker")
}

// Of many at once one is made, and the others are told of it.
func TestOfManyClaimsAtOnceOneIsMade(t *testing.T) {
	t.Parallel()
	s := newStand(t, 0)
	var wg sync.WaitGroup
	var mu sync.Mutex
	opened := 0
	for range 6 {
		wg.Go(func() {
			_, made, err := s.Open(t.Context(), "t1", "key_1", "", s.request(Lost))
			mu.Lock()
			defer mu.Unlock()
			if made {
				opened++
			} else {
				refused(t, err, gateway.CodeStateConflict, "clm_")
			}
		})
	}
	wg.Wait()
	if opened != 1 {
		t.Errorf("%d were made", opened)
	}
}

func TestAClaimIsClosed(t *testing.T) {
	t.Parallel()
	s := newStand(t, 0)
	c := s.open(t, s.request(Lost))
	usd := func(minor int64) *normalize.Money { return &normalize.Money{Minor: minor, Currency: "USD"} }
	end := Closing{Outcome: "paid", Amount: usd(900), Note: "by transfer"}
	for _, r := range []Closing{{Outcome: "lost"}, {Outcome: "refused", Amount: usd(1)}, {Outcome: "paid", Amount: usd(-1)}} {
		_, err := s.Close(t.Context(), "t1", "key_1", c.ID, r)
		refused(t, err, gateway.CodeInvalidRequest, "")
	}
	for range 2 {
		got, err := s.Close(t.Context(), "t1", "key_1", c.ID, end)
		if err != nil || got.Status != "closed" || got.Outcome != "paid" || *got.Paid != *usd(900) || got.ClosedAt == nil || got.Archive.SHA256 != c.Archive.SHA256 {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	_, err := s.Close(t.Context(), "t1", "key_1", c.ID, Closing{Outcome: "withdrawn"})
	refused(t, err, gateway.CodeStateConflict, "closed as paid")
	_, err = s.Close(t.Context(), "t2", "key_1", c.ID, end)
	refused(t, err, gateway.CodeNotFound, "claim")
	audit, err := s.db.ListAudit(t.Context(), "t1", store.Page{})
	if err != nil || len(audit.Items) != 2 || audit.Items[0].Action != "claim.close" || audit.Items[1].Action != "claim.open" || audit.Items[1].Actor != "key_1" {
		t.Errorf("audit: %+v, %v", audit.Items, err)
	}
	if all, err := json.Marshal(audit.Items); err != nil || strings.Contains(string(all), "by transfer") || strings.Contains(string(all), "Anna") {
		t.Errorf("the audit log holds what people wrote: %s, %v", all, err)
	}
}

// A parcel whose label was bought elsewhere has a claim too, and its archive says what it lacks.
func TestAClaimWithoutALabel(t *testing.T) {
	t.Parallel()
	s := newStand(t, 0)
	s.tracker.Label, s.ruling.Liability = "", nil
	c := s.open(t, s.request(Other))
	if c.Label != nil || c.Party != nil || c.Rule != nil || c.RuleReason == "" {
		t.Errorf("got %+v", c)
	}
	left := omittedAs(c)
	for _, name := range []string{"customs.json", "quote.json", "label.json"} {
		if left[name] != "the label was not bought here" {
			t.Errorf("%s: %q", name, left[name])
		}
	}
}
