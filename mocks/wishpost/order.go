package wishpost

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// order is one sale.
type order struct {
	in        node // as it was sent
	guid      string
	channel   channel
	country   string // ISO 3166-1 alpha-2 of the recipient
	grams     int64
	contents  []string // for the label
	reference string   // the Wish order of the first line
	fen       int64

	id, barcode string
	bookedAt    time.Time
	told        bool // the ledger knows the number
	cancelled   bool
	reason      string // of the cancel
}

const (
	maxAddress = 100 // characters
	maxPhone   = 20
	maxLines   = 50 // of one order
)

// required are the fields of every order.
var required = []string{"guid", "otype", "from", "sender_province", "sender_city", "sender_addres", "sender_phone", "sender_zipcode",
	"to", "recipient_country", "recipient_country_short", "recipient_province", "recipient_city", "recipient_addres", "recipient_postcode",
	"recipient_phone", "type_no", "trade_amount"}

// collection are needed where somebody comes, and at China Post outside of Shanghai.
var collection = []string{"receive_from", "receive_province", "receive_city", "receive_district", "receive_addres", "receive_phone"}

// names are Wish's own for countries that others name otherwise.
var names = map[string]string{"PR": "Puerto rico", "KR": "Korea"}

var (
	alpha2     = regexp.MustCompile(`^[A-Z]{2}$`)
	wishOrder  = regexp.MustCompile(`^([0-9a-f]{24}|[Nn]onWishOrder)$`)
	httpScheme = regexp.MustCompile(`^https?://.`)
)

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func hasLatin(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < unicode.MaxASCII && unicode.IsLetter(r) })
}

// readOrder checks an order and prices it.
func readOrder(in node) (*order, *refusal) {
	for _, name := range required {
		if in.get(name) == "" {
			return nil, missing(name)
		}
	}
	o := &order{in: in, guid: in.get("guid"), country: in.get("recipient_country_short")}
	var ok bool
	if o.channel, ok = findChannel(in.get("otype")); !ok {
		return nil, invalid("otype", "no such channel")
	}
	for _, check := range []func() *refusal{o.checkParties, o.checkHandover, o.readGoods} {
		if no := check(); no != nil {
			return nil, no
		}
	}
	if o.grams > o.channel.maxGrams {
		return nil, invalid("product_item_weight", "the parcel is heavier than "+strconv.FormatInt(o.channel.maxGrams, 10)+" g")
	}
	if o.fen, ok = o.channel.price(o.country, o.grams); !ok {
		return nil, invalid("recipient_country_short", "not served by this channel")
	}
	return o, nil
}

func (o *order) checkParties() *refusal {
	in := o.in
	for _, c := range in.children {
		switch {
		case strings.Contains(c.name, "addres") && utf8.RuneCountInString(c.text) > maxAddress:
			return invalid(c.name, "more than 100 characters")
		case strings.HasSuffix(c.name, "phone") && utf8.RuneCountInString(c.text) > maxPhone:
			return invalid(c.name, "more than 20 characters")
		}
	}
	for _, name := range []string{"from", "sender_province", "sender_city", "sender_addres", "to", "recipient_province", "recipient_city", "recipient_addres"} {
		if hasHan(in.get(name)) {
			return invalid(name, "must be in English")
		}
	}
	amount, ok := scaled(in.get("trade_amount"), 2)
	switch {
	case !alpha2.MatchString(o.country) || o.country == "UK":
		return invalid("recipient_country_short", "not an ISO 3166-1 code")
	case names[o.country] != "" && in.get("recipient_country") != names[o.country]:
		return invalid("recipient_country", "not a country's name")
	case !slices.Contains([]string{"1", "2", "3", "4"}, in.get("type_no")):
		return invalid("type_no", "must be 1 to 4")
	case !ok || amount == 0:
		return invalid("trade_amount", "must be an amount of USD")
	}
	return nil
}

// checkHandover is about how the parcel gets to the platform.
func (o *order) checkHandover() *refusal {
	in, door := o.in, o.in.get("doorpickup")
	if code := in.get("warehouse_code"); code != "" || o.channel.chinaPost {
		n, err := strconv.Atoi(code)
		switch {
		case code == "":
			return missing("warehouse_code")
		case err != nil || !slices.ContainsFunc(warehouses, func(w warehouse) bool { return w.Code == n }):
			return invalid("warehouse_code", "no such warehouse")
		}
	}
	if door != "" && door != "0" && door != "1" {
		return invalid("doorpickup", "must be 0 or 1")
	}
	if service := in.get("pickup_service"); service != "" {
		known := slices.ContainsFunc(o.channel.Pickups, func(p pickup) bool { return p.Code == service })
		if door != "1" || !known {
			return invalid("pickup_service", "not one of this channel's for door pickup")
		}
	}
	if door == "1" || o.channel.chinaPost && !strings.EqualFold(in.get("sender_city"), "Shanghai") {
		for _, name := range collection {
			if in.get(name) == "" {
				return missing(name)
			}
		}
		if !hasHan(in.get("receive_city")) || !hasHan(in.get("receive_addres")) {
			return invalid("receive_addres", "must be in Chinese")
		}
	}
	return nil
}

// goods is one line in either form.
type goods struct {
	wishID, country, name, chinese, count, weight, price, battery, sensitivity, url string
	field                                                                           string // where a fault is
}

// lines reads product_items (with a product_item inside, or repeated without one), or the flat
// form of 2015 to 2019, whose weight is the whole parcel's and whose price is the whole line's.
func (o *order) lines() []goods {
	var out []goods
	for _, items := range o.in.all("product_items") {
		list := items.all("product_item")
		if len(list) == 0 {
			list = []node{items}
		}
		for _, it := range list {
			p := "product_item_"
			out = append(out, goods{it.get("wish_order_id"), it.get(p + "from_country"), it.get(p + "name"), it.get(p + "name_chinese"), it.get(p + "num"),
				it.get(p + "weight"), it.get(p + "single_price"), it.get(p + "has_battery"), it.get(p + "sensitivity_type"), it.get(p + "product_url"), p})
		}
	}
	if in := o.in; len(out) == 0 && in.get("content") != "" {
		sensitivity := in.get("has_battery") // the flat form knows no other kind
		out = append(out, goods{in.get("trande_no"), in.get("from_country"), in.get("content"), in.get("content_chinese"), in.get("num"),
			in.get("weight"), in.get("single_price"), in.get("has_battery"), sensitivity, in.get("product_url"), ""})
	}
	return out
}

func (o *order) readGoods() *refusal {
	list := o.lines()
	if len(list) == 0 || len(list) > maxLines {
		return missing("product_items")
	}
	for _, g := range list {
		grams, no := g.check(o.channel)
		if no != nil {
			return no
		}
		o.grams += grams
		o.contents = append(o.contents, g.count+" x "+g.name)
	}
	o.reference = list[0].wishID
	return nil
}

// check returns the weight of a line in grams.
func (g goods) check(ch channel) (int64, *refusal) {
	for name, v := range map[string]string{"wish order id": g.wishID, "from_country": g.country, "name": g.name, "name_chinese": g.chinese, "num": g.count,
		"weight": g.weight, "single_price": g.price, "has_battery": g.battery, "sensitivity_type": g.sensitivity, "product_url": g.url} {
		if v == "" {
			return 0, missing(g.field + name)
		}
	}
	count, err := strconv.Atoi(g.count)
	grams, weighed := scaled(g.weight, 3)
	cents, priced := scaled(g.price, 2)
	kind, kindErr := strconv.Atoi(g.sensitivity)
	switch {
	case !wishOrder.MatchString(g.wishID):
		return 0, invalid("wish_order_id", "neither one Wish order nor NonWishOrder")
	case !alpha2.MatchString(g.country):
		return 0, invalid(g.field+"from_country", "not an ISO 3166-1 code")
	case !hasLatin(g.name):
		return 0, invalid(g.field+"name", "without a Latin letter")
	case !hasHan(g.chinese):
		return 0, invalid(g.field+"name_chinese", "not in Chinese")
	case err != nil || count < 1 || count > 9999:
		return 0, invalid(g.field+"num", "must be 1 to 9999")
	case !weighed || grams == 0:
		return 0, invalid(g.field+"weight", "must be kilograms with three decimals")
	case !priced || cents == 0:
		return 0, invalid(g.field+"single_price", "must be USD with two decimals")
	case g.battery != "0" && g.battery != "1":
		return 0, invalid(g.field+"has_battery", "must be 0 or 1")
	case kindErr != nil || (kind == 0) != (g.battery == "0") || kind > 2 || kind < 0:
		return 0, invalid(g.field+"sensitivity_type", "must be 0 without a battery, 1 or 2 with one")
	case !slices.Contains(ch.Sensitivity, kind) || kind > 0 && !ch.Battery:
		return 0, invalid(g.field+"sensitivity_type", "not carried by this channel")
	case !httpScheme.MatchString(g.url):
		return 0, invalid(g.field+"product_url", "not an address")
	}
	return grams, nil
}
