package dhlexpress

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// metric is kilograms and centimetres, the one pair of units that we ever send.
const metric = "metric"

// boxes are DHL's own packagings. Source: MyDHL API OpenAPI 3.1.1, read 2026-11-21.
var boxes = []string{"1CE", "2BC", "2BP", "2BX", "3BX", "4BX", "5BX", "6BX", "7BX", "8BX",
	"CE1", "TBL", "TBS", "WB1", "WB2", "WB3", "WB6", "XPD"}

// parcelsOf are the pieces in kilograms and centimetres of three decimals, rounded up. DHL
// itself rounds the shipment up to the step of its tariff.
func parcelsOf(ps []normalize.Parcel) ([]parcel, error) {
	out := make([]parcel, len(ps))
	for i, p := range ps {
		if p.Weight <= 0 {
			return nil, normalize.Invalid(fmt.Sprintf("/parcels/%d/weight", i), "is required")
		}
		box, err := boxOf(fmt.Sprintf("/parcels/%d/packaging", i), p.Packaging)
		if err != nil {
			return nil, err
		}
		out[i] = parcel{TypeCode: box, Weight: kilograms(p.Weight)}
		if d := p.Dimensions; !d.IsZero() {
			out[i].Dimensions = &dimensions{centimetres(d.Length), centimetres(d.Width), centimetres(d.Height)}
		}
	}
	if len(out) == 0 {
		return nil, normalize.Invalid("/parcels", "must hold at least one parcel")
	}
	return out, nil
}

// boxOf is DHL's code of a packaging; plain words are the seller's own, which has none.
func boxOf(pointer, packaging string) (string, error) {
	adapter, box, special := strings.Cut(packaging, ".")
	switch {
	case !special:
		return "", nil
	case adapter != code || !slices.Contains(boxes, box):
		return "", normalize.NotServiceable(pointer, "is no packaging of dhl express")
	}
	return box, nil
}

func kilograms(w normalize.Weight) json.Number {
	whole := normalize.Weight(w.Ceil(normalize.Gram)) * normalize.Gram
	return json.Number(either(whole.In(normalize.Kilogram), "0"))
}

func centimetres(l normalize.Length) json.Number {
	const step = normalize.Centimetre / 1000
	whole := normalize.Length(l.Ceil(step)) * step
	return json.Number(either(whole.In(normalize.Centimetre), "0"))
}

// amount writes money as a JSON number with the currency's own digits.
func amount(m normalize.Money) json.Number { return json.Number(m.Amount()) }

// battery is how DHL wants a kind of lithium batteries named.
type battery struct{ service, content string }

// batteryServices are lithium batteries under section II, by chemistry and by how they travel.
// Source: MyDHL API OpenAPI 3.1.1, valueAddedServices/dangerousGoods, read 2026-11-21.
var batteryServices = map[string]battery{
	"lithium_ion/battery_packed":      {"HD", "966"},
	"lithium_metal/battery_packed":    {"HM", "969"},
	"lithium_ion/battery_contained":   {"HV", "967"},
	"lithium_metal/battery_contained": {"HW", "970"},
}

// maxWattHours is the largest lithium ion battery under section II.
const maxWattHours = 100

func isBatteryService(service string) bool {
	for _, s := range batteryServices {
		if s.service == service {
			return true
		}
	}
	return false
}

// servicesOf are the value-added services of a shipment on a lane, each with what DHL must be
// told of it.
func (c Config) servicesOf(s normalize.Shipment, l lane) ([]valueAdded, error) {
	var out []valueAdded
	if s.Insurance.Minor > 0 {
		out = append(out, valueAdded{ServiceCode: "II", Value: amount(s.Insurance), Currency: s.Insurance.Currency})
	}
	switch s.Signature {
	case "", "standard":
	case "direct":
		out = append(out, valueAdded{ServiceCode: "SF"})
	default:
		return nil, normalize.NotServiceable("/signature", "dhl express has standard and direct")
	}
	saturday, err := wantsSaturday(s)
	if err != nil {
		return nil, err
	}
	if saturday {
		out = append(out, valueAdded{ServiceCode: "AA"})
	}
	if s.Incoterm == normalize.DDP && l.declarable() {
		out = append(out, valueAdded{ServiceCode: "DD"})
	}
	batteries, err := c.batteries(s)
	return append(out, batteries...), err
}

func wantsSaturday(s normalize.Shipment) (bool, error) {
	v, given := s.Options[optionSaturday]
	if !given {
		return false, nil
	}
	on, ok := v.(bool)
	if !ok {
		return false, normalize.Invalid("/options/"+optionSaturday, "must be true or false")
	}
	return on, nil
}

// batteries are the services for the lithium batteries on board, each once. Whether an account
// may send them is DHL's to say.
func (c Config) batteries(s normalize.Shipment) ([]valueAdded, error) {
	var out []valueAdded
	for i, it := range s.Items {
		at := fmt.Sprintf("/items/%d", i)
		if it.UNNumber != "" || slices.Contains(it.Goods, "battery_only") {
			return nil, prohibited(at+"/goods", "dangerous goods other than batteries with equipment are not carried")
		}
		for _, kind := range []string{"battery_contained", "battery_packed"} {
			if !slices.Contains(it.Goods, kind) {
				continue
			}
			b, err := batteryOf(at, kind, it.Battery)
			if err != nil {
				return nil, err
			}
			if b.service == "" || slices.ContainsFunc(out, func(v valueAdded) bool { return v.ServiceCode == b.service }) {
				continue // not lithium, or named already
			}
			content := either(c.DangerousGoods[b.service], b.content)
			out = append(out, valueAdded{ServiceCode: b.service, DangerousGoods: []dangerousGoods{{content}}})
		}
	}
	return out, nil
}

// capacity is a plain number of watt hours.
var capacity = regexp.MustCompile(`^\d{1,9}(\.\d+)?$`)

func batteryOf(at, kind string, b *normalize.Battery) (battery, error) {
	if b == nil || b.Chemistry == "" {
		return battery{}, normalize.Invalid(at+"/battery/chemistry", "is required")
	}
	if b.WattHours != "" {
		if !capacity.MatchString(b.WattHours) {
			return battery{}, normalize.Invalid(at+"/battery/watt_hours", "must be a decimal number")
		}
		whole, rest, _ := strings.Cut(b.WattHours, ".")
		if n, _ := strconv.Atoi(whole); n > maxWattHours || (n == maxWattHours && strings.Trim(rest, "0") != "") {
			return battery{}, prohibited(at+"/goods", "a battery of more than %d Wh is fully regulated", maxWattHours)
		}
	}
	return batteryServices[b.Chemistry+"/"+kind], nil
}

func prohibited(pointer, format string, args ...any) error {
	e := normalize.Fail(normalize.KindProhibitedGoods, format, args...)
	e.Field = pointer
	return e
}

// accountsOf are the accounts of a shipment: whose it is, and who pays where that differs.
func (c Config) accountsOf() []account {
	out := []account{{"shipper", c.AccountNumber}}
	if c.PayerAccount != "" {
		out = append(out, account{"payer", c.PayerAccount})
	}
	return out
}
