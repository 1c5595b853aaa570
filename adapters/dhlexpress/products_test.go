package dhlexpress

import (
	"slices"
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

func TestLane(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                     string
		from, fromCode, to, code string
		purpose                  string
		want                     lane
	}{
		{"from China to Germany", "CN", "518057", "DE", "10969", "", laneGoods},
		{"from the EU to the US", "CZ", "14800", "US", "10001", "", laneGoods},
		{"within the EU", "CZ", "14800", "DE", "10115", "", laneUnion},
		{"Monaco is in the customs territory", "FR", "75001", "MC", "98000", "", laneUnion},
		{"Northern Ireland counts as its country", "GB", "BT1 1AA", "IE", "D01", "", laneGoods},
		{"within Germany", "DE", "53113", "DE", "10969", "", laneDomestic},
		{"within China", "CN", "518057", "CN", "100000", "", laneDomestic},
		{"to the Canary Islands", "DE", "10969", "ES", "35001", "", laneGoods},
		{"from Madrid to the Canary Islands", "ES", "28001", "ES", "38001", "", laneGoods},
		{"to Ceuta, written with its country", "FR", "75001", "ES", "ES-51001", "", laneGoods},
		{"to Heligoland", "DE", "10969", "DE", "27498", "", laneGoods},
		{"to Åland by its code", "SE", "11122", "AX", "22100", "", laneGoods},
		{"to Åland by its postal code", "SE", "11122", "FI", "22 100", "", laneGoods},
		{"to Réunion as a part of France", "FR", "75001", "FR", "97400", "", laneGoods},
		{"to Switzerland", "DE", "10969", "CH", "8001", "", laneGoods},
		{"documents to the US", "DE", "10969", "US", "10001", "document", laneDocuments},
		{"documents within the EU", "DE", "10969", "FR", "75001", "document", laneUnion},
		{"a gift is goods", "CN", "518057", "DE", "10969", "gift", laneGoods},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := normalize.Shipment{Origin: normalize.Address{Country: c.from, PostalCode: c.fromCode},
				Destination: normalize.Address{Country: c.to, PostalCode: c.code}, Customs: &normalize.Customs{Purpose: c.purpose}}
			if got := laneOf(s); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// 27 members and Monaco: a list that is easily one short.
func TestTheUnionIsWhole(t *testing.T) {
	t.Parallel()
	if len(union) != 28 || union["GB"] || union["NO"] || union["CH"] {
		t.Errorf("the union has %d countries", len(union))
	}
	for country := range union {
		if !normalize.ValidCountry(country) {
			t.Errorf("%s is no country", country)
		}
	}
}

func TestProduct(t *testing.T) {
	t.Parallel()
	usual := Config{}
	own := Config{Services: map[string]string{worldwide: "S", "express_1200.union": "Q"}}
	for _, c := range []struct {
		name    string
		config  Config
		service string
		lane    lane
		want    []string
	}{
		{"goods have one code", usual, worldwide, laneGoods, []string{"P"}},
		{"documents may come as what else is not declared", usual, worldwide, laneDocuments, []string{"D", "U", "N"}},
		{"the EU's own comes first", usual, economy, laneUnion, []string{"W", "G"}},
		{"one code serves two lanes", usual, express1200, laneUnion, []string{"T", "1"}},
		{"there is no economy for documents", usual, economy, laneDocuments, nil},
		{"an account's own code serves all lanes", own, worldwide, laneUnion, []string{"S"}},
		{"or one of them", own, express1200, laneUnion, []string{"Q", "T", "1"}},
		{"and not the others", own, express1200, laneGoods, []string{"Y"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.config.candidates(c.service, c.lane); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// A purchase names the product that was quoted; one without a quote finds its own.
func TestBookedProduct(t *testing.T) {
	t.Parallel()
	quoted := map[string]string{dataProduct: "8", dataLocalProduct: "8A"}
	if p, local, err := (Config{}).booked(worldwide, laneGoods, quoted); p != "8" || local != "8A" || err != nil {
		t.Errorf("with a quote: %s %s %v", p, local, err)
	}
	if p, local, err := (Config{}).booked(express1200, laneGoods, nil); p != "Y" || local != "" || err != nil {
		t.Errorf("without one: %s %s %v", p, local, err)
	}
	_, _, err := (Config{}).booked(economy, laneDocuments, nil)
	kindIs(t, err, normalize.KindNotServiceable, "")
}
