package amazonfba

import (
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

var v0Routes = []mounted{
	{"GET " + prefixV0 + "/shipments", route{mocks.OpTrack, 30, 200, (*Carrier).v0Shipments, nil}},
	{"GET " + prefixV0 + "/shipments/{id}/items", route{mocks.OpTrack, 30, 200, (*Carrier).v0ShipmentItems, nil}},
	{"GET " + prefixV0 + "/shipmentItems", route{mocks.OpTrack, 30, 200, (*Carrier).v0Items, nil}},
	{"GET " + prefixV0 + "/shipments/{id}/labels", route{mocks.OpDocument, 30, 200, (*Carrier).boxLabels, nil}},
	{"GET " + prefixV0 + "/shipments/{id}/billOfLading", route{mocks.OpDocument, 30, 200, (*Carrier).billPaper, nil}},
	{"GET " + prefixV0 + "/prepInstructions", route{mocks.OpInbound, 30, 200, (*Carrier).v0Prep, nil}},
}

// byConfirmation finds the shipment of a v0 path, whose id is the one on the boxes.
func (c *Carrier) byConfirmation(in *request) (*shipment, *problem) {
	if s := c.confirmed[in.PathValue("id")]; s != nil {
		return s, nil
	}
	return nil, &problem{400, "InvalidInput", "The shipmentId " + in.PathValue("id") + " is not valid.", "use the shipmentConfirmationId"}
}

// v0Status is the older list of words, in which nothing is ready to ship.
func (c *Carrier) v0Status(s *shipment) string {
	switch status := c.shipmentStatus(s); status {
	case "READY_TO_SHIP", "UNCONFIRMED":
		return "WORKING"
	case "ABANDONED", "MIXED":
		return "ERROR"
	default:
		return status
	}
}

// changed is when a shipment's status changed last.
func (c *Carrier) changed(s *shipment) time.Time {
	parcel, _ := c.desk.Parcel(s.confirmationID)
	if n := len(parcel.Scans); n > 0 {
		return parcel.Scans[n-1].At
	}
	return s.selectedAt
}

// v0List is the shipments that a query asks for, in the order of their numbers.
func (c *Carrier) v0List(in *request) ([]*shipment, *problem) {
	q := in.URL.Query()
	if _, ok := markets[q.Get("MarketplaceId")]; !ok {
		return nil, bad("The MarketplaceId is missing or not valid.")
	}
	ids, words := commas(q["ShipmentIdList"]), commas(q["ShipmentStatusList"])
	after, okAfter := readTime(q.Get("LastUpdatedAfter"))
	before, okBefore := readTime(q.Get("LastUpdatedBefore"))
	switch q.Get("QueryType") {
	case "SHIPMENT":
		if len(ids) == 0 && len(words) == 0 {
			return nil, bad("ShipmentIdList or ShipmentStatusList is required.")
		}
	case "DATE_RANGE":
		if !okAfter || !okBefore {
			return nil, bad("LastUpdatedAfter and LastUpdatedBefore are required.")
		}
	case "NEXT_TOKEN": // every answer is one page, so that there never is a token
		return nil, bad("The NextToken is not valid.")
	default:
		return nil, bad("The QueryType must be SHIPMENT, DATE_RANGE or NEXT_TOKEN.")
	}
	if len(ids) > 999 {
		return nil, bad("The ShipmentIdList must have at most 999 ids.")
	}
	var out []*shipment
	for _, s := range c.confirmed {
		if s.plan.marketID != q.Get("MarketplaceId") || len(ids) > 0 && !slices.Contains(ids, s.confirmationID) ||
			len(words) > 0 && !slices.Contains(words, c.v0Status(s)) {
			continue
		}
		if at := c.changed(s); q.Get("QueryType") == "DATE_RANGE" && (at.Before(after) || at.After(before)) {
			continue
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *shipment) int { return strings.Compare(a.confirmationID, b.confirmationID) })
	return out, nil
}

// commas splits lists of a query, which may come joined or one by one.
func commas(values []string) (out []string) {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func (c *Carrier) v0Shipments(in *request) (any, *problem) {
	list, no := c.v0List(in)
	if no != nil {
		return nil, no
	}
	type upper struct {
		Name, AddressLine1, City, StateOrProvinceCode, CountryCode, PostalCode string
	}
	type view struct {
		ShipmentID    string `json:"ShipmentId"`
		ShipmentName  string
		ShipFrom      upper  `json:"ShipFromAddress"`
		Destination   string `json:"DestinationFulfillmentCenterId"`
		Status        string `json:"ShipmentStatus"`
		LabelPrepType string
		AreCases      bool   `json:"AreCasesRequired"`
		BoxContents   string `json:"BoxContentsSource"`
	}
	data := []view{}
	for _, s := range list {
		a := s.source
		data = append(data, view{s.confirmationID, s.name, upper{a.Name, a.AddressLine1, a.City, a.StateOrProvinceCode, a.CountryCode, a.PostalCode},
			s.warehouse.code, c.v0Status(s), "SELLER_LABEL", false, "INTERACTIVE"})
	}
	return payload(map[string]any{"ShipmentData": data}), nil
}

func payload(v any) map[string]any { return map[string]any{"payload": v} }

// v0Item is an item with what the warehouse counted.
type v0Item struct {
	ShipmentID string `json:"ShipmentId"`
	SellerSKU  string
	FNSKU      string `json:"FulfillmentNetworkSKU"`
	Shipped    int64  `json:"QuantityShipped"`
	Received   int64  `json:"QuantityReceived"`
	InCase     int64  `json:"QuantityInCase"`
}

// received is what the warehouse has counted by now: half while it counts, in the end all, less
// one of a SKU whose name asks for it.
func (c *Carrier) received(s *shipment) []v0Item {
	out := []v0Item{}
	status := c.shipmentStatus(s)
	for _, i := range s.items {
		v := v0Item{ShipmentID: s.confirmationID, SellerSKU: i.MSKU, FNSKU: fnsku(i.MSKU), Shipped: i.Quantity}
		switch status {
		case "RECEIVING":
			v.Received = i.Quantity / 2
		case "CLOSED":
			v.Received = i.Quantity
			if strings.Contains(i.MSKU, "SHORT") {
				v.Received--
			}
		}
		out = append(out, v)
	}
	return out
}

func (c *Carrier) v0ShipmentItems(in *request) (any, *problem) {
	s, no := c.byConfirmation(in)
	if no != nil {
		return nil, no
	}
	return payload(map[string]any{"ItemData": c.received(s)}), nil
}

func (c *Carrier) v0Items(in *request) (any, *problem) {
	if in.URL.Query().Get("QueryType") == "SHIPMENT" {
		return nil, bad("The QueryType must be DATE_RANGE or NEXT_TOKEN.")
	}
	list, no := c.v0List(in)
	if no != nil {
		return nil, no
	}
	data := []v0Item{}
	for _, s := range list {
		data = append(data, c.received(s)...)
	}
	return payload(map[string]any{"ItemData": data}), nil
}

// v0PrepWords are the older names of the prep types that have one.
var v0PrepWords = map[string]string{"ITEM_POLYBAGGING": "Polybagging", "ITEM_BUBBLEWRAP": "BubbleWrapping", "ITEM_TAPING": "Taping",
	"ITEM_BLACK_SHRINKWRAP": "BlackShrinkWrapping", "ITEM_LABELING": "Labeling", "ITEM_HANG_GARMENT": "HangGarment", "ITEM_SETCREAT": "SetCreation",
	"ITEM_BOXING": "Boxing", "ITEM_RMOVHANG": "RemoveFromHanger", "ITEM_DEBUNDLE": "Debundle", "ITEM_SUFFOSTK": "SuffocationStickering",
	"ITEM_CAP_SEALING": "CapSealing", "ITEM_SETSTK": "SetStickering", "ITEM_BLANKSTK": "BlankStickering", "ITEM_SIOC": "ShipsInProductPackaging", "ITEM_NO_PREP": "NoPrep"}

func (c *Carrier) v0Prep(in *request) (any, *problem) {
	q := in.URL.Query()
	skus := commas(q["SellerSKUList"])
	if !countryShape.MatchString(q.Get("ShipToCountryCode")) || len(skus) < 1 || len(skus) > 50 {
		return nil, bad("ShipToCountryCode and 1 to 50 SKUs in SellerSKUList are required.")
	}
	known, unknown := []map[string]any{}, []map[string]string{}
	for _, sku := range skus {
		if strings.Contains(sku, "NOSUCH") {
			unknown = append(unknown, map[string]string{"SellerSKU": sku, "ErrorReason": "DoesNotExist"})
			continue
		}
		d, words := c.prepOf(sku), []string{}
		for _, t := range d.Types {
			words = append(words, v0PrepWords[t])
		}
		guidance := "SeePrepInstructionsList"
		switch d.Category {
		case "UNKNOWN":
			guidance = "ConsultHelpDocuments"
		case "NONE":
			guidance = "NoAdditionalPrepRequired"
		}
		known = append(known, map[string]any{"SellerSKU": sku, "ASIN": "B0" + catalogID(sku, "asin"), "BarcodeInstruction": "RequiresFNSKULabel",
			"PrepGuidance": guidance, "PrepInstructionList": words})
	}
	return payload(map[string]any{"SKUPrepInstructionsList": known, "InvalidSKUList": unknown}), nil
}
