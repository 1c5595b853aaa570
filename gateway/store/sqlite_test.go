package store_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/store/storetest"
)

// A power failure must not take back a label that was paid.
func TestSQLiteRefusesWhatLosesWrites(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"synchronous normal": storetest.SQLite(t) + "?_pragma=synchronous(NORMAL)",
		"synchronous off":    "sqlite:" + storetest.SQLite(t) + "?_pragma=synchronous(0)",
		"no journal":         storetest.SQLite(t) + "?_pragma=journal_mode(MEMORY)",
		"memory":             ":memory:",
		"nothing":            "",
	} {
		if _, err := store.Open(t.Context(), store.Options{URL: url}); !errors.Is(err, store.ErrUnsafe) {
			t.Errorf("%s: got %v, want unsafe", name, err)
		}
	}
}

func TestSQLiteFile(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/with space?#%.db"
	path = strings.ReplaceAll(path, "?", "") // a ? begins the driver's words
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, side := range []string{"", "-wal"} {
		info, err := os.Stat(path + side)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("mode of %q: got %o, want 600", side, got)
		}
	}
}

// Where there is no room to write ahead, nothing may be sent; what was acknowledged stays.
func TestSQLiteDiskFull(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), store.Options{URL: storetest.SQLite(t) + "?_pragma=max_page_count(200)"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var kept []string
	for range 200 {
		var c store.Callback
		c, err = s.AppendCallback(t.Context(), store.Callback{Tenant: "ada", Body: make([]byte, 8000)})
		if err != nil {
			break
		}
		kept = append(kept, c.ID)
	}
	if !errors.Is(err, store.ErrDiskFull) {
		t.Fatalf("got %v, want disk full", err)
	}
	for _, id := range kept {
		if _, err := s.Callback(t.Context(), "ada", id); err != nil {
			t.Errorf("acknowledged, but %v", err)
		}
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("the writer is stuck: %v", err)
	}
}

// The file's clock is time.Now, so that services can be tested in a bubble, hours in no time.
func TestSQLiteInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := storetest.Open(t)
		_, _, err := s.BeginPlan(t.Context(), store.Plan{ID: "inb_1", Tenant: "ada", Name: "box"})
		if err != nil {
			t.Fatal(err)
		}
		claim := func(want int) {
			t.Helper()
			got, err := s.ClaimDuePlans(t.Context(), store.Due{Lease: time.Hour})
			if err != nil || len(got) != want {
				t.Fatalf("got %d plans, %v, want %d", len(got), err, want)
			}
		}
		claim(1)
		time.Sleep(59 * time.Minute)
		claim(0)
		time.Sleep(time.Minute)
		claim(1)
	})
}
