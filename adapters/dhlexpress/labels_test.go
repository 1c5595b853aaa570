package dhlexpress

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// everything is a shipment of all that DHL can be told: two pieces, two lines, insured, signed
// for, on a Saturday, duties paid, with an importer, tax ids, a licence, a courier and an e-mail.
func everything(t *testing.T) normalize.Shipment {
	t.Helper()
	s := pragueToNewYork()
	s.Incoterm, s.Insurance, s.Signature = normalize.DDP, eur(25050), "direct"
	s.Options = map[string]any{optionSaturday: true}
	s.Destination.Residential, s.Destination.Email = true, "jane@example.com"
	s.Destination.Line1, s.Destination.HouseNumber = "Apartment on the Uppermost Floor, Sample Street Corner Long Avenue", "12"
	s.Destination.District, s.Destination.State = "Manhattan", "New York"
	s.Importer = &normalize.Address{Name: "Ida Import", Company: "Import Inc", Phone: "+12125550199", Line1: "9 Broker Sq",
		City: "Newark", State: "NJ", PostalCode: "07101", Country: "US"}
	s.Parcels = []normalize.Parcel{
		{Weight: 1 * normalize.Pound, Dimensions: normalize.Dimensions{Length: 12 * normalize.Inch, Width: 8 * normalize.Inch, Height: 3 * normalize.Inch}},
		{Weight: 800 * normalize.Gram},
	}
	s.Items = []normalize.Item{
		{SKU: "A", Description: "Cotton shirt", Quantity: 3, Unit: "piece", UnitValue: eur(1999), Weight: 200 * normalize.Gram,
			HSCode: "610510", ExportHSCode: "61051000", OriginCountry: "CZ"},
		{SKU: "B", Description: "Wireless headset", Quantity: 2, Unit: "set", UnitValue: eur(4550), Weight: 150 * normalize.Gram,
			HSCode: "851830", OriginCountry: "CN", Goods: []string{"battery_contained"}, Battery: &normalize.Battery{Chemistry: "lithium_ion", WattHours: "3.7"}},
	}
	s.TaxIDs = []normalize.TaxID{
		{Type: "eori", Country: "CZ", Number: "CZ1234567890"}, {Type: "ein", Number: "12-3456789", Party: "importer"},
		{Type: "mid", Number: "CNSHENZHEN88", Party: "manufacturer"}, {Type: "passport", Number: "P1234567"},
	}
	s.Customs = &normalize.Customs{Note: "free replacement of a lost parcel", LicenseNumber: "LIC-77", Purpose: "other"}
	s.Notify = []string{"email", "sms"}
	s.Handover = &normalize.Handover{Method: handoverPickup, ReadyFrom: moment(t, "2027-01-18T09:30:00Z"),
		ReadyUntil: moment(t, "2027-01-18T15:00:00Z"), Instructions: "Ring at the gate"}
	return s
}

func TestLabel(t *testing.T) {
	t.Parallel()
	plainly := config()
	richly := config()
	richly.PayerAccount, richly.DutiesAccount, richly.Paperless, richly.WaybillDoc = "222222222", "333333333", true, true
	for _, c := range []struct {
		name     string
		config   Config
		shipment normalize.Shipment
		label    normalize.LabelFormat
		service  string
		data     map[string]string
	}{
		{"label_dutiable", plainly, pragueToNewYork(), normalize.LabelFormat{}, worldwide, nil}, // DHL's sample
		{"label_everything", richly, everything(t), normalize.LabelFormat{Format: "zpl", Size: "4x6", DPI: 203}, express1200,
			map[string]string{dataProduct: "Y", dataLocalProduct: "Y"}},
		{"label_eu", plainly, pragueToBerlin(), normalize.LabelFormat{Format: "epl", Size: "a6"}, economy, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at(t, friday, func(t *testing.T) {
				a, wire := accountOf(t, c.config, 201, read(t, c.name+".response.json"))
				label, err := a.Label(t.Context(), normalize.LabelRequest{Shipment: c.shipment, Service: c.service, Label: c.label,
					ClientReference: "XDK0000000000001", Reference: "EB-1001", CarrierData: c.data})
				if err != nil {
					t.Fatal(err)
				}
				got := sent(t, wire, c.name+".request.json")
				if got.url != "http://dhl.test/mydhlapi/shipments" || got.header.Get("Message-Reference") != "XDK0000000000001" {
					t.Errorf("sent to %s under %s", got.url, got.header.Get("Message-Reference"))
				}
				golden(t, c.name+".golden.json", label)
			})
		})
	}
}

// After a crash the stored answer is all there is: it must give the very same label.
func TestTheStoredAnswerIsTheLabel(t *testing.T) {
	t.Parallel()
	at(t, friday, func(t *testing.T) {
		body := read(t, "label_everything.response.json")
		a, wire := accountOf(t, config(), 201, body)
		bought, err := a.Label(t.Context(), normalize.LabelRequest{Shipment: pragueToNewYork(), Service: worldwide, ClientReference: "XDK1"})
		if err != nil {
			t.Fatal(err)
		}
		found, err := a.Find(t.Context(), normalize.FindRequest{Evidence: []normalize.Evidence{
			{Operation: "label", Status: 502, Body: []byte("<html>")}, {Operation: "label", Status: 201, Body: body[:40]},
			{Operation: "rate", Status: 200, Body: body}, {Operation: "label", Status: 201, Body: body}}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]normalize.Label{bought}, found.Labels); diff != "" {
			t.Errorf("(-bought +found):\n%s", diff)
		}
		if found.Complete || len(wire.calls) != 1 {
			t.Errorf("complete=%v after %d calls, want no further call", found.Complete, len(wire.calls))
		}
	})
}

// A success that we cannot read leaves the purchase open; one with a number is a purchase, even
// if its paper is broken.
func TestUnreadableSuccess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, want string }{
		{"no number", `{"documents":[]}`, "bad_response"},
		{"no object", `[]`, "bad_response"},
		{"nothing", ``, "bad_response"},
		{"cut short", `{"shipmentTrackingNumber":"1234567890","documents":[{"cont`, "bad_response"},
		{"a broken paper", `{"shipmentTrackingNumber":"1234567890","documents":[{"imageFormat":"PDF","typeCode":"label","content":"%%%"}]}`,
			"1234567890 with 0 papers and 1 warnings"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at(t, friday, func(t *testing.T) {
				a, _ := accountOf(t, config(), 201, []byte(c.body))
				l, err := a.Label(t.Context(), normalize.LabelRequest{Shipment: pragueToNewYork(), Service: worldwide})
				got := fmt.Sprintf("%s with %d papers and %d warnings", l.TrackingNumber, len(l.Documents), len(l.Warnings))
				if err != nil {
					got = string(normalize.KindOf(err))
					if normalize.KindOf(err).AfterWrite() != normalize.Unknown {
						t.Error("claims to know")
					}
				}
				if got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
			})
		})
	}
}

// What DHL would refuse, or what we could not send whole, is refused before any call.
func TestLabelRefusedBeforeTheCall(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		name   string
		change func(*normalize.LabelRequest)
		kind   normalize.Kind
		field  string
	}{
		{"no phone at the origin", func(r *normalize.LabelRequest) { r.Shipment.Origin.Phone = "" }, normalize.KindInvalidRequest, "/origin/phone"},
		{"no phone at the destination", func(r *normalize.LabelRequest) { r.Shipment.Destination.Phone = " " }, normalize.KindInvalidRequest, "/destination/phone"},
		{"no name", func(r *normalize.LabelRequest) { r.Shipment.Destination.Name = "" }, normalize.KindInvalidRequest, "/destination/name"},
		{"no street", func(r *normalize.LabelRequest) { r.Shipment.Destination.Line1 = "" }, normalize.KindInvalidRequest, "/destination/line1"},
		{"a street without end", func(r *normalize.LabelRequest) { r.Shipment.Destination.Line1 = long }, normalize.KindInvalidRequest, "/destination/line1"},
		{"a long company", func(r *normalize.LabelRequest) { r.Shipment.Origin.Company = long[:101] }, normalize.KindInvalidRequest, "/origin/company"},
		{"a long e-mail", func(r *normalize.LabelRequest) { r.Shipment.Origin.Email = long[:71] }, normalize.KindInvalidRequest, "/origin/email"},
		{"an e-mail that cannot be notified", func(r *normalize.LabelRequest) {
			r.Shipment.Destination.Email, r.Shipment.Notify = long[:51], []string{"email"}
		}, normalize.KindInvalidRequest, "/destination/email"},
		{"a long postal code", func(r *normalize.LabelRequest) { r.Shipment.Origin.PostalCode = long[:13] }, normalize.KindInvalidRequest, "/origin/postal_code"},
		{"a long state", func(r *normalize.LabelRequest) { r.Shipment.Destination.State = long[:36] }, normalize.KindInvalidRequest, "/destination/state"},
		{"a long tax id", func(r *normalize.LabelRequest) {
			r.Shipment.TaxIDs = []normalize.TaxID{{Type: "vat", Number: long[:36]}}
		}, normalize.KindInvalidRequest, "/tax_ids/0/number"},
		{"a long licence", func(r *normalize.LabelRequest) { r.Shipment.Customs.LicenseNumber = long[:17] }, normalize.KindInvalidRequest, "/customs/license_number"},
		{"a long export filing", func(r *normalize.LabelRequest) { r.Shipment.Customs.ExportFiling = long[:21] }, normalize.KindInvalidRequest, "/customs/export_filing"},
		{"an importer without a phone", func(r *normalize.LabelRequest) {
			r.Shipment.Importer = &normalize.Address{Name: "I", Line1: "1", City: "X", Country: "US"}
		}, normalize.KindInvalidRequest, "/importer/phone"},
		{"lines of unknown weight", func(r *normalize.LabelRequest) {
			r.Shipment.Items = append(r.Shipment.Items, normalize.Item{Description: "b", Quantity: 1, UnitValue: eur(1), OriginCountry: "CZ"})
		}, normalize.KindInvalidRequest, "/items/1/weight"},
		{"a format that is not printed", func(r *normalize.LabelRequest) { r.Label.Format = "png" }, normalize.KindNotServiceable, "/label/format"},
		{"a size that is not printed", func(r *normalize.LabelRequest) { r.Label.Size = "10x10" }, normalize.KindNotServiceable, "/label/size"},
		{"a pick list", func(r *normalize.LabelRequest) { r.Label.Extras = []string{"pick_list"} }, normalize.KindNotServiceable, "/label/extras"},
		{"documents by economy", func(r *normalize.LabelRequest) {
			r.Service, r.Shipment.Customs.Purpose = economy, "document"
		}, normalize.KindNotServiceable, ""},
		{"a courier after closing time", func(r *normalize.LabelRequest) {
			r.Shipment.Handover = &normalize.Handover{Method: handoverPickup, ReadyFrom: moment(t, "2027-01-18T20:00:00+01:00")}
		}, normalize.KindInvalidRequest, "/handover/ready_until"},
		{"too long instructions", func(r *normalize.LabelRequest) {
			r.Shipment.Handover = &normalize.Handover{Method: handoverPickup, Instructions: long}
		}, normalize.KindInvalidRequest, "/handover/instructions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at(t, friday, func(t *testing.T) {
				a, wire := accountOf(t, config(), 201, nil)
				req := normalize.LabelRequest{Shipment: pragueToNewYork(), Service: worldwide, ClientReference: "XDK1"}
				c.change(&req)
				_, err := a.Label(t.Context(), req)
				kindIs(t, err, c.kind, c.field)
				if len(wire.calls) > 0 {
					t.Error("the carrier was asked")
				}
			})
		})
	}
}

// The two references: ours first, the caller's second, each within its 35 characters.
func TestReferences(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 40)
	got := referencesOf(normalize.LabelRequest{ClientReference: "XDK1", Reference: long})
	want := []typedValue{{"XDK1", "CU"}, {long[:70], "AAO"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	order := normalize.LabelRequest{ClientReference: "XDK1", Shipment: normalize.Shipment{Order: &normalize.Order{ID: "EB-1"}}}
	if got := referencesOf(order); got[1].Value != "EB-1" {
		t.Errorf("without a reference the order's id stands in: %v", got)
	}
}

// Only the purchase is marked as committing, so that nothing else is ever taken for one.
func TestOnlyThePurchaseCommits(t *testing.T) {
	t.Parallel()
	at(t, friday, func(t *testing.T) {
		a, wire := accountOf(t, config(), 500, []byte(`{"code":"500","title":"x","detail":"999: Process failure occurred."}`))
		_, err := a.Label(t.Context(), normalize.LabelRequest{Shipment: pragueToNewYork(), Service: worldwide})
		if normalize.KindOf(err).AfterWrite() != normalize.Unknown || normalize.AsError(err).Code != "999" {
			t.Errorf("a process failure: got %+v", normalize.AsError(err))
		}
		if len(wire.calls) != 1 {
			t.Errorf("%d requests", len(wire.calls))
		}
	})
}

func TestCostOfALabel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, charges, want string }{
		{"not told", `[]`, " 0"},
		{"told", `[{"currencyType":"PULCL","priceCurrency":"CZK","price":9},{"currencyType":"BILLC","priceCurrency":"EUR","price":12.5,
			"serviceBreakdown":[{"name":"EXPRESS WORLDWIDE","price":10},{"name":"FUEL","typeCode":"FF","price":2.5}]}]`, "12.50 2"},
		{"lines that do not sum", `[{"currencyType":"BILLC","priceCurrency":"EUR","price":12.5,"serviceBreakdown":[{"name":"A","price":10}]}]`, "12.50 0"},
		{"a price of nought is none", `[{"currencyType":"BILLC","priceCurrency":"EUR","price":0}]`, " 0"},
	} {
		var in []shipmentCharge
		if err := json.Unmarshal([]byte(c.charges), &in); err != nil {
			t.Fatal(err)
		}
		total, lines := costOf(in)
		text := ""
		if !total.IsZero() {
			text = total.Amount()
		}
		if got := fmt.Sprintf("%s %d", text, len(lines)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// The API's own marks: what the Spec promises of purchases is what the code does.
func TestSpecOfPurchases(t *testing.T) {
	t.Parallel()
	s := Spec()
	if s.Purchase.Class != adapters.ClassD || s.Purchase.MaxReference != 35 || s.Purchase.QuietPeriod.Minutes() != 10 {
		t.Errorf("got %+v", s.Purchase)
	}
}
