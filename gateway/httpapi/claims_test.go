package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/claims"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
)

// A claim is opened, listed, downloaded and closed; what is another tenant's is not there, and
// the archive, which holds addresses, asks for the scope of labels.
func TestClaims(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "labels:write", "labels:read", "tracking:write", "tracking:read")
	w := s.call("POST", "/v1/labels", key, `{"channel":"northwind.plain",`+order()[1:], "Idempotency-Key", "claim")
	var l purchase.Label
	if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("buy: %d %s", w.Code, w.Body)
	}
	body := `{"tracker":"` + l.Tracker + `","reason":"lost","amount":{"amount":"12.50","currency":"USD"}}`
	w = s.call("POST", "/v1/claims", key, body, "Idempotency-Key", "c1")
	var c claims.Claim
	if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil || w.Code != http.StatusCreated || w.Header().Get("Idempotency-Replayed") != "" {
		t.Fatalf("claim: %d %s", w.Code, w.Body)
	}
	if !strings.HasPrefix(c.ID, "clm_") || c.Tracker != l.Tracker || *c.Label != l.ID || c.Amount.Amount() != "12.50" || c.Deadline != nil || *c.DeadlineRule != "northwind-lost" {
		t.Errorf("got %+v", c)
	}
	for _, name := range []string{`"party":`, `"phase":`, `"deadline":null`, `"status":"open"`, `"archive":{"sha256":"`} {
		if !strings.Contains(w.Body.String(), name) {
			t.Errorf("%s is not in %s", name, w.Body)
		}
	}
	for _, tt := range []struct {
		method, path, body string
		header             []string
		status             int
		says               string
	}{
		{"POST", "/v1/claims", body, []string{"Idempotency-Key", "c1"}, 201, c.ID},
		{"POST", "/v1/claims", body, nil, 409, c.ID},
		{"POST", "/v1/claims", strings.Replace(body, "lost", "damaged", 1), []string{"Idempotency-Key", "c1"}, 422, "idempotency_key_reused"},
		{"POST", "/v1/claims", strings.Replace(body, "lost", "damaged", 1), []string{"Idempotency-Key", "claim"}, 422, "idempotency_key_reused"},
		{"POST", "/v1/claims", body, []string{"Idempotency-Key", "a b"}, 400, "malformed"},
		{"POST", "/v1/claims", `{"tracker":"trk_none","reason":"lost"}`, nil, 404, "not_found"},
		{"POST", "/v1/claims", `{"tracker":"trk_none","reason":"stolen"}`, nil, 422, "/reason"},
		{"POST", "/v1/claims", `{"reason":"lost"}`, nil, 422, "/tracker"},
		{"POST", "/v1/claims", strings.Replace(body, "12.50", "12.505", 1), nil, 422, "/amount"},
		{"GET", "/v1/claims?tracker=" + l.Tracker + "&reason=lost&status=open", "", nil, 200, c.ID},
		{"GET", "/v1/claims?status=closed", "", nil, 200, `"data":[]`},
		{"GET", "/v1/claims?cursor=none", "", nil, 422, "/cursor"},
		{"GET", "/v1/claims/" + c.ID, "", nil, 200, c.Archive.SHA256},
		{"POST", "/v1/claims/" + c.ID + "/close", `{"outcome":"won"}`, nil, 422, "/outcome"},
		{"POST", "/v1/claims/" + c.ID + "/close", `{"outcome":"refused"}`, nil, 200, `"status":"closed"`},
		{"POST", "/v1/claims/" + c.ID + "/close", `{"outcome":"withdrawn"}`, nil, 409, "state_conflict"},
	} {
		w := s.call(tt.method, tt.path, key, tt.body, tt.header...)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
			t.Errorf("%s %s %s: %d %s, want %d with %q", tt.method, tt.path, tt.body, w.Code, w.Body, tt.status, tt.says)
		}
		if strings.Contains(w.Body.String(), "Anna") {
			t.Errorf("%s %s tells of a person", tt.method, tt.path)
		}
	}
	s.archiveIsKeptApart(c, key)
}

func (s *stand) archiveIsKeptApart(c claims.Claim, key string) {
	s.t.Helper()
	w := s.call("GET", c.Archive.URL, key, "")
	if h := w.Header(); w.Code != 200 || h.Get("Content-Type") != "application/zip" || h.Get("Content-Disposition") != `attachment; filename="`+c.ID+`.zip"` || int64(w.Body.Len()) != c.Archive.Bytes {
		s.t.Errorf("archive: %d %v, %d bytes", w.Code, h, w.Body.Len())
	}
	if w := s.call("GET", c.Archive.URL, s.key("t1", "tracking:read", "tracking:write"), ""); w.Code != 403 {
		s.t.Errorf("the archive without the scope of labels: %d", w.Code)
	}
	theirs := s.key("t2", "admin")
	for _, r := range []struct{ method, path, body string }{
		{"GET", "/v1/claims/" + c.ID, ""}, {"GET", c.Archive.URL, ""}, {"POST", "/v1/claims/" + c.ID + "/close", `{"outcome":"paid"}`},
		{"POST", "/v1/claims", `{"tracker":"` + c.Tracker + `","reason":"other"}`},
	} {
		if w := s.call(r.method, r.path, theirs, r.body); w.Code != 404 || problemOf(s.t, w).Code != "not_found" {
			s.t.Errorf("another tenant's %s %s: %d %s", r.method, r.path, w.Code, w.Body)
		}
	}
}
