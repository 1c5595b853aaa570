package sf

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// serviceRoutes is the service code of the routes query.
const serviceRoutes = "EXP_RECE_SEARCH_ROUTES"

// client talks for one app.
type client struct {
	rest      *rest.Client
	partner   string
	checkword normalize.Secret
	digest    string
}

func newClient(c Config, deps adapters.Deps) *client {
	return &client{rest: rest.New(deps.HTTP, code, c.BaseURL, c.Checkword), partner: c.PartnerID, checkword: c.Checkword, digest: c.Digest}
}

// call sends in to a service and reads its msgData into out.
func (c *client) call(ctx context.Context, op adapters.Operation, service string, in, out any) (rest.Reply, error) {
	// SF signs the text of the message, so it is marshalled once and sent as is.
	message, err := rest.EncodeJSON(in)
	if err != nil {
		return rest.Reply{}, &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code, Op: string(op),
			Message: "the request cannot be written", NotSent: true}
	}
	reply, err := c.rest.Do(ctx, rest.Call{Op: op, Method: http.MethodPost,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded;charset=UTF-8"}},
		Body:   []byte(c.form(service, string(message), uuid.NewString(), time.Now()).Encode())})
	if err != nil {
		return reply, err
	}
	return reply, c.read(op, reply, out)
}

// form is the transport of one call. id must be new for each.
func (c *client) form(service, message, id string, now time.Time) url.Values {
	timestamp := strconv.FormatInt(now.UnixMilli(), 10)
	return url.Values{"partnerID": {c.partner}, "requestID": {id}, "serviceCode": {service}, "timestamp": {timestamp},
		"msgDigest": {sign(c.digest, message, timestamp, c.checkword)}, "msgData": {message}}
}

// read opens the layers of an answer.
func (c *client) read(op adapters.Operation, r rest.Reply, out any) error {
	var e envelope
	if rest.DecodeJSON(r.Body, &e) != nil || e.Code == "" {
		return c.rest.Fail(op, rest.Fallback(r.Status, false), r, "", "")
	}
	if !r.OK() || e.Code != accepted {
		return c.fail(op, r, string(e.Code), string(e.Message), rest.Fallback(r.Status, false))
	}
	var in result
	data, ok := unwrap(e.Data)
	if !ok || rest.DecodeJSON(data, &in) != nil || in.Success == nil {
		return c.bad(op, r, "the answer's data is not of the documented form")
	}
	if !*in.Success {
		return c.fail(op, r, string(in.Code), string(in.Message), normalize.KindRejected)
	}
	data, ok = unwrap(in.Data)
	if !ok || rest.DecodeJSON(data, out) != nil {
		return c.bad(op, r, "the answer's message is not of the documented form")
	}
	return nil
}

// maxQuotes is how often a layer may be quoted; twice was seen.
const maxQuotes = 3

// unwrap takes the quotes off a layer until it is an object.
func unwrap(b json.RawMessage) (json.RawMessage, bool) {
	for range maxQuotes + 1 {
		b = bytes.TrimSpace(b)
		if len(b) > 0 && b[0] == '{' {
			return b, true
		}
		var inner string
		if len(b) == 0 || b[0] != '"' || json.Unmarshal(b, &inner) != nil {
			return nil, false
		}
		b = json.RawMessage(inner)
	}
	return nil, false
}

// fail makes the error of a refusal from the table in codes.go; other is the kind of a code that
// is not there.
func (c *client) fail(op adapters.Operation, r rest.Reply, number, message string, other normalize.Kind) *normalize.Error {
	m, known := refusals[number]
	if !known {
		m.kind = other
	}
	e := c.rest.Fail(op, m.kind, r, number, message)
	e.Field = m.field
	return e
}

// bad makes the error of an answer that we cannot read.
func (c *client) bad(op adapters.Operation, r rest.Reply, message string) *normalize.Error {
	e := c.rest.Fail(op, normalize.KindBadResponse, rest.Reply{Status: r.Status}, "", "")
	e.Message = message
	return e
}
