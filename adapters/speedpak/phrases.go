package speedpak

import (
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// meaning is what the words of a scan say.
type meaning struct {
	status    normalize.Status
	substatus normalize.Substatus
	leg       normalize.Leg
}

// phrase has a meaning where a description holds one of its words and none of its exceptions.
// A word with ^ in front begins the description.
type phrase struct {
	words  string // separated by |
	except string
	meaning
}

// phraseSource is where phrases come from.
const phraseSource = "no list is published: words of eBay's tracking pages and of public trackers"

// phrases are read from the top: the special before the general, and what ends a journey only
// by words that leave no doubt. A description that fits none is unmapped.
//
// Source: phraseSource, read 2026-11-21; those that are like them are inferred.
var phrases = []phrase{
	{"being returned|return in progress|returning to|return to sender|return to shipper|on its way back", "", meaning{normalize.StatusReturning, "", normalize.LegReturn}},
	{"returned to sender|returned to shipper|return delivered|return completed", "will be|to be", meaning{normalize.StatusReturned, "", normalize.LegReturn}},
	{"parcel lost|package lost|item lost|shipment lost|lost in transit|declared lost", "", meaning{normalize.StatusException, normalize.SubstatusLost, ""}},
	{"destroyed|disposed", "", meaning{normalize.StatusException, normalize.SubstatusDestroyed, ""}},
	{"damaged", "", meaning{normalize.StatusException, normalize.SubstatusDamaged, ""}},
	{"refused by|recipient refused|delivery refused|addressee refused", "", meaning{normalize.StatusDeliveryFailed, normalize.SubstatusRefused, normalize.LegLastMile}},
	{"recipient not available|recipient unavailable|addressee not available|nobody home|no one home|recipient absent", "", meaning{normalize.StatusDeliveryFailed, normalize.SubstatusRecipientAbsent, normalize.LegLastMile}},
	{"incorrect address|insufficient address|wrong address|address issue|bad address|incomplete address", "", meaning{normalize.StatusDeliveryFailed, normalize.SubstatusAddressIssue, normalize.LegLastMile}},
	{"delivery attempt|attempted delivery|delivery failed|failed delivery|unsuccessful delivery|delivery unsuccessful|undeliverable|not delivered|undelivered", "", meaning{normalize.StatusDeliveryFailed, "", normalize.LegLastMile}},
	{"unclaimed|not collected", "", meaning{normalize.StatusException, normalize.SubstatusUnclaimed, normalize.LegLastMile}},
	{"pickup failed|pick up failed|pick-up failed|not picked up|pickup exception", "", meaning{normalize.StatusException, "", normalize.LegFirstMile}},
	{"out for delivery", "", meaning{normalize.StatusOutForDelivery, "", normalize.LegLastMile}},
	{"available for pickup|available for collection|ready for pickup|ready for collection|awaiting collection", "", meaning{normalize.StatusAvailableForPickup, "", normalize.LegLastMile}},
	{"^delivered|has been delivered|successfully delivered|was delivered|delivered to recipient|delivery completed", "will be|to be delivered|delivered to air|delivered to carrier|delivered to the carrier|delivered to customs|delivered to local", meaning{normalize.StatusDelivered, "", normalize.LegLastMile}},
	{"lm carrier|local carrier|local courier|last mile|last-mile|delivery partner", "", meaning{normalize.StatusInTransit, normalize.SubstatusHandedToLastMile, normalize.LegLastMile}},
	{"export customs clearance completed|export customs cleared|released by export customs|export clearance completed", "", meaning{normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegExportCustoms}},
	{"import customs clearance completed|import customs cleared|released by import customs|import clearance completed", "", meaning{normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegImportCustoms}},
	{"held by customs|customs hold|customs clearance failed|rejected by customs|customs inspection|detained by customs|seized|confiscated", "", meaning{normalize.StatusException, normalize.SubstatusCustomsHeld, ""}},
	{"customs clearance completed|customs cleared|cleared customs|released by customs|released from customs|customs released", "", meaning{normalize.StatusCustoms, normalize.SubstatusCustomsReleased, ""}},
	{"export customs", "", meaning{normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegExportCustoms}},
	{"import customs", "", meaning{normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegImportCustoms}},
	{"customs", "", meaning{normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, ""}},
	{"order cancelled|order canceled|shipment cancelled|shipment canceled|package cancelled|package canceled", "", meaning{normalize.StatusCancelled, "", ""}},
	{"delay", "", meaning{normalize.StatusException, normalize.SubstatusDelayed, ""}},
	{"exception|abnormal|failed", "", meaning{normalize.StatusException, "", ""}},
	{"order received|label created|order information received|shipment information received|shipping information received|order created", "", meaning{normalize.StatusRegistered, "", normalize.LegFirstMile}},
	{"picked up|pickup completed|pick-up completed|collected by|received by carrier", "", meaning{normalize.StatusPickedUp, "", normalize.LegFirstMile}},
	{"departure from country of origin|departed country of origin|departed from country of origin|departed origin country|flight departed|departure from origin country", "", meaning{normalize.StatusInTransit, normalize.SubstatusExportDeparted, normalize.LegLineHaul}},
	{"arrival at destination country|arrived at destination country|arrived in destination country|arrival in destination country", "", meaning{normalize.StatusInTransit, normalize.SubstatusArrivedDestination, normalize.LegLineHaul}},
	{"departure|departed|arrival|arrived|in transit|sorting|processed through", "", meaning{normalize.StatusInTransit, "", ""}},
}

// phraseCodes are the phrases as the adapter's table, in the order in which they hold.
func phraseCodes() []adapters.StatusCode {
	out := make([]adapters.StatusCode, len(phrases))
	for i, p := range phrases {
		out[i] = adapters.StatusCode{Code: p.words, Status: p.status, Substatus: p.substatus, Leg: p.leg}
	}
	return out
}

// meaningOf reads the English words of a scan.
func meaningOf(description string) meaning {
	text := strings.Join(strings.Fields(strings.ToLower(description)), " ")
	for _, p := range phrases {
		if holds(text, p.words) && !holds(text, p.except) {
			return p.meaning
		}
	}
	return meaning{normalize.StatusUnknown, normalize.SubstatusUnmapped, ""}
}

// holds tells whether a text holds one of the words.
func holds(text, words string) bool {
	if words == "" {
		return false
	}
	for word := range strings.SplitSeq(words, "|") {
		if start, ok := strings.CutPrefix(word, "^"); ok && strings.HasPrefix(text, start) || !ok && strings.Contains(text, word) {
			return true
		}
	}
	return false
}
