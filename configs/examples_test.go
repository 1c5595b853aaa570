package configs

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

// order is a rate request as the API takes it: a shipment and how to ask.
type order struct {
	normalize.Shipment
	Currency   string   `json:"currency"`
	Channels   []string `json:"channels"`
	Accounts   []string `json:"accounts"`
	DeadlineMS int      `json:"deadline_ms"`
	Explain    bool     `json:"explain"`
}

func readExample(t *testing.T, name string, into any) {
	t.Helper()
	src, err := fs.ReadFile(Examples(), name)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// Every example order is a valid request, with all that its channels ask for.
func TestExampleOrders(t *testing.T) {
	t.Parallel()
	for name, platform := range map[string]string{"order-de.json": "", "ebay-de.json": "ebay", "aliexpress-fr.json": "aliexpress", "wish-us.json": "wish"} {
		var o order
		readExample(t, name, &o)
		if errs := o.Validate(); len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
		}
		if o.Platform != platform || !normalize.ValidCurrency(o.Currency) {
			t.Errorf("%s: platform %q, currency %q", name, o.Platform, o.Currency)
		}
		value, err := o.ItemsValue()
		if err != nil || value != o.Order.Value {
			t.Errorf("%s: items are worth %v (%v), the order %v", name, value, err, o.Order.Value)
		}
		for i, it := range o.Items {
			if it.HSCode == "" || it.LocalDescription == "" || it.Weight == 0 || (platform != "" && (it.LineID == "" || it.ListingID == "")) {
				t.Errorf("%s: item %d lacks what channels ask for", name, i)
			}
		}
		if p := o.Parcels[0]; p.Dimensions.IsZero() || o.Destination.Phone == "" || o.Origin.Local == nil {
			t.Errorf("%s: lacks dimensions, a phone or the origin in its own script", name)
		}
	}
}

// The inbound plan and its boxes fit each other and the platform's box limits.
func TestExamplePlan(t *testing.T) {
	t.Parallel()
	type item struct {
		SKU        string `json:"sku"`
		Quantity   int    `json:"quantity"`
		LabelOwner string `json:"label_owner"`
		PrepOwner  string `json:"prep_owner"`
	}
	var plan struct {
		Adapter     string            `json:"adapter"`
		Marketplace string            `json:"marketplace"`
		Name        string            `json:"name"`
		Source      normalize.Address `json:"source"`
		Items       []item            `json:"items"`
		Contact     map[string]string `json:"contact"`
	}
	readExample(t, "plan-us.json", &plan)
	var packing struct {
		Boxes []struct {
			Group      string               `json:"group"`
			Count      int                  `json:"count"`
			Weight     normalize.Weight     `json:"weight"`
			Dimensions normalize.Dimensions `json:"dimensions"`
			Items      []item               `json:"items"`
		} `json:"boxes"`
	}
	readExample(t, "boxes-us.json", &packing)
	left := map[string]int{}
	for _, it := range plan.Items {
		left[it.SKU] = it.Quantity
	}
	for _, b := range packing.Boxes {
		if b.Weight > 50*normalize.Pound || b.Dimensions.Longest() > 25*normalize.Inch {
			t.Errorf("a box of %s and %s is over the platform's limits", b.Weight, b.Dimensions.Longest())
		}
		for _, it := range b.Items {
			left[it.SKU] -= b.Count * it.Quantity
		}
	}
	for sku, n := range left {
		if n != 0 {
			t.Errorf("%s: %d units are planned but not packed", sku, n)
		}
	}
}

// The CSV of orders has rows as long as its header, in words that the API knows.
func TestExampleCSV(t *testing.T) {
	t.Parallel()
	f, err := Examples().Open("orders.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	for _, row := range rows[1:] {
		if _, err := normalize.ParseMoney(row[column("unit_value")], row[column("currency")]); err != nil {
			t.Errorf("%s: unit_value %v", row[0], err)
		}
		if _, err := normalize.ParseWeight(row[column("weight_g")], "g"); err != nil {
			t.Errorf("%s: weight_g %v", row[0], err)
		}
		for _, c := range []string{"country", "origin_country", "origin_of_goods"} {
			if !normalize.ValidCountry(row[column(c)]) {
				t.Errorf("%s: %s is no country", row[0], c)
			}
		}
		for g := range strings.FieldsSeq(row[column("goods")]) {
			if !slices.Contains(normalize.GoodsKinds, g) {
				t.Errorf("%s: goods are of no known kind", row[0])
			}
		}
	}
	if len(rows) < 6 {
		t.Errorf("got %d rows, want some for a table", len(rows))
	}
}
