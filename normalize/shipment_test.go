package normalize

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func goodShipment() Shipment {
	return Shipment{
		Origin:      Address{Name: "Li Wei", Line1: "88 Keyuan Rd", City: "Shenzhen", Country: "CN"},
		Destination: Address{Name: "Anna Schmidt", Line1: "Lindenstr. 5", City: "Berlin", Country: "DE"},
		Parcels:     []Parcel{{Weight: 350 * Gram}},
		Items:       []Item{{Description: "phone case", Quantity: 1, UnitValue: Money{1250, "USD"}, OriginCountry: "CN"}},
		Incoterm:    DDP,
	}
}

func TestValidateNamesEachFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		break_  func(*Shipment)
		pointer string
	}{
		{"no such country", func(s *Shipment) { s.Destination.Country = "ZZ" }, "/destination/country"},
		{"no name", func(s *Shipment) { s.Origin.Name = " " }, "/origin/name"},
		{"HS code of five digits", func(s *Shipment) { s.Items[0].HSCode = "39269" }, "/items/0/hs_code"},
		{"no parcels", func(s *Shipment) { s.Parcels = nil }, "/parcels"},
		{"no weight", func(s *Shipment) { s.Parcels[0].Weight = 0 }, "/parcels/0/weight"},
		{"two currencies", func(s *Shipment) { s.Items = append(s.Items, s.Items[0]); s.Items[1].UnitValue = Money{1, "EUR"} }, "/items"},
		{"packs an item that is not there", func(s *Shipment) { s.Parcels[0].Items = []ParcelItem{{Item: 1, Quantity: 1}} }, "/parcels/0/items/0/item"},
		{"packs more than there is", func(s *Shipment) { s.Parcels[0].Items = []ParcelItem{{Item: 0, Quantity: 2}} }, "/parcels/0/items/0/quantity"},
		{"line feed in an address", func(s *Shipment) { s.Destination.Line1 = "a\nb" }, "/destination/line1"},
		{"negative cover", func(s *Shipment) { s.Insurance = Money{-1, "USD"} }, "/insurance"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := goodShipment()
			c.break_(&s)
			got := s.Validate()
			if len(got) != 1 || got[0].Pointer != c.pointer {
				t.Errorf("got %v, want one fault at %s", got, c.pointer)
			}
		})
	}
	if errs := goodShipment().Validate(); len(errs) != 0 {
		t.Errorf("a good shipment has faults: %v", errs)
	}
}

func TestPlatformAddressNeedsNoLines(t *testing.T) {
	t.Parallel()
	s := goodShipment()
	s.Destination = Address{PlatformAddressID: "oaid-1"}
	if errs := s.Validate(); len(errs) != 0 {
		t.Errorf("got %v", errs)
	}
}

func TestSecretNeverShows(t *testing.T) {
	t.Parallel()
	s := NewSecret("hunter2")
	box := struct {
		Key  Secret `json:"key"`
		held Secret
	}{s, s}
	js, err := json.Marshal(box)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "box", box)
	for _, out := range []string{string(js), fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %q %s %x", box, box, box, s, s, s), log.String()} {
		if strings.Contains(out, "hunter2") || strings.Contains(out, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("the secret shows in %s", out)
		}
	}
	if s.Reveal() != "hunter2" {
		t.Error("Reveal does not reveal")
	}
}

func TestAfterWrite(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		want := NotBought
		switch k {
		case KindDuplicate:
			want = Bought
		case KindTimeout, KindUnavailable, KindBadResponse, KindOutcomeUnknown:
			want = Unknown
		}
		if got := k.AfterWrite(); got != want {
			t.Errorf("%s after a write: got %d, want %d", k, got, want)
		}
	}
	if Kind("something new").AfterWrite() != Unknown {
		t.Error("an unknown kind must leave the purchase unknown")
	}
}
