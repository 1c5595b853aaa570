package yanwen

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// code is the adapter's name in channels, configuration and errors.
const code = "yanwen"

// Our names of the services, and the order in which they are listed.
const (
	tracked  = "tracked"
	ordinary = "ordinary"
	special  = "special"
)

// Limits of an order. Source: public clients of express.order.create; the caps of each product
// come back as V3xx refusals.
const (
	maxLines   = 5
	maxName    = 50
	maxAddress = 200
	maxWeight  = 31_500 * normalize.Gram // V330, the highest cap of any product
	maxNumber  = 50                      // V117
)

// Spec tells who Yanwen is, which channels it has and how far we go with it.
func Spec() adapters.Spec {
	return adapters.Spec{
		// Yanwen's private range in S10 form; the last-mile numbers of its parcels are others'.
		NumberForms: []string{`U[A-Z]\d{9}YP`},
		Code:        code, Carrier: "Yanwen Express",
		Fields: adapters.FieldsOf[Config](), New: adapters.Make(New),
		Services: []adapters.Service{
			service(tracked, "Yanwen Air Mail Tracked", "postal"),
			service(ordinary, "Yanwen Air Mail Ordinary", "postal"),
			service(special, "Yanwen Special Line", "line_haul"),
		},
		Support: map[adapters.Operation]adapters.Support{
			adapters.OpRate:       adapters.Can("calc.list, for which the account needs a permission; the shape of its answer is unconfirmed"),
			adapters.OpDraft:      adapters.Cannot("creating an order buys it"),
			adapters.OpLabel:      adapters.Can("one parcel and up to five lines of goods"),
			adapters.OpDocuments:  adapters.Can("PDF in the size that the product decides; a pick list on request"),
			adapters.OpFind:       adapters.Can("by order number"),
			adapters.OpList:       adapters.Cannot("orders are asked for by number only, and the push of bills is not documented"),
			adapters.OpVoid:       adapters.Can("until the parcel is received, verified by the order's status"),
			adapters.OpTrack:      adapters.Can("by Yanwen's or the last mile's number"),
			adapters.OpCallback:   adapters.NotYet("no page or client shows a tracking push: polled"),
			adapters.OpLandedCost: adapters.Cannot("the API tells no duties"),
			adapters.OpManifest:   adapters.NotYet("overseas parcels only, and known from a single client"),
			adapters.OpPickup:     adapters.Cannot("arranged in the customer portal"),
			adapters.OpReturn:     adapters.Cannot("the API sells no way back"),
			adapters.OpInbound:    adapters.Cannot("no stock is kept"),
		},
		Statuses: adapters.StatusTable{Reads: adapters.ReadsCode, Source: statusSource, Date: "2026-11-21",
			Codes: adapters.StatusCodes(statuses, meaning.split)},
		Cost: map[adapters.Operation]int{adapters.OpVoid: 2},
		// The point of a drop-off is the order's companyCode.
		Honours:     []string{"/handover"},
		SendsTaxIDs: sentTaxIDs(),
		Purchase: adapters.Purchase{
			Class:  adapters.ClassB,
			Reason: "orderNumber is unique: the same one is refused (V121) and found by express.order.getlist",
			Source: "Yanwen's table of refusals and public clients of express.order.create, read 2026-11-21",
			// Not published; ten seconds are twice what a search index is known to need.
			QuietPeriod:     10 * time.Second,
			MaxReference:    maxNumber,
			SecondReference: "transactionNumber (the order's id) and remark",
		},
		// No rate limit is published: the gateway's defaults hold until an account says more.
	}
}

// service is one channel. A product's own limits of weight and lane are known to Yanwen alone
// and come with calc.list and the order's refusal.
func service(name, title, kind string) adapters.Service {
	return adapters.Service{
		Name: name, Title: title, Kind: kind, Mode: "direct_mail",
		Requirements: adapters.Requirements{
			MaxWeight: maxWeight, MaxParcels: 1, MaxItems: maxLines,
			Origins: []string{"CN"},
			// Each line of goods needs a Chinese name and the weight of one unit.
			RequiredLabel: []string{"/destination/phone", "/destination/postal_code",
				"/items/*/local_description", "/items/*/weight"},
			// hasBattery cannot say that batteries travel alone, which no air mail takes.
			Goods: []string{"general", "battery_contained", "battery_packed", "liquid", "powder",
				"magnetic", "cosmetic", "food", "branded", "fragile"},
			Incoterms:    []normalize.Incoterm{normalize.DAP, normalize.DDP},
			LabelFormats: []string{"pdf"},
			Handover:     []string{"drop_off"},
		},
	}
}
