package sf

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// maxRoutes is how many scans of a push are read: ten times what SF says it sends.
const maxRoutes = 100

// xmlField is the field of the form that holds an XML push.
const xmlField = "content"

// VerifyCallback takes what has the form of a route push for a hint: neither a signature nor a
// credential is defined, the address is all that a sender must know.
// Source: SF route push (RoutePushService) in a public copy, read 2026-11-21.
func (a *Adapter) VerifyCallback(req adapters.CallbackRequest) (adapters.Trust, error) {
	if req.Method != http.MethodPost {
		return "", forged("SF sends by POST alone")
	}
	if _, err := readRoutes(req); err != nil {
		return "", forged("no route push")
	}
	return adapters.TrustHint, nil
}

func forged(message string) error {
	return &normalize.Error{Kind: normalize.KindAuthFailed, Carrier: code, Op: string(adapters.OpCallback), Message: message}
}

func unreadable(message string) error {
	return &normalize.Error{Kind: normalize.KindBadResponse, Carrier: code, Op: string(adapters.OpCallback), Message: message}
}

// readRoutes reads the scans of a push in either form. The console of the app decides which.
func readRoutes(req adapters.CallbackRequest) ([]pushedRoute, error) {
	var list []pushedRoute
	if isXML(req) {
		var in pushXML
		if err := decodeXML(contentOf(req.Body), &in); err != nil {
			return nil, unreadable("no route push in XML")
		}
		list = in.Body.WaybillRoute
	} else {
		var in pushJSON
		if err := rest.DecodeJSON(req.Body, &in); err != nil {
			return nil, unreadable("no route push in JSON")
		}
		for _, item := range in.Body.WaybillRoute[:min(len(in.Body.WaybillRoute), maxRoutes+1)] {
			var r pushedRoute
			if json.Unmarshal(item, &r) != nil {
				r = pushedRoute{} // which has no waybill
			}
			list = append(list, r)
		}
	}
	if len(list) == 0 || len(list) > maxRoutes {
		return nil, unreadable("the push tells of no scan, or of too many")
	}
	return list, nil
}

// isXML tells the form of a push by its body, since the header of the XML form is that of a form.
func isXML(req adapters.CallbackRequest) bool {
	return bytes.HasPrefix(req.Body, []byte(xmlField+"=")) || bytes.HasPrefix(bytes.TrimSpace(req.Body), []byte("<"))
}

// contentOf is the XML of a push, out of its form or bare.
func contentOf(body []byte) []byte {
	if form, err := url.ParseQuery(string(body)); err == nil && len(form[xmlField]) == 1 {
		return []byte(form[xmlField][0])
	}
	return bytes.TrimSpace(body)
}

// decodeXML reads a document. Entities of its own, which a document could grow by, are errors to
// Go's decoder.
func decodeXML(b []byte, v any) error {
	dec := xml.NewDecoder(bytes.NewReader(b))
	return dec.Decode(v)
}

// ParseCallback reads the scans of a push item by item, each parcel's together in their order. What
// cannot be read keeps none of the others back.
func (a *Adapter) ParseCallback(req adapters.CallbackRequest) ([]normalize.Tracking, error) {
	list, err := readRoutes(req)
	if err != nil {
		return nil, err
	}
	var out []normalize.Tracking
	var odd error
	at := map[string]int{} // index in out by number
	for _, r := range list {
		e, err := eventOf(route{AcceptTime: r.AcceptTime, AcceptAddress: r.AcceptAddress, Remark: r.Remark, OpCode: r.OpCode})
		number := strings.TrimSpace(string(r.MailNo))
		if err != nil || number == "" || r.OpCode == "" {
			odd = unreadable("a scan has no waybill, no code or no readable time")
			continue
		}
		e.CarrierEventID = string(r.ID)
		i, known := at[number]
		if !known {
			i, at[number] = len(out), len(out)
			out = append(out, normalize.Tracking{TrackingNumber: number})
		}
		out[i].Events = append(out[i].Events, e)
	}
	return out, odd
}

// AckCallback answers in the form of the push, for all of its scans at once: SF knows no verdict
// on one of them. It sends the whole batch again after a failure; a plain 200 is none of the two.
func (a *Adapter) AckCallback(req adapters.CallbackRequest, err error) adapters.Ack {
	switch {
	case isXML(req) && err == nil:
		return ack("text/xml", `<Response service="RoutePushService"><Head>OK</Head></Response>`)
	case isXML(req):
		return ack("text/xml", `<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">系统异常</ERROR></Response>`)
	case err == nil:
		return ack("application/json", `{"return_code":"0000","return_msg":"成功"}`)
	}
	return ack("application/json", `{"return_code":"1000","return_msg":"系统异常"}`)
}

func ack(kind, body string) adapters.Ack {
	return adapters.Ack{Status: http.StatusOK, ContentType: kind + ";charset=UTF-8", Body: []byte(body)}
}
