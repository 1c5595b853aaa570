package dhlunified

import (
	"context"
	"crypto/subtle"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

var (
	headerName     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`)
	subscriptionID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`)
	dhlHost        = regexp.MustCompile(`^([a-z0-9-]+\.)*dhl\.(com|de)$`)
)

// VerifyCallback proves a message by what DHL gives for it: the header that was agreed when the
// subscription was made, and a subscription of ours that it names. Nothing is signed, so that the
// most it can be is a hint. Any host may stand in self, which proves nothing and is never called.
// Source: Unified Push collections and "Push API 101", read 2026-11-21.
func (a *Adapter) VerifyCallback(req adapters.CallbackRequest) (adapters.Trust, error) {
	if req.Method != http.MethodPost {
		return "", forged("DHL sends by POST alone")
	}
	if t := a.hook.token; t != nil {
		shown := req.Header.Values(a.hook.header)
		if len(shown) != 1 || subtle.ConstantTimeCompare([]byte(shown[0]), []byte(t.Reveal())) != 1 {
			return "", forged("the agreed header is missing or wrong")
		}
	}
	m, err := readMessage(req.Body)
	switch {
	case err != nil && a.hook.token != nil:
		return adapters.TrustHint, nil // authentic, and kept until we can read it
	case err != nil:
		return "", forged("no message of a subscription")
	case len(a.hook.subscriptions) > 0 && !slices.Contains(a.hook.subscriptions, m.subscription()):
		return "", forged("the subscription is not ours")
	}
	return adapters.TrustHint, nil
}

func forged(message string) error {
	return &normalize.Error{Kind: normalize.KindAuthFailed, Carrier: code, Op: string(adapters.OpCallback), Message: message}
}

func unreadable(message string) error {
	return &normalize.Error{Kind: normalize.KindBadResponse, Carrier: code, Op: string(adapters.OpCallback), Message: message}
}

// readMessage reads a message. One without a scope and a subscription is none.
func readMessage(body []byte) (message, error) {
	var m message
	if rest.DecodeJSON(body, &m) != nil || !strings.HasPrefix(m.Scope, "subscription.") || m.subscription() == "" {
		return message{}, unreadable("no message of a subscription")
	}
	return m, nil
}

// subscription is the id at the end of self, empty where there is none.
func (m message) subscription() string {
	u, err := url.Parse(m.Self)
	if err != nil {
		return ""
	}
	i := strings.LastIndexByte(u.Path, '/')
	if id := u.Path[i+1:]; strings.HasSuffix(u.Path[:max(i, 0)], "/subscription") && subscriptionID.MatchString(id) {
		return id
	}
	return ""
}

// ParseCallback reads the parcels that a push tells of. The steps of a subscription's life tell of
// none; its failure is kept for the operator.
func (a *Adapter) ParseCallback(req adapters.CallbackRequest) ([]normalize.Tracking, error) {
	m, err := readMessage(req.Body)
	if err != nil {
		return nil, err
	}
	switch m.Scope {
	case scopeValidate, scopeActivate, scopeReady, scopeDelete, scopeDeleted:
		return nil, nil
	case scopeFailure:
		words := "no reason given"
		if m.Failure != nil {
			words = either(a.client.rest.Excerpt(m.Failure.Detail), a.client.rest.Excerpt(m.Failure.Title))
		}
		return nil, unreadable("a subscription failed: " + words)
	case scopePush:
		return parcelsOf(m.Shipments)
	}
	return nil, unreadable("a message of an unknown scope")
}

// parcelsOf reads the shipments of a push, those that can be read.
func parcelsOf(list []shipment) ([]normalize.Tracking, error) {
	if len(list) == 0 {
		return nil, unreadable("the push tells of no shipment")
	}
	var out []normalize.Tracking
	var odd error
	for _, s := range list {
		tracking, ok := trackingFrom(s, string(s.ID))
		if !ok || s.ID == "" || len(tracking.Events) == 0 {
			odd = unreadable("a shipment has no number, or no scan with a readable time")
			continue
		}
		out = append(out, tracking)
	}
	return out, odd
}

// AckCallback answers at once. What DHL does with another answer is not published; its sister
// API asks again after one hour and after six.
func (a *Adapter) AckCallback(_ adapters.CallbackRequest, err error) adapters.Ack {
	if err != nil {
		return adapters.Ack{Status: http.StatusServiceUnavailable, ContentType: "application/json", Body: []byte(`{"status":"retry"}`)}
	}
	return adapters.Ack{Status: http.StatusOK, ContentType: "application/json", Body: []byte(`{"status":"ok"}`)}
}

// IsHandshake tells whether DHL waits for its secret. Some clients also look for the secret in a
// header of the message; the collections have it in the body, where alone we look.
func (a *Adapter) IsHandshake(req adapters.CallbackRequest) bool {
	m, err := readMessage(req.Body)
	return err == nil && m.Scope == scopeValidate && m.Secret != ""
}

// Handshake gives the secret back, which makes the subscription live. The call goes to our own
// push_url: of self only the id is taken, so that nobody can make us call another host. A secret
// that has expired is rejected; the subscription is to be made again then.
// Source: Unified Push collections, read 2026-11-21.
func (a *Adapter) Handshake(ctx context.Context, req adapters.CallbackRequest) error {
	m, err := readMessage(req.Body)
	switch {
	case err != nil:
		return err
	case m.Scope != scopeValidate || !secretForm.MatchString(m.Secret):
		return unreadable("no handshake, or a secret that no header can carry")
	}
	if at, err := time.Parse(time.RFC3339, m.Expires); err == nil && time.Now().After(at) {
		return &normalize.Error{Kind: normalize.KindRejected, Carrier: code, Op: string(adapters.OpCallback),
			Message: "the secret has expired, subscribe again", NotSent: true}
	}
	return a.client.activate(ctx, a.config.PushURL+"/subscription/"+url.PathEscape(m.subscription()), m.Secret)
}

// secretForm is what a header can carry.
var secretForm = regexp.MustCompile(`^[\x21-\x7e]{1,1000}$`)
