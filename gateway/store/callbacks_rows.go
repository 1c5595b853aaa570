package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

func (c *Callback) table() string { return "callbacks" }

func (c *Callback) columns() []column {
	return []column{
		{"tenant", asWord(&c.Tenant)}, {"id", &c.ID}, {"account", &c.Account}, {"adapter", &c.Adapter},
		{"method", &c.Method}, {"header", asJSON(&c.Header)}, {"query", &c.Query}, {"body", &c.Body},
		{"size", &c.Size}, {"key_version", &c.KeyVersion}, {"digest", &c.Digest}, {"trust", &c.Trust},
		{"state", asWord(&c.State)}, {"reason", &c.Reason}, {"tries", &c.Tries}, {"epoch", &c.Epoch},
		{"due_at", &c.DueAt}, {"lease_until", &c.LeaseUntil}, {"received_at", &c.ReceivedAt},
	}
}

func (c *Callback) hold(until time.Time) Ref {
	c.Epoch++
	c.Tries++
	c.LeaseUntil = until
	return Ref{c.Tenant, c.ID, c.Epoch}
}

// callbackHead is a Callback without its body, for lists.
type callbackHead struct{ Callback }

func (c *callbackHead) columns() []column {
	return slices.DeleteFunc(c.Callback.columns(), func(col column) bool { return col.name == "body" })
}

// AppendCallback stores a push.
func (db *DB) AppendCallback(ctx context.Context, c Callback) (Callback, error) {
	if c.ID == "" {
		c.ID = ids.New(ids.Callback)
	}
	if c.State == "" {
		c.State = CallbackReceived
	}
	c.Size = int64(len(c.Body))
	if c.Digest == nil {
		c.Digest = digestOf(c.Body)
	}
	if c.ReceivedAt.IsZero() {
		c.ReceivedAt = time.Now()
	}
	c.ReceivedAt = c.ReceivedAt.UTC().Truncate(time.Microsecond)
	c.DueAt = time.Time{} // at once
	err := db.writeOne(ctx, func(ctx context.Context, s *session) error {
		_, err := insert(ctx, s, &c, "")
		return err
	})
	return c, err
}

// Callback reads one push.
func (db *DB) Callback(ctx context.Context, tenant Tenant, id string) (Callback, error) {
	return selectOne[Callback](ctx, db.reader(), "tenant = ? AND id = ?", tenant, id)
}

// ListCallbacks lists a tenant's pushes without their bodies.
func (db *DB) ListCallbacks(ctx context.Context, tenant Tenant, state CallbackState, page Page) (List[Callback], error) {
	w := where{}
	w.and("tenant = ?", tenant)
	w.andIs("state", string(state))
	heads, err := selectPage[callbackHead](ctx, db.reader(), w, page, func(c callbackHead) string { return c.ID })
	out := List[Callback]{Next: heads.Next}
	for _, h := range heads.Items {
		out.Items = append(out.Items, h.Callback)
	}
	return out, err
}

// ClaimDueCallbacks takes received pushes in the order of their arrival.
func (db *DB) ClaimDueCallbacks(ctx context.Context, d Due) ([]Callback, error) {
	var out []Callback
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		// Claims are made one by one, so that none takes the later half of what another
		// is about to take the first half of.
		if err := s.dialect.lockName(ctx, s, "claim callbacks"); err != nil {
			return err
		}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		w := where{}
		w.and("state = 'received' AND due_at <= ? AND lease_until <= ?", now, now)
		held, err := heldAccounts(ctx, s, now)
		if err != nil {
			return err
		}
		if len(held) > 0 {
			if free, err := waitingElsewhere(ctx, s, held); err != nil || !free {
				return err
			}
		}
		for _, h := range held {
			w.and("NOT (tenant = ? AND account = ?)", h.tenant, h.account)
		}
		if len(d.Accounts) > 0 {
			c, a := in("account", d.Accounts)
			w.and(c, a...)
		}
		out, err = lockDue[Callback](ctx, s, d.Lease, "tries = tries + 1, ", w.String()+" ORDER BY id LIMIT ?",
			append(w.args, bounded(d.Limit, maxClaim))...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// accountOf names an account of a tenant.
type accountOf struct {
	tenant  Tenant
	account string
}

// heldAccounts are those on which a claim is open.
func heldAccounts(ctx context.Context, s *session, now time.Time) ([]accountOf, error) {
	// Not "> now": where a condition differs from that of a partial index by its value alone,
	// SQLite plans the statement anew at each call.
	return accountsOf(ctx, s, "SELECT DISTINCT tenant, account FROM callbacks WHERE state = 'received' AND lease_until > 0 AND lease_until >= ?",
		now.Add(time.Microsecond))
}

// waitingElsewhere tells whether an account that is not held has something to claim. It steps
// from account to account in the index, however many pushes of a held one wait.
func waitingElsewhere(ctx context.Context, s *session, held []accountOf) (bool, error) {
	waiting, err := accountsOf(ctx, s, `WITH RECURSIVE accounts (tenant, account) AS (
		SELECT (SELECT tenant FROM callbacks ORDER BY tenant, account LIMIT 1), (SELECT account FROM callbacks ORDER BY tenant, account LIMIT 1)
		UNION ALL SELECT
			(SELECT c.tenant FROM callbacks c WHERE (c.tenant, c.account) > (accounts.tenant, accounts.account) ORDER BY c.tenant, c.account LIMIT 1),
			(SELECT c.account FROM callbacks c WHERE (c.tenant, c.account) > (accounts.tenant, accounts.account) ORDER BY c.tenant, c.account LIMIT 1)
		FROM accounts WHERE accounts.tenant IS NOT NULL)
		SELECT tenant, account FROM accounts WHERE tenant IS NOT NULL AND EXISTS (
			SELECT 1 FROM callbacks c WHERE c.tenant = accounts.tenant AND c.account = accounts.account AND c.state = 'received')`)
	return slices.ContainsFunc(waiting, func(a accountOf) bool { return !slices.Contains(held, a) }), err
}

func accountsOf(ctx context.Context, s *session, query string, args ...any) ([]accountOf, error) {
	var out []accountOf
	err := s.query(ctx, query, args, func(r *sql.Rows) error {
		var a accountOf
		err := r.Scan(&a.tenant, &a.account)
		out = append(out, a)
		return err
	})
	return out, err
}

// MarkCallbacks says what became of claimed pushes.
func (db *DB) MarkCallbacks(ctx context.Context, marks []CallbackMark) (int, error) {
	if len(marks) > maxClaim {
		return 0, errors.New("more marks than a claim can give")
	}
	marked := 0
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		marked = 0
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		for _, group := range alike(marks) {
			n, err := markAlike(ctx, s, group, now)
			if err != nil {
				return err
			}
			marked += n
		}
		return nil
	})
	return marked, err
}

// alike puts marks together that one statement can write. Those that wait for numbers are
// looked at one by one.
func alike(marks []CallbackMark) [][]CallbackMark {
	type kind struct {
		tenant Tenant
		epoch  int64
		state  CallbackState
		reason string
		delay  time.Duration
		alone  string
	}
	var order []kind
	groups := map[kind][]CallbackMark{}
	for _, m := range marks {
		k := kind{m.Tenant, m.Epoch, m.State, m.Reason, m.Delay, ""}
		if m.State == CallbackUnmatched {
			k.alone = m.ID
		}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], m)
	}
	out := make([][]CallbackMark, len(order))
	for i, k := range order {
		out[i] = groups[k]
	}
	return out
}

func markAlike(ctx context.Context, s *session, group []CallbackMark, now time.Time) (int, error) {
	m := group[0]
	if m.State == CallbackUnmatched {
		return markUnmatched(ctx, s, m, now)
	}
	names := make([]string, len(group))
	for i := range group {
		names[i] = group[i].ID
	}
	cond, list := in("id", names)
	n, err := s.exec(ctx, "UPDATE callbacks SET state = ?, reason = ?, due_at = ?, lease_until = 0 WHERE tenant = ? AND epoch = ? AND "+cond,
		append([]any{m.State, m.Reason, now.Add(m.Delay), m.Tenant, m.Epoch}, list...)...)
	return int(n), err
}

func markUnmatched(ctx context.Context, s *session, m CallbackMark, now time.Time) (int, error) {
	c, err := selectOne[callbackHead](ctx, s, "tenant = ? AND id = ? AND epoch = ?"+s.lock(), m.Tenant, m.ID, m.Epoch)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	known, err := waitForNumbers(ctx, s, c.Callback, m.Numbers)
	if err != nil {
		return 0, err
	}
	if known {
		m.State, m.Delay = CallbackReceived, 0
	}
	n, err := s.exec(ctx, "UPDATE callbacks SET state = ?, reason = ?, due_at = ?, lease_until = 0 WHERE tenant = ? AND id = ?",
		m.State, m.Reason, now.Add(m.Delay), m.Tenant, m.ID)
	return int(n), err
}

// waitForNumbers remembers which numbers an unmatched push waits for. It returns true when
// one of them has found its tracker meanwhile.
func waitForNumbers(ctx context.Context, s *session, c Callback, numbers []string) (known bool, err error) {
	if err := lockNumbers(ctx, s, c.Tenant, numbers); err != nil {
		return false, err
	}
	for _, n := range numbers {
		_, err := s.exec(ctx, `INSERT INTO callback_numbers (tenant, account, number, callback_id) VALUES (?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, c.Tenant, c.Account, n, c.ID)
		if err != nil {
			return false, err
		}
		var one int
		err = s.queryRow(ctx, "SELECT 1 FROM tracker_numbers WHERE tenant = ? AND number = ? AND account = ? LIMIT 1",
			[]any{c.Tenant, n, c.Account}, &one)
		if err == nil {
			known = true
		} else if !errors.Is(err, ErrNotFound) {
			return false, err
		}
	}
	return known, nil
}

// wakeUnmatched makes due again what waited for a number of a tracker.
func wakeUnmatched(ctx context.Context, s *session, tenant Tenant, account string, numbers []string, now time.Time) error {
	for _, n := range numbers {
		_, err := s.exec(ctx, `UPDATE callbacks SET state = 'received', due_at = ?, lease_until = 0, tries = 0
			WHERE tenant = ? AND state = 'unmatched' AND id IN (
				SELECT callback_id FROM callback_numbers WHERE tenant = ? AND account = ? AND number = ?)`,
			now, tenant, tenant, account, n)
		if err != nil {
			return err
		}
	}
	return nil
}

// lockNumbers keeps apart who makes a tracker of a number and who finds that there is none.
func lockNumbers(ctx context.Context, s *session, tenant Tenant, numbers []string) error {
	for _, n := range slices.Sorted(slices.Values(numbers)) {
		if err := s.dialect.lockName(ctx, s, "number "+string(tenant)+" "+n); err != nil {
			return err
		}
	}
	return nil
}

// ReplayCallback makes a push due again.
func (db *DB) ReplayCallback(ctx context.Context, tenant Tenant, id string) (Callback, error) {
	var c Callback
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		if c, err = selectOne[Callback](ctx, s, "tenant = ? AND id = ?"+s.lock(), tenant, id); err != nil {
			return err
		}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		c.State, c.Reason, c.Tries, c.DueAt, c.LeaseUntil = CallbackReceived, "", 0, now, time.Time{}
		c.Epoch++
		return update(ctx, s, &c, tenant, id)
	})
	return c, err
}

// CallbackTotals counts an account's pushes by state.
func (db *DB) CallbackTotals(ctx context.Context, tenant Tenant, account string) ([]CallbackTotal, error) {
	var out []CallbackTotal
	err := db.reader().query(ctx, `SELECT state, COUNT(*), CAST(SUM(size) AS BIGINT) FROM callbacks
		WHERE tenant = ? AND account = ? GROUP BY state ORDER BY state`, []any{tenant, account}, func(r *sql.Rows) error {
		var t CallbackTotal
		err := r.Scan(&t.State, &t.Count, &t.Bytes)
		out = append(out, t)
		return err
	})
	return out, err
}
