// Package speedpak simulates SpeedPAK by its door at eBay: the eDIS REST API
// (sell/edelivery_international_shipping/v1) and the token endpoint of eBay's identity
// service. It has one seller in Greater China, with a wallet in US dollars.
//
// A package is created as a free draft, with its number and an estimate. Confirming it
// freezes the money: that, and only that, is the sale. One order line is in one package,
// unless maxQuantityLimit says how many more; a cancelled package lets its line go.
//
// Some order lines are made to fail. Where the transaction (behind the dash) is an error id
// of createPackage, creating fails with it: 110000000001-355009 is an order that is not
// synced yet. Where the listing (before the dash) is an error id, confirming fails with it:
// 355031-1 is a package for which the wallet has too little. Nothing else of such a line
// differs.
//
// Source: eBay eDelivery International Shipping API, OpenAPI 1.1.0, and eBay's OAuth guide,
// read 2026-11-21. Not in them, and therefore unconfirmed where it stands: the values of
// packageStatus, of a tracking event's status, of batteries and of pickup times, the form of
// eventTime, and the ids of general refusals.
package speedpak

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
	clientID     = "Crossdoc-sandbox-PRD-000000001"
	clientSecret = "PRD-sandbox-cert-0001"
	ruName       = "Crossdock-Crossdoc-sandbox-abcde"
	consentCode  = "v^1.1#i^1#sandbox^consent^0001"
	seller       = "bright_co_sz"
	stranger     = "garage_sale_uk" // a seller whom the API does not serve

	tokenPath = "/identity/v1/oauth2/token"
	root      = "/sell/edelivery_international_shipping/v1"
)

// startBalance is what the wallet holds at first, in cents.
const startBalance = 5_000_000_00

// Carrier is the simulated eDIS with its one seller.
type Carrier struct {
	desk *mocks.Desk
	mux  *http.ServeMux

	mu          sync.Mutex
	wallet      int64           // cents that are neither spent nor frozen
	spentCodes  map[string]bool // consent codes that were used
	packages    map[string]*parcel
	byNumber    map[string]*parcel
	byLine      map[string][]*parcel // in the order of creation
	addresses   []address
	preferences []consignPreference
	bundles     map[string]*bundle
}

// New makes an eDIS without packages that keeps its books at d.
func New(d *mocks.Desk) mocks.Carrier {
	c := &Carrier{desk: d, wallet: startBalance, spentCodes: map[string]bool{}, packages: map[string]*parcel{},
		byNumber: map[string]*parcel{}, byLine: map[string][]*parcel{}, bundles: map[string]*bundle{},
		addresses: firstAddresses(), preferences: firstPreferences()}
	c.mux = c.routes()
	return c
}

// Code is "speedpak".
func (*Carrier) Code() string { return "speedpak" }

// Account is what the developer portal and the seller's eDIS pages would show. The consent
// code can be used once after each reset; the refresh tokens are good for 18 months.
func (*Carrier) Account() mocks.Account {
	issued := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return mocks.Account{
		Credentials: map[string]string{
			"client_id": clientID, "client_secret": clientSecret, "redirect_uri": ruName, "authorization_code": consentCode,
			"refresh_token":             seal(grant{refresh, seller, edelivery, issued.Add(2 * refreshLife).Unix()}),
			"refresh_token_not_allowed": seal(grant{refresh, stranger, edelivery, issued.Add(2 * refreshLife).Unix()}),
		},
		Settings: map[string]any{
			"seller": seller, "scope": edelivery, "currency": walletCurrency,
			"services":              map[string]string{"standard": "SpeedPAK Standard", "economy": "SpeedPAK Economy"},
			"ship_from_address_id":  "80001",
			"consign_preference_id": "90001",
		},
		Paths: map[string]string{"api": root, "token": tokenPath},
	}
}

func (c *Carrier) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]http.HandlerFunc{
		"GET /services":                       c.getServices,
		"GET /address_preference":             c.getAddresses,
		"POST /address_preference":            c.addAddress,
		"GET /consign_preference":             c.getPreferences,
		"POST /consign_preference":            c.addPreference,
		"GET /dropoff_sites":                  c.getDropoffSites,
		"GET /agents":                         c.getAgents,
		"GET /battery_qualifications":         c.getQualifications,
		"POST /package":                       c.createPackage,
		"GET /package/{id}":                   c.getPackage,
		"DELETE /package/{id}":                c.deletePackage,
		"GET /package/{id}/item":              c.findByLine,
		"POST /package/{id}/confirm":          c.confirmPackage,
		"POST /package/{id}/cancel":           c.cancelPackage,
		"POST /package/{id}/clone":            c.clonePackage,
		"POST /package/bulk_confirm_packages": c.bulk((*Carrier).confirm),
		"POST /package/bulk_cancel_packages":  c.bulk((*Carrier).cancel),
		"POST /package/bulk_delete_packages":  c.bulk((*Carrier).remove),
		"GET /labels":                         c.getLabels,
		"GET /handover_sheet":                 c.getHandoverSheet,
		"POST /bundle":                        c.createBundle,
		"GET /bundle/{id}":                    c.getBundle,
		"POST /bundle/{id}/cancel":            c.cancelBundle,
		"GET /bundle/{id}/label":              c.getBundleLabel,
		"GET /tracking":                       c.getTracking,
		"GET /actual_costs":                   c.getActualCosts,
		"POST /complaint":                     c.complain,
	} {
		mux.HandleFunc(pattern, handle)
	}
	return mux
}

// Classify goes by method and path: the sale is the confirm, single or in bulk.
func (*Carrier) Classify(r *http.Request, _ []byte) string {
	path, ok := strings.CutPrefix(r.URL.Path, root)
	last := path[strings.LastIndex(path, "/")+1:]
	switch {
	case r.URL.Path == tokenPath:
		return mocks.OpToken
	case !ok:
		return mocks.OpOther
	case last == "confirm", last == "bulk_confirm_packages":
		return mocks.OpLabel
	case path == "/package" && r.Method == http.MethodPost, last == "clone":
		return mocks.OpDraft
	case strings.HasPrefix(path, "/bundle"), path == "/handover_sheet":
		return mocks.OpManifest
	case last == "cancel", last == "bulk_cancel_packages", last == "bulk_delete_packages", r.Method == http.MethodDelete:
		return mocks.OpVoid
	case strings.HasPrefix(path, "/package/"):
		return mocks.OpFind
	case path == "/labels":
		return mocks.OpDocument
	case path == "/tracking":
		return mocks.OpTrack
	case path == "/complaint", path == "/actual_costs":
		return mocks.OpOther
	}
	return mocks.OpCatalog
}

func (c *Carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == tokenPath {
		c.token(w, r)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, root)
	if !ok {
		refuse(w, http.StatusNotFound, general(errNotFound))
		return
	}
	if status, no := admit(r, time.Now()); status != 0 {
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		refuse(w, status, no)
		return
	}
	inner := r.Clone(r.Context())
	inner.URL = &url.URL{Path: path, RawQuery: r.URL.RawQuery}
	if _, pattern := c.mux.Handler(inner); pattern == "" {
		refuse(w, http.StatusNotFound, general(errNotFound))
		return
	}
	c.mux.ServeHTTP(w, inner)
}

// TooMany is eBay's refusal of calls above the application's quota.
func (*Carrier) TooMany(w http.ResponseWriter, r *http.Request, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(after.Seconds())))
	refuse(w, http.StatusTooManyRequests, general(errQuota))
}
