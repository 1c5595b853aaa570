package dhlunified

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The states of a subscription. Their words in an answer are unconfirmed.
const (
	validating = "VALIDATING" // until its owner has sent the secret back
	ready      = "READY"
	refused    = "REFUSED" // by the business, after the handshake
)

const (
	handshakeFor     = time.Hour // to send the secret back
	maxShipmentIDs   = 10
	maxSubscriptions = 10_000
	typeShipment     = "Shipment"
	typeAccount      = "Account"
)

// eventNames are the states as a subscription names them: capitalised, unlike those of payloads.
var eventNames = []string{"Pre-Transit", "Transit", "Delivered", "Failure", "Unknown"}

var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")

// request is what a subscription is made of.
type request struct {
	Hook struct {
		URI            string          `json:"uri"`
		Authentication *authentication `json:"authentication,omitempty"`
	} `json:"hook"`
	Format      string   `json:"format"`
	Type        string   `json:"type"`
	Service     string   `json:"service"`
	Events      []string `json:"events"`
	ShipmentIDs []string `json:"shipmentIDs,omitempty"`
	AccountID   string   `json:"accountID,omitempty"`
}

// authentication is the header that pushes carry, chosen by the subscriber.
type authentication struct {
	Type   string `json:"type"`
	Header string `json:"header"`
	Token  string `json:"token"`
}

// subscription is one of the customer's.
type subscription struct {
	request
	id      string
	state   string
	secret  string
	expires time.Time
}

// account is the standing subscription to all that is sent under the customer's number.
func account() *subscription {
	s := &subscription{id: standing, state: ready}
	s.Hook.Authentication = &authentication{"ApiKeyAuthentication", hookHeader, hookToken}
	s.Format, s.Type, s.Service, s.Events, s.AccountID = "Default", typeAccount, express, eventNames, accountID
	return s
}

// record is a subscription as the interface shows it: without its tokens. Unconfirmed.
type record struct {
	ID          string   `json:"id"`
	Self        string   `json:"self"`
	Status      string   `json:"status"`
	HookURI     string   `json:"hookUri,omitempty"`
	Format      string   `json:"format"`
	Type        string   `json:"type"`
	Service     string   `json:"service"`
	Events      []string `json:"events"`
	ShipmentIDs []string `json:"shipmentIDs,omitempty"`
	AccountID   string   `json:"accountID,omitempty"`
}

func (s *subscription) record() record {
	return record{s.id, selfRoot + s.id, s.state, s.Hook.URI, s.Format, s.Type, s.Service, s.Events, s.ShipmentIDs, s.AccountID}
}

// hookAllowed: a hook is https. A sandbox's customer may be on the same machine, or in a test,
// and have no certificate there.
func hookAllowed(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || len(uri) > 2000 {
		return false
	}
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	local := err == nil && ip.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".test")
	return u.Scheme == "https" || u.Scheme == "http" && local
}

// check returns what is wrong with a request, "" if nothing.
func (in request) check() string {
	a := in.Hook.Authentication
	switch {
	case !hookAllowed(in.Hook.URI):
		return "hook.uri must be an absolute https address"
	case a != nil && (a.Type != "ApiKeyAuthentication" || !headerName.MatchString(a.Header) || a.Token == "" || strings.ContainsAny(a.Token, "\r\n")):
		return "hook.authentication must be of type ApiKeyAuthentication with header and token"
	case in.Format != "Default":
		return "format must be Default"
	case !slices.Contains(services, in.Service):
		return "service is not supported"
	case len(in.Events) == 0 || slices.ContainsFunc(in.Events, func(e string) bool { return !slices.Contains(eventNames, e) }):
		return "events must be some of Pre-Transit, Transit, Delivered, Failure, Unknown"
	case in.Type == typeShipment:
		if len(in.ShipmentIDs) == 0 || len(in.ShipmentIDs) > maxShipmentIDs || slices.Contains(in.ShipmentIDs, "") || in.AccountID != "" {
			return "shipmentIDs must have 1 to 10 numbers, and accountID none"
		}
	case in.Type == typeAccount:
		if in.AccountID == "" || len(in.ShipmentIDs) > 0 {
			return "accountID must be there, and shipmentIDs not"
		}
	default:
		return "type must be Shipment or Account"
	}
	return ""
}

// subscribe takes a request and sends the secret that its owner has to send back.
func (c *Carrier) subscribe(w http.ResponseWriter, r *http.Request) {
	var in request
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		refuse(w, r, http.StatusBadRequest, "the body must be one JSON object")
		return
	}
	if wrong := in.check(); wrong != "" {
		refuse(w, r, http.StatusBadRequest, wrong)
		return
	}
	s := &subscription{request: in, id: newID(), state: validating, secret: rand.Text(), expires: time.Now().Add(handshakeFor)}
	c.mu.Lock()
	full := len(c.subscriptions) >= maxSubscriptions
	if !full {
		c.subscriptions[s.id] = s
		c.order = append(c.order, s.id)
	}
	out := s.record()
	c.mu.Unlock()
	if full || !c.desk.Post(in.Hook.URI, s.validate()) {
		refuse(w, r, http.StatusServiceUnavailable, "no more subscriptions are possible at the moment")
		return
	}
	writeJSON(w, http.StatusCreated, out)
}

// newID is a UUID, version 4.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// activate ends the handshake: an empty body, and in a header the secret that DHL chose.
func (c *Carrier) activate(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.subscriptions[r.PathValue("id")]
	switch {
	case s == nil:
		refuse(w, r, http.StatusNotFound, "no such subscription")
		return
	case err != nil || len(body) > 0:
		refuse(w, r, http.StatusBadRequest, "the body must be empty")
		return
	case s.state != validating:
		refuse(w, r, http.StatusConflict, "the subscription is active already")
		return
	case time.Now().After(s.expires):
		refuse(w, r, http.StatusBadRequest, "the secret has expired")
		return
	case r.Header.Get("DHL-API-Hook-Secret") != s.secret:
		refuse(w, r, http.StatusForbidden, "DHL-API-Hook-Secret is not the secret of this subscription")
		return
	}
	s.state = ready
	messages := []message{s.message("subscription.ready")}
	if s.Type == typeAccount { // the division's business has to agree, and does at once
		messages = []message{s.message("subscription.activate"), s.message("subscription.ready")}
		if s.AccountID != accountID {
			s.state = refused
			messages[1] = s.failed(http.StatusForbidden, "the account is not yours")
		}
	}
	c.desk.Post(s.Hook.URI, s.sealed(messages)...)
	w.WriteHeader(http.StatusNoContent)
}

func (c *Carrier) getSubscription(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.subscriptions[r.PathValue("id")]
	if s == nil {
		refuse(w, r, http.StatusNotFound, "no such subscription")
		return
	}
	writeJSON(w, http.StatusOK, s.record())
}

func (c *Carrier) getSubscriptions(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]record, len(c.order))
	for i, id := range c.order {
		out[i] = c.subscriptions[id].record()
	}
	writeJSON(w, http.StatusOK, map[string][]record{"subscriptions": out})
}

// unsubscribe ends a subscription, of which its hook hears. The standing one is the operator's.
func (c *Carrier) unsubscribe(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := r.PathValue("id")
	s := c.subscriptions[id]
	switch {
	case s == nil:
		refuse(w, r, http.StatusNotFound, "no such subscription")
		return
	case id == standing:
		refuse(w, r, http.StatusForbidden, "the subscription was made in the portal and ends there")
		return
	}
	delete(c.subscriptions, id)
	c.order = slices.DeleteFunc(c.order, func(v string) bool { return v == id })
	c.desk.Post(s.Hook.URI, s.sealed([]message{s.message("subscription.deleted")})...)
	w.WriteHeader(http.StatusNoContent)
}
