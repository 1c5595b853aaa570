package yanwen

import "github.com/crossdock-hub/crossdock/normalize"

// refusal is what a code means to us, and the field that it blames.
type refusal struct {
	kind  normalize.Kind
	field string
}

// refusals are the documented codes. The Open API's own numbers are published nowhere; these
// are the carrier's legacy table, which its newer answers are said to keep (unconfirmed). A
// code that is not here proves nothing, so that an order is looked for instead of given up.
// Source: the table of Response/Reason in public clients, read 2026-11-21. Of V402 to V407
// only the family (receiver) is known.
var refusals = map[string]refusal{
	"V001": {normalize.KindAuthFailed, ""},
	"V703": {normalize.KindAuthFailed, ""}, // login failed

	"V101": {normalize.KindInvalidRequest, ""}, // product id wrong
	"V104": {normalize.KindDuplicate, ""},      // waybill exists
	"V108": {normalize.KindNotServiceable, "/destination/country"},
	"V109": {normalize.KindRejected, ""}, // no numbers left: an operator's matter
	"V110": {normalize.KindNotServiceable, "/destination/postal_code"},
	"V115": {normalize.KindNotServiceable, ""}, // product not opened
	"V116": {normalize.KindNotServiceable, ""}, // product withdrawn
	"V117": {normalize.KindInvalidRequest, ""}, // a number over 50 characters
	"V118": {normalize.KindInvalidRequest, ""},
	"V119": {normalize.KindInvalidRequest, ""},
	"V121": {normalize.KindDuplicate, ""}, // the order number again: it was bought
	"V123": {normalize.KindNotServiceable, "/destination/country"},
	"V125": {normalize.KindInvalidRequest, ""}, // characters

	"V305": {normalize.KindInvalidRequest, "/items/0/unit_value"}, // currency
	"V306": {normalize.KindInvalidRequest, "/items/0/unit_value"},
	"V307": {normalize.KindInvalidRequest, "/parcels/0/weight"},
	"V308": {normalize.KindInvalidRequest, "/items/0/quantity"},
	"V312": {normalize.KindNotServiceable, "/parcels/0/weight"}, // over 750 g
	"V313": {normalize.KindNotServiceable, "/parcels/0/weight"}, // over 2000 g
	"V314": {normalize.KindNotServiceable, "/parcels/0/weight"}, // over 1000 g
	"V315": {normalize.KindInvalidRequest, "/items/0/hs_code"},
	"V318": {normalize.KindNotServiceable, "/parcels/0/weight"}, // over 3000 g
	"V322": {normalize.KindNotServiceable, "/parcels/0/weight"}, // under 500 g
	"V324": {normalize.KindNotServiceable, "/parcels/0/weight"}, // over 30000 g
	"V330": {normalize.KindNotServiceable, "/parcels/0/weight"}, // over 31500 g
	"V333": {normalize.KindNotServiceable, "/items"},            // over 3000 USD
	"V347": {normalize.KindNotServiceable, "/parcels/0/weight"}, // over 500 g

	"V401": {normalize.KindInvalidRequest, "/destination/name"},
	"V402": {normalize.KindInvalidRequest, "/destination"},
	"V403": {normalize.KindInvalidRequest, "/destination"},
	"V404": {normalize.KindInvalidRequest, "/destination"},
	"V405": {normalize.KindInvalidRequest, "/destination"},
	"V406": {normalize.KindInvalidRequest, "/destination"},
	"V407": {normalize.KindInvalidRequest, "/destination"},
	"V408": {normalize.KindInvalidRequest, "/destination/line1"},
	"V409": {normalize.KindInvalidRequest, "/destination/postal_code"}, // US
	"V411": {normalize.KindInvalidRequest, "/destination/postal_code"},
	"V413": {normalize.KindInvalidRequest, "/destination/postal_code"},
	"V415": {normalize.KindInvalidRequest, "/destination/phone"},
	"V417": {normalize.KindInvalidRequest, "/destination/postal_code"},
	"V418": {normalize.KindInvalidRequest, "/destination/postal_code"},
	"V419": {normalize.KindInvalidRequest, "/destination/postal_code"},
	"V420": {normalize.KindInvalidRequest, "/destination/postal_code"},
	"V426": {normalize.KindNotServiceable, "/destination/postal_code"}, // remote area
	"V430": {normalize.KindInvalidRequest, "/destination/postal_code"},
	"V431": {normalize.KindInvalidRequest, "/destination/postal_code"}, // US
	"V434": {normalize.KindInvalidRequest, "/destination"},             // length
	"V435": {normalize.KindInvalidRequest, "/destination"},             // length
	"V440": {normalize.KindInvalidRequest, "/destination/postal_code"},

	// Yanwen's own trouble, which proves nothing about the order.
	"S1": {normalize.KindUnavailable, ""}, // system error
	"D1": {normalize.KindBadResponse, ""}, // data processing error
	"D6": {normalize.KindUnavailable, ""}, // the supplier behind the product

	"D4": {normalize.KindRateLimited, ""}, // quota used
	"D5": {normalize.KindRateLimited, ""},
}

// stateCancelled is the status of a cancelled order. The others: 0 made, 1 confirmed,
// 2 received, 3 in transit, 4 delivered, 6 intercepted, 7 and 8 exceptions, 9 returned.
const stateCancelled = "5"

// notFound is the status of a number that the Track API has no scan of.
const notFound = "NOTFOUND"

// meaning is what a scan's code says.
type meaning struct {
	status    normalize.Status
	substatus normalize.Substatus
	leg       normalize.Leg
}

func (m meaning) split() (normalize.Status, normalize.Substatus, normalize.Leg) {
	return m.status, m.substatus, m.leg
}

// statusSource is where statuses come from; the full list is not public.
const statusSource = "Yanwen Open API, page 物流轨迹查询, and public clients"

// statuses are the event codes that are known.
// Source: statusSource, read 2026-11-21.
var statuses = map[string]meaning{
	"OR10": {normalize.StatusLabelCreated, "", normalize.LegFirstMile},
	"PU10": {normalize.StatusPickedUp, "", normalize.LegFirstMile},
	"PU30": {normalize.StatusException, "", normalize.LegFirstMile},
	"EC30": {normalize.StatusException, "", normalize.LegExportCustoms},
	"LH20": {normalize.StatusInTransit, normalize.SubstatusExportDeparted, normalize.LegLineHaul},
	"S303": {normalize.StatusCustoms, "", ""}, // unconfirmed: seen in one client's table
	"IC50": {normalize.StatusCustoms, normalize.SubstatusCustomsProcessing, normalize.LegImportCustoms},
	"IC51": {normalize.StatusException, normalize.SubstatusCustomsHeld, normalize.LegImportCustoms},
	"IC60": {normalize.StatusCustoms, normalize.SubstatusCustomsReleased, normalize.LegImportCustoms},
	"IC70": {normalize.StatusException, normalize.SubstatusCustomsHeld, normalize.LegImportCustoms},
	"LM10": {normalize.StatusInTransit, normalize.SubstatusHandedToLastMile, normalize.LegLastMile},
	"LM20": {normalize.StatusInTransit, "", normalize.LegLastMile},
	"LM25": {normalize.StatusOutForDelivery, "", normalize.LegLastMile},
	"LM30": {normalize.StatusAvailableForPickup, "", normalize.LegLastMile},
	"LM40": {normalize.StatusDelivered, "", normalize.LegLastMile},
	"LM50": {normalize.StatusDeliveryFailed, "", normalize.LegLastMile},
	"LM54": {normalize.StatusReturning, "", normalize.LegReturn},
	"LM90": {normalize.StatusReturned, "", normalize.LegReturn},
}

// phases are what the first two letters of a code say of one that is not in the list. A
// stretch of the way is certain then, a milestone only where every code of the phase shares it.
var phases = map[string]meaning{
	"OR": {normalize.StatusUnknown, normalize.SubstatusUnmapped, normalize.LegFirstMile},
	"PU": {normalize.StatusUnknown, normalize.SubstatusUnmapped, normalize.LegFirstMile},
	"EC": {normalize.StatusCustoms, normalize.SubstatusUnmapped, normalize.LegExportCustoms},
	"LH": {normalize.StatusInTransit, normalize.SubstatusUnmapped, normalize.LegLineHaul},
	"IC": {normalize.StatusCustoms, normalize.SubstatusUnmapped, normalize.LegImportCustoms},
	"LM": {normalize.StatusInTransit, normalize.SubstatusUnmapped, normalize.LegLastMile},
}

// meaningOf reads a code, never the words beside it.
func meaningOf(number string) meaning {
	if m, ok := statuses[number]; ok {
		return m
	}
	if len(number) > 2 {
		if m, ok := phases[number[:2]]; ok {
			return m
		}
	}
	return meaning{normalize.StatusUnknown, normalize.SubstatusUnmapped, ""}
}
