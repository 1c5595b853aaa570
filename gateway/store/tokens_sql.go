package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

func (t *Token) table() string { return "tokens" }

func (t *Token) columns() []column {
	return []column{
		{"tenant", asWord(&t.Tenant)}, {"account", &t.Account}, {"name", &t.Name}, {"value", &t.Value},
		{"key_version", &t.KeyVersion}, {"version", &t.Version}, {"updated_at", &t.UpdatedAt},
	}
}

const whereToken = "tenant = ? AND account = ? AND name = ?"

// tokenStoreTime bounds how long storing a new token may take. The caller's deadline does not
// count here: the carrier has given the token out and the old one is dead.
const tokenStoreTime = 10 * time.Second

// Token reads a stored token.
func (db *DB) Token(ctx context.Context, tenant Tenant, account, name string) (Token, error) {
	return selectOne[Token](ctx, db.reader(), whereToken+" AND version > 0", tenant, account, name)
}

// RefreshToken runs fn under the lock of the token. In a process one caller at a time gets
// as far as the row's lock, so that waiters hold no connections.
func (db *DB) RefreshToken(ctx context.Context, tenant Tenant, account, name string, fn func([]byte) ([]byte, error)) (Token, error) {
	if !db.refreshing.enter() {
		return Token{}, ErrClosed
	}
	defer db.refreshing.leave()
	unlock, err := db.tokens.lock(ctx, string(tenant)+"\x00"+account+"\x00"+name)
	if err != nil {
		return Token{}, err
	}
	defer unlock()
	t := Token{Tenant: tenant, Account: account, Name: name}
	if db.dialect.oneProcess {
		return db.refreshAlone(ctx, t, fn)
	}
	return db.refreshLocked(ctx, t, fn)
}

// refreshAlone is for a store of one process: the lock in the process is all there is, and
// the writer is not kept waiting for the carrier.
func (db *DB) refreshAlone(ctx context.Context, t Token, fn func([]byte) ([]byte, error)) (Token, error) {
	stored, err := db.Token(ctx, t.Tenant, t.Account, t.Name)
	if errors.Is(err, ErrNotFound) {
		stored = t
	} else if err != nil {
		return Token{}, err
	}
	value, err := fn(stored.Value)
	if err != nil || (stored.Version > 0 && bytes.Equal(value, stored.Value)) {
		return stored, err
	}
	stored.Value = value
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tokenStoreTime)
	defer cancel()
	err = db.write(ctx, func(ctx context.Context, s *session) error { return putToken(ctx, s, &stored) })
	return stored, err
}

// refreshLocked holds the row's lock while the carrier is asked.
func (db *DB) refreshLocked(ctx context.Context, t Token, fn func([]byte) ([]byte, error)) (Token, error) {
	stored, fresh, err := db.askLocked(ctx, t, fn)
	if err != nil && fresh {
		// The lock's transaction was lost after the carrier had answered. The new token must
		// not be lost with it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tokenStoreTime)
		defer cancel()
		if e := db.write(ctx, func(ctx context.Context, s *session) error { return putToken(ctx, s, &stored) }); e == nil {
			err = nil
		}
	}
	return stored, err
}

// askLocked returns fresh when fn gave a new value that must be stored.
func (db *DB) askLocked(ctx context.Context, t Token, fn func([]byte) ([]byte, error)) (stored Token, fresh bool, err error) {
	conn, err := db.read.Conn(ctx)
	if err != nil {
		return t, false, db.dialect.fault(err)
	}
	defer conn.Close()
	long := context.WithoutCancel(ctx)
	tx, err := conn.BeginTx(long, nil)
	if err != nil {
		return t, false, db.dialect.fault(err)
	}
	defer tx.Rollback() // does nothing after the commit
	s := &session{dialect: db.dialect, q: tx, tx: true}
	if stored, err = lockToken(ctx, s, t); err != nil {
		return stored, false, err
	}
	value, err := fn(stored.Value)
	if err != nil || (stored.Version > 0 && bytes.Equal(value, stored.Value)) {
		return stored, false, err
	}
	stored.Value = value
	long, cancel := context.WithTimeout(long, tokenStoreTime)
	defer cancel()
	if err := putToken(long, s, &stored); err != nil {
		return stored, true, err
	}
	return stored, true, commitToken(tx)
}

func commitToken(tx *sql.Tx) error {
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	}
	return nil
}

// lockToken takes the row's lock, making the row where there is none; Version stays 0 until
// there is a value.
func lockToken(ctx context.Context, s *session, t Token) (Token, error) {
	if _, err := insert(ctx, s, &t, "ON CONFLICT DO NOTHING"); err != nil {
		return t, err
	}
	return selectOne[Token](ctx, s, whereToken+s.lock(), t.Tenant, t.Account, t.Name)
}

// putToken stores a new value.
func putToken(ctx context.Context, s *session, t *Token) error {
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	next := *t
	next.Version, next.UpdatedAt = t.Version+1, now
	_, err = insert(ctx, s, &next, `ON CONFLICT (tenant, account, name) DO UPDATE SET value = excluded.value,
		key_version = excluded.key_version, version = excluded.version, updated_at = excluded.updated_at`)
	if err == nil {
		*t = next
	}
	return err
}

// keyedLocks are locks by name, which can be waited for with a context.
type keyedLocks struct {
	mu   sync.Mutex
	held map[string]*keyedLock
}

type keyedLock struct {
	slot chan struct{} // full while held
	refs int           // holder and waiters
}

// lock waits for a name's lock as long as ctx lives.
func (k *keyedLocks) lock(ctx context.Context, name string) (unlock func(), err error) {
	k.mu.Lock()
	if k.held == nil {
		k.held = map[string]*keyedLock{}
	}
	l := k.held[name]
	if l == nil {
		l = &keyedLock{slot: make(chan struct{}, 1)}
		k.held[name] = l
	}
	l.refs++
	k.mu.Unlock()
	select {
	case l.slot <- struct{}{}:
		return func() { <-l.slot; k.leave(name, l) }, nil
	case <-ctx.Done():
		k.leave(name, l)
		return nil, ctx.Err()
	}
}

func (k *keyedLocks) leave(name string, l *keyedLock) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if l.refs--; l.refs == 0 {
		delete(k.held, name)
	}
}
