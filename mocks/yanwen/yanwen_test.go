package yanwen

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// shop is a customer of the simulated Yanwen, without sockets.
type shop struct {
	t       *testing.T
	sandbox *mocks.Sandbox
	client  *http.Client
}

func open(t *testing.T) shop {
	t.Helper()
	s := mocks.New(mocks.Options{Seed: 10_000_000}, New)
	t.Cleanup(s.Close)
	return shop{t, s, &http.Client{Transport: mocks.Transport(s)}}
}

func (s shop) do(method, url, auth, body string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if auth != "" {
		r.Header.Set("Authorization", auth)
	}
	res, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// query are the signed common parameters of a call.
func query(method, body string, at time.Time) url.Values {
	ms := strconv.FormatInt(at.UnixMilli(), 10)
	return url.Values{"user_id": {userID}, "method": {method}, "format": {"json"}, "timestamp": {ms}, "version": {"V1.0"},
		"sign": {sign(apiToken, userID, body, "json", method, ms, "V1.0")}}
}

type answer struct {
	Success bool
	Code    string
	Message string
	Data    json.RawMessage
}

// call makes a signed call that reaches the business.
func (s shop) call(method, body string) answer {
	s.t.Helper()
	status, text := s.do("POST", "http://sandbox/yanwen/api/order?"+query(method, body, time.Now()).Encode(), "", body)
	var out answer
	if err := json.Unmarshal([]byte(text), &out); status != 200 || err != nil {
		s.t.Fatalf("%s: got %d %s", method, status, text)
	}
	return out
}

// into reads the data of a success.
func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if !a.Success || a.Code != "0" {
		t.Fatalf("got code %s %s, want a success", a.Code, a.Message)
	}
	if err := json.Unmarshal(a.Data, v); err != nil {
		t.Fatal(err)
	}
}

// newOrder is the carrier's sample order under a number, changed by edits of its JSON.
func newOrder(number string, edits ...string) string {
	body := `{"channelId":"481","orderSource":"gateway","orderNumber":"` + number + `","dateOfReceipt":"2026-01-01","receiverInfo":{"name":"Anna Test","phone":"+4915112345678","email":"anna@example.test","country":"DE","state":"Hessen","city":"Frankfurt","zipCode":"60311","address":"Zeil 1"},"parcelInfo":{"hasBattery":0,"currency":"EUR","totalPrice":12.50,"totalQuantity":1,"totalWeight":180,"ioss":"IM0000000000","productList":[{"goodsNameCh":"杯子","goodsNameEn":"cup","price":12.50,"priceExport":12.50,"hscode":"691110","quantity":1,"weight":170}]}}`
	return strings.NewReplacer(edits...).Replace(body)
}

func (s shop) buy(number string) createAnswer {
	s.t.Helper()
	var out createAnswer
	s.call("express.order.create", newOrder(number)).into(s.t, &out)
	return out
}

// The signature, by vectors that were computed apart from this code.
func TestSign(t *testing.T) {
	tests := []struct{ method, body, want string }{
		{"express.channel.getlist", `{}`, "c7b1634d612aa102a1837d084819a6c1"},
		{"express.order.label.get", `{"waybillNumber":"UH100000017YP"}`, "58a7d1833b298b743083858f30607b8a"},
		{"express.order.create", `{"remark":"测试"}`, "aecff7cbb36ed1949e53da1bb2f77cb0"},
	}
	for _, tt := range tests {
		got := sign("TEST0TOKEN1234567890ABCDEF000000", "900001", tt.body, "json", tt.method, "1767225600000", "V1.0")
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.method, got, tt.want)
		}
	}
}

// What the carrier's gateway refuses before the business sees it: plain Chinese text.
func TestAdmission(t *testing.T) {
	tests := []struct {
		name string
		edit func(q url.Values)
		body string
		at   time.Duration
		want int
	}{
		{"good", func(url.Values) {}, "{}", 0, 200},
		{"clock 4 minutes off", func(url.Values) {}, "{}", 4 * time.Minute, 200},
		{"clock 6 minutes ahead", func(url.Values) {}, "{}", 6 * time.Minute, 401},
		{"clock 6 minutes behind", func(url.Values) {}, "{}", -6 * time.Minute, 401},
		{"other body than signed", func(q url.Values) { q.Set("sign", query("common.country.getlist", "{ }", time.Now()).Get("sign")) }, "{}", 0, 401},
		{"upper-case signature", func(q url.Values) { q.Set("sign", strings.ToUpper(q.Get("sign"))) }, "{}", 0, 401},
		{"unknown customer", func(q url.Values) { q.Set("user_id", "1") }, "{}", 0, 401},
		{"small v", func(q url.Values) { q.Set("version", "v1.0") }, "{}", 0, 400},
		{"empty body", func(url.Values) {}, "", 0, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t)
				q := query("common.country.getlist", tt.body, time.Now().Add(tt.at))
				tt.edit(q)
				status, body := s.do("POST", "http://sandbox/yanwen/api/order?"+q.Encode(), "", tt.body)
				if status != tt.want || json.Valid([]byte(body)) != (tt.want == 200) {
					t.Errorf("got %d %s, want %d and JSON only when good", status, body, tt.want)
				}
			})
		})
	}
}

func TestUnknownMethodIsPlainText(t *testing.T) {
	s := open(t)
	q := query("express.order.gift", "{}", time.Now())
	if status, body := s.do("POST", "http://sandbox/yanwen/api/order?"+q.Encode(), "", "{}"); status != 400 || body != "请求方法不存在" {
		t.Errorf("got %d %s", status, body)
	}
}

func TestS10(t *testing.T) {
	for serial, want := range map[string]string{"10000001": "UH100000017YP", "73429811": "UH734298110YP", "00000000": "UH000000005YP",
		"99999999": "UH999999995YP", "47312482": "UH473124829YP"} {
		if got := s10("UH", serial, "YP"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A sale is in the ledger under the order number, at the price that calc.list quotes.
func TestCreateSellsAtTheQuotedPrice(t *testing.T) {
	s := open(t)
	var quotes []calcAnswer
	s.call("calc.list", `{"cityId":"440300","countryId":"DE","weight":180}`).into(t, &quotes)
	if len(quotes) != 3 || quotes[0].ChannelID != tracked || quotes[0].TotalFee != "31.42" || quotes[0].FreightFee != "12.42" {
		t.Fatalf("got quotes %+v, want three, the first of 19.00 + 0.180 × 69.00 = 31.42", quotes)
	}
	got := s.buy("GW-1")
	if got.WaybillNumber != s10("UH", got.WaybillNumber[2:10], "YP") || got.OrderNumber != "GW-1" || got.YanwenOrderNumber == "" || got.ReferenceNumber != "" {
		t.Errorf("got %+v, want a UH number with its check digit and no last-mile number yet", got)
	}
	sold := s.sandbox.Purchases("yanwen", "GW-1")
	if len(sold) != 1 {
		t.Fatalf("got %d sales, want 1", len(sold))
	}
	p := sold[0]
	if p.Charged != (mocks.Money{Amount: "31.42", Currency: "CNY"}) || p.ClientReference != "GW-1" || p.State != mocks.Live ||
		p.CarrierID != got.YanwenOrderNumber || p.TrackingNumber != got.WaybillNumber {
		t.Errorf("got %+v", p)
	}
}

// The same order number is refused for ever, after a cancel too, and sells nothing.
func TestDuplicateOrderNumber(t *testing.T) {
	s := open(t)
	bought := s.buy("GW-1")
	again := func() {
		t.Helper()
		if got := s.call("express.order.create", newOrder("GW-1")); got.Success || got.Code != "V121" {
			t.Errorf("got %s %s, want V121", got.Code, got.Message)
		}
	}
	again()
	s.call("express.order.cancel", `{"waybillNumber":"`+bought.WaybillNumber+`","note":"x"}`).into(t, new(any))
	again()
	if sold := s.sandbox.Purchases("", ""); len(sold) != 1 || sold[0].State != mocks.Voided {
		t.Errorf("got %+v, want the one sale, voided", sold)
	}
}

// Orders with one fault each, the code of the refusal, and nothing sold.
func TestCreateRefusals(t *testing.T) {
	tests := []struct{ name, from, to, code string }{
		{"no such product", `"channelId":"481"`, `"channelId":"999"`, "V101"},
		{"order number with a space", `"GW-1"`, `"GW 1"`, "V125"},
		{"order number of 51", `"GW-1"`, `"` + strings.Repeat("9", 51) + `"`, "V117"},
		{"no name", `"Anna Test"`, `" "`, "V401"},
		{"long name", `"Anna Test"`, `"` + strings.Repeat("ü", 51) + `"`, "V434"},
		{"no address", `"Zeil 1"`, `""`, "V408"},
		{"no phone", `"+4915112345678"`, `""`, "V415"},
		{"country not served", `"country":"DE"`, `"country":"KP"`, "V108"},
		{"country suspended", `"country":"DE"`, `"country":"RU"`, "V123"},
		{"wrong US zip", `"country":"DE"`, `"country":"US"`, ""},
		{"currency", `"EUR"`, `"CHF"`, "V305"},
		{"price zero", `"price":12.50`, `"price":0.00`, "V306"},
		{"export price missing", `"priceExport":12.50,`, ``, "V306"},
		{"no weight", `"totalWeight":180`, `"totalWeight":0`, "V307"},
		{"over 2 kg", `"totalWeight":180`, `"totalWeight":2001`, "V313"},
		{"pieces do not add up", `"totalQuantity":1`, `"totalQuantity":2`, "V308"},
		{"battery in general goods", `"hasBattery":0`, `"hasBattery":1`, codeBattery},
		{"longer than 60 cm", `"totalWeight":180`, `"totalWeight":180,"length":61,"width":5,"height":5`, codeSize},
		{"ioss", `"IM0000000000"`, `"IM1"`, codeTax},
		{"weight as text", `"totalWeight":180`, `"totalWeight":"a"`, "D1"},
		{"six groups of goods", `"productList":[`, `"productList":[` + strings.Repeat(`{"goodsNameCh":"杯","goodsNameEn":"cup","price":1,"priceExport":1,"quantity":1,"weight":1},`, 5), codeTooMany},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			got := s.call("express.order.create", newOrder("GW-1", tt.from, tt.to))
			if tt.code == "" { // a German code is a good US one
				got.into(t, new(any))
				return
			}
			if got.Success || got.Code != tt.code || got.Message == "" {
				t.Errorf("got %s %q, want %s", got.Code, got.Message, tt.code)
			}
			if n := len(s.sandbox.Purchases("", "")); n != 0 {
				t.Errorf("sold %d, want none", n)
			}
		})
	}
}

func TestUSZip(t *testing.T) {
	s := open(t)
	for zip, want := range map[string]string{"60311": "0", "60311-1234": "0", "6031": "V409", "ABCDE": "V409"} {
		got := s.call("express.order.create", newOrder("GW-"+zip, `"country":"DE"`, `"country":"1"`, "60311", zip))
		if got.Code != want {
			t.Errorf("%s: got %s %s, want %s", zip, got.Code, got.Message, want)
		}
	}
}

// The two ways of finding an order see it only after the search lag, and its last-mile number later still.
func TestFindAfterTheLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t)
		bought := s.buy("GW-1")
		list := func() (out []record) {
			t.Helper()
			s.call("express.order.getlist", `{"listNumber":["GW-1","GW-2"]}`).into(t, &out)
			return out
		}
		byWaybill := `{"waybillNumber":"` + bought.WaybillNumber + `"}`
		if got := list(); len(got) != 0 {
			t.Errorf("at once: got %d orders, want none", len(got))
		}
		if got := s.call("express.order.get", byWaybill); got.Code != codeNotFound {
			t.Errorf("at once: got %s, want %s", got.Code, codeNotFound)
		}
		time.Sleep(600 * time.Millisecond)
		got := list()
		if len(got) != 1 || got[0].WaybillNumber != bought.WaybillNumber || got[0].YanwenOrderNumber != bought.YanwenOrderNumber ||
			got[0].Status != stateMade || got[0].ReferenceNumber != "" || got[0].CreateTime != "2000-01-01 08:00:00" {
			t.Fatalf("after the lag: got %+v", got)
		}
		time.Sleep(time.Second)
		var one record
		s.call("express.order.get", byWaybill).into(t, &one)
		if len(one.ReferenceNumber) != 20 || one.ParcelInfo.TotalWeight != 180 || one.ReceiverInfo.City != "Frankfurt" {
			t.Errorf("later: got %+v, want a last-mile number of 20 digits", one)
		}
	})
}

func TestGetListTakesFifty(t *testing.T) {
	s := open(t)
	numbers, _ := json.Marshal(map[string][]string{"listNumber": strings.Split(strings.Repeat("GW,", 50)+"GW", ",")})
	if got := s.call("express.order.getlist", string(numbers)); got.Success {
		t.Error("51 numbers: got a success")
	}
}

// A label is a PDF with the number on it; of a cancelled order only the inner flag says no.
func TestLabel(t *testing.T) {
	s := open(t)
	bought := s.buy("GW-1")
	body := `{"waybillNumber":"` + bought.WaybillNumber + `","printRemark":0}`
	var l labelAnswer
	s.call("express.order.label.get", body).into(t, &l)
	pdf, err := base64.StdEncoding.DecodeString(l.Base64String)
	if err != nil || !l.IsSuccess || !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Contains(pdf, []byte(bought.WaybillNumber)) {
		t.Errorf("got success %v, %d bytes, %v, want a PDF with the number", l.IsSuccess, len(pdf), err)
	}
	if got := s.call("express.order.cancel", body); !got.Success || string(got.Data) != "null" {
		t.Errorf("cancel: got %+v, want data null", got)
	}
	if got := s.call("express.order.cancel", body); got.Code != codeNotCancel {
		t.Errorf("cancel again: got %s, want %s", got.Code, codeNotCancel)
	}
	s.call("express.order.label.get", body).into(t, &l)
	if l.IsSuccess || l.ErrorMessage == "" || l.Base64String != "" {
		t.Errorf("after the cancel: got %+v, want isSuccess false with a reason", l)
	}
	if got := s.call("express.order.label.get", `{"waybillNumber":"UH000000005YP"}`); got.Code != codeNotFound {
		t.Errorf("unknown number: got %s, want %s", got.Code, codeNotFound)
	}
}

// What was collected cannot be cancelled, and the order's state follows the scans.
func TestScansMoveTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t)
		n := s.buy("GW-1").WaybillNumber
		time.Sleep(time.Second)
		for _, step := range []struct {
			code  string
			state int
		}{{"OR10", stateConfirmed}, {"PU10", stateReceived}, {"LH20", stateMoving}, {"IC51", stateException}, {"LM50", stateUndeliver}, {"LM40", stateDelivered}, {"LM90", stateReturned}} {
			s.do("POST", "http://sandbox/_control/scan", "", `{"carrier":"yanwen","tracking_number":"`+n+`","code":"`+step.code+`"}`)
			var got record
			s.call("express.order.get", `{"waybillNumber":"`+n+`"}`).into(t, &got)
			if got.Status != step.state {
				t.Errorf("%s: got state %d, want %d", step.code, got.Status, step.state)
			}
			time.Sleep(time.Minute)
		}
		if got := s.call("express.order.cancel", `{"waybillNumber":"`+n+`"}`); got.Success {
			t.Error("cancelled what was collected")
		}
	})
}

func TestCatalogs(t *testing.T) {
	s := open(t)
	var countries, channels []struct{ ID, Code, NameCh, NameEn string }
	s.call("common.country.getlist", "{}").into(t, &countries)
	s.call("express.channel.getlist", "{}").into(t, &channels)
	var houses []struct{ Code, Name, Area string }
	s.call("common.warehouse.getlist", `{"channelId":481}`).into(t, &houses)
	if len(countries) != 36 || countries[2].Code != "DE" || len(channels) != 3 || channels[0].ID != "481" || len(houses) != 6 || houses[0].Code != "SZ01" {
		t.Errorf("got %d countries, %v, %v", len(countries), channels, houses)
	}
}

// Prices by zone and weight: which products quote, and the reason when none does.
func TestCalcList(t *testing.T) {
	s := open(t)
	tests := []struct{ name, body, want string }{
		{"zone of Germany by id", `{"cityId":440300,"countryId":3,"weight":1000}`, "481=88.00 484=81.00 485=105.00"},
		{"one gram is rounded up to the fen", `{"cityId":"440300","countryId":"GB","weight":1}`, "481=19.07 484=4.08 485=23.09"},
		{"Brazil has no ordinary mail", `{"cityId":"440300","countryId":"BR","weight":500}`, "481=85.00 485=99.50"},
		{"over 2 kg only special goods", `{"cityId":"440300","countryId":"US","weight":2500}`, "485=299.00"},
		{"over 3 kg nothing", `{"cityId":"440300","countryId":"US","weight":3001}`, "V318"},
		{"not served", `{"cityId":"440300","countryId":"KP","weight":100}`, "V108"},
		{"too long", `{"cityId":"440300","countryId":"US","weight":100,"length":61,"width":1,"height":1}`, codeSize},
		{"no weight", `{"cityId":"440300","countryId":"US"}`, "V307"},
		{"unknown origin", `{"cityId":"1","countryId":"US","weight":100}`, codeCity},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := s.call("calc.list", tt.body)
			got := a.Code
			if a.Success {
				var quotes []calcAnswer
				a.into(t, &quotes)
				var words []string
				for _, q := range quotes {
					words = append(words, q.ChannelID+"="+q.TotalFee.String())
				}
				got = strings.Join(words, " ")
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func (s shop) track(nums string) trackAnswer {
	s.t.Helper()
	status, body := s.do("GET", "http://sandbox/yanwen/api/tracking?nums="+nums, trackAccount, "")
	var out trackAnswer
	if err := json.Unmarshal([]byte(body), &out); status != 200 || err != nil {
		s.t.Fatalf("got %d %s", status, body)
	}
	return out
}

// The usual journeys, seen through the Track API: unordered, in local time, ending now.
func TestJourneys(t *testing.T) {
	tests := []struct{ journey, last, level string }{
		{"delivered", "LM40", "6"}, {"customs_hold", "IC51", "9"}, {"returned", "LM90", "0"}, {"lost", codeLost, "9"},
	}
	for _, tt := range tests {
		t.Run(tt.journey, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t)
				n := s.buy("GW-1").WaybillNumber
				if got := s.track(n).Result[0]; got.TrackingStatus != "NOTFOUND" || len(got.Checkpoints) != 0 || got.Levels["level1"] != "1" {
					t.Errorf("before any scan: got %+v, want NOTFOUND", got)
				}
				time.Sleep(2 * time.Second)
				push := `{"carrier":"yanwen","tracking_number":"` + n + `","journey":"` + tt.journey + `"}`
				status, body := s.do("POST", "http://sandbox/_control/push", "", push)
				if status != 200 || !strings.Contains(body, `"sent":0,`) {
					t.Errorf("push: got %d %s, want nothing sent, since Yanwen does not push", status, body)
				}
				got := s.track(n).Result[0]
				if got.TrackingStatus != tt.last || got.Levels["level1"] != tt.level || *got.Destination != "DE" || len(got.ExchangeNumber) != 20 {
					t.Errorf("got %s, level %s, %+v", got.TrackingStatus, got.Levels["level1"], got)
				}
				first := time.Now()
				var latest time.Time
				sorted := true
				for _, c := range got.Checkpoints {
					at, err := time.Parse("2006-01-02T15:04:05-07", c.TimeStamp+c.TimeZone)
					if err != nil {
						t.Fatal(err)
					}
					sorted = sorted && !at.Before(latest)
					if at.After(latest) {
						latest = at
					}
					if at.Before(first) {
						first = at
					}
					if c.Message == "" || (c.IsLastMile == 1) != strings.HasPrefix(c.TrackingStatus, "LM") {
						t.Errorf("got checkpoint %+v", c)
					}
				}
				if sorted || !latest.Equal(time.Now().Truncate(time.Second)) || time.Since(first) < 4*24*time.Hour {
					t.Errorf("sorted %v, from %v to %v, want unordered days that end now", sorted, first, latest)
				}
				if again := s.track(got.ExchangeNumber).Result[0]; again.WaybillNumber != n || again.TrackingNumber != got.ExchangeNumber {
					t.Errorf("by the last-mile number: got %+v", again)
				}
				before := len(got.Checkpoints)
				s.do("POST", "http://sandbox/_control/push", "", push)
				if after := s.track(n).Result[0]; len(after.Checkpoints) != before {
					t.Errorf("a second journey: got %d checkpoints, want still %d", len(after.Checkpoints), before)
				}
			})
		})
	}
}

func TestTrackingLimits(t *testing.T) {
	s := open(t)
	if got := s.track("A,B"); got.Code != 0 || len(got.Result) != 2 || got.Result[1].TrackingNumber != "B" || got.Result[1].TrackingStatus != "NOTFOUND" {
		t.Errorf("unknown numbers: got %+v", got)
	}
	if got := s.track(strings.Repeat("A,", 31)); got.Code != 1 || len(got.Result) != 0 {
		t.Errorf("31 numbers: got %+v, want code 1", got)
	}
	if status, body := s.do("GET", "http://sandbox/yanwen/api/tracking?nums=A", "someone", ""); status != 401 || !strings.Contains(body, `"code":1`) {
		t.Errorf("foreign account: got %d %s", status, body)
	}
}

// Half hours of offset do not fit the format: the whole hour below is given, at the same instant.
func TestHalfHourZones(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	got := checkpointOf(mocks.Scan{Code: "LM10", At: at, Country: "IN"})
	if got.TimeZone != "+05" || got.TimeStamp != "2026-01-02T08:04:05" {
		t.Errorf("got %s %s, want 08:04:05 at +05", got.TimeStamp, got.TimeZone)
	}
}

// The operations by which faults aim, and the arrival log that they leave.
func TestClassify(t *testing.T) {
	s := open(t)
	for method, op := range operations {
		s.call(method, "{}")
		if got := s.sandbox.Arrivals("yanwen", op); len(got) == 0 {
			t.Errorf("%s did not arrive as %s", method, op)
		}
		if (op == mocks.OpLabel) != (method == "express.order.create") {
			t.Errorf("%s is %s, but only the order commits money", method, op)
		}
	}
	s.track("A")
	if n := len(s.sandbox.Arrivals("yanwen", mocks.OpTrack)); n != 1 {
		t.Errorf("got %d track arrivals, want 1", n)
	}
}

// Over the limit the carrier answers in its own form.
func TestTooMany(t *testing.T) {
	s := open(t)
	s.sandbox.AddFault(mocks.Fault{Carrier: "yanwen", Kind: mocks.RateLimit})
	status, body := s.do("POST", "http://sandbox/yanwen/api/order?method=calc.list", "", "{}")
	if status != 429 || !strings.Contains(body, `"success":false`) {
		t.Errorf("order: got %d %s", status, body)
	}
	status, body = s.do("GET", "http://sandbox/yanwen/api/tracking", "", "")
	if status != 429 || !strings.Contains(body, `"code":1`) {
		t.Errorf("tracking: got %d %s", status, body)
	}
}

// Many buyers with few order numbers: each number sells once.
func TestConcurrentDuplicatesSellOnce(t *testing.T) {
	s := open(t)
	done := make(chan answer)
	for i := range 40 {
		go func() { done <- s.call("express.order.create", newOrder(fmt.Sprint("GW-", i%8))) }()
	}
	wins := 0
	for range 40 {
		if a := <-done; a.Success {
			wins++
		} else if a.Code != "V121" {
			t.Errorf("got %s %s, want V121", a.Code, a.Message)
		}
	}
	if sold := s.sandbox.Purchases("", ""); wins != 8 || len(sold) != 8 {
		t.Errorf("got %d successes and %d sales, want 8", wins, len(sold))
	}
}
