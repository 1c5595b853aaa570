package yanwen

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Methods of the Open API that we call. methodCreate is the one that commits money.
const (
	methodRates  = "calc.list"
	methodCreate = "express.order.create"
	methodLabel  = "express.order.label.get"
	methodCancel = "express.order.cancel"
	methodOrder  = "express.order.get"
	methodOrders = "express.order.getlist"
)

// client talks to both hosts of one account.
type client struct {
	rest         *rest.Client
	user         string
	token        normalize.Secret
	trackURL     string
	trackAccount string
}

func newClient(c Config, deps adapters.Deps) *client {
	return &client{
		rest: rest.New(deps.HTTP, code, c.BaseURL, c.APIToken),
		user: c.UserID, token: c.APIToken,
		trackURL: c.TrackURL, trackAccount: c.TrackAccount,
	}
}

// call sends in to a method of the Open API and reads data into out, which may be nil.
func (c *client) call(ctx context.Context, op adapters.Operation, method string, in, out any) error {
	// Yanwen signs the exact bytes, so the body is marshalled once and sent as is.
	body, err := rest.EncodeJSON(in)
	if err != nil {
		return &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code, Op: string(op),
			Message: "the request cannot be written", NotSent: true}
	}
	reply, err := c.rest.Do(ctx, rest.Call{
		Op: op, Commits: method == methodCreate, Method: http.MethodPost,
		Query:  c.query(method, body, time.Now()),
		Header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}},
		Body:   body,
	})
	if err != nil {
		return err
	}
	return c.read(op, reply, out)
}

// read opens the envelope of an answer. Only success true with code 0 in a 2xx is a success.
func (c *client) read(op adapters.Operation, r rest.Reply, out any) error {
	var e envelope
	if err := rest.DecodeJSON(r.Body, &e); err != nil || e.Code == "" {
		return c.unreadable(op, r)
	}
	if !r.OK() || !e.Success || e.Code != "0" {
		return c.fail(op, r, string(e.Code), e.Message)
	}
	if out == nil {
		return nil
	}
	if len(e.Data) == 0 || rest.DecodeJSON(e.Data, out) != nil {
		return c.bad(op, r, "the answer's data is not of the documented form")
	}
	return nil
}

// track asks the Track API for one number.
func (c *client) track(ctx context.Context, number string) (trackAnswer, rest.Reply, error) {
	var out trackAnswer
	reply, err := c.rest.Do(ctx, rest.Call{
		Op: adapters.OpTrack, Method: http.MethodGet, Path: c.trackURL,
		Query:  url.Values{"nums": {number}},
		Header: http.Header{"Authorization": {c.trackAccount}},
	})
	if err != nil {
		return out, reply, err
	}
	if err := rest.DecodeJSON(reply.Body, &out); err != nil || out.Code == "" {
		return out, reply, c.unreadable(adapters.OpTrack, reply)
	}
	if !reply.OK() || out.Code != "0" {
		return out, reply, c.fail(adapters.OpTrack, reply, string(out.Code), out.Message)
	}
	return out, reply, nil
}

// fail makes the error of a refusal from the table in codes.go. An unknown code on the
// committing call proves nothing and leaves the outcome unknown; on any other call it is a
// plain no, such as a permission that the account lacks, which asking again does not mend.
// 401 and 429 speak for themselves where they come in the carrier's own envelope.
func (c *client) fail(op adapters.Operation, r rest.Reply, number, message string) *normalize.Error {
	m, known := refusals[number]
	switch {
	case r.Status >= http.StatusInternalServerError:
		m.kind = normalize.KindUnavailable
	case known:
	case r.Status == http.StatusUnauthorized || r.Status == http.StatusTooManyRequests:
		m.kind = rest.Fallback(r.Status, false)
	case op != adapters.OpLabel && r.OK():
		m.kind = normalize.KindRejected
	default:
		m.kind = rest.Fallback(r.Status, op == adapters.OpLabel)
	}
	e := c.rest.Fail(op, m.kind, r, number, message)
	e.Field = m.field
	return e
}

// unreadable makes the error of an answer without Yanwen's envelope. Its gate refuses in a
// few words of plain Chinese, which are kept; pages and broken JSON are not.
func (c *client) unreadable(op adapters.Operation, r rest.Reply) *normalize.Error {
	words := strings.TrimSpace(string(r.Body))
	if len(words) > 120 || strings.ContainsAny(words, "<>{}[]\"") {
		words = ""
	}
	return c.rest.Fail(op, rest.Fallback(r.Status, op == adapters.OpLabel), r, "", words)
}

// bad makes the error of a success that we cannot read.
func (c *client) bad(op adapters.Operation, r rest.Reply, message string) *normalize.Error {
	e := c.rest.Fail(op, normalize.KindBadResponse, r, "", "")
	e.Message = message
	return e
}

// envelope is every answer of the Open API.
type envelope struct {
	Success bool            `json:"success"`
	Code    text            `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}
