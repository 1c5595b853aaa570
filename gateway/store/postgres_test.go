package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
	"github.com/crossdock-hub/crossdock/gateway/store/storetest"
)

func TestPostgresRefusesWhatLosesWrites(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), store.Options{URL: pgtest.URL(t) + "&synchronous_commit=off"})
	if !errors.Is(err, store.ErrUnsafe) {
		t.Errorf("got %v, want unsafe", err)
	}
}

// With asynchronous standbys only, a failover forgets intents that were acknowledged. The
// operator must have said that he knows. (Not parallel: all other tests would see the standby.)
func TestPostgresAsyncStandby(t *testing.T) {
	url := pgtest.URL(t)
	cfg, err := pgconn.ParseConfig(url)
	if err != nil {
		t.Fatal("the server's address cannot be read")
	}
	cfg.RuntimeParams = map[string]string{"replication": "true"} // a standby's connection
	standby, err := pgconn.ConnectConfig(t.Context(), cfg)
	if err != nil {
		t.Fatalf("the tests' PostgreSQL user needs REPLICATION, and the server max_wal_senders above 0: %v", err)
	}
	defer standby.Close(context.Background())

	if _, err := store.Open(t.Context(), store.Options{URL: url}); !errors.Is(err, store.ErrUnsafe) {
		t.Errorf("got %v, want unsafe", err)
	}
	if _, err := store.Open(t.Context(), store.Options{URL: url, AcceptAsyncStandbys: "yes"}); !errors.Is(err, store.ErrUnsafe) {
		t.Errorf("got %v, want unsafe: the words were not said", err)
	}
	s, err := store.Open(t.Context(), store.Options{URL: url, AcceptAsyncStandbys: store.AsyncStandbyWords})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// An address holds a password, which no error may tell.
func TestPostgresAddressStaysSecret(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://u:hunter2@[::1", "postgres://u:hunter2@127.0.0.1:1/x?sslmode=nonsense", "postgres://u:hunter2@127.0.0.1:1/x?connect_timeout=2"} {
		_, err := store.Open(t.Context(), store.Options{URL: url})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	}
}

// Replicas, or two commands, that start together bring an empty store up to date once.
func TestStartTogether(t *testing.T) {
	t.Parallel()
	t.Run("postgres", func(t *testing.T) { t.Parallel(); startTogether(t, pgtest.URL(t)) })
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); startTogether(t, storetest.SQLite(t)) })
}

func startTogether(t *testing.T, url string) {
	metas := make([]store.Meta, 6)
	var wg sync.WaitGroup
	for i := range metas {
		wg.Go(func() {
			s, err := store.Open(t.Context(), store.Options{URL: url})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			metas[i] = s.Meta()
		})
	}
	wg.Wait()
	for _, m := range metas {
		if m.Installation != metas[0].Installation {
			t.Errorf("got installations %s and %s", m.Installation, metas[0].Installation)
		}
	}
}

// An event whose transaction began first and commits last must not fall behind the readers.
func TestPostgresEventOfASlowTransaction(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	s, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	slow, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = slow.Exec(t.Context(), `INSERT INTO events (tenant, id, position, type, subject, sequence, data, created_at)
		VALUES ('ada', 'evt_slow', 0, 't', 's', 0, '', 1)`)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	after := int64(0)
	read := func() {
		t.Helper()
		events, err := s.ReadEvents(t.Context(), after, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			seen = append(seen, e.ID)
			after = e.Position
		}
	}
	if err := s.AppendEvents(t.Context(), store.Event{ID: "evt_quick", Tenant: "ada"}); err != nil {
		t.Fatal(err)
	}
	read()
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	read()
	if got := fmt.Sprint(seen); got != "[evt_quick evt_slow]" {
		t.Errorf("got %s", got)
	}
}
