package store

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// DB is a Store on SQLite or PostgreSQL.
type DB struct {
	dialect *dialect
	read    *sql.DB
	readers querier // read, or what keeps its statements prepared
	writer  writer
	meta    Meta
	tokens  keyedLocks
	// refreshing are those who have asked a carrier for a token, which must still be stored.
	refreshing gate
	// accepted is what the operator accepted in words; see Options.
	accepted string
}

var _ Store = (*DB)(nil)

// writer runs a function in a transaction of its own, or in a part of one that succeeds or
// fails alone, and returns when it is durable.
type writer interface {
	write(ctx context.Context, fn func(context.Context, *session) error) error
	// writeOne is write for a function that runs a single statement, which is a transaction
	// by itself.
	writeOne(ctx context.Context, fn func(context.Context, *session) error) error
	close() error
}

// Open opens the store, brings its schema up to date and refuses what may lose writes that
// were acknowledged (ErrUnsafe), or data of the wrong kind (ErrSandboxMismatch).
func Open(ctx context.Context, o Options) (*DB, error) {
	var db *DB
	var err error
	if isPostgres(o.URL) {
		db, err = openPostgres(ctx, o)
	} else {
		db, err = openSQLite(ctx, o)
	}
	if err != nil {
		return nil, err
	}
	if err := db.prepare(ctx, o); err != nil {
		_ = db.Close() // the first error tells more
		return nil, err
	}
	return db, nil
}

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// prepare is what both dialects need once they can be written.
func (db *DB) prepare(ctx context.Context, o Options) error {
	db.accepted = o.AcceptAsyncStandbys
	if err := db.Safety(ctx); err != nil {
		return err
	}
	return db.initMeta(ctx, o.Sandbox)
}

// Meta returns what was fixed when this store was first opened.
func (db *DB) Meta() Meta {
	m := db.meta
	m.DataKey = append([]byte(nil), m.DataKey...)
	return m
}

// Dialect is "sqlite" or "postgres".
func (db *DB) Dialect() string { return db.dialect.name }

// Now is the store's clock.
func (db *DB) Now(ctx context.Context) (time.Time, error) { return db.reader().now(ctx) }

// Safety looks again at what Open refused.
func (db *DB) Safety(ctx context.Context) error {
	return db.writer.write(ctx, func(ctx context.Context, s *session) error {
		return db.dialect.safe(ctx, s, db.accepted)
	})
}

// Ping tells whether the store can be written and read: an empty transaction begins in the
// writer, which costs no sync.
func (db *DB) Ping(ctx context.Context) error {
	err := db.writer.write(ctx, func(ctx context.Context, s *session) error { return nil })
	if err != nil {
		return err
	}
	var n int64
	return db.reader().queryRow(ctx, `SELECT value FROM counters WHERE name = ?`, []any{counterEvents}, &n)
}

// Close waits for writes that have begun and for readers.
func (db *DB) Close() error {
	db.refreshing.close()
	err := db.writer.close()
	if e := db.read.Close(); err == nil {
		err = e
	}
	return err
}

// reader is a session on the pool, outside of any transaction.
func (db *DB) reader() *session { return &session{dialect: db.dialect, q: db.readers} }

func (db *DB) writeOne(ctx context.Context, fn func(context.Context, *session) error) error {
	return db.writer.writeOne(ctx, fn)
}

func (db *DB) write(ctx context.Context, fn func(context.Context, *session) error) error {
	return db.writer.write(ctx, fn)
}
