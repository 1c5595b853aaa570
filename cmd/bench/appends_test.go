package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// Both do what the figures say: each acknowledged callback is a row that was believed, and
// each bare insert is one, whatever the batch.
func TestAppendsAreRows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct {
		name, ours, bare   string
		connections, batch int
	}{
		{"SQLite", filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db"), 1, sqliteGroup},
		{"PostgreSQL", pgtest.URL(t), pgtest.URL(t), 4, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			const n, senders = 100, 8
			sendAll(t, c.ours, n, senders)
			in, err := newInserts(t.Context(), c.bare, c.connections, c.batch)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = in.db.Close() }()
			if err := in.insert(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			if got := rowsOf(t, in.db); got != n {
				t.Errorf("%d bare rows, want %d", got, n)
			}
		})
	}
}

func rowsOf(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM bare").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func sendAll(t *testing.T, url string, n, senders int) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	handler, path, err := callbackHandler(db)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(handler)
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "http://")
	requests := requestsTo(host, path)
	var next atomic.Int64
	var work sync.WaitGroup
	for range senders {
		s := senderTo(t, host)
		work.Go(func() {
			for at := next.Add(1); at <= int64(n); at = next.Add(1) {
				if err := s.send(requests[at%bodies]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	forged := bytes.Replace(requests[0], []byte("PICKUP"), []byte("DELIVR"), 1)
	if err := senderTo(t, host).send(forged); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a forged one: got %v, want 401", err)
	}
	list, err := db.ListCallbacks(t.Context(), "bench", store.CallbackReceived, store.Page{Limit: 100})
	if err != nil || len(list.Items) != n || list.Next != "" {
		t.Fatalf("%d rows (%v), want %d", len(list.Items), err, n)
	}
	for _, c := range list.Items {
		if c.Trust != "signed" {
			t.Errorf("%s is trusted as %q", c.ID, c.Trust)
		}
	}
}

func senderTo(t *testing.T, host string) *sender {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &sender{conn, bufio.NewReader(conn)}
}

func TestP99(t *testing.T) {
	t.Parallel()
	var list []time.Duration
	for i := range 200 {
		list = append(list, time.Duration(200-i))
	}
	if got := p99(list); got != 199 {
		t.Errorf("got %d, want 199", got)
	}
	if p99(nil) != 0 {
		t.Error("nothing took time")
	}
}
