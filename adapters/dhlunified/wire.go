package dhlunified

import (
	"encoding/json"
	"strings"
)

// text is a string that DHL's examples also write as a number.
type text string

// UnmarshalJSON takes a string, a number or null.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == "null":
		return nil
	case len(b) > 0 && b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		*t = text(strings.TrimSpace(s))
		return err
	}
	var n json.Number
	err := json.Unmarshal(b, &n)
	*t = text(n)
	return err
}

// trackingReply is the answer of GET /shipments. The links to further pages and divisions are
// not followed: the service setting says which division is meant.
type trackingReply struct {
	Shipments []shipment `json:"shipments"`
}

// shipment is the same object in the pull and in a push, where it often holds the status only.
type shipment struct {
	ID          text    `json:"id"`
	Service     string  `json:"service"`
	Origin      *place  `json:"origin"`
	Destination *place  `json:"destination"`
	Status      *event  `json:"status"`
	Estimated   string  `json:"estimatedTimeOfDelivery"`
	ServiceURL  string  `json:"serviceUrl"`
	ReturnFlag  bool    `json:"returnFlag"`
	Details     details `json:"details"`
	Events      []event `json:"events"`
}

type details struct {
	PieceIDs []text `json:"pieceIds"`
}

type event struct {
	Timestamp   string `json:"timestamp"`
	StatusCode  string `json:"statusCode"`
	Status      text   `json:"status"` // a short text, or the division's own code
	Description string `json:"description"`
	Location    *place `json:"location"`
	PieceIDs    []text `json:"pieceIds"`
}

type place struct {
	Address address `json:"address"`
}

type address struct {
	Country    string `json:"countryCode"`
	PostalCode text   `json:"postalCode"`
	Locality   string `json:"addressLocality"`
}

// problem is a refusal, application/problem+json.
type problem struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Status int    `json:"status"`
}

// message is what DHL sends to a callback address, told apart by its scope.
type message struct {
	Scope     string     `json:"scope"`
	Self      string     `json:"self"`
	Secret    string     `json:"secret"`
	Expires   string     `json:"expires"`
	Shipments []shipment `json:"shipments"`
	Failure   *problem   `json:"failure"`
}

// The scopes. Source: Unified Push collections, read 2026-11-21. Sources write the last one with
// and without its d.
const (
	scopeValidate = "subscription.validate"
	scopeActivate = "subscription.activate"
	scopeReady    = "subscription.ready"
	scopePush     = "subscription.push"
	scopeFailure  = "subscription.failure"
	scopeDelete   = "subscription.delete"
	scopeDeleted  = "subscription.deleted"
)
