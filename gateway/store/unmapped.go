package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// maxUnmapped bounds the codes in one answer.
const maxUnmapped = 10_000

// UnmappedCodes counts the scans that are unmapped. They are counted where they lie, by an
// index of their own: so nothing is written besides the scan, no count is lost with a process,
// and one that is mended is counted no more.
func (db *DB) UnmappedCodes(ctx context.Context, tenant Tenant, adapter string, byWords []string) ([]UnmappedCode, error) {
	words, args := "''", []any{}
	if len(byWords) > 0 {
		words = "CASE WHEN t.adapter IN (?" + strings.Repeat(", ?", len(byWords)-1) + ") THEN e.words ELSE '' END"
		for _, a := range byWords {
			args = append(args, a)
		}
	}
	w := where{}
	w.and("e.tenant = ? AND e.substatus = 'unmapped'", tenant)
	w.andIs("t.adapter", adapter)
	query := `SELECT adapter, code, MAX(words), MAX(tracker_id), COUNT(*), MIN(received_at), MAX(received_at) FROM (
		SELECT t.adapter, e.code, e.words, e.tracker_id, e.received_at, ` + words + ` AS told
		FROM tracker_events e JOIN trackers t ON t.tenant = e.tenant AND t.id = e.tracker_id WHERE ` + w.String() + `) AS scans
		GROUP BY adapter, code, told ORDER BY MAX(received_at) DESC, adapter, code, told LIMIT ?`
	var out []UnmappedCode
	err := db.reader().query(ctx, query, append(append(args, w.args...), maxUnmapped), func(r *sql.Rows) error {
		var c UnmappedCode
		var first, last int64
		err := r.Scan(&c.Adapter, &c.Code, &c.Words, &c.Tracker, &c.Count, &first, &last)
		c.FirstSeen, c.LastSeen = fromMicros(first), fromMicros(last)
		out = append(out, c)
		return err
	})
	return out, err
}

// ReplayUnmapped makes due what told of unmapped scans.
func (db *DB) ReplayUnmapped(ctx context.Context, tenant Tenant, adapter string, askable []string, page Page) (Replayed, error) {
	var out Replayed
	limit := bounded(page.Limit, maxClaim)
	after, seq, err := readScanCursor(page.Cursor)
	if err != nil {
		return out, err
	}
	err = db.write(ctx, func(ctx context.Context, s *session) error {
		out = Replayed{}
		var callbacks, silent []any // ids, each once, and parcels whose message is gone
		n, last := 0, ""
		err := s.query(ctx, `SELECT e.tracker_id, e.seq, e.callback_id, (SELECT COUNT(*) FROM callbacks c WHERE c.tenant = e.tenant AND c.id = e.callback_id)
			FROM tracker_events e JOIN trackers t ON t.tenant = e.tenant AND t.id = e.tracker_id
			WHERE e.tenant = ? AND e.substatus = 'unmapped' AND t.adapter = ? AND (e.tracker_id > ? OR e.tracker_id = ? AND e.seq > ?)
			ORDER BY e.tracker_id, e.seq LIMIT ?`, []any{tenant, adapter, after, after, seq, limit}, func(r *sql.Rows) error {
			var tracker, callback string
			var at, kept int64
			err := r.Scan(&tracker, &at, &callback, &kept)
			if n++; kept > 0 {
				callbacks = appendOnce(callbacks, callback)
			} else {
				silent = appendOnce(silent, tracker)
			}
			last = tracker + "." + strconv.FormatInt(at, 36)
			return err
		})
		if err != nil {
			return err
		}
		if n == limit {
			out.Next = last
		}
		return replayAll(ctx, s, tenant, callbacks, silent, askable, &out)
	})
	return out, err
}

// replayAll makes messages and parcels due.
func replayAll(ctx context.Context, s *session, tenant Tenant, callbacks, silent []any, askable []string, out *Replayed) error {
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	if len(callbacks) > 0 {
		cond, args := in("id", callbacks)
		n, err := s.exec(ctx, `UPDATE callbacks SET state = 'received', reason = '', tries = 0, due_at = ?, lease_until = 0, epoch = epoch + 1
			WHERE tenant = ? AND state IN ('done', 'unmatched') AND `+cond, append([]any{now, tenant}, args...)...)
		if err != nil {
			return err
		}
		out.Callbacks = int(n)
	}
	if len(silent) == 0 || len(askable) == 0 {
		return nil
	}
	cond, args := in("id", silent)
	mine, accounts := in("account", askable)
	n, err := s.exec(ctx, "UPDATE trackers SET due_at = ? WHERE tenant = ? AND (due_at = 0 OR due_at > ?) AND "+cond+" AND "+mine,
		append(append([]any{now, tenant, now}, args...), accounts...)...)
	out.Trackers = int(n)
	return err
}

// readScanCursor reads where a part ended: a parcel, and the sequence of one of its scans.
func readScanCursor(cursor string) (tracker string, seq int64, err error) {
	if cursor == "" {
		return "", 0, nil
	}
	tracker, text, ok := strings.Cut(cursor, ".")
	if seq, err = strconv.ParseInt(text, 36, 64); !ok || err != nil || len(cursor) > maxCursor || clean(tracker) != tracker {
		return "", 0, ErrBadCursor
	}
	return tracker, seq, nil
}

// appendOnce adds what is not at the end of the list already.
func appendOnce(list []any, id string) []any {
	if len(list) > 0 && list[len(list)-1] == id {
		return list
	}
	return append(list, id)
}
