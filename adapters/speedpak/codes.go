package speedpak

import (
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// refusal is what an error's id means to us, and the field that it blames.
type refusal struct {
	kind  normalize.Kind
	field string
}

// statusRefused is the answer to the confirm of a package that is not a draft any more: it
// was confirmed before, or cancelled. The package itself tells which.
const statusRefused = "355038"

// refusals are the documented ids of eDIS, and after them those that eBay answers in front of
// all of its REST interfaces. What is to be tried again is unavailable, which leaves a confirm
// unknown: 355036 and 355041 may speak of the confirm before.
// Source: OpenAPI 1.1.0 (x-response-codes), read 2026-11-21.
var refusals = map[string]refusal{
	"355000": {normalize.KindUnavailable, ""},
	"355002": {normalize.KindInvalidRequest, "/destination/line1"}, // a street over 50
	"355003": {normalize.KindRejected, ""},                         // the account is not set to "ship via API"
	"355004": {normalize.KindNotFound, ""},
	"355005": {normalize.KindDuplicate, "/items/0/line_id"}, // the line is in a package already
	"355008": {normalize.KindInvalidRequest, "/items/0/line_id"},
	// The order is not synced yet. That is one order's matter and no failure of eDIS: a kind
	// that is worth another try and closes no breaker.
	"355009": {normalize.KindRateLimited, ""},
	"355011": {normalize.KindRejected, ""}, // unpaid
	"355012": {normalize.KindNotServiceable, ""},
	"355013": {normalize.KindRejected, ""}, // goods from a forward deployment centre, here and below
	"355014": {normalize.KindRejected, ""},
	"355015": {normalize.KindRejected, ""},
	"355016": {normalize.KindRejected, ""},
	"355017": {normalize.KindRejected, ""},
	"355018": {normalize.KindNotServiceable, "/parcels/0/packaging"},
	"355019": {normalize.KindRejected, ""}, // the new terms for batteries are not signed
	"355020": {normalize.KindInvalidRequest, "/items/0/battery/certificate"},
	"355021": {normalize.KindInvalidRequest, "/items/0/battery/certificate"},
	"355022": {normalize.KindInvalidRequest, "/items/0/battery/certificate"},
	"355023": {normalize.KindInvalidRequest, "/items/0/battery/certificate"},
	"355024": {normalize.KindNotServiceable, ""},
	"355025": {normalize.KindNotServiceable, ""},
	"355026": {normalize.KindUnavailable, ""}, // being processed
	"355030": {normalize.KindRejected, ""},    // the wallet cannot be reached: an operator's matter
	"355031": {normalize.KindInsufficientFunds, ""},
	"355036": {normalize.KindUnavailable, ""}, // being processed
	"355037": {normalize.KindNotFound, ""},
	"355038": {normalize.KindRejected, ""}, // but see statusRefused
	"355039": {normalize.KindInvalidRequest, "/items/0/battery/certificate"},
	"355040": {normalize.KindRejected, ""},    // no tracking number
	"355041": {normalize.KindUnavailable, ""}, // being processed
	"355042": {normalize.KindRejected, ""},    // cannot be cancelled
	"355044": {normalize.KindRejected, ""},    // the carrier does not cancel
	"355049": {normalize.KindUnavailable, ""},
	"355053": {normalize.KindUnavailable, ""},
	"355062": {normalize.KindInvalidRequest, "/items/0/line_id"},
	"355063": {normalize.KindInvalidRequest, "/responsible_person"},
	"355064": {normalize.KindRejected, ""}, // cannot be deleted
	"355066": {normalize.KindUnavailable, ""},
	"355067": {normalize.KindInvalidRequest, "/tracking_number"},
	"355068": {normalize.KindNotFound, ""},
	"355071": {normalize.KindNotFound, ""}, // another seller's
	"355072": {normalize.KindInvalidRequest, "/destination/country"},
	"355073": {normalize.KindInvalidRequest, "/destination/state"},
	"355074": {normalize.KindInvalidRequest, "/destination/city"},
	"355075": {normalize.KindInvalidRequest, "/destination/district"},
	"355077": {normalize.KindInvalidRequest, "/label/size"},
	"355078": {normalize.KindInvalidRequest, "/handover/point"},
	"355079": {normalize.KindInvalidRequest, "/labels"},
	"355080": {normalize.KindInvalidRequest, "/handover/point"}, // a bag of several consign preferences
	"355081": {normalize.KindNotServiceable, "/labels"},         // a bag too heavy
	"355082": {normalize.KindRejected, "/labels"},
	"355083": {normalize.KindNotFound, ""},
	"355400": {normalize.KindAuthFailed, ""}, // the user is not allowed to call this API

	"1001": {normalize.KindAuthFailed, ""}, // access token invalid
	"1002": {normalize.KindAuthFailed, ""}, // access token missing
	"1100": {normalize.KindAuthFailed, ""}, // scope
	"2001": {normalize.KindRateLimited, ""},
	"2004": {normalize.KindInvalidRequest, ""},
}

// state is how far a package is, as far as money is concerned.
type state int

// The states. A word that is not in the table is unread and proves nothing.
const (
	unread state = iota
	draft
	sold
	gone
)

// states are the words of packageStatus. All of them are unconfirmed: the OpenAPI file only
// links to a page of PackageStatusEnum. These are what its descriptions call the states, in
// the spellings of eBay's other enums.
var states = map[string]state{
	"CREATED": draft, "NEW": draft, "DRAFT": draft, "UNCONFIRMED": draft, "NOT_CONFIRMED": draft, "TO_BE_CONFIRMED": draft,
	"PENDING_CONFIRM": draft, "PENDING_CONFIRMATION": draft, "WAITING_CONFIRM": draft,

	"CONFIRMED": sold, "SUBMITTED": sold, "PICKED_UP": sold, "HANDED_OVER": sold, "RECEIVED": sold, "SHIPPED": sold,
	"IN_TRANSIT": sold, "DELIVERED": sold, "RETURNING": sold, "RETURNED": sold, "COMPLETED": sold,

	"CANCELLED": gone, "CANCELED": gone, "DELETED": gone,
}

func stateOf(word string) state {
	return states[strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(word)), " ", "_")]
}

// costTypes are what a charge is for. Source: OpenAPI 1.1.0, actualCosts.costType.
var costTypes = map[string]struct {
	kind normalize.ChargeType
	name string
}{
	"01": {normalize.ChargeFreight, "shipping"},
	"02": {normalize.ChargeFreight, "domestic shipping"},
	"03": {normalize.ChargeOther, "return"},
	"04": {normalize.ChargeOther, "domestic destruction"},
	"05": {normalize.ChargeClearance, "customs"},
	"06": {normalize.ChargeFreight, "weight gap"},
	"07": {normalize.ChargeOther, "compensation"},
}
