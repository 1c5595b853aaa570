package httpapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

type operationDoc struct {
	method, path, scope string
}

// contract reads every operation and its scope from the served OpenAPI file.
func (s *stand) contract() []operationDoc {
	s.t.Helper()
	w := s.call("GET", "/openapi.json", "", "")
	var doc struct {
		Paths map[string]map[string]struct {
			Security []map[string][]string
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || len(doc.Paths) < 15 {
		s.t.Fatalf("openapi.json: %d paths, %v", len(doc.Paths), err)
	}
	var out []operationDoc
	for path, item := range doc.Paths {
		for method, op := range item {
			if len(op.Security) != 1 || len(op.Security[0]["key"]) != 1 {
				s.t.Fatalf("%s %s declares no scope", method, path)
			}
			out = append(out, operationDoc{strings.ToUpper(method), path, op.Security[0]["key"][0]})
		}
	}
	return out
}

// fill puts an id that nobody has into every place of a path.
func fill(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "unknown"
		}
	}
	return strings.Join(parts, "/")
}

// Every route in the contract refuses whoever has no key, a wrong one, or one with all
// scopes but its own; and lets in who has just that scope, or admin.
func TestEveryRouteAsksForItsScope(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	only := map[string]string{}
	but := map[string]string{}
	for _, scope := range Scopes {
		only[scope] = s.key("t1", scope)
		rest := slices.DeleteFunc(slices.Clone(Scopes), func(o string) bool { return o == scope || o == "admin" })
		but[scope] = s.key("t1", rest...)
	}
	for _, op := range s.contract() {
		body := ""
		if op.method == http.MethodPost {
			body = "{}"
		}
		call := func(key string) int { return s.call(op.method, fill(op.path), key, body).Code }
		for name, c := range map[string]struct {
			key  string
			want int
		}{
			"no key": {"", 401}, "a wrong key": {"sk_wrong", 401}, "all other scopes": {but[op.scope], 403},
		} {
			if got := call(c.key); got != c.want {
				t.Errorf("%s %s with %s: %d, want %d", op.method, op.path, name, got, c.want)
			}
		}
		for _, key := range []string{only[op.scope], only["admin"]} {
			if got := call(key); got == 401 || got == 403 || got >= 500 {
				t.Errorf("%s %s with its scope: %d", op.method, op.path, got)
			}
		}
	}
}

// What belongs to another tenant answers as what nobody has: same status, same words.
func TestOtherTenantsThingsAreNotThere(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	mine, theirs := s.key("t1", "admin"), s.key("t2", "admin")
	var rates struct {
		ID    string
		Rates []struct{ ID string }
	}
	var label struct {
		ID, Tracker string
		Documents   []struct{ ID string }
	}
	var key struct{ ID string }
	for _, c := range []struct {
		path, body string
		into       any
	}{
		{"/v1/rates", order(), &rates},
		{"/v1/labels", `{"channel":"northwind.plain",` + order()[1:], &label},
		{"/v1/keys", `{"scopes":["rates:read"]}`, &key},
	} {
		w := s.call("POST", c.path, mine, c.body, "Idempotency-Key", "k1")
		if err := json.Unmarshal(w.Body.Bytes(), c.into); err != nil || w.Code >= 300 {
			t.Fatalf("%s: %d %s", c.path, w.Code, w.Body)
		}
	}
	push, err := s.db.AppendCallback(t.Context(), store.Callback{Tenant: "t1", Account: "acct_1", Adapter: "northwind", Method: "POST", Body: []byte("Anna")})
	if err != nil {
		t.Fatal(err)
	}
	if w := s.call("GET", "/v1/callbacks/"+push.ID, mine, ""); w.Code != 200 {
		t.Errorf("its own tenant's callback: %d %s", w.Code, w.Body)
	}
	for _, c := range []struct{ method, path, id, body string }{
		{"GET", "/v1/rates/", rates.ID, ""},
		{"GET", "/v1/labels/", label.ID, ""},
		{"POST", "/v1/labels/void/", label.ID, ""},
		{"POST", "/v1/labels/reconcile/", label.ID, ""},
		{"POST", "/v1/labels/settle/", label.ID, `{"outcome":"voided","reason":"x"}`},
		{"GET", "/v1/labels/documents/" + label.Documents[0].ID + "/", label.ID, ""},
		{"GET", "/v1/trackers/", label.Tracker, ""},
		{"POST", "/v1/trackers/refresh/", label.Tracker, ""},
		{"GET", "/v1/callbacks/", push.ID, ""},
		{"POST", "/v1/callbacks/replay/", push.ID, ""},
		{"DELETE", "/v1/keys/", key.ID, ""},
	} {
		at := func(id string) string { // "/v1/labels/void/" and an id is /v1/labels/{id}/void
			parts := strings.SplitN(strings.Trim(c.path, "/"), "/", 3)
			out := "/" + parts[0] + "/" + parts[1] + "/" + id
			if len(parts) == 3 {
				out += "/" + parts[2]
			}
			return out
		}
		got, unknown := s.call(c.method, at(c.id), theirs, c.body), s.call(c.method, at(c.id[:len(c.id)-1]+"0"), theirs, c.body)
		p, q := problemOf(t, got), problemOf(t, unknown)
		p.Instance, q.Instance = "", ""
		if got.Code != 404 || p.Code != "not_found" || p.Detail != q.Detail || unknown.Code != 404 {
			t.Errorf("%s %s: %d %s %q, an unknown one %d %q", c.method, at("{id}"), got.Code, p.Code, p.Detail, unknown.Code, q.Detail)
		}
		if strings.Contains(got.Body.String(), "Anna") {
			t.Errorf("%s tells of a person", c.path)
		}
	}
	for _, path := range []string{"/v1/labels", "/v1/trackers", "/v1/callbacks"} {
		w := s.call("GET", path, theirs, "")
		var l struct{ Data []any }
		if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil || len(l.Data) != 0 || w.Code != 200 {
			t.Errorf("%s lists %d things of another tenant: %d %v", path, len(l.Data), w.Code, err)
		}
	}
	if w := s.call("POST", "/v1/labels", theirs, `{"rate_id":"`+rates.Rates[0].ID+`"}`, "Idempotency-Key", "k2"); w.Code != 404 {
		t.Errorf("another tenant's rate is bought: %d %s", w.Code, w.Body)
	}
	if w := s.call("GET", "/v1/labels/"+label.ID, mine, ""); w.Code != 200 {
		t.Errorf("its own tenant: %d", w.Code)
	}
}

// A revoked key opens nothing: here at once, on another replica within five seconds.
func TestARevokedKeyDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		admin := s.key("t1", "admin")
		key, made, err := s.keys.Create(t.Context(), "t1", "k", []string{"rates:read"}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		replica := NewKeys(s.db, s.db.Meta().DataKey)
		if _, err := replica.Find(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if w := s.call("GET", "/v1/channels", key, ""); w.Code != 200 {
			t.Fatalf("got %d", w.Code)
		}
		if w := s.call("DELETE", "/v1/keys/"+made.ID, admin, ""); w.Code != 200 {
			t.Fatalf("revoke: %d %s", w.Code, w.Body)
		}
		if w := s.call("GET", "/v1/channels", key, ""); w.Code != 401 {
			t.Errorf("here it still opens: %d", w.Code)
		}
		time.Sleep(5 * time.Second)
		if _, err := replica.Find(t.Context(), key); err != store.ErrNotFound {
			t.Errorf("on a replica it still opens: %v", err)
		}
	})
}

func TestAKeyExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		key, _, err := s.keys.Create(t.Context(), "t1", "k", []string{"rates:read"}, time.Now().Add(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if w := s.call("GET", "/v1/channels", key, ""); w.Code != 200 {
			t.Errorf("got %d", w.Code)
		}
		time.Sleep(time.Second)
		if w := s.call("GET", "/v1/channels", key, ""); w.Code != 401 {
			t.Errorf("an expired key opens: %d", w.Code)
		}
	})
}

// The sandbox's key exists in memory only, and only where it was allowed.
func TestTheSandboxKey(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	if w := s.call("GET", "/v1/channels", "sk_sandbox", ""); w.Code != 401 {
		t.Errorf("before it is allowed: %d", w.Code)
	}
	s.keys.AllowSandbox("t1")
	if w := s.call("GET", "/v1/channels", "sk_sandbox", "", "Authorization", "bearer sk_sandbox"); w.Code != 200 {
		t.Errorf("the scheme's case does not matter: %d", w.Code)
	}
	list, err := s.db.ListKeys(t.Context(), "t1", store.Page{})
	if err != nil || len(list.Items) != 0 {
		t.Errorf("it is in the store: %v, %v", list.Items, err)
	}
}

// A tenant's budget of requests: each answer tells what is left, and who goes over it waits.
func TestATenantsBudgetOfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, func(s *stand) { s.limit = 1 })
		key, free := s.key("t1", "rates:read"), s.key("t2", "rates:read")
		for i, left := range []string{"1", "0"} {
			w := s.call("GET", "/v1/channels", key, "")
			if h := w.Header(); w.Code != 200 || h.Get("RateLimit-Limit") != "2" || h.Get("RateLimit-Remaining") != left || h.Get("RateLimit-Reset") == "" {
				t.Errorf("request %d: %d %v", i, w.Code, h)
			}
		}
		w := s.call("GET", "/v1/channels", key, "")
		p := problemOf(t, w)
		if w.Code != 429 || p.Code != "too_many_requests" || !p.Retryable || w.Header().Get("Retry-After") != "1" || w.Header().Get("RateLimit-Remaining") != "0" {
			t.Errorf("over the budget: %d %+v %v", w.Code, p, w.Header())
		}
		if w := s.call("GET", "/v1/channels", free, ""); w.Code != 200 || w.Header().Get("RateLimit-Limit") != "" {
			t.Errorf("a tenant without a budget: %d %v", w.Code, w.Header())
		}
		time.Sleep(time.Second)
		if w := s.call("GET", "/v1/channels", key, ""); w.Code != 200 {
			t.Errorf("a second later: %d", w.Code)
		}
	})
}
