package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Problem is every failure's body, RFC 9457 with our members.
type Problem struct {
	Type           string                 `json:"type"`
	Title          string                 `json:"title"`
	Status         int                    `json:"status"`
	Detail         string                 `json:"detail,omitempty"`
	Instance       string                 `json:"instance,omitempty"`
	Code           string                 `json:"code"`
	Source         string                 `json:"source" enum:"request,gateway,carrier,platform"`
	Retryable      bool                   `json:"retryable"`
	RetryAfterMS   int64                  `json:"retry_after_ms,omitempty"`
	Channel        string                 `json:"channel,omitempty"`
	CarrierCode    string                 `json:"carrier_code,omitempty"`
	CarrierMessage string                 `json:"carrier_message,omitempty"`
	Errors         []normalize.FieldError `json:"errors,omitempty"`
	Label          any                    `json:"label,omitempty"`
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders adds Retry-After where waiting helps.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryAfterMS > 0 {
		h.Set("Retry-After", strconv.FormatInt((p.RetryAfterMS+999)/1000, 10))
	}
	return h
}

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses is the one table of HTTP statuses: we refuse, 4xx; a carrier refused or broke,
// 502; nothing left to ask, 503; deadline, 504.
var statuses = map[string]int{
	string(gateway.CodeMalformed): 400, string(gateway.CodeKeyRequired): 400,
	string(gateway.CodeUnauthenticated): 401, string(gateway.CodeForbidden): 403, string(gateway.CodeNotFound): 404,
	string(gateway.CodeMethodNotAllowed): 405, string(gateway.CodeNotAcceptable): 406,
	string(gateway.CodeInProgress): 409, string(gateway.CodeStateConflict): 409, string(gateway.CodeRateExpired): 409,
	string(gateway.CodeTooLarge): 413, string(gateway.CodeUnsupportedMedia): 415,
	string(gateway.CodeInvalidRequest): 422, string(gateway.CodeKeyReused): 422, string(gateway.CodeMandateViolation): 422,
	string(gateway.CodeRateMismatch): 422, string(gateway.CodeUnsupported): 422, string(gateway.CodeSpendingLimit): 422,
	string(gateway.CodeTooManyRequests):   429,
	string(gateway.CodeIrreversibleNeeds): 422, string(gateway.CodeStoreUnavailable): 503,
	string(gateway.CodeInternal): 500, string(gateway.CodeOverloaded): 503, string(gateway.CodeDeadlineExceeded): 504,
}

// carrierStatuses are those of a carrier's failures that are not 502.
var carrierStatuses = map[normalize.Kind]int{
	normalize.KindInvalidRequest: 422, normalize.KindNotServiceable: 422, normalize.KindProhibitedGoods: 422,
	normalize.KindRejected: 422, normalize.KindUnsupported: 422,
	normalize.KindRateLimited: 429, normalize.KindCircuitOpen: 503, guards.KindOverloaded: 503, normalize.KindTimeout: 504,
}

// problem turns any error of a service into the answer.
func (s *Server) problem(ctx context.Context, err error) error {
	if p, ok := errors.AsType[*replayedProblem](err); ok {
		p.Instance = pathOf(ctx)
		return p
	}
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		p = s.refusal(ctx, err)
	}
	p.Instance = pathOf(ctx)
	return p
}

// refusal is the problem of an error. What is not a refusal is logged and answered without
// its text.
func (s *Server) refusal(ctx context.Context, err error) *Problem {
	if fields, ok := errors.AsType[normalize.FieldErrors](err); ok {
		return fromRefusal(&gateway.Refusal{Code: gateway.CodeInvalidRequest, Fields: fields})
	}
	if r, ok := errors.AsType[*gateway.Refusal](err); ok {
		return fromRefusal(r)
	}
	switch {
	case errors.Is(err, rating.ErrNotFound), errors.Is(err, store.ErrNotFound):
		return fromRefusal(gateway.Refuse(gateway.CodeNotFound, "not found"))
	case errors.Is(err, store.ErrBadCursor):
		return fromRefusal(gateway.RefuseField(gateway.CodeInvalidRequest, "/cursor", "is not a cursor of this list"))
	case errors.Is(err, store.ErrDiskFull), errors.Is(err, store.ErrClosed):
		r := gateway.Refuse(gateway.CodeOverloaded, "the store takes no writes now; nothing was done")
		r.RetryAfter = 5 * time.Second
		return fromRefusal(r)
	case errors.Is(err, store.ErrCommitUnknown):
		r := gateway.Refuse(gateway.CodeStoreUnavailable, "the store did not say whether it has written this; ask again, with the same idempotency key")
		r.RetryAfter = time.Second
		return fromRefusal(r)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fromRefusal(gateway.Refuse(gateway.CodeDeadlineExceeded, "the time for this request is over"))
	}
	if e, ok := errors.AsType[*normalize.Error](err); ok {
		return fromRefusal(&gateway.Refusal{Carrier: e, Detail: e.Message})
	}
	s.Logger.ErrorContext(ctx, "request failed", "request_id", requestID(ctx), "err", err.Error())
	return fromRefusal(gateway.Refuse(gateway.CodeInternal, internalDetail))
}

const internalDetail = "something broke on our side; the request id finds it in our log"

// maxErrors bounds how many faults one answer names, so that a small request has no large
// answer.
const maxErrors = 50

func fromRefusal(r *gateway.Refusal) *Problem {
	r.Fields = r.Fields[:min(len(r.Fields), maxErrors)]
	p := &Problem{Type: "about:blank", Code: string(r.Code), Source: "request", Detail: r.Error(), Errors: r.Fields,
		Channel: r.Channel, Label: r.Label, RetryAfterMS: r.RetryAfter.Milliseconds()}
	if r.Carrier != nil && r.Code == "" {
		fillCarrier(p, r.Carrier)
	} else {
		p.Status = statuses[p.Code]
		p.Retryable = p.Status >= 500 || p.Status == 429 || r.Code == gateway.CodeInProgress
		switch {
		case r.Code == gateway.CodeMandateViolation:
			p.Source = "platform"
		case p.Status >= 500:
			p.Source = "gateway"
		}
	}
	if p.Status == 0 {
		p.Status = http.StatusInternalServerError
	}
	p.Title = http.StatusText(p.Status)
	return p
}

func fillCarrier(p *Problem, e *normalize.Error) {
	p.Code, p.Status = string(e.Kind), http.StatusBadGateway
	if st, ok := carrierStatuses[e.Kind]; ok && (p.Label == nil || st == http.StatusUnprocessableEntity) {
		p.Status = st // the refusal of a label is 422 where the request is at fault, else 502
	}
	p.Retryable = e.Kind.Retryable() || e.Kind == guards.KindOverloaded
	p.RetryAfterMS = e.RetryAfter.Milliseconds()
	p.CarrierCode, p.CarrierMessage = e.Code, e.CarrierMsg
	switch {
	case e.Code != "" || e.CarrierMsg != "" || p.Status == 502 || p.Status == 504:
		p.Source = "carrier"
	case e.Kind == normalize.KindCircuitOpen || e.Kind == guards.KindOverloaded || e.Kind == normalize.KindRateLimited:
		p.Source = "gateway"
	}
}

// fromHuma turns what the framework refuses into ours: RFC 6901 pointers that include a
// missing name, never the offending value.
func fromHuma(ctx huma.Context, status int, msg string, errs []error) *Problem {
	r := &gateway.Refusal{Detail: msg}
	for _, err := range errs {
		if err != nil {
			r.Fields = append(r.Fields, fieldErrors(err)...)
		}
	}
	// A typing error comes before the field that it left missing.
	slices.SortStableFunc(r.Fields, func(a, b normalize.FieldError) int { return weightOf(a) - weightOf(b) })
	switch status {
	case 400:
		r.Code, r.Detail = gateway.CodeMalformed, "the request cannot be read: "+msg
	case 408:
		r.Code, r.Detail = gateway.CodeMalformed, "the request came too slowly"
		status = 400
	case 413:
		r.Code, r.Detail = gateway.CodeTooLarge, "the body is larger than 1 MiB"
	case 415:
		r.Code, r.Detail = gateway.CodeUnsupportedMedia, "the body must be application/json"
	case 422:
		r.Code, r.Detail = gateway.CodeInvalidRequest, "the request is readable but not valid"
	case 401:
		r.Code = gateway.CodeUnauthenticated
	case 403:
		r.Code = gateway.CodeForbidden
	case 404:
		r.Code = gateway.CodeNotFound
	default:
		r.Code = gateway.CodeInternal
	}
	p := fromRefusal(r)
	if ctx != nil {
		p.Instance = ctx.URL().Path
	}
	return p
}

func weightOf(f normalize.FieldError) int {
	if f.Detail == unknownField {
		return 0
	}
	return 1
}

func fieldErrors(err error) normalize.FieldErrors {
	if f, ok := errors.AsType[normalize.FieldErrors](err); ok {
		return f
	}
	d, ok := err.(huma.ErrorDetailer)
	if !ok {
		return normalize.FieldErrors{{Pointer: "", Detail: "is not valid"}}
	}
	detail := d.ErrorDetail()
	if f, ok := unpackFields(detail.Message); ok {
		return f
	}
	return normalize.FieldErrors{{Pointer: pointerOf(detail), Detail: safeDetail(detail.Message)}}
}

const unknownField = "is not a known field"

const missingPrefix = "expected required property "

// pointerOf turns "body.parcels[0].weight" into "/parcels/0/weight", and adds the name of
// a property that is missing.
func pointerOf(d *huma.ErrorDetail) string {
	loc := d.Location
	for _, prefix := range []string{"body", "query", "path", "header"} {
		if rest, ok := strings.CutPrefix(loc, prefix); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			loc = rest
			break
		}
	}
	loc = strings.NewReplacer("[", ".", "]", "", "~", "~0", "/", "~1").Replace(loc)
	pointer := strings.ReplaceAll(loc, ".", "/")
	if name, ok := strings.CutPrefix(d.Message, missingPrefix); ok {
		name, _, _ = strings.Cut(name, " ")
		pointer += "/" + name
	}
	return pointer
}

// safeDetail keeps the framework's words where they hold no value of the request.
func safeDetail(msg string) string {
	switch {
	case strings.HasPrefix(msg, missingPrefix):
		return "is required"
	case strings.HasPrefix(msg, "unexpected property"):
		return unknownField
	}
	return msg
}

// fieldMark begins an error text that carries field errors through the framework, which
// passes on nothing but text.
const fieldMark = "\x00fields:"

func packFields(f normalize.FieldErrors) error {
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return errors.New(fieldMark + string(b))
}

func unpackFields(msg string) (normalize.FieldErrors, bool) {
	raw, ok := strings.CutPrefix(msg, fieldMark)
	var f normalize.FieldErrors
	if !ok || json.Unmarshal([]byte(raw), &f) != nil {
		return nil, false
	}
	return f, true
}
