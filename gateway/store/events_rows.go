package store

import (
	"context"
	"errors"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

const (
	counterEvents = "events"
	// maxEvents bounds what one reading takes, and what it settles.
	maxEvents = 1000
)

func (e *Event) table() string { return "events" }

func (e *Event) columns() []column {
	return []column{
		{"tenant", asWord(&e.Tenant)}, {"id", &e.ID}, {"position", &e.Position}, {"type", &e.Type},
		{"subject", &e.Subject}, {"sequence", &e.Sequence}, {"data", &e.Data}, {"created_at", &e.CreatedAt},
	}
}

// AppendEvents writes events that belong to no other change.
func (db *DB) AppendEvents(ctx context.Context, events ...Event) error {
	return db.write(ctx, func(ctx context.Context, s *session) error {
		for _, e := range events {
			if err := addEvents(ctx, s, e.Tenant, []Event{e}); err != nil {
				return err
			}
		}
		return nil
	})
}

// addEvents writes events of a tenant into the log.
func addEvents(ctx context.Context, s *session, tenant Tenant, events []Event) error {
	for _, e := range events {
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		e.Tenant, e.Position = tenant, 0
		if e.ID == "" {
			e.ID = ids.New(ids.Event)
		}
		if e.CreatedAt.IsZero() {
			e.CreatedAt = now
		}
		if s.dialect.oneProcess {
			if e.Position, err = nextPosition(ctx, s, 1); err != nil {
				return err
			}
		}
		if _, err := insert(ctx, s, &e, ""); err != nil {
			return err
		}
	}
	return nil
}

// nextPosition takes n positions and returns the last of them. Whoever takes one holds the
// counter's row until the commit.
func nextPosition(ctx context.Context, s *session, n int64) (int64, error) {
	var last int64
	err := s.queryRow(ctx, "UPDATE counters SET value = value + ? WHERE name = ? RETURNING value", []any{n, counterEvents}, &last)
	return last, err
}

// ReadEvents reads the log from after a position.
func (db *DB) ReadEvents(ctx context.Context, after int64, limit int) ([]Event, error) {
	if !db.dialect.oneProcess {
		if err := db.placeEvents(ctx); err != nil {
			return nil, err
		}
	}
	return selectAll[Event](ctx, db.reader(), "position > 0 AND position >= ? ORDER BY position LIMIT ?", max(after, 0)+1, bounded(limit, maxEvents))
}

// placeEvents gives positions to committed events, in the order in which they were inserted.
//
// A number that is drawn at insertion would not do: of two transactions the one with the
// lower number may commit last, and a reader that has passed it never comes back. Here only
// what is committed is numbered, by one at a time under the counter's row lock. Two events
// of one tracker keep their order, since the second is inserted after the commit of the first.
func (db *DB) placeEvents(ctx context.Context) error {
	var one int
	err := db.reader().queryRow(ctx, "SELECT 1 FROM events WHERE position = 0 LIMIT 1", nil, &one)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return db.write(ctx, func(ctx context.Context, s *session) error {
		// The lock first, and in a statement of its own, so that the next one sees all that
		// the holder before has placed.
		first, err := nextPosition(ctx, s, 0)
		if err != nil {
			return err
		}
		n, err := s.exec(ctx, `UPDATE events SET position = ? + place.n FROM (
			SELECT tenant AS t, id AS i, row_number() OVER (ORDER BY ins) AS n FROM (
				SELECT tenant, id, ins FROM events WHERE position = 0 ORDER BY ins LIMIT ?) oldest) place
			WHERE events.tenant = place.t AND events.id = place.i`, first, maxEvents)
		if err != nil {
			return err
		}
		_, err = nextPosition(ctx, s, n)
		return err
	})
}

// Event reads one event.
func (db *DB) Event(ctx context.Context, tenant Tenant, id string) (Event, error) {
	return selectOne[Event](ctx, db.reader(), "tenant = ? AND id = ?", tenant, id)
}

// ListEvents lists a tenant's events.
func (db *DB) ListEvents(ctx context.Context, tenant Tenant, f EventFilter, page Page) (List[Event], error) {
	return selectPage[Event](ctx, db.reader(), f.where(tenant), page, func(e Event) string { return e.ID })
}
