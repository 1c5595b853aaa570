package wishpost

import (
	"strconv"

	"github.com/crossdock-hub/crossdock/normalize"
)

// refusals are the numbers that clients know, the same in both generations. A number that is
// not here proves nothing.
// Source: public clients of both generations, read 2026-11-21.
var refusals = map[string]normalize.Kind{
	"1001": normalize.KindInvalidRequest, // a parameter is missing
	"1007": normalize.KindAuthFailed,     // access token expired
	"1008": normalize.KindAuthFailed,     // access token revoked
	"1009": normalize.KindAuthFailed,     // authorization code expired
	"1010": normalize.KindAuthFailed,     // authorization code used
	"4000": normalize.KindAuthFailed,     // token or code not recognised
	"9000": normalize.KindUnavailable,    // unknown, to be tried again
}

// refusedTokens are those after which an access token is of no use.
var refusedTokens = map[string]bool{"1007": true, "1008": true, "4000": true}

// stateCancelled is the state of a cancelled order. The groups of Wish's own page are 1 waiting
// for dispatch, 2 in transmission, 3 delivered, 4 cancelled, 5 in progress; that order_status
// uses them is unconfirmed.
const stateCancelled = "4"

// countryNames are Wish's English names where ours are others.
// Source: public clients' tables of countries, read 2026-11-21; RU is inferred.
var countryNames = map[string]string{"KR": "Korea", "PR": "Puerto rico", "RU": "Russia"}

// meaning is what a scan's number says.
type meaning struct {
	status    normalize.Status
	substatus normalize.Substatus
	leg       normalize.Leg
}

func (m meaning) split() (normalize.Status, normalize.Substatus, normalize.Leg) {
	return m.status, m.substatus, m.leg
}

// notScanned is the number of a parcel that nobody has seen yet.
const notScanned = "2"

// statusSource is where statuses come from.
const statusSource = "one public client's table; it takes every other number for a parcel on its way"

// statuses are the numbers that mean something certain.
// Source: statusSource, read 2026-11-21.
var statuses = map[string]meaning{
	"6":  {normalize.StatusException, "", ""},
	"10": {normalize.StatusException, "", ""},
	"12": {normalize.StatusException, "", ""},
	"23": {normalize.StatusDelivered, "", normalize.LegLastMile},
	"24": {normalize.StatusDelivered, "", normalize.LegLastMile},
	"25": {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},
}

// lastVisible tells whether a number is the last that a channel without full tracking shows.
func lastVisible(n int) bool { return n >= 17 && n <= 24 || n >= 28 && n <= 30 }

// meaningOf reads a scan's number, never the words beside it. The same client takes every other
// number for a parcel on its way; which of them means what is told nowhere. On a channel that
// shows but a part of the way no number proves a delivery: the last visible one is what the
// account takes it for.
func meaningOf(number string, untracked, lastScanDelivers bool) meaning {
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || n <= 0:
		return meaning{normalize.StatusUnknown, normalize.SubstatusUnmapped, ""}
	case untracked && lastVisible(n) && lastScanDelivers:
		return meaning{normalize.StatusDelivered, "", normalize.LegLastMile}
	case untracked && lastVisible(n):
		return meaning{normalize.StatusInTransit, "", ""}
	}
	if m, ok := statuses[number]; ok {
		return m
	}
	return meaning{normalize.StatusInTransit, normalize.SubstatusUnmapped, ""}
}
