package dhlunified

import (
	"slices"

	"github.com/crossdock-hub/crossdock/adapters"
)

// code is the adapter's name in channels, configuration and errors.
const code = "dhl_unified"

// tracking is the one service: following what was bought elsewhere.
const tracking = "tracking"

// Spec tells what there is of DHL here and how far we go with it.
func Spec() adapters.Spec {
	const readOnly = "the API only reads: it sells and changes nothing"
	return adapters.Spec{
		Code: code, Carrier: "DHL (all divisions)",
		Fields: adapters.FieldsOf[Config](), New: adapters.Make(New),
		Services: []adapters.Service{{Name: tracking, Title: "DHL Shipment Tracking Unified", Kind: adapters.KindTracking, Mode: "direct_mail"}},
		Support: map[adapters.Operation]adapters.Support{
			adapters.OpRate:       adapters.Cannot(readOnly),
			adapters.OpDraft:      adapters.Cannot(readOnly),
			adapters.OpLabel:      adapters.Cannot(readOnly),
			adapters.OpDocuments:  adapters.Cannot("proofs of delivery are links into the divisions' own pages"),
			adapters.OpFind:       adapters.Cannot("looks up tracking numbers, not references"),
			adapters.OpList:       adapters.Cannot("the account's sales are not told"),
			adapters.OpVoid:       adapters.Cannot(readOnly),
			adapters.OpTrack:      adapters.Can("by shipment or piece number, in any division; milestones are as coarse as the division tells them"),
			adapters.OpCallback:   adapters.Can("Unified Push: the handshake is answered, an event is a hint that the parcel is asked for at once; subscriptions are made with DHL"),
			adapters.OpLandedCost: adapters.Cannot(readOnly),
			adapters.OpManifest:   adapters.Cannot(readOnly),
			adapters.OpPickup:     adapters.Cannot(readOnly),
			adapters.OpReturn:     adapters.Cannot(readOnly),
			adapters.OpInbound:    adapters.Cannot("no stock is kept"),
		},
		Statuses: adapters.StatusTable{Reads: adapters.ReadsCode, Source: statusSource, Date: "2026-11-21",
			Codes: slices.Concat(adapters.StatusCodes(groups, meaning.split), adapters.StatusCodes(checkpoints, meaning.split))},
		// Express waybills and pieces; the rest is inferred from numbers in public lists of number
		// forms, read 2026-11-22: eCommerce, Deutsche Post's range of NVE, its S10 numbers.
		NumberForms: []string{`\d{10}`, `JD\d{18}`, `JVGL\d{10,20}`, `GM\d{16,18}`, `00340\d{15}`, `[A-Z]{2}\d{9}DE`},
		// A new app may call once a second and 250 times a day. The daily quota is the carrier's to
		// refuse: its counter, which starts again at 00:00 GMT, is not told.
		// Source: DHL developer support, knowledge base, read 2026-11-21.
		Limits: adapters.Limits{RequestsPerSecond: 1, Burst: 1, Concurrent: 2},
		Cost:   map[adapters.Operation]int{adapters.OpTrack: 1, adapters.OpCallback: 1},
	}
}
