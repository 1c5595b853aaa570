package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

var installationChecks = []check{
	// The prefix of client references and the key of tokens must outlive every restart.
	{"is_settled_once", func(t *testing.T, fresh Fresh) {
		url := fresh(t)
		first, again := open(t, url).Meta(), open(t, url).Meta()
		equal(t, again, first)
		equal(t, len(first.Prefix), 3)
		equal(t, len(first.DataKey), 32)
		equal(t, first.Sandbox, false)
	}},
	{"differs_from_every_other", func(t *testing.T, fresh Fresh) {
		a, b := open(t, fresh(t)).Meta(), open(t, fresh(t)).Meta()
		if a.Installation == b.Installation || slices.Equal(a.DataKey, b.DataKey) {
			t.Fatal("two installations got the same id or key")
		}
	}},
	// A sandbox's invented labels must never meet a real account.
	{"remembers_that_it_is_a_sandbox", func(t *testing.T, fresh Fresh) {
		url := fresh(t)
		s, err := store.Open(t.Context(), store.Options{URL: url, Sandbox: new(true)})
		noError(t, err)
		equal(t, s.Meta().Sandbox, true)
		noError(t, s.Close())
		_, err = store.Open(t.Context(), store.Options{URL: url, Sandbox: new(false)})
		wantError(t, err, store.ErrSandboxMismatch)
		equal(t, open(t, url).Meta().Sandbox, true) // who does not care takes what is there
	}},
	with("answers_ping_and_tells_its_time", func(t *testing.T, s *store.DB) {
		noError(t, s.Ping(t.Context()))
		noError(t, s.Safety(t.Context()))
		now, err := s.Now(t.Context())
		noError(t, err)
		if d := time.Since(now).Abs(); d > time.Minute || now.Location() != time.UTC {
			t.Errorf("got %v, which is %v away", now, d)
		}
	}),
}

var keyChecks = []check{
	with("are_found_by_their_hash", func(t *testing.T, s *store.DB) {
		want, err := s.CreateKey(t.Context(), store.APIKey{Tenant: ada, Name: "shop", Scopes: []string{"labels:write"}, Prefix: "sk_ab", Hash: []byte("h1")})
		noError(t, err)
		got, err := s.KeyByHash(t.Context(), []byte("h1"))
		noError(t, err)
		equal(t, got, want)
		equal(t, ids.Valid(ids.Key, got.ID), true)
		_, err = s.KeyByHash(t.Context(), []byte("h2"))
		wantError(t, err, store.ErrNotFound)
	}),
	with("cannot_share_a_hash", func(t *testing.T, s *store.DB) {
		_, err := s.CreateKey(t.Context(), store.APIKey{Tenant: ada, Hash: []byte("h1")})
		noError(t, err)
		_, err = s.CreateKey(t.Context(), store.APIKey{Tenant: ben, Hash: []byte("h1")})
		wantError(t, err, store.ErrDuplicate)
	}),
	with("are_revoked_for_good", func(t *testing.T, s *store.DB) {
		k, err := s.CreateKey(t.Context(), store.APIKey{Tenant: ada, Hash: []byte("h1")})
		noError(t, err)
		equal(t, k.Valid(time.Now()), true)
		first, err := s.RevokeKey(t.Context(), ada, k.ID)
		noError(t, err)
		second, err := s.RevokeKey(t.Context(), ada, k.ID)
		noError(t, err)
		equal(t, second.RevokedAt, first.RevokedAt)
		got, err := s.KeyByHash(t.Context(), []byte("h1"))
		noError(t, err)
		equal(t, got.Valid(time.Now()), false)
	}),
}

var rateChecks = []check{
	// One row holds the request and all its rates; a rate leads to it by its own name.
	with("are_found_by_request_and_by_rate", func(t *testing.T, s *store.DB) {
		now, err := s.Now(t.Context())
		noError(t, err)
		r := store.RateRequest{ID: ids.New(ids.RateRequest), Tenant: ada, Request: []byte(`{"a": 1}`), Answer: []byte(`{"rates":[ ]}`),
			CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
		noError(t, s.SaveRates(t.Context(), r))
		got, err := s.RateRequest(t.Context(), ada, r.ID)
		noError(t, err)
		equal(t, got, r)
		got, err = s.RateRequestOf(t.Context(), ada, ids.RateOf(r.ID, 17))
		noError(t, err)
		equal(t, got.ID, r.ID)
		for _, nonsense := range []string{"", "rate_", r.ID, "rate_ü", ids.RateOf(ids.New(ids.RateRequest), 0)} {
			_, err = s.RateRequestOf(t.Context(), ada, nonsense)
			wantError(t, err, store.ErrNotFound)
		}
	}),
	with("are_deleted_in_portions_after_a_grace", func(t *testing.T, s *store.DB) {
		now, err := s.Now(t.Context())
		noError(t, err)
		for _, age := range []time.Duration{-time.Hour, time.Minute, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour} {
			noError(t, s.SaveRates(t.Context(), store.RateRequest{ID: ids.New(ids.RateRequest), Tenant: ada, ExpiresAt: now.Add(-age)}))
		}
		for _, want := range []int{2, 1, 0} {
			n, err := s.DeleteExpiredRates(t.Context(), time.Hour, 2)
			noError(t, err)
			equal(t, n, want)
		}
	}),
}

var auditChecks = []check{
	with("lists_the_newest_first", func(t *testing.T, s *store.DB) {
		for _, action := range []string{"key.create", "label.override"} {
			noError(t, s.AppendAudit(t.Context(), store.AuditEntry{Tenant: ada, Actor: "key_1", Action: action, Object: "lbl_1", Detail: []byte(`{"rule":"x"}`)}))
		}
		l, err := s.ListAudit(t.Context(), ada, store.Page{})
		noError(t, err)
		equal(t, []string{l.Items[0].Action, l.Items[1].Action}, []string{"label.override", "key.create"})
		equal(t, string(l.Items[0].Detail), `{"rule":"x"}`)
		equal(t, l.Items[0].At.IsZero(), false)
	}),
}

var documentChecks = []check{
	with("come_back_byte_for_byte", func(t *testing.T, s *store.DB) {
		data := []byte("%PDF-1.7\x00\xff")
		d, err := s.PutDocument(t.Context(), store.Document{Tenant: ada, Owner: "lbl_1", Type: "label", Format: "pdf", Parcel: 1, Source: "carrier", Data: data})
		noError(t, err)
		equal(t, d.Bytes, int64(len(data)))
		got, err := s.Document(t.Context(), ada, "lbl_1", d.ID)
		noError(t, err)
		equal(t, got, d)
		_, err = s.Document(t.Context(), ada, "lbl_2", d.ID) // of another label
		wantError(t, err, store.ErrNotFound)
	}),
	// A carrier that is asked twice prints the same paper twice.
	with("are_kept_once", func(t *testing.T, s *store.DB) {
		d := store.Document{Tenant: ada, Owner: "lbl_1", Type: "label", Data: []byte("same")}
		first, err := s.PutDocument(t.Context(), d)
		noError(t, err)
		second, err := s.PutDocument(t.Context(), d)
		noError(t, err)
		equal(t, second, first)
		list, err := s.DocumentsOf(t.Context(), ada, "lbl_1")
		noError(t, err)
		equal(t, len(list), 1)
		equal(t, list[0].Data, []byte(nil)) // a list carries no bytes
	}),
	with("may_be_empty", func(t *testing.T, s *store.DB) {
		d, err := s.PutDocument(t.Context(), store.Document{Tenant: ada, Owner: "lbl_1", Type: "label"})
		noError(t, err)
		got, err := s.Document(t.Context(), ada, "lbl_1", d.ID)
		noError(t, err)
		equal(t, got, d)
	}),
}
