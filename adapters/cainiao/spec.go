package cainiao

import (
	"regexp"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// code is the adapter's name in channels, configuration and errors.
const code = "cainiao"

// Our names of the services.
const (
	standard       = "standard"
	premium        = "premium"
	saver          = "saver"
	globalStandard = "global_standard"
	globalExpress  = "global_express"
	globalSaver    = "global_saver"
)

// The services of each door, in the order in which they are listed.
var (
	aliexpressServices = []string{standard, premium, saver}
	linkServices       = []string{globalStandard, globalExpress, globalSaver}
)

func serviceNames() []string { return slices.Concat(aliexpressServices, linkServices) }

// Limits of a parcel. Small-parcel lines take 2 kg, sides of 60 cm and 90 cm in all; express of
// LINK is none of them, and what it takes stands in the contract.
// Source: public clients of getonlinelogisticsservicelistbyorderid, read 2026-11-21.
const (
	maxWeight    = 2 * normalize.Kilogram
	maxSide      = 60 * normalize.Centimetre
	maxSum       = 90 * normalize.Centimetre
	maxLines     = 50  // declare_product_d_t_os
	maxLinkLines = 100 // unconfirmed: no limit is published
	maxUserKey   = 16
)

var (
	clientShape = regexp.MustCompile(`^(ISV|SELLER)-\S+$`)
	portShape   = regexp.MustCompile(`^[A-Z]{3}$`)
)

// quiet is how long after a lost answer a sale may still appear; not published for either door.
const quiet = 10 * time.Minute

// Fields of a request that each door has a place for.
var (
	aliexpressHonours = []string{"/non_delivery_option", "/return_address", "/handover", "/insurance"}
	linkHonours       = []string{"/non_delivery_option", "/return_address", "/handover"}
)

// Spec tells who Cainiao is, which channels it has and how far we go with it.
func Spec() adapters.Spec {
	return adapters.Spec{
		Code: code, Carrier: "Cainiao",
		Fields: adapters.FieldsOf[Config](), New: adapters.Make(New),
		Services: []adapters.Service{
			aliexpressService(standard, "AliExpress Standard Shipping (Worry-Free Standard)"),
			aliexpressService(premium, "AliExpress Premium Shipping (Worry-Free Priority)"),
			aliexpressService(saver, "AliExpress Saver Shipping"),
			linkService(globalStandard, "Cainiao Global Standard", "line_haul", true),
			linkService(globalExpress, "Cainiao Global Express", "express", false),
			linkService(globalSaver, "Cainiao Global Saver", "line_haul", true),
		},
		Support: map[adapters.Operation]adapters.Support{
			adapters.OpRate:       adapters.Can("AliExpress orders by aliexpress.logistics.service.query; LINK has no quote and is priced by a card"),
			adapters.OpDraft:      adapters.Cannot("creating an order buys it, at both doors"),
			adapters.OpLabel:      adapters.Can("one parcel; at AliExpress the tracking number comes later"),
			adapters.OpDocuments:  adapters.Can("PDF in the size that the line decides, and late numbers; at AliExpress a pick list on request"),
			adapters.OpFind:       adapters.Can("at AliExpress by trade order; at LINK in the kept answer or by LP number, since it has no search"),
			adapters.OpList:       adapters.Can("AliExpress orders by time; LINK has no list"),
			adapters.OpMandates:   adapters.Can("AliExpress's net rules: which services an order must have, by country and value"),
			adapters.OpVoid:       adapters.Can("LINK until the parcel is handed in; AliExpress has no such call: an order that is not used closes after about 30 days"),
			adapters.OpTrack:      adapters.Can("AliExpress by number, trade order and country; LINK by LP number"),
			adapters.OpCallback:   adapters.Can("LINK's form envelope; that it carries scans as cnge.track.push is assumed until an onboarding shows it"),
			adapters.OpLandedCost: adapters.Cannot("neither door tells duties"),
			adapters.OpManifest:   adapters.Can("AliExpress handover of a bag, with its waybill and manifest"),
			adapters.OpPickup:     adapters.Cannot("collection is asked for with the order or with the handover"),
			adapters.OpReturn:     adapters.Cannot("neither door sells a way back"),
			adapters.OpInbound:    adapters.NotYet("overseas warehouses have other interfaces, which are not documented here"),
		},
		Statuses: adapters.StatusTable{Reads: adapters.ReadsCode, Source: statusSource, Date: "2026-11-21",
			Codes: adapters.StatusCodes(actions, meaning.split)},
		Cost:    map[adapters.Operation]int{adapters.OpDocuments: 2, adapters.OpManifest: 3},
		Honours: aliexpressHonours,
		// LINK has one place for a number; AliExpress has none, and registers the goods itself.
		SendsTaxIDs:    taxIDs,
		PlatformTaxIDs: []string{"ioss", "voec", "vat", "gst", "arn"},
		// The numbers of Cainiao's own. Other international numbers have the form of any post's.
		NumberForms: []string{`LP\d{14,18}`, `L[A-Z]\d{9}CN`},
		Purchase: adapters.Purchase{
			Class: adapters.ClassD,
			Reason: "createorder has no field for a reference and sells again when it is repeated; its orders are listed by trade order. " +
				"The global services of LINK are class E: outOrderId is unique, but nothing is found by it, and what a repeat does is not proven",
			Source:          "AliExpress IOP SDK, aliexpress.logistics.order.createorder and querylogisticsorderdetail, read 2026-11-21",
			QuietPeriod:     quiet,
			SecondReference: "trade_order_id (the order's id)",
		},
		// No rate limit is published: the gateway's defaults hold until an account says more.
	}
}

func aliexpressService(name, title string) adapters.Service {
	return adapters.Service{
		Name: name, Title: title, Kind: "platform", Mode: "direct_mail", Platforms: []string{"aliexpress"},
		Requirements: adapters.Requirements{
			MaxWeight: maxWeight, MaxLength: maxSide, MaxGirth: maxSum, MaxParcels: 1, MaxItems: maxLines,
			Origins:       []string{"CN"},
			RequiredRate:  []string{"/order/id", "/parcels/0/dimensions"},
			RequiredLabel: []string{"/items/*/listing_id", "/items/*/local_description", "/items/*/weight", "/items/*/hs_code"},
			Incoterms:     []normalize.Incoterm{normalize.DAP, normalize.DDP},
			LabelFormats:  []string{"pdf"},
			NonDelivery:   []string{"return", "abandon"},
			Handover:      []string{dropOff, courier, pickup},
		},
	}
}

func linkService(name, title, kind string, small bool) adapters.Service {
	v := adapters.Service{
		Name: name, Title: title, Kind: kind, Mode: "direct_mail", CardPriced: true,
		Requirements: adapters.Requirements{
			MaxParcels: 1, MaxItems: maxLinkLines,
			Origins:       []string{"CN"},
			RequiredLabel: []string{"/origin/phone", "/destination/phone", "/parcels/0/dimensions", "/items/*/weight"},
			// itemType says normal or with a battery; what else must be declared has no word.
			Goods:        linkGoods,
			Incoterms:    []normalize.Incoterm{normalize.DAP, normalize.DDP},
			LabelFormats: []string{"pdf"},
			NonDelivery:  []string{"return", "abandon", "ask"},
			Handover:     []string{dropOff},
		},
		Honours: linkHonours,
		Purchase: &adapters.Purchase{
			Class:           adapters.ClassE,
			Reason:          "outOrderId is unique, but no message finds an order by it; that a repeat returns the first order is presumed, not proven",
			Source:          "public clients of cnge.order.create, read 2026-11-21",
			QuietPeriod:     quiet,
			MaxReference:    16, // of outOrderId no length is published; ours has 16
			SecondReference: "tradeOrderParam.tradeOrderId",
		},
	}
	if small {
		v.Requirements.MaxWeight, v.Requirements.MaxLength, v.Requirements.MaxGirth = maxWeight, maxSide, maxSum
	}
	return v
}
