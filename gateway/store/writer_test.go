package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
)

func openFile(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), Options{URL: filepath.Join(t.TempDir(), "x.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func countTokens(t *testing.T, db *DB) int {
	t.Helper()
	all, err := selectAll[Token](t.Context(), db.reader(), "tenant = ?", "ada")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func putNamed(name string) func(context.Context, *session) error {
	return func(ctx context.Context, s *session) error {
		_, err := insert(ctx, s, &Token{Tenant: "ada", Name: name}, "")
		return err
	}
}

// occupy holds the writer until release is called, so that what comes meanwhile is one group.
func occupy(t *testing.T, db *DB) (release func()) {
	t.Helper()
	busy, free := make(chan struct{}), make(chan struct{})
	go db.write(context.Background(), func(context.Context, *session) error {
		close(busy)
		<-free
		return nil
	})
	<-busy
	return func() { close(free) }
}

// waiting returns when n writes wait in the queue.
func waiting(db *DB, n int) {
	for w := db.writer.(*groupWriter); len(w.jobs) < n; {
	}
}

// One write's failure undoes that write alone, whatever it has done before it failed.
func TestGroupKeepsItsNeighbours(t *testing.T) {
	t.Parallel()
	db := openFile(t)
	release := occupy(t, db)
	oops := errors.New("oops")
	errs := make([]error, 9)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = db.write(t.Context(), func(ctx context.Context, s *session) error {
				if err := putNamed(fmt.Sprint(i))(ctx, s); err != nil || i%3 != 0 {
					return err
				}
				return oops
			})
		})
	}
	waiting(db, len(errs))
	release()
	wg.Wait()
	for i, err := range errs {
		if want := map[bool]error{true: oops}[i%3 == 0]; err != want {
			t.Errorf("write %d: got %v, want %v", i, err, want)
		}
	}
	if got := countTokens(t, db); got != 6 {
		t.Errorf("got %d rows, want 6", got)
	}
}

// A caller who leaves while his write waits has written nothing.
func TestWriteThatWaitsCanBeGivenUp(t *testing.T) {
	t.Parallel()
	db := openFile(t)
	release := occupy(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- db.write(ctx, putNamed("a")) }()
	waiting(db, 1)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
	release()
	if err := db.write(t.Context(), putNamed("b")); err != nil {
		t.Fatal(err)
	}
	if got := countTokens(t, db); got != 1 {
		t.Errorf("got %d rows, want 1", got)
	}
}

// One that has begun is brought to its end, so that its outcome is known.
func TestWriteThatRunsIsNotCutShort(t *testing.T) {
	t.Parallel()
	db := openFile(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		cancel()
		return putNamed("a")(ctx, s)
	})
	if err != nil {
		t.Errorf("got %v, want no error", err)
	}
	if got := countTokens(t, db); got != 1 {
		t.Errorf("got %d rows, want 1", got)
	}
}

// Where a whole group is lost, as when the disk is full, nobody of it is told of success.
func TestLostGroupIsTold(t *testing.T) {
	t.Parallel()
	db := openFile(t)
	release := occupy(t, db)
	errs := make([]error, 3)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = db.write(t.Context(), func(ctx context.Context, s *session) error {
				if err := putNamed(fmt.Sprint(i))(ctx, s); err != nil {
					return err
				}
				_, err := s.exec(ctx, "ROLLBACK") // what SQLite does by itself after some errors
				return err
			})
		})
	}
	waiting(db, len(errs))
	release()
	wg.Wait()
	for i, err := range errs {
		if err == nil {
			t.Errorf("write %d was told of success", i)
		}
	}
	if got := countTokens(t, db); got != 0 {
		t.Errorf("got %d rows, want 0", got)
	}
	if err := db.write(t.Context(), putNamed("after")); err != nil {
		t.Errorf("the writer is stuck: %v", err)
	}
}

// A failed commit is unknown unless the error proves the opposite.
func TestCommitFault(t *testing.T) {
	t.Parallel()
	if err := commitFault(errors.New("disk I/O error")); !errors.Is(err, ErrCommitUnknown) {
		t.Errorf("got %v, want unknown", err)
	}
	if err := commitFault(ErrDiskFull); errors.Is(err, ErrCommitUnknown) {
		t.Errorf("got %v, which proves that nothing was written", err)
	}
}
