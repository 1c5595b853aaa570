package store

import (
	"context"
	"encoding/json"
	"time"
)

// Rates are the answered rate requests: one row each, the rates inside the document. They
// are written with relaxed durability, since losing one costs a 404 and nothing else.
type Rates interface {
	// SaveRates stores an answered request. Its ID is made by the caller (ids.RateRequest),
	// and its rates are named by ids.RateOf, so that each of them leads back here.
	SaveRates(ctx context.Context, r RateRequest) error
	// RateRequest returns an answer again, also an expired one that is not deleted yet.
	RateRequest(ctx context.Context, tenant Tenant, id string) (RateRequest, error)
	// RateRequestOf returns the request that a rate belongs to.
	RateRequestOf(ctx context.Context, tenant Tenant, rate string) (RateRequest, error)
	// DeleteExpiredRates removes at most limit requests that expired more than grace ago,
	// and tells how many.
	DeleteExpiredRates(ctx context.Context, grace time.Duration, limit int) (int, error)
}

// RateRequest is a request for rates with its answer.
type RateRequest struct {
	ID        string // rq_…
	Tenant    Tenant
	Request   json.RawMessage
	Answer    json.RawMessage
	CreatedAt time.Time
	ExpiresAt time.Time
}
