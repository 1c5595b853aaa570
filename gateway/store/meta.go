package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

const dataKeyLen = 32

// metaRow is Meta as it is stored.
type metaRow struct {
	n int64
	Meta
}

func (m *metaRow) table() string { return "meta" }

func (m *metaRow) columns() []column {
	return []column{
		{"id", &m.n}, {"installation", &m.Installation}, {"prefix", &m.Prefix}, {"sandbox", &m.Sandbox},
		{"data_key", &m.DataKey}, {"created_at", &m.CreatedAt},
	}
}

// initMeta reads what the store is, or settles it when it is opened for the first time.
// Two replicas that do so at once settle on the same.
func (db *DB) initMeta(ctx context.Context, sandbox *bool) error {
	var row metaRow
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		fresh := newMeta(now)
		fresh.Sandbox = sandbox != nil && *sandbox
		if _, err := insert(ctx, s, &fresh, "ON CONFLICT DO NOTHING"); err != nil {
			return err
		}
		row, err = selectOne[metaRow](ctx, s, "id = 1")
		return err
	})
	if err != nil {
		return err
	}
	if sandbox != nil && *sandbox != row.Sandbox {
		return fmt.Errorf("%w: it is %s", ErrSandboxMismatch, map[bool]string{true: "a sandbox's", false: "live"}[row.Sandbox])
	}
	db.meta = row.Meta
	return nil
}

func newMeta(now time.Time) metaRow {
	key := make([]byte, dataKeyLen)
	rand.Read(key) // never fails
	prefix := make([]byte, 3)
	rand.Read(prefix)
	for i := range prefix {
		prefix[i] = ids.Alphabet[prefix[i]%32]
	}
	return metaRow{n: 1, Meta: Meta{
		Installation: ids.New(ids.Install), Prefix: strings.ToUpper(string(prefix)), DataKey: key, CreatedAt: now,
	}}
}
