package cainiao

import (
	"bytes"
	"crypto/subtle"
	"net/http"
	"net/url"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// messagePush is the message of a scan. No source shows one: that LINK pushes scans at all, and
// under this name, with the entries of cnge.track.get's answer, is our assumption until an
// onboarding shows otherwise. Envelope, digest and acknowledgement are those of known callbacks.
const messagePush = "cnge.track.push"

// push is LINK's form envelope, the other way round.
type push struct {
	kind, partner, from, digest string
	message                     string // JSON or XML
}

// readPush reads the form. Each part must be there once.
func readPush(body []byte) (push, bool) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return push{}, false
	}
	once := func(name string) string {
		if len(form[name]) != 1 {
			return ""
		}
		return form[name][0]
	}
	p := push{kind: once("msg_type"), partner: once("partner_code"), from: once("from_code"),
		digest: once("data_digest"), message: once("logistics_interface")}
	return p, p.kind != "" && p.digest != "" && p.message != ""
}

// VerifyCallback checks the digest over the message, and the codes of both sides. What lies
// outside of the digest proves nothing: a message of a type that we do not act on is a hint.
// LINK signs no time; a replay is caught by its content.
// Source: Cainiao LINK access guide and two public receivers, read 2026-11-21.
func (a *Adapter) VerifyCallback(req adapters.CallbackRequest) (adapters.Trust, error) {
	if a.link == nil {
		return "", forged("the account has no credentials of LINK")
	}
	p, ok := readPush(req.Body)
	switch {
	case !ok:
		return "", forged("not a LINK envelope")
	case subtle.ConstantTimeCompare([]byte(p.digest), []byte(digest(p.message, a.link.secret))) != 1:
		return "", forged("the digest is wrong")
	case p.partner != a.link.partner:
		return "", forged("the partner code is not ours")
	case a.link.from != "" && p.from != a.link.from:
		return "", forged("the sender's code is not Cainiao's")
	case p.kind != messagePush:
		return adapters.TrustHint, nil
	}
	return adapters.TrustSigned, nil
}

func forged(message string) error {
	return &normalize.Error{Kind: normalize.KindAuthFailed, Carrier: code, Op: string(adapters.OpCallback), Message: message}
}

// notices are known messages that tell of no scan.
var notices = map[string]bool{"cnge.cn38.callback": true, "cnge.airline.receive": true, "cnge.airline.arrive": true,
	"CONSO_WAREHOUSE_CONSIGN": true}

// ParseCallback reads the scans of one parcel.
func (a *Adapter) ParseCallback(req adapters.CallbackRequest) ([]normalize.Tracking, error) {
	p, ok := readPush(req.Body)
	switch {
	case !ok:
		return nil, unreadablePush("not a LINK envelope")
	case notices[p.kind]:
		return nil, nil
	case p.kind != messagePush:
		return nil, unreadablePush("a message of an unknown type")
	}
	var in linkTraces
	if err := rest.DecodeJSON([]byte(p.message), &in); err != nil {
		return nil, unreadablePush("the message is not of the assumed form")
	}
	if in.Number == "" && in.OrderCode == "" || len(in.List) == 0 {
		return nil, unreadablePush("the message tells of no scan of a parcel")
	}
	tracking, err := in.tracking()
	if err != nil {
		return nil, unreadablePush("a scan has no readable time")
	}
	return []normalize.Tracking{tracking}, nil
}

func unreadablePush(message string) error {
	return &normalize.Error{Kind: normalize.KindBadResponse, Carrier: code, Op: string(adapters.OpCallback), Message: message}
}

// AckCallback answers in the form of the message, JSON or XML. LINK sends again what has no
// success; how often is unconfirmed.
func (a *Adapter) AckCallback(req adapters.CallbackRequest, err error) adapters.Ack {
	xml := pushesXML(req.Body)
	number, words := "S07", "system exception, please send again"
	if err != nil && normalize.KindOf(err) == normalize.KindAuthFailed {
		number, words = "S02", "illegal data_digest"
	}
	switch {
	case xml && err == nil:
		return ack("text/xml", `<response><success>true</success></response>`)
	case xml:
		return ack("text/xml", `<response><success>false</success><errorCode>`+number+`</errorCode><errorMsg>`+words+`</errorMsg></response>`)
	case err == nil:
		return ack("application/json", `{"success":true}`)
	}
	return ack("application/json", `{"success":false,"errorCode":"`+number+`","errorMsg":"`+words+`"}`)
}

// pushesXML looks at the first character of the message only. The form was read whole for its
// digest, and reading it again for the acknowledgement would double that cost.
func pushesXML(body []byte) bool {
	_, message, _ := bytes.Cut(body, []byte("logistics_interface="))
	for before := -1; before != len(message); {
		before = len(message)
		for _, space := range []string{"+", "%20", "%09", "%0A", "%0D"} {
			message = bytes.TrimPrefix(message, []byte(space))
		}
	}
	return bytes.HasPrefix(message, []byte("%3C")) || bytes.HasPrefix(message, []byte("%3c")) || bytes.HasPrefix(message, []byte("<"))
}

func ack(kind, body string) adapters.Ack {
	return adapters.Ack{Status: http.StatusOK, ContentType: kind + ";charset=UTF-8", Body: []byte(body)}
}
