package store

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

// maxDelete bounds what one cleaning removes.
const maxDelete = 1000

func (r *RateRequest) table() string { return "rate_requests" }

func (r *RateRequest) columns() []column {
	return []column{
		{"tenant", asWord(&r.Tenant)}, {"id", &r.ID}, {"request", &r.Request}, {"answer", &r.Answer},
		{"created_at", &r.CreatedAt}, {"expires_at", &r.ExpiresAt},
	}
}

// SaveRates stores an answered request.
func (db *DB) SaveRates(ctx context.Context, r RateRequest) error {
	return db.write(ctx, func(ctx context.Context, s *session) (err error) {
		if err := db.dialect.relax(ctx, s); err != nil {
			return err
		}
		if r.CreatedAt.IsZero() {
			if r.CreatedAt, err = s.now(ctx); err != nil {
				return err
			}
		}
		_, err = insert(ctx, s, &r, "")
		return err
	})
}

// RateRequest returns an answer again.
func (db *DB) RateRequest(ctx context.Context, tenant Tenant, id string) (RateRequest, error) {
	return selectOne[RateRequest](ctx, db.reader(), "tenant = ? AND id = ?", tenant, id)
}

// RateRequestOf returns the request that a rate belongs to.
func (db *DB) RateRequestOf(ctx context.Context, tenant Tenant, rate string) (RateRequest, error) {
	request, _, ok := ids.RequestOf(rate)
	if !ok {
		return RateRequest{}, ErrNotFound
	}
	return db.RateRequest(ctx, tenant, request)
}

// DeleteExpiredRates removes what expired more than grace ago.
func (db *DB) DeleteExpiredRates(ctx context.Context, grace time.Duration, limit int) (int, error) {
	var n int64
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		n, err = s.exec(ctx, `DELETE FROM rate_requests WHERE (tenant, id) IN (
			SELECT tenant, id FROM rate_requests WHERE expires_at < ? ORDER BY expires_at LIMIT ?`+s.skipLocked()+`)`,
			now.Add(-grace), bounded(limit, maxDelete))
		return err
	})
	return int(n), err
}

// bounded keeps a limit between 1 and most; 0 and less mean most.
func bounded(limit, most int) int {
	if limit <= 0 || limit > most {
		return most
	}
	return limit
}
