package store

import (
	"context"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

func (k *APIKey) table() string { return "api_keys" }

func (k *APIKey) columns() []column {
	return []column{
		{"tenant", asWord(&k.Tenant)}, {"id", &k.ID}, {"name", &k.Name}, {"scopes", asJSON(&k.Scopes)},
		{"prefix", &k.Prefix}, {"hash", &k.Hash}, {"created_at", &k.CreatedAt},
		{"expires_at", &k.ExpiresAt}, {"revoked_at", &k.RevokedAt},
	}
}

// CreateKey stores a key.
func (db *DB) CreateKey(ctx context.Context, k APIKey) (APIKey, error) {
	if k.ID == "" {
		k.ID = ids.New(ids.Key)
	}
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		if k.CreatedAt, err = s.now(ctx); err != nil {
			return err
		}
		_, err = insert(ctx, s, &k, "")
		return err
	})
	return k, err
}

// KeyByHash finds a key by its hash, which no two keys share.
func (db *DB) KeyByHash(ctx context.Context, hash []byte) (APIKey, error) {
	return selectOne[APIKey](ctx, db.reader(), "hash = ?", hash)
}

// ListKeys lists a tenant's keys.
func (db *DB) ListKeys(ctx context.Context, tenant Tenant, page Page) (List[APIKey], error) {
	w := where{}
	w.and("tenant = ?", tenant)
	return selectPage[APIKey](ctx, db.reader(), w, page, func(k APIKey) string { return k.ID })
}

// RevokeKey ends a key.
func (db *DB) RevokeKey(ctx context.Context, tenant Tenant, id string) (APIKey, error) {
	var k APIKey
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		if k, err = selectOne[APIKey](ctx, s, "tenant = ? AND id = ?"+s.lock(), tenant, id); err != nil {
			return err
		}
		if !k.RevokedAt.IsZero() {
			return nil
		}
		if k.RevokedAt, err = s.now(ctx); err != nil {
			return err
		}
		return update(ctx, s, &k, tenant, id)
	})
	return k, err
}
