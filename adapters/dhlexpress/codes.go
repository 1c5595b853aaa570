package dhlexpress

import (
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// refusal is what a code means to us, and the field that it blames.
type refusal struct {
	kind  normalize.Kind
	field string
}

// refusals are the codes that a refusal's detail begins with. The list is not published; these
// are in official samples. A 400 or 422 with another code is rejected, since both are declared
// as refusals of what was sent.
// Source: MyDHL API OpenAPI 3.1.1, samples of errors, read 2026-11-21.
var refusals = map[string]refusal{
	// Inferred from public clients: no product for the search, no product on the lane.
	"996": {normalize.KindNotServiceable, ""}, "1001": {normalize.KindNotServiceable, ""},
	"410301": {normalize.KindNotServiceable, ""},

	"998":  {normalize.KindInvalidRequest, "/ship_date"},
	"999":  {normalize.KindUnavailable, ""}, // process failure
	"1504": {normalize.KindNotFound, ""},    // no document images
	"5032": {normalize.KindAuthFailed, ""},  // not authorized to use this service
	"7008": {normalize.KindNotServiceable, ""},
	"7096": {normalize.KindInvalidRequest, ""}, // shipment number invalid
	"8003": {normalize.KindAuthFailed, ""},     // account not allowed for this service
	"8007": {normalize.KindAuthFailed, ""},     // shipper account invalid
}

// sentences are refusals whose detail has no code, by their beginning.
var sentences = []struct {
	begins string
	kind   normalize.Kind
}{
	{"The account number is not found or invalid", normalize.KindAuthFailed},
	{"No Shipments Found for ReferenceID", normalize.KindNotFound},
	{"No data found", normalize.KindNotFound},
}

// blamed are the parts of DHL's requests by their JSON pointer, and ours that they come from;
// {n} keeps the index. The first that fits counts.
var blamed = []struct{ theirs, ours string }{
	{"/customerDetails/shipperDetails/", "/origin"},
	{"/customerDetails/receiverDetails/", "/destination"},
	{"/customerDetails/importerDetails/", "/importer"},
	{"/content/packages/{n}/weight", "/parcels/{n}/weight"},
	{"/content/packages/{n}/dimensions", "/parcels/{n}/dimensions"},
	{"/content/packages/{n}", "/parcels/{n}"},
	{"/packages/{n}/weight", "/parcels/{n}/weight"},
	{"/packages/{n}/dimensions", "/parcels/{n}/dimensions"},
	{"/packages/{n}", "/parcels/{n}"},
	{"/content/exportDeclaration/lineItems/{n}/description", "/items/{n}/description"},
	{"/content/exportDeclaration/lineItems/{n}/price", "/items/{n}/unit_value"},
	{"/content/exportDeclaration/lineItems/{n}/quantity", "/items/{n}/quantity"},
	{"/content/exportDeclaration/lineItems/{n}/commodityCodes", "/items/{n}/hs_code"},
	{"/content/exportDeclaration/lineItems/{n}/manufacturerCountry", "/items/{n}/origin_country"},
	{"/content/exportDeclaration/lineItems/{n}/weight", "/items/{n}/weight"},
	{"/content/exportDeclaration/lineItems/{n}", "/items/{n}"},
	{"/content/exportDeclaration/invoice", "/customs/invoice"},
	{"/content/description", "/items/0/description"},
	{"/content/incoterm", "/incoterm"},
	{"/content/declaredValue", "/items/0/unit_value"},
	{"/items/{n}", "/items/{n}"},
	{"/plannedShippingDateAndTime", "/ship_date"},
	{"/plannedPickupDateAndTime", "/ready_from"},
	{"/shipmentNotification", "/notify"},
}

// addressFields are the ends of a pointer into a party, and ours.
var addressFields = map[string]string{
	"postalCode": "/postal_code", "cityName": "/city", "countryCode": "/country",
	"provinceCode": "/state", "provinceName": "/state", "countyName": "/district",
	"addressLine1": "/line1", "addressLine2": "/line2", "addressLine3": "/line3",
	"phone": "/phone", "email": "/email", "companyName": "/company", "fullName": "/name",
}

// pointerOf turns the JSON pointer at the start of a schema error into one of ours, "" where
// the words begin otherwise or no field of ours is to blame.
func pointerOf(detail string) string {
	theirs, ok := strings.CutPrefix(detail, "#/")
	if !ok {
		return ""
	}
	theirs, _, _ = strings.Cut("/"+theirs, ":")
	for _, b := range blamed {
		n, rest, ok := match(b.theirs, strings.TrimSpace(theirs))
		if !ok {
			continue
		}
		ours := strings.ReplaceAll(b.ours, "{n}", n)
		if strings.HasSuffix(b.theirs, "/") { // a party
			ours += addressFields[rest[strings.LastIndex(rest, "/")+1:]]
		}
		return ours
	}
	return ""
}

// match compares the beginning of a pointer with a pattern and returns the index in it and
// what follows.
func match(pattern, pointer string) (n, rest string, ok bool) {
	before, after, indexed := strings.Cut(pattern, "{n}")
	rest, ok = strings.CutPrefix(pointer, before)
	if !ok || !indexed {
		return "", rest, ok
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	if n = rest[:end]; n == "" || len(n) > 3 {
		return "", "", false
	}
	rest, ok = strings.CutPrefix(rest[end:], after)
	return n, rest, ok
}

// chargeTypes are the service codes that a price's lines carry. Codes that are not here are a
// service that was chosen (option) where DHL marks them so, else other.
// Source: MyDHL API OpenAPI 3.1.1, sample of a rate; names of services in public clients, read
// 2026-11-21.
var chargeTypes = map[string]normalize.ChargeType{
	"FF": normalize.ChargeFuel,
	"OO": normalize.ChargeRemoteArea, "OB": normalize.ChargeRemoteArea, // OB (remote pickup) inferred
	"II": normalize.ChargeInsurance,
	"DD": normalize.ChargeHandling, "DT": normalize.ChargeHandling, "DU": normalize.ChargeHandling,
	"CR": normalize.ChargePeak,                                     // emergency situation: for as long as it lasts
	"YY": normalize.ChargeOversize, "YB": normalize.ChargeOversize, // inferred: overweight, oversize piece
	"WO": normalize.ChargeClearance,
	"AA": normalize.ChargeOption, "SF": normalize.ChargeOption, "SX": normalize.ChargeOption,
	"TF": normalize.ChargeOption, "TK": normalize.ChargeOption, "TT": normalize.ChargeOption,
	"LX": normalize.ChargeOption, "TV": normalize.ChargeOption, "NN": normalize.ChargeOption,
	"EE": normalize.ChargeOption, "FE": normalize.ChargeOption, "WY": normalize.ChargeOption,
	"PT": normalize.ChargeOption, "PU": normalize.ChargeOption, "PV": normalize.ChargeOption,
	"PW": normalize.ChargeOption, "PZ": normalize.ChargeOption,
	"HE": normalize.ChargeHandling, "HC": normalize.ChargeHandling, "HD": normalize.ChargeHandling,
	"HM": normalize.ChargeHandling, "HV": normalize.ChargeHandling, "HW": normalize.ChargeHandling,
}

// meaning is what a scan's code says.
type meaning struct {
	status    normalize.Status
	substatus normalize.Substatus
	leg       normalize.Leg
}

func (m meaning) split() (normalize.Status, normalize.Substatus, normalize.Leg) {
	return m.status, m.substatus, m.leg
}

// statusSource is where statuses come from.
const statusSource = "DHL status list v1, service express (export of 2024-06)"

// statuses are the event codes of DHL Express, all of them. The names are the list's; the
// meanings are ours.
// Source: statusSource, read 2026-11-21.
var statuses = map[string]meaning{
	"AD": {normalize.StatusInTransit, "", normalize.LegLastMile}, // agreed delivery
	"AF": {normalize.StatusInTransit, "", normalize.LegLineHaul}, // arrived facility
	"AR": {normalize.StatusInTransit, "", normalize.LegLastMile}, // arrival in delivery facility
	"BA": {normalize.StatusDeliveryFailed, normalize.SubstatusAddressIssue, normalize.LegLastMile},
	"BN": {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegImportCustoms}, // broker notified
	"BR": {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegImportCustoms},   // broker release
	"CA": {normalize.StatusDeliveryFailed, normalize.SubstatusRecipientAbsent, normalize.LegLastMile}, // closed on arrival
	"CC": {normalize.StatusAvailableForPickup, "", normalize.LegLastMile},
	"CD": {normalize.StatusCustoms, normalize.SubstatusCustomsHeld, normalize.LegImportCustoms},     // controllable delay
	"CM": {normalize.StatusDeliveryFailed, normalize.SubstatusAddressIssue, normalize.LegLastMile},  // consignee moved
	"CR": {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegImportCustoms}, // clearance release
	"CS": {normalize.StatusInTransit, "", ""},                                                       // closed shipment
	"DD": {normalize.StatusDelivered, normalize.SubstatusDamaged, normalize.LegLastMile},
	"DF": {normalize.StatusInTransit, "", normalize.LegLineHaul},                                  // departed facility
	"DS": {normalize.StatusException, normalize.SubstatusDestroyed, ""},                           // destroyed, disposal
	"FD": {normalize.StatusInTransit, normalize.SubstatusHandedToLastMile, normalize.LegLastMile}, // forwarded, data expected
	"HP": {normalize.StatusException, normalize.SubstatusDutiesDue, ""},                           // held for payment
	"IC": {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegImportCustoms},
	"MC": {normalize.StatusException, normalize.SubstatusMissorted, normalize.LegLineHaul}, // miscode
	"MD": {normalize.StatusDeliveryFailed, normalize.SubstatusDelayed, normalize.LegLastMile},
	"MS": {normalize.StatusException, normalize.SubstatusMissorted, normalize.LegLineHaul},
	"ND": {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},
	"NH": {normalize.StatusDeliveryFailed, normalize.SubstatusRecipientAbsent, normalize.LegLastMile},
	"OH": {normalize.StatusException, normalize.SubstatusDelayed, ""}, // on hold
	"OK": {normalize.StatusDelivered, "", normalize.LegLastMile},
	"PD": {normalize.StatusException, normalize.SubstatusPartlyDelivered, normalize.LegLastMile},
	"PL": {normalize.StatusInTransit, "", normalize.LegLineHaul}, // processed at location
	"PU": {normalize.StatusPickedUp, "", normalize.LegFirstMile},
	"PY": {normalize.StatusInTransit, "", ""}, // payment
	"RD": {normalize.StatusDeliveryFailed, normalize.SubstatusRefused, normalize.LegLastMile},
	"RR": {normalize.StatusInTransit, "", ""}, // response received
	"RT": {normalize.StatusReturned, "", normalize.LegReturn},
	"SA": {normalize.StatusLabelCreated, "", normalize.LegFirstMile},                              // acceptance: data only
	"SC": {normalize.StatusInTransit, "", ""},                                                     // service changed
	"SM": {normalize.StatusInTransit, "", normalize.LegLineHaul},                                  // scheduled for movement
	"SS": {normalize.StatusException, "", ""},                                                     // shipment stopped
	"TP": {normalize.StatusInTransit, normalize.SubstatusHandedToLastMile, normalize.LegLastMile}, // forwarded, no more data
	"TR": {normalize.StatusInTransit, "", ""},                                                     // record of transfer
	"UD": {normalize.StatusCustoms, normalize.SubstatusCustomsHeld, normalize.LegImportCustoms},   // uncontrollable delay
	"WC": {normalize.StatusOutForDelivery, "", normalize.LegLastMile},
}

// meaningOf reads a code, never the words beside it.
func meaningOf(code string) meaning {
	if m, ok := statuses[code]; ok {
		return m
	}
	return meaning{normalize.StatusUnknown, normalize.SubstatusUnmapped, ""}
}
