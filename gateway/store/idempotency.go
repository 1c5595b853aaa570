package store

import (
	"context"
	"time"
)

// What an idempotency key may have made.
const (
	kindLabel   = "label"
	kindPlan    = "inbound_plan"
	kindStep    = "inbound_step"
	kindWebhook = "webhook"
	kindClaim   = "claim"
)

// keyRow is an idempotency key and what it made.
type keyRow struct {
	tenant            Tenant
	key, kind, object string
	at                time.Time
}

func (k *keyRow) table() string { return "idempotency" }

func (k *keyRow) columns() []column {
	return []column{
		{"tenant", asWord(&k.tenant)}, {"key", &k.key}, {"kind", &k.kind}, {"object", &k.object}, {"created_at", &k.at},
	}
}

// claimKey binds a key to the object that is about to be made. It returns the object that the
// key made before, "" where there was none, and ErrKeyReused where that is of another kind.
// Two who come at once are told apart by the constraint; the second waits for the first.
func claimKey(ctx context.Context, s *session, k keyRow) (known string, err error) {
	if k.key == "" {
		return "", nil
	}
	n, err := insert(ctx, s, &k, "ON CONFLICT (tenant, key) DO NOTHING")
	if err != nil || n == 1 {
		return "", err
	}
	return knownKey(ctx, s, k)
}

// knownKey returns what a key of this kind has made, as claimKey does, ErrNotFound for a new one.
func knownKey(ctx context.Context, s *session, k keyRow) (string, error) {
	before, err := selectOne[keyRow](ctx, s, "tenant = ? AND key = ?", k.tenant, k.key)
	if err != nil {
		return "", err
	}
	if before.kind != k.kind {
		return "", ErrKeyReused
	}
	return before.object, nil
}
