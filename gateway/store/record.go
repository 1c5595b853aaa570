package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"
)

// column pairs a column's name with the field that it fills, so that inserting, reading and
// updating a record can never disagree.
type column struct {
	name  string
	field any // a pointer
}

// record is a row. Its columns are the same at every call, in the same order.
type record interface {
	table() string
	columns() []column
}

// recordOf is a pointer to T that is a record.
type recordOf[T any] interface {
	*T
	record
}

// value is what is stored of a field.
func (c column) value() any {
	switch f := c.field.(type) {
	case *string:
		return *f
	case *int:
		return int64(*f)
	case *int64:
		return *f
	case *bool:
		return *f
	case *time.Time:
		return *f
	case *[]byte:
		return *f
	case *json.RawMessage:
		return string(*f)
	case interface{ stored() any }:
		return f.stored()
	}
	panic(fmt.Sprintf("store: column %s cannot hold a %T", c.name, c.field))
}

// target is where a value is scanned to.
func (c column) target() any {
	switch f := c.field.(type) {
	case *time.Time:
		return &timeTarget{f}
	case *[]byte:
		return &bytesTarget{f}
	case *json.RawMessage:
		return &rawTarget{f}
	}
	return c.field
}

type timeTarget struct{ to *time.Time }

func (t *timeTarget) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is not stored as %T", src)
	}
	*t.to = fromMicros(n)
	return nil
}

type bytesTarget struct{ to *[]byte }

func (t *bytesTarget) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok && src != nil {
		return fmt.Errorf("bytes are not stored as %T", src)
	}
	*t.to = nil
	if len(b) > 0 {
		*t.to = append([]byte(nil), b...)
	}
	return nil
}

type rawTarget struct{ to *json.RawMessage }

func (t *rawTarget) Scan(src any) error {
	s, err := textOf(src)
	*t.to = nil
	if s != "" {
		*t.to = json.RawMessage(s)
	}
	return err
}

func textOf(src any) (string, error) {
	switch v := src.(type) {
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	}
	return "", fmt.Errorf("text is not stored as %T", src)
}

// word is a column of a type that is text underneath.
type word[T ~string] struct{ to *T }

func asWord[T ~string](to *T) *word[T] { return &word[T]{to} }

func (w *word[T]) stored() any { return string(*w.to) }

func (w *word[T]) Scan(src any) error {
	s, err := textOf(src)
	*w.to = T(s)
	return err
}

// document is a column that holds a value as JSON; what is empty is stored as nothing.
type document[T any] struct{ to *T }

func asJSON[T any](to *T) *document[T] { return &document[T]{to} }

func (d *document[T]) stored() any {
	b, err := json.Marshal(*d.to)
	if err != nil {
		// Only types of ours come here, none of which can fail.
		panic(fmt.Sprintf("store: %T cannot be written as JSON: %v", *d.to, err))
	}
	if s := string(b); s != "null" && s != "{}" && s != "[]" {
		return s
	}
	return ""
}

func (d *document[T]) Scan(src any) error {
	s, err := textOf(src)
	var zero T
	*d.to = zero
	if err != nil || s == "" {
		return err
	}
	return json.Unmarshal([]byte(s), d.to)
}

func columnNames(cols []column) string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

func targets(cols []column) []any {
	out := make([]any, len(cols))
	for i, c := range cols {
		out[i] = c.target()
	}
	return out
}

// insert writes a record; suffix may be an ON CONFLICT. It tells how many rows came of it.
func insert(ctx context.Context, s *session, r record, suffix string) (int64, error) {
	cols := r.columns()
	args := make([]any, len(cols))
	for i, c := range cols {
		args[i] = c.value()
	}
	return s.exec(ctx, s.dialect.insertion(r.table(), cols, suffix), args...)
}

// insertion is the statement that inserts into a table, which is put together once: for twenty
// columns that took a twentieth of all that it takes to take a callback in.
func (d *dialect) insertion(table string, cols []column, suffix string) string {
	key := insertKey{table, suffix, len(cols)}
	if out, ok := d.insertions.Load(key); ok {
		return out.(string)
	}
	out := "INSERT INTO " + table + " (" + columnNames(cols) + ") VALUES (?" + strings.Repeat(", ?", len(cols)-1) + ") " + suffix
	d.insertions.Store(key, out)
	return out
}

// insertKey names one statement: a table's records have the same columns, and suffixes are few.
type insertKey struct {
	table, suffix string
	columns       int
}

// manyRows is how many records one statement inserts.
const manyRows = 32

// insertAll writes records of one table in few statements, of lengths that are powers of two,
// so that they can be kept prepared.
func insertAll[R record](ctx context.Context, s *session, rows []R) error {
	for len(rows) > 0 {
		n := min(1<<(bits.Len(uint(len(rows)))-1), manyRows)
		cols := rows[0].columns()
		args := make([]any, 0, n*len(cols))
		for _, r := range rows[:n] {
			for _, c := range r.columns() {
				args = append(args, c.value())
			}
		}
		one := "(?" + strings.Repeat(", ?", len(cols)-1) + ")"
		_, err := s.exec(ctx, "INSERT INTO "+rows[0].table()+" ("+columnNames(cols)+") VALUES "+one+strings.Repeat(", "+one, n-1), args...)
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// update writes all columns of a record but those of its key, by tenant and id.
func update(ctx context.Context, s *session, r record, tenant Tenant, id string) error {
	var sets []string
	var args []any
	for _, c := range r.columns() {
		if c.name != "tenant" && c.name != "id" {
			sets = append(sets, c.name+" = ?")
			args = append(args, c.value())
		}
	}
	n, err := s.exec(ctx, "UPDATE "+r.table()+" SET "+strings.Join(sets, ", ")+" WHERE tenant = ? AND id = ?",
		append(args, tenant, id)...)
	if err == nil && n != 1 {
		err = ErrNotFound
	}
	return err
}

// selectOne reads the record that rest (conditions, order, lock) finds first.
func selectOne[T any, R recordOf[T]](ctx context.Context, s *session, rest string, args ...any) (T, error) {
	var out T
	r := R(&out)
	cols := r.columns()
	err := s.queryRow(ctx, "SELECT "+columnNames(cols)+" FROM "+r.table()+" WHERE "+rest, args, targets(cols)...)
	if err != nil {
		var zero T
		return zero, err
	}
	return out, nil
}

// selectAll reads all records that rest finds.
func selectAll[T any, R recordOf[T]](ctx context.Context, s *session, rest string, args ...any) ([]T, error) {
	var one T
	cols := R(&one).columns()
	var out []T
	err := s.query(ctx, "SELECT "+columnNames(cols)+" FROM "+R(&one).table()+" WHERE "+rest, args, func(rows *sql.Rows) error {
		if err := rows.Scan(targets(cols)...); err != nil {
			return err
		}
		out = append(out, one)
		return nil
	})
	return out, err
}

const (
	defaultPage = 25
	maxPage     = 1000
	maxCursor   = 64
)

// selectPage reads a part of a list that is ordered by id, the newest first.
func selectPage[T any, R recordOf[T]](ctx context.Context, s *session, w where, p Page, id func(T) string) (List[T], error) {
	limit := p.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, maxPage)
	if p.Cursor != "" {
		if len(p.Cursor) > maxCursor || !strings.Contains(p.Cursor, "_") || clean(p.Cursor) != p.Cursor {
			return List[T]{}, ErrBadCursor
		}
		w.and("id < ?", p.Cursor)
	}
	items, err := selectAll[T, R](ctx, s, w.String()+" ORDER BY id DESC LIMIT ?", append(w.args, limit+1)...)
	if err != nil {
		return List[T]{}, err
	}
	out := List[T]{Items: items}
	if len(items) > limit {
		out.Items = items[:limit]
		out.Next = id(items[limit-1])
	}
	return out, nil
}

// holdable is a record with an epoch and a lease. hold gives it to a new holder.
type holdable[T any] interface {
	recordOf[T]
	hold(until time.Time) Ref
}

// lockDue takes the rows that rest finds and gives them to the caller: a new epoch each, and
// a lease from now on. sets is what changes besides, as hold does it.
func lockDue[T any, R holdable[T]](ctx context.Context, s *session, lease time.Duration, sets, rest string, args ...any) ([]T, error) {
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	if lease <= 0 {
		return nil, errors.New("a claim needs a lease")
	}
	items, err := selectAll[T, R](ctx, s, rest+s.skipLocked(), args...)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	until := now.Add(lease)
	held := map[Tenant][]string{}
	for i := range items {
		ref := R(&items[i]).hold(until)
		held[ref.Tenant] = append(held[ref.Tenant], ref.ID)
	}
	var one T
	for tenant, ids := range held {
		// By the key alone, one tenant after the other: SQLite reads the whole table for
		// a list of pairs.
		cond, list := in("id", ids)
		_, err := s.exec(ctx, "UPDATE "+R(&one).table()+" SET "+sets+"epoch = epoch + 1, lease_until = ? WHERE tenant = ? AND "+cond,
			append([]any{until, tenant}, list...)...)
		if err != nil {
			return nil, err
		}
	}
	return items, nil
}
