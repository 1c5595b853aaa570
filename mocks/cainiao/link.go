package cainiao

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// linkNo is a refusal of the LINK gateway. Of the codes only S02 is confirmed; the others are
// from the classic list of the house.
type linkNo struct{ code, msg string }

const (
	badJSON      = "S01"
	badSignature = "S02"
	badProvider  = "S03"
	badType      = "S04"
	badContent   = "S05"
	systemDown   = "S07"
	badRouting   = "S10"
	badParams    = "S12"
	badBusiness  = "S13"
)

// linkCall is a message type: where it goes, and what answers it. data may be nil.
type linkCall struct {
	to   string
	call func(c *Carrier, message []byte) (data any, no *linkNo)
}

var linkCalls = map[string]linkCall{
	"cnge.order.create": {"CNGCP-OPEN", (*Carrier).linkCreate},
	"cnge.order.cancel": {"CNGCP-OPEN", (*Carrier).linkCancel},
	"cnge.waybill.get":  {"CGOP", (*Carrier).linkWaybill},
	"cnge.track.get":    {"TRACK", (*Carrier).linkTrack},
}

func (c *Carrier) serveLink(w http.ResponseWriter, r *http.Request, body string) {
	data, no := c.linkAnswer(r, body)
	out := map[string]any{"success": "true"} // a text, not a boolean
	switch {
	case no != nil:
		out = map[string]any{"success": "false", "errorCode": no.code, "errorMsg": no.msg}
	case data != nil:
		out["data"] = data
	}
	b, err := json.Marshal(out)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	writeJSON(w, b)
}

func (c *Carrier) linkAnswer(r *http.Request, body string) (any, *linkNo) {
	form, err := url.ParseQuery(body)
	if err != nil || r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil, &linkNo{badParams, "the request must be a form, sent by POST"}
	}
	message := form.Get("logistics_interface")
	call, known := linkCalls[form.Get("msg_type")]
	switch {
	case form.Get("logistic_provider_id") != providerID:
		return nil, &linkNo{badProvider, "illegal logistic_provider_id"}
	case !same(form.Get("data_digest"), digest(message, linkSecret)):
		return nil, &linkNo{badSignature, "illegal data_digest"}
	case !known:
		return nil, &linkNo{badType, "illegal msg_type " + form.Get("msg_type")}
	case form.Get("to_code") != "" && form.Get("to_code") != call.to:
		return nil, &linkNo{badRouting, "no route to " + form.Get("to_code")}
	case !json.Valid([]byte(message)):
		return nil, &linkNo{badJSON, "illegal json"}
	}
	return call.call(c, []byte(message))
}

// readLink decodes a message.
func readLink(message []byte, v any) *linkNo {
	err := json.Unmarshal(message, v)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return &linkNo{badContent, "illegal content: " + wrong.Field}
	}
	if err != nil {
		return &linkNo{badContent, "illegal content"}
	}
	return nil
}
