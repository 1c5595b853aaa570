// Package amazonfba simulates Amazon's Selling Partner API as far as stock on its way into
// Amazon's warehouses goes: Fulfillment Inbound v2024-03-20 below /inbound/fba/2024-03-20, the
// v0 helpers (labels, bill of lading, receiving) below /fba/inbound/v0, and Login with Amazon
// at /auth/o2/token. Unlike Amazon's own sandbox, which answers recorded examples, it keeps
// plans.
//
// Shapes, limits and rates are those of Amazon's published models (amzn/selling-partner-api-models,
// fulfillmentInbound_2024-03-20.json and fulfillmentInboundV0.json, read 2026-11-21). Nearly
// every write starts an operation that ends a little later. Prices, warehouses and the words
// of problems are examples of ours.
//
// Some SKUs behave in a way that can be asked for by their name:
//
//	*NOPREP*    needs setPrepDetails before a plan can have it (FBA_INB_0182)
//	*NOSUCH*    does not exist (FBA_INB_0049)
//	*FLAKY*     the first confirmTransportationOptions of its plan fails in the carrier's name
//	*SHORT*     the warehouse counts one unit less than was sent
package amazonfba

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"

	"github.com/crossdock-hub/crossdock/mocks"
)

// Delay is how long an operation takes where nothing else is asked for.
const Delay = 300 * time.Millisecond

// Carrier is the simulated API with one seller.
type Carrier struct {
	desk   *mocks.Desk
	delay  time.Duration
	mux    *http.ServeMux
	routes map[string]*route // by pattern

	mu         sync.Mutex
	plans      map[string]*plan
	order      []*plan // in the order of their creation
	confirmed  map[string]*shipment
	operations map[string]*operation
	pending    []*operation // in the order in which they end
	prep       map[string]prepDetail
	compliance map[string]compliance
	files      map[string]file
}

// noConfig keeps the PDF library from writing a configuration into the home folder.
var noConfig = sync.OnceFunc(api.DisableConfigDir)

// New makes an API without plans that keeps its books at d.
func New(d *mocks.Desk) mocks.Carrier { return build(d, Delay) }

// With makes an API whose operations take this long.
func With(delay time.Duration) mocks.Maker {
	return func(d *mocks.Desk) mocks.Carrier { return build(d, delay) }
}

func build(d *mocks.Desk, delay time.Duration) *Carrier {
	noConfig()
	c := &Carrier{
		desk: d, delay: delay, mux: http.NewServeMux(), routes: map[string]*route{},
		plans: map[string]*plan{}, confirmed: map[string]*shipment{}, operations: map[string]*operation{},
		prep: map[string]prepDetail{}, compliance: map[string]compliance{}, files: map[string]file{},
	}
	c.mount()
	return c
}

// Code is "amazon_fba".
func (*Carrier) Code() string { return "amazon_fba" }

// Account is what a seller has who authorised an application.
func (*Carrier) Account() mocks.Account {
	return mocks.Account{
		Credentials: map[string]string{"refresh_token": refreshToken, "client_id": clientID, "client_secret": clientSecret},
		Settings: map[string]any{
			"marketplaces": map[string]string{"US": "ATVPDKIKX0DER", "CA": "A2EUQ1WTGCTBG2", "GB": "A1F83G8C2ARO7P", "DE": "A1PA6795UKMFR9", "JP": "A1VC38T7YXB528"},
			"skus":         map[string]string{"*NOPREP*": "needs prep details", "*NOSUCH*": "does not exist", "*FLAKY*": "fails once", "*SHORT*": "is counted one short"},
		},
		Paths: map[string]string{"token": tokenPath, "inbound": prefix, "v0": prefixV0},
	}
}

// Classify goes by method and path.
func (c *Carrier) Classify(r *http.Request, _ []byte) string {
	if _, pattern := c.mux.Handler(r); c.routes[pattern] != nil {
		return c.routes[pattern].kind
	}
	return mocks.OpOther
}

func (c *Carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", "5f3c0000-0000-4000-8000-"+c.desk.Serial(12))
	if _, pattern := c.mux.Handler(r); pattern == "" {
		refuse(w, &problem{http.StatusNotFound, "NotFound", "The requested resource does not exist.", ""})
		return
	}
	c.mux.ServeHTTP(w, r)
}

// TooMany is the refusal of a bucket that is empty. The rate is not told then.
func (*Carrier) TooMany(w http.ResponseWriter, _ *http.Request, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(max(int(after.Seconds()), 1)))
	refuse(w, &problem{http.StatusTooManyRequests, "QuotaExceeded", "You exceeded your quota for the requested resource.", ""})
}
