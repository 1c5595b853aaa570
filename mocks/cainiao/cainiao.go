// Package cainiao simulates the two doors to Cainiao's network that a seller uses: the
// AliExpress Open Platform (IOP) at /sync and /rest/…, for AliExpress orders, and the LINK
// gateway at /gateway/link.do, for all others. Both sell parcels with an LP number and an
// international number of the S10 shape.
//
// Shapes are those of AliExpress's IOP SDK and API metadata and, for LINK, of public clients
// (read 2026-11-21). What no source shows is marked unconfirmed where it stands: the fields of
// a token answer, error numbers other than 1 of createorder, LINK's error codes other than
// S02, and its tracking push. The door of a sale is its account in the ledger: aliexpress or
// link.
package cainiao

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The published account. The app key and the authorisation code are those of the signing
// examples, so that the examples can be tried here.
const (
	appKey        = "500123"
	appSecret     = "demoSecret"
	accessToken   = "50000601sandboxSellerAccess0000000000000000000001"
	refreshToken  = "50001601sandboxSellerRefresh000000000000000000001"
	authCode      = "3_500123_demoAuthCode"
	providerID    = "demo_resource_code"
	linkSecret    = "linkSecret42"
	pushFrom      = "CNCTP"
	accountAE     = "aliexpress"
	accountLink   = "link"
	senderID      = 1001
	pickupID      = 1002
	refundID      = 1003
	expressMailCo = 505 // a domestic carrier for the first leg
)

// Carrier is the simulated network with one seller.
type Carrier struct {
	desk *mocks.Desk

	mu        sync.Mutex
	orders    []*order // in the order of their sale
	byLP      map[string]*order
	byNumber  map[string]*order
	byTrade   map[string][]*order
	byOut     map[string]*order // LINK's by the customer's outOrderId
	quoted    map[string]int64  // AliExpress trade order to the grams that were asked about last
	bags      map[string]*bag   // handovers by content id
	successor map[string]string // token to the refresh token that it replaces once it is used
	spent     map[string]bool   // refresh tokens that are of no use any more
}

// noConfig keeps the PDF library from writing a configuration into the home folder.
var noConfig = sync.OnceFunc(api.DisableConfigDir)

// New makes a network without parcels that keeps its books at d.
func New(d *mocks.Desk) mocks.Carrier {
	noConfig()
	return &Carrier{
		desk: d, byLP: map[string]*order{}, byNumber: map[string]*order{}, byTrade: map[string][]*order{},
		byOut: map[string]*order{}, quoted: map[string]int64{}, bags: map[string]*bag{},
		successor: map[string]string{}, spent: map[string]bool{},
	}
}

// Code is "cainiao".
func (*Carrier) Code() string { return "cainiao" }

// Account is what the seller has of both doors.
//
// access_token is valid for ever. refresh_token stands for the seller who authorises anew: it
// can be used again and again, while those that a refresh returns rotate.
func (*Carrier) Account() mocks.Account {
	return mocks.Account{
		Credentials: map[string]string{
			"app_key": appKey, "app_secret": appSecret, "access_token": accessToken, "refresh_token": refreshToken, "auth_code": authCode,
			"logistic_provider_id": providerID, "link_secret": linkSecret,
		},
		Settings: map[string]any{
			"services": map[string]string{
				"standard": "CAINIAO_STANDARD", "premium": "CAINIAO_PREMIUM", "saver": "CAINIAO_ECONOMY",
				"global_standard": "CN_GLO_STD", "global_express": "CN_GLO_EXP", "global_saver": "CN_GLO_SAV",
			},
			"sender_address_id": senderID, "pickup_address_id": pickupID, "refund_address_id": refundID,
			"domestic_logistics_company_id": expressMailCo,
			"partner_code":                  providerID, "from_code": pushFrom,
		},
		Paths:      map[string]string{"sync": "/sync", "rest": "/rest", "link": "/gateway/link.do"},
		PushSecret: linkSecret,
	}
}

// kinds are the calls of both doors, by method, API path or msg_type.
var kinds = map[string]string{
	pathCreateToken:                        mocks.OpToken,
	pathRefreshToken:                       mocks.OpToken,
	pathRuleInfo:                           mocks.OpCatalog,
	"aliexpress.logistics.query.rule.info": mocks.OpCatalog,
	"aliexpress.logistics.redefining.listlogisticsservice":                   mocks.OpCatalog,
	"aliexpress.logistics.service.query":                                     mocks.OpRate,
	"aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid": mocks.OpRate,
	"cainiao.global.solution.inquiry":                                        mocks.OpRate,
	"aliexpress.logistics.order.createorder":                                 mocks.OpLabel,
	"aliexpress.logistics.querylogisticsorderdetail":                         mocks.OpFind,
	"aliexpress.logistics.redefining.getonlinelogisticsinfo":                 mocks.OpFind,
	"aliexpress.logistics.redefining.getprintinfo":                           mocks.OpDocument,
	"aliexpress.logistics.redefining.getprintinfos":                          mocks.OpDocument,
	"aliexpress.logistics.redefining.querytrackingresult":                    mocks.OpTrack,
	"cainiao.global.handover.commit":                                         mocks.OpManifest,
	"cainiao.global.handover.cancel":                                         mocks.OpManifest,
	"cainiao.global.handover.content.query":                                  mocks.OpManifest,
	"cainiao.global.handover.pdf.get":                                        mocks.OpDocument,
	"cnge.order.create":                                                      mocks.OpLabel,
	"cnge.order.cancel":                                                      mocks.OpVoid,
	"cnge.waybill.get":                                                       mocks.OpDocument,
	"cnge.track.get":                                                         mocks.OpTrack,
}

// Classify goes by API path, method or msg_type, in query or form.
func (*Carrier) Classify(r *http.Request, body []byte) string {
	if path, ok := strings.CutPrefix(r.URL.Path, "/rest"); ok {
		if op, ok := kinds[path]; ok {
			return op
		}
		return mocks.OpOther
	}
	key := "method"
	if r.URL.Path == "/gateway/link.do" {
		key = "msg_type"
	}
	name := r.URL.Query().Get(key)
	if name == "" {
		form, _ := url.ParseQuery(string(body))
		name = form.Get(key)
	}
	if op, ok := kinds[name]; ok {
		return op
	}
	return mocks.OpOther
}

func (c *Carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	switch {
	case err != nil:
		http.Error(w, "bad request", http.StatusBadRequest)
	case r.URL.Path == "/gateway/link.do":
		c.serveLink(w, r, string(body))
	case r.URL.Path == "/sync" || strings.HasPrefix(r.URL.Path, "/rest/"):
		c.serveIOP(w, r, string(body))
	default:
		http.NotFound(w, r)
	}
}

// TooMany is unconfirmed in both doors: AliExpress is known to name the code ApiCallLimit,
// LINK publishes no limit.
func (c *Carrier) TooMany(w http.ResponseWriter, r *http.Request, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(after.Seconds())))
	if r.URL.Path == "/gateway/link.do" {
		http.Error(w, "Too Many Requests", http.StatusTooManyRequests)
		return
	}
	no := &refusal{"ISP", "ApiCallLimit", "Access frequency exceeds the limit. this ban will last " + strconv.Itoa(int(after.Seconds())) + " seconds", "", ""}
	c.refuse(w, r, no)
}
