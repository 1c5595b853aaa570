package mocks

import (
	"encoding/json"
	"net/http"
	"strings"
)

// problem is a refusal of the control interface, RFC 9457.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Errors []fieldProblem `json:"errors,omitempty"`
}

type fieldProblem struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// refuse answers with a problem; field, when there is one, is where the input is wrong.
func refuse(w http.ResponseWriter, status int, field, detail string) {
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
	if field != "" {
		p.Detail = field + " " + detail
		p.Errors = []fieldProblem{{Pointer: "/" + field, Detail: detail}}
	}
	writeJSON(w, status, "application/problem+json", p)
}

func answer(w http.ResponseWriter, v any) { writeJSON(w, http.StatusOK, "application/json", v) }

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // a caller who left is not our fault
}

func list(words []string) string { return strings.Join(words, ", ") }
