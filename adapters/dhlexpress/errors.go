package dhlexpress

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// leadingCode is the number and the colon that a detail begins with.
var leadingCode = regexp.MustCompile(`^\s*(\d{3,6}):`)

// fail makes the error of an answer that is no success. Only DHL's own form proves a refusal:
// an object that repeats the HTTP status and says what was wrong.
func (c *client) fail(op adapters.Operation, commits bool, r rest.Reply) *normalize.Error {
	var p problem
	if rest.DecodeJSON(r.Body, &p) != nil || !p.speaksOf(r.Status) {
		return c.rest.Fail(op, rest.Fallback(r.Status, commits), r, "", "")
	}
	words := strings.TrimSpace(strings.Join(append([]string{p.Detail}, p.AdditionalDetails...), "; "))
	if p.Detail == "" {
		words = strings.TrimSpace(p.Title + "; " + strings.Join(p.AdditionalDetails, "; "))
	}
	meant, code := p.meaning(r.Status, commits)
	e := c.rest.Fail(op, meant.kind, r, code, strings.Trim(words, "; "))
	e.Field = meant.field
	return e
}

// speaksOf tells whether p has the documented form for an answer of this status.
func (p problem) speaksOf(status int) bool {
	said := p.Status
	if said == "" {
		said = p.Code
	}
	return said == strconv.Itoa(status) && (p.Detail != "" || p.Title != "" || p.Message != "")
}

// meaning reads a refusal of the documented form by its code, its sentence, its pointer, at
// last by its status. code is the carrier's own, the status where the detail has none.
func (p problem) meaning(status int, commits bool) (meant refusal, code string) {
	code = strconv.Itoa(status)
	if m := leadingCode.FindStringSubmatch(p.Detail); m != nil {
		code = m[1]
		if known, ok := refusals[code]; ok && status < http.StatusInternalServerError {
			return known, code
		}
	}
	for _, s := range sentences {
		if strings.HasPrefix(p.Detail, s.begins) && status < http.StatusInternalServerError {
			return refusal{kind: s.kind}, code
		}
	}
	return refusal{byStatus(status, commits), p.pointer()}, code
}

// pointer is the field of ours that a schema error names first.
func (p problem) pointer() string {
	for _, words := range append([]string{p.Detail}, p.AdditionalDetails...) {
		if ours := pointerOf(words); ours != "" {
			return ours
		}
	}
	return ""
}

// byStatus is the kind of a refusal whose code we do not know. POST /shipments declares 400,
// 422 and 500; anything else proves nothing there, 401 and 429 excepted, which refuse the
// caller before any work is done.
func byStatus(status int, commits bool) normalize.Kind {
	switch status {
	case http.StatusBadRequest:
		return normalize.KindRejected
	case http.StatusUnprocessableEntity:
		return normalize.KindInvalidRequest
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return rest.Fallback(status, false)
	case http.StatusNotFound:
		if !commits {
			return normalize.KindNotFound
		}
	}
	return rest.Fallback(status, commits)
}
