package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

// lossy loses the answers of the commits that come next: of each in turn it says whether the
// commit happened.
type lossy struct {
	writer
	happened []bool
}

func (w *lossy) lose(ctx context.Context, do func(context.Context, func(context.Context, *session) error) error, fn func(context.Context, *session) error) error {
	if len(w.happened) == 0 {
		return do(ctx, fn)
	}
	happened := w.happened[0]
	w.happened = w.happened[1:]
	undo := errors.New("undone")
	err := do(ctx, func(ctx context.Context, s *session) error {
		if err := fn(ctx, s); err != nil || happened {
			return err
		}
		return undo
	})
	if err != nil && !errors.Is(err, undo) {
		return err
	}
	return fmt.Errorf("%w: the connection broke", ErrCommitUnknown)
}

func (w *lossy) write(ctx context.Context, fn func(context.Context, *session) error) error {
	return w.lose(ctx, w.writer.write, fn)
}

func (w *lossy) writeOne(ctx context.Context, fn func(context.Context, *session) error) error {
	return w.lose(ctx, w.writer.writeOne, fn)
}

// A commit whose answer is lost is read again by its key before anything else: what it wrote
// is there once, whether it happened or not.
func TestALostCommitIsReadAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ happened, fence bool }{{true, false}, {false, false}, {true, true}, {false, true}} {
		t.Run(fmt.Sprintf("happened %v, fenced %v", c.happened, c.fence), func(t *testing.T) {
			t.Parallel()
			happened := c.happened
			db := openFile(t)
			w := &lossy{writer: db.writer}
			db.writer = w
			lose := func() { w.happened = []bool{happened} }

			lose()
			id := ids.New(ids.Label)
			begun, err := db.BeginPurchase(t.Context(), Intent{Purchase: Purchase{Tenant: "ada", ID: id, Key: "k1"}})
			if err != nil || !begun.Created || begun.Purchase.ID != id || begun.Purchase.CreatedAt.IsZero() {
				t.Fatalf("begin: %+v, %v", begun, err)
			}
			lose()
			p, a, err := db.ClaimPurchase(t.Context(), begun.Purchase.Ref(), Claim{From: []PurchaseState{PurchaseReady}, To: PurchaseSending,
				Lease: time.Minute, Kind: AttemptSend, Digest: []byte("d")})
			if err != nil || p.State != PurchaseSending || p.Epoch != 1 || a.N != 1 {
				t.Fatalf("claim: %+v, %+v, %v", p, a, err)
			}
			lose()
			if err := db.AppendEvidence(t.Context(), Evidence{Tenant: "ada", Purchase: id, Body: []byte("sold")}); err != nil {
				t.Fatal(err)
			}
			lose()
			p, err = db.TransitionPurchase(t.Context(), p.Ref(), Transition{Attempt: &AttemptResult{N: a.N, Outcome: OutcomeOK}, Release: true, Fence: c.fence,
				Labels: []BoughtLabel{{ShipmentID: "S1"}}, History: []HistoryLine{{Status: "bought"}},
				Change: func(p *Purchase) error {
					p.State = PurchaseSettled
					return nil
				}})
			if err != nil || p.State != PurchaseSettled {
				t.Fatalf("change: %+v, %v", p, err)
			}
			f, err := db.PurchaseFile(t.Context(), "ada", id)
			if err != nil || len(f.Attempts) != 1 || len(f.Labels) != 1 || len(f.History) != 1 || f.Attempts[0].Outcome != OutcomeOK || f.Purchase.State != PurchaseSettled {
				t.Errorf("the store has %+v, %v", f, err)
			}
			if kept, err := db.EvidenceOf(t.Context(), "ada", id); err != nil || len(kept) != 1 {
				t.Errorf("evidence %+v, %v", kept, err)
			}
		})
	}
}

// Where it cannot be read again, the claim is not given: nobody may send on it.
func TestALostCommitThatCannotBeRead(t *testing.T) {
	t.Parallel()
	db := openFile(t)
	w := &lossy{writer: db.writer}
	db.writer = w
	begun, err := db.BeginPurchase(t.Context(), Intent{Purchase: Purchase{Tenant: "ada", ID: ids.New(ids.Label), Key: "k1"}})
	if err != nil {
		t.Fatal(err)
	}
	claim := Claim{From: []PurchaseState{PurchaseReady}, To: PurchaseSending, Lease: time.Minute, Kind: AttemptSend}
	w.happened = []bool{true, true}
	if _, _, err := db.ClaimPurchase(t.Context(), begun.Purchase.Ref(), claim); !errors.Is(err, ErrCommitUnknown) {
		t.Errorf("got %v, want an unknown commit", err)
	}
	if _, _, err := db.ClaimPurchase(t.Context(), begun.Purchase.Ref(), claim); !errors.Is(err, ErrConflict) {
		t.Errorf("got %v, want a conflict: the claim was there", err)
	}
}

// A claim that did not happen is not taken for that of another worker who came after it.
func TestALostClaimOfAnother(t *testing.T) {
	t.Parallel()
	db := openFile(t)
	begun, err := db.BeginPurchase(t.Context(), Intent{Purchase: Purchase{Tenant: "ada", ID: ids.New(ids.Label), Key: "k1"}})
	if err != nil {
		t.Fatal(err)
	}
	claim := Claim{From: []PurchaseState{PurchaseReady}, To: PurchaseSending, Lease: time.Minute, Kind: AttemptSend}
	whole := db.writer
	db.writer = &lossy{writer: whole, happened: []bool{false}}
	was, attempt, lost := db.claimPurchase(t.Context(), begun.Purchase.Ref(), claim)
	if !errors.Is(lost, ErrCommitUnknown) {
		t.Fatalf("got %v", lost)
	}
	db.writer = whole
	if _, _, err := db.ClaimPurchase(t.Context(), begun.Purchase.Ref(), claim); err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.claimedAfterAll(t.Context(), begun.Purchase.Ref(), claim, was, attempt, lost); !errors.Is(err, ErrConflict) {
		t.Errorf("got %v, want a conflict", err)
	}
}

// PostgreSQL itself says of these that the outcome is not known, and of the others that the
// transaction was undone.
func TestPostgresCommitsThatAreUnknown(t *testing.T) {
	t.Parallel()
	d := postgresDialect()
	for _, c := range []struct {
		err  error
		want bool
	}{
		{&pgconn.PgError{Code: "08007"}, true},
		{&pgconn.PgError{Code: "40003"}, true},
		{errors.New("unexpected EOF"), true},
		{context.DeadlineExceeded, true},
		{&pgconn.PgError{Code: "40001"}, false},
		{&pgconn.PgError{Code: "23505"}, false},
		{&pgconn.PgError{Code: "53100"}, false},
	} {
		if got := errors.Is(pgCommitFault(d, c.err), ErrCommitUnknown); got != c.want {
			t.Errorf("%v: got unknown %v", c.err, got)
		}
	}
}
