package sf

import "github.com/crossdock-hub/crossdock/adapters"

// code is the adapter's name in channels, configuration and errors.
const code = "sf"

// tracking is the one service: following what was bought elsewhere.
const tracking = "tracking"

// Spec tells who SF is and how far we go with it.
func Spec() adapters.Spec {
	const orders = "orders are not made here: EXP_RECE_CREATE_ORDER is a service of China's own lanes"
	return adapters.Spec{
		Code: code, Carrier: "SF Express",
		Fields: adapters.FieldsOf[Config](), New: adapters.Make(New),
		Services: []adapters.Service{{Name: tracking, Title: "SF Express route query and push", Kind: adapters.KindTracking, Mode: "direct_mail"}},
		Support: map[adapters.Operation]adapters.Support{
			adapters.OpRate:       adapters.NotYet("EXP_RECE_QUERY_DELIVERTM prices what is not sold here"),
			adapters.OpDraft:      adapters.Cannot("creating an order gives it a waybill"),
			adapters.OpLabel:      adapters.NotYet(orders),
			adapters.OpDocuments:  adapters.NotYet("COM_RECE_CLOUD_PRINT_WAYBILLS prints waybills of the account's own orders"),
			adapters.OpFind:       adapters.NotYet("EXP_RECE_SEARCH_ORDER_RESP finds the account's own orders"),
			adapters.OpList:       adapters.Cannot("orders are asked for by their id only"),
			adapters.OpVoid:       adapters.NotYet("EXP_RECE_UPDATE_ORDER cancels the account's own orders"),
			adapters.OpTrack:      adapters.Can("by waybill; one that was not ordered under the account needs the tracker's phone, of which the last four digits are sent"),
			adapters.OpCallback:   adapters.Can("RoutePushService in JSON and in XML, acknowledged in its own form; unsigned, so that a scan is a hint that the parcel is asked for at once"),
			adapters.OpLandedCost: adapters.Cannot("the API tells no duties"),
			adapters.OpManifest:   adapters.Cannot("the platform has none"),
			adapters.OpPickup:     adapters.Cannot("a courier is called within an order"),
			adapters.OpReturn:     adapters.NotYet("EXP_RECE_CREATE_REVERSE_ORDER needs an order of the account"),
			adapters.OpInbound:    adapters.Cannot("no stock is kept"),
		},
		Statuses: adapters.StatusTable{Reads: adapters.ReadsCode, Source: statusSource, Date: "2026-11-21",
			Codes: adapters.StatusCodes(statuses, meaning.split)},
		// Waybills of today. The twelve digits of the older ones are other carriers' form too.
		NumberForms: []string{`SF\d{13}`},
		// The integration environment's, per interface; it also allows 3,000 calls a day.
		// Source: SF open platform, common rules, read 2026-11-21.
		Limits: adapters.Limits{RequestsPerSecond: 30, Burst: 30},
		Cost:   map[adapters.Operation]int{adapters.OpTrack: 1},
	}
}
