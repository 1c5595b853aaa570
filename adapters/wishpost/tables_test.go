package wishpost

import (
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The vector that clients of the token endpoint agree on.
func TestBasic(t *testing.T) {
	t.Parallel()
	got := basic("5f00aa11bb22cc33dd44ee55", normalize.NewSecret("0123456789abcdef0123456789abcdef"))
	if want := "Basic NWYwMGFhMTFiYjIyY2MzM2RkNDRlZTU1OjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A consent's code goes with the app's credentials, a refresh token alone.
func TestTokenForm(t *testing.T) {
	t.Parallel()
	c := client{clientID: "app", clientSecret: normalize.NewSecret("s"), authCode: normalize.NewSecret("c"), redirectURI: "https://example.com/back"}
	for refresh, want := range map[string]string{
		"":  "/api/v3/access_token?client_id=app&client_secret=s&code=c&grant_type=authorization_code&redirect_uri=https%3A%2F%2Fexample.com%2Fback",
		"r": "/api/v3/access_token/refresh?grant_type=refresh_token&refresh_token=r",
	} {
		if path, form := c.tokenForm(refresh); path+"?"+form.Encode() != want {
			t.Errorf("got %s?%s, want %s", path, form.Encode(), want)
		}
	}
}

func open(t *testing.T, c Config) *Adapter {
	t.Helper()
	c.ClientID, c.ClientSecret, c.RefreshToken = "app", normalize.NewSecret("s"), normalize.NewSecret("r")
	if c.Services == nil {
		c.Services = map[string]string{epacket: "11-1", tracked: "1"}
	}
	a, err := New(c, adapters.Deps{HTTP: offline})
	if err != nil {
		t.Fatal(err)
	}
	return a.(*Adapter)
}

// What an order cannot carry or say is refused before anything is sent, by its field.
func TestRefusedBeforeACall(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config Config
		change func(*normalize.LabelRequest)
		kind   normalize.Kind
		field  string
	}{
		"two parcels": {change: func(r *normalize.LabelRequest) {
			r.Shipment.Parcels = append(r.Shipment.Parcels, r.Shipment.Parcels[0])
		}, kind: normalize.KindNotServiceable, field: "/parcels"},
		"too heavy":         {change: func(r *normalize.LabelRequest) { r.Shipment.Parcels[0].Weight = 2001 * normalize.Gram }, kind: normalize.KindNotServiceable, field: "/parcels/0/weight"},
		"no order":          {change: func(r *normalize.LabelRequest) { r.Shipment.Order = nil }, kind: normalize.KindInvalidRequest, field: "/order/id"},
		"no Wish order":     {change: func(r *normalize.LabelRequest) { r.Shipment.Order.ID = "EB-1001" }, kind: normalize.KindInvalidRequest, field: "/order/id"},
		"no Wish line":      {change: func(r *normalize.LabelRequest) { r.Shipment.Items[0].LineID = "1" }, kind: normalize.KindInvalidRequest, field: "/items/0/line_id"},
		"long phone":        {change: func(r *normalize.LabelRequest) { r.Shipment.Destination.Phone = strings.Repeat("5", 21) }, kind: normalize.KindInvalidRequest, field: "/destination/phone"},
		"long address":      {change: func(r *normalize.LabelRequest) { r.Shipment.Destination.Line3 = strings.Repeat("é", 90) }, kind: normalize.KindInvalidRequest, field: "/destination/line1"},
		"long sender":       {change: func(r *normalize.LabelRequest) { r.Shipment.Origin.Line2 = strings.Repeat("x", 90) }, kind: normalize.KindInvalidRequest, field: "/origin/line1"},
		"no sender's phone": {change: func(r *normalize.LabelRequest) { r.Shipment.Origin.Phone = "" }, kind: normalize.KindInvalidRequest, field: "/origin/phone"},
		"no Latin name":     {change: func(r *normalize.LabelRequest) { r.Shipment.Items[0].Description = "围巾 1" }, kind: normalize.KindInvalidRequest, field: "/items/0/description"},
		"no Chinese name":   {change: func(r *normalize.LabelRequest) { r.Shipment.Items[0].LocalDescription = "scarf" }, kind: normalize.KindInvalidRequest, field: "/items/0/local_description"},
		"no net weight":     {change: func(r *normalize.LabelRequest) { r.Shipment.Items[0].Weight = 0 }, kind: normalize.KindInvalidRequest, field: "/items/0/weight"},
		"a million pieces":  {change: func(r *normalize.LabelRequest) { r.Shipment.Items[0].Quantity = 1_000_000 }, kind: normalize.KindNotServiceable, field: "/items/0/quantity"},
		"euros":             {change: func(r *normalize.LabelRequest) { r.Shipment.Items[0].UnitValue.Currency = "EUR" }, kind: normalize.KindNotServiceable, field: "/items/0/unit_value"},
		"an order in euros": {change: func(r *normalize.LabelRequest) { r.Shipment.Order.Value.Currency = "EUR" }, kind: normalize.KindNotServiceable, field: "/order/value"},
		"carriage in euros": {change: func(r *normalize.LabelRequest) {
			r.Shipment.Order.ShippingCharged = normalize.Money{Minor: 1, Currency: "EUR"}
		}, kind: normalize.KindNotServiceable, field: "/order/shipping_charged"},
		"no page":          {change: func(r *normalize.LabelRequest) { r.Shipment.Items[0].ListingID = "" }, kind: normalize.KindInvalidRequest, field: "/items/0/url"},
		"loose batteries":  {change: func(r *normalize.LabelRequest) { r.Shipment.Items[0].Goods = []string{"battery_only"} }, kind: normalize.KindProhibitedGoods},
		"a courier":        {change: handedOver(normalize.Handover{Method: "courier"}), kind: normalize.KindNotServiceable, field: "/handover/method"},
		"a named point":    {change: handedOver(normalize.Handover{Point: "GZ01"}), kind: normalize.KindInvalidRequest, field: "/handover/point"},
		"collected where?": {change: handedOver(normalize.Handover{Method: pickup}), kind: normalize.KindInvalidRequest, field: "/origin/local"},
		"China Post without a warehouse": {change: func(r *normalize.LabelRequest) { r.Service = tracked },
			kind: normalize.KindInvalidRequest, field: "/handover/point"},
		"China Post without Chinese": {config: Config{Warehouse: "1001"}, change: func(r *normalize.LabelRequest) { r.Service = tracked },
			kind: normalize.KindInvalidRequest, field: "/origin/local"},
		"two lines in the older form": {config: Config{OrderForm: formFlat},
			change: func(r *normalize.LabelRequest) {
				r.Shipment.Items = append(r.Shipment.Items, r.Shipment.Items[0])
			}, kind: normalize.KindNotServiceable, field: "/items"},
		"no otype":     {config: Config{Services: map[string]string{tracked: "11-1"}}, kind: normalize.KindNotServiceable},
		"no reference": {change: func(r *normalize.LabelRequest) { r.ClientReference = "" }, kind: normalize.KindInvalidRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := sample()
			if c.change != nil {
				c.change(&req)
			}
			_, err := open(t, c.config).Label(t.Context(), req)
			if e := normalize.AsError(err); err == nil || e.Kind != c.kind || e.Field != c.field {
				t.Errorf("got %v (%+v), want %s %s", err, e, c.kind, c.field)
			}
		})
	}
}

func handedOver(h normalize.Handover) func(*normalize.LabelRequest) {
	return func(r *normalize.LabelRequest) { r.Shipment.Handover = &h }
}

// In Shanghai China Post needs no address in Chinese.
func TestChinaPostInShanghai(t *testing.T) {
	t.Parallel()
	req := sample()
	req.Service, req.Shipment.Origin.City = tracked, "Shanghai"
	o, err := open(t, Config{Warehouse: "1001"}).orderOf(req)
	if err != nil || o.OType != "1" || o.receivePlace != nil {
		t.Errorf("got %+v, %v", o, err)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	good := Config{RefreshToken: normalize.NewSecret("r"), Services: map[string]string{epacket: "11-1", tracked: "0"}}
	if err := good.Validate(); err != nil {
		t.Errorf("a good account: %v", err)
	}
	for want, change := range map[string]func(*Config){
		"refresh_token or auth_code": func(c *Config) { c.RefreshToken = normalize.Secret{} },
		"redirect_uri":               func(c *Config) { c.AuthCode = normalize.NewSecret("c") },
		"none of epacket":            func(c *Config) { c.Services = map[string]string{"express": "1"} },
		"otype of epacket":           func(c *Config) { c.Services = map[string]string{epacket: "11"} },
		"warehouse_code":             func(c *Config) { c.Warehouse = "GZ" },
		"handover":                   func(c *Config) { c.Handover = "courier" },
		"pickup_service":             func(c *Config) { c.Pickup = "4PX" },
		"order_form":                 func(c *Config) { c.OrderForm = "xml" },
		"label_language":             func(c *Config) { c.Language = "cn" },
		"product_url":                func(c *Config) { c.ProductURL = "https://www.wish.com" },
		"cancel_reason_code":         func(c *Config) { c.CancelReason = "no more" },
		"file_hosts":                 func(c *Config) { c.FileHosts = []string{"https://example.com/"} },
	} {
		c := good
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestMayFetch(t *testing.T) {
	t.Parallel()
	c := client{base: "http://127.0.0.1:9/wishpost", fileHosts: []string{"wish-labels.example.com"}}
	for link, want := range map[string]bool{
		"https://www.wishpost.cn/a.pdf":                true,
		"https://wishpost.cn/a.pdf":                    true,
		"https://wish-labels.example.com/a.pdf":        true,
		"http://127.0.0.1:9/files/a.pdf":               true,
		"http://127.0.0.1:8/files/a.pdf":               false,
		"http://www.wishpost.cn/a.pdf":                 false,
		"https://www.wishpost.cn:8443/a.pdf":           false,
		"https://www.wishpost.cn.example.com/a.pdf":    false,
		"https://evilwishpost.cn/a.pdf":                false,
		"https://user@www.wishpost.cn/a.pdf":           false,
		"https://169.254.169.254/latest/meta-data":     false,
		"file:///etc/passwd":                           false,
		"":                                             false,
		"https://sub.wish-labels.example.com/file.pdf": false,
	} {
		if got := c.mayFetch(link); got != want {
			t.Errorf("%q: got %v, want %v", link, got, want)
		}
	}
}

func TestMeaning(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		number        string
		untracked     bool
		lastDelivers  bool
		want          normalize.Status
		wantSubstatus normalize.Substatus
	}{
		{"6", false, false, normalize.StatusException, ""},
		{"23", false, false, normalize.StatusDelivered, ""},
		{"24", false, true, normalize.StatusDelivered, ""},
		{"25", false, false, normalize.StatusDeliveryFailed, ""},
		{"25", true, true, normalize.StatusDeliveryFailed, ""},
		{"24", true, false, normalize.StatusInTransit, ""},
		{"17", true, true, normalize.StatusDelivered, ""},
		{"30", true, true, normalize.StatusDelivered, ""},
		{"31", true, true, normalize.StatusInTransit, normalize.SubstatusUnmapped},
		{"17", false, true, normalize.StatusInTransit, normalize.SubstatusUnmapped},
		{"0", false, false, normalize.StatusUnknown, normalize.SubstatusUnmapped},
		{"ZZ99", false, false, normalize.StatusUnknown, normalize.SubstatusUnmapped},
		{"", false, false, normalize.StatusUnknown, normalize.SubstatusUnmapped},
	} {
		if got := meaningOf(c.number, c.untracked, c.lastDelivers); got.status != c.want || got.substatus != c.wantSubstatus {
			t.Errorf("%q (untracked %v, policy %v): got %s/%s, want %s/%s", c.number, c.untracked, c.lastDelivers, got.status, got.substatus, c.want, c.wantSubstatus)
		}
	}
}

func TestCountryName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"US": "United States", "KR": "Korea", "PR": "Puerto rico", "TW": "Taiwan", "GB": "United Kingdom"} {
		if got := countryName(in); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

// After a crash nothing may be left but the kept answer; an answer about another order, a
// spoilt one and a refusal prove nothing.
func TestFindFromEvidence(t *testing.T) {
	t.Parallel()
	answer := `<root><status>0</status><wish_standard_tracking_id>WI000000000001DMO</wish_standard_tracking_id>` +
		`<barcode guid="XDK7ZV0000000001" state="Created">LX100000011CN</barcode></root>`
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"whole":         {200, answer, "LX100000011CN"},
		"half":          {200, answer[:len(answer)/2], ""},
		"another order": {200, strings.ReplaceAll(answer, "XDK7", "XDK8"), ""},
		"a refusal":     {200, `<root><status>1001</status><error_message>otype is missing</error_message></root>`, ""},
		"a server down": {502, answer, ""},
		"nothing":       {200, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := open(t, Config{}).Find(t.Context(), normalize.FindRequest{Ref: lost,
				Evidence: []normalize.Evidence{{Operation: "rate", Status: 200, Body: []byte(answer)}, {Operation: "label", Status: c.status, Body: []byte(c.body)}}})
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && (len(found.Labels) > 0 || found.Complete) {
				t.Errorf("got %+v, which claims to know", found)
			}
			if c.want != "" && (len(found.Labels) != 1 || found.Labels[0].TrackingNumber != c.want || found.Labels[0].CarrierReference != "WI000000000001DMO") {
				t.Errorf("got %+v, want %s", found, c.want)
			}
		})
	}
}
