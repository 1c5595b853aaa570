// Package sf simulates what a customer of SF Express follows parcels with on its open platform
// (Fengqiao): the route query EXP_RECE_SEARCH_ROUTES behind the one address /std/service, the
// registration of a waybill for pushes, the token endpoint /oauth2/accessToken, and the route
// push RoutePushService. Orders, prices and labels are not associated with the sandbox's app:
// their service codes are refused with A1004. A waybill comes to be by a scan or a journey of
// its number on the sandbox's control interface, as one of the order "SO-" + number.
//
// What is chosen in the platform's console is chosen here by PUT /console/sign-mode
// {"mode":"standard|simple|sm3"} and PUT /console/route-push {"format":"json|form"}. A reset
// brings back standard and json.
//
// Some numbers are made to be difficult. Those that begin with SF9999 were sent by somebody
// else: without the last four digits of a phone of theirs (published as check_phone_no) their
// routes are silently empty. Where the first number of a query ends in 7, the answer's
// apiResultData is quoted twice; where it ends in 4, it is an object instead of a text.
//
// A push is neither signed nor does it carry a credential, so that a forged one looks like any
// other: it says that the parcel was delivered, which the query does not.
//
// Source: SF's pages on common parameters, EXP_RECE_SEARCH_ROUTES and RoutePushService in
// public copies, its Python SDK, and public clients (read 2026-11-21). Not in them, and
// therefore unconfirmed where it stands: the request of EXP_RECE_REGISTER_ROUTE, the op codes
// beyond 50, 80 and 8000, the error of more than ten numbers, and which of A1002 and A1011 is
// an expired token.
package sf

import (
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The published account. The second partner is one of the integration environment, held to
// its limits; both have the check word of the signing examples.
const (
	partnerID    = "GWSANDBOX"
	testPartner  = "GWSANDBOX_INT"
	checkword    = "TestCheckword0123456789ABCDEFGH1"
	strangersTel = "0002" // the last digits of the phone of whoever sends SF9999…

	servicePath = "/std/service"
	tokenPath   = "/oauth2/accessToken"
)

// Carrier is the simulated platform with its one customer.
type Carrier struct {
	desk *mocks.Desk

	mu       sync.Mutex
	sign     string // one of the modes
	format   string // of route pushes
	requests map[string]bool
	quotas   map[string]*quota // of the integration environment, by interface
}

// New makes a platform that keeps its books at d.
func New(d *mocks.Desk) mocks.Carrier {
	return &Carrier{desk: d, sign: standard, format: formatJSON, requests: map[string]bool{}, quotas: map[string]*quota{}}
}

// Code is "sf".
func (*Carrier) Code() string { return "sf" }

// Account is what the console shows. Pushes have no secret.
func (*Carrier) Account() mocks.Account {
	return mocks.Account{
		Credentials: map[string]string{"partner_id": partnerID, "checkword": checkword, "partner_id_integration": testPartner},
		Settings:    map[string]any{"sign_mode": standard, "route_push": formatJSON, "check_phone_no": strangersTel},
		Paths:       map[string]string{"service": servicePath, "token": tokenPath, "console": "/console"},
	}
}

// Classify goes by path and service code.
func (*Carrier) Classify(r *http.Request, body []byte) string {
	switch r.URL.Path {
	case tokenPath:
		return mocks.OpToken
	case servicePath:
		form, _ := url.ParseQuery(string(body))
		if form.Get("serviceCode") == searchRoutes {
			return mocks.OpTrack
		}
	}
	return mocks.OpOther
}

func (c *Carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	switch {
	case err != nil:
		http.Error(w, "bad request", http.StatusBadRequest)
	case r.URL.Path == servicePath && r.Method == http.MethodPost:
		c.serve(w, r, string(body))
	case r.URL.Path == tokenPath && r.Method == http.MethodPost:
		c.token(w, string(body))
	case r.Method == http.MethodPut && (r.URL.Path == "/console/sign-mode" || r.URL.Path == "/console/route-push"):
		c.console(w, r.URL.Path, body)
	default:
		http.NotFound(w, r)
	}
}

// TooMany is A1005, with HTTP 200 as all that the platform says.
func (*Carrier) TooMany(w http.ResponseWriter, _ *http.Request, _ time.Duration) {
	refuse(w, "A1005", "API接口调用超过限制")
}
