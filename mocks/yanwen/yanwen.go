// Package yanwen simulates Yanwen Express: its Open API at /api/order (one address, the
// method in the query, an MD5 signature over the exact body) and its Track API at
// /api/tracking (an account number as Authorization, no signature).
//
// The shapes are those of the carrier's pages on signing and tracking (opendocs.yw56.com.cn,
// read 2026-11-21) and, for the other methods, of public clients. What no source shows is
// marked unconfirmed where it stands: the answer of calc.list, error codes outside the legacy
// V-table, and the code of a lost parcel.
package yanwen

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The published account.
const (
	userID       = "900001"
	apiToken     = "SANDBOX0TOKEN0OF0YANWEN0900001AB"
	trackAccount = "900001"
)

// Carrier is the simulated Yanwen with its one account.
type Carrier struct {
	desk *mocks.Desk

	mu        sync.Mutex
	byOrder   map[string]*order // by the customer's order number
	byWaybill map[string]*order
}

// New makes a Yanwen without orders that keeps its books at d.
func New(d *mocks.Desk) mocks.Carrier {
	return &Carrier{desk: d, byOrder: map[string]*order{}, byWaybill: map[string]*order{}}
}

// Code is "yanwen".
func (*Carrier) Code() string { return "yanwen" }

// Account is what the customer portal would show.
func (*Carrier) Account() mocks.Account {
	return mocks.Account{
		Credentials: map[string]string{"user_id": userID, "api_token": apiToken, "track_account": trackAccount},
		Settings: map[string]any{
			"channels":     map[string]string{"tracked": tracked, "ordinary": ordinary, "special": special},
			"company_code": warehouses[0].Code,
			"city_id":      warehouses[0].cityID,
		},
		Paths: map[string]string{"order": "/api/order", "tracking": "/api/tracking"},
	}
}

// operations are the methods of the Open API and what they are to the sandbox.
var operations = map[string]string{
	"common.country.getlist":   mocks.OpCatalog,
	"common.warehouse.getlist": mocks.OpCatalog,
	"express.channel.getlist":  mocks.OpCatalog,
	"calc.list":                mocks.OpRate,
	"express.order.create":     mocks.OpLabel,
	"express.order.label.get":  mocks.OpDocument,
	"express.order.cancel":     mocks.OpVoid,
	"express.order.get":        mocks.OpFind,
	"express.order.getlist":    mocks.OpFind,
}

// Classify goes by path and method name.
func (*Carrier) Classify(r *http.Request, _ []byte) string {
	if r.URL.Path == "/api/tracking" {
		return mocks.OpTrack
	}
	if op, ok := operations[r.URL.Query().Get("method")]; ok && r.URL.Path == "/api/order" {
		return op
	}
	return mocks.OpOther
}

func (c *Carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/api/order":
		c.serveOrder(w, r)
	case "/api/tracking":
		c.serveTracking(w, r)
	default:
		plain(w, http.StatusNotFound, "页面不存在")
	}
}

// TooMany is unconfirmed: the carrier publishes no rate limit and no form of refusal.
func (*Carrier) TooMany(w http.ResponseWriter, r *http.Request, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(after.Seconds())))
	if r.URL.Path == "/api/tracking" {
		writeJSON(w, http.StatusTooManyRequests, trackAnswer{Code: 1, Message: "请求过于频繁", Result: []trackResult{}})
		return
	}
	writeJSON(w, http.StatusTooManyRequests, envelope{Code: "429", Message: "请求过于频繁，请稍后再试"})
}
