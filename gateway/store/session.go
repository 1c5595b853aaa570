package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/bits"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// querier is a connection, a pool or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// session runs statements, inside a transaction or outside. Statements are written once,
// with ? for arguments, and only these types reach the drivers: text, integers, booleans
// and bytes.
type session struct {
	dialect *dialect
	q       querier
	// at is the store's clock, read at most once in a transaction; zero until then.
	at time.Time
	// tx tells that this session is a transaction, in which locks make sense.
	tx bool
}

// now is the store's clock in UTC with microseconds; within a transaction it stands still.
func (s *session) now(ctx context.Context) (time.Time, error) {
	if !s.at.IsZero() {
		return s.at, nil
	}
	t, err := s.dialect.clock(ctx, s)
	if err == nil && s.tx {
		s.at = t
	}
	return t, err
}

// exec runs a statement and tells how many rows it changed.
func (s *session) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := s.q.ExecContext(ctx, s.dialect.rewrite(query), bind(args)...)
	if err != nil {
		return 0, s.dialect.fault(err)
	}
	return res.RowsAffected()
}

// query runs each row through scan.
func (s *session) query(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := s.q.QueryContext(ctx, s.dialect.rewrite(query), bind(args)...)
	if err != nil {
		return s.dialect.fault(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return s.dialect.fault(rows.Err())
}

// queryRow reads the one row, or the first; ErrNotFound where there is none.
func (s *session) queryRow(ctx context.Context, query string, args []any, dst ...any) error {
	found := false
	err := s.query(ctx, query, args, func(r *sql.Rows) error {
		if found {
			return nil
		}
		found = true
		return r.Scan(dst...)
	})
	if err == nil && !found {
		return ErrNotFound
	}
	return err
}

// lock is what makes a SELECT take the rows for this transaction. On SQLite a transaction
// has them all.
func (s *session) lock() string { return s.dialect.lockRows }

// skipLocked is lock for workers that share a queue.
func (s *session) skipLocked() string { return s.dialect.skipLocked }

// bind turns arguments into the few types that both drivers store alike.
func bind(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = bindOne(a)
	}
	return out
}

func bindOne(a any) any {
	switch v := a.(type) {
	case string:
		return clean(v)
	case []byte:
		if v == nil {
			return []byte{}
		}
		return v
	case time.Time:
		return micros(v)
	case int64, bool:
		return v
	}
	switch v := reflect.ValueOf(a); v.Kind() {
	case reflect.String:
		return clean(v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32:
		return v.Int()
	}
	panic(fmt.Sprintf("store: no column holds a %T", a))
}

// clean makes text that both stores take: PostgreSQL refuses a NUL and what is not UTF-8,
// and carriers send both.
func clean(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// micros is t as it is stored; a zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// in makes "column IN (?, ?)" for a list that is not empty. The last value stands there as
// often as it takes to make the list's length a power of two, so that a statement has a few
// forms that can be kept prepared, and not one for each length.
func in[T any](column string, values []T) (string, []any) {
	n := 1 << bits.Len(uint(len(values)-1))
	args := make([]any, n)
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
	}
	return column + " IN (?" + strings.Repeat(", ?", n-1) + ")", args
}

// isFault tells whether err is one of kinds.
func isFault(err error, kinds ...error) bool {
	return slices.ContainsFunc(kinds, func(k error) bool { return errors.Is(err, k) })
}

// where gathers the conditions of a statement.
type where struct {
	conds []string
	args  []any
}

func (w *where) and(cond string, args ...any) {
	w.conds = append(w.conds, cond)
	w.args = append(w.args, args...)
}

// andIs adds column = value unless the value is empty.
func (w *where) andIs(column, value string) {
	if value != "" {
		w.and(column+" = ?", value)
	}
}

func (w *where) String() string { return strings.Join(w.conds, " AND ") }
