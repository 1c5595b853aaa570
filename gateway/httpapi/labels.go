package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
)

type labelID struct {
	ID string `path:"id" maxLength:"60"`
}

type labelOutput struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed"`
	Body     purchase.Label
}

type buyInput struct {
	Key  string `header:"Idempotency-Key" doc:"1 to 255 visible ASCII characters; required"`
	Body purchase.Request
}

func (s *Server) labelRoutes() {
	register(s, route{method: "POST", path: "/v1/labels", id: "buy-label", summary: "Buy a label, once per idempotency key", scope: "labels:write",
		tag: "Labels", status: http.StatusCreated, also: []int{http.StatusAccepted}, errors: []int{502, 504}}, s.buy)
	register(s, route{method: "GET", path: "/v1/labels/{id}", id: "get-label", summary: "A label as it stands", scope: "labels:read", tag: "Labels"},
		func(ctx context.Context, in *labelID) (*labelOutput, error) {
			l, err := s.Purchases.Get(ctx, tenantOf(ctx), in.ID)
			return &labelOutput{Status: 200, Body: l}, err
		})
	register(s, route{method: "GET", path: "/v1/labels", id: "list-labels", summary: "Labels from the newest", scope: "labels:read", tag: "Labels"}, s.listLabels)
	register(s, route{method: "POST", path: "/v1/labels/{id}/void", id: "void-label", summary: "Void a label at its carrier", scope: "labels:write",
		tag: "Labels", errors: []int{502, 504}},
		func(ctx context.Context, in *labelID) (*labelOutput, error) {
			l, err := s.Purchases.Void(ctx, tenantOf(ctx), in.ID)
			return &labelOutput{Status: 200, Body: l}, err
		})
	register(s, route{method: "POST", path: "/v1/labels/{id}/reconcile", id: "reconcile-label", summary: "Ask the carrier now what became of an unknown purchase or void",
		scope: "labels:write", tag: "Labels", errors: []int{502, 504}},
		func(ctx context.Context, in *labelID) (*labelOutput, error) {
			l, err := s.Purchases.Reconcile(ctx, tenantOf(ctx), in.ID)
			return &labelOutput{Status: 200, Body: l}, err
		})
	register(s, route{method: "POST", path: "/v1/labels/{id}/settle", id: "settle-label", summary: "Settle by hand a label that needs attention; audited",
		scope: "labels:write", tag: "Labels"},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body purchase.Settlement
		}) (*labelOutput, error) {
			l, err := s.Purchases.Settle(ctx, tenantOf(ctx), who(ctx).ID, in.ID, in.Body)
			return &labelOutput{Status: 200, Body: l}, err
		})
	register(s, route{method: "POST", path: "/v1/adjustments", id: "import-adjustments", summary: "Hold a carrier's invoice against the labels; again changes nothing",
		scope: "labels:write", tag: "Labels", status: http.StatusOK},
		func(ctx context.Context, in *struct{ Body purchase.Adjustments }) (*struct{ Body purchase.Adjusted }, error) {
			out, err := s.Purchases.Adjust(ctx, tenantOf(ctx), in.Body)
			return &struct{ Body purchase.Adjusted }{out}, err
		})
	register(s, route{method: "GET", path: "/v1/labels/{id}/documents/{doc}", id: "get-label-document", summary: "A paper's bytes", scope: "labels:read", tag: "Labels"},
		func(ctx context.Context, in *struct {
			ID  string `path:"id" maxLength:"60"`
			Doc string `path:"doc" maxLength:"60"`
		}) (*documentOutput, error) {
			d, err := s.Purchases.Document(ctx, tenantOf(ctx), in.ID, in.Doc)
			if err != nil {
				return nil, err
			}
			return documentBytes(d), nil
		})
}

// checkIdempotencyKey reads the header of a write that costs money or creates something.
func checkIdempotencyKey(key string) error {
	if key == "" {
		return gateway.Refuse(gateway.CodeKeyRequired, "send an Idempotency-Key of 1 to 255 visible ASCII characters")
	}
	if !visible(key, 255) {
		return gateway.Refuse(gateway.CodeMalformed, "the Idempotency-Key must be 1 to 255 visible ASCII characters")
	}
	return nil
}

func (s *Server) buy(ctx context.Context, in *buyInput) (*labelOutput, error) {
	if err := checkIdempotencyKey(in.Key); err != nil {
		return nil, err
	}
	res, err := s.Purchases.Buy(ctx, tenantOf(ctx), who(ctx).ID, in.Key, in.Body)
	replayed := ""
	if res.Replayed {
		replayed = "true"
	}
	if err != nil {
		if p, ok := errors.AsType[*Problem](s.problem(ctx, err)); ok && res.Replayed {
			return nil, &replayedProblem{p}
		}
		return nil, err
	}
	out := &labelOutput{Status: http.StatusAccepted, Replayed: replayed, Body: res.Label}
	if res.Settled {
		out.Status = http.StatusCreated
	}
	return out, nil
}

// replayedProblem is a stored refusal that is answered again.
type replayedProblem struct{ *Problem }

// GetHeaders marks it.
func (p *replayedProblem) GetHeaders() http.Header {
	h := p.Problem.GetHeaders()
	h.Set("Idempotency-Replayed", "true")
	return h
}

func (s *Server) listLabels(ctx context.Context, in *struct {
	Page
	Reference string `query:"reference" maxLength:"100"`
	Status    string `query:"status" enum:"purchasing,purchased,unknown,failed,voiding,voided,needs_attention"`
	Channel   string `query:"channel" maxLength:"80"`
}) (*List[purchase.Label], error) {
	items, next, err := s.Purchases.List(ctx, tenantOf(ctx),
		purchase.Filter{Reference: in.Reference, Status: in.Status, Channel: in.Channel}, in.store())
	if err != nil {
		return nil, err
	}
	return listOf(items, next), nil
}

func contentType(format string) string {
	switch format {
	case "pdf":
		return "application/pdf"
	case "png":
		return "image/png"
	case "gif":
		return "image/gif"
	case "zip":
		return "application/zip"
	case "zpl", "epl":
		return "text/plain; charset=utf-8"
	default:
		return "application/octet-stream"
	}
}

func disposition(name string) string { return fmt.Sprintf("attachment; filename=%q", name) }
