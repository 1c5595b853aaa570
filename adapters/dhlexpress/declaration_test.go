package dhlexpress

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

func TestLineWeights(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		parcels []string // kg
		items   []string // "<quantity>x<kg>"
		want    string   // "<net>/<gross> …" in kg
	}{
		{"one line is all of it", []string{"1.2"}, []string{"3x0.3"}, "0.9/1.2"},
		{"one line of unknown weight", []string{"1.2"}, []string{"3x"}, "/1.2"},
		{"shared in proportion", []string{"1", "0.4"}, []string{"2x0.3", "1x0.6"}, "0.6/0.7 0.6/0.7"},
		{"nothing is lost", []string{"1"}, []string{"1x0.3", "1x0.3", "1x0.3"}, "0.3/0.334 0.3/0.333 0.3/0.333"},
		{"thirds of a pound", []string{"1"}, []string{"3x0.333333333"}, "1/1"},
		{"net above gross is not declared", []string{"0.5"}, []string{"1x0.4", "1x0.4"}, "/0.25 /0.25"},
		{"grams round up", []string{"0.0015"}, []string{"1x0.0001"}, "0.001/0.002"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := weighed(t, c.parcels, c.items)
			got, err := lineWeights(s)
			if err != nil {
				t.Fatal(err)
			}
			var words []string
			for _, w := range got {
				wire := w.wire()
				words = append(words, wire.NetValue.String()+"/"+wire.GrossValue.String())
			}
			if text := strings.Join(words, " "); text != c.want {
				t.Errorf("got %s, want %s", text, c.want)
			}
		})
	}
}

// A line of a million tons does not wrap round to a light one.
func TestLineWeightsOutOfBounds(t *testing.T) {
	t.Parallel()
	s := weighed(t, []string{"1"}, []string{"99999x9000000"})
	_, err := lineWeights(s)
	kindIs(t, err, normalize.KindInvalidRequest, "/items/0/weight")
}

func weighed(t *testing.T, parcels, items []string) normalize.Shipment {
	t.Helper()
	kg := func(text string) normalize.Weight {
		w, err := normalize.ParseWeight(text, "kg")
		if err != nil && text != "" {
			t.Fatal(err)
		}
		return w
	}
	var s normalize.Shipment
	for _, p := range parcels {
		s.Parcels = append(s.Parcels, normalize.Parcel{Weight: kg(p)})
	}
	for _, it := range items {
		var n int
		var each string
		if _, err := fmt.Sscanf(strings.Replace(it, "x", " ", 1)+" ", "%d %s", &n, &each); err != nil && each != "" {
			t.Fatal(err)
		}
		s.Items = append(s.Items, normalize.Item{Quantity: n, Weight: kg(each)})
	}
	return s
}

func TestTaxIDs(t *testing.T) {
	t.Parallel()
	toGB := func(ids ...normalize.TaxID) normalize.Shipment {
		return normalize.Shipment{Origin: normalize.Address{Country: "CN"}, Destination: normalize.Address{Country: "GB"}, TaxIDs: ids}
	}
	imported := toGB(normalize.TaxID{Type: "vat", Number: "1", Party: "importer"})
	imported.Importer = &normalize.Address{Country: "IE"}
	for _, c := range []struct {
		name     string
		shipment normalize.Shipment
		want     string
	}{
		{"IOSS is the shipper's, of the destination", toGB(normalize.TaxID{Type: "ioss", Number: "1"}), "shipper SDT 1 GB"},
		{"with the country that was named", toGB(normalize.TaxID{Type: "ioss", Number: "1", Country: "DE"}), "shipper SDT 1 DE"},
		{"VAT at home", toGB(normalize.TaxID{Type: "vat", Number: "1"}), "shipper VAT 1 CN"},
		{"a seller's VAT in Britain", toGB(normalize.TaxID{Type: "vat", Number: "1", Country: "GB"}), "shipper SDT 1 GB"},
		{"a buyer's VAT in Britain", toGB(normalize.TaxID{Type: "vat", Number: "1", Country: "GB", Party: "consignee"}), "receiver VAT 1 GB"},
		{"a person's", toGB(normalize.TaxID{Type: "passport", Number: "1"}), "receiver PAS 1 GB"},
		{"an importer's without an importer", toGB(normalize.TaxID{Type: "eori", Number: "1", Party: "importer"}), "receiver EOR 1 GB"},
		{"an importer's", imported, "importer VAT 1 IE"},
		{"a platform's", toGB(normalize.TaxID{Type: "voec", Number: "1", Party: "platform"}), "shipper SDT 1 GB"},
		{"one that has no code", toGB(normalize.TaxID{Type: "pccc", Number: "1"}), ""},
		{"a manufacturer's goes with the lines", toGB(normalize.TaxID{Type: "mid", Number: "1", Party: "manufacturer"}), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var p parties
			if c.shipment.Importer != nil {
				p.ImporterDetails = &party{}
			}
			if err := register(c.shipment, &p); err != nil {
				t.Fatal(err)
			}
			if got := registered(p); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func registered(p parties) string {
	var out []string
	list := map[string][]registration{"shipper": p.ShipperDetails.RegistrationNumbers, "receiver": p.ReceiverDetails.RegistrationNumbers}
	if p.ImporterDetails != nil {
		list["importer"] = p.ImporterDetails.RegistrationNumbers
	}
	for _, who := range []string{"shipper", "receiver", "importer"} {
		for _, r := range list[who] {
			out = append(out, strings.Join([]string{who, r.TypeCode, r.Number, r.IssuerCountryCode}, " "))
		}
	}
	return strings.Join(out, ", ")
}

// Every type that the Spec says we send has a code, or its own place.
func TestSentTaxIDs(t *testing.T) {
	t.Parallel()
	for _, id := range sentTaxIDs() {
		if registrationTypes[id] == "" && id != "mid" {
			t.Errorf("%s has no code", id)
		}
	}
	if len(sentTaxIDs()) != len(registrationTypes)+1 {
		t.Errorf("%d types are said, %d have a code", len(sentTaxIDs()), len(registrationTypes))
	}
}

func TestBatteries(t *testing.T) {
	t.Parallel()
	own := Config{DangerousGoods: map[string]string{"HW": "A01"}}
	for _, c := range []struct{ goods, chemistry, wattHours, want string }{
		{"battery_contained", "lithium_ion", "12.5", "HV 967"}, {"battery_packed", "lithium_ion", "100", "HD 966"},
		{"battery_packed", "lithium_metal", "", "HM 969"}, {"battery_contained", "lithium_metal", "", "HW A01"},
		{"battery_contained", "other", "", ""}, {"general", "", "", ""},
	} {
		it := normalize.Item{Goods: []string{c.goods}}
		if c.chemistry != "" {
			it.Battery = &normalize.Battery{Chemistry: c.chemistry, WattHours: c.wattHours}
		}
		got, err := own.batteries(normalize.Shipment{Items: []normalize.Item{it, it}})
		text := ""
		for _, v := range got {
			text += v.ServiceCode + " " + v.DangerousGoods[0].ContentID
		}
		if err != nil || text != c.want {
			t.Errorf("%s %s: got %s, %v, want %s", c.goods, c.chemistry, text, err, c.want)
		}
	}
}
