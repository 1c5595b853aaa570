package cainiao

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// message is a type of LINK message and the system that it goes to.
type message struct{ kind, to string }

// Messages that we send. messageCreate is the one that commits money.
var (
	messageCreate  = message{"cnge.order.create", "CNGCP-OPEN"}
	messageCancel  = message{"cnge.order.cancel", "CNGCP-OPEN"}
	messageWaybill = message{"cnge.waybill.get", "CGOP"}
	messageTrack   = message{"cnge.track.get", "TRACK"}
)

// link is the LINK door.
type link struct {
	rest     *rest.Client
	provider string
	secret   normalize.Secret
	partner  string // our code in pushes
	from     string // Cainiao's code in pushes, "" for any
}

func newLink(c Config, deps adapters.Deps) *link {
	return &link{rest: rest.New(deps.HTTP, code, c.LinkURL, c.LinkSecret), provider: c.LogisticProviderID,
		secret: c.LinkSecret, partner: c.PartnerCode, from: c.FromCode}
}

// call sends a message and reads data into out, which may be nil.
func (l *link) call(ctx context.Context, op adapters.Operation, m message, in, out any) (rest.Reply, error) {
	// LINK signs the exact text before it is encoded for the form.
	text, err := jsonText(in)
	if err != nil {
		return rest.Reply{}, err
	}
	form := url.Values{"msg_type": {m.kind}, "logistic_provider_id": {l.provider}, "to_code": {m.to},
		"logistics_interface": {text}, "data_digest": {digest(text, l.secret)}}
	reply, err := l.rest.Do(ctx, rest.Call{
		Op: op, Commits: op == adapters.OpLabel, Method: http.MethodPost,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=UTF-8"}},
		Body:   []byte(form.Encode()),
	})
	if err != nil {
		return reply, err
	}
	return reply, l.read(op, reply, out)
}

// linkEnvelope is every answer of LINK.
type linkEnvelope struct {
	Success   flag            `json:"success"`
	ErrorCode text            `json:"errorCode"`
	ErrorMsg  string          `json:"errorMsg"`
	Data      json.RawMessage `json:"data"`
}

// read opens the envelope. Only success in a 2xx is a success.
func (l *link) read(op adapters.Operation, r rest.Reply, out any) error {
	var e linkEnvelope
	if err := rest.DecodeJSON(r.Body, &e); err != nil || e.Success == "" {
		return l.unreadable(op, r)
	}
	if !e.Success.yes() {
		return l.fail(op, r, string(e.ErrorCode), e.ErrorMsg)
	}
	if !r.OK() {
		return l.unreadable(op, r)
	}
	if out == nil {
		return nil
	}
	if len(e.Data) == 0 || rest.DecodeJSON(e.Data, out) != nil {
		return l.bad(op, r, "the answer's data is not of the documented form")
	}
	return nil
}

// fail makes the error of a refusal from the table in codes.go. A code that is not there
// proves nothing about an order.
func (l *link) fail(op adapters.Operation, r rest.Reply, number, words string) *normalize.Error {
	kind, known := linkRefusals[number]
	switch {
	case r.Status >= http.StatusInternalServerError:
		kind = normalize.KindUnavailable
	case known && kind == normalize.KindRejected && trouble.MatchString(words):
		kind = normalize.KindUnavailable
	case known:
	case op != adapters.OpLabel && r.OK():
		kind = normalize.KindRejected
	default:
		kind = rest.Fallback(r.Status, op == adapters.OpLabel)
	}
	return l.rest.Fail(op, kind, r, number, words)
}

// unreadable makes the error of an answer that is not LINK's.
func (l *link) unreadable(op adapters.Operation, r rest.Reply) *normalize.Error {
	return l.rest.Fail(op, rest.Fallback(r.Status, op == adapters.OpLabel), r, "", "")
}

// bad makes the error of a success that we cannot read.
func (l *link) bad(op adapters.Operation, r rest.Reply, message string) *normalize.Error {
	e := l.rest.Fail(op, normalize.KindBadResponse, r, "", "")
	e.Message = message
	return e
}
