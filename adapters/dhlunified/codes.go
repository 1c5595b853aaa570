package dhlunified

import (
	"net/http"
	"regexp"

	"github.com/crossdock-hub/crossdock/normalize"
)

// divisions are the values of service.
// Source: enumeration of a client generated from OpenAPI 1.5.8, read 2026-11-21.
var divisions = []string{"dgf", "dsc", "ecommerce", "ecommerce-apac", "ecommerce-europe", "ecommerce-ppl", "ecommerce-iberia",
	"express", "freight", "parcel-de", "parcel-nl", "parcel-pl", "parcel-uk", "post-de", "post-international", "sameday", "svb"}

// refusals are the documented ones, by HTTP status. A 404 is also said of a number that is too
// new, and of one that is purged, mostly after 90 days.
// Source: DHL Shipment Tracking Unified OpenAPI 1.3.1, read 2026-11-21.
var refusals = map[int]normalize.Kind{
	http.StatusBadRequest:      normalize.KindInvalidRequest,
	http.StatusUnauthorized:    normalize.KindAuthFailed,
	http.StatusNotFound:        normalize.KindNotFound,
	http.StatusTooManyRequests: normalize.KindRateLimited,
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

// statusSource is where groups and checkpoints come from.
const statusSource = "DHL Shipment Tracking Unified OpenAPI 1.3.1 (the five states); DHL status list v1, service express (export of 2024-06)"

// groups are the values of statusCode, all of them. Failure is said of what was returned and of
// what could not be delivered alike; unknown is no error, DHL does not know either.
// Source: statusSource, read 2026-11-21.
var groups = map[string]meaning{
	"pre-transit": {normalize.StatusLabelCreated, "", normalize.LegFirstMile},
	"transit":     {normalize.StatusInTransit, "", ""},
	"delivered":   {normalize.StatusDelivered, "", normalize.LegLastMile},
	"failure":     {normalize.StatusException, "", ""},
	"unknown":     {normalize.StatusUnknown, normalize.SubstatusUnmapped, ""},
}

// numbers are the groups as numbers, which DHL's list has for whole shipments.
// Source: DHL status list v1, read 2026-11-21.
var numbers = map[string]string{"101": "delivered", "102": "transit", "103": "failure", "104": "pre-transit"}

// checkpoints are the codes that the division express writes into status. The names are the
// list's; the meanings are ours.
// Source: statusSource, read 2026-11-21.
var checkpoints = map[string]meaning{
	"AD": {normalize.StatusInTransit, "", normalize.LegLastMile}, // agreed delivery
	"AF": {normalize.StatusInTransit, "", normalize.LegLineHaul}, // arrived facility
	"AR": {normalize.StatusInTransit, "", normalize.LegLastMile}, // arrived in delivery facility
	"BA": {normalize.StatusDeliveryFailed, normalize.SubstatusAddressIssue, normalize.LegLastMile},
	"BN": {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegImportCustoms}, // broker notified
	"BR": {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegImportCustoms},   // broker release
	"CA": {normalize.StatusDeliveryFailed, normalize.SubstatusRecipientAbsent, normalize.LegLastMile}, // closed on arrival
	"CC": {normalize.StatusAvailableForPickup, "", normalize.LegLastMile},
	"CD": {normalize.StatusCustoms, normalize.SubstatusCustomsHeld, normalize.LegImportCustoms},    // controllable delay
	"CM": {normalize.StatusDeliveryFailed, normalize.SubstatusAddressIssue, normalize.LegLastMile}, // consignee moved
	"CR": {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegImportCustoms},
	"CS": {normalize.StatusInTransit, "", ""}, // closed shipment
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
	"SA": {normalize.StatusLabelCreated, "", normalize.LegFirstMile}, // acceptance: data only
	"SC": {normalize.StatusInTransit, "", ""},                        // service changed
	"SM": {normalize.StatusInTransit, "", normalize.LegLineHaul},     // scheduled for movement
	"SS": {normalize.StatusException, "", ""},                        // shipment stopped
	"TP": {normalize.StatusInTransit, normalize.SubstatusHandedToLastMile, normalize.LegLastMile},
	"TR": {normalize.StatusInTransit, "", ""},                                                   // record of transfer
	"UD": {normalize.StatusCustoms, normalize.SubstatusCustomsHeld, normalize.LegImportCustoms}, // uncontrollable delay
	"WC": {normalize.StatusOutForDelivery, "", normalize.LegLastMile},
}

// ownCode is the form of a division's own code, as against the words that others write there.
var ownCode = regexp.MustCompile(`^[A-Z0-9]{2,6}$`)

// meaningOf reads the code of a scan, never the words beside it. Where a division writes a code
// of its own that we do not know, the group holds, and is marked so unless it is the end. code
// is what the meaning was taken from.
func meaningOf(service, statusCode, status string) (m meaning, code string) {
	if service == "express" {
		if m, ok := checkpoints[status]; ok {
			return m, status
		}
	}
	group := statusCode
	if g, ok := numbers[status]; ok {
		status = ""
		if group == "" {
			group = g
		}
	}
	m, known := groups[group]
	switch {
	case !known:
		return meaning{normalize.StatusUnknown, normalize.SubstatusUnmapped, ""}, either(statusCode, status)
	case !ownCode.MatchString(status):
		return m, group
	case !m.status.Terminal():
		m.substatus = normalize.SubstatusUnmapped
	}
	return m, status
}
