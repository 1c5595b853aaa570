package cainiao

import (
	"encoding/json"
	"io"
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

// linkAnswer is the gateway's envelope: success is a text.
type linkAnswer struct {
	Success   string          `json:"success"`
	ErrorCode string          `json:"errorCode"`
	ErrorMsg  string          `json:"errorMsg"`
	Data      json.RawMessage `json:"data"`
}

// linkForm is a signed message.
func linkForm(msgType, message string) url.Values {
	return url.Values{"msg_type": {msgType}, "logistic_provider_id": {providerID}, "logistics_interface": {message},
		"data_digest": {digest(message, linkSecret)}}
}

func (s seller) link(form url.Values) (out linkAnswer) {
	s.t.Helper()
	text := s.post("/gateway/link.do", nil, form)
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		s.t.Fatalf("got %s", text)
	}
	return out
}

// into reads the data of a success.
func (a linkAnswer) into(t *testing.T, v any) {
	t.Helper()
	if a.Success != "true" {
		t.Fatalf("got %s %s, want a success", a.ErrorCode, a.ErrorMsg)
	}
	if err := json.Unmarshal(a.Data, v); err != nil {
		t.Fatal(err)
	}
}

// parcel is the sample order under a number, changed by edits of its JSON.
func parcel(outOrderID string, edits ...string) string {
	message := `{"outOrderId":"` + outOrderID + `","locale":"en_US","syncGetTrackingNumber":true,"tradeOrderParam":{"tradeOrderId":"W-77"},"solutionParam":{"solutionCode":"CN_GLO_STD"},"packageParams":[{"length":20,"width":12,"height":6,"weight":420,"itemParams":[{"englishName":"phone case","chineseName":"手机壳","quantity":1,"unitPrice":300,"unitPriceCurrency":"USD","weight":420,"hscode":"392690"}]}],` +
		`"senderParam":{"name":"Li Wei","mobilePhone":"13800000000","countryCode":"CN","city":"Shenzhen","zipCode":"518057","detailAddress":"88 Keyuan Rd"},` +
		`"receiverParam":{"name":"Jane Doe","mobilePhone":"+12125550100","countryCode":"US","state":"NY","city":"New York","zipCode":"10001","detailAddress":"5 Main St"}}`
	return strings.NewReplacer(edits...).Replace(message)
}

// A parcel's life at the LINK door: sold with its number, sold only once, printed, cancelled.
func TestLinkLife(t *testing.T) {
	s := open(t, mocks.Options{})
	var sold, again linkCreated
	form := linkForm("cnge.order.create", parcel("GW-2026-0001"))
	form.Set("to_code", "CNGCP-OPEN")
	s.link(form).into(t, &sold)
	s.link(form).into(t, &again)
	if sold != again || sold.LaneCode != "L_AE_STD_US" || len(sold.Number) != 13 {
		t.Fatalf("got %+v, then %+v, want the same order", sold, again)
	}
	sales := s.sandbox.Purchases("cainiao", "GW-2026-0001")
	if len(sales) != 1 || sales[0].Account != "link" || sales[0].Reference != "W-77" || sales[0].CarrierID != sold.OrderCode ||
		sales[0].TrackingNumber != sold.Number || sales[0].Charged != (mocks.Money{Amount: "50.60", Currency: "CNY"}) {
		t.Fatalf("got %+v", sales)
	}
	var waybill struct{ WaybillPdfData, TrackingNumber string }
	s.link(linkForm("cnge.waybill.get", `{"orderCode":"`+sold.OrderCode+`","waybillType":"1"}`)).into(t, &waybill)
	if got := barcodes(t, decoded(t, waybill.WaybillPdfData)); !slices.Equal(got, []string{sold.Number}) {
		t.Errorf("label: got %v, want %s", got, sold.Number)
	}
	for range 2 {
		if got := s.link(linkForm("cnge.order.cancel", `{"orderCode":"`+sold.OrderCode+`"}`)); got.Success != "true" || got.Data != nil {
			t.Errorf("got %+v, want a success without data", got)
		}
	}
	if got := s.sandbox.Purchases("cainiao", "")[0].State; got != mocks.Voided {
		t.Errorf("got %s, want the sale voided", got)
	}
	s.link(form).into(t, &again) // the number is burnt
	if again != sold || len(s.sandbox.Purchases("cainiao", "")) != 1 {
		t.Errorf("got %+v, want the old order", again)
	}
}

// Without syncGetTrackingNumber the number comes later, and the label with it.
func TestLinkLateNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, mocks.Options{LateNumbers: time.Second})
		var sold linkCreated
		s.link(linkForm("cnge.order.create", parcel("A-1", `"syncGetTrackingNumber":true`, `"syncGetTrackingNumber":false`))).into(t, &sold)
		waybill := func() linkAnswer { return s.link(linkForm("cnge.waybill.get", `{"orderCode":"`+sold.OrderCode+`"}`)) }
		if got := waybill(); sold.Number != "" || got.ErrorCode != badBusiness {
			t.Errorf("got %+v and %+v, want neither number nor label", sold, got)
		}
		time.Sleep(time.Second)
		if got := waybill(); got.Success != "true" || s.sandbox.Purchases("cainiao", "")[0].TrackingNumber == "" {
			t.Errorf("got %+v, want the label, and the number in the ledger", got)
		}
	})
}

func TestLinkRefused(t *testing.T) {
	s := open(t, mocks.Options{})
	good := parcel("A-1")
	change := func(edits ...string) url.Values { return linkForm("cnge.order.create", parcel("A-1", edits...)) }
	with := func(name, value string) url.Values {
		form := linkForm("cnge.order.create", good)
		form.Set(name, value)
		return form
	}
	for _, tt := range []struct {
		name string
		form url.Values
		want string
	}{
		{"not JSON", linkForm("cnge.order.create", "{"), badJSON},
		{"hex digest", with("data_digest", "YjlmNjE0ZWViYmQ3ODQ3NjM3MjAzYzk5ODMyYjdhNDg="), badSignature},
		{"other message than signed", with("logistics_interface", good+" "), badSignature},
		{"unknown company", with("logistic_provider_id", "x"), badProvider},
		{"unknown message", linkForm("cnge.nothing", "{}"), badType},
		{"weight in words", change(`"weight":420,"itemParams"`, `"weight":"heavy","itemParams"`), badContent},
		{"price with a fraction", change(`"unitPrice":300`, `"unitPrice":3.5`), badContent},
		{"to the tracking system", with("to_code", "TRACK"), badRouting},
		{"order number with a blank", change("A-1", "A 1"), badParams},
		{"no package", change(`"packageParams"`, `"other"`), badParams},
		{"no price", change(`"unitPrice":300`, `"unitPrice":0`), badParams},
		{"no receiver", change(`"receiverParam"`, `"other"`), badParams},
		{"no zip", change("10001", ""), badParams},
		{"unknown solution", change("CN_GLO_STD", "CN_GLO_X"), badBusiness},
		{"2001 g", change(`"weight":420,"itemParams"`, `"weight":2001,"itemParams"`), badBusiness},
		{"61 cm", change(`"length":20`, `"length":61`), badBusiness},
		{"91 cm in all", change(`"length":20,"width":12,"height":6`, `"length":40,"width":31,"height":20`), badBusiness},
		{"no lane", change(`"countryCode":"US"`, `"countryCode":"KP"`), badBusiness},
		{"unknown order", linkForm("cnge.order.cancel", `{"orderCode":"LP1"}`), badBusiness},
		{"no order", linkForm("cnge.track.get", `{}`), badParams},
	} {
		if got := s.link(tt.form); got.Success != "false" || got.ErrorCode != tt.want || got.ErrorMsg == "" {
			t.Errorf("%s: got %+v, want %s", tt.name, got, tt.want)
		}
	}
	if got := s.sandbox.Purchases("", ""); len(got) != 0 {
		t.Errorf("got %+v, want no sale", got)
	}
	if got := s.link(change("CN_GLO_STD", "CN_GLO_EXP", `"weight":420,"itemParams"`, `"weight":9000,"itemParams"`)); got.Success != "true" {
		t.Errorf("got %+v, want 9 kg by express", got)
	}
}

// Orders of one door are unknown at the other.
func TestDoorsApart(t *testing.T) {
	s := open(t, mocks.Options{})
	sold := s.buy("1")
	if got := s.link(linkForm("cnge.order.cancel", `{"orderCode":"`+sold.OutCode+`"}`)); got.ErrorCode != badBusiness {
		t.Errorf("got %+v, want an unknown order", got)
	}
	var created linkCreated
	s.link(linkForm("cnge.order.create", parcel("A-1"))).into(t, &created)
	var out struct{ Result string }
	s.sync("aliexpress.logistics.redefining.getprintinfo", url.Values{"international_logistics_id": {created.Number}}, &out)
	if !strings.Contains(out.Result, `"StatusCode":500`) {
		t.Errorf("got %s, want no label", out.Result)
	}
}

// Every journey ends as its name says, told by cnge.track.get with the zone of each scan. What
// was handed in cannot be cancelled.
func TestJourneys(t *testing.T) {
	for kind, last := range map[string]string{mocks.JourneyDelivered: "GTMS_SIGNED", mocks.JourneyCustomsHold: "CC_IM_FAILURE",
		mocks.JourneyReturned: "RETURNED", mocks.JourneyLost: "LH_DEPART"} {
		t.Run(kind, func(t *testing.T) {
			s := open(t, mocks.Options{})
			var sold linkCreated
			s.link(linkForm("cnge.order.create", parcel("A-1"))).into(t, &sold)
			control(t, s, "callbacks", `{"carrier":"cainiao","account":"a","url":"http://127.0.0.1:9/"}`)
			control(t, s, "push", `{"carrier":"cainiao","tracking_number":"`+sold.Number+`","journey":"`+kind+`"}`)
			var got struct {
				Success string
				List    []trace `json:"traceDetailList"`
			}
			s.link(linkForm("cnge.track.get", `{"orderCode":"`+sold.OrderCode+`","locale":"en_US","onlyOfficialNode":true}`)).into(t, &got)
			end := got.List[len(got.List)-1]
			if got.Success != "true" || got.List[0].Action != "CONSIGN" || got.List[0].Zone != "+08:00" || end.Action != last || end.Desc == "" {
				t.Errorf("got %+v, want CONSIGN … %s", got, last)
			}
			if _, err := time.Parse(stampShape+" -07:00", end.Time+" "+end.Zone); err != nil {
				t.Error(err)
			}
			if got := s.link(linkForm("cnge.order.cancel", `{"orderCode":"`+sold.OrderCode+`"}`)); got.ErrorCode != badBusiness {
				t.Errorf("cancel: got %+v, want it refused", got)
			}
		})
	}
}

// Pushes are forms signed with the secret; a forged one has the wrong digest.
func TestPush(t *testing.T) {
	var forms []url.Values
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Error(err)
		}
		if digest(form.Get("logistics_interface"), linkSecret) != form.Get("data_digest") {
			io.WriteString(w, `{"success":false,"errorCode":"S02"}`)
			return
		}
		forms = append(forms, form)
		io.WriteString(w, `{"success":true}`)
	}))
	defer receiver.Close()
	s := open(t, mocks.Options{HTTP: receiver.Client()})
	sold := s.buy("7")
	control(t, s, "callbacks", `{"carrier":"cainiao","account":"a","url":"`+receiver.URL+`"}`)
	text := control(t, s, "push", `{"carrier":"cainiao","tracking_number":"`+sold.Number+`","journey":"delivered"}`)
	var sent struct{ Sent, Acked, Refused int }
	if err := json.Unmarshal([]byte(text), &sent); err != nil || sent.Sent < 15 || sent.Acked != sent.Sent {
		t.Fatalf("got %s, want all acknowledged", text)
	}
	last := forms[len(forms)-1]
	var message struct {
		OrderCode, TrackingNumber string
		TraceDetailList           []trace
	}
	if err := json.Unmarshal([]byte(last.Get("logistics_interface")), &message); err != nil || last.Get("msg_type") != "cnge.track.push" ||
		last.Get("from_code") != pushFrom || last.Get("partner_code") != providerID ||
		message.OrderCode != sold.OutCode || message.TrackingNumber != sold.Number || message.TraceDetailList[0].Action != "GTMS_SIGNED" {
		t.Errorf("got %v", last)
	}
	text = control(t, s, "push", `{"carrier":"cainiao","tracking_number":"`+sold.Number+`","forge":true}`)
	if err := json.Unmarshal([]byte(text), &sent); err != nil || sent.Acked != 0 || sent.Refused != sent.Sent {
		t.Errorf("forged: got %s, want all refused", text)
	}
}
