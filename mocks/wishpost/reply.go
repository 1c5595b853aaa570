package wishpost

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// Error codes. Those below the line are the sandbox's own and unconfirmed.
const (
	codeMissing      = 1001
	codeExpired      = 1007
	codeRevoked      = 1008
	codeConsentOver  = 1009
	codeConsentUsed  = 1010
	codeUnrecognised = 4000
	codeUnknown      = 9000

	codeInvalid = 1002
	codeFunds   = 1020
)

// refusal is a no. HTTP says 200 unless a status is set.
type refusal struct {
	status  int
	code    int
	message string
}

func missing(field string) *refusal {
	return &refusal{code: codeMissing, message: "Missing required parameter: " + field}
}

func invalid(field, why string) *refusal {
	return &refusal{code: codeInvalid, message: "Invalid parameter " + field + ": " + why}
}

var china = mocks.Zone("CN")

// timestamp is the platform's clock, China's.
func timestamp(t time.Time) string { return t.In(china).Format("2006/01/02 15:04:05") }

// xml answers as /api/v2 does. What is wrong with a parameter is an error-message, all else an
// error_message: both spellings were seen.
func (no refusal) xml(w http.ResponseWriter) {
	name := "error_message"
	if no.code == codeMissing || no.code == codeInvalid {
		name = "error-message"
	}
	status := no.status
	if status == 0 {
		status = http.StatusOK
	}
	writeXML(w, status, leaf("status", strconv.Itoa(no.code)), leaf("timestamp", timestamp(time.Now())),
		leaf(name, no.message), leaf("error_ref_id", strconv.FormatInt(time.Now().UnixNano(), 36)))
}

func (no refusal) json(w http.ResponseWriter) {
	status := no.status
	if status == 0 {
		status = http.StatusOK
	}
	writeJSON(w, status, map[string]any{"code": no.code, "message": no.message, "timestamp": timestamp(time.Now())})
}

func writeXML(w http.ResponseWriter, status int, children ...node) {
	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	node{name: "root", children: children}.write(&out)
	w.Header().Set("Content-Type", "application/xml; charset=UTF-8")
	w.WriteHeader(status)
	w.Write(out.Bytes()) // a caller who left is not our fault
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// v2 reads an XML call, admits its token, and answers with what the call returns.
func (c *Carrier) v2(call func(r *http.Request, in node) ([]node, *refusal)) func(http.ResponseWriter, *http.Request, []byte) {
	return func(w http.ResponseWriter, r *http.Request, body []byte) {
		in, err := readXML(body)
		if err != nil {
			invalid("body", "not one XML document").xml(w)
			return
		}
		if no := c.admit(tokenIn(in)); no != nil {
			no.status = http.StatusBadRequest // XML behind a 4xx, which must be read all the same
			no.xml(w)
			return
		}
		out, no := call(r, in)
		if no != nil {
			no.xml(w)
			return
		}
		writeXML(w, http.StatusOK, append([]node{leaf("status", "0"), leaf("timestamp", timestamp(time.Now()))}, out...)...)
	}
}

// tokenIn is the token of a call, in its root or, under <root>, in <orders>.
func tokenIn(in node) string {
	if token := in.get("access_token"); token != "" {
		return token
	}
	for _, inner := range in.all("orders") {
		return inner.get("access_token")
	}
	return ""
}

// v3 reads a JSON call, admits its token, from the header or the body, and answers.
func (c *Carrier) v3(call func(body []byte) (map[string]any, *refusal)) func(http.ResponseWriter, *http.Request, []byte) {
	return func(w http.ResponseWriter, r *http.Request, body []byte) {
		var in struct {
			Token string `json:"access_token"`
		}
		if r.Method == http.MethodPost && json.Unmarshal(body, &in) != nil {
			invalid("body", "not one JSON object").json(w)
			return
		}
		if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			in.Token = bearer
		}
		if no := c.admit(in.Token); no != nil {
			no.json(w)
			return
		}
		out, no := call(body)
		if no != nil {
			no.json(w)
			return
		}
		out["code"], out["message"], out["timestamp"] = 0, "Success", timestamp(time.Now())
		writeJSON(w, http.StatusOK, out)
	}
}

func (c *Carrier) whoami3([]byte) (map[string]any, *refusal) {
	return map[string]any{"data": map[string]string{"user_id": merchant}}, nil
}

func (c *Carrier) whoami2(*http.Request, node) ([]node, *refusal) {
	return []node{leaf("user_id", merchant)}, nil
}
