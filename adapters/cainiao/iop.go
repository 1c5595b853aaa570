package cainiao

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Methods of AliExpress that we call. methodCreate is the one that commits money.
const (
	methodQuote    = "aliexpress.logistics.service.query"
	methodCreate   = "aliexpress.logistics.order.createorder"
	methodOrders   = "aliexpress.logistics.querylogisticsorderdetail"
	methodNumbers  = "aliexpress.logistics.redefining.getonlinelogisticsinfo"
	methodPrint    = "aliexpress.logistics.redefining.getprintinfo"
	methodPrintAll = "aliexpress.logistics.redefining.getprintinfos"
	methodTrack    = "aliexpress.logistics.redefining.querytrackingresult"
	methodHandover = "cainiao.global.handover.commit"
	methodRules    = "aliexpress.logistics.query.rule.info"
	methodBagPaper = "cainiao.global.handover.pdf.get"
)

// iop is the AliExpress door.
type iop struct {
	rest   *rest.Client
	sync   string
	tokens string
	key    string
	secret normalize.Secret
	seller *token.Rotating
}

func newIOP(c Config, deps adapters.Deps) *iop {
	i := &iop{
		rest: rest.New(deps.HTTP, code, c.SyncURL, c.AppSecret, c.AccessToken, c.RefreshToken),
		sync: c.SyncURL, tokens: strings.TrimRight(c.RestURL, "/"), key: c.AppKey, secret: c.AppSecret,
	}
	i.seller = newSeller(c, deps.Tokens, i.refreshed)
	return i
}

// call sends the parameters of a business method and reads the answer into out. Objects among
// the parameters are JSON texts already.
func (i *iop) call(ctx context.Context, op adapters.Operation, method string, business map[string]string, out any) (rest.Reply, error) {
	session, err := i.seller.Get(ctx)
	if err != nil {
		return rest.Reply{}, unsent(op, err)
	}
	// simplify takes the wrappers away that the older protocol puts round answers and lists.
	common := map[string]string{"method": method, "session": session.Reveal(), "v": "2.0", "format": "json", "simplify": "true"}
	reply, err := i.send(ctx, op, i.sync, "", common, business)
	if err != nil {
		return reply, err
	}
	refused, err := i.read(op, reply, session, out)
	if refused {
		i.seller.Refuse(ctx, session)
	}
	return reply, err
}

// system calls a path of the system API without a token.
func (i *iop) system(ctx context.Context, op adapters.Operation, path string, business map[string]string, out any) (rest.Reply, error) {
	reply, err := i.send(ctx, op, i.tokens+path, path, map[string]string{}, business)
	if err != nil {
		return reply, err
	}
	_, err = i.read(op, reply, normalize.NewSecret(business["refresh_token"]), out)
	return reply, err
}

// send signs and sends: the common parameters stand in the query, the business ones in the
// form. Empty ones are neither signed nor sent.
func (i *iop) send(ctx context.Context, op adapters.Operation, target, path string, common, business map[string]string) (rest.Reply, error) {
	common["app_key"], common["sign_method"] = i.key, "sha256"
	common["timestamp"] = strconv.FormatInt(time.Now().UnixMilli(), 10)
	all, query, form := map[string]string{}, url.Values{}, url.Values{}
	for name, value := range common {
		all[name] = value
		query.Set(name, value)
	}
	for name, value := range business {
		if value != "" {
			all[name] = value
			form.Set(name, value)
		}
	}
	query.Set("sign", sign(i.secret, path, all))
	return i.rest.Do(ctx, rest.Call{
		Op: op, Commits: op == adapters.OpLabel, Method: http.MethodPost, Path: target, Query: query,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded;charset=UTF-8"}},
		Body:   []byte(form.Encode()),
	})
}

// iopError is what AliExpress says instead of an answer: nested with msg in the one protocol,
// flat with message in the other, where code 0 is no error.
type iopError struct {
	Type    string `json:"type"`
	Code    text   `json:"code"`
	Msg     string `json:"msg"`
	Message string `json:"message"`
	SubCode string `json:"sub_code"`
	SubMsg  string `json:"sub_msg"`
}

// read reads an answer, and tells whether the platform refuses the token.
func (i *iop) read(op adapters.Operation, r rest.Reply, session normalize.Secret, out any) (refused bool, err error) {
	var e struct {
		iopError
		Nested *iopError `json:"error_response"`
	}
	if err := rest.DecodeJSON(r.Body, &e); err != nil {
		return false, i.unreadable(op, r)
	}
	no := e.Nested
	if no == nil && e.Code != "" && e.Code != "0" {
		no = &e.iopError
	}
	switch {
	case no != nil:
		return no.refusesToken(), i.fail(op, r, *no, session)
	case !r.OK():
		return false, i.unreadable(op, r)
	case rest.DecodeJSON(r.Body, out) != nil:
		return false, i.bad(op, r, "the answer is not of the documented form")
	}
	return false, nil
}

// fail makes the error of a refusal by the platform, from the table in codes.go.
func (i *iop) fail(op adapters.Operation, r rest.Reply, no iopError, session normalize.Secret) *normalize.Error {
	kind := no.kind(r, op == adapters.OpLabel)
	words := either(no.SubMsg, either(no.Msg, no.Message))
	if !session.IsZero() { // a token that was renewed is unknown to rest
		words = strings.ReplaceAll(words, session.Reveal(), "[redacted]")
	}
	number := string(no.Code)
	if no.SubCode != "" {
		number += " " + no.SubCode
	}
	return i.rest.Fail(op, kind, r, number, words)
}

// refuse makes the error of a refusal by the business behind the platform. Only words of
// system trouble leave it open what became of a purchase.
func (i *iop) refuse(op adapters.Operation, r rest.Reply, number, words string) *normalize.Error {
	kind := normalize.KindRejected
	if trouble.MatchString(words) {
		kind = normalize.KindUnavailable
	}
	return i.rest.Fail(op, kind, r, number, words)
}

// unreadable makes the error of an answer that is not AliExpress's.
func (i *iop) unreadable(op adapters.Operation, r rest.Reply) *normalize.Error {
	return i.rest.Fail(op, rest.Fallback(r.Status, op == adapters.OpLabel), r, "", "")
}

// bad makes the error of a success that we cannot read.
func (i *iop) bad(op adapters.Operation, r rest.Reply, message string) *normalize.Error {
	e := i.rest.Fail(op, normalize.KindBadResponse, r, "", "")
	e.Message = message
	return e
}

// unsent is the error of a token that could not be had: the call itself was never sent.
func unsent(op adapters.Operation, err error) error {
	e := *normalize.AsError(err)
	e.Carrier, e.Op, e.NotSent = code, string(op), true
	return &e
}

// jsonText writes a parameter that is an object or a list.
func jsonText(v any) (string, error) {
	b, err := rest.EncodeJSON(v)
	if err != nil {
		return "", &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code,
			Message: "the request cannot be written", NotSent: true}
	}
	return string(b), nil
}
