package speedpak

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// client talks to eDIS and to eBay's identity service for one seller.
type client struct {
	rest         *rest.Client
	seller       *token.Rotating
	tokenURL     string
	clientID     string
	clientSecret normalize.Secret
	authCode     normalize.Secret
	ruName       string
}

func newClient(c Config, deps adapters.Deps) *client {
	cl := &client{
		rest:     rest.New(deps.HTTP, code, c.BaseURL, c.ClientSecret, c.RefreshToken, c.AuthCode),
		tokenURL: c.TokenURL, clientID: c.ClientID, clientSecret: c.ClientSecret, authCode: c.AuthCode, ruName: c.RuName,
	}
	cl.seller = newSeller(c, deps.Tokens, cl.renewed)
	return cl
}

// request is one call of eDIS. container is the one field of the answer that holds everything;
// where it is empty a success is a 204 without a word.
type request struct {
	op        adapters.Operation
	commits   bool
	method    string
	path      string
	query     url.Values
	in        any
	container string
}

// packagePath is the path of one package, or of a call on it.
func packagePath(id, call string) string { return "/package/" + url.PathEscape(id) + call }

// call makes one call and reads its container into out.
func (c *client) call(ctx context.Context, q request, out any) error {
	access, err := c.seller.Get(ctx)
	if err != nil {
		return tokenless(q, err)
	}
	call := rest.Call{Op: q.op, Commits: q.commits, Method: q.method, Path: q.path, Query: q.query,
		Header: http.Header{"Authorization": {"Bearer " + access.Reveal()}, "Accept": {"application/json"}}}
	if q.method == http.MethodPost {
		call.Header["Content-Type"] = []string{"application/json"}
	}
	if q.in != nil {
		if call.Body, err = rest.EncodeJSON(q.in); err != nil {
			return &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code, Op: string(q.op),
				Message: "the request cannot be written", NotSent: true}
		}
	}
	reply, err := c.rest.Do(ctx, call)
	if err != nil {
		return err
	}
	if reply.Status == http.StatusUnauthorized {
		c.seller.Refuse(ctx, access)
	}
	return c.read(q, reply, out)
}

// tokenless is the error of a call for which there was no token: nothing of it was sent.
func tokenless(q request, err error) error {
	e := *normalize.AsError(err)
	e.Carrier, e.Op, e.NotSent = code, string(q.op), q.commits || e.NotSent
	return &e
}

// read opens the container of an answer.
func (c *client) read(q request, r rest.Reply, out any) error {
	if !r.OK() {
		return c.refusal(q, r)
	}
	if q.container == "" {
		if r.Status != http.StatusNoContent {
			return c.bad(q.op, r, "the answer is not the documented 204")
		}
		return nil
	}
	var all map[string]json.RawMessage
	if rest.DecodeJSON(r.Body, &all) != nil {
		return c.bad(q.op, r, "the answer is not of the documented form")
	}
	if one := all[q.container]; len(one) == 0 || string(one) == "null" || json.Unmarshal(one, out) != nil {
		return c.bad(q.op, r, "the answer has no readable "+q.container)
	}
	return nil
}

// refusal reads eBay's error; a page or broken JSON in its place says nothing.
func (c *client) refusal(q request, r rest.Reply) *normalize.Error {
	var p problems
	if rest.DecodeJSON(r.Body, &p) != nil || len(p.Errors) == 0 || p.Errors[0].ErrorID == "" {
		return c.rest.Fail(q.op, rest.Fallback(r.Status, q.commits), r, "", "")
	}
	first := p.Errors[0]
	return c.fail(q, r, first.ErrorID.String(), either(first.Message, first.LongMessage))
}

// fail makes the error of a refusal from the table in codes.go. An unknown id on the
// committing call proves nothing and leaves the outcome unknown; on any other it is a plain
// no. 401, 403 and 429 speak for themselves where they come in eBay's own form.
func (c *client) fail(q request, r rest.Reply, id, message string) *normalize.Error {
	m, known := refusals[id]
	switch {
	case r.Status >= http.StatusInternalServerError:
		m.kind = normalize.KindUnavailable
	case id == statusRefused && q.op == adapters.OpLabel:
		m.kind = normalize.KindDuplicate
	case known && m.kind == normalize.KindUnavailable && q.op == adapters.OpVoid:
		m.kind = normalize.KindRejected // nothing was cancelled, and asking later is right
	case known:
	case r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden || r.Status == http.StatusTooManyRequests:
		m.kind = rest.Fallback(r.Status, false)
	case q.commits:
		m.kind = rest.Fallback(r.Status, true)
	default:
		m.kind = normalize.KindRejected
	}
	e := c.rest.Fail(q.op, m.kind, r, id, message)
	e.Field = m.field
	return e
}

// bad makes the error of an answer that we cannot read.
func (c *client) bad(op adapters.Operation, r rest.Reply, message string) *normalize.Error {
	e := c.rest.Fail(op, normalize.KindBadResponse, r, "", "")
	e.Message = message
	return e
}
