// Package dhlunified simulates DHL's Shipment Tracking - Unified: the pull interface at
// /track/shipments and the push interface at /tracking/push/v1 with its three-step handshake.
// There is nothing to buy here. A parcel comes to be by a scan or a journey of its number on
// the sandbox's control interface; all belong to the division express.
//
// The account has a subscription of its own, ready since long ago, as an operator would have
// made it in DHL's portal: its pushes go to the callback address of the control interface.
// Others are made over the wire, and shake hands before they hear of anything.
//
// Some numbers are made to be difficult. Those of ten digits that begin with 765432 exist at
// DHL Freight too, whose shipment is what a query without a service gets. The id of a number
// that ends in 8 and is all digits comes as a JSON number, and the references of one that
// ends in 6 as a single object, both as old payloads have them.
//
// Source: DHL Shipment Tracking - Unified, OpenAPI 1.3.1, and Push API 101
// (developer.dhl.com, read 2026-11-21). Not in them, and therefore unconfirmed where it
// stands: the answers of the subscription calls, the status of a wrong activation secret, the
// texts of refusals, and the name of the last callback (subscription.delete or …deleted).
package dhlunified

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The published account. The key of a new app is held to DHL's default limits, the other one
// was raised by request.
const (
	apiKey     = "sandboxDHLkey0001raisedByRequest"
	newAppKey  = "sandboxDHLkey0002withDefaultCaps"
	hookHeader = "x-gw-token"
	hookToken  = "sandbox-hook-token-0001"
	accountID  = "123456789"
	express    = "express"

	// standing is the subscription that the account has from the start.
	standing = "0c2f7b1e-5a4d-4f0e-9c1b-000000000001"

	trackPath = "/track/shipments"
	pushRoot  = "/tracking/push/v1"
	// selfRoot is what callbacks name themselves by, whatever host they are sent from.
	selfRoot = "https://api-eu.dhl.com" + pushRoot + "/subscription/"
)

// services are the divisions' names, in the newest list seen.
var services = []string{"dgf", "dsc", "ecommerce", "ecommerce-apac", "ecommerce-europe", "ecommerce-ppl", "ecommerce-iberia",
	express, freight, "parcel-de", "parcel-nl", "parcel-pl", "parcel-uk", "post-de", "post-international", "sameday", "svb"}

// Carrier is the simulated tracking with its one customer.
type Carrier struct {
	desk *mocks.Desk
	mux  *http.ServeMux

	mu            sync.Mutex
	subscriptions map[string]*subscription
	order         []string // ids in the order of creation, the standing one first
	quota         quota
}

// New makes a DHL that keeps its books at d.
func New(d *mocks.Desk) mocks.Carrier {
	c := &Carrier{desk: d, subscriptions: map[string]*subscription{standing: account()}, order: []string{standing}}
	c.mux = c.routes()
	return c
}

// Code is "dhl_unified".
func (*Carrier) Code() string { return "dhl_unified" }

// Account is what the developer portal shows, and what the customer chose for its pushes.
func (*Carrier) Account() mocks.Account {
	return mocks.Account{
		Credentials: map[string]string{"api_key": apiKey, "api_key_new_app": newAppKey, "hook_header": hookHeader, "hook_token": hookToken},
		Settings:    map[string]any{"service": express, "subscription_id": standing, "account_id": accountID},
		Paths:       map[string]string{"track": "/track", "shipments": trackPath, "push": pushRoot},
		PushSecret:  hookToken,
	}
}

func (c *Carrier) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+trackPath, c.getShipments)
	mux.HandleFunc("POST "+pushRoot+"/subscription", c.subscribe)
	mux.HandleFunc("POST "+pushRoot+"/subscription/{id}", c.activate)
	mux.HandleFunc("GET "+pushRoot+"/subscription/{id}", c.getSubscription)
	mux.HandleFunc("DELETE "+pushRoot+"/subscription/{id}", c.unsubscribe)
	mux.HandleFunc("GET "+pushRoot+"/subscriptions", c.getSubscriptions)
	return mux
}

// Classify: the pull interface tracks, the rest is housekeeping.
func (*Carrier) Classify(r *http.Request, _ []byte) string {
	if r.URL.Path == trackPath {
		return mocks.OpTrack
	}
	return mocks.OpOther
}

func (c *Carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("DHL-API-Key")
	switch {
	case key != apiKey && key != newAppKey:
		refuse(w, r, http.StatusUnauthorized, "Unauthorized for given resource.")
		return
	case key == newAppKey && strings.HasPrefix(r.URL.Path, "/track/"):
		c.mu.Lock()
		wait := c.quota.take(time.Now())
		c.mu.Unlock()
		if wait > 0 {
			c.TooMany(w, r, wait)
			return
		}
	}
	if _, pattern := c.mux.Handler(r); pattern == "" {
		refuse(w, r, http.StatusNotFound, "The requested resource was not found.")
		return
	}
	c.mux.ServeHTTP(w, r)
}
