package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Documents are the papers of labels, trackers and inbound plans.
type Documents interface {
	// PutDocument stores a paper of its Owner. The same bytes again for the same owner, type
	// and parcel are the one that is there already.
	PutDocument(ctx context.Context, d Document) (Document, error)
	// DocumentsOf lists the papers of an owner, without Data, the oldest first.
	DocumentsOf(ctx context.Context, tenant Tenant, owner string) ([]Document, error)
	// Document returns one paper with its Data.
	Document(ctx context.Context, tenant Tenant, owner, id string) (Document, error)
	// HistoryOf is what happened to an owner, the oldest first.
	HistoryOf(ctx context.Context, tenant Tenant, owner string) ([]HistoryLine, error)
}

// Document is a stored paper. ID, SHA256, Bytes and CreatedAt are filled in by the store.
type Document struct {
	ID         string // doc_…
	Tenant     Tenant
	Owner      string // lbl_…, trk_…, inb_…, clm_…
	Type       normalize.DocumentType
	Format     string // pdf, png, zpl …
	Size       string // 4x6, a6 …
	Parcel     int    // 1-based, 0 for all
	Source     string // carrier or gateway
	SHA256     []byte
	Bytes      int64
	KeyVersion int // of the key that Data is encrypted with; 0: plain
	Data       []byte
	CreatedAt  time.Time
}

// HistoryLine is one thing that happened, for people. A zero At is the store's now.
type HistoryLine struct {
	Status string
	At     time.Time
	Detail string
}

// Audit is the log of who did what. Rows are never changed.
type Audit interface {
	AppendAudit(ctx context.Context, e AuditEntry) error
	ListAudit(ctx context.Context, tenant Tenant, page Page) (List[AuditEntry], error)
}

// AuditEntry is one line of the log. ID and a zero At are filled in by the store.
type AuditEntry struct {
	ID     string // aud_…
	Tenant Tenant
	Actor  string // key_…, or the gateway's part that acted
	Action string // label.override, key.create …
	Object string // the id of what it was done to
	Detail json.RawMessage
	At     time.Time
}
