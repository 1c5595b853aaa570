package amazonfba

import (
	"bytes"
	"context"
	"log/slog"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Where the two generations of the API begin.
const (
	prefix   = "/inbound/fba/2024-03-20"
	prefixV0 = "/fba/inbound/v0"
)

// op is what all our calls count as.
const op = adapters.OpInbound

// client talks for one seller.
type client struct {
	rest     *rest.Client
	base     string
	tokenURL string
	id       string
	secret   normalize.Secret
	refresh  normalize.Secret
	tokens   *token.Vault
	log      *slog.Logger
}

func newClient(c Config, deps adapters.Deps) *client {
	log := deps.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	cl := &client{
		rest: rest.New(deps.HTTP, code, c.BaseURL, c.ClientSecret, c.RefreshToken), base: strings.TrimRight(c.BaseURL, "/"),
		tokenURL: c.TokenURL, id: c.ClientID, secret: c.ClientSecret, refresh: c.RefreshToken, log: log,
	}
	cl.tokens = token.New(cl.fetchToken)
	return cl
}

// call is one exchange with the API.
type call struct {
	method  string
	path    string
	query   url.Values
	in      any  // nil sends no body
	commits bool // creates a plan, or cannot be undone
}

// get reads a resource into out.
func (c *client) get(ctx context.Context, path string, query url.Values, out any) error {
	return c.do(ctx, call{method: http.MethodGet, path: path, query: query}, out)
}

// start sends a write that begins an operation, and returns its id.
func (c *client) start(ctx context.Context, cl call) (string, error) {
	var out started
	if err := c.do(ctx, cl, &out); err != nil {
		return "", err
	}
	if !out.valid() {
		return "", c.bad("the answer names no operation")
	}
	return out.Operation, nil
}

// do makes a call. A token that Amazon refuses is dropped and the call made once more with a new
// one, except where it commits: such a call leaves us once, and its caller decides.
func (c *client) do(ctx context.Context, cl call, out any) error {
	body, err := encode(cl.in)
	if err != nil {
		return err
	}
	for again := !cl.commits; ; again = false {
		access, err := c.tokens.Get(ctx)
		if err != nil {
			return unsent(err)
		}
		reply, err := c.send(ctx, cl, access, body)
		if err != nil {
			return err
		}
		if reply.OK() {
			return c.read(reply, out)
		}
		e := c.fail(reply, cl.commits)
		if e.Code != codeUnauthorized || reply.Status != http.StatusForbidden {
			return e
		}
		c.tokens.Drop(ctx, access)
		if !again {
			return e
		}
	}
}

// unsent marks the error of a token call: the call that it was for has certainly not been made.
func unsent(err error) error {
	e := *normalize.AsError(err)
	e.NotSent = true
	return &e
}

func encode(in any) ([]byte, error) {
	if in == nil {
		return nil, nil
	}
	body, err := rest.EncodeJSON(in)
	if err != nil {
		return nil, &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code, Op: string(op),
			Message: "the request cannot be written", NotSent: true}
	}
	return body, nil
}

func (c *client) send(ctx context.Context, cl call, access normalize.Secret, body []byte) (rest.Reply, error) {
	header := http.Header{
		"X-Amz-Access-Token": {access.Reveal()},
		"Accept":             {"application/json"},
		// Amazon asks for a user agent of this form.
		"User-Agent": {"crossdock/1 (Language=Go)"},
	}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	reply, err := c.rest.Do(ctx, rest.Call{Op: op, Commits: cl.commits, Method: cl.method, Path: cl.path, Query: cl.query, Header: header, Body: body})
	if err == nil {
		c.log.DebugContext(ctx, "amazon answered", "op", string(op), "status", reply.Status, "request_id", reply.Header.Get("X-Amzn-Requestid"))
	}
	return reply, err
}

// read decodes a success, which is always an object.
func (c *client) read(r rest.Reply, out any) error {
	body := bytes.TrimSpace(r.Body)
	if len(body) == 0 || body[0] != '{' || rest.DecodeJSON(body, out) != nil {
		return c.bad("the answer is not of the documented form")
	}
	return nil
}

// fail makes the error of a refusal from the table in codes.go. Only Amazon's own list of errors
// is believed; a proxy's page is by its status, and leaves a committing call unknown.
func (c *client) fail(r rest.Reply, commits bool) *normalize.Error {
	var list refusals
	if rest.DecodeJSON(r.Body, &list) != nil || len(list.Errors) == 0 || list.Errors[0].Code == "" {
		return c.rest.Fail(op, rest.Fallback(r.Status, commits), r, "", "")
	}
	kind, ok := kinds[r.Status]
	if !ok {
		kind = rest.Fallback(r.Status, commits)
	}
	first := list.Errors[0]
	message := first.Message
	if first.Details != "" {
		message = strings.TrimRight(message, ". ") + ": " + first.Details
	}
	e := c.rest.Fail(op, kind, r, first.Code, message)
	if kind == normalize.KindRateLimited && e.RetryAfter == 0 {
		e.RetryAfter = pause(r.Header.Get("X-Amzn-Ratelimit-Limit"))
	}
	return e
}

// pause is how long one request takes of a rate like "2.0"; a second where none was told, which
// is the rule on a 429.
func pause(limit string) time.Duration {
	if len(limit) > 12 || strings.Trim(limit, "0123456789.") != "" { // no exponent, which could be of any size
		return time.Second
	}
	perSecond, ok := new(big.Rat).SetString(limit)
	if !ok || perSecond.Sign() <= 0 {
		return time.Second
	}
	ns := new(big.Rat).Quo(new(big.Rat).SetInt64(int64(time.Second)), perSecond)
	n := new(big.Int).Quo(ns.Num(), ns.Denom())
	if !n.IsInt64() {
		return time.Minute
	}
	return min(max(time.Duration(n.Int64()), 100*time.Millisecond), time.Minute)
}

// bad makes the error of a success that we cannot read.
func (c *client) bad(message string) *normalize.Error {
	return &normalize.Error{Kind: normalize.KindBadResponse, Carrier: code, Op: string(op), Message: message}
}

// paged is one page of a list.
type paged[T any] interface {
	rows() []T
	next() string
}

// maxPages bounds how far a list is read.
const maxPages = 20

// list reads all pages of a list, size rows each. more than maxPages is an error: half a list is
// worse than none. A nextToken goes back under another name.
func list[P paged[T], T any](ctx context.Context, c *client, path string, query url.Values, size string) ([]T, error) {
	var out []T
	err := eachPage[P](ctx, c, path, query, size, func(page P) bool {
		out = append(out, page.rows()...)
		return true
	})
	return out, err
}

// eachPage reads pages until more says that it is enough.
func eachPage[P paged[T], T any](ctx context.Context, c *client, path string, query url.Values, size string, more func(P) bool) error {
	q := url.Values{"pageSize": {size}}
	for k, v := range query {
		q[k] = v
	}
	for range maxPages {
		var page P
		if err := c.get(ctx, path, q, &page); err != nil {
			return err
		}
		if page.rows() == nil {
			return c.bad("the answer holds no list")
		}
		if !more(page) || page.next() == "" {
			return nil
		}
		q.Set("paginationToken", page.next())
	}
	return c.bad("the list is longer than we read")
}

// path joins a resource below the plans, each part escaped.
func path(parts ...string) string {
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return prefix + "/" + strings.Join(parts, "/")
}
