package dhlexpress

import (
	"fmt"
	"math"

	"github.com/crossdock-hub/crossdock/normalize"
)

// reasons are DHL's words for the purpose of goods.
var reasons = map[string]string{
	"sale": "commercial_purpose_or_sale", "gift": "gift", "sample": "sample", "return": "return",
	"repair": "temporary", "personal": "personal_belongings_or_personal_use", "other": "permanent",
}

// units are DHL's codes for what a quantity counts; what is not here is pieces.
var units = map[string]string{
	"piece": "PCS", "pieces": "PCS", "pcs": "PCS", "pair": "PRS", "pairs": "PRS", "set": "SET",
	"box": "BOX", "carton": "CT", "dozen": "DOZ", "each": "EA", "roll": "ROLL",
}

// declarationOf is the export declaration of goods: every line with its unit price and with the
// weights of the whole line, as DHL asks.
func declarationOf(s normalize.Shipment, reference string, shipped normalize.Date) (*declaration, error) {
	weights, err := lineWeights(s)
	if err != nil {
		return nil, err
	}
	purpose := s.CustomsPurpose()
	out := &declaration{ExportReasonType: reasons[purpose], ShipmentType: "commercial"}
	if purpose == "gift" || purpose == "personal" {
		out.ShipmentType = "personal"
	}
	for i, it := range s.Items {
		line, err := lineOf(i, it)
		if err != nil {
			return nil, err
		}
		line.Weight = weights[i].wire()
		line.CustomerReferences = makers(s)
		out.LineItems = append(out.LineItems, line)
	}
	out.Invoice = invoiceOf(s, reference, shipped)
	if c := s.Customs; c != nil {
		if c.Note != "" {
			out.Remarks = []textValue{{c.Note}}
			if len([]rune(c.Note)) <= 30 { // a longer one is whole in the remarks
				out.ExportReason = c.Note
			}
		}
		if c.LicenseNumber != "" {
			number, err := fit("/customs/license_number", c.LicenseNumber, 16, false)
			if err != nil {
				return nil, err
			}
			out.Licenses = []typedValue{{Value: number, TypeCode: "export"}}
		}
	}
	return out, nil
}

func lineOf(i int, it normalize.Item) (lineItem, error) {
	text, err := fit(fmt.Sprintf("/items/%d/description", i), it.Description, 512, true)
	if err != nil {
		return lineItem{}, err
	}
	out := lineItem{
		Number: i + 1, Description: text, Price: amount(it.UnitValue),
		Quantity:            quantity{it.Quantity, either(units[it.Unit], "PCS")},
		ManufacturerCountry: it.OriginCountry,
	}
	if export := either(it.ExportHSCode, it.HSCode); export != "" {
		out.CommodityCodes = append(out.CommodityCodes, typedValue{export, "outbound"})
	}
	if it.HSCode != "" {
		out.CommodityCodes = append(out.CommodityCodes, typedValue{it.HSCode, "inbound"})
	}
	return out, nil
}

// makers are the manufacturers' ids that US customs ask for. They belong to a line, and we know
// of no line's own: one that was given goes with all.
func makers(s normalize.Shipment) []typedValue {
	for _, t := range s.TaxIDs {
		if t.Type == "mid" {
			return []typedValue{{cut(t.Number, maxReference), "MID"}}
		}
	}
	return nil
}

// invoiceOf names the commercial invoice; its number is the caller's reference where none was
// given, its date the day of shipping.
func invoiceOf(s normalize.Shipment, reference string, shipped normalize.Date) invoice {
	out := invoice{Number: cut(reference, 35), Date: string(shipped)}
	if s.Customs != nil && s.Customs.Invoice != nil {
		out.Number = either(s.Customs.Invoice.Number, out.Number)
		out.Date = either(string(s.Customs.Invoice.Date), out.Date)
	}
	return out
}

// weights are the totals of one line.
type weights struct{ net, gross normalize.Weight }

func (w weights) wire() lineWeight {
	var out lineWeight
	if w.net > 0 {
		out.NetValue = kilograms(w.net)
	}
	if w.gross > 0 {
		out.GrossValue = kilograms(w.gross)
	}
	return out
}

// lineWeights are the net weights of the lines as told, and the parcels' gross weight shared
// out in proportion to them. A single line is all of the gross weight, even if its own net
// weight was not told; of several lines each must be told, since customs get no guess. Net
// weights that together exceed what the parcels weigh cannot be true: they set the shares and
// are not declared.
func lineWeights(s normalize.Shipment) ([]weights, error) {
	gross, nets := s.TotalWeight(), make([]normalize.Money, len(s.Items))
	var told normalize.Weight
	for i, it := range s.Items {
		at := fmt.Sprintf("/items/%d/weight", i)
		if it.Weight <= 0 && len(s.Items) > 1 {
			return nil, normalize.Invalid(at, "is required where several lines are declared")
		}
		if it.Quantity < 1 || it.Weight > (math.MaxInt64-told)/normalize.Weight(it.Quantity) {
			return nil, normalize.Invalid(at, "of the whole line is out of bounds")
		}
		told += net(it)
		nets[i] = normalize.Money{Minor: net(it).Ceil(normalize.Gram)} // grams are split like money: nothing is lost
	}
	shares := normalize.Allocate(normalize.Money{Minor: gross.Ceil(normalize.Gram)}, nets)
	out := make([]weights, len(s.Items))
	for i, it := range s.Items {
		out[i].gross = normalize.Weight(shares[i].Minor) * normalize.Gram
		if told <= gross {
			out[i].net = net(it)
			out[i].gross = max(out[i].gross, normalize.Weight(nets[i].Minor)*normalize.Gram) // both are rounded up
		}
	}
	return out, nil
}

// net is the weight of a whole line.
func net(it normalize.Item) normalize.Weight { return it.Weight * normalize.Weight(it.Quantity) }
