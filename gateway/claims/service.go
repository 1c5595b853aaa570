package claims

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Open makes a claim and its archive. The same idempotency key gives the same answer again,
// with made false; a tracker has one claim for each reason. A refusal is a *gateway.Refusal.
func (s *Service) Open(ctx context.Context, tenant, actor, key string, r Request) (c Claim, made bool, err error) {
	print := fingerprint(r)
	if key != "" {
		switch known, err := s.Store.CaseByKey(ctx, store.Tenant(tenant), key); {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return Claim{}, false, reused(err)
		default:
			return replay(known, print)
		}
	}
	if errs := r.validate(); len(errs) > 0 {
		return Claim{}, false, &gateway.Refusal{Code: gateway.CodeInvalidRequest, Fields: errs}
	}
	if err := s.twin(ctx, tenant, r); err != nil {
		return Claim{}, false, err
	}
	select { // what waits here has gathered nothing yet
	case s.building <- struct{}{}:
		defer func() { <-s.building }()
	case <-ctx.Done():
		return Claim{}, false, ctx.Err()
	}
	row, archive, err := s.prepare(ctx, tenant, r)
	if err != nil {
		return Claim{}, false, err
	}
	row.Key, row.Fingerprint = key, print
	out, made, err := s.Store.OpenCase(ctx, row, archive, []store.AuditEntry{opened(actor, row)})
	switch {
	case errors.Is(err, store.ErrDuplicate):
		return Claim{}, false, claimed(out)
	case err != nil:
		return Claim{}, false, reused(err)
	case !made:
		return replay(out, print)
	}
	return present(out), true, nil
}

// opened is what the audit log says of a new claim.
func opened(actor string, row store.Case) store.AuditEntry {
	detail := map[string]string{"tracker": row.Tracker, "reason": row.Reason, "party": row.Party}
	return store.AuditEntry{Actor: actor, Action: "claim.open", Object: row.ID, Detail: mustJSON(detail)}
}

func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("claims: " + err.Error()) // texts always can be written
	}
	return b
}

func fingerprint(r Request) []byte {
	sum := sha256.Sum256(mustJSON(r))
	return sum[:]
}

func replay(c store.Case, print []byte) (Claim, bool, error) {
	if !bytes.Equal(c.Fingerprint, print) {
		return Claim{}, false, reused(store.ErrKeyReused)
	}
	return present(c), false, nil
}

func reused(err error) error {
	if errors.Is(err, store.ErrKeyReused) {
		return gateway.Refuse(gateway.CodeKeyReused, "the Idempotency-Key belongs to another request")
	}
	return err
}

func (r *Request) validate() normalize.FieldErrors {
	var errs normalize.FieldErrors
	if r.Tracker == "" {
		errs = append(errs, normalize.FieldError{Pointer: "/tracker", Detail: "is required"})
	}
	if !slices.Contains(reasons, r.Reason) {
		errs = append(errs, normalize.FieldError{Pointer: "/reason", Detail: "must be one of " + strings.Join(reasons, ", ")})
	}
	if r.Amount != nil && r.Amount.Minor <= 0 {
		errs = append(errs, normalize.FieldError{Pointer: "/amount", Detail: "must be more than nothing"})
	}
	return errs
}

// twin refuses a second claim for a tracker and a reason, and names the first.
func (s *Service) twin(ctx context.Context, tenant string, r Request) error {
	list, err := s.Store.ListCases(ctx, store.Tenant(tenant), store.CaseFilter{Tracker: r.Tracker, Reason: r.Reason}, store.Page{Limit: 1})
	if err == nil && len(list.Items) > 0 {
		err = claimed(list.Items[0])
	}
	return err
}

func claimed(c store.Case) error {
	return gateway.Refuse(gateway.CodeStateConflict, "there is a claim for this tracker and reason: "+c.ID)
}

// prepare decides, gathers and packs.
func (s *Service) prepare(ctx context.Context, tenant string, r Request) (store.Case, store.Document, error) {
	now, err := s.Store.Now(ctx)
	if err != nil {
		return store.Case{}, store.Document{}, err
	}
	f, err := s.gather(ctx, tenant, ids.New(ids.Claim), now, r)
	if err != nil {
		return store.Case{}, store.Document{}, err
	}
	zip, archive, err := f.pack()
	if err != nil {
		return store.Case{}, store.Document{}, err
	}
	d := f.details
	d.Archive = archive
	row := store.Case{ID: f.id, Tenant: store.Tenant(tenant), Tracker: f.tracker.ID, Label: f.tracker.Label, Reason: r.Reason,
		Party: f.party, Deadline: d.Deadline.Date, Details: d.encode(), CreatedAt: now}
	if r.Amount != nil {
		row.Amount = *r.Amount
	}
	return row, store.Document{Type: normalize.DocumentArchive, Format: "zip", Source: "gateway", Data: zip}, nil
}

// found names what is not there.
func found(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return gateway.NotFound("claim")
	}
	return err
}

// Get shows a claim.
func (s *Service) Get(ctx context.Context, tenant, id string) (Claim, error) {
	c, err := s.Store.Case(ctx, store.Tenant(tenant), id)
	if err != nil {
		return Claim{}, found(err)
	}
	return present(c), nil
}

// Filter narrows a list; empty fields do not.
type Filter struct{ Tracker, Reason, Status string }

// List shows claims from the newest.
func (s *Service) List(ctx context.Context, tenant string, f Filter, page store.Page) ([]Claim, string, error) {
	list, err := s.Store.ListCases(ctx, store.Tenant(tenant), store.CaseFilter{Tracker: f.Tracker, Reason: f.Reason, State: store.CaseState(f.Status)}, page)
	if err != nil {
		return nil, "", err
	}
	out := make([]Claim, len(list.Items))
	for i, c := range list.Items {
		out[i] = present(c)
	}
	return out, list.Next, nil
}

// Bytes returns a claim's archive.
func (s *Service) Bytes(ctx context.Context, tenant, id string) (store.Document, error) {
	c, err := s.Store.Case(ctx, store.Tenant(tenant), id)
	if err != nil {
		return store.Document{}, found(err)
	}
	d, err := s.Store.Document(ctx, c.Tenant, c.ID, c.Archive)
	return d, found(err)
}

// Close ends a claim. The same end again changes nothing; another is a conflict.
func (s *Service) Close(ctx context.Context, tenant, actor, id string, r Closing) (Claim, error) {
	switch {
	case !slices.Contains([]string{"paid", "refused", "withdrawn"}, r.Outcome):
		return Claim{}, gateway.RefuseField(gateway.CodeInvalidRequest, "/outcome", "must be one of paid, refused, withdrawn")
	case r.Amount != nil && (r.Amount.Minor <= 0 || r.Outcome != "paid"):
		return Claim{}, gateway.RefuseField(gateway.CodeInvalidRequest, "/amount", "must be what was paid, more than nothing, with the outcome paid")
	}
	c, err := s.Store.ChangeCase(ctx, store.Tenant(tenant), id, func(c *store.Case) ([]store.AuditEntry, error) {
		var d details
		if err := json.Unmarshal(c.Details, &d); err != nil {
			return nil, err
		}
		if c.State == store.CaseClosed {
			return nil, closedAlready(c, d, r)
		}
		d.Outcome, d.ClosingNote = r.Outcome, r.Note
		c.State, c.ClosedAt, c.Details = store.CaseClosed, c.UpdatedAt, d.encode()
		if r.Amount != nil {
			c.Paid = *r.Amount
		}
		return []store.AuditEntry{{Actor: actor, Action: "claim.close", Object: c.ID, Detail: mustJSON(map[string]string{"outcome": r.Outcome})}}, nil
	})
	if errors.Is(err, errClosedSo) {
		return s.Get(ctx, tenant, id)
	}
	if err != nil {
		return Claim{}, found(err)
	}
	return present(c), nil
}

// errClosedSo: the claim was closed in just this way before.
var errClosedSo = errors.New("closed so already")

func closedAlready(c *store.Case, d details, r Closing) error {
	paid := normalize.Money{}
	if r.Amount != nil {
		paid = *r.Amount
	}
	if d.Outcome == r.Outcome && d.ClosingNote == r.Note && c.Paid == paid {
		return errClosedSo
	}
	return gateway.Refuse(gateway.CodeStateConflict, "the claim is closed as "+d.Outcome+" since "+c.ClosedAt.Format(time.DateOnly))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
