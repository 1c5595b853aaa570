package wishpost

import (
	"bytes"
	"context"
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The calls of the two generations; pathCreate is the one that commits money.
const (
	pathCreate   = "/api/v2/create_order"
	pathLabel    = "/api/v2/generate_label"
	pathTracking = "/api/v2/tracking"
	pathStatus   = "/api/v3/order_status"
	pathCancel   = "/api/v3/cancel_orders"
)

// client talks to WishPost for one merchant.
type client struct {
	rest         *rest.Client
	merchant     *token.Rotating
	base         string
	clientID     string
	clientSecret normalize.Secret
	authCode     normalize.Secret
	redirectURI  string
	fileHosts    []string
}

func newClient(c Config, deps adapters.Deps) *client {
	cl := &client{
		rest: rest.New(deps.HTTP, code, c.BaseURL, c.ClientSecret, c.RefreshToken, c.AuthCode), base: c.BaseURL,
		clientID: c.ClientID, clientSecret: c.ClientSecret, authCode: c.AuthCode, redirectURI: c.RedirectURI, fileHosts: c.FileHosts,
	}
	cl.merchant = newMerchant(c, deps.Tokens, cl.renewed)
	return cl
}

// bodyOf makes a body from the access token, which both generations want in it.
type bodyOf func(access string) ([]byte, error)

// asXML is a body of v2.
func asXML(in func(access string) any) bodyOf {
	return func(access string) ([]byte, error) {
		b, err := xml.Marshal(in(access))
		return append([]byte(xml.Header), b...), err
	}
}

// asJSON is a body of v3.
func asJSON(in func(access string) any) bodyOf {
	return func(access string) ([]byte, error) { return rest.EncodeJSON(in(access)) }
}

// send makes one call. Clients of v3 put the token into the header, into the body or into
// both, and both is what we do; v2 knows it in the body only.
func (c *client) send(ctx context.Context, op adapters.Operation, path string, body bodyOf) (rest.Reply, normalize.Secret, error) {
	commits := path == pathCreate
	access, err := c.merchant.Get(ctx)
	if err != nil {
		e := *normalize.AsError(err)
		e.Carrier, e.Op, e.NotSent = code, string(op), commits || e.NotSent
		return rest.Reply{}, access, &e
	}
	b, err := body(access.Reveal())
	if err != nil {
		return rest.Reply{}, access, &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code, Op: string(op),
			Message: "the request cannot be written", NotSent: true}
	}
	header := http.Header{"Content-Type": {"application/xml; charset=UTF-8"}, "Accept": {"application/xml"}}
	if strings.HasPrefix(path, "/api/v3/") {
		header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}, "Authorization": {"Bearer " + access.Reveal()}}
	}
	reply, err := c.rest.Do(ctx, rest.Call{Op: op, Commits: commits, Method: http.MethodPost, Path: path, Header: header, Body: b})
	return reply, access, err
}

// callXML makes a call of v2.
func (c *client) callXML(ctx context.Context, op adapters.Operation, path string, in func(access string) any) (node, rest.Reply, error) {
	reply, access, err := c.send(ctx, op, path, asXML(in))
	if err != nil {
		return node{}, reply, err
	}
	out, err := c.readXML(op, reply)
	c.weigh(ctx, access, reply, err)
	return out, reply, err
}

// callJSON makes a call of v3.
func (c *client) callJSON(ctx context.Context, op adapters.Operation, path string, in func(access string) any, out any) (rest.Reply, error) {
	reply, access, err := c.send(ctx, op, path, asJSON(in))
	if err != nil {
		return reply, err
	}
	err = c.readJSON(op, reply, out)
	c.weigh(ctx, access, reply, err)
	return reply, err
}

// weigh forgets a token that WishPost does not take. The call that found out has failed for
// certain; the next one has a fresh token.
func (c *client) weigh(ctx context.Context, access normalize.Secret, r rest.Reply, err error) {
	if err != nil && (r.Status == http.StatusUnauthorized || refusedTokens[normalize.AsError(err).Code]) {
		c.merchant.Refuse(ctx, access)
	}
}

// readXML opens an answer of v2: a root whose status is 0. A refusal may have any HTTP status.
func (c *client) readXML(op adapters.Operation, r rest.Reply) (node, error) {
	var n node
	if xml.NewDecoder(bytes.NewReader(r.Body)).Decode(&n) != nil || !strings.EqualFold(n.XMLName.Local, "root") || n.text("status") == "" {
		return n, c.rest.Fail(op, rest.Fallback(r.Status, op == adapters.OpLabel), r, "", "")
	}
	if status := n.text("status"); !r.OK() || status != "0" {
		return n, c.fail(op, r, status, either(n.text("error_message"), n.text("error-message")))
	}
	return n, nil
}

// readJSON opens an answer of v3: code 0 beside what was asked for.
func (c *client) readJSON(op adapters.Operation, r rest.Reply, out any) error {
	var e struct {
		Code    text   `json:"code"`
		Message string `json:"message"`
	}
	if rest.DecodeJSON(r.Body, &e) != nil || e.Code == "" {
		return c.rest.Fail(op, rest.Fallback(r.Status, false), r, "", "")
	}
	if !r.OK() || e.Code != "0" {
		return c.fail(op, r, string(e.Code), e.Message)
	}
	if rest.DecodeJSON(r.Body, out) != nil {
		return c.bad(op, r, "the answer is not of the documented form")
	}
	return nil
}

// fail makes the error of a refusal from the table in codes.go. An unknown number on the
// committing call proves nothing and leaves the outcome unknown; on any other it is a plain
// no. 401, 403 and 429 speak for themselves where they come in WishPost's own form.
func (c *client) fail(op adapters.Operation, r rest.Reply, number, message string) *normalize.Error {
	kind, known := refusals[number]
	switch {
	case r.Status >= http.StatusInternalServerError:
		kind = normalize.KindUnavailable
	case r.Status == http.StatusTooManyRequests && op != adapters.OpLabel:
		kind = normalize.KindRateLimited
	case known:
	case r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden || r.Status == http.StatusTooManyRequests:
		kind = rest.Fallback(r.Status, false)
	case op == adapters.OpLabel:
		kind = rest.Fallback(r.Status, true)
	default:
		kind = normalize.KindRejected
	}
	return c.rest.Fail(op, kind, r, number, message)
}

// bad makes the error of an answer that we cannot read.
func (c *client) bad(op adapters.Operation, r rest.Reply, message string) *normalize.Error {
	e := c.rest.Fail(op, normalize.KindBadResponse, r, "", "")
	e.Message = message
	return e
}
