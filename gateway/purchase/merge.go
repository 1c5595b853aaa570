package purchase

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/normalize"
)

// merge adds what a purchase by rate may add (handover, customs, notify, note, and what an
// address, an item or the order still lacks) to the quoted shipment. A change of what was
// priced is a rate_mismatch that names each field; what is only said again stands.
func merge(quoted normalize.Shipment, add Shipment) (normalize.Shipment, *gateway.Refusal) {
	m := &merger{}
	out := quoted
	m.stands("/platform", out.Platform, add.Platform)
	m.stands("/operating_model", out.OperatingModel, add.OperatingModel)
	m.stands("/incoterm", out.Incoterm, add.Incoterm)
	m.stands("/parcels", out.Parcels, add.Parcels)
	m.stands("/insurance", out.Insurance, add.Insurance)
	m.stands("/cash_on_delivery", out.CashOnDelivery, add.CashOnDelivery)
	m.stands("/signature", out.Signature, add.Signature)
	m.stands("/non_delivery_option", out.NonDeliveryOption, add.NonDeliveryOption)
	m.stands("/options", out.Options, add.Options)
	m.lacks("/order", &out.Order, add.Order)
	m.lacks("/origin", &out.Origin, value(add.Origin))
	m.lacks("/destination", &out.Destination, value(add.Destination))
	m.party("/return_address", &out.ReturnAddress, add.ReturnAddress)
	m.party("/importer", &out.Importer, add.Importer)
	m.lacks("/responsible_person", &out.ResponsiblePerson, add.ResponsiblePerson)
	m.batteries(out.Items, add.Items)
	m.lacks("/items", &out.Items, add.Items)
	m.lacks("/customs", &out.Customs, add.Customs)
	m.lacks("/handover", &out.Handover, add.Handover)
	m.lacks("/ship_date", &out.ShipDate, add.ShipDate)
	m.taxIDs(&out, add.TaxIDs)
	if add.Notify != nil {
		out.Notify = add.Notify
	}
	free(&out.DeliveryInstructions, add.DeliveryInstructions)
	free(&out.Note, add.Note)
	if len(m.errs) > 0 {
		return quoted, &gateway.Refusal{Code: gateway.CodeRateMismatch, Fields: m.errs,
			Detail: "the request changes what was priced; ask for a new rate"}
	}
	return out, nil
}

func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// free takes what informs and costs nothing.
func free(to *string, add string) {
	if add != "" {
		*to = add
	}
}

type merger struct{ errs normalize.FieldErrors }

func (m *merger) differs(pointer string) {
	m.errs = append(m.errs, normalize.FieldError{Pointer: pointer, Detail: "differs from what was priced"})
}

// stands is a part of the shipment that was priced as it was.
func (m *merger) stands(pointer string, quoted, add any) {
	if add := reflect.ValueOf(add); !add.IsZero() {
		m.fill(pointer, reflect.ValueOf(quoted), add, false)
	}
}

// lacks is a part of the shipment, given by its address, of which what is missing may come.
func (m *merger) lacks(pointer string, quoted, add any) {
	m.fill(pointer, reflect.ValueOf(quoted).Elem(), reflect.ValueOf(add), true)
}

// party is somebody whose being there changes the service, and of whom details may be missing.
func (m *merger) party(pointer string, quoted **normalize.Address, add *normalize.Address) {
	if *quoted == nil {
		m.stands(pointer, *quoted, add)
		return
	}
	m.lacks(pointer, quoted, add)
}

// taxIDs may be joined by others, but none that was priced may go.
func (m *merger) taxIDs(out *normalize.Shipment, add []normalize.TaxID) {
	if add == nil {
		return
	}
	for _, t := range out.TaxIDs {
		if !slices.Contains(add, t) {
			m.differs("/tax_ids")
			return
		}
	}
	out.TaxIDs = add
}

// batteries may be described later, but not come on board.
func (m *merger) batteries(quoted, add []normalize.Item) {
	for i := range min(len(quoted), len(add)) {
		declared := quoted[i].Battery != nil || slices.ContainsFunc(quoted[i].Goods, func(g string) bool { return strings.HasPrefix(g, "battery_") })
		if add[i].Battery != nil && !declared {
			m.differs(normalize.Pointer("items", i, "battery"))
		}
	}
}

// priced are fields of addresses and items that cost something, so that they cannot come
// after the price.
var priced = map[string]bool{"goods": true, "un_number": true, "residential": true, "service_point": true}

// fill sets what is empty in quoted from add where may says so, and notes each field in
// which both say something else. What add does not say stands.
func (m *merger) fill(pointer string, quoted, add reflect.Value, may bool) {
	switch {
	case add.IsZero() || same(quoted.Interface(), add.Interface()):
	case quoted.IsZero() && may:
		quoted.Set(add)
	case quoted.IsZero() || isValue(quoted.Type()):
		m.differs(pointer)
	case quoted.Kind() == reflect.Pointer:
		m.fill(pointer, quoted.Elem(), add.Elem(), may)
	case quoted.Kind() == reflect.Struct:
		for i := range quoted.NumField() {
			name := normalize.JSONName(quoted.Type().Field(i))
			m.fill(pointer+"/"+name, quoted.Field(i), add.Field(i), may && !priced[name])
		}
	case quoted.Kind() == reflect.Slice && quoted.Len() == add.Len() && quoted.Type().Elem().Kind() == reflect.Struct:
		for i := range quoted.Len() {
			m.fill(pointer+normalize.Pointer(i), quoted.Index(i), add.Index(i), may)
		}
	default:
		m.differs(pointer)
	}
}

func same(quoted, add any) bool {
	if q, ok := quoted.(time.Time); ok {
		a, ok := add.(time.Time)
		return ok && q.Equal(a)
	}
	return reflect.DeepEqual(quoted, add)
}

// isValue tells whether a type is one word of the API, such as an amount or a time.
func isValue(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}
