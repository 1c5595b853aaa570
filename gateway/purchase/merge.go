package purchase

import (
	"reflect"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/normalize"
)

// merge adds what a purchase by rate may add (handover, customs, notify, note, and what an
// address or item still lacks) to the quoted shipment. A change of what was priced is a
// rate_mismatch that names each field.
func merge(quoted normalize.Shipment, add Shipment) (normalize.Shipment, *gateway.Refusal) {
	m := &merger{}
	out := quoted
	m.text("/platform", &out.Platform, add.Platform)
	m.text("/operating_model", &out.OperatingModel, add.OperatingModel)
	m.text("/incoterm", (*string)(&out.Incoterm), string(add.Incoterm))
	m.text("/signature", &out.Signature, add.Signature)
	m.text("/non_delivery_option", &out.NonDeliveryOption, add.NonDeliveryOption)
	m.text("/ship_date", (*string)(&out.ShipDate), string(add.ShipDate))
	m.free(&out.DeliveryInstructions, add.DeliveryInstructions)
	m.free(&out.Note, add.Note)
	if add.Notify != nil {
		out.Notify = add.Notify
	}
	if add.Handover != nil {
		out.Handover = add.Handover
	}
	if add.Customs != nil {
		out.Customs = add.Customs
	}
	if add.ResponsiblePerson != nil {
		out.ResponsiblePerson = add.ResponsiblePerson
	}
	if add.Order != nil {
		o := orZero(out.Order)
		m.fill("/order", &o, *add.Order)
		out.Order = &o
	}
	m.address("/origin", &out.Origin, add.Origin)
	m.address("/destination", &out.Destination, add.Destination)
	m.same("/return_address", quoted.ReturnAddress, add.ReturnAddress, add.ReturnAddress == nil)
	m.same("/importer", quoted.Importer, add.Importer, add.Importer == nil)
	m.same("/parcels", quoted.Parcels, add.Parcels, add.Parcels == nil)
	m.same("/insurance", quoted.Insurance, add.Insurance, add.Insurance.IsZero())
	m.same("/cash_on_delivery", quoted.CashOnDelivery, add.CashOnDelivery, add.CashOnDelivery.IsZero())
	m.same("/options", quoted.Options, add.Options, add.Options == nil)
	m.items(&out, add.Items)
	if add.TaxIDs != nil {
		out.TaxIDs = add.TaxIDs
	}
	if len(m.errs) > 0 {
		return quoted, &gateway.Refusal{Code: gateway.CodeRateMismatch, Fields: m.errs,
			Detail: "the request changes what was priced; ask for a new rate"}
	}
	return out, nil
}

func orZero[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

type merger struct{ errs normalize.FieldErrors }

func (m *merger) differs(pointer string) {
	m.errs = append(m.errs, normalize.FieldError{Pointer: pointer, Detail: "differs from what was priced"})
}

// text fills an empty field; another value than the quoted one is a mismatch.
func (m *merger) text(pointer string, quoted *string, add string) {
	switch {
	case add == "" || add == *quoted:
	case *quoted == "" && pointer != "/signature" && pointer != "/non_delivery_option":
		*quoted = add
	default:
		m.differs(pointer)
	}
}

func (m *merger) free(to *string, add string) {
	if add != "" {
		*to = add
	}
}

func (m *merger) same(pointer string, quoted, add any, absent bool) {
	if !absent && !reflect.DeepEqual(quoted, add) {
		m.differs(pointer)
	}
}

func (m *merger) address(pointer string, quoted *normalize.Address, add *normalize.Address) {
	if add != nil {
		m.fill(pointer, quoted, *add)
	}
}

func (m *merger) items(out *normalize.Shipment, add []normalize.Item) {
	if add == nil {
		return
	}
	if len(add) != len(out.Items) {
		m.differs("/items")
		return
	}
	items := make([]normalize.Item, len(add))
	copy(items, out.Items)
	for i := range items {
		m.fill(normalize.Pointer("items", i), &items[i], add[i])
	}
	out.Items = items
}

// fill sets the empty fields of the struct that quoted points to from add, and notes each
// field where both say something else.
func (m *merger) fill(pointer string, quoted, add any) {
	q, a := reflect.ValueOf(quoted).Elem(), reflect.ValueOf(add)
	for i := range q.NumField() {
		from, to := a.Field(i), q.Field(i)
		switch {
		case from.IsZero() || reflect.DeepEqual(from.Interface(), to.Interface()):
		case to.IsZero():
			to.Set(from)
		default:
			m.differs(pointer + "/" + normalize.JSONName(q.Type().Field(i)))
		}
	}
}
