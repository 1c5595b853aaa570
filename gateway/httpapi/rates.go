package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/crossdock-hub/crossdock/gateway/rating"
)

type ratesInput struct {
	Accept string `header:"Accept"`
	Body   rating.Request
}

type ratesOutput struct{ Body rating.Answer }

func (s *Server) rateRoutes() {
	s.ratesRoute()
	register(s, route{method: "GET", path: "/v1/rates/{id}", id: "get-rates", summary: "A rate request's answer again", scope: "rates:read", tag: "Rates"},
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"60"`
		}) (*ratesOutput, error) {
			a, err := s.Rating.Get(ctx, tenantOf(ctx), in.ID)
			return &ratesOutput{a}, err
		})
}

// ratesRoute answers as one object, or as a stream of events where the caller accepts one.
func (s *Server) ratesRoute() {
	op := huma.Operation{
		Method: http.MethodPost, Path: "/v1/rates", OperationID: "rates", Tags: []string{"Rates"}, MaxBodyBytes: bodyLimit,
		Summary:     "Ask every eligible channel for a price at once",
		Description: "With Accept: text/event-stream each rate and each refusal is streamed as it comes, and done carries the whole answer.",
		Errors:      []int{400, 401, 403, 413, 415, 422, 429, 503},
		Security:    []map[string][]string{{"key": {"rates:read"}}}, Metadata: map[string]any{scopeKey: "rates:read"},
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			"application/json":  {Schema: huma.SchemaFromType(s.api.OpenAPI().Components.Schemas, reflect.TypeFor[rating.Answer]())},
			"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}},
		}}},
	}
	huma.Register(s.api, op, func(ctx context.Context, in *ratesInput) (*huma.StreamResponse, error) {
		tenant := tenantOf(ctx)
		if strings.Contains(in.Accept, "text/event-stream") {
			return s.streamRates(tenant, in.Body), nil
		}
		a, err := s.Rating.Quote(ctx, tenant, in.Body, nil)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		body, err := a.Encoded()
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &huma.StreamResponse{Body: func(c huma.Context) {
			c.SetHeader("Content-Type", "application/json")
			_, _ = c.BodyWriter().Write(body) // the client is gone where this fails
		}}, nil
	})
}

func (s *Server) streamRates(tenant string, r rating.Request) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		w := c.BodyWriter()
		started := false
		send := func(event string, v any) {
			if !started {
				c.SetHeader("Content-Type", "text/event-stream")
				c.SetHeader("Cache-Control", "no-store")
				started = true
			}
			writeEvent(w, event, v)
		}
		a, err := s.Rating.Quote(c.Context(), tenant, r, func(rate *rating.Rate, u *rating.Unavailable) {
			if rate != nil {
				send("rate", rate)
			} else {
				send("unavailable", u)
			}
		})
		if err != nil {
			p, ok := s.problem(c.Context(), err).(*Problem)
			if !ok {
				return
			}
			if started {
				send("error", p)
				return
			}
			s.write(c, p)
			return
		}
		body, err := a.Encoded()
		if err != nil {
			return
		}
		send("done", json.RawMessage(body))
	}}
}

// writeEvent writes one server-sent event and flushes it. A client that left is noticed by
// its context, not here.
func writeEvent(w io.Writer, event string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		return
	}
	_, _ = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, b)
	if rw, ok := w.(http.ResponseWriter); ok {
		_ = http.NewResponseController(rw).Flush()
	}
}
