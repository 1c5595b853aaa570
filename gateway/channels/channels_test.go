package channels

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// shipment is an order that fits every channel of these tests.
func shipment() *normalize.Shipment {
	return &normalize.Shipment{
		Platform:    "ebay",
		Origin:      normalize.Address{Name: "Li Wei", Line1: "88 Keyuan Rd", City: "Shenzhen", Country: "CN"},
		Destination: normalize.Address{Name: "Anna Schmidt", Line1: "Lindenstr. 5", City: "Berlin", Country: "DE", Phone: "+49"},
		Parcels: []normalize.Parcel{{Weight: 350 * normalize.Gram,
			Dimensions: normalize.Dimensions{Length: 20 * normalize.Centimetre, Width: 15 * normalize.Centimetre, Height: 5 * normalize.Centimetre}}},
		Items: []normalize.Item{{Description: "phone case", Quantity: 2, UnitValue: normalize.Money{Minor: 1250, Currency: "USD"}, OriginCountry: "CN",
			HSCode: "392690", Goods: []string{"general"}}},
		Incoterm: normalize.DDP,
	}
}

func service(r adapters.Requirements) (adapters.Spec, adapters.Service) {
	svc := adapters.Service{Name: "plain", Title: "Northwind Plain", Requirements: r}
	return adapters.Spec{Code: "northwind", Services: []adapters.Service{svc}}, svc
}

func usd(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "USD"} }

// Each requirement refuses what passes it and nothing that just fits, with the kind and the
// pointer that a caller can act on.
func TestRequirements(t *testing.T) {
	t.Parallel()
	const cm, g = normalize.Centimetre, normalize.Gram
	for _, c := range []struct {
		name    string
		needs   adapters.Requirements
		change  func(*normalize.Shipment)
		kind    normalize.Kind
		pointer string
	}{
		{"nothing", adapters.Requirements{}, nil, "", ""},
		{"origin", adapters.Requirements{Origins: []string{"US", "GB"}}, nil, normalize.KindNotServiceable, "/origin/country"},
		{"origin fits", adapters.Requirements{Origins: []string{"CN"}}, nil, "", ""},
		{"destination", adapters.Requirements{Destinations: []string{"FR"}}, nil, normalize.KindNotServiceable, "/destination/country"},
		{"not to", adapters.Requirements{NotTo: []string{"DE"}}, nil, normalize.KindNotServiceable, "/destination/country"},
		{"a sealed address has no country", adapters.Requirements{Destinations: []string{"FR"}},
			func(s *normalize.Shipment) { s.Destination = normalize.Address{PlatformAddressID: "oaid"} }, "", ""},
		{"incoterm", adapters.Requirements{Incoterms: []normalize.Incoterm{normalize.DAP}}, nil, normalize.KindNotServiceable, "/incoterm"},
		{"weight fits", adapters.Requirements{MaxWeight: 350 * g}, nil, "", ""},
		{"weight", adapters.Requirements{MaxWeight: 350*g - 1}, nil, normalize.KindNotServiceable, "/parcels/0/weight"},
		{"weight of the second parcel", adapters.Requirements{MaxWeight: 350 * g},
			func(s *normalize.Shipment) { s.Parcels = append(s.Parcels, normalize.Parcel{Weight: 351 * g}) }, normalize.KindNotServiceable, "/parcels/1/weight"},
		{"least weight", adapters.Requirements{MinWeight: 351 * g}, nil, normalize.KindNotServiceable, "/parcels/0/weight"},
		{"longest side fits", adapters.Requirements{MaxLength: 20 * cm}, nil, "", ""},
		{"longest side", adapters.Requirements{MaxLength: 20*cm - 1}, nil, normalize.KindNotServiceable, "/parcels/0/dimensions"},
		{"longest side standing upright", adapters.Requirements{MaxLength: 25 * cm},
			func(s *normalize.Shipment) { s.Parcels[0].Dimensions.Height = 30 * cm }, normalize.KindNotServiceable, "/parcels/0/dimensions"},
		{"sum of the sides", adapters.Requirements{MaxGirth: 40*cm - 1}, nil, normalize.KindNotServiceable, "/parcels/0/dimensions"},
		{"no dimensions, no limit", adapters.Requirements{MaxLength: cm, MaxGirth: cm},
			func(s *normalize.Shipment) { s.Parcels[0].Dimensions = normalize.Dimensions{} }, "", ""},
		{"parcels", adapters.Requirements{MaxParcels: 1},
			func(s *normalize.Shipment) { s.Parcels = append(s.Parcels, s.Parcels[0]) }, normalize.KindNotServiceable, "/parcels"},
		{"lines of goods", adapters.Requirements{MaxItems: 1},
			func(s *normalize.Shipment) { s.Items = append(s.Items, s.Items[0]) }, normalize.KindNotServiceable, "/items"},
		{"value fits", adapters.Requirements{MaxValue: usd(2500)}, nil, "", ""},
		{"value", adapters.Requirements{MaxValue: usd(2499)}, nil, normalize.KindNotServiceable, "/items"},
		{"value in another currency is not compared", adapters.Requirements{MaxValue: normalize.Money{Minor: 1, Currency: "EUR"}}, nil, "", ""},
		{"goods", adapters.Requirements{Goods: []string{"general", "battery_contained"}},
			func(s *normalize.Shipment) { s.Items[0].Goods = []string{"battery_contained", "liquid"} }, normalize.KindProhibitedGoods, "/items/0/goods/1"},
		{"general goods always fit", adapters.Requirements{Goods: []string{"battery_contained"}}, nil, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := shipment()
			if c.change != nil {
				c.change(s)
			}
			spec, svc := service(c.needs)
			expect(t, Check(spec, svc, s, ForRate), c.kind, c.pointer)
		})
	}
}

func expect(t *testing.T, err *normalize.Error, kind normalize.Kind, pointer string) {
	t.Helper()
	switch {
	case kind == "" && err != nil:
		t.Errorf("got %v at %s", err, err.Field)
	case kind != "" && err == nil:
		t.Error("was taken")
	case kind != "" && (err.Kind != kind || err.Field != pointer || err.Message == ""):
		t.Errorf("got %s %q at %s, want %s at %s", err.Kind, err.Message, err.Field, kind, pointer)
	}
}

func TestAPlatformsChannelServesItsOrdersOnly(t *testing.T) {
	t.Parallel()
	spec, svc := service(adapters.Requirements{})
	svc.Platforms = []string{"ebay"}
	expect(t, Check(spec, svc, shipment(), ForRate), "", "")
	for _, platform := range []string{"", "wish"} {
		s := shipment()
		s.Platform = platform
		expect(t, Check(spec, svc, s, ForRate), normalize.KindNotServiceable, "/platform")
	}
}

func TestWhatOnlyTracksCarriesNothing(t *testing.T) {
	t.Parallel()
	spec, svc := service(adapters.Requirements{})
	svc.Kind = adapters.KindTracking
	expect(t, Check(spec, svc, shipment(), ForRate), normalize.KindNotServiceable, "")
	expect(t, Check(spec, svc, shipment(), ForLabel), normalize.KindNotServiceable, "")
}

// Each field that changes the service or who is liable makes a channel that has no place for
// it not serviceable, with the pointer; one that honours it takes it.
func TestServiceChangingFields(t *testing.T) {
	t.Parallel()
	for pointer, set := range map[string]func(*normalize.Shipment){
		"/signature":                 func(s *normalize.Shipment) { s.Signature = "adult" },
		"/insurance":                 func(s *normalize.Shipment) { s.Insurance = usd(1) },
		"/cash_on_delivery":          func(s *normalize.Shipment) { s.CashOnDelivery = usd(1) },
		"/destination/service_point": func(s *normalize.Shipment) { s.Destination.ServicePoint = &normalize.ServicePoint{ID: "4711"} },
		"/non_delivery_option":       func(s *normalize.Shipment) { s.NonDeliveryOption = "return" },
		"/return_address":            func(s *normalize.Shipment) { s.ReturnAddress = &normalize.Address{} },
		"/importer":                  func(s *normalize.Shipment) { s.Importer = &normalize.Address{} },
		"/handover":                  func(s *normalize.Shipment) { s.Handover = &normalize.Handover{} },
	} {
		t.Run(strings.TrimPrefix(pointer, "/"), func(t *testing.T) {
			t.Parallel()
			s := shipment()
			set(s)
			spec, svc := service(adapters.Requirements{})
			expect(t, Check(spec, svc, s, ForRate), normalize.KindNotServiceable, pointer)
			spec.Honours = []string{pointer}
			expect(t, Check(spec, svc, s, ForRate), "", "")
			spec.Services[0].Honours = []string{} // this service of it has no place after all
			expect(t, Check(spec, svc, s, ForRate), normalize.KindNotServiceable, pointer)
		})
	}
	spec, svc := service(adapters.Requirements{})
	s := shipment()
	s.Signature, s.Insurance = "none", usd(0)
	expect(t, Check(spec, svc, s, ForRate), "", "")
}

// What a channel honours in general it may offer in some forms only.
func TestChoices(t *testing.T) {
	t.Parallel()
	for pointer, c := range map[string]struct {
		needs adapters.Requirements
		set   func(*normalize.Shipment, string)
	}{
		"/signature":           {adapters.Requirements{Signature: []string{"adult"}}, func(s *normalize.Shipment, v string) { s.Signature = v }},
		"/non_delivery_option": {adapters.Requirements{NonDelivery: []string{"return"}}, func(s *normalize.Shipment, v string) { s.NonDeliveryOption = v }},
		"/handover/method":     {adapters.Requirements{Handover: []string{"drop_off"}}, func(s *normalize.Shipment, v string) { s.Handover = &normalize.Handover{Method: v} }},
	} {
		spec, svc := service(c.needs)
		spec.Honours = []string{"/signature", "/non_delivery_option", "/handover"}
		good := map[string]string{"/signature": "adult", "/non_delivery_option": "return", "/handover/method": "drop_off"}[pointer]
		s := shipment()
		c.set(s, good)
		expect(t, Check(spec, svc, s, ForRate), "", "")
		c.set(s, "other")
		expect(t, Check(spec, svc, s, ForRate), normalize.KindNotServiceable, pointer)
	}
}

// Required fields are named by the first that is missing; a label needs more than a rate.
func TestRequiredFields(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, need, missing string }{
		{"there", "/destination/phone", ""},
		{"missing", "/destination/email", "/destination/email"},
		{"one of two", "/destination/email|/destination/phone", ""},
		{"none of two", "/destination/email|/destination/company", "/destination/email"},
		{"of every line", "/items/*/hs_code", ""},
		{"missing in the second line", "/items/*/description", "/items/1/description"},
		{"of a list's element", "/parcels/0/dimensions", ""},
		{"of an element that is not there", "/parcels/3/weight", "/parcels/3"},
		{"an object that is not there", "/order/id", "/order/id"},
		{"in the place's own script", "/origin/local/name", "/origin/local/name"},
		{"an option", "/options/northwind.x", "/options/northwind.x"},
		{"a list that is empty", "/tax_ids", "/tax_ids"},
		{"no such field", "/colour", "/colour"},
		{"beyond a word", "/platform/name", "/platform/name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := shipment()
			s.Items = append(s.Items, normalize.Item{HSCode: "1"})
			spec, svc := service(adapters.Requirements{RequiredLabel: []string{c.need}})
			expect(t, Check(spec, svc, s, ForRate), "", "")
			kind := normalize.KindInvalidRequest
			if c.missing == "" {
				kind = ""
			}
			expect(t, Check(spec, svc, s, ForLabel), kind, c.missing)
			svc.Requirements = adapters.Requirements{RequiredRate: []string{c.need}}
			expect(t, Check(spec, svc, s, ForRate), kind, c.missing)
		})
	}
}

// What every field of a shipment is named in the API can be required.
func TestEveryFieldCanBeRequired(t *testing.T) {
	t.Parallel()
	for i := range reflect.TypeFor[normalize.Shipment]().NumField() {
		f := reflect.TypeFor[normalize.Shipment]().Field(i)
		full := shipment()
		v := reflect.ValueOf(full).Elem().Field(i)
		if v.IsZero() {
			if _, ok := present(full, "/"+normalize.JSONName(f)); ok {
				t.Errorf("%s is empty and counts as there", f.Name)
			}
		} else if at, ok := present(full, "/"+normalize.JSONName(f)); !ok {
			t.Errorf("%s is there and counts as missing at %s", f.Name, at)
		}
	}
}

var declaredOptions = []adapters.Spec{{Code: "northwind", Options: []adapters.Option{
	{Name: "northwind.bool", Type: "bool"}, {Name: "northwind.integer", Type: "integer"}, {Name: "northwind.decimal", Type: "decimal"},
	{Name: "northwind.string", Type: "string"}, {Name: "northwind.enum", Type: "enum", Values: []string{"a", "b"}},
	{Name: "northwind.date", Type: "date"}, {Name: "northwind.money", Type: "money"}, {Name: "northwind.odd", Type: "odd"},
}}}

// Options have the type that their channel declares, whatever channels are asked.
func TestOptionTypes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ good, bad []string }{
		"bool":    {[]string{`true`, `false`}, []string{`"true"`, `1`, `null`}},
		"integer": {[]string{`0`, `-7`, `123456789`}, []string{`1.5`, `"1"`, `1e30`, `true`}},
		"decimal": {[]string{`1.5`, `"1.50"`, `7`}, []string{`"1,5"`, `"x"`, `"NaN"`, `""`, `false`}},
		"string":  {[]string{`"x"`, `""`}, []string{`1`, `{}`}},
		"enum":    {[]string{`"a"`}, []string{`"c"`, `"A"`, `1`}},
		"date":    {[]string{`"2026-11-21"`}, []string{`"2026-02-30"`, `"tomorrow"`, `20261121`}},
		"money":   {[]string{`{"amount":"1.00","currency":"USD"}`}, []string{`{"amount":"1.0","currency":"USD"}`, `"1.00"`, `null`, `{"amount":"1.00"}`}},
		"odd":     {nil, []string{`1`}},
	} {
		for want, list := range map[bool][]string{true: c.good, false: c.bad} {
			for _, raw := range list {
				var v any
				if err := json.Unmarshal([]byte(raw), &v); err != nil {
					t.Fatal(err)
				}
				errs := CheckOptions(declaredOptions, map[string]any{"northwind." + name: v})
				if ok := len(errs) == 0; ok != want || !ok && errs[0].Pointer != "/options/northwind."+name {
					t.Errorf("%s %s: got %v", name, raw, errs)
				}
			}
		}
	}
	errs := CheckOptions(declaredOptions, map[string]any{"northwind.typo/x": 1, "northwind.bool": 1})
	var got []string
	for _, e := range errs {
		got = append(got, e.Pointer)
	}
	if !slices.Equal(got, []string{"/options/northwind.bool", "/options/northwind.typo~1x"}) {
		t.Errorf("got %v", got)
	}
}

// An option that an adapter requires is asked for by its own channels only.
func TestARequiredOption(t *testing.T) {
	t.Parallel()
	spec, svc := service(adapters.Requirements{})
	spec.Options = []adapters.Option{{Name: "northwind.door", Type: "string", Required: true}}
	s := shipment()
	expect(t, Check(spec, svc, s, ForRate), normalize.KindInvalidRequest, "/options/northwind.door")
	s.Options = map[string]any{"northwind.door": "left"}
	expect(t, Check(spec, svc, s, ForRate), "", "")
}
