// Package wishpost simulates WishPost, the shipping platform of Wish: its XML interface
// (/api/v2: orders, labels, scans), its JSON interface (/api/v3: OAuth, channels, warehouses,
// the state of orders, cancels, the account) and the address that labels are fetched from. It
// has one merchant with an account in yuan.
//
// Every order that is created is a sale. A guid that comes twice sells twice: nobody has seen
// whether WishPost tells the two apart, and the sandbox takes the worse case. The number of an
// order of some channels comes late; until then only its WI id is known.
//
// Source: four public clients of 2015 to 2022 (wms3001/wishPost, littlebossERP/erp_opensource
// and two others; read 2026-11-21). No specification was to be had, so that much is
// unconfirmed where it stands: all error codes but 1001, 1007 to 1010, 4000 and 9000, the
// HTTP status of a refusal, the state of a barcode but Created, the state_code of an order, cancel_result_code, the form and zone
// of a scan's date, and what a status_number between the known ones is called.
package wishpost

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The published account.
const (
	clientID     = "5f00aa11bb22cc33dd44ee55"
	clientSecret = "0123456789abcdef0123456789abcdef"
	redirectURI  = "https://merchant.example.test/wishpost/callback"
	consentCode  = "sandboxConsentCode0001"
	merchant     = "60a1b2c3d4e5f60718293a4b"
	scopes       = "user.order.write user.order.read user.label.read"
)

// startBalance is what the account holds at first, in fen; debtLimit is how far it may go below.
const (
	startBalance = 5_000_000_00
	debtLimit    = 1_000_00
)

// Carrier is the simulated platform with its one merchant.
type Carrier struct {
	desk   *mocks.Desk
	routes map[string]handler

	mu        sync.Mutex
	balance   int64             // fen
	byID      map[string]*order // by the WI id
	byBarcode map[string]*order
	files     map[string]file   // labels to be fetched, by name
	redeemed  map[string]bool   // codes of a consent that were used
	successor map[string]string // token to the refresh token that it replaces once it is used
	spent     map[string]bool   // refresh tokens that are of no use any more
}

// noConfig keeps the PDF library from writing a configuration into the home folder.
var noConfig = sync.OnceFunc(api.DisableConfigDir)

// New makes a platform without orders that keeps its books at d.
func New(d *mocks.Desk) mocks.Carrier {
	noConfig()
	c := &Carrier{desk: d, balance: startBalance, byID: map[string]*order{}, byBarcode: map[string]*order{}, files: map[string]file{},
		redeemed: map[string]bool{}, successor: map[string]string{}, spent: map[string]bool{}}
	c.routes = c.table()
	return c
}

// Code is "wishpost".
func (*Carrier) Code() string { return "wishpost" }

// Account is what the merchant and his application know. The code of the consent can be used
// once after each reset; refresh_token stands for a merchant who consents anew, and can be
// used again and again, while those that a refresh returns rotate. Two more access tokens are
// there to be refused.
func (*Carrier) Account() mocks.Account {
	far, past := time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
	return mocks.Account{
		Credentials: map[string]string{
			"client_id": clientID, "client_secret": clientSecret, "redirect_uri": redirectURI, "auth_code": consentCode,
			"refresh_token": seal(kindStanding, far, "0"), "access_token": seal(kindAccess, far, "0"),
			"access_token_expired": seal(kindAccess, past, "1"), "access_token_revoked": seal(kindRevoked, far, "2"),
		},
		Settings: map[string]any{
			"services":       map[string]string{"epacket": "11-1", "tracked": "10-1"},
			"china_post":     map[string]string{"ordinary": "0", "registered": "1"},
			"warehouse_code": strconv.Itoa(warehouses[0].Code), "pickup_service": "25-1", "cancel_reason_code": "40101", "currency": "CNY",
		},
		Paths: map[string]string{"v2": "/api/v2", "v3": "/api/v3", "token": "/api/v3/access_token", "authorize": "/oauth_v3/authorize"},
	}
}

// handler answers one path; the body is read.
type handler struct {
	op    string
	serve func(w http.ResponseWriter, r *http.Request, body []byte)
}

// table is every path by method.
func (c *Carrier) table() map[string]handler {
	return map[string]handler{
		"GET /oauth_v3/authorize":           {mocks.OpOther, c.authorize},
		"GET /oauth/authorize":              {mocks.OpOther, c.authorize},
		"POST /api/v3/access_token":         {mocks.OpToken, c.token3("authorization_code")},
		"POST /api/v3/access_token/refresh": {mocks.OpToken, c.token3("refresh_token")},
		"POST /api/v2/oauth/access_token":   {mocks.OpToken, c.token2("authorization_code")},
		"POST /api/v2/oauth/refresh_token":  {mocks.OpToken, c.token2("refresh_token")},
		"GET /api/v3/oauth/test":            {mocks.OpOther, c.v3(c.whoami3)},
		"POST /api/v2/auth_test":            {mocks.OpOther, c.v2(c.whoami2)},
		"GET /api/v3/channels":              {mocks.OpCatalog, c.v3(c.getChannels)},
		"POST /api/v3/get_channels":         {mocks.OpCatalog, c.v3(c.getChannels)},
		"POST /api/v3/warehouse":            {mocks.OpCatalog, c.v3(c.getWarehouses)},
		"POST /api/v3/scopes":               {mocks.OpOther, c.v3(c.getScopes)},
		"POST /api/v3/announcements":        {mocks.OpOther, c.v3(c.getAnnouncements)},
		"GET /api/v3/account_info":          {mocks.OpOther, c.v3(c.getAccount)},
		"POST /api/v2/create_order":         {mocks.OpLabel, c.v2(c.createOrder)},
		"POST /api/v3/order_status":         {mocks.OpFind, c.v3(c.orderStatus)},
		"POST /api/v2/generate_label":       {mocks.OpDocument, c.v2(c.generateLabel)},
		"POST /api/v3/cancel_orders":        {mocks.OpVoid, c.v3(c.cancelOrders)},
		"POST /api/v2/tracking":             {mocks.OpTrack, c.v2(c.tracking)},
	}
}

// Classify goes by method and path. A label's file is a document too.
func (c *Carrier) Classify(r *http.Request, _ []byte) string {
	if strings.HasPrefix(r.URL.Path, filePath) {
		return mocks.OpDocument
	}
	if h, ok := c.routes[r.Method+" "+r.URL.Path]; ok {
		return h.op
	}
	return mocks.OpOther
}

func (c *Carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, filePath) {
		c.getFile(w, r)
		return
	}
	h, ok := c.routes[r.Method+" "+r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	h.serve(w, r, body)
}

// TooMany is unconfirmed: no limit is published, and no form of refusal.
func (*Carrier) TooMany(w http.ResponseWriter, r *http.Request, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(after.Seconds())))
	no := refusal{status: http.StatusTooManyRequests, code: 9000, message: "Too many requests, please try again later"}
	if strings.HasPrefix(r.URL.Path, "/api/v2/") {
		no.xml(w)
		return
	}
	no.json(w)
}
