package dhlexpress

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// metric is kilograms and centimetres, the one pair of units that we ever send.
const metric = "metric"

// boxes are DHL's own packagings. Source: MyDHL API OpenAPI 3.1.1, read 2026-11-21.
var boxes = []string{"1CE", "2BC", "2BP", "2BX", "3BX", "4BX", "5BX", "6BX", "7BX", "8BX",
	"CE1", "TBL", "TBS", "WB1", "WB2", "WB3", "WB6", "XPD"}

// parcelsOf are the pieces: grams and millimetres, rounded up, in kilograms and centimetres.
// DHL itself rounds the shipment up to the step of its tariff.
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
	whole := normalize.Length(l.Ceil(normalize.Millimetre)) * normalize.Millimetre
	return json.Number(either(whole.In(normalize.Centimetre), "0"))
}

// amount writes money as a JSON number with the currency's own digits.
func amount(m normalize.Money) json.Number { return json.Number(m.Amount()) }

// batteryServices are the codes for lithium batteries under section II, by chemistry and by how
// they travel. Source: MyDHL API OpenAPI 3.1.1, names in the sample of a rate, read 2026-11-21.
var batteryServices = map[string]string{
	"lithium_ion/battery_packed":      "HD", // PI 966
	"lithium_metal/battery_packed":    "HM", // PI 969
	"lithium_ion/battery_contained":   "HV", // PI 967
	"lithium_metal/battery_contained": "HW", // PI 970
}

func isBatteryService(service string) bool {
	for _, s := range batteryServices {
		if s == service {
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

// batteries are the services for the lithium batteries on board, each once. What DHL has not
// approved for the account is not offered to it.
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
			if it.Battery == nil || it.Battery.Chemistry == "" {
				return nil, normalize.Invalid(at+"/battery/chemistry", "is required")
			}
			service := batteryServices[it.Battery.Chemistry+"/"+kind]
			if service == "" || slices.ContainsFunc(out, func(v valueAdded) bool { return v.ServiceCode == service }) {
				continue // not lithium, or named already
			}
			content := c.DangerousGoods[service]
			if content == "" {
				return nil, prohibited(at+"/goods", "dhl has not approved service %s for this account (dangerous_goods)", service)
			}
			out = append(out, valueAdded{ServiceCode: service, DangerousGoods: []dangerousGoods{{content}}})
		}
	}
	return out, nil
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
