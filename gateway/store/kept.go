package store

import (
	"context"
	"database/sql"
	"sync"
)

// keptPool is a pool whose statements are prepared once on each connection. SQLite spends
// most of a lookup on planning it; PostgreSQL's driver keeps statements by itself.
type keptPool struct {
	*sql.DB
	mu   sync.RWMutex
	kept map[string]*sql.Stmt
}

func keep(db *sql.DB) *keptPool { return &keptPool{DB: db, kept: map[string]*sql.Stmt{}} }

// QueryContext runs a statement, prepared where it is one that comes again.
func (p *keptPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := p.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return p.DB.QueryContext(ctx, query, args...)
	}
	return st.QueryContext(ctx, args...)
}

func (p *keptPool) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	p.mu.RLock()
	st, full := p.kept[query], len(p.kept) >= keptStatements
	p.mu.RUnlock()
	if st != nil || full || len(query) > maxKept {
		return st, nil
	}
	st, err := p.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.kept[query]; other != nil {
		_ = st.Close() // somebody was quicker
		return other, nil
	}
	p.kept[query] = st
	return st, nil
}
