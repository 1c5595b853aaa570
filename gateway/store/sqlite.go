package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqlitePragmas make a connection safe: every commit is synced before it is acknowledged.
// What the operator says in the URL stands instead of them and is judged by sqliteSafe.
var sqlitePragmas = []string{
	"busy_timeout(10000)",
	"journal_mode(WAL)",
	"synchronous(FULL)",
	"fullfsync(1)", // only macOS knows the difference
	"foreign_keys(1)",
	"journal_size_limit(67108864)",
}

func sqliteDialect() *dialect {
	return &dialect{
		name:       "sqlite",
		oneProcess: true,
		clock: func(context.Context, *session) (time.Time, error) {
			return time.Now().UTC().Truncate(time.Microsecond), nil
		},
		lockName: func(context.Context, *session, string) error { return nil },
		relax:    func(context.Context, *session) error { return nil },
		safe:     sqliteSafe,
		fault:    sqliteFault,
	}
}

func openSQLite(ctx context.Context, o Options) (*DB, error) {
	path, query, err := sqlitePath(o.URL)
	if err != nil {
		return nil, err
	}
	// The file holds addresses: it is nobody's but ours, and SQLite gives its side files
	// the same mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	write, err := sql.Open("sqlite", sqliteDSN(path, query))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	if err := sqliteMigrate(ctx, write); err != nil {
		_ = write.Close()
		return nil, err
	}
	d := sqliteDialect()
	w, err := newGroupWriter(ctx, d, write)
	if err != nil {
		_ = write.Close()
		return nil, d.fault(err)
	}
	read, err := sql.Open("sqlite", sqliteDSN(path, query, "query_only(1)"))
	if err != nil {
		_ = w.close()
		return nil, err
	}
	read.SetMaxOpenConns(maxConns(o))
	read.SetMaxIdleConns(maxConns(o))
	return &DB{dialect: d, read: read, readers: keep(read), writer: w}, nil
}

// sqliteMigrate tries again, since of two processes that open a new file at once one finds
// the tables made by the other.
func sqliteMigrate(ctx context.Context, db *sql.DB) error {
	var err error
	for range 3 {
		if err = migrate(ctx, db, goose.DialectSQLite3, nil); err == nil {
			return nil
		}
	}
	return err
}

func maxConns(o Options) int {
	if o.MaxConns > 0 {
		return o.MaxConns
	}
	return 16
}

// sqlitePath takes sqlite:PATH or a bare path apart; what follows a ? goes to the driver.
func sqlitePath(raw string) (path string, query url.Values, err error) {
	raw = strings.TrimPrefix(strings.TrimPrefix(raw, "sqlite:"), "//")
	path, q, _ := strings.Cut(raw, "?")
	if path == "" || path == ":memory:" {
		return "", nil, fmt.Errorf("%w: SQLite needs a file", ErrUnsafe)
	}
	if query, err = url.ParseQuery(q); err != nil {
		return "", nil, fmt.Errorf("the store's address: %w", err)
	}
	path, err = filepath.Abs(path)
	return path, query, err
}

func sqliteDSN(path string, query url.Values, more ...string) string {
	v := url.Values{"_txlock": {"immediate"}}
	for k, vs := range query {
		v[k] = append([]string(nil), vs...)
	}
	for _, ours := range append(append([]string(nil), sqlitePragmas...), more...) {
		name, _, _ := strings.Cut(ours, "(")
		// The driver sorts them, so that of two the last one does not count.
		if !slices.ContainsFunc(query["_pragma"], func(p string) bool { return strings.HasPrefix(p, name) }) {
			v.Add("_pragma", ours)
		}
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: v.Encode()}
	return u.String()
}

// sqliteSafe refuses a journal or a sync mode that loses acknowledged commits with the power.
func sqliteSafe(ctx context.Context, s *session, _ string) error {
	var journal string
	if err := s.queryRow(ctx, "PRAGMA journal_mode", nil, &journal); err != nil {
		return err
	}
	if journal != "wal" {
		return fmt.Errorf("%w: SQLite's journal_mode is %s and must be wal", ErrUnsafe, journal)
	}
	const full = 2
	var sync int
	if err := s.queryRow(ctx, "PRAGMA synchronous", nil, &sync); err != nil {
		return err
	}
	if sync < full {
		return fmt.Errorf("%w: SQLite's synchronous is below FULL, so that a power failure loses purchases that were acknowledged", ErrUnsafe)
	}
	return nil
}

// sqliteFault names the errors that callers may act on. SQLite names columns, never values.
func sqliteFault(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return closedFault(err)
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%w: %s", ErrDuplicate, e.Error())
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fmt.Errorf("%w: what the record belongs to", ErrNotFound)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return err
}

// closedFault recognises a pool that was closed.
func closedFault(err error) error {
	if err != nil && (errors.Is(err, sql.ErrConnDone) || err.Error() == "sql: database is closed") {
		return ErrClosed
	}
	return err
}
