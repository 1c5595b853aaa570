package cainiao

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// The first two are AliExpress's published examples, the others were made with its algorithm.
func TestSign(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]struct {
		secret, path, want string
		params             map[string]string
	}{
		"published, business": {"helloworld", "", "F7F7926B67316C9D1E8E15F7E66940ED3059B1638C497D77973F30046EFB5BBB", map[string]string{
			"access_token": "test", "aliexpress_category_id": "200135143", "app_key": "123456", "sign_method": "sha256",
			"method": "aliexpress.logistics.redefining.getonlinelogisticsinfo", "timestamp": "1517820392000"}},
		"published, system": {"helloworld", "/auth/token/create", "35607762342831B6A417A0DED84B79C05FEFBF116969C48AD6DC00279A9F4D81", map[string]string{
			"app_key": "12345678", "code": "3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26", "sign_method": "sha256", "timestamp": "1517820392000"}},
		"own, business": {"demoSecret", "", "97CDEE348D99F5B09BDD691006121A7939D1762FCBBEAEA6E30528F6D7CEF50F", map[string]string{
			"app_key": "500123", "current_page": "1", "format": "json", "method": "aliexpress.logistics.querylogisticsorderdetail",
			"page_size": "10", "partner_id": "carrier-gw", "session": "demo_session_token", "sign_method": "sha256", "simplify": "true",
			"timestamp": "1760000000000", "trade_order_id": "8011223344556677", "v": "2.0"}},
		"own, system; empty values and sign itself do not count": {"demoSecret", "/auth/token/create", "D1A039535F9DCD998094C26DCA119872F0D7396BB80B1111DFF3104A6790705D", map[string]string{
			"app_key": "500123", "code": "3_500123_demoAuthCode", "sign_method": "sha256", "timestamp": "1760000000000", "session": "", "sign": "FF"}},
	} {
		if got := sign(normalize.NewSecret(v.secret), v.path, v.params); got != v.want {
			t.Errorf("%s: got %s, want %s", name, got, v.want)
		}
	}
}

// The first is LINK's published example.
func TestDigest(t *testing.T) {
	t.Parallel()
	for _, v := range []struct{ secret, message, want string }{
		{"key123", "hello1234", "ufYU7rvXhHY3IDyZgyt6SA=="},
		{"linkSecret42", `{"locale":"zh_CN","orderCode":"LP00099887766554"}`, "FBbn44iGia3o1DVNRqPN6w=="},
		{"linkSecret42", `{"receiver":"张三"}`, "wthjKY8y6HpgNNZR/kq7AQ=="},
	} {
		if got := digest(v.message, normalize.NewSecret(v.secret)); got != v.want {
			t.Errorf("%s: got %s, want %s", v.message, got, v.want)
		}
	}
}

func TestParsePrice(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]normalize.Money{
		"CNY 23.50": cny(2350), "23.50 CNY": cny(2350), "CNY23.5": cny(2350), "￥23.50": cny(2350), "CN¥ 1,234.50": cny(123450),
		"23.50元": cny(2350), "cny 0.1": cny(10), "CNY 23.505": cny(2350), "CNY 23.515": cny(2352), "-1.20 CNY": cny(-120),
		"US $5.20": {Minor: 520, Currency: "USD"}, "US$5": {Minor: 500, Currency: "USD"}, "€ 5.20": {Minor: 520, Currency: "EUR"},
	} {
		if got, err := parsePrice(in, ""); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "free", "23.50", "$ 5.20", "CNY 23,50", "CNY 1.234,50", "CNY 20.00-23.50", "CNY 20 - 23 CNY",
		"CNY 23.50 USD", "CNY 1.2.3", "CNY 99999999999999999999", "XXQ 5", "CNY 1,23.00", "CNY .50 "} {
		if got, err := parsePrice(in, ""); err == nil {
			t.Errorf("%q was read as %v", in, got)
		}
	}
	if got, err := parsePrice("1.20", "CNY"); err != nil || got != cny(120) {
		t.Errorf("an amount with its currency elsewhere: got %v, %v", got, err)
	}
}

func TestFeeType(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]normalize.ChargeType{
		"FUEL_SURCHARGE": normalize.ChargeFuel, "remote_area fee": normalize.ChargeRemoteArea, "DOOR_PICKUP": normalize.ChargePickup,
		"insurance": normalize.ChargeInsurance, "PRIVATE": normalize.ChargeOther, "": normalize.ChargeOther,
	} {
		if got := feeType(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestTransit(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]normalize.Transit{
		"13-35 days": {DaysMin: 13, DaysMax: 35}, "15~30天": {DaysMin: 15, DaysMax: 30},
		"3 - 10 working days": {DaysMin: 3, DaysMax: 10, BusinessDays: true}, "7至10个工作日": {DaysMin: 7, DaysMax: 10, BusinessDays: true},
		"soon": {}, "": {}, "35-13 days": {}, "20": {},
	} {
		if got := transitOf(in); got != want {
			t.Errorf("%q: got %+v, want %+v", in, got, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]text{`"0"`: "0", `0`: "0", `12.50`: "12.50", `null`: "", `""`: "", `true`: "true", `"false"`: "false"} {
		var got text
		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{`{}`, `[]`} {
		var got text
		if err := json.Unmarshal([]byte(in), &got); err == nil {
			t.Errorf("%s was read as %q", in, got)
		}
	}
}

func TestMeaningOf(t *testing.T) {
	t.Parallel()
	unmapped := func(leg normalize.Leg) meaning {
		return meaning{normalize.StatusUnknown, normalize.SubstatusUnmapped, leg}
	}
	for action, want := range map[string]meaning{
		"GTMS_SIGNED":     {normalize.StatusDelivered, "", normalize.LegLastMile},
		"GTMS_STA_SIGNED": {normalize.StatusAvailableForPickup, "", normalize.LegLastMile},
		"CC_TRANS＿START":  {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegLineHaul},
		" gtms_signed ":   {normalize.StatusDelivered, "", normalize.LegLastMile},
		// families
		"PU_PICKUP_FAILURE":    {normalize.StatusException, "", normalize.LegFirstMile},
		"LH_SOMETHING_FAIL":    {normalize.StatusException, "", normalize.LegLineHaul},
		"RT_WH_INBOUND":        {normalize.StatusReturning, "", normalize.LegReturn},
		"RT_TRANSWH_OUTBOUND":  {normalize.StatusReturning, "", normalize.LegReturn},
		"RT_WH_DESTROY":        {normalize.StatusException, normalize.SubstatusDestroyed, normalize.LegReturn},
		"GTMS_STA_A_TO_DOOR":   {normalize.StatusInTransit, "", normalize.LegLastMile},
		"GTMS_STA_TIME_CHANGE": {normalize.StatusInTransit, "", normalize.LegLastMile},
		"SC_OTHER":             {normalize.StatusInTransit, "", normalize.LegFirstMile},
		// unknown: no guess, and the leg where the system behind the code is known
		"LH_NEW": unmapped(normalize.LegLineHaul), "ZZ99": unmapped(""), "": unmapped(""), "_FAILURE": unmapped(""), "_OTHER": unmapped(""),
	} {
		if got := meaningOf(action); got != want {
			t.Errorf("%q: got %v, want %v", action, got, want)
		}
	}
}

// Every code that the documentation lists has a meaning.
func TestEveryDocumentedCodeIsMapped(t *testing.T) {
	t.Parallel()
	const list = `CONSIGN OM_CONSIGN GTMS_ASN GWMS_ACCEPT GWMS_PICK GWMS_PACKAGE PRE_READY_TO_SHIP
PU_PICKUP_SUCCESS PU_SIGN_IN_SUCCESS GOT SC_SIGN_IN_SUCCESS
SC_INBOUND_SUCCESS SC_OUTBOUND_SUCCESS SC_HO_OUT_SUCCESS CW_INBOUND CW_OUTBOUND GWMS_OUTBOUND GWMS_HANDOVER TD_TRANS_ARRIVE TD_TRANS_DEPART DEPARTURE ARRIVAL
LH_HO_IN_SUCCESS LH_HO_AIRLINE LH_DEPART LH_ARRIVE LH_HO_OUT_SUCCESS COMMON_INTRANSIT
CC_EX_START CC_EX_SUCCESS CC_TRANS_START CC_TRANS_SUCCESS CC_HO_IN_SUCCESS CC_IM_START CC_IM_PROCESS CC_IM_SUCCESS CC_HO_OUT_SUCCESS CUS_DECLARE CUS_SUCCESS CUS_TAX CIQ_SUCCESS
GTMS_ACCEPT GTMS_SC_ARRIVE GTMS_SC_DEPART GTMS_DO_ARRIVE GTMS_STATION_IN GTMS_STATION_OUT GTMS_RELABEL
GTMS_DO_DEPART GTMS_DELIVERING GTMS_RE_DELIVERING SENT_SCAN GTMS_WAIT_SELF_PICK GTMS_STA_SIGNED GSTA_INFORM_BUYER GSTA_INBOUND GSTAHUB_INBOUND
GTMS_SIGNED GSTA_SIGN GSTA_BUYER_SIGN STA_SIGN SIGNED GTMS_DEL_FAILURE GTMS_SIGN_FAILURE GTMS_STA_SIGN_FAILURE GSTA_SIGN_FAIL FAILED
REJECT GWMS_REJECT GWMS_EXCEPTION GTMS_FAILURE CUS_FAILURE EXCEPTION
RT_INBOUND RT_OUTBOUND RT_HO_OUT RT_WH_INBOUND RT_TRANSWH_INBOUND RT_TMS_ACCEPT RETURNED RT_DESTROY RT_WH_DESTROY
GTMS_STA_WAIT_CUST_CHANGE_ADDRESS GWMS_CANCEL`
	for _, action := range strings.Fields(list) {
		if m := meaningOf(action); m.substatus == normalize.SubstatusUnmapped || m.status == normalize.StatusUnknown {
			t.Errorf("%s is not mapped", action)
		}
	}
}

func TestLinkTime(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"+08:00": "2026-11-21T10:00:00+08:00", "-0330": "2026-11-21T10:00:00-03:30", "+8": "2026-11-21T10:00:00+08:00", "8": "2026-11-21T10:00:00+08:00",
		"GMT-5": "2026-11-21T10:00:00-05:00", "UTC+02:00": "2026-11-21T10:00:00+02:00", "+11": "2026-11-21T10:00:00+11:00", "+00:00": "2026-11-21T10:00:00Z",
	} {
		if got, known, err := linkTime("2026-11-21 10:00:00", zone); err != nil || !known || got.Format(time.RFC3339) != want {
			t.Errorf("%s: got %v, %v, %v, want %s", zone, got, known, err, want)
		}
	}
	for _, zone := range []string{"", "CST", "+99:00"} {
		if got, known, err := linkTime("2026-11-21 10:00:00", zone); err != nil || known || got.Format(time.RFC3339) != "2026-11-21T10:00:00+08:00" {
			t.Errorf("%q: got %v, %v, %v, want Beijing's, not known", zone, got, known, err)
		}
	}
	if _, _, err := linkTime("soon", "+08:00"); err == nil {
		t.Error("soon is a time")
	}
}

// In summer Los Angeles is seven hours behind Greenwich, in winter eight; the hands at the
// place of the scan come out in both.
func TestAliExpressTime(t *testing.T) {
	t.Parallel()
	berlin := scanZone("DE", "", "")
	for in, want := range map[string]string{
		"2026-11-21 03:15:00": "2026-11-20T11:15:00+01:00", "2026-07-21 03:15:00": "2026-07-20T12:15:00+02:00",
	} {
		if got, err := aliexpressTime(in, berlin); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s: got %v, %v, want %s", in, got, err, want)
		}
	}
	for name, got := range map[string]*time.Location{
		"Asia/Shanghai": scanZone("", normalize.LegLineHaul, "BR"), "America/Sao_Paulo": scanZone("", normalize.LegLastMile, "BR"), "UTC": scanZone("", "", ""),
	} {
		if got.String() != name {
			t.Errorf("got %s, want %s", got, name)
		}
	}
}

func TestLocation(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]normalize.Location{
		"Berlin,DE": {City: "Berlin", Country: "DE"}, "DE": {Country: "DE"}, "": {}, "Moscow, Lenina": {Name: "Moscow, Lenina"},
		"Paris, FR": {City: "Paris", Country: "FR"},
	} {
		if got := locationOf(in); got != want {
			t.Errorf("%q: got %+v, want %+v", in, got, want)
		}
	}
}

// The zone of gmt_create is not documented: Beijing's and Los Angeles's are both allowed, what
// cannot be read is kept, and another day is another purchase.
func TestMadeAbout(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for made, want := range map[string]bool{
		"2026-11-21 20:00:07": true, "2026-11-21 04:00:07": true, // Beijing, Los Angeles
		"2026-11-21 19:50:00": true, "2026-11-21 19:30:00": false, "2026-11-21 23:00:00": true, "2026-11-22 03:00:00": false,
		"2026-11-20 20:00:07": false, "2026-11-21 12:00:07": false,
		"": true, "1795262407000": true, "yesterday": true,
	} {
		if got := (order{Created: text(made)}).madeAbout(at); got != want {
			t.Errorf("%q: got %v, want %v", made, got, want)
		}
	}
	if !(order{Created: "2020-01-01 00:00:00"}).madeAbout(time.Time{}) {
		t.Error("without a time every order is a candidate")
	}
}
