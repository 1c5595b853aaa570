package wishpost

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// code is the adapter's name in channels, configuration and errors.
const code = "wishpost"

// Our names of the services, in the order in which they are listed.
const (
	epacket = "epacket"
	tracked = "tracked"
)

// Ways of handing over that an order can say.
const (
	dropOff = "drop_off"
	pickup  = "pickup"
)

// Limits of an order. Those of an address are a client's; those of weight and size are the
// Universal Postal Union's of a small packet, which ePacket and registered packets are.
const (
	maxWeight  = 2 * normalize.Kilogram
	maxSide    = 60 * normalize.Centimetre
	maxSum     = 90 * normalize.Centimetre
	maxAddress = 100
	maxPhone   = 20
	maxDesc    = 100 // of user_desc, unpublished
)

// maxReference is how long a guid of ours is; no length is published.
const maxReference = 16

// quiet is how long after a lost answer a sale may still appear; not published.
const quiet = 10 * time.Minute

// Spec tells who WishPost is, which channels it has and how far we go with it.
func Spec() adapters.Spec {
	return adapters.Spec{
		Code: code, Carrier: "WishPost",
		Fields: adapters.FieldsOf[Config](), New: adapters.Make(New),
		Services: []adapters.Service{service(epacket, "WishPost ePacket"), service(tracked, "WishPost Tracked")},
		Support: map[adapters.Operation]adapters.Support{
			adapters.OpRate:       adapters.Cannot("no quote interface is known, so that a card prices it"),
			adapters.OpDraft:      adapters.Cannot("creating an order buys it"),
			adapters.OpLabel:      adapters.Can("one parcel; the carrier's number may come later"),
			adapters.OpDocuments:  adapters.Can("PDF on 10 x 10 cm or A4, in English or the local language, and late numbers"),
			adapters.OpFind:       adapters.Can("in the kept answer or by WishPost's own number, since nothing is found by reference"),
			adapters.OpList:       adapters.Cannot("orders are asked for by number only; the balance names none"),
			adapters.OpVoid:       adapters.Can("as long as WishPost lets it; the words of an order's state are unconfirmed"),
			adapters.OpTrack:      adapters.Can("by the carrier's number; few codes are known"),
			adapters.OpCallback:   adapters.NotYet("no page or client shows a push: polled"),
			adapters.OpLandedCost: adapters.Cannot("the API tells no duties"),
			adapters.OpManifest:   adapters.Cannot("bags are handed over in the web interface only"),
			adapters.OpPickup:     adapters.Cannot("collection is asked for with the order"),
			adapters.OpReturn:     adapters.Cannot("the API sells no way back"),
			adapters.OpInbound:    adapters.Cannot("no stock is kept"),
		},
		Statuses: adapters.StatusTable{Reads: adapters.ReadsCode, Source: statusSource, Date: "2026-11-21",
			Codes: adapters.StatusCodes(statuses, meaning.split)},
		Cost:    map[adapters.Operation]int{adapters.OpDocuments: 2, adapters.OpVoid: 2},
		Honours: []string{"/handover"},
		// An order has no place for a number. What Wish collects and remits goes by its own.
		PlatformTaxIDs: []string{"arn", "gst", "ioss", "voec"},
		Purchase: adapters.Purchase{
			Class: adapters.ClassE,
			Reason: "nothing is found by guid, and that it keeps orders apart is not proven; " +
				"order_status needs WishPost's own number, which comes with the answer",
			Source:       "public clients of create_order and order_status, read 2026-11-21",
			QuietPeriod:  quiet,
			MaxReference: maxReference, SecondReference: "user_desc",
		},
		// No rate limit is published: the gateway's defaults hold until an account says more.
	}
}

// service is one channel. Which of WishPost's carriers stands behind it is the account's otype.
func service(name, title string) adapters.Service {
	return adapters.Service{
		Name: name, Title: title, Kind: "platform", Mode: "direct_mail",
		Platforms: []string{"wish"}, CardPriced: true,
		Requirements: adapters.Requirements{
			MaxWeight: maxWeight, MaxLength: maxSide, MaxGirth: maxSum, MaxParcels: 1,
			Origins: []string{"CN"},
			RequiredLabel: []string{"/order/id", "/origin/phone", "/items/*/local_description", "/items/*/weight",
				"/items/*/url|/items/*/listing_id"},
			// An order can say battery and sensitive. No packet takes batteries that travel alone.
			Goods: []string{"general", "battery_contained", "battery_packed", "liquid", "powder", "magnetic", "cosmetic",
				"food", "branded", "fragile"},
			// An order has no place for the term: it is that of the otype's contract.
			Incoterms:    []normalize.Incoterm{normalize.DAP, normalize.DDP},
			LabelFormats: []string{"pdf"},
			LabelSizes:   []string{"10x10", "a4"},
			Handover:     []string{dropOff, pickup},
		},
	}
}
