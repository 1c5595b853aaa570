package speedpak

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// code is the adapter's name in channels, configuration and errors.
const code = "speedpak"

// Our names of the services, in the order in which they are listed.
const (
	standard = "standard"
	economy  = "economy"
)

// Options that eDIS alone knows.
const (
	optionSaturday   = code + ".saturday_delivery"
	optionMaxParcels = code + ".max_parcels"
)

// Ways of handing over that a consign preference can be of.
const (
	handoverPickup  = "pickup"
	handoverDropOff = "drop_off"
)

var handovers = []string{handoverPickup, handoverDropOff}

// Limits of a package. Source: OpenAPI 1.1.0. A service's own limits come with its list.
const (
	maxWeight   = 68 * normalize.Kilogram // packagingType PACKAGE, the highest
	maxPAK      = 2500 * normalize.Gram   // packagingType PAK
	maxStreet   = 50                      // 355002
	maxStreets  = 3
	maxQuantity = 999
	maxNumbers  = 200 // tracking numbers in one call
	maxSKU      = 50
)

// maxReference is how long a comment or a remark of ours is; no length of either is published.
const maxReference = 50

// Spec tells who SpeedPAK is, which channels it has and how far we go with it.
func Spec() adapters.Spec {
	return adapters.Spec{
		Code: code, Carrier: "Orange Connex",
		Fields: adapters.FieldsOf[Config](), New: adapters.Make(New),
		Services: []adapters.Service{service(standard, "SpeedPAK Standard"), service(economy, "SpeedPAK Economy")},
		Support: map[adapters.Operation]adapters.Support{
			adapters.OpRate:       adapters.Cannot("no quote: the estimate comes with a package, so that a card prices it"),
			adapters.OpDraft:      adapters.Can("a package with its number and an estimate, free until it is confirmed"),
			adapters.OpLabel:      adapters.Can("confirms a draft of one parcel"),
			adapters.OpDocuments:  adapters.Can("PDF, A4 or 4 inch; the goods on the label on request"),
			adapters.OpFind:       adapters.Can("by package id or order line; the words of a package's status are unconfirmed"),
			adapters.OpList:       adapters.Can("what the wallet was charged, by time; packages themselves cannot be listed"),
			adapters.OpVoid:       adapters.Can("until the parcel is picked up"),
			adapters.OpTrack:      adapters.Can("scans are read by their English words, since their codes are published nowhere"),
			adapters.OpCallback:   adapters.Cannot("eDIS has no push: polled"),
			adapters.OpLandedCost: adapters.Cannot("the API tells no duties"),
			adapters.OpManifest:   adapters.Can("a handover sheet of up to 200 parcels, and a bag where a handover is given"),
			adapters.OpPickup:     adapters.Cannot("the confirm orders it where the consign preference is a pickup"),
			adapters.OpReturn:     adapters.Cannot("the API sells no way back"),
			adapters.OpInbound:    adapters.Cannot("no stock is kept"),
			adapters.OpActualCost: adapters.Can("once the parcel was weighed"),
		},
		Statuses: adapters.StatusTable{Reads: adapters.ReadsWords, Source: phraseSource, Date: "2026-11-21", Codes: phraseCodes()},
		Cost:     map[adapters.Operation]int{adapters.OpDraft: 2, adapters.OpFind: 2, adapters.OpVoid: 2, adapters.OpManifest: 3},
		Honours:  []string{"/signature", "/insurance", "/handover", "/options/" + optionSaturday, "/options/" + optionMaxParcels},
		// buyerTaxId has room for one number of the buyer's.
		SendsTaxIDs: buyerTaxIDs,
		// What eBay collects and remits goes by its own numbers, which the carrier has.
		PlatformTaxIDs: []string{"arn", "gst", "ioss", "voec"},
		Options: []adapters.Option{
			{Name: optionSaturday, Type: "bool", Priced: true, Doc: "deliver on a Saturday, where the service has it"},
			{Name: optionMaxParcels, Type: "integer", Doc: "how many parcels the order lines may be split over; 1 when absent"},
		},
		// ES1000000000001US01010001D0N
		NumberForms: []string{`E[A-Z]\d{13}[A-Z]{2}\d{8}[A-Z][A-Z0-9]{2}`},
		Purchase: adapters.Purchase{
			Class: adapters.ClassB,
			Reason: "an order line goes into one package (355005), which is confirmed once (355038) and found " +
				"by GET /package/{order_line_item_id}/item",
			Source: "eBay eDelivery International Shipping API, OpenAPI 1.1.0, read 2026-11-21",
			// Not published; a confirm also asks the carrier's wallet and its pickup desk.
			QuietPeriod:     30 * time.Second,
			MaxReference:    maxReference,
			SecondReference: "sku.remark of each line",
		},
		// eBay limits calls by application and day, without a published number for eDIS.
	}
}

// service is one channel. Which of eDIS's services stands behind it depends on the lane, and
// so do its limits of weight and size.
func service(name, title string) adapters.Service {
	return adapters.Service{
		Name: name, Title: title, Kind: "platform", Mode: "direct_mail",
		Platforms: []string{"ebay"}, CardPriced: true,
		Requirements: adapters.Requirements{
			MaxWeight: maxWeight, MaxParcels: 1,
			Origins: []string{"CN", "HK"},
			RequiredLabel: []string{"/order/id", "/items/*/line_id", "/items/*/hs_code", "/items/*/weight",
				"/items/*/local_description", "/parcels/*/dimensions", "/destination/phone"},
			// What eDIS has no field for cannot be declared: liquids, powders, magnets, cosmetics
			// and food. No service takes batteries that travel alone.
			Goods:        []string{"general", "battery_contained", "battery_packed", "branded", "fragile"},
			Incoterms:    []normalize.Incoterm{normalize.DAP, normalize.DDP, ddu},
			LabelFormats: []string{"pdf"},
			LabelSizes:   []string{"4x6", "a4"},
			Handover:     handovers,
			Signature:    []string{"indirect", "direct", "adult"},
		},
	}
}
