package wishpost

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// An ePacket has its number at once. The ledger has one sale, in yuan, by the guid.
func TestOrderWithNumber(t *testing.T) {
	c := now(t)
	b := c.buy()
	if !strings.HasPrefix(b.number, "LX") || !strings.HasSuffix(b.number, "CN") || len(b.number) != 13 || b.guid != "GW-1" || b.state == "Created" {
		t.Errorf("got %+v", b)
	}
	sales := c.sandbox.Purchases("wishpost", "GW-1")
	if len(sales) != 1 || sales[0].CarrierID != b.id || sales[0].TrackingNumber != b.number || sales[0].Charged != (mocks.Money{Amount: "40.40", Currency: "CNY"}) ||
		sales[0].Reference != "5f00aa11bb22cc33dd44ee66" || sales[0].State != mocks.Live {
		t.Errorf("got %+v", sales)
	}
	var account struct{ Data map[string]string }
	c.v3("account_info", "").into(0, &account)
	if account.Data["remaining"] != "4999959.60" || account.Data["currency"] != "CNY" || account.Data["debt"] != "0.00" {
		t.Errorf("got %v, want what was paid to be gone", account.Data)
	}
}

// A number that comes late: until then there is the WI id alone, and nothing to print or follow.
func TestLateNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, mocks.Options{RequestsPerSecond: -1})
		b := c.buy("11-1", "10-1")
		if b.number != "" || b.state != "Created" {
			t.Errorf("got %+v, want no number yet", b)
		}
		if got := c.status(b.id); got.Number != "" || got.StateCode != stateInProgress || c.sandbox.Purchases("wishpost", "")[0].TrackingNumber != "" {
			t.Errorf("got %+v, want no number yet", got)
		}
		time.Sleep(time.Second)
		got := c.status(b.id)
		if len(got.Number) != 13 || got.StateCode != stateAwaiting || got.Transactions[0] != "5f00aa11bb22cc33dd44ee66" {
			t.Errorf("got %+v, want the number", got)
		}
		if sale := c.sandbox.Purchases("wishpost", "")[0]; sale.TrackingNumber != got.Number {
			t.Errorf("the ledger has %q, want %s", sale.TrackingNumber, got.Number)
		}
	})
}

// Both generations of the document, and all three roots and lists that clients send.
func TestFormsOfAnOrder(t *testing.T) {
	flat := `<content>phone case</content><content_chinese>手机壳</content_chinese><weight>0.350</weight><num>2</num><single_price>25.00</single_price>
<from_country>CN</from_country><trande_no>nonWishOrder</trande_no><has_battery>0</has_battery><product_url>https://example.test/case</product_url>`
	items := sample()
	items = items[strings.Index(items, "<product_items>"):strings.Index(items, "</order>")]
	for name, change := range map[string][]string{
		"orders":               nil,
		"root around":          {"<orders>", "<root><orders>", "</orders>", "</orders></root>"},
		"items without inner":  {"<product_item>", "", "</product_item>", ""},
		"flat, 2015":           {items, flat},
		"two lines, two forms": {"</product_items>", "</product_items>" + strings.NewReplacer("<product_item>", "", "</product_item>", "").Replace(items)},
	} {
		c := now(t)
		b := c.buy(change...)
		grams := 350
		if strings.HasPrefix(name, "two") {
			grams = 700
		}
		if got := c.sandbox.Purchases("wishpost", "")[0].Charged.Amount; got != yuan(1800+int64(64*grams/10)) {
			t.Errorf("%s: got %s of %s, want the price of %d g", name, got, b.id, grams)
		}
	}
}

// A guid that comes twice sells twice: the sandbox takes the worse of what nobody has seen.
func TestGuidDoesNotProtect(t *testing.T) {
	c := now(t)
	if a, b := c.buy(), c.buy(); a.id == b.id || a.number == b.number {
		t.Errorf("got %+v and %+v, want two orders", a, b)
	}
	if n := len(c.sandbox.Purchases("wishpost", "GW-1")); n != 2 {
		t.Errorf("got %d sales, want 2", n)
	}
}

// What an order is refused for, before anything is sold.
func TestBadOrders(t *testing.T) {
	long := strings.Repeat("x", 101)
	for _, tt := range []struct {
		code   string
		change []string
	}{
		{"1001", []string{"<guid>GW-1</guid>", ""}}, {"1001", []string{"<recipient_province>California</recipient_province>", ""}},
		{"1001", []string{"TOKEN", ""}}, {"4000", []string{"TOKEN", "nonsense"}}, {"1001", []string{"<order>", "<parcel>", "</order>", "</parcel>"}},
		{"1002", []string{"11-1", "99-1"}}, {"1002", []string{"88 Keyuan Rd", long}}, {"1002", []string{"4085550100", strings.Repeat("1", 21)}},
		{"1002", []string{"<to>Jane Doe</to>", "<to>张三</to>"}}, {"1002", []string{">US<", ">UK<"}}, {"1002", []string{">US<", ">PR<"}},
		{"1002", []string{"<type_no>4", "<type_no>5"}}, {"1002", []string{"25.00", "25.001"}}, {"1002", []string{"25.00", "0"}},
		{"1001", []string{"11-1", "1"}}, {"1002", []string{"<doorpickup>", "<warehouse_code>7</warehouse_code><doorpickup>"}},
		{"1002", []string{"<doorpickup>0", "<doorpickup>2"}}, {"1002", []string{"<doorpickup>0", "<pickup_service>25-1</pickup_service><doorpickup>1"}},
		{"1001", []string{"<doorpickup>0", "<doorpickup>1", "<receive_phone>13000000001</receive_phone>", ""}}, {"1002", []string{"<doorpickup>0", "<doorpickup>1", "科苑路88号", "Keyuan Rd"}},
		{"1002", []string{"5f00aa11bb22cc33dd44ee66", "5f00aa11bb22cc33dd44ee66,5f00aa11bb22cc33dd44ee67"}}, {"1002", []string{"phone case", "手机"}},
		{"1002", []string{"手机壳", "phone case"}}, {"1002", []string{"<product_item_num>2", "<product_item_num>0"}}, {"1002", []string{"0.350", "0.3505"}},
		{"1002", []string{"0.350", "2.001"}}, {"1002", []string{"12.50", "12.505"}}, {"1002", []string{"has_battery>0", "has_battery>1"}},
		{"1002", []string{"sensitivity_type>0", "sensitivity_type>1"}}, {"1002", []string{"has_battery>0", "has_battery>1", "sensitivity_type>0", "sensitivity_type>2"}},
		{"1001", []string{"<product_item_product_url>https://example.test/case</product_item_product_url>", ""}}, {"1002", []string{"https://example.test", "example.test"}},
		{"1002", []string{"</orders>", ""}},
	} {
		c := now(t)
		a := c.v2("create_order", sample(tt.change...))
		n, status := a.xml()
		if status != tt.code || n.get("error_message")+n.get("error-message") == "" {
			t.Errorf("%v: got %s, want %s", tt.change, a.body, tt.code)
		}
		if sales := c.sandbox.Purchases("wishpost", ""); len(sales) != 0 {
			t.Errorf("%v: was sold", tt.change)
		}
	}
}

// China Post wants a warehouse, and outside of Shanghai the collection's address in Chinese.
func TestChinaPost(t *testing.T) {
	c := now(t)
	post := []string{"<otype>11-1", "<warehouse_code>1001</warehouse_code><otype>1"}
	if b := c.buy(post...); !strings.HasPrefix(b.number, "RW") {
		t.Errorf("got %+v, want a registered number", b)
	}
	without := append(post, "<receive_city>深圳市</receive_city>", "")
	if _, status := c.v2("create_order", sample(without...)).xml(); status != "1001" {
		t.Errorf("got status %s, want 1001", status)
	}
	c.buy(append(without, "<sender_city>Shenzhen", "<sender_city>Shanghai")...)
}

// Cancelled until somebody has collected it; the call says success either way.
func TestCancel(t *testing.T) {
	c := now(t)
	a, b := c.buy(), c.buy()
	c.control("scan", `{"carrier":"wishpost","tracking_number":"`+b.number+`","code":"3","city":"Shenzhen","country":"CN"}`)
	cancel := func(ids ...string) (out struct {
		Failed []failedCancel `json:"failed_cancel_orders"`
	}) {
		var list []string
		for _, id := range ids {
			list = append(list, `{"tracking_id":"`+id+`","cancel_reason_code":"40101"}`)
		}
		c.v3("cancel_orders", `{"orders":[`+strings.Join(list, ",")+`]}`).into(0, &out)
		return out
	}
	got := cancel(a.id, b.number, "WI000000000001DMO")
	if len(got.Failed) != 2 || got.Failed[0].TrackingID != b.number || got.Failed[0].ID != b.id || got.Failed[1].ID != "" || got.Failed[0].Code == got.Failed[1].Code {
		t.Errorf("got %+v", got)
	}
	if got := cancel(a.number); len(got.Failed) != 1 {
		t.Errorf("got %+v, want a second cancel to fail", got)
	}
	if s := c.status(a.id); s.StateCode != stateCancelled || s.CancelReason != "40101" {
		t.Errorf("got %+v, want it cancelled", s)
	}
	sales := c.sandbox.Purchases("wishpost", "")
	if sales[0].State != mocks.Voided || sales[1].State != mocks.Live {
		t.Errorf("got %+v", sales)
	}
	for _, body := range []string{`{"orders":[]}`, `{"orders":[{"tracking_id":"x","cancel_reason_code":""}]}`} {
		c.v3("cancel_orders", body).into(1001, &struct{}{})
	}
}

// Only create_order is a sale to the sandbox.
func TestClassify(t *testing.T) {
	c, labels := New(nil), 0
	for path, h := range c.(*Carrier).routes {
		if h.op == mocks.OpLabel {
			labels++
		}
		method, url, _ := strings.Cut(path, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, "http://x"+url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Classify(r, nil); got != h.op {
			t.Errorf("%s: got %s, want %s", path, got, h.op)
		}
	}
	if labels != 1 {
		t.Errorf("got %d calls that sell, want 1", labels)
	}
}

// Many at once: every order its own number, every fen accounted for.
func TestConcurrency(t *testing.T) {
	c := now(t)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			b := c.v2("create_order", sample("GW-1", fmt.Sprint("GW-", i)))
			if !strings.Contains(string(b.body), "<status>0</status>") {
				t.Errorf("got %s", b.body)
			}
		})
	}
	wg.Wait()
	numbers := map[string]bool{}
	for _, p := range c.sandbox.Purchases("wishpost", "") {
		numbers[p.TrackingNumber] = true
	}
	var account struct{ Data map[string]string }
	c.v3("account_info", "").into(0, &account)
	if len(numbers) != 40 || account.Data["total"] != "4998384.00" {
		t.Errorf("got %d numbers and %s, want 40 and the rest", len(numbers), account.Data["total"])
	}
}
