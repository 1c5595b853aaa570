package main

import (
	"fmt"
	"strings"
)

// csvColumns are the columns that a file may have, and where each goes in a rate request.
var csvColumns = map[string]func(o *csvBody, v string){
	"reference": func(o *csvBody, v string) { o.order()["id"] = v },
	"platform":  func(o *csvBody, v string) { o.body["platform"] = v },
	"order_id":  func(o *csvBody, v string) { o.order()["id"] = v },
	"weight_g": func(o *csvBody, v string) {
		o.parcel["weight"] = map[string]any{"value": v, "unit": "g"}
	},
	"length_cm": func(o *csvBody, v string) { o.side("length", v) }, "width_cm": func(o *csvBody, v string) { o.side("width", v) },
	"height_cm":   func(o *csvBody, v string) { o.side("height", v) },
	"description": func(o *csvBody, v string) { o.item["description"] = v }, "local_description": func(o *csvBody, v string) { o.item["local_description"] = v },
	"quantity":        func(o *csvBody, v string) { o.number("quantity", v) },
	"unit_value":      func(o *csvBody, v string) { o.value()["amount"] = v },
	"currency":        func(o *csvBody, v string) { o.value()["currency"] = v; o.body["currency"] = v },
	"hs_code":         func(o *csvBody, v string) { o.item["hs_code"] = v },
	"origin_of_goods": func(o *csvBody, v string) { o.item["origin_country"] = v },
	"goods":           func(o *csvBody, v string) { o.item["goods"] = strings.Fields(v) },
	"sku":             func(o *csvBody, v string) { o.item["sku"] = v },
	"line_id":         func(o *csvBody, v string) { o.item["line_id"] = v }, "listing_id": func(o *csvBody, v string) { o.item["listing_id"] = v },
	"incoterm": func(o *csvBody, v string) { o.body["incoterm"] = v },
	"ioss": func(o *csvBody, v string) {
		o.body["tax_ids"] = []any{map[string]any{"type": "ioss", "number": v}}
	},
}

// csvAddress are the columns of an address; the origin's begin with origin_.
var csvAddress = []string{"name", "company", "phone", "email", "line1", "line2", "district", "city", "state", "postal_code", "country"}

// csvBody is a rate request in the making.
type csvBody struct {
	body, origin, destination, parcel, item map[string]any
	bad                                     error
}

func (o *csvBody) sub(of map[string]any, name string) map[string]any {
	m, ok := of[name].(map[string]any)
	if !ok {
		m = map[string]any{}
		of[name] = m
	}
	return m
}

func (o *csvBody) order() map[string]any { return o.sub(o.body, "order") }
func (o *csvBody) value() map[string]any { return o.sub(o.item, "unit_value") }

func (o *csvBody) side(name, v string) {
	d := o.sub(o.parcel, "dimensions")
	d[name], d["unit"] = v, "cm"
}

func (o *csvBody) number(name, v string) {
	var n int
	if _, err := fmt.Sscanf(v, "%d", &n); err != nil || fmt.Sprint(n) != v {
		o.bad = fmt.Errorf("%s must be a whole number", name)
	}
	o.item[name] = n
}

// orderOf makes a rate request of one line. An unknown column is refused, so that a typing
// error drops nothing in silence; an empty cell says nothing.
func orderOf(head, row []string) (csvOrder, error) {
	o := &csvBody{body: map[string]any{"incoterm": "DAP"}, origin: map[string]any{}, destination: map[string]any{}, parcel: map[string]any{}, item: map[string]any{}}
	for i, name := range head {
		v := strings.TrimSpace(row[i])
		set, ok := csvColumns[name]
		if !ok {
			set, ok = addressColumn(name)
		}
		if !ok {
			return csvOrder{}, fmt.Errorf("no column %q is known; configs/examples/orders.csv shows those that are", name)
		}
		if v != "" {
			set(o, v)
		}
	}
	if o.bad != nil {
		return csvOrder{}, o.bad
	}
	o.body["origin"], o.body["destination"] = o.origin, o.destination
	o.body["parcels"], o.body["items"] = []any{o.parcel}, []any{o.item}
	id, _ := o.order()["id"].(string)
	return csvOrder{id: id, body: o.body}, nil
}

func addressColumn(name string) (func(*csvBody, string), bool) {
	field, origin := strings.CutPrefix(name, "origin_")
	for _, f := range csvAddress {
		if f != field {
			continue
		}
		return func(o *csvBody, v string) {
			if origin {
				o.origin[field] = v
			} else {
				o.destination[field] = v
			}
		}, true
	}
	return nil, false
}
