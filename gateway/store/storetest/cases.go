package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// lossOf is a claim for a lost parcel.
func lossOf(trk store.Tracker, key string) store.Case {
	return store.Case{ID: ids.New(ids.Claim), Tenant: trk.Tenant, Key: key, Fingerprint: []byte("body of " + key), Tracker: trk.ID,
		Reason: "lost", Party: "carrier", Deadline: "2026-12-22", Amount: usd(1250), Details: []byte(`{"note":"n"}`)}
}

var archiveOfCase = store.Document{Type: "archive", Format: "zip", Source: "gateway", Data: []byte("PK")}

func openCase(t *testing.T, s *store.DB, c store.Case) store.Case {
	t.Helper()
	out, made, err := s.OpenCase(t.Context(), c, archiveOfCase, []store.AuditEntry{{Actor: "key_1", Action: "claim.open", Object: c.ID}})
	noError(t, err)
	equal(t, made, true)
	return out
}

var caseChecks = []check{
	with("is_kept_with_its_archive_and_changed", func(t *testing.T, s *store.DB) {
		c := openCase(t, s, lossOf(tracker(t, s, ada, "UF1CN"), "k1"))
		got, err := s.Case(t.Context(), ada, c.ID)
		noError(t, err)
		equal(t, got, c)
		equal(t, []any{got.State, got.Reason, got.Amount, string(got.Deadline)}, []any{store.CaseOpen, "lost", usd(1250), "2026-12-22"})
		d, err := s.Document(t.Context(), ada, c.ID, c.Archive)
		noError(t, err)
		equal(t, string(d.Data), "PK")
		changed, err := s.ChangeCase(t.Context(), ada, c.ID, func(c *store.Case) ([]store.AuditEntry, error) {
			c.State, c.Paid, c.ClosedAt = store.CaseClosed, usd(900), c.UpdatedAt
			c.ID, c.Reason, c.Archive = "clm_other", "damaged", "doc_other"
			return []store.AuditEntry{{Action: "claim.close"}}, nil
		})
		noError(t, err)
		equal(t, []any{changed.ID, changed.Reason, changed.Archive, changed.State, changed.Paid}, []any{c.ID, "lost", c.Archive, store.CaseClosed, usd(900)})
		got, err = s.Case(t.Context(), ada, c.ID)
		noError(t, err)
		equal(t, got, changed)
		audit, err := s.ListAudit(t.Context(), ada, store.Page{})
		noError(t, err)
		equal(t, len(audit.Items), 2)
	}),
	with("is_opened_once_per_key", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "UF1CN")
		first := openCase(t, s, lossOf(trk, "k1"))
		again, made, err := s.OpenCase(t.Context(), lossOf(trk, "k1"), archiveOfCase, nil)
		noError(t, err)
		equal(t, made, false)
		equal(t, again, first)
		known, err := s.CaseByKey(t.Context(), ada, "k1")
		noError(t, err)
		equal(t, known, first)
		_, err = s.CaseByKey(t.Context(), ada, "new")
		wantError(t, err, store.ErrNotFound)
		begin(t, s, ada, "k2")
		_, err = s.CaseByKey(t.Context(), ada, "k2")
		wantError(t, err, store.ErrKeyReused)
		_, _, err = s.OpenCase(t.Context(), lossOf(trk, "k2"), archiveOfCase, nil)
		wantError(t, err, store.ErrKeyReused)
	}),
	// What is refused leaves nothing behind: no archive, no key, no line of the log.
	with("is_opened_once_per_tracker_and_reason", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "UF1CN")
		first := openCase(t, s, lossOf(trk, ""))
		second := lossOf(trk, "k2")
		twin, made, err := s.OpenCase(t.Context(), second, archiveOfCase, []store.AuditEntry{{Action: "claim.open"}})
		wantError(t, err, store.ErrDuplicate)
		equal(t, made, false)
		equal(t, twin, first)
		left, err := s.DocumentsOf(t.Context(), ada, second.ID)
		noError(t, err)
		equal(t, len(left), 0)
		audit, err := s.ListAudit(t.Context(), ada, store.Page{})
		noError(t, err)
		equal(t, len(audit.Items), 1)
		second.Reason = "damaged"
		openCase(t, s, second)
		_, _, err = s.OpenCase(t.Context(), lossOf(store.Tracker{Tenant: ada, ID: "trk_none"}, ""), archiveOfCase, nil)
		wantError(t, err, store.ErrNotFound)
	}),
	with("of_many_at_once_is_one", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "UF1CN")
		var wg sync.WaitGroup
		errs, all := make([]error, 8), make([]store.Case, 8)
		for i := range errs {
			wg.Go(func() { all[i], _, errs[i] = s.OpenCase(t.Context(), lossOf(trk, ""), archiveOfCase, nil) })
		}
		wg.Wait()
		opened := 0
		for i, err := range errs {
			if err == nil {
				opened++
			} else if !errors.Is(err, store.ErrDuplicate) {
				t.Errorf("got %v", err)
			}
			equal(t, all[i].ID, all[0].ID)
		}
		equal(t, opened, 1)
	}),
	with("is_listed_from_the_newest", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "UF1CN")
		first := openCase(t, s, lossOf(trk, ""))
		late := lossOf(trk, "")
		late.Reason = "delayed"
		second := openCase(t, s, late)
		other := openCase(t, s, lossOf(tracker(t, s, ada, "UF2CN"), ""))
		for _, c := range []struct {
			filter store.CaseFilter
			want   []string
		}{
			{store.CaseFilter{}, []string{other.ID, second.ID, first.ID}},
			{store.CaseFilter{Tracker: trk.ID}, []string{second.ID, first.ID}},
			{store.CaseFilter{Reason: "lost", Tracker: trk.ID}, []string{first.ID}},
			{store.CaseFilter{State: store.CaseClosed}, nil},
		} {
			list, err := s.ListCases(t.Context(), ada, c.filter, store.Page{})
			noError(t, err)
			var got []string
			for _, v := range list.Items {
				got = append(got, v.ID)
			}
			equal(t, got, c.want)
		}
	}),
}
