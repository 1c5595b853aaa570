package dhlexpress

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// code is the adapter's name in channels, configuration and errors.
const code = "dhl_express"

// Our names of the services, in the order in which they are listed.
const (
	worldwide   = "worldwide"
	express1200 = "express_1200"
	economy     = "economy"
)

// optionSaturday asks for delivery on a Saturday.
const optionSaturday = code + ".saturday_delivery"

// dimDivisor is cm³ per kg. Source: DHL Express volumetric weight pages, read 2026-11-21.
const dimDivisor = 5000

// Limits of a piece that every account has; more is by agreement with DHL.
const (
	maxWeight = 70 * normalize.Kilogram
	maxLength = 120 * normalize.Centimetre
)

// maxReference is the length of a customer reference.
const maxReference = 35

// Spec tells who DHL Express is, which channels it has and how far we go with it.
func Spec() adapters.Spec {
	return adapters.Spec{
		NumberForms: []string{`\d{10}`, `JD\d{18}`}, // waybill, and licence plate of a piece
		Code:        code, Carrier: "DHL Express",
		Fields: adapters.FieldsOf[Config](), New: adapters.Make(New),
		Services: []adapters.Service{
			service(worldwide, "DHL Express Worldwide"),
			service(express1200, "DHL Express 12:00"),
			service(economy, "DHL Economy Select"),
		},
		Support: map[adapters.Operation]adapters.Support{
			adapters.OpRate:       adapters.Can("the account's price in its billing currency"),
			adapters.OpDraft:      adapters.Cannot("creating a shipment buys it"),
			adapters.OpLabel:      adapters.Can("PDF, ZPL and EPL, the invoice in PDF; a pickup on request"),
			adapters.OpDocuments:  adapters.Can("copies of waybill, invoice, customs entry and proof of delivery; the label comes only with the purchase"),
			adapters.OpFind:       adapters.Can("by reference, account and date; a negative answer proves nothing"),
			adapters.OpList:       adapters.Cannot("shipments are asked for by number or reference only; bills come outside MyDHL API"),
			adapters.OpVoid:       adapters.Can("with us alone, since DHL has no void; a pickup is cancelled at DHL"),
			adapters.OpTrack:      adapters.Can("by waybill or piece number, with the offset of each scan"),
			adapters.OpCallback:   adapters.Cannot("MyDHL has no push; DHL's Unified Push is another product"),
			adapters.OpLandedCost: adapters.Can("duties, taxes and fees, where each line has an HS code"),
			adapters.OpManifest:   adapters.Cannot("shipments are transmitted when they are made"),
			adapters.OpPickup:     adapters.Can("one collection for any number of labels"),
			adapters.OpReturn:     adapters.NotYet("a return is a shipment billed to an import account"),
			adapters.OpInbound:    adapters.Cannot("no stock is kept"),
		},
		Statuses: adapters.StatusTable{Reads: adapters.ReadsCode, Source: statusSource, Date: "2026-11-21",
			Codes: adapters.StatusCodes(statuses, meaning.split)},
		Cost:        map[adapters.Operation]int{adapters.OpDocuments: len(images) + 1},
		Honours:     []string{"/insurance", "/signature", "/importer", "/handover", "/options/" + optionSaturday},
		SendsTaxIDs: sentTaxIDs(),
		Options: []adapters.Option{{Name: optionSaturday, Type: "bool", Priced: true,
			Doc: "deliver on a Saturday, where the destination has it (service AA)"}},
		Purchase: adapters.Purchase{
			Class: adapters.ClassD,
			Reason: "POST /shipments has no idempotency key and takes a reference any number of times; " +
				"GET /tracking finds a shipment by reference, but cannot prove that there is none",
			Source: "MyDHL API OpenAPI 3.1.1, read 2026-11-21",
			// New waybills may take minutes until they are found.
			QuietPeriod:     10 * time.Minute,
			MaxReference:    maxReference,
			SecondReference: "customerReferences, type AAO, and the invoice's number where none was given",
		},
		// No rate limit is published for production: the gateway's defaults hold until an
		// account says more.
	}
}

// service is one channel. Which of DHL's products stands behind it depends on the lane; see
// products.
func service(name, title string) adapters.Service {
	return adapters.Service{
		Name: name, Title: title, Kind: "express", Mode: "direct_mail",
		Requirements: adapters.Requirements{
			MaxWeight: maxWeight, MaxLength: maxLength, MaxParcels: 99, MaxItems: 999,
			RequiredLabel: []string{"/origin/phone", "/destination/phone"},
			// Batteries that travel alone have no service code.
			Goods: []string{"general", "battery_contained", "battery_packed", "liquid", "powder",
				"magnetic", "cosmetic", "food", "branded", "fragile"},
			LabelFormats: []string{"pdf", "zpl", "epl"},
			LabelSizes:   []string{"4x6", "a6", "a4"},
			Handover:     []string{handoverPickup, handoverDropOff},
			Signature:    []string{"standard", "direct"},
		},
	}
}
