package store

import (
	"context"
	"crypto/sha256"
	"database/sql"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

func digestOf(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

func (d *Document) table() string { return "documents" }

// columns leave the data out: it lies in a table of its own, so that lists never touch it.
func (d *Document) columns() []column {
	return []column{
		{"tenant", asWord(&d.Tenant)}, {"id", &d.ID}, {"owner", &d.Owner}, {"type", asWord(&d.Type)},
		{"format", &d.Format}, {"size", &d.Size}, {"parcel", &d.Parcel}, {"source", &d.Source},
		{"sha256", &d.SHA256}, {"bytes", &d.Bytes}, {"key_version", &d.KeyVersion}, {"created_at", &d.CreatedAt},
	}
}

// PutDocument stores a paper.
func (db *DB) PutDocument(ctx context.Context, d Document) (Document, error) {
	var out Document
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		out, err = putDocument(ctx, s, d)
		return err
	})
	return out, err
}

func putDocument(ctx context.Context, s *session, d Document) (Document, error) {
	now, err := s.now(ctx)
	if err != nil {
		return Document{}, err
	}
	if d.ID == "" {
		d.ID = ids.New(ids.Document)
	}
	d.SHA256, d.Bytes, d.CreatedAt = digestOf(d.Data), int64(len(d.Data)), now
	n, err := insert(ctx, s, &d, "ON CONFLICT (tenant, owner, type, parcel, sha256) DO NOTHING")
	if err != nil {
		return Document{}, err
	}
	if n == 0 {
		before, err := selectOne[Document](ctx, s, "tenant = ? AND owner = ? AND type = ? AND parcel = ? AND sha256 = ?",
			d.Tenant, d.Owner, d.Type, d.Parcel, d.SHA256)
		before.Data = d.Data
		return before, err
	}
	_, err = s.exec(ctx, "INSERT INTO document_data (tenant, id, data) VALUES (?, ?, ?)", d.Tenant, d.ID, d.Data)
	return d, err
}

// DocumentsOf lists the papers of an owner.
func (db *DB) DocumentsOf(ctx context.Context, tenant Tenant, owner string) ([]Document, error) {
	return selectAll[Document](ctx, db.reader(), "tenant = ? AND owner = ? ORDER BY created_at, id", tenant, owner)
}

// Document reads one paper.
func (db *DB) Document(ctx context.Context, tenant Tenant, owner, id string) (Document, error) {
	s := db.reader()
	d, err := selectOne[Document](ctx, s, "tenant = ? AND id = ? AND owner = ?", tenant, id, owner)
	if err != nil {
		return d, err
	}
	err = s.queryRow(ctx, "SELECT data FROM document_data WHERE tenant = ? AND id = ?", []any{tenant, id}, &bytesTarget{&d.Data})
	return d, err
}

// HistoryOf reads what happened to an owner.
func (db *DB) HistoryOf(ctx context.Context, tenant Tenant, owner string) ([]HistoryLine, error) {
	var out []HistoryLine
	err := db.reader().query(ctx, "SELECT status, at, detail FROM history WHERE tenant = ? AND owner = ? ORDER BY n",
		[]any{tenant, owner}, func(r *sql.Rows) error {
			var h HistoryLine
			err := r.Scan(&h.Status, &timeTarget{&h.At}, &h.Detail)
			out = append(out, h)
			return err
		})
	return out, err
}

// addHistory numbers and writes lines; their owner is locked, or was made here.
func addHistory(ctx context.Context, s *session, tenant Tenant, owner string, lines []HistoryLine) error {
	if len(lines) == 0 {
		return nil
	}
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	var last int64
	err = s.queryRow(ctx, "SELECT COALESCE(MAX(n), 0) FROM history WHERE tenant = ? AND owner = ?", []any{tenant, owner}, &last)
	if err != nil {
		return err
	}
	for i, h := range lines {
		if h.At.IsZero() {
			h.At = now
		}
		_, err := s.exec(ctx, "INSERT INTO history (tenant, owner, n, status, at, detail) VALUES (?, ?, ?, ?, ?, ?)",
			tenant, owner, last+int64(i)+1, h.Status, h.At, h.Detail)
		if err != nil {
			return err
		}
	}
	return nil
}
