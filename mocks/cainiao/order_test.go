package cainiao

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// A parcel's life at the AliExpress door: asked for, sold without a number, found once the
// search sees it, numbered late, printed.
func TestOrderLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, mocks.Options{SearchLag: 500 * time.Millisecond, LateNumbers: time.Second})
		var quote struct {
			Response struct {
				Success bool            `json:"is_success"`
				List    []serviceResult `json:"result_list"`
			} `json:"result_response"`
		}
		s.sync("aliexpress.logistics.service.query", url.Values{"interface_request": {
			`{"order_id":8011223344556677,"goods_length":20,"goods_width":12,"goods_height":6,"goods_weight":"0.070","locale":"en_US","sub_order_list":[{"order_id":1,"goods_length":20,"goods_width":12,"goods_height":6,"goods_weight":"0.070"}]}`}}, &quote)
		if len(quote.Response.List) != 3 || quote.Response.List[0].Trial != "CNY 22.10" || quote.Response.List[0].OtherFees[0].Amount != "1.20" {
			t.Fatalf("got %+v", quote)
		}
		sold := s.buy("8011223344556677")
		if sold.Number != "" || !strings.HasPrefix(sold.OutCode, "LP") || len(sold.OutCode) != 16 {
			t.Fatalf("got %+v, want an LP number and no other yet", sold)
		}
		sales := s.sandbox.Purchases("cainiao", "8011223344556677")
		if len(sales) != 1 || sales[0].Account != "aliexpress" || sales[0].CarrierID != sold.OutCode || sales[0].TrackingNumber != "" ||
			sales[0].Charged != (mocks.Money{Amount: "23.30", Currency: "CNY"}) { // as quoted: 70 g and fuel
			t.Fatalf("got %+v", sales)
		}
		find := func() []detail {
			var out struct {
				Result struct {
					Success bool
					List    []detail `json:"result_list"`
				}
			}
			s.sync("aliexpress.logistics.querylogisticsorderdetail", url.Values{"trade_order_id": {"8011223344556677"}}, &out)
			return out.Result.List
		}
		if got := find(); len(got) != 0 {
			t.Errorf("got %+v, want nothing before the search lag", got)
		}
		time.Sleep(600 * time.Millisecond)
		if got := find(); len(got) != 1 || got[0].LP != sold.OutCode || got[0].Number != "" || got[0].Fee.Cent != 2330 {
			t.Errorf("got %+v, want the order without a number", got)
		}
		time.Sleep(600 * time.Millisecond)
		got := find()
		if len(got) != 1 || len(got[0].Number) != 13 || s.sandbox.Purchases("cainiao", "")[0].TrackingNumber != got[0].Number {
			t.Fatalf("got %+v, want the number there and in the ledger", got)
		}
		if codes := barcodes(t, s.print(got[0].Number)); !slices.Equal(codes, []string{got[0].Number}) {
			t.Errorf("label: got %v, want %s", codes, got[0].Number)
		}
	})
}

// print fetches a label by its number and unpacks the text that contains JSON.
func (s seller) print(number string) []byte {
	s.t.Helper()
	var out struct{ Result string }
	s.sync("aliexpress.logistics.redefining.getprintinfo", url.Values{"international_logistics_id": {number}}, &out)
	return s.unpack(out.Result)
}

func (s seller) unpack(text string) []byte {
	s.t.Helper()
	var in struct {
		StatusCode int
		Body       string `json:"body"`
	}
	if err := json.Unmarshal([]byte(text), &in); err != nil || in.StatusCode != 200 || len(in.Body) < 1000 {
		s.t.Fatalf("got %.100s, want a file", text)
	}
	return decoded(s.t, in.Body)
}

// A label that is not there comes in a body too short for a file.
func TestPrintTooEarly(t *testing.T) {
	s := open(t, mocks.Options{LateNumbers: time.Hour})
	sold := s.buy("1")
	c := s.sandbox.Purchases("cainiao", "")[0]
	var out struct{ Result string }
	s.sync("aliexpress.logistics.redefining.getprintinfo", url.Values{"international_logistics_id": {s10("LX", c.CarrierID[8:], "CN")}}, &out)
	if !strings.Contains(out.Result, `"StatusCode":200`) || len(out.Result) > 1000 || sold.Number != "" {
		t.Errorf("got %s, want a short body", out.Result)
	}
	if s.sync("aliexpress.logistics.redefining.getprintinfo", url.Values{"international_logistics_id": {"LX000000005CN"}}, &out); !strings.Contains(out.Result, `"StatusCode":500`) {
		t.Errorf("got %s, want an unknown number refused", out.Result)
	}
}

// Several labels come in one file, with a picking slip behind each if asked for.
func TestPrintSeveral(t *testing.T) {
	s := open(t, mocks.Options{})
	one, two := s.buy("1").Number, s.buy("2").Number
	var out struct{ Result string }
	s.sync("aliexpress.logistics.redefining.getprintinfos", url.Values{"print_detail": {"true"},
		"warehouse_order_query_d_t_os": {`[{"id":1,"international_logistics_id":"` + one + `"},{"international_logistics_id":"` + two + `"}]`}}, &out)
	if got := barcodes(t, s.unpack(out.Result)); !slices.Equal(got, []string{one, two}) {
		t.Errorf("got %v, want %s and %s", got, one, two)
	}
}

// createorder has no reference of ours: the same call again sells again.
func TestOrderTwice(t *testing.T) {
	s := open(t, mocks.Options{})
	one, two := s.buy("77"), s.buy("77")
	if one.OutCode == two.OutCode || one.Number == two.Number || len(s.sandbox.Purchases("cainiao", "77")) != 2 {
		t.Errorf("got %+v and %+v, want two sales", one, two)
	}
	page := func(n string) (got []online, pages int) {
		var out struct {
			Pages int      `json:"total_page"`
			List  []online `json:"result_list"`
		}
		s.sync("aliexpress.logistics.redefining.getonlinelogisticsinfo", url.Values{"order_id": {"77"}, "page_size": {"1"}, "current_page": {n}}, &out)
		return out.List, out.Pages
	}
	first, pages := page("1")
	second, _ := page("2")
	if pages != 2 || len(first) != 1 || len(second) != 1 || first[0].LP != two.OutCode || second[0].LP != one.OutCode {
		t.Errorf("got %+v, %+v of %d pages, want the newest first", first, second, pages)
	}
}

// Every limit of createorder is a refusal with its number, and none of them sells.
func TestOrderRefused(t *testing.T) {
	s := open(t, mocks.Options{})
	const products, addresses = "declare_product_d_t_os:", "address_d_t_os:"
	for _, tt := range []struct {
		name string
		edit []string
		want int
	}{
		{"other trade", []string{"trade_order_from", "SHOP"}, errArgument},
		{"unknown service", []string{"warehouse_carrier_service", "CAINIAO_TELEPORT"}, errService},
		{"no first leg", []string{"pickup_type", ""}, errArgument},
		{"unknown first leg", []string{"pickup_type", "DRONE"}, errArgument},
		{"other carrier without a name", []string{"pickup_type", "", "domestic_logistics_company_id", "-1", "domestic_tracking_no", "1"}, errArgument},
		{"long domestic number", []string{"pickup_type", "", "domestic_logistics_company_id", "505", "domestic_tracking_no", strings.Repeat("1", 33)}, errArgument},
		{"no goods", []string{"declare_product_d_t_os", "[]"}, errGoods},
		{"long Chinese name", []string{products + "手机壳", strings.Repeat("壳", 21)}, errGoods},
		{"long English name", []string{products + "phone case", strings.Repeat("a", 61)}, errGoods},
		{"nothing declared", []string{products + `"3.00"`, `"0.00"`}, errGoods},
		{"declared too much", []string{products + `"3.00"`, `"10000.01"`}, errGoods},
		{"heavy product", []string{products + "0.060", "2.001"}, errGoods},
		{"1000 pieces", []string{products + `"product_num":1`, `"product_num":1000`}, errGoods},
		{"heavy parcel", []string{products + `"product_num":1`, `"product_num":34`}, errWeight},
		{"battery in words", []string{products + `false`, `"yes"`}, errGoods},
		{"no receiver", []string{addresses + `"receiver"`, `"other"`}, errAddress},
		{"receiver without a phone", []string{addresses + "+79000000000", ""}, errAddress},
		{"unknown sender", []string{addresses + "1001", "999"}, errAddress},
		{"collection without an address", []string{"pickup_type", "DOOR_PICKUP"}, errAddress},
		{"return without an address", []string{"undeliverable_decision", "0", addresses + `"refund"`, `"other"`}, errAddress},
		{"Serbia as ISO", []string{addresses + `"RU"`, `"RS"`}, errCountry},
		{"no line", []string{addresses + `"RU"`, `"KP"`}, errCountry},
		{"long user key", []string{"top_user_key", strings.Repeat("k", 17)}, errArgument},
	} {
		var out createAnswer
		text := s.sync("aliexpress.logistics.order.createorder", shipment("5", tt.edit...), &out)
		if !out.Success || out.Result.Success || out.Result.ErrorCode != tt.want || out.Result.ErrorDesc == "" {
			t.Errorf("%s: got %s, want %d", tt.name, text, tt.want)
		}
	}
	var no failure
	if s.sync("aliexpress.logistics.order.createorder", shipment("5", "address_d_t_os", ""), &no); no.Error.Code != "MissingParameter" {
		t.Errorf("got %+v, want a missing parameter", no)
	}
	if s.sync("aliexpress.logistics.order.createorder", shipment("5x"), &no); no.Error.Code != "15" || no.Error.SubCode != "isv.invalid-parameter:trade_order_id" {
		t.Errorf("got %+v, want a malformed parameter", no)
	}
	if got := s.sandbox.Purchases("", ""); len(got) != 0 {
		t.Errorf("got %+v, want no sale", got)
	}
	s.buy("5", addresses+`"RU"`, `"SRB"`)
}

// Over 60 cm a side, 90 cm in all or 2 kg there is no line: an empty list, not an error.
func TestQuoteLimits(t *testing.T) {
	s := open(t, mocks.Options{})
	for _, tt := range []struct {
		l, w, h, kg string
		want        int
	}{{"60", "20", "10", "2.000", 3}, {"61", "10", "10", "1", 0}, {"40", "40", "11", "1", 0}, {"10", "10", "10", "2.001", 0}} {
		var out struct {
			Success bool            `json:"is_success"`
			List    []serviceResult `json:"result_list"`
		}
		s.sync("aliexpress.logistics.redefining.getonlinelogisticsservicelistbyorderid", url.Values{"order_id": {"1"},
			"goods_length": {tt.l}, "goods_width": {tt.w}, "goods_height": {tt.h}, "goods_weight": {tt.kg}, "locale": {"en_US"}}, &out)
		if !out.Success || len(out.List) != tt.want {
			t.Errorf("%+v: got %+v", tt, out)
		}
	}
	var out struct {
		Success bool `json:"is_success"`
		Result  struct {
			List []solution `json:"usable_solution_list"`
		}
	}
	s.sync("cainiao.global.solution.inquiry", url.Values{"trade_order_param": {`{"trade_order_id":1}`},
		"package_params": {`[{"length":200,"width":120,"height":60,"weight":420}]`}, "locale": {"en_US"}}, &out)
	premium := out.Result.List[1]
	if !out.Success || premium.Code != "CAINIAO_PREMIUM" || premium.Fees[0].Total != 9496 || premium.Fees[0].Details[0].Fee != 9196 {
		t.Errorf("got %+v", out) // 38.00 and 420 x 0.14, less 5 %, and 3.00 of fuel
	}
}

// control posts to the sandbox's control interface.
func control(t *testing.T, s seller, path, body string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://sandbox/_control/"+path, strings.NewReader(body))
	if path == "callbacks" {
		r.Method = http.MethodPut
	}
	w := httptest.NewRecorder()
	s.sandbox.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: got %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}
