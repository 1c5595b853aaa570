package wishpost

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/crossdock-hub/crossdock/normalize"
)

// usd is the currency of all amounts of an order.
const usd = "USD"

// orderIDShape is the form of Wish's ids of an order.
var orderIDShape = regexp.MustCompile(`^[0-9A-Fa-f]{24}$`)

// Kinds of goods that an order can tell apart. A kind other than normal is said to have a
// battery, or the order is refused.
const (
	sensitivityNormal    = 0
	sensitivityBattery   = 1
	sensitivitySensitive = 2
)

// sensitive are the kinds that airlines want to know of, food among them (inferred).
var sensitive = []string{"liquid", "powder", "magnetic", "cosmetic", "food"}

// itemsOf are the lines of goods.
func (a *Adapter) itemsOf(s normalize.Shipment) (*items, error) {
	var out items
	for _, it := range s.Items {
		kind := sensitivityOf(it)
		out.Item = append(out.Item, item{
			WishOrderID: wishOrder(s, it), FromCountry: it.OriginCountry, Name: it.Description, NameChinese: it.LocalDescription,
			Num: it.Quantity, Weight: kilograms(it), SinglePrice: it.UnitValue.Amount(),
			HasBattery: min(kind, 1), SensitivityType: kind, ProductURL: a.page(it),
		})
	}
	return &out, nil
}

// flatOf is the one line of the older form, in which the price is that of all pieces.
func (a *Adapter) flatOf(s normalize.Shipment) (*flat, error) {
	it := s.Items[0]
	total, err := it.UnitValue.Times(int64(it.Quantity))
	if err != nil {
		return nil, normalize.Invalid(at(0, "unit_value"), "times the quantity is out of bounds")
	}
	return &flat{
		Content: it.Description, ContentChinese: it.LocalDescription, Weight: kilograms(it), Num: it.Quantity,
		SinglePrice: total.Amount(), FromCountry: it.OriginCountry, TrandeNo: wishOrder(s, it),
		HasBattery: min(sensitivityOf(it), 1), ProductURL: a.page(it),
	}, nil
}

// wishOrder is the Wish order of a line. Each line of a basket is an order of its own at Wish.
func wishOrder(s normalize.Shipment, it normalize.Item) string { return either(it.LineID, s.OrderID()) }

// kilograms is the weight of all pieces of a line, in kilograms of three decimals, rounded up
// to a whole gram.
func kilograms(it normalize.Item) string {
	g := (it.Weight * normalize.Weight(it.Quantity)).Ceil(normalize.Gram)
	return fmt.Sprintf("%d.%03d", g/1000, g%1000)
}

// sensitivityOf is the kind of a line's goods; a battery is told before anything else.
func sensitivityOf(it normalize.Item) int {
	switch {
	case it.Battery != nil, slices.Contains(it.Goods, "battery_contained"), slices.Contains(it.Goods, "battery_packed"):
		return sensitivityBattery
	case slices.ContainsFunc(it.Goods, func(kind string) bool { return slices.Contains(sensitive, kind) }):
		return sensitivitySensitive
	}
	return sensitivityNormal
}

// page is where the goods are sold.
func (a *Adapter) page(it normalize.Item) string {
	if it.URL != "" {
		return it.URL
	}
	return strings.ReplaceAll(a.config.ProductURL, listingID, url.PathEscape(it.ListingID))
}

// tradeAmount is what the buyer paid, with the carriage, in dollars: the order's value, else
// that of the goods.
func tradeAmount(s normalize.Shipment) (string, error) {
	total, err := s.ItemsValue()
	if err != nil {
		return "", normalize.Invalid("/items", "unit values must be in one currency and sum within bounds")
	}
	if o := s.Order; o != nil && !o.Value.IsZero() {
		if total = o.Value; total.Currency != usd {
			return "", normalize.NotServiceable("/order/value", "WishPost takes amounts in USD only")
		}
	}
	if o := s.Order; o != nil && !o.ShippingCharged.IsZero() {
		if total, err = total.Add(o.ShippingCharged); err != nil {
			return "", normalize.NotServiceable("/order/shipping_charged", "WishPost takes amounts in USD only")
		}
	}
	return total.Amount(), nil
}

// checkShipment refuses what no order can carry or say.
func (a *Adapter) checkShipment(s normalize.Shipment) error {
	switch {
	case len(s.Parcels) != 1:
		return normalize.NotServiceable("/parcels", "an order is one parcel")
	case s.TotalWeight() > maxWeight:
		return normalize.NotServiceable("/parcels/0/weight", "weight %s exceeds %s", s.TotalWeight(), maxWeight)
	case len(s.Items) == 0:
		return normalize.Invalid("/items", "must hold at least one item")
	case a.config.OrderForm == formFlat && len(s.Items) > 1:
		return normalize.NotServiceable("/items", "the account's older form of an order holds one line of goods")
	case s.OrderID() == "":
		return normalize.Invalid("/order/id", "is required")
	case s.Origin.Phone == "":
		return normalize.Invalid("/origin/phone", "is required")
	}
	for _, p := range []struct {
		at      string
		address normalize.Address
	}{{"/origin", s.Origin}, {"/destination", s.Destination}} {
		switch {
		case len(p.address.Phone) > maxPhone:
			return normalize.Invalid(p.at+"/phone", "has more than %d characters", maxPhone)
		case len([]rune(street(p.address))) > maxAddress:
			return normalize.Invalid(p.at+"/line1", "company and lines have more than %d characters together", maxAddress)
		}
	}
	for i, it := range s.Items {
		if err := checkItem(s, i, it); err != nil {
			return err
		}
	}
	return nil
}

func checkItem(s normalize.Shipment, i int, it normalize.Item) error {
	orderAt := "/order/id"
	if it.LineID != "" {
		orderAt = at(i, "line_id")
	}
	switch {
	case !orderIDShape.MatchString(wishOrder(s, it)):
		return normalize.Invalid(orderAt, "must be the 24 hexadecimal digits of a Wish order")
	case !strings.ContainsFunc(it.Description, func(r rune) bool { return unicode.Is(unicode.Latin, r) }):
		return normalize.Invalid(at(i, "description"), "must hold a Latin letter")
	case !strings.ContainsFunc(it.LocalDescription, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
		return normalize.Invalid(at(i, "local_description"), "the name in Chinese is required")
	case it.Weight <= 0:
		return normalize.Invalid(at(i, "weight"), "the weight of one unit is required")
	case it.Quantity < 1 || it.Weight > maxWeight || int64(it.Quantity) > int64(maxWeight/normalize.Gram):
		// More pieces than grams that a parcel may have are none of one parcel.
		return normalize.NotServiceable(at(i, "quantity"), "the pieces do not fit into a parcel of %s", maxWeight)
	case it.UnitValue.Currency != usd:
		return normalize.NotServiceable(at(i, "unit_value"), "WishPost takes amounts in USD only")
	case it.URL == "" && it.ListingID == "":
		return normalize.Invalid(at(i, "url"), "the page of the goods is required, or their listing_id")
	case slices.Contains(it.Goods, "battery_only"):
		return normalize.Fail(normalize.KindProhibitedGoods, "batteries that travel alone are not carried")
	}
	return nil
}

// at is the pointer to a field of an item.
func at(item int, field string) string { return "/items/" + strconv.Itoa(item) + "/" + field }
