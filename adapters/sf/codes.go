package sf

import "github.com/crossdock-hub/crossdock/normalize"

// languages are the numbers of the languages in which scans are told, by our name.
var languages = map[string]string{"zh": "0", "en": "1", "zh-Hant": "2"}

// accepted is the gateway's code of a call that it passed on; whether the service took it is said
// one layer below.
const accepted = "A1000"

// refusal is what a code means to us, and the field that it blames.
type refusal struct {
	kind  normalize.Kind
	field string
}

// refusals are the documented codes that a query can meet, those of the gateway (A) and of the
// service.
// Source: SF open platform, list of return codes, and public clients, read 2026-11-21.
var refusals = map[string]refusal{
	"A1001": {normalize.KindInvalidRequest, ""}, // a parameter is missing
	"A1002": {normalize.KindAuthFailed, ""},     // token
	"A1003": {normalize.KindAuthFailed, ""},     // the caller's address
	"A1004": {normalize.KindAuthFailed, ""},     // no permission for the service
	"A1005": {normalize.KindRateLimited, ""},
	"A1006": {normalize.KindAuthFailed, ""},  // digest
	"A1007": {normalize.KindUnavailable, ""}, // the request's id was used: the next call has another
	"A1008": {normalize.KindAuthFailed, ""},  // cannot be decrypted
	"A1009": {normalize.KindUnavailable, ""}, // the service behind
	"A1010": {normalize.KindRejected, ""},    // state of the app in the sandbox
	"A1011": {normalize.KindAuthFailed, ""},  // token
	"A1099": {normalize.KindUnavailable, ""}, // system

	"S0001": {normalize.KindInvalidRequest, ""}, // not JSON
	"S0002": {normalize.KindInvalidRequest, ""}, // something is missing
	"S0003": {normalize.KindUnavailable, ""},    // runtime
	"8177":  {normalize.KindUnavailable, ""},    // held back at peak times
	"8196":  {normalize.KindInvalidRequest, "/phone"},
	"8247":  {normalize.KindInvalidRequest, "/tracking_number"},
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
const statusSource = "public clients of the routes query and the route push; SF's own list is behind a login"

// statuses are the codes of scans that public clients agree on, unconfirmed.
// Source: statusSource, read 2026-11-21.
var statuses = map[string]meaning{
	"50": {normalize.StatusPickedUp, "", normalize.LegFirstMile},
	"54": {normalize.StatusPickedUp, "", normalize.LegFirstMile},

	"30": {normalize.StatusInTransit, "", normalize.LegLineHaul}, // sorted
	"36": {normalize.StatusInTransit, "", normalize.LegLineHaul}, // departed
	"31": {normalize.StatusInTransit, "", normalize.LegLineHaul}, // arrived

	"407": {normalize.StatusInTransit, "", ""}, // on its way, or at the outlet of the destination
	"607": {normalize.StatusInTransit, "", ""},
	"123": {normalize.StatusInTransit, "", ""},
	"130": {normalize.StatusInTransit, "", ""},

	"44":  {normalize.StatusOutForDelivery, "", normalize.LegLastMile},
	"204": {normalize.StatusOutForDelivery, "", normalize.LegLastMile},
	"125": {normalize.StatusAvailableForPickup, "", normalize.LegLastMile}, // locker
	"657": {normalize.StatusAvailableForPickup, "", normalize.LegLastMile}, // agent
	"33":  {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},
	"70":  {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},

	"80":   {normalize.StatusDelivered, "", normalize.LegLastMile},
	"8000": {normalize.StatusDelivered, "", normalize.LegLastMile}, // the sign-off is complete, after 80
	"922":  {normalize.StatusInTransit, "", ""},                    // a number for the signed note on its way back; it says nothing of the parcel

	"99":  {normalize.StatusReturning, "", normalize.LegReturn},
	"631": {normalize.StatusReturned, "", normalize.LegReturn},
	"648": {normalize.StatusReturned, "", normalize.LegReturn},
}

// meaningOf reads a code, never the words beside it. What is not in the list is a step on the way,
// as SF's scans are, and marked as unmapped.
func meaningOf(opCode string) meaning {
	if m, ok := statuses[opCode]; ok {
		return m
	}
	return meaning{normalize.StatusInTransit, normalize.SubstatusUnmapped, ""}
}
