package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// The bounds of a transaction on PostgreSQL.
const (
	pgTxTime  = 30 * time.Second
	pgRetries = 3
	pgOldest  = 150000 // server_version_num
)

// pgSettings are a session's, unless the URL says otherwise: nobody waits for ever.
var pgSettings = map[string]string{
	"application_name":                    "crossdock",
	"lock_timeout":                        "15s",
	"statement_timeout":                   "30s",
	"idle_in_transaction_session_timeout": "60s",
}

func postgresDialect() *dialect {
	return &dialect{
		name:     "postgres",
		numbered: true,
		// No key is ever changed, so rows that refer to a locked one may come meanwhile:
		// evidence is never held up by whoever changes the purchase.
		lockRows:   " FOR NO KEY UPDATE",
		skipLocked: " FOR NO KEY UPDATE SKIP LOCKED",
		clock:      pgClock,
		lockName: func(ctx context.Context, s *session, name string) error {
			_, err := s.exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", name)
			return err
		},
		relax: func(ctx context.Context, s *session) error {
			_, err := s.exec(ctx, "SET LOCAL synchronous_commit = off")
			return err
		},
		safe:  pgSafe,
		fault: pgFault,
	}
}

func openPostgres(ctx context.Context, o Options) (*DB, error) {
	cfg, err := pgx.ParseConfig(o.URL)
	if err != nil {
		// pgx's own text holds the address; it hides the password, but not if it cannot parse.
		return nil, errors.New("the store's address is not one of PostgreSQL")
	}
	for k, v := range pgSettings {
		if _, ok := cfg.RuntimeParams[k]; !ok {
			cfg.RuntimeParams[k] = v
		}
	}
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(maxConns(o))
	pool.SetMaxIdleConns(maxConns(o))
	pool.SetConnMaxIdleTime(5 * time.Minute)
	d := postgresDialect()
	// A database that is not safe is not touched.
	if err := d.safe(ctx, &session{dialect: d, q: pool}, o.AcceptAsyncStandbys); err != nil {
		_ = pool.Close()
		return nil, err
	}
	if err := migrate(ctx, pool, goose.DialectPostgres, pgSchemaLock{}); err != nil {
		_ = pool.Close()
		return nil, err
	}
	return &DB{dialect: d, read: pool, readers: pool, writer: &pgWriter{dialect: d, pool: pool}}, nil
}

// pgSchemaLock lets one replica of many that start together change the schema. Waiting for it,
// and the change itself, may take longer than any other statement; only ctx bounds them.
type pgSchemaLock struct{}

const pgSchemaLockName = "hashtextextended('crossdock schema ' || current_schema(), 0)"

func (pgSchemaLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock("+pgSchemaLockName+")")
	return err
}

func (pgSchemaLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_unlock("+pgSchemaLockName+"); RESET lock_timeout; RESET statement_timeout")
	return err
}

// pgWriter gives each write a transaction of its own: the server groups commits itself.
type pgWriter struct {
	dialect *dialect
	pool    *sql.DB
	gate    gate
}

func (w *pgWriter) write(ctx context.Context, fn func(context.Context, *session) error) error {
	if !w.gate.enter() {
		return ErrClosed
	}
	defer w.gate.leave()
	for try := 1; ; try++ {
		err := w.once(ctx, fn)
		if try == pgRetries || !pgMayRepeat(err) {
			return err
		}
	}
}

// writeOne spares the statements that begin and commit.
func (w *pgWriter) writeOne(ctx context.Context, fn func(context.Context, *session) error) error {
	if !w.gate.enter() {
		return ErrClosed
	}
	defer w.gate.leave()
	conn, err := w.pool.Conn(ctx)
	if err != nil {
		return w.dialect.fault(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pgTxTime)
	defer cancel()
	err = fn(ctx, &session{dialect: w.dialect, q: conn})
	if err == nil || isFault(err, ErrNotFound, ErrDuplicate, ErrDiskFull, ErrClosed) {
		return err
	}
	return pgCommitFault(w.dialect, err)
}

func (w *pgWriter) close() error {
	w.gate.close()
	return nil
}

// once waits for a connection as long as ctx lives. The transaction itself is bounded, but not
// cut short by the caller, so that a commit's outcome is not lost to impatience.
func (w *pgWriter) once(ctx context.Context, fn func(context.Context, *session) error) error {
	conn, err := w.pool.Conn(ctx)
	if err != nil {
		return w.dialect.fault(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pgTxTime)
	defer cancel()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return w.dialect.fault(err)
	}
	if err := fn(ctx, &session{dialect: w.dialect, q: tx, tx: true}); err != nil {
		_ = tx.Rollback() // fails only where the connection is gone, and the server undoes it
		return err
	}
	return w.commit(tx)
}

func (w *pgWriter) commit(tx *sql.Tx) error {
	if err := tx.Commit(); err != nil {
		return pgCommitFault(w.dialect, err)
	}
	return nil
}

// pgCommitFault marks a failed commit as unknown unless the server itself says that it was undone.
func pgCommitFault(d *dialect, err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code != "08007" && e.Code != "40003" {
		return d.fault(err)
	}
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
}

// pgMayRepeat tells whether a transaction was undone for a reason that is gone next time.
func pgMayRepeat(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01")
}

func pgClock(ctx context.Context, s *session) (time.Time, error) {
	var n int64
	err := s.queryRow(ctx, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint", nil, &n)
	return fromMicros(n), err
}

// pgServer is what of a server's settings decides whether acknowledged commits can be lost.
type pgServer struct {
	version              int // server_version_num
	fsync, pages, commit string
	standbyNames         string
	standby              bool // it is one itself
	standbys             int  // that are connected
}

// pgSafe refuses a server that may lose acknowledged commits.
func pgSafe(ctx context.Context, s *session, accepted string) error {
	var v pgServer
	err := s.queryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('fsync'),
		current_setting('full_page_writes'), current_setting('synchronous_commit'),
		current_setting('synchronous_standby_names'), pg_is_in_recovery(),
		(SELECT count(*) FROM pg_stat_replication)::int`, nil,
		&v.version, &v.fsync, &v.pages, &v.commit, &v.standbyNames, &v.standby, &v.standbys)
	if err != nil {
		return err
	}
	return v.safe(accepted)
}

func (v pgServer) safe(accepted string) error {
	async := v.standbys > 0 && (v.standbyNames == "" || v.commit == "local")
	switch {
	case v.version < pgOldest:
		return fmt.Errorf("%w: PostgreSQL 15 or later is needed", ErrUnsafe)
	case v.fsync != "on":
		return fmt.Errorf("%w: PostgreSQL's fsync is off", ErrUnsafe)
	case v.pages != "on":
		return fmt.Errorf("%w: PostgreSQL's full_page_writes is off", ErrUnsafe)
	case v.commit == "off":
		return fmt.Errorf("%w: PostgreSQL's synchronous_commit is off", ErrUnsafe)
	case v.standby:
		return fmt.Errorf("%w: this PostgreSQL is a standby and cannot be written", ErrUnsafe)
	case async && accepted != AsyncStandbyWords:
		return fmt.Errorf("%w: PostgreSQL has asynchronous standbys only; set synchronous_standby_names, or accept in words: %q", ErrUnsafe, AsyncStandbyWords)
	}
	return nil
}

// pgFault names the errors that callers may act on. A PgError's message names the constraint;
// its detail would hold values and is left out.
func pgFault(err error) error {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return closedFault(err)
	}
	switch e.Code {
	case "23505":
		return fmt.Errorf("%w: %s", ErrDuplicate, e.ConstraintName)
	case "23503":
		return fmt.Errorf("%w: what the record belongs to", ErrNotFound)
	case "53100":
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return err
}
