package speedpak

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

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

// A made-up keyset; the header was computed apart from this code.
func TestBasic(t *testing.T) {
	t.Parallel()
	const want = "Basic RGVtb0FwcC1HVy1QUkQtMDAwMDAwMDAxOlBSRC1kZW1vLWNlcnQtMDAwMQ=="
	if got := basic("DemoApp-GW-PRD-000000001", normalize.NewSecret("PRD-demo-cert-0001")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMeaningOf(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]meaning{
		"Order received, label created":                    {normalize.StatusRegistered, "", normalize.LegFirstMile},
		"Picked up by carrier":                             {normalize.StatusPickedUp, "", normalize.LegFirstMile},
		"Pickup failed":                                    {normalize.StatusException, "", normalize.LegFirstMile},
		"Arrived at sorting facility":                      {normalize.StatusInTransit, "", ""},
		"Export customs clearance completed":               {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegExportCustoms},
		"Held by customs in destination country":           {normalize.StatusException, normalize.SubstatusCustomsHeld, ""},
		"Arrived at customs":                               {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, ""},
		"OUT  FOR DELIVERY":                                {normalize.StatusOutForDelivery, "", normalize.LegLastMile},
		"Available for pickup at the post office":          {normalize.StatusAvailableForPickup, "", normalize.LegLastMile},
		"Delivered":                                        {normalize.StatusDelivered, "", normalize.LegLastMile},
		"Delivered by local courier":                       {normalize.StatusDelivered, "", normalize.LegLastMile},
		"Delivered to local carrier":                       {normalize.StatusInTransit, normalize.SubstatusHandedToLastMile, normalize.LegLastMile},
		"Delivered to airline":                             {normalize.StatusUnknown, normalize.SubstatusUnmapped, ""},
		"Will be delivered tomorrow":                       {normalize.StatusUnknown, normalize.SubstatusUnmapped, ""},
		"Not delivered":                                    {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},
		"Delivery attempt failed, recipient not available": {normalize.StatusDeliveryFailed, normalize.SubstatusRecipientAbsent, normalize.LegLastMile},
		"Exception: parcel is being returned to sender":    {normalize.StatusReturning, "", normalize.LegReturn},
		"Returned to sender":                               {normalize.StatusReturned, "", normalize.LegReturn},
		"Will be returned to sender":                       {normalize.StatusUnknown, normalize.SubstatusUnmapped, ""},
		"Exception: parcel lost":                           {normalize.StatusException, normalize.SubstatusLost, ""},
		"Flight cancelled":                                 {normalize.StatusUnknown, normalize.SubstatusUnmapped, ""},
		"Weight adjusted after reweighing":                 {normalize.StatusUnknown, normalize.SubstatusUnmapped, ""},
		"":                                                 {normalize.StatusUnknown, normalize.SubstatusUnmapped, ""},
		"Handed over. LM Carrier: [USPS], LM tracking No.：[9400]": {normalize.StatusInTransit, normalize.SubstatusHandedToLastMile, normalize.LegLastMile},
	} {
		if got := meaningOf(words); got != want {
			t.Errorf("%q: got %v, want %v", words, got, want)
		}
	}
}

func TestStateOf(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]state{"CREATED": draft, "confirmed": sold, "In Transit": sold, " CANCELED ": gone, "WAREHOUSE_7": unread, "": unread} {
		if got := stateOf(word); got != want {
			t.Errorf("%q: got %v, want %v", word, got, want)
		}
	}
}

// A street is kept as it is written where it fits, and nothing of it is ever lost.
func TestStreetsOf(t *testing.T) {
	t.Parallel()
	fifty := strings.Repeat("x", 50)
	for name, c := range map[string]struct {
		in    normalize.Address
		want  [3]string
		field string
	}{
		"short":          {normalize.Address{Line1: "Lindenstr.", HouseNumber: "5", Line2: " Hof  2 "}, [3]string{"Lindenstr. 5", "Hof 2"}, ""},
		"just fits":      {normalize.Address{Line1: fifty, Line3: fifty}, [3]string{fifty, fifty}, ""},
		"wrapped":        {normalize.Address{Line1: fifty + " 12", Line2: "Apt 3"}, [3]string{fifty, "12 Apt 3"}, ""},
		"without spaces": {normalize.Address{Line1: strings.Repeat("京", 60)}, [3]string{strings.Repeat("京", 50), strings.Repeat("京", 10)}, ""},
		"too long":       {normalize.Address{Line1: strings.Repeat("word ", 40)}, [3]string{}, "/destination/line1"},
	} {
		got, err := streetsOf(c.in)
		if got != c.want || (err != nil) != (c.field != "") || err != nil && normalize.AsError(err).Field != c.field {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestTimeOf(t *testing.T) {
	t.Parallel()
	for text, known := range map[string]bool{"2026-11-05T12:00:00.000Z": true, "2026-11-05T12:00:00+00:00": true, "2026-11-05T12:00:00": false, "2026-11-05 12:00:00": false} {
		when, got, err := timeOf(text)
		if err != nil || got != known || when.UTC().Format("15:04") != "12:00" {
			t.Errorf("%q: got %v, %v, %v", text, when, got, err)
		}
	}
	if when, _, err := timeOf("yesterday"); err == nil {
		t.Errorf("yesterday is read as %v", when)
	}
}

func TestNumberForms(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^(?:` + Spec().NumberForms[0] + `)$`)
	for number, want := range map[string]bool{"ES1000000000001US01010001D0N": true, "EE1000000000001GB01010001D0N": true,
		"ES1000000000001US01010001D0": false, "UH100000017YP": false, "LX123456789CN": false} {
		if got := form.MatchString(number); got != want {
			t.Errorf("%s: got %v, want %v", number, got, want)
		}
	}
}

// What one service refuses another may take; where two would do, the seller has to say which.
func TestChoose(t *testing.T) {
	t.Parallel()
	lane := []direction{{"CN", "US"}, {"HK", "US"}}
	list := []serviceInfo{
		{ID: "small", NameEn: "SpeedPAK Standard US Small", Directions: lane, Incoterm: "DDU", MaxWeight: 300},
		{ID: "big", NameEn: "speedpak standard US Big", Directions: lane, MaxWeight: 31500, MaxTotalLength: 170},
		{ID: "paid", NameZh: "SpeedPAK Standard 美国", Directions: lane, Incoterm: "DDP", MaxLength: 20},
		{ID: "far", NameEn: "SpeedPAK Standard AU", Directions: []direction{{"CN", "AU"}}},
		{NameEn: "SpeedPAK Standard without an id", Directions: lane},
	}
	for name, c := range map[string]struct {
		change func(*normalize.Shipment)
		word   string
		id     string
		field  string
	}{
		"by weight":              {func(*normalize.Shipment) {}, "SpeedPAK Standard", "big", ""},
		"two would do":           {func(s *normalize.Shipment) { s.Parcels[0].Weight = 100 * normalize.Gram }, "SpeedPAK Standard", "", ""},
		"the origin is eDIS's":   {func(s *normalize.Shipment) { s.Origin.Country = "" }, "SpeedPAK Standard", "big", ""},
		"another lane":           {func(s *normalize.Shipment) { s.Destination.Country = "AU" }, "speedpak standard", "far", ""},
		"no such lane":           {func(s *normalize.Shipment) { s.Destination.Country = "BR" }, "SpeedPAK Standard", "", "/destination/country"},
		"the Chinese name":       {func(s *normalize.Shipment) { s.Incoterm = normalize.DDP }, "美国", "paid", ""},
		"no such term":           {func(s *normalize.Shipment) {}, "美国", "", "/incoterm"},
		"no such name":           {func(*normalize.Shipment) {}, "SpeedPAK Lite", "", ""},
		"too heavy for each":     {func(s *normalize.Shipment) { s.Parcels[0].Weight = 40 * normalize.Kilogram }, "SpeedPAK Standard", "", "/parcels/0/weight"},
		"too long for the other": {func(s *normalize.Shipment) { s.Parcels[0].Dimensions.Length = normalize.Inch * 70 }, "SpeedPAK Standard", "", "/parcels/0/dimensions"},
	} {
		s := sample().Shipment
		c.change(&s)
		got, err := choose(list, c.word, s)
		if got.ID != c.id || (err == nil) != (c.id != "") || err != nil && (err.Kind != normalize.KindNotServiceable || err.Field != c.field) {
			t.Errorf("%s: got %q, %v", name, got.ID, err)
		}
	}
}

// What eDIS cannot carry or would refuse is said before a byte is sent, with the field.
func TestRefusedBeforeACall(t *testing.T) {
	t.Parallel()
	type change = func(*normalize.LabelRequest)
	item := func(f func(*normalize.Item)) change {
		return func(r *normalize.LabelRequest) { f(&r.Shipment.Items[0]) }
	}
	handover := func(h normalize.Handover) change {
		return func(r *normalize.LabelRequest) { r.Shipment.Handover = &h }
	}
	for name, c := range map[string]struct {
		change change
		kind   normalize.Kind
		field  string
	}{
		"two parcels": {func(r *normalize.LabelRequest) {
			r.Shipment.Parcels = append(r.Shipment.Parcels, r.Shipment.Parcels[0])
		}, normalize.KindNotServiceable, "/parcels"},
		"no parcel": {func(r *normalize.LabelRequest) { r.Shipment.Parcels = nil }, normalize.KindNotServiceable, "/parcels"},
		"too heavy": {func(r *normalize.LabelRequest) { r.Shipment.Parcels[0].Weight = maxWeight + 1 }, normalize.KindNotServiceable, "/parcels/0/weight"},
		"a pak too heavy": {func(r *normalize.LabelRequest) {
			r.Shipment.Parcels[0].Packaging, r.Shipment.Parcels[0].Weight = "pak", maxPAK+1
		}, normalize.KindNotServiceable, "/parcels/0/packaging"},
		"no sides":            {func(r *normalize.LabelRequest) { r.Shipment.Parcels[0].Dimensions = normalize.Dimensions{} }, normalize.KindInvalidRequest, "/parcels/0/dimensions"},
		"no order":            {func(r *normalize.LabelRequest) { r.Shipment.Order = nil }, normalize.KindInvalidRequest, "/order/id"},
		"no phone":            {func(r *normalize.LabelRequest) { r.Shipment.Destination.Phone = "" }, normalize.KindInvalidRequest, "/destination/phone"},
		"no items":            {func(r *normalize.LabelRequest) { r.Shipment.Items = nil }, normalize.KindInvalidRequest, "/items"},
		"another term":        {func(r *normalize.LabelRequest) { r.Shipment.Incoterm = "FOB" }, normalize.KindNotServiceable, "/incoterm"},
		"no order line":       {item(func(i *normalize.Item) { i.LineID = "" }), normalize.KindInvalidRequest, "/items/0/line_id"},
		"no Chinese name":     {item(func(i *normalize.Item) { i.LocalDescription = "" }), normalize.KindInvalidRequest, "/items/0/local_description"},
		"no HS code":          {item(func(i *normalize.Item) { i.HSCode = "" }), normalize.KindInvalidRequest, "/items/0/hs_code"},
		"no unit weight":      {item(func(i *normalize.Item) { i.Weight = 0 }), normalize.KindInvalidRequest, "/items/0/weight"},
		"a thousand pieces":   {item(func(i *normalize.Item) { i.Quantity = 1000 }), normalize.KindNotServiceable, "/items/0/quantity"},
		"loose batteries":     {item(func(i *normalize.Item) { i.Goods = []string{"battery_only"} }), normalize.KindProhibitedGoods, ""},
		"a battery unproven":  {item(func(i *normalize.Item) { i.Goods = []string{"battery_packed"} }), normalize.KindInvalidRequest, "/items/0/battery/certificate"},
		"another signature":   {func(r *normalize.LabelRequest) { r.Shipment.Signature = "standard" }, normalize.KindNotServiceable, "/signature"},
		"cover in yuan":       {func(r *normalize.LabelRequest) { r.Shipment.Insurance = normalize.Money{Minor: 1, Currency: "CNY"} }, normalize.KindNotServiceable, "/insurance"},
		"half a parcel":       {func(r *normalize.LabelRequest) { r.Shipment.Options = map[string]any{optionMaxParcels: "0.5"} }, normalize.KindInvalidRequest, "/options/speedpak.max_parcels"},
		"a pickup elsewhere":  {handover(normalize.Handover{Method: handoverPickup, Address: &normalize.Address{}}), normalize.KindNotServiceable, "/handover/address"},
		"a courier":           {handover(normalize.Handover{Method: "courier"}), normalize.KindNotServiceable, "/handover/method"},
		"an unnamed drop-off": {handover(normalize.Handover{Method: handoverDropOff}), normalize.KindNotServiceable, "/handover/method"},
		"a long street":       {func(r *normalize.LabelRequest) { r.Shipment.Destination.Line1 = strings.Repeat("word ", 40) }, normalize.KindInvalidRequest, "/destination/line1"},
		"no reference":        {func(r *normalize.LabelRequest) { r.ClientReference = "" }, normalize.KindInvalidRequest, ""},
		"an unsold service":   {func(r *normalize.LabelRequest) { r.Service = "lite" }, normalize.KindNotServiceable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := sample()
			c.change(&req)
			_, err := adapters.OpsOf(sleeping(t)).Drafter.Draft(t.Context(), req)
			if e := normalize.AsError(err); err == nil || e.Kind != c.kind || e.Field != c.field {
				t.Errorf("got %+v, want %s %s", e, c.kind, c.field)
			}
		})
	}
}

// sleeping is an adapter that must not call anybody.
func sleeping(t *testing.T) adapters.Adapter {
	t.Helper()
	a, err := New(Config{ClientID: "app", RefreshToken: normalize.NewSecret("r"), ShipFromAddressID: "80001", ConsignPreferenceID: "90001",
		Services: map[string]string{standard: "US0001-DEMO"}}, adapters.Deps{HTTP: offline(t)})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Nothing is confirmed, cancelled or printed without a name for it.
func TestNamelessCalls(t *testing.T) {
	t.Parallel()
	ops := adapters.OpsOf(sleeping(t))
	ctx := t.Context()
	errs := map[string]error{}
	_, errs["label"] = ops.Labeler.Label(ctx, sample())
	_, errs["void"] = ops.Voider.Void(ctx, normalize.VoidRequest{})
	_, errs["documents"] = ops.Documenter.Documents(ctx, normalize.DocumentsRequest{})
	_, errs["track"] = ops.Tracker.Track(ctx, normalize.TrackRequest{})
	_, errs["find"] = ops.Finder.Find(ctx, normalize.FindRequest{Ref: normalize.ShipmentRef{ClientReference: "XDK7ZV0000000001"}})
	_, errs["actual_cost"] = ops.Coster.ActualCost(ctx, normalize.ShipmentRef{})
	_, errs["manifest"] = ops.Manifester.Manifest(ctx, normalize.ManifestRequest{Labels: make([]normalize.ShipmentRef, 201)})
	for op, err := range errs {
		if err == nil || normalize.KindOf(err) != normalize.KindInvalidRequest {
			t.Errorf("%s: got %v", op, err)
		}
	}
}

func TestConfigNamesAllFaults(t *testing.T) {
	t.Parallel()
	_, err := New(Config{AuthCode: normalize.NewSecret("c"), Services: map[string]string{"lite": "1", "standard.XX": "1", economy: " "},
		ServiceNames: map[string]string{standard: ""}, ConsignPreferences: map[string]string{"courier": "1"}, PrintPreference: []string{"price"}}, adapters.Deps{})
	want := []string{"auth_code needs ru_name",
		"services: economy has no shippingServiceId",
		`services: "lite" is none of standard, economy, nor one of them with a country`,
		`services: "standard.XX" is none of standard, economy, nor one of them with a country`,
		"service_names: standard has no name",
		`consign_preferences: "courier" is none of pickup, drop_off`,
		`print_preference: eDIS does not know "price"`}
	if err == nil || !slices.Equal(strings.Split(err.Error(), "\n"), want) {
		t.Errorf("got %v, want %s", err, strings.Join(want, "\n"))
	}
	if _, err := New(Config{}, adapters.Deps{}); err == nil || err.Error() != "refresh_token or auth_code is required" {
		t.Errorf("without a seller: got %v", err)
	}
}
