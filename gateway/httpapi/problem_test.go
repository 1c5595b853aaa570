package httpapi

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// codes are all that the gateway's source declares.
func codes(t *testing.T) []gateway.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../refusal.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []gateway.Code
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok {
			if id, ok := v.Type.(*ast.Ident); ok && id.Name == "Code" {
				word, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, gateway.Code(word))
			}
		}
		return true
	})
	return out
}

// Every code of ours has its status, and no status is there for nothing.
func TestEveryCodeHasAStatus(t *testing.T) {
	t.Parallel()
	all := codes(t)
	if len(all) < 20 {
		t.Fatalf("only %d codes were found", len(all))
	}
	want := map[gateway.Code]int{"malformed": 400, "idempotency_key_required": 400, "unauthenticated": 401, "forbidden": 403, "not_found": 404,
		"in_progress": 409, "state_conflict": 409, "rate_expired": 409, "too_large": 413, "unsupported_media_type": 415, "invalid_request": 422,
		"idempotency_key_reused": 422, "mandate_violation": 422, "rate_mismatch": 422, "unsupported": 422, "spending_limit": 422,
		"too_many_requests": 429, "overloaded": 503}
	for _, c := range all {
		p := fromRefusal(gateway.Refuse(c, "x"))
		if statuses[string(c)] == 0 {
			t.Errorf("%s has no status", c)
		}
		if w, fixed := want[c]; fixed && p.Status != w {
			t.Errorf("%s is %d, the contract says %d", c, p.Status, w)
		}
		if p.Title != http.StatusText(p.Status) || p.Code != string(c) {
			t.Errorf("%s: %+v", c, p)
		}
	}
	if len(statuses) != len(all) {
		t.Errorf("%d statuses for %d codes", len(statuses), len(all))
	}
}

// Every failure of a carrier has its status: 422 where the request is at fault, 429 and 503
// where our guards refused, 504 for no answer in time, 502 for the rest. As the refusal of a
// label it is 422 or 502.
func TestEveryKindHasAStatus(t *testing.T) {
	t.Parallel()
	want := map[normalize.Kind][2]int{
		normalize.KindInvalidRequest: {422, 422}, normalize.KindNotServiceable: {422, 422}, normalize.KindProhibitedGoods: {422, 422},
		normalize.KindRejected: {422, 422}, normalize.KindUnsupported: {422, 422},
		normalize.KindRateLimited: {429, 502}, normalize.KindCircuitOpen: {503, 502}, guards.KindOverloaded: {503, 502}, normalize.KindTimeout: {504, 502},
		normalize.KindAuthFailed: {502, 502}, normalize.KindInsufficientFunds: {502, 502}, normalize.KindDuplicate: {502, 502}, normalize.KindNotFound: {502, 502},
		normalize.KindUnavailable: {502, 502}, normalize.KindBadResponse: {502, 502}, normalize.KindOutcomeUnknown: {502, 502},
	}
	for _, k := range append(normalize.Kinds(), guards.KindOverloaded) {
		e := &normalize.Error{Kind: k, Message: "m", Code: "4711", CarrierMsg: "nope", RetryAfter: 1500 * time.Millisecond}
		p := fromRefusal(&gateway.Refusal{Carrier: e, Channel: "x.y"})
		l := fromRefusal(&gateway.Refusal{Carrier: e, Label: struct{}{}})
		if got := [2]int{p.Status, l.Status}; got != want[k] {
			t.Errorf("%s is %v, want %v", k, got, want[k])
		}
		if p.Code != string(k) || p.CarrierCode != "4711" || p.CarrierMessage != "nope" || p.Source != "carrier" || p.Channel != "x.y" {
			t.Errorf("%s: %+v", k, p)
		}
		if p.GetHeaders().Get("Retry-After") != "2" {
			t.Errorf("%s: Retry-After %q, want whole seconds rounded up", k, p.GetHeaders().Get("Retry-After"))
		}
	}
}

// Errors that are no refusals have their answers too, and none tells its own text.
func TestErrorsOfTheStore(t *testing.T) {
	t.Parallel()
	s := &Server{Deps: Deps{Logger: slog.New(slog.DiscardHandler)}}
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{fmt.Errorf("wrapped: %w", store.ErrNotFound), 404, "not_found"},
		{store.ErrBadCursor, 422, "invalid_request"},
		{store.ErrDiskFull, 503, "overloaded"},
		{store.ErrClosed, 503, "overloaded"},
		{store.ErrCommitUnknown, 503, "store_unavailable"},
		{context.DeadlineExceeded, 504, "deadline_exceeded"},
		{errors.New("secret path /var/lib"), 500, "internal"},
	} {
		p, ok := errors.AsType[*Problem](s.problem(t.Context(), c.err))
		if !ok || p.Status != c.status || p.Code != c.code || p.Detail == c.err.Error() {
			t.Errorf("%v: %+v", c.err, p)
		}
	}
}

// A panic is an answer, not a broken connection.
func TestAPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	broken := s.deps
	broken.Rating = nil
	s.handler = New(broken)
	w := s.call("POST", "/v1/rates", s.key("t1", "rates:read"), order())
	if p := problemOf(t, w); w.Code != 500 || p.Code != "internal" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}
