package dhlexpress

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// apiVersion is the constant that the OpenAPI file asks for and forbids to change.
const apiVersion = "3.1.0"

// client talks for one account.
type client struct {
	rest *rest.Client
	auth normalize.Secret
}

func newClient(c Config, deps adapters.Deps) *client {
	auth := basic(c.Username, c.Password)
	// An answer might echo the header as a whole or without its scheme.
	bare := normalize.NewSecret(strings.TrimPrefix(auth.Reveal(), "Basic "))
	return &client{rest: rest.New(deps.HTTP, code, c.BaseURL, c.Password, bare), auth: auth}
}

// get reads a resource into out.
func (c *client) get(ctx context.Context, op adapters.Operation, path string, query url.Values, out any) error {
	return c.exchange(ctx, rest.Call{Op: op, Method: http.MethodGet, Path: path, Query: query}, "", out)
}

// post sends in and reads the answer into out. No post of this kind commits money.
func (c *client) post(ctx context.Context, op adapters.Operation, path string, in, out any) error {
	body, err := encode(op, in)
	if err != nil {
		return err
	}
	return c.exchange(ctx, rest.Call{Op: op, Method: http.MethodPost, Path: path, Body: body}, "", out)
}

// buy sends the one request that commits money. reference becomes the Message-Reference, the
// only word by which DHL's support finds a call again.
func (c *client) buy(ctx context.Context, reference string, in shipmentRequest, out *shipmentReply) error {
	body, err := encode(adapters.OpLabel, in)
	if err != nil {
		return err
	}
	return c.exchange(ctx, rest.Call{Op: adapters.OpLabel, Commits: true, Method: http.MethodPost,
		Path: "/shipments", Body: body}, reference, out)
}

// remove deletes a resource; the answer has nothing to read.
func (c *client) remove(ctx context.Context, op adapters.Operation, path string, query url.Values) error {
	return c.exchange(ctx, rest.Call{Op: op, Method: http.MethodDelete, Path: path, Query: query}, "", nil)
}

func encode(op adapters.Operation, in any) ([]byte, error) {
	body, err := rest.EncodeJSON(in)
	if err != nil {
		return nil, &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code, Op: string(op),
			Message: "the request cannot be written", NotSent: true}
	}
	return body, nil
}

func (c *client) exchange(ctx context.Context, call rest.Call, reference string, out any) error {
	if reference == "" {
		reference = uuid.NewString()
	}
	call.Header = http.Header{
		"Authorization":     {c.auth.Reveal()},
		"Accept":            {"application/json"},
		"Message-Reference": {reference},
		"X-Version":         {apiVersion},
	}
	if call.Body != nil {
		call.Header.Set("Content-Type", "application/json")
	}
	reply, err := c.rest.Do(ctx, call)
	if err != nil {
		return err
	}
	if !reply.OK() {
		return c.fail(call.Op, call.Commits, reply)
	}
	return c.read(call.Op, reply, out)
}

// read decodes a success, which is always an object. Where nothing is to be read (out is nil)
// the body may be empty too.
func (c *client) read(op adapters.Operation, r rest.Reply, out any) error {
	body := bytes.TrimSpace(r.Body)
	if out == nil && len(body) == 0 {
		return nil
	}
	if out == nil {
		out = &struct{}{}
	}
	if len(body) == 0 || body[0] != '{' || rest.DecodeJSON(body, out) != nil {
		return c.bad(op, r.Status, "the answer is not of the documented form")
	}
	return nil
}

// bad makes the error of a success that we cannot read.
func (c *client) bad(op adapters.Operation, status int, message string) *normalize.Error {
	e := c.rest.Fail(op, normalize.KindBadResponse, rest.Reply{Status: status}, "", "")
	e.Message = message
	return e
}

// warnings are DHL's remarks to an answer that is fine otherwise.
func (c *client) warnings(words []string) []normalize.Warning {
	var out []normalize.Warning
	for _, w := range words {
		if w = c.rest.Excerpt(w); w != "" && len(out) < 20 {
			out = append(out, normalize.Warning{Code: "carrier_warning", Message: w})
		}
	}
	return out
}
