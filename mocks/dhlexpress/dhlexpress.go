// Package dhlexpress simulates DHL Express: the MyDHL API, version 3.1.1, below /mydhlapi
// (and below /mydhlapi/test, which is the carrier's test environment on the same host).
//
// It has one account, of a shipper billed in US dollars. It rates and sells worldwide, keeps
// the carrier's strict schema with the carrier's words (an unknown key is a 422), answers
// with the label and never again, has no cancel of a shipment and no push, and finds a
// shipment by its reference only after the sandbox's search lag. Two shipments with one
// reference are two sales: the carrier has no idempotency key.
//
// Source: DHL Express MyDHL API, OpenAPI 3.1.1, with the examples in it, and the carrier's
// status list for the service "express"; both read 2026-11-21. What they do not show is
// marked unconfirmed where it stands.
package dhlexpress

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The published account.
const (
	username      = "apiSandboxUser"
	password      = "S@ndbox!Pass0"
	accountNumber = "300000017"
	root          = "/mydhlapi"
)

// Carrier is the simulated DHL Express with its one account.
type Carrier struct {
	desk *mocks.Desk
	mux  *http.ServeMux

	mu          sync.Mutex
	shipments   map[string]*shipment   // by waybill number
	byPiece     map[string]*shipment   // by licence plate
	byReference map[string][]*shipment // by every customer reference, in the order of their sale
	pickups     map[string]*pickup     // by dispatch confirmation number
}

// New makes a DHL Express without shipments that keeps its books at d.
func New(d *mocks.Desk) mocks.Carrier {
	c := &Carrier{desk: d, shipments: map[string]*shipment{}, byPiece: map[string]*shipment{},
		byReference: map[string][]*shipment{}, pickups: map[string]*pickup{}}
	c.mux = c.routes()
	return c
}

// Code is "dhl_express".
func (*Carrier) Code() string { return "dhl_express" }

// Account is what the developer portal and the contract would show.
func (*Carrier) Account() mocks.Account {
	return mocks.Account{
		Credentials: map[string]string{"username": username, "password": password},
		Settings: map[string]any{
			"account_number":   accountNumber,
			"billing_currency": billing,
			"products": map[string]string{
				"worldwide": "P", "worldwide_documents": "D", "worldwide_eu": "U",
				"express_1200": "Y", "express_1200_documents": "T", "economy": "H", "economy_eu": "W",
			},
		},
		Paths: map[string]string{"api": root},
	}
}

func (c *Carrier) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]http.HandlerFunc{
		"GET /rates":                             c.getRates,
		"POST /rates":                            c.postRates,
		"GET /products":                          c.getProducts,
		"POST /landed-cost":                      c.landedCost,
		"POST /shipments":                        c.createShipment,
		"GET /shipments/{awb}/tracking":          c.trackOne,
		"GET /shipments/{awb}/get-image":         c.getImage,
		"GET /shipments/{awb}/proof-of-delivery": c.proofOfDelivery,
		"PATCH /shipments/{awb}/upload-image":    c.uploadImage,
		"GET /tracking":                          c.track,
		"POST /pickups":                          c.createPickup,
		"PATCH /pickups/{dispatchConfirmation}":  c.updatePickup,
		"DELETE /pickups/{dispatchConfirmation}": c.cancelPickup,
		"GET /address-validate":                  c.addressValidate,
		"GET /identifiers":                       c.identifiers,
		"GET /reference-data":                    c.referenceData,
	} {
		mux.HandleFunc(pattern, handle)
	}
	return mux
}

// trim returns the path below the root, the test environment's too.
func trim(path string) (string, bool) {
	path, ok := strings.CutPrefix(path, root)
	if rest, test := strings.CutPrefix(path, "/test"); test && (rest == "" || rest[0] == '/') {
		path = rest
	}
	return path, ok && strings.HasPrefix(path, "/")
}

// Classify goes by method and path; a search by reference is a find, a dry run sells nothing.
func (*Carrier) Classify(r *http.Request, _ []byte) string {
	path, _ := trim(r.URL.Path)
	q := r.URL.Query()
	switch {
	case path == "/rates", path == "/products", path == "/landed-cost":
		return mocks.OpRate
	case path == "/shipments" && r.Method == http.MethodPost && q.Get("validateDataOnly") != "true":
		return mocks.OpLabel
	case path == "/tracking" && q.Get("shipmentReference") != "":
		return mocks.OpFind
	case path == "/tracking", strings.HasSuffix(path, "/tracking"):
		return mocks.OpTrack
	case strings.HasSuffix(path, "/get-image"), strings.HasSuffix(path, "/proof-of-delivery"):
		return mocks.OpDocument
	case strings.HasPrefix(path, "/pickups"):
		return mocks.OpPickup
	case path == "/address-validate", path == "/reference-data":
		return mocks.OpCatalog
	}
	return mocks.OpOther
}

func (c *Carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := trim(r.URL.Path)
	if !ok {
		fail(w, r, http.StatusNotFound, "Not found", "No resource under this path")
		return
	}
	if !authorized(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="MyDHL API"`)
		fail(w, r, http.StatusUnauthorized, "Unauthorized", "Invalid Credentials")
		return
	}
	if len(r.Header.Get("Message-Reference")) > 36 {
		fail(w, r, http.StatusBadRequest, "Wrong format", "Parameters not having correct format: Message-Reference (maxLength=36)")
		return
	}
	inner := r.Clone(r.Context())
	inner.URL = &url.URL{Path: path, RawQuery: r.URL.RawQuery}
	if _, pattern := c.mux.Handler(inner); pattern == "" {
		fail(w, r, http.StatusNotFound, "Not found", "No resource under this path and method")
		return
	}
	c.mux.ServeHTTP(w, inner)
}

// TooMany refuses in the shape of all other errors; its words are unconfirmed.
func (*Carrier) TooMany(w http.ResponseWriter, r *http.Request, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(after.Seconds())))
	fail(w, r, http.StatusTooManyRequests, "Too Many Requests", "Rate limit exceeded. Please retry later.")
}
