package amazonfba

import (
	"encoding/json"
	"strings"
)

// compliance is the tax detail of a SKU, for India.
type compliance struct {
	MSKU string `json:"msku"`
	Tax  struct {
		Value *freightValue `json:"declaredValue,omitempty"`
		HSN   string        `json:"hsnCode,omitempty"`
		Rates []struct {
			Cess json.Number `json:"cessRate,omitempty"`
			GST  json.Number `json:"gstRate,omitempty"`
			Type string      `json:"taxType,omitempty"`
		} `json:"taxRates,omitempty"`
	} `json:"taxDetails"`
}

// india checks that a call is about the only marketplace with such details.
func (in *request) india() *problem {
	if markets[in.URL.Query().Get("marketplaceId")].country != "IN" {
		return bad("The marketplaceId is not supported.")
	}
	return nil
}

func (c *Carrier) listCompliance(in *request) (any, *problem) {
	if no := in.india(); no != nil {
		return nil, no
	}
	list, no := in.skus()
	if no != nil {
		return nil, no
	}
	type view struct {
		compliance
		ASIN  string `json:"asin"`
		FNSKU string `json:"fnsku"`
	}
	out := []view{}
	for _, msku := range list {
		if strings.Contains(msku, "NOSUCH") {
			return nil, bad("The requested MSKU is not valid.")
		}
		d := c.compliance[msku]
		d.MSKU = msku
		out = append(out, view{d, "B0" + catalogID(msku, "asin"), fnsku(msku)})
	}
	return map[string][]view{"complianceDetails": out}, nil
}

func (c *Carrier) updateCompliance(in *request) (any, *problem) {
	if no := in.india(); no != nil {
		return nil, no
	}
	var body compliance
	if no := in.read(&body); no != nil {
		return nil, no
	}
	if !within(body.MSKU, 1, 255) || !body.Tax.Value.valid() {
		return nil, bad("The msku or the taxDetails are not valid.")
	}
	return c.start("updateItemComplianceDetails", in.now, nil, func() {
		if len(c.compliance) >= maxPlans {
			clear(c.compliance)
		}
		c.compliance[body.MSKU] = body
	}), nil
}
