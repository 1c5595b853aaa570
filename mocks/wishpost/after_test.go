package wishpost

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// Labels come as one file behind a URL, on the paper that was asked for, and their barcodes
// are the numbers.
func TestLabels(t *testing.T) {
	c := now(t)
	a, b := c.buy(), c.buy()
	for code, size := range map[string][2]int{"1": {595, 842}, "2": {283, 283}} {
		for lang, numbers := range map[string][]string{"1": {a.number}, "2": {a.number, b.number}} {
			body := "<root><access_token>TOKEN</access_token><printlang>" + lang + "</printlang><printcode>" + code + "</printcode><barcodes><barcode>" +
				strings.Join(numbers, "</barcode><barcode>") + "</barcode></barcodes></root>"
			got := c.do("GET", c.v2("generate_label", body).fine().get("PDF_URL"), "")
			dims, err := api.PageDims(bytes.NewReader(got.body), model.NewDefaultConfiguration())
			if err != nil || len(dims) != len(numbers) || int(dims[0].Width) != size[0] || int(dims[0].Height+0.2) != size[1] || len(got.body) < 1000 {
				t.Errorf("printcode %s: got %v (%v), want %d pages of %v points", code, dims, err, len(numbers), size)
			}
			slices.Sort(numbers)
			if found := barcodes(t, got.body); !slices.Equal(found, numbers) || got.header.Get("Content-Type") != "application/pdf" {
				t.Errorf("got %v, want %v", found, numbers)
			}
		}
	}
	n := c.v2("create_order", sample()).fine()
	if got := c.do("GET", n.get("PDF_10_EN_URL"), ""); !bytes.HasPrefix(got.body, []byte("%PDF-")) {
		t.Errorf("got %.40q, want the label of the order's answer", got.body)
	}
}

// What cannot be printed: an error, and behind a dead URL a short page with a status of 200.
func TestNoLabels(t *testing.T) {
	c := now(t)
	a := c.buy()
	ask := func(numbers, lang, code string) answer {
		return c.v2("generate_label", "<root><access_token>TOKEN</access_token><printlang>"+lang+"</printlang><printcode>"+code+"</printcode><barcodes>"+numbers+"</barcodes></root>")
	}
	one := "<barcode>" + a.number + "</barcode>"
	for _, tt := range []struct{ numbers, lang, code, want string }{
		{"", "1", "2", "1001"}, {strings.Repeat(one, 51), "1", "2", "1002"}, {one, "3", "2", "1002"}, {one, "1", "3", "1002"}, {"<barcode>LX000000005CN</barcode>", "1", "2", "1002"},
	} {
		if _, status := ask(tt.numbers, tt.lang, tt.code).xml(); status != tt.want {
			t.Errorf("%+v: got %s", tt, status)
		}
	}
	url := ask(one, "1", "2").fine().get("PDF_URL")
	c.v3("cancel_orders", `{"orders":[{"tracking_id":"`+a.id+`","cancel_reason_code":"40101"}]}`).into(0, &struct{}{})
	if _, status := ask(one, "1", "2").xml(); status != "1002" {
		t.Errorf("got %s for a cancelled order", status)
	}
	for _, dead := range []string{url, "/wishpost/label_file/none.pdf"} {
		if got := c.do("GET", dead, ""); got.status != http.StatusOK || len(got.body) >= 1000 || bytes.HasPrefix(got.body, []byte("%PDF")) {
			t.Errorf("got %d and %d bytes, want a short page", got.status, len(got.body))
		}
	}
}

// tracked is the timeline of a number by what it is called in the answer.
func (c *client) tracked(number, language string) (codes []string, message string) {
	c.t.Helper()
	n := c.v2("tracking", "<tracks><access_token>TOKEN</access_token><language>"+language+"</language><track><barcode>"+number+"</barcode></track></tracks>")
	message = "none"
	if _, rest, ok := strings.Cut(string(n.body), `error_message="`); ok {
		message, _, _ = strings.Cut(rest, `"`)
	}
	for _, tracks := range n.fine().all("tracks") {
		for _, track := range tracks.all("track") {
			codes = append(codes, track.get("status_number")+track.get("status_Number"))
			if track.get("date") == "" || track.get("status_desc") == "" {
				c.t.Errorf("got %+v", track)
			}
		}
	}
	return codes, message
}

// Where each journey ends, for a tracked channel and for one that is not.
func TestJourneys(t *testing.T) {
	for _, tt := range []struct {
		otype, kind, last string
		state             int
	}{
		{"11-1", "delivered", "24", stateDelivered}, {"11-1", "customs_hold", "10", stateMoving}, {"11-1", "returned", "6", stateMoving}, {"11-1", "lost", "12", stateMoving},
		{"10-0", "delivered", "18", stateMoving}, {"10-0", "lost", "18", stateMoving},
	} {
		c := now(t)
		b := c.buy("11-1", tt.otype)
		if codes, message := c.tracked(b.number, "en"); len(codes) != 1 || codes[0] != "2" || message != "" {
			t.Errorf("got %v %q before the first scan, want not found", codes, message)
		}
		c.control("push", `{"carrier":"wishpost","tracking_number":"`+b.number+`","journey":"`+tt.kind+`"}`)
		codes, message := c.tracked(b.number, "cn")
		if len(codes) < 5 || codes[0] != "1" || codes[len(codes)-1] != tt.last || message != "" {
			t.Errorf("%s %s: got %v %q", tt.otype, tt.kind, codes, message)
		}
		if got := c.status(b.id).StateCode; got != tt.state {
			t.Errorf("%s %s: got state %d, want %d", tt.otype, tt.kind, got, tt.state)
		}
	}
}

// Unknown numbers are named one by one; unknown codes come through; both spellings occur.
func TestTracking(t *testing.T) {
	c := now(t)
	if codes, message := c.tracked("LX000000005CN", "en"); len(codes) != 0 || message == "" {
		t.Errorf("got %v %q of an unknown number", codes, message)
	}
	spelled := map[bool]bool{}
	for range 20 {
		b := c.buy()
		c.control("scan", `{"carrier":"wishpost","tracking_number":"`+b.number+`","code":"ZZ99","at":"2026-11-20T10:00:00Z","city":"Shenzhen","country":"CN"}`)
		a := c.v2("tracking", "<xml><access_token>TOKEN</access_token><language>en</language><track><barcode>"+b.number+"</barcode></track></xml>")
		spelled[strings.Contains(string(a.body), "<status_Number>ZZ99</status_Number>")] = true
		if !strings.Contains(string(a.body), "<date>2026/11/20 18:00:00</date>") {
			t.Fatalf("got %s, want China's time", a.body)
		}
	}
	if len(spelled) != 2 {
		t.Errorf("got %v, want both spellings in twenty numbers", spelled)
	}
	for body, want := range map[string]string{
		"<tracks><access_token>TOKEN</access_token><language>de</language><track><barcode>1</barcode></track></tracks>": "1002",
		"<tracks><access_token>TOKEN</access_token><language>en</language></tracks>":                                    "1001",
		"<list><access_token>TOKEN</access_token><language>en</language><track><barcode>1</barcode></track></list>":     "1001",
		"<tracks>": "1002", "": "1002", "<a/><b/>": "1002", strings.Repeat("<a>", 50): "1002",
	} {
		if _, status := c.v2("tracking", body).xml(); status != want {
			t.Errorf("%.60s: got %s, want %s", body, status, want)
		}
	}
}

// The lists that an application starts from.
func TestCatalog(t *testing.T) {
	c := now(t)
	var list struct{ Data []channel }
	c.v3("channels", "").into(0, &list)
	if len(list.Data) != len(channels) || !slices.ContainsFunc(list.Data, func(ch channel) bool { return ch.OType == "1" && ch.Warehouses && len(ch.Codes) == 3 }) {
		t.Errorf("got %+v", list)
	}
	c.v3("get_channels", `{"access_token":"`+c.token+`","channels":["300-1"]}`).into(0, &list)
	if len(list.Data) != 1 || list.Data[0].NameEn != "WISE Express" || !list.Data[0].Battery {
		t.Errorf("got %+v", list)
	}
	var houses struct{ Warehouses []warehouse }
	c.v3("warehouse", `{"warehouse_ids":[1002]}`).into(0, &houses)
	if len(houses.Warehouses) != 1 || houses.Warehouses[0].English.City != "Shanghai" {
		t.Errorf("got %+v", houses)
	}
	for path, body := range map[string]string{"warehouse": `{"warehouse_ids":"x"}`, "get_channels": `{"channels":1}`, "order_status": `{"wish_standard_tracking_ids":{}}`} {
		c.v3(path, body).into(1002, &struct{}{})
	}
	c.v3("order_status", `{"wish_standard_tracking_ids":[]}`).into(1001, &struct{}{})
	var none struct{ Orders []record }
	if c.v3("order_status", `{"wish_standard_tracking_ids":["WI1"]}`).into(0, &none); none.Orders == nil || len(none.Orders) != 0 {
		t.Errorf("got %+v, want an empty list", none)
	}
	c.v3("scopes", `{"scope_names":[]}`).into(0, &struct{}{})
	c.v3("announcements", `{"start_date":"2026-11-01","end_date":"2026-11-22","offset":0,"limit":10}`).into(0, &struct{}{})
}
