package amazonfba

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// code is the adapter's name in channels, configuration and errors.
const code = "amazon_fba"

// Our names of the services. Both are ways into the same warehouses, chosen by the selection of
// transport in a plan; neither is quoted or bought as a parcel.
const (
	smallParcel = "small_parcel"
	ltl         = "ltl"
)

// perSecond is the rate of every single operation, and burst the smallest of their bursts.
// Source: the usage plans in the model's operation descriptions, read 2026-11-21.
const (
	perSecond = 2
	burst     = 2
)

// Spec tells who Amazon is, which channels it has and how far we go with it.
func Spec() adapters.Spec {
	return adapters.Spec{
		Code: code, Carrier: "Amazon FBA",
		Fields: adapters.FieldsOf[Config](), New: adapters.Make(New),
		Services: []adapters.Service{
			service(smallParcel, "FBA inbound, small parcel"),
			service(ltl, "FBA inbound, less than truckload"),
		},
		Support: map[adapters.Operation]adapters.Support{
			adapters.OpRate:       adapters.Cannot("prices belong to an inbound plan, as options of its transport"),
			adapters.OpDraft:      adapters.Cannot("an inbound plan is the draft"),
			adapters.OpLabel:      adapters.Cannot("labels come with the confirmed transport of an inbound plan"),
			adapters.OpDocuments:  adapters.Cannot("the papers belong to an inbound plan"),
			adapters.OpFind:       adapters.Cannot("plans are found by their name, inside their own protocol"),
			adapters.OpList:       adapters.Cannot("plans are listed inside their own protocol"),
			adapters.OpVoid:       adapters.Cannot("a whole inbound plan is cancelled, never one shipment of it"),
			adapters.OpTrack:      adapters.Cannot("Amazon tells how far a shipment is, not its scans; those are the carrier's"),
			adapters.OpCallback:   adapters.Cannot("no notification tells of inbound shipments: polled"),
			adapters.OpLandedCost: adapters.Cannot("the API tells no duties"),
			adapters.OpManifest:   adapters.Cannot("there is none"),
			adapters.OpPickup:     adapters.NotYet("appointments for one's own truck, in six marketplaces only"),
			adapters.OpReturn:     adapters.Cannot("removal orders are another API"),
			adapters.OpInbound:    adapters.Can("plans, packing, placement, transport, box and item labels, own tracking numbers, receiving"),
		},
		Purchase: adapters.Purchase{
			Class: adapters.ClassC,
			Reason: "createInboundPlan takes the same name twice and listInboundPlans finds it by name; confirmPlacementOption and " +
				"confirmTransportationOptions have no key at all and are of class E with a state that can be read: never sent again, " +
				"the options and shipments of the plan tell what became of them",
			Source: "fulfillmentInbound_2024-03-20.json, read 2026-11-21: no idempotency header or field on any write",
			// Not published. Operations end within seconds to a minute.
			QuietPeriod: 5 * time.Minute,
		},
		// Each operation has a bucket of its own; one of that size for the account keeps them all,
		// whatever the mix. An account that is known to have more says so in its limits.
		Limits: adapters.Limits{RequestsPerSecond: perSecond, Burst: burst},
	}
}

// service is one channel. What a box may weigh comes with the packing options of each plan.
func service(name, title string) adapters.Service {
	return adapters.Service{Name: name, Title: title, Kind: "inbound", Mode: "fba_inbound"}
}
