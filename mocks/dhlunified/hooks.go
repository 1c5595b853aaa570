package dhlunified

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// message is a callback. All go to the same address; scope tells what it is.
type message struct {
	Scope     string     `json:"scope"`
	Self      string     `json:"self"`
	Secret    string     `json:"secret,omitempty"`
	Expires   string     `json:"expires,omitempty"`
	Failure   *problem   `json:"failure,omitempty"`
	Shipments []shipment `json:"shipments,omitempty"`
}

func (s *subscription) message(scope string) message {
	return message{Scope: scope, Self: selfRoot + s.id}
}

func (s *subscription) failed(status int, detail string) message {
	m := s.message("subscription.failure")
	m.Failure = &problem{http.StatusText(status), detail, status, pushRoot + "/subscription/" + s.id}
	return m
}

// sealed puts the subscriber's header on each message. Nothing signs the body.
func (s *subscription) sealed(in []message) []mocks.Message {
	var out []mocks.Message
	for _, m := range in {
		body, _ := json.Marshal(m) // plain text
		out = append(out, mocks.Message{Header: s.header(), Body: body})
	}
	return out
}

func (s *subscription) header() http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	if a := s.Hook.Authentication; a != nil {
		h.Set(a.Header, a.Token)
	}
	return h
}

// validate opens the handshake. The secret is in the body and in a header: clients look at either.
func (s *subscription) validate() mocks.Message {
	m := s.message("subscription.validate")
	m.Secret, m.Expires = s.secret, s.expires.UTC().Format(time.RFC3339)
	out := s.sealed([]message{m})[0]
	out.Header.Set("DHL-API-Hook-Secret", s.secret)
	return out
}

// wants tells whether a subscription is to hear of a scan.
func (s *subscription) wants(scan mocks.Scan) bool {
	code := statusCodeOf(scan.Code)
	return slices.ContainsFunc(s.Events, func(name string) bool { return strings.EqualFold(name, code) })
}

// covers tells whether a subscription is about a number.
func (s *subscription) covers(number string) bool {
	return s.state == ready && s.Service == express && (s.Type == typeAccount || slices.Contains(s.ShipmentIDs, number))
}

// Hooks are the addresses of the subscriptions that were made over the wire, each once.
func (c *Carrier) Hooks(p mocks.Parcel) []mocks.Hook {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []mocks.Hook
	for _, id := range c.order {
		s := c.subscriptions[id]
		twice := slices.ContainsFunc(out, func(h mocks.Hook) bool { return h.URL == s.Hook.URI })
		if id == standing || !s.covers(p.Number) || twice {
			continue
		}
		h := mocks.Hook{URL: s.Hook.URI, Pusher: hook{*s}, Wants: s.wants}
		if s.Hook.Authentication != nil {
			h.Secret = s.Hook.Authentication.Token
		}
		out = append(out, h)
	}
	return out
}

// Message is a push of the standing subscription.
func (*Carrier) Message(p mocks.Parcel, scan mocks.Scan, secret string) (mocks.Message, error) {
	return hook{*account()}.Message(p, scan, secret)
}

// Unsigned: the token in the header is the same for all messages.
func (*Carrier) Unsigned() {}

// Acked wants a plain 200.
func (*Carrier) Acked(status int, _ []byte) bool { return status == http.StatusOK }

// hook sends what one subscription is to hear.
type hook struct{ subscription }

func (hook) Acked(status int, _ []byte) bool { return status == http.StatusOK }

// Message tells of one scan: the shipment with that state and nothing else. A forger, who has
// the address but not the token, tells the same under a token of his own, under none, or
// opens a handshake that nobody asked for.
func (h hook) Message(p mocks.Parcel, scan mocks.Scan, secret string) (mocks.Message, error) {
	m := h.message("subscription.push")
	m.Shipments = []shipment{{ID: idOf(p.Number), Service: express, Status: new(eventOf(scan))}}
	forged := h.Hook.Authentication != nil && h.Hook.Authentication.Token != secret
	turn := slices.IndexFunc(p.Scans, func(s mocks.Scan) bool { return s == scan }) % 3
	if forged && turn == 2 {
		m = h.message("subscription.validate")
		m.Secret, m.Expires = "chosen-by-the-forger", time.Now().Add(handshakeFor).UTC().Format(time.RFC3339)
	}
	out := h.sealed([]message{m})[0]
	if forged {
		out.Header.Del(h.Hook.Authentication.Header)
		if turn != 1 {
			out.Header.Set(h.Hook.Authentication.Header, secret)
		}
	}
	return out, nil
}
