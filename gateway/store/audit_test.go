package store

import (
	"context"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
)

// What was written to the audit log stays, whatever our own code tries.
func TestAuditIsAppendOnly(t *testing.T) {
	t.Parallel()
	pg, err := Open(t.Context(), Options{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer pg.Close()
	for _, db := range []*DB{openFile(t), pg} {
		if err := db.AppendAudit(t.Context(), AuditEntry{Tenant: "ada", Action: "x"}); err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{"UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"} {
			err := db.write(t.Context(), func(ctx context.Context, s *session) error {
				_, err := s.exec(ctx, statement)
				return err
			})
			if err == nil {
				t.Errorf("%s: %s went through", db.Dialect(), statement)
			}
		}
	}
}
