package dhlexpress

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// problem is the carrier's error. Status is a text; a 500 has Code in its place.
// Source: schema supermodelIoLogisticsExpressErrorResponse and its examples.
type problem struct {
	Instance string   `json:"instance"`
	Detail   string   `json:"detail,omitempty"`
	Title    string   `json:"title"`
	Message  string   `json:"message,omitempty"`
	Details  []string `json:"additionalDetails,omitempty"`
	Status   string   `json:"status,omitempty"`
	Code     string   `json:"code,omitempty"`
}

// Titles and messages, as the examples have them.
const (
	badRequest    = "Bad request"
	missing       = "Missing parameters"
	wrongFormat   = "Wrong format"
	validation    = "Validation error"
	unprocessable = "Unprocessable Entity"
	manyProblems  = "Multiple problems found, see Additional Details"
)

// fail refuses with one detail, or with several behind the carrier's word for many.
func fail(w http.ResponseWriter, r *http.Request, status int, title string, details ...string) {
	path, _ := trim(r.URL.Path)
	p := problem{Instance: "/expressapi" + path, Title: title, Status: strconv.Itoa(status), Message: badRequest}
	if r.URL.RawQuery != "" {
		p.Instance += "?" + r.URL.RawQuery
	}
	switch status {
	case http.StatusUnprocessableEntity:
		p.Message = unprocessable
	case http.StatusBadRequest:
	case http.StatusInternalServerError:
		p.Message, p.Status, p.Code = title, "", p.Status
	default:
		p.Message = title
	}
	switch len(details) {
	case 0:
	case 1:
		p.Detail = details[0]
	default:
		p.Detail, p.Details = manyProblems, details
	}
	writeJSON(w, status, p)
}

// broken is the carrier's process failure: nothing was sold.
func broken(w http.ResponseWriter, r *http.Request, process string) {
	fail(w, r, http.StatusInternalServerError, "Internal Server Error",
		"999: Process failure occurred. Process ID associated for that transaction ("+process+")")
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	if status >= http.StatusBadRequest {
		w.Header().Set("Content-Type", "application/problem+json")
	} else {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // a caller who left is not our fault
}
