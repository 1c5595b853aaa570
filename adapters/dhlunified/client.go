package dhlunified

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Headers in the form in which Go sends them; DHL reads them in any.
const (
	headerKey    = "Dhl-Api-Key"
	headerSecret = "Dhl-Api-Hook-Secret"
)

// client talks for one app.
type client struct {
	rest *rest.Client
	key  normalize.Secret
}

func newClient(c Config, deps adapters.Deps) *client {
	return &client{rest: rest.New(deps.HTTP, code, c.BaseURL, c.APIKey, c.HookToken), key: c.APIKey}
}

// track asks for the shipments of one number.
func (c *client) track(ctx context.Context, query url.Values) (trackingReply, rest.Reply, error) {
	var out trackingReply
	reply, err := c.rest.Do(ctx, rest.Call{Op: adapters.OpTrack, Method: http.MethodGet, Path: "/shipments", Query: query,
		Header: http.Header{headerKey: {c.key.Reveal()}, "Accept": {"application/json"}}})
	if err != nil {
		return out, reply, err
	}
	if !reply.OK() {
		return out, reply, c.fail(adapters.OpTrack, reply)
	}
	if rest.DecodeJSON(reply.Body, &out) != nil || out.Shipments == nil {
		return out, reply, c.bad(reply, "the answer is not of the documented form")
	}
	return out, reply, nil
}

// activate gives a subscription's secret back to DHL. What DHL says to it is not repeated in the
// error, since it may echo the secret.
func (c *client) activate(ctx context.Context, endpoint, secret string) error {
	reply, err := c.rest.Do(ctx, rest.Call{Op: adapters.OpCallback, Method: http.MethodPost, Path: endpoint,
		Header: http.Header{headerKey: {c.key.Reveal()}, headerSecret: {secret}, "Accept": {"application/json"}}})
	if err != nil {
		return err
	}
	if !reply.OK() {
		e := c.fail(adapters.OpCallback, reply)
		e.Message, e.CarrierMsg = "DHL does not activate the subscription: "+strconv.Itoa(reply.Status), ""
		return e
	}
	return nil
}

// fail makes the error of an answer that is no success. Only DHL's own form, which repeats the
// HTTP status, speaks for itself.
func (c *client) fail(op adapters.Operation, r rest.Reply) *normalize.Error {
	var p problem
	if rest.DecodeJSON(r.Body, &p) != nil || p.Status != r.Status {
		return c.rest.Fail(op, rest.Fallback(r.Status, false), r, "", "")
	}
	kind, known := refusals[r.Status]
	if !known {
		kind = rest.Fallback(r.Status, false)
	}
	words := p.Detail
	if words == "" {
		words = p.Title
	}
	e := c.rest.Fail(op, kind, r, strconv.Itoa(p.Status), words)
	if kind == normalize.KindInvalidRequest && op == adapters.OpTrack {
		e.Field = "/tracking_number"
	}
	return e
}

// bad makes the error of a success that we cannot read.
func (c *client) bad(r rest.Reply, message string) *normalize.Error {
	e := c.rest.Fail(adapters.OpTrack, normalize.KindBadResponse, rest.Reply{Status: r.Status}, "", "")
	e.Message = message
	return e
}

// notFound makes the error of a number without a scan.
func (c *client) notFound(r rest.Reply) *normalize.Error {
	return c.rest.Fail(adapters.OpTrack, normalize.KindNotFound, r, "", "no scan yet")
}
