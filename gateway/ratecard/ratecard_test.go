package ratecard

import (
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crossdock-hub/crossdock/normalize"
	"pgregory.net/rapid"
)

const head = "zone,countries,postal_from,postal_to,over,upto,unit,base,per_step,step,per_piece,dim_divisor,min_charge,currency,valid_from,valid_to,days_min,days_max,source\n"
const surHead = "type,percent,amount,zones,goods,valid_from,valid_to,source\n"

func files(card, surcharges string) fstest.MapFS {
	out := fstest.MapFS{"x.y.csv": {Data: []byte(head + card)}}
	if surcharges != "" {
		out["x.y.surcharges.csv"] = &fstest.MapFile{Data: []byte(surHead + surcharges)}
	}
	return out
}

func load(t *testing.T, card, surcharges string) *Cards {
	t.Helper()
	c, err := Load(files(card, surcharges))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// parcel is a shipment of one parcel: a weight, a country and perhaps a postal code.
func parcel(w normalize.Weight, country, postal string) *normalize.Shipment {
	return &normalize.Shipment{
		Destination: normalize.Address{Country: country, PostalCode: postal},
		Parcels:     []normalize.Parcel{{Weight: w}},
		Items:       []normalize.Item{{Goods: []string{"general"}}},
	}
}

func show(r normalize.Rate) string {
	out := r.Total.String() + " ="
	for _, c := range r.Charges {
		out += fmt.Sprintf(" %s %s", c.Type, c.Amount.Amount())
	}
	return out
}

// The bands of a price list: over is exclusive, upto inclusive, steps are rounded up and
// counted from where the band begins.
func TestBandsAndSteps(t *testing.T) {
	t.Parallel()
	cards := load(t, `DE,DE,,,0,500,g,20.00,,,,,,CNY,2024-01-01,,8,12,list
DE,DE,,,500,2000,g,20.00,7.50,500,,,,CNY,2024-01-01,,8,12,list
DE,DE,,,2,,kg,42.50,12.345,1,,,,CNY,2024-01-01,,8,12,list
`, "")
	for _, tt := range []struct {
		grams   normalize.Weight
		total   string
		charged normalize.Weight
	}{
		{1, "20.00", 1}, {500, "20.00", 500}, {501, "27.50", 1000}, {1000, "27.50", 1000}, {1001, "35.00", 1500}, {2000, "42.50", 2000},
		{2001, "54.84", 3000}, // 42.50 + 12.345, a tie to the even cent
		{4000, "67.19", 4000}, {100_000, "1252.31", 100_000},
	} {
		r, err := cards.Price("x.y", parcel(tt.grams*normalize.Gram, "DE", ""), "2026-11-21")
		if err != nil || r.Total.Amount() != tt.total || r.ChargeableWeight != tt.charged*normalize.Gram {
			t.Errorf("%d g: got %s for %s (%v), want %s for %d g", tt.grams, r.Total.Amount(), r.ChargeableWeight, err, tt.total, tt.charged)
		}
	}
	r, err := cards.Price("x.y", parcel(500*normalize.Gram+1, "DE", ""), "2026-11-21")
	if err != nil || r.Total.Amount() != "27.50" {
		t.Errorf("a nanogram more: got %s (%v)", r.Total, err)
	}
	if r.Transit.DaysMin != 8 || r.Transit.DaysMax != 12 || r.Transit.BusinessDays || r.Service != "y" || r.TaxTreatment != "unknown" {
		t.Errorf("got %+v", r)
	}
}

// Pounds and ounces are exact: a pound is a pound, not 454 g.
func TestBandsInPounds(t *testing.T) {
	t.Parallel()
	cards := load(t, "US,US,,,0,1,lb,5.00,,,,,,USD,2024-01-01,,3,5,list\nUS,US,,,1,,lb,5.00,1.00,4,,,,USD,2024-01-01,,3,5,list\n", "")
	for w, want := range map[normalize.Weight]string{normalize.Pound: "5.00", normalize.Pound + 1: "6.00", 5 * normalize.Pound: "6.00", 16*normalize.Ounce + 4*normalize.Pound + 1: "7.00"} {
		if r, err := cards.Price("x.y", parcel(w, "US", ""), "2026-11-21"); err != nil || r.Total.Amount() != want {
			t.Errorf("%s: got %s (%v), want %s", w, r.Total, err, want)
		}
	}
}

// Volume counts where the row has a divisor, parcel by parcel; pieces and the least charge
// belong to the freight.
func TestVolumePiecesAndMinimum(t *testing.T) {
	t.Parallel()
	cards := load(t, "DE,DE,,,0,30,kg,2.00,1.00,1,0.50,5000,10.00,EUR,2024-01-01,,1,2,list\nFR,FR,,,0,30,kg,2.00,1.00,1,0.50,,10.00,EUR,2024-01-01,,1,2,list\n", "")
	cube := normalize.Dimensions{Length: 40 * normalize.Centimetre, Width: 30 * normalize.Centimetre, Height: 25 * normalize.Centimetre} // 6 kg over 5000
	s := parcel(2*normalize.Kilogram, "DE", "")
	s.Parcels[0].Dimensions = cube
	s.Parcels = append(s.Parcels, normalize.Parcel{Weight: 7 * normalize.Kilogram, Dimensions: cube})
	if r, err := cards.Price("x.y", s, "2026-11-21"); err != nil || r.Total.Amount() != "16.00" || r.ChargeableWeight != 13*normalize.Kilogram || r.DimDivisor != 5000 {
		t.Errorf("by volume: got %s for %s (%v), want 2 + 13 + 2 pieces", show(r), r.ChargeableWeight, err)
	}
	s.Destination.Country = "FR"
	if r, err := cards.Price("x.y", s, "2026-11-21"); err != nil || r.Total.Amount() != "12.00" || r.ChargeableWeight != 9*normalize.Kilogram {
		t.Errorf("by gross weight: got %s for %s (%v)", show(r), r.ChargeableWeight, err)
	}
	if r, err := cards.Price("x.y", parcel(normalize.Gram, "FR", ""), "2026-11-21"); err != nil || r.Total.Amount() != "10.00" {
		t.Errorf("least charge: got %s (%v)", show(r), err)
	}
}

// Postal codes are compared by their beginnings, and a row with codes goes before one for
// the whole country.
func TestPostalCodes(t *testing.T) {
	t.Parallel()
	cards := load(t, `FAR,US,995,999,0,5,kg,9.00,,,,,,USD,2024-01-01,,1,2,list
US,US,,,0,10,kg,5.00,,,,,,USD,2024-01-01,,1,2,list
LON,GB,EC1,EC4,0,10,kg,3.00,,,,,,USD,2024-01-01,,1,2,list
`, "")
	for _, tt := range []struct {
		country, postal, want string
		kg                    normalize.Weight
	}{
		{"US", "99501", "9.00", 1}, {"US", "99950-1234", "9.00", 1}, {"US", "99499", "5.00", 1}, {"US", "", "5.00", 1},
		{"US", "99501", "5.00", 6}, // the far row ends at 5 kg
		{"GB", "ec1a 1bb", "3.00", 1}, {"GB", "EC4Y 8AA", "3.00", 1},
	} {
		r, err := cards.Price("x.y", parcel(tt.kg*normalize.Kilogram, tt.country, tt.postal), "2026-11-21")
		if err != nil || r.Total.Amount() != tt.want {
			t.Errorf("%s %q: got %s (%v), want %s", tt.country, tt.postal, r.Total, err, tt.want)
		}
	}
}

// Of several generations of a price the latest that has begun counts, until its last day.
func TestLatestValidFromWins(t *testing.T) {
	t.Parallel()
	cards := load(t, `DE,DE,,,0,20,kg,1.00,,,,,,EUR,2024-01-01,,1,2,list
DE,DE,,,0,2,kg,2.00,,,,,,EUR,2026-01-01,,1,2,list
DE,DE,,,0,2,kg,3.00,,,,,,EUR,2026-12-01,2026-12-31,1,2,list
`, "")
	for day, want := range map[normalize.Date]string{
		"2024-01-01": "1.00", "2025-12-31": "1.00", "2026-01-01": "2.00", "2026-12-01": "3.00", "2026-12-31": "3.00", "2027-01-01": "2.00",
	} {
		if r, err := cards.Price("x.y", parcel(normalize.Kilogram, "DE", ""), day); err != nil || r.Total.Amount() != want {
			t.Errorf("%s: got %s (%v), want %s", day, r.Total, err, want)
		}
	}
	// A new list that ends at 2 kg does not leave the old price for heavier parcels.
	if _, err := cards.Price("x.y", parcel(5*normalize.Kilogram, "DE", ""), "2026-06-01"); normalize.KindOf(err) != normalize.KindNotServiceable {
		t.Errorf("5 kg: got %v", err)
	}
}

// Surcharges by percent, amount, zone, goods and season; those of one type and goods take
// each other's place, others add up.
func TestSurcharges(t *testing.T) {
	t.Parallel()
	cards := load(t, "A,DE,,,0,,kg,100.00,,,,,,EUR,2024-01-01,,1,2,list\nB,FR,,,0,,kg,33.33,,,,,,EUR,2024-01-01,,1,2,list\n",
		`fuel,10,,,,2024-01-01,,list
fuel,12.5,,,,2026-07-01,,list
peak,,5.00,A,,2026-10-01,2027-01-15,list
registration,,1.20,,,2024-01-01,,list
handling,2,0.50,,battery_packed battery_contained,2024-01-01,,list
handling,,4.00,,liquid,2024-01-01,,list
discount,-5,,B,,2024-01-01,,list
`)
	battery, both := parcel(normalize.Kilogram, "DE", ""), parcel(normalize.Kilogram, "DE", "")
	battery.Items[0].Goods = []string{"battery_contained"}
	both.Items = []normalize.Item{{Goods: []string{"battery_packed"}}, {Goods: []string{"liquid"}}}
	for _, tt := range []struct {
		name string
		s    *normalize.Shipment
		day  normalize.Date
		want string
	}{
		{"before the rise", parcel(normalize.Kilogram, "DE", ""), "2026-06-30", "111.20 EUR = freight 100.00 registration 1.20 fuel 10.00"},
		{"after the rise", parcel(normalize.Kilogram, "DE", ""), "2026-07-01", "113.70 EUR = freight 100.00 registration 1.20 fuel 12.50"},
		{"in the season", parcel(normalize.Kilogram, "DE", ""), "2027-01-15", "118.70 EUR = freight 100.00 registration 1.20 fuel 12.50 peak 5.00"},
		{"after the season", parcel(normalize.Kilogram, "DE", ""), "2027-01-16", "113.70 EUR = freight 100.00 registration 1.20 fuel 12.50"},
		{"battery", battery, "2026-08-01", "116.20 EUR = freight 100.00 registration 1.20 fuel 12.50 handling 2.50"},
		{"battery and liquid", both, "2026-08-01", "120.20 EUR = freight 100.00 registration 1.20 fuel 12.50 handling 2.50 handling 4.00"},
		{"other zone, rounded", parcel(normalize.Kilogram, "FR", ""), "2026-11-01", "37.03 EUR = freight 33.33 registration 1.20 fuel 4.17 discount -1.67"},
	} {
		r, err := cards.Price("x.y", tt.s, tt.day)
		if err != nil || show(r) != tt.want {
			t.Errorf("%s: got %s (%v), want %s", tt.name, show(r), err, tt.want)
		}
	}
}

// What has no row is not serviceable, with the field that is the reason.
func TestNoRow(t *testing.T) {
	t.Parallel()
	cards := load(t, "DE,DE,10,19,1,2,kg,1.00,,,,,,EUR,2024-01-01,2026-01-31,1,2,list\n", "")
	for _, tt := range []struct {
		name, channel, country, postal string
		kg                             normalize.Weight
		day                            normalize.Date
		pointer, text                  string
	}{
		{"no card", "x.z", "DE", "10", 2, "2026-01-01", "", "no rate card for this channel"},
		{"country", "x.y", "FR", "10", 2, "2026-01-01", "/destination/country", "no price to FR"},
		{"nonsense", "x.y", "<script>", "10", 2, "2026-01-01", "/destination/country", "no price to that country"},
		{"day", "x.y", "DE", "10", 2, "2026-02-01", "/ship_date", "on that day"},
		{"postal code", "x.y", "DE", "20095", 2, "2026-01-01", "/destination/postal_code", "postal code in DE"},
		{"too heavy", "x.y", "DE", "10", 3, "2026-01-01", "/parcels/0/weight", "weight 3 kg exceeds 2 kg"},
		{"too light", "x.y", "DE", "10", 1, "2026-01-01", "/parcels/0/weight", "no price for 1 kg"},
	} {
		_, err := cards.Price(tt.channel, parcel(tt.kg*normalize.Kilogram, tt.country, tt.postal), tt.day)
		e, ok := errors.AsType[*normalize.Error](err)
		if !ok || e.Kind != normalize.KindNotServiceable || e.Field != tt.pointer || !strings.Contains(e.Message, tt.text) {
			t.Errorf("%s: got %v at %q", tt.name, err, tt.pointer)
		}
	}
}

// Every fault of every file is named at once, with file, line and column.
func TestLoadNamesEveryFault(t *testing.T) {
	t.Parallel()
	fsys := files(`,DE,,,0,2,stone,abc,,,,,,EUR,2024-01-01,,1,2,list
DE,Germany,,,2,1,kg,1.00,1.00,,,,,EUR,2024-13-01,,9,2,
DE,DE,,9,0,2,kg,-1,,,,,,XXX1,2024-01-01,2023-01-01,1,2,list
`, `tip,5,,,,2024-01-01,,list
fuel,,,,,2024-01-01,,list
fuel,-5,,NOWHERE,gold,2024-01-01,,list
`)
	fsys["bad name.csv"] = &fstest.MapFile{Data: []byte(head)}
	fsys["a.b.surcharges.csv"] = &fstest.MapFile{Data: []byte(surHead)}
	fsys["c.d.csv"] = &fstest.MapFile{Data: []byte("zone,price\n")}
	fsys["e.f.csv"] = &fstest.MapFile{Data: []byte(head)}
	fsys["g.h.csv"] = &fstest.MapFile{Data: []byte(head + "DE,DE\n")}
	_, err := Load(fsys)
	if err == nil {
		t.Fatal("cards full of faults were taken")
	}
	for _, want := range []string{
		"x.y.csv:2: zone: is required", "x.y.csv:2: unit: must be one of", "x.y.csv:2: base: must be a plain decimal",
		"x.y.csv:3: countries: hold a word", "x.y.csv:3: upto: must be more than over", "x.y.csv:3: step: goes together", "x.y.csv:3: valid_from: must be a day",
		"x.y.csv:3: days_max: is less", "x.y.csv:3: source: is required", "x.y.csv:4: base: must not be negative", "x.y.csv:4: currency: is no ISO 4217",
		"x.y.csv:4: postal_from: is required beside", "x.y.csv:4: valid_to: is before", "x.y.csv:4: currency: must be EUR as in the rows before",
		"x.y.surcharges.csv:2: type: is no surcharge", "x.y.surcharges.csv:3: percent: or amount is required", "x.y.surcharges.csv:4: percent: must be negative in a discount",
		"x.y.surcharges.csv:4: zones: name a zone", "x.y.surcharges.csv:4: goods: hold a word",
		"bad name.csv: must be named for its channel", "a.b.surcharges.csv: has no card", "c.d.csv:1: must begin with the header", "e.f.csv:1: has no rows", "g.h.csv: record on line 2",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in:\n%v", want, err)
		}
	}
}

// Two prices for one parcel on one day are refused; touching bands, other countries, other
// days and postal rows beside general ones are not.
func TestOverlapsAreRefused(t *testing.T) {
	t.Parallel()
	const a = "A,DE FR,,,0,2,kg,1.00,,,,,,EUR,2024-01-01,,1,2,list\n"
	for row, bad := range map[string]bool{
		"B,IT DE,,,1,3,kg,1.00,,,,,,EUR,2024-01-01,,1,2,list\n":                                                                                         true,
		"B,FR,,,0,2000,g,1.00,,,,,,EUR,2024-01-01,,1,2,list\n":                                                                                          true,
		"B,FR,,,1999,,g,1.00,,,,,,EUR,2024-01-01,2024-05-01,1,2,l\n":                                                                                    true,
		"B,FR,,,2,3,kg,1.00,,,,,,EUR,2024-01-01,,1,2,list\n":                                                                                            false,
		"B,IT,,,0,2,kg,1.00,,,,,,EUR,2024-01-01,,1,2,list\n":                                                                                            false,
		"B,FR,,,0,2,kg,1.00,,,,,,EUR,2024-01-02,,1,2,list\n":                                                                                            false,
		"B,FR,75,,0,2,kg,1.00,,,,,,EUR,2024-01-01,,1,2,list\n":                                                                                          false,
		"B,FR FR,,,2,3,kg,1.00,,,,,,EUR,2024-01-01,,1,2,list\n":                                                                                         true,
		"A,FR,,,2,3,kg,1.00,,,,5000,,EUR,2024-01-01,,1,2,list\n":                                                                                        true, // another divisor in one zone
		"B,FR,10,19,0,2,kg,1,,,,,,EUR,2024-01-01,,1,2,l\nC,FR,195,2,0,2,kg,1,,,,,,EUR,2024-01-01,,1,2,l\n":                                              true,
		"B,FR,10,19,0,2,kg,1,,,,,,EUR,2024-01-01,,1,2,l\nC,FR,20,29,0,2,kg,1,,,,,,EUR,2024-01-01,,1,2,l\n":                                              false,
		"B,FR,10,,0,1,kg,1,,,,,,EUR,2024-01-01,,1,2,l\nC,FR,10,,1,2,kg,1,,,,,,EUR,2024-01-01,,1,2,l\n":                                                  false,
		"B,FR,1,,0,2,kg,1,,,,,,EUR,2024-01-01,,1,2,l\nC,FR,10,,0,1,kg,1,,,,,,EUR,2024-01-01,,1,2,l\n":                                                   true,
		"B,FR,10,19,0,2,kg,1,,,,,,EUR,2024-01-01,,1,2,l\nC,FR,11,12,3,,kg,1,,,,,,EUR,2024-01-01,,1,2,l\nD,FR,15,,0,1,kg,1,,,,,,EUR,2024-01-01,,1,2,l\n": true,
	} {
		_, err := Load(files(a+row, ""))
		if bad != (err != nil) {
			t.Errorf("%s: got %v, want a fault: %v", row, err, bad)
		}
	}
	for rows, bad := range map[string]bool{
		"fuel,1,,,,2024-01-01,,l\nfuel,2,,A,,2024-01-01,,l\n":                                  true,
		"fuel,1,,,,2024-01-01,,l\nfuel,2,,,,2024-01-02,,l\n":                                   false,
		"handling,1,,,liquid powder,2024-01-01,,l\nhandling,,2,,powder liquid,2024-01-01,,l\n": true,
		"handling,1,,,liquid,2024-01-01,,l\nhandling,,2,,powder,2024-01-01,,l\n":               false,
	} {
		if _, err := Load(files(a, rows)); bad != (err != nil) {
			t.Errorf("%s: got %v, want a fault: %v", rows, err, bad)
		}
	}
}

// An operator's card replaces the whole of a shipped one, its surcharges included.
func TestLayers(t *testing.T) {
	t.Parallel()
	shipped := files("A,DE FR,,,0,2,kg,1.00,,,,,,EUR,2024-01-01,,1,2,example: x\n", "fuel,10,,,,2024-01-01,,l\n")
	shipped["p.q.csv"] = &fstest.MapFile{Data: []byte(head + "A,DE,,,0,2,kg,1.00,,,,,,EUR,2024-01-01,,1,2,example: x\n")}
	cards, err := Load(shipped, nil, files("A,DE,,,0,2,kg,7.00,,,,,,EUR,2024-01-01,,1,2,contract 2026\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	r, err := cards.Price("x.y", parcel(normalize.Kilogram, "DE", ""), "2026-11-21")
	if err != nil || r.Total.Amount() != "7.00" || len(r.Warnings) != 0 {
		t.Errorf("got %s with %v (%v)", show(r), r.Warnings, err)
	}
	if _, err := cards.Price("x.y", parcel(normalize.Kilogram, "FR", ""), "2026-11-21"); err == nil {
		t.Error("the shipped card still prices a country that the operator's does not")
	}
	r, err = cards.Price("p.q", parcel(normalize.Kilogram, "DE", ""), "2026-11-21")
	if err != nil || len(r.Warnings) != 1 || r.Warnings[0].Code != "example_rate_card" {
		t.Errorf("an example card: got %v (%v), want a warning", r.Warnings, err)
	}
	if got := cards.Channels(); !slices.Equal(got, []string{"p.q", "x.y"}) || !cards.Has("x.y") || cards.Has("x.z") || cards.Sources("x.y")[0] != "contract 2026" {
		t.Errorf("channels: got %v", got)
	}
}

// More weight never costs less within a band, charges always sum to the total, and the
// freight is what the exact sum rounds to.
func TestPriceAgainstExactSum(t *testing.T) {
	t.Parallel()
	cards := load(t, "DE,DE,,,100,30000,g,12.345,0.0784,1,0.105,8000,15,CNY,2024-01-01,,8,12,list\n", "registration,1.5,8.64,,,2024-01-01,,list\n")
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.Int64Range(101, 29_000).Draw(t, "grams")
		s := parcel(normalize.Weight(g)*normalize.Gram, "DE", "")
		r, err := cards.Price("x.y", s, "2026-11-21")
		if err != nil {
			t.Fatal(err)
		}
		sum, err := normalize.Sum(r.Charges[0].Amount, r.Charges[1].Amount)
		if err != nil || sum != r.Total || len(r.Charges) != 2 {
			t.Fatalf("got %s (%v)", show(r), err)
		}
		exact := new(big.Rat).SetFrac64(12_345*10+784*(g-100)+1_050, 10_000) // base + steps + one piece
		if exact.Cmp(big.NewRat(15, 1)) < 0 {
			exact = big.NewRat(15, 1)
		}
		off := new(big.Rat).Sub(exact, new(big.Rat).SetFrac64(r.Charges[0].Amount.Minor, 100))
		if off.Abs(off).Cmp(big.NewRat(5, 1000)) > 0 {
			t.Fatalf("%d g: got %s, exactly it is %s", g, show(r), exact.FloatString(6))
		}
		s.Parcels[0].Weight += normalize.Gram
		if more, err := cards.Price("x.y", s, "2026-11-21"); err != nil || more.Total.Minor < r.Total.Minor {
			t.Fatalf("%d g costs %s, a gram more %s (%v)", g, r.Total, more.Total, err)
		}
	})
}

// shipped reads the example cards of the product.
func shipped(t testing.TB) *Cards {
	t.Helper()
	cards, err := Load(os.DirFS("../../configs/ratecards"))
	if err != nil {
		t.Fatal(err)
	}
	return cards
}

// The shipped cards are examples, say so, never end, and price the usual lanes.
func TestShippedCards(t *testing.T) {
	t.Parallel()
	cards := shipped(t)
	want := []string{"cainiao.global_express", "cainiao.global_saver", "cainiao.global_standard", "speedpak.economy", "speedpak.standard",
		"wishpost.epacket", "wishpost.tracked", "yanwen.ordinary", "yanwen.special", "yanwen.tracked"}
	if got := cards.Channels(); !slices.Equal(got, want) {
		t.Fatalf("channels: got %v", got)
	}
	for _, channel := range want {
		for _, country := range strings.Fields("DE FR GB US CA AU ES IT NL PL JP BR MX KR") {
			if channel == "yanwen.ordinary" && country == "BR" {
				continue // untracked mail does not go there
			}
			for _, day := range []normalize.Date{"2024-11-21", "2026-11-21", "2040-01-01"} {
				r, err := cards.Price(channel, parcel(350*normalize.Gram, country, "10118"), day)
				if err != nil || r.Total.Minor <= 0 || r.Transit.DaysMax == 0 || len(r.Warnings) != 1 {
					t.Errorf("%s to %s on %s: got %s (%v)", channel, country, day, show(r), err)
				}
			}
		}
		for _, source := range cards.Sources(channel) {
			if !strings.HasPrefix(source, "example") {
				t.Errorf("%s: source %q is not marked as an example", channel, source)
			}
		}
		for _, r := range cards.byChannel[channel].rows {
			if r.valid.to != "" {
				t.Errorf("%s: line %d ends", channel, r.line)
			}
		}
	}
}

// The contract's own sample: 350 g to Germany by SpeedPAK Standard.
func TestContractSample(t *testing.T) {
	t.Parallel()
	s := parcel(350*normalize.Gram, "DE", "10969")
	s.Parcels[0].Dimensions = normalize.Dimensions{Length: 20 * normalize.Centimetre, Width: 15 * normalize.Centimetre, Height: 5 * normalize.Centimetre}
	r, err := shipped(t).Price("speedpak.standard", s, "2026-11-21")
	if err != nil || show(r) != "46.08 CNY = freight 37.44 registration 8.64" || r.ChargeableWeight != 350*normalize.Gram ||
		r.DimDivisor != 8000 || r.Transit != (normalize.Transit{DaysMin: 8, DaysMax: 12, BusinessDays: true}) {
		t.Errorf("got %s, %+v (%v)", show(r), r, err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(head+"A,DE FR,10,19,0,2,kg,1.00,0.5,1,1,5000,2,EUR,2024-01-01,2027-01-01,1,2,list\n", surHead+"fuel,1,2,A,liquid,2024-01-01,,l\n")
	f.Fuzz(func(t *testing.T, card, surcharges string) {
		cards, err := Load(fstest.MapFS{"x.y.csv": {Data: []byte(card)}, "x.y.surcharges.csv": {Data: []byte(surcharges)}})
		if err != nil {
			return
		}
		for _, r := range cards.byChannel["x.y"].rows {
			s := parcel(r.over+normalize.Gram, r.countries[0], r.postal.from)
			rate, err := cards.Price("x.y", s, r.valid.from)
			if err != nil {
				continue
			}
			var sum normalize.Money
			for _, c := range rate.Charges {
				if sum, err = sum.Add(c.Amount); err != nil {
					t.Fatal(err)
				}
			}
			if sum != rate.Total || rate.Total.Minor < 0 {
				t.Errorf("charges sum to %v, total is %v", sum, rate.Total)
			}
		}
	})
}

func BenchmarkPrice(b *testing.B) {
	cards := shipped(b)
	s := parcel(350*normalize.Gram, "US", "10118")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cards.Price("cainiao.global_express", s, "2026-11-21"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	fsys := fs.FS(os.DirFS("../../configs/ratecards"))
	for b.Loop() {
		if _, err := Load(fsys); err != nil {
			b.Fatal(err)
		}
	}
}
