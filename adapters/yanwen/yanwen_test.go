package yanwen

import (
	"net/http"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/mocks"
	mockyanwen "github.com/crossdock-hub/crossdock/mocks/yanwen"
	"github.com/crossdock-hub/crossdock/normalize"
)

// harness is the account that the simulator publishes.
var harness = adaptertest.Harness{
	Spec: Spec(),
	Config: `base_url: http://sandbox/yanwen/api/order
track_url: http://sandbox/yanwen/api/tracking
user_id: "900001"
api_token: SANDBOX0TOKEN0OF0YANWEN0900001AB
services: {tracked: "481", ordinary: "484", special: "485"}
company_code: SZ01
city_id: "440300"
`,
	Service:  tracked,
	Shipment: adaptertest.Shipment(),
	Wire: func(t testing.TB, push *http.Client) http.RoundTripper {
		s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1, HTTP: push}, mockyanwen.New)
		t.Cleanup(s.Close)
		return mocks.Transport(s)
	},
	Refusals: []adaptertest.Refusal{
		{Name: "order number used", Kind: normalize.KindDuplicate, Reply: refused("V121", "订单号重复")},
		{Name: "country not served", Kind: normalize.KindNotServiceable, Field: "/destination/country", Reply: refused("V108", "该产品不通达目的国")},
		{Name: "phone missing", Kind: normalize.KindInvalidRequest, Field: "/destination/phone", Reply: refused("V415", "收件人电话不能为空")},
		{Name: "token refused", Kind: normalize.KindAuthFailed, Reply: refused("V001", "认证失败")},
		{Name: "quota used", Kind: normalize.KindRateLimited, Reply: refused("D4", "额度已用完")},
	},
	UnknownCode: "ZZ99",
	Exact: []adaptertest.Exact{
		{Name: "a tenth and two tenths", Want: normalize.Money{Minor: 30, Currency: "CNY"}, Reply: adaptertest.Reply{Body: priceReply(`0.1`, `0.2`, `0.3`)}},
		{Name: "prices as strings", Want: normalize.Money{Minor: 4108, Currency: "CNY"}, Reply: adaptertest.Reply{Body: priceReply(`"22.08"`, `"19.00"`, `"41.08"`)}},
		{Name: "a line that no source names", Want: normalize.Money{Minor: 4109, Currency: "CNY"}, Reply: adaptertest.Reply{Body: priceReply(`22.08`, `19`, `41.09`)}},
	},
}

func refused(code, message string) adaptertest.Reply {
	return adaptertest.Reply{Body: `{"success":false,"code":"` + code + `","message":"` + message + `","data":null}`}
}

func priceReply(freight, registration, total string) string {
	return `{"success":true,"code":"0","message":"success","data":[{"channelId":"481","channelNameEn":"Tracked","currency":"CNY","freightFee":` +
		freight + `,"registrationFee":` + registration + `,"totalFee":` + total + `}]}`
}

func TestConformance(t *testing.T) { adaptertest.Run(t, harness) }
