package cainiao

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// offline is a client whose use is a fault of the test.
func offline(t *testing.T) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("a request was sent: %s %s", r.Method, r.URL.Path)
		return nil, http.ErrHandlerTimeout
	})}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// bothDoors is an account with both doors.
func bothDoors(t *testing.T, hc *http.Client) adapters.Ops {
	t.Helper()
	a, err := Spec().New([]byte(account), adapters.Deps{HTTP: hc})
	if err != nil {
		t.Fatal(err)
	}
	return adapters.OpsOf(a)
}

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

// What a door cannot carry or would refuse is said before a byte is sent, with the field.
func TestRefusedBeforeACall(t *testing.T) {
	t.Parallel()
	item := func(change func(*normalize.Item)) func(*normalize.LabelRequest) {
		return func(r *normalize.LabelRequest) { change(&r.Shipment.Items[0]) }
	}
	for name, c := range map[string]struct {
		service string
		change  func(*normalize.LabelRequest)
		kind    normalize.Kind
		field   string
	}{
		"no order":          {standard, func(r *normalize.LabelRequest) { r.Shipment.Order = nil }, normalize.KindInvalidRequest, "/order/id"},
		"another's order":   {standard, func(r *normalize.LabelRequest) { r.Shipment.Order.ID = "EB-1001" }, normalize.KindInvalidRequest, "/order/id"},
		"an octal order":    {standard, func(r *normalize.LabelRequest) { r.Shipment.Order.ID = "0123" }, normalize.KindInvalidRequest, "/order/id"},
		"two parcels":       {standard, twoParcels, normalize.KindNotServiceable, "/parcels"},
		"no parcel":         {standard, func(r *normalize.LabelRequest) { r.Shipment.Parcels = nil }, normalize.KindNotServiceable, "/parcels"},
		"no weight":         {standard, func(r *normalize.LabelRequest) { r.Shipment.Parcels[0].Weight = 0 }, normalize.KindInvalidRequest, "/parcels/0/weight"},
		"too heavy":         {standard, func(r *normalize.LabelRequest) { r.Shipment.Parcels[0].Weight = maxWeight + 1 }, normalize.KindNotServiceable, "/parcels/0/weight"},
		"too long":          {standard, sides(61, 5, 5), normalize.KindNotServiceable, "/parcels/0/dimensions"},
		"too big":           {standard, sides(50, 30, 11), normalize.KindNotServiceable, "/parcels/0/dimensions"},
		"no product":        {standard, item(func(it *normalize.Item) { it.ListingID = "" }), normalize.KindInvalidRequest, "/items/0/listing_id"},
		"another's product": {standard, item(func(it *normalize.Item) { it.ListingID = "B0-1" }), normalize.KindInvalidRequest, "/items/0/listing_id"},
		"no Chinese name":   {standard, item(func(it *normalize.Item) { it.LocalDescription = "" }), normalize.KindInvalidRequest, "/items/0/local_description"},
		"no HS code":        {standard, item(func(it *normalize.Item) { it.HSCode = "" }), normalize.KindInvalidRequest, "/items/0/hs_code"},
		"no unit weight":    {standard, item(func(it *normalize.Item) { it.Weight = 0 }), normalize.KindInvalidRequest, "/items/0/weight"},
		"a heavy unit":      {standard, item(func(it *normalize.Item) { it.Weight = maxWeight + 1 }), normalize.KindNotServiceable, "/items/0/weight"},
		"a thousand":        {standard, item(func(it *normalize.Item) { it.Quantity = 1000 }), normalize.KindNotServiceable, "/items/0/quantity"},
		"yuan":              {standard, item(func(it *normalize.Item) { it.UnitValue.Currency = "CNY" }), normalize.KindNotServiceable, "/items/0/unit_value"},
		"worth nothing":     {standard, item(func(it *normalize.Item) { it.UnitValue.Minor = 0 }), normalize.KindNotServiceable, "/items/0/unit_value"},
		"worth a house":     {standard, item(func(it *normalize.Item) { it.UnitValue.Minor = maxAmount + 1 }), normalize.KindNotServiceable, "/items/0/unit_value"},
		"no items":          {standard, func(r *normalize.LabelRequest) { r.Shipment.Items = nil }, normalize.KindInvalidRequest, "/items"},
		"51 lines":          {standard, lines(51), normalize.KindNotServiceable, "/items"},
		"no phone":          {standard, func(r *normalize.LabelRequest) { r.Shipment.Destination.Phone = "" }, normalize.KindInvalidRequest, "/destination/phone"},
		"ask the seller":    {standard, func(r *normalize.LabelRequest) { r.Shipment.NonDeliveryOption = "ask" }, normalize.KindNotServiceable, "/non_delivery_option"},
		"little cover":      {standard, func(r *normalize.LabelRequest) { r.Shipment.Insurance = usd(4499) }, normalize.KindNotServiceable, "/insurance"},
		"cover in yen": {standard, func(r *normalize.LabelRequest) {
			r.Shipment.Insurance.Minor, r.Shipment.Insurance.Currency = 9000, "JPY"
		}, normalize.KindNotServiceable, "/insurance"},
		"a time of pickup":   {standard, pickedUpAt, normalize.KindNotServiceable, "/handover/ready_from"},
		"a sealed warehouse": {standard, sealedWarehouse, normalize.KindNotServiceable, "/handover/point"},
		"an odd address id":  {standard, func(r *normalize.LabelRequest) { r.Shipment.Origin.PlatformAddressID = "x" }, normalize.KindInvalidRequest, "/origin/platform_address_id"},
		"an odd refund id": {standard, func(r *normalize.LabelRequest) {
			r.Shipment.ReturnAddress = &normalize.Address{PlatformAddressID: "x"}
		}, normalize.KindInvalidRequest, "/return_address/platform_address_id"},
		"an unknown service": {"economy", nil, normalize.KindNotServiceable, ""},

		"LINK: no reference":   {globalStandard, func(r *normalize.LabelRequest) { r.ClientReference = "" }, normalize.KindInvalidRequest, ""},
		"LINK: odd reference":  {globalStandard, func(r *normalize.LabelRequest) { r.ClientReference = "a b" }, normalize.KindInvalidRequest, ""},
		"LINK: no sides":       {globalStandard, sides(0, 5, 5), normalize.KindInvalidRequest, "/parcels/0/dimensions"},
		"LINK: too heavy":      {globalSaver, func(r *normalize.LabelRequest) { r.Shipment.Parcels[0].Weight = maxWeight + 1 }, normalize.KindNotServiceable, "/parcels/0/weight"},
		"LINK: insured":        {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Insurance = usd(9000) }, normalize.KindNotServiceable, "/insurance"},
		"LINK: no phone":       {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Destination.Phone = "" }, normalize.KindInvalidRequest, "/destination/phone"},
		"LINK: sender's phone": {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Origin.Phone = "" }, normalize.KindInvalidRequest, "/origin/phone"},
		"LINK: a pickup":       {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Handover = &normalize.Handover{Method: pickup} }, normalize.KindNotServiceable, "/handover/method"},
		"LINK: no port":        {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Handover = &normalize.Handover{Point: "SZ01"} }, normalize.KindNotServiceable, "/handover/point"},
		"LINK: yen":            {globalStandard, item(func(it *normalize.Item) { it.UnitValue.Currency = "JPY" }), normalize.KindNotServiceable, "/items/0/unit_value"},
		"LINK: worth nothing":  {globalStandard, item(func(it *normalize.Item) { it.UnitValue.Minor = 0 }), normalize.KindNotServiceable, "/items/0/unit_value"},
		"LINK: no unit weight": {globalStandard, item(func(it *normalize.Item) { it.Weight = 0 }), normalize.KindInvalidRequest, "/items/0/weight"},
		"LINK: a liquid":       {globalStandard, item(func(it *normalize.Item) { it.Goods = []string{"liquid"} }), normalize.KindProhibitedGoods, "/items/0/goods"},
		"LINK: 101 lines":      {globalStandard, lines(101), normalize.KindNotServiceable, "/items"},
		"LINK: no items":       {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Items = nil }, normalize.KindInvalidRequest, "/items"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := normalize.LabelRequest{Shipment: marketplaceOrder(), Service: c.service, ClientReference: "XDK7ZV0000000001"}
			if c.change != nil {
				c.change(&req)
			}
			_, err := bothDoors(t, offline(t)).Labeler.Label(t.Context(), req)
			if e := normalize.AsError(err); err == nil || e.Kind != c.kind || e.Field != c.field {
				t.Errorf("got %+v, want %s %s", e, c.kind, c.field)
			}
		})
	}
}

func usd(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "USD"} }

func twoParcels(r *normalize.LabelRequest) {
	r.Shipment.Parcels = append(r.Shipment.Parcels, r.Shipment.Parcels[0])
}

func sides(l, w, h normalize.Length) func(*normalize.LabelRequest) {
	return func(r *normalize.LabelRequest) {
		r.Shipment.Parcels[0].Dimensions = normalize.Dimensions{
			Length: l * normalize.Centimetre, Width: w * normalize.Centimetre, Height: h * normalize.Centimetre}
	}
}

func lines(n int) func(*normalize.LabelRequest) {
	return func(r *normalize.LabelRequest) {
		for range n - 1 {
			r.Shipment.Items = append(r.Shipment.Items, r.Shipment.Items[0])
		}
	}
}

func pickedUpAt(r *normalize.LabelRequest) {
	r.Shipment.Handover = &normalize.Handover{Method: pickup, ReadyFrom: time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)}
}

// sealedWarehouse chooses a warehouse for an address of which only the id is known: whatever
// stands beside an id is ignored.
func sealedWarehouse(r *normalize.LabelRequest) {
	r.Shipment.Handover = &normalize.Handover{Method: pickup, Point: "SZ01", Address: &normalize.Address{PlatformAddressID: "1002"}}
}

// Operations after the sale name what they lack, and do not ask.
func TestNeeds(t *testing.T) {
	t.Parallel()
	ops := bothDoors(t, offline(t))
	noRef := normalize.ShipmentRef{Service: standard}
	noLP := normalize.ShipmentRef{Service: globalStandard, CarrierReference: "4711"}
	for name, c := range map[string]struct {
		do    func() error
		kind  normalize.Kind
		field string
	}{
		"documents": {func() error {
			_, err := ops.Documenter.Documents(t.Context(), normalize.DocumentsRequest{Ref: noRef})
			return err
		}, normalize.KindInvalidRequest, "/carrier_reference"},
		"LINK documents": {func() error {
			_, err := ops.Documenter.Documents(t.Context(), normalize.DocumentsRequest{Ref: noLP})
			return err
		}, normalize.KindInvalidRequest, "/carrier_reference"},
		"find": {func() error {
			_, err := ops.Finder.Find(t.Context(), normalize.FindRequest{Ref: noRef})
			return err
		}, normalize.KindInvalidRequest, "/order_id"},
		"void at AliExpress": {func() error {
			_, err := ops.Voider.Void(t.Context(), normalize.VoidRequest{Ref: sold})
			return err
		}, normalize.KindUnsupported, ""},
		"LINK void": {func() error {
			_, err := ops.Voider.Void(t.Context(), normalize.VoidRequest{Ref: noLP})
			return err
		}, normalize.KindInvalidRequest, "/carrier_reference"},
		"track without an order": {func() error {
			_, err := ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: "LX000000015CN"}})
			return err
		}, normalize.KindInvalidRequest, "/order_id"},
		"track without a country": {func() error {
			_, err := ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: "LX000000015CN", OrderID: "8011"}})
			return err
		}, normalize.KindInvalidRequest, "/destination/country"},
		"track nothing": {func() error {
			_, err := ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: noRef})
			return err
		}, normalize.KindInvalidRequest, "/tracking_number"},
		"LINK track": {func() error {
			_, err := ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: normalize.ShipmentRef{Service: globalStandard, TrackingNumber: "LX000000015CN"}})
			return err
		}, normalize.KindInvalidRequest, "/tracking_number"},
		"an empty bag": {func() error {
			_, err := ops.Manifester.Manifest(t.Context(), normalize.ManifestRequest{})
			return err
		}, normalize.KindInvalidRequest, "/labels"},
		"a bag of LINK's": {func() error {
			_, err := ops.Manifester.Manifest(t.Context(), normalize.ManifestRequest{Labels: []normalize.ShipmentRef{byLink}})
			return err
		}, normalize.KindNotServiceable, "/labels/0"},
		"a bag of a courier without a number": {func() error {
			_, err := ops.Manifester.Manifest(t.Context(), normalize.ManifestRequest{Labels: []normalize.ShipmentRef{sold},
				Handover: &normalize.Handover{Method: courier}})
			return err
		}, normalize.KindInvalidRequest, "/handover/courier"},
		"a bag without a Chinese name": {func() error {
			_, err := ops.Manifester.Manifest(t.Context(), normalize.ManifestRequest{Labels: []normalize.ShipmentRef{sold},
				ReturnAddress: &normalize.Address{Name: "Li Wei", Line1: "88 Keyuan Rd", City: "Shenzhen", Country: "CN"}})
			return err
		}, normalize.KindInvalidRequest, "/return_address/local/name"},
	} {
		err := c.do()
		if e := normalize.AsError(err); err == nil || e.Kind != c.kind || e.Field != c.field {
			t.Errorf("%s: got %+v, want %s %s", name, e, c.kind, c.field)
		}
	}
}

// LINK can prove nothing absent: without an LP number and without a kept answer nobody is
// asked, and nothing is claimed.
func TestLinkFindKnowsItsLimits(t *testing.T) {
	t.Parallel()
	found, err := bothDoors(t, offline(t)).Finder.Find(t.Context(), normalize.FindRequest{
		Ref: normalize.ShipmentRef{Service: globalStandard, ClientReference: "XDK7ZV0000000001"}})
	if err != nil || found.Complete || len(found.Labels) != 0 {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestConfigNamesAllFaults(t *testing.T) {
	t.Parallel()
	secret := normalize.NewSecret("x")
	for name, c := range map[string]struct {
		config Config
		want   []string
	}{
		"nothing":             {Config{}, []string{"app_key", "refresh_token", "logistic_provider_id", "link_secret"}},
		"half of AliExpress":  {Config{AppKey: "1"}, []string{"app_secret", "access_token or refresh_token"}},
		"a token alone":       {Config{RefreshToken: secret}, []string{"app_key", "app_secret"}},
		"half of LINK":        {Config{LogisticProviderID: "1"}, []string{"link_secret"}},
		"the other half":      {Config{LinkSecret: secret}, []string{"logistic_provider_id"}},
		"all kinds of things": {oddConfig(), []string{"express", "standard has no", "handover", "non_delivery_option", "locale", "top_user_key", "client", "source_port"}},
	} {
		_, err := New(c.config, adapters.Deps{})
		for _, word := range c.want {
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v does not name %s", name, err, word)
			}
		}
	}
}

func oddConfig() Config {
	return Config{LogisticProviderID: "1", LinkSecret: normalize.NewSecret("x"), Services: map[string]string{"express": "1", standard: " "},
		Handover: "drone", NonDeliveryOption: "ask", Locale: "de_DE", TopUserKey: "12345678901234567", Client: "me", SourcePort: "SZ01"}
}

// A door without credentials does not serve, says which are missing, and leaves the other alone.
func TestOneDoorAlone(t *testing.T) {
	t.Parallel()
	secret := normalize.NewSecret("x")
	for name, c := range map[string]struct {
		config  Config
		service string
		want    string
	}{
		"LINK alone":       {Config{LogisticProviderID: "1", LinkSecret: secret}, standard, "app_key"},
		"AliExpress alone": {Config{AppKey: "1", AppSecret: secret, RefreshToken: secret}, globalStandard, "logistic_provider_id"},
	} {
		a, err := New(c.config, adapters.Deps{HTTP: offline(t)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = adapters.OpsOf(a).Labeler.Label(t.Context(), normalize.LabelRequest{Shipment: marketplaceOrder(), Service: c.service})
		if e := normalize.AsError(err); err == nil || e.Kind != normalize.KindNotServiceable || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s: got %v, want not_serviceable that names %s", name, err, c.want)
		}
	}
}

// With credentials of LINK only, the AliExpress services have no price either, and pushes of an
// account without LINK are nobody's.
func TestOtherOperationsOfAMissingDoor(t *testing.T) {
	t.Parallel()
	secret := normalize.NewSecret("x")
	link, err1 := New(Config{LogisticProviderID: "1", LinkSecret: secret}, adapters.Deps{HTTP: offline(t)})
	iop, err2 := New(Config{AppKey: "1", AppSecret: secret, AccessToken: secret}, adapters.Deps{HTTP: offline(t)})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if _, err := adapters.OpsOf(link).Rater.Rate(t.Context(), normalize.RateRequest{Shipment: marketplaceOrder()}); normalize.KindOf(err) != normalize.KindNotServiceable {
		t.Errorf("rate: got %v", err)
	}
	if _, err := adapters.OpsOf(iop).CallbackParser.VerifyCallback(adapters.CallbackRequest{Body: []byte("msg_type=x")}); normalize.KindOf(err) != normalize.KindAuthFailed {
		t.Errorf("callback: got %v", err)
	}
}
