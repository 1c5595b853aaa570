package dhlexpress

import (
	"slices"

	"github.com/crossdock-hub/crossdock/normalize"
)

// lane is what decides, beside the service, which of DHL's products carries a shipment.
type lane string

// The lanes. Only goods are declared to customs.
const (
	laneGoods     lane = "goods"
	laneDocuments lane = "documents"
	laneUnion     lane = "union"    // within the customs territory of the EU
	laneDomestic  lane = "domestic" // within one country
)

// products are the global product codes behind our services. A service without a code on a
// lane does not exist there.
//
// P and U are in official samples; the rest is the commonly published table and unconfirmed
// (GET /reference-data?datasetName=productCode has the live one), which is why an account can
// name its own. Names are never taken from here: they come with the rate.
// Source: MyDHL API OpenAPI 3.1.1 and public clients of it, read 2026-11-21.
var products = map[string]map[lane]string{
	worldwide:   {laneGoods: "P", laneDocuments: "D", laneUnion: "U", laneDomestic: "N"},
	express1200: {laneGoods: "Y", laneDocuments: "T", laneUnion: "T", laneDomestic: "1"},
	economy:     {laneGoods: "H", laneUnion: "W", laneDomestic: "G"},
}

// services are our names in the order in which they are listed.
var services = []string{worldwide, express1200, economy}

// laneOf tells how customs see a shipment.
func laneOf(s normalize.Shipment) lane {
	from, to := s.Origin, s.Destination
	switch {
	case from.Country == to.Country && (!inUnion(from.Country) || unionGoods(from, to)):
		return laneDomestic
	case unionGoods(from, to):
		return laneUnion
	case s.CustomsPurpose() == "document":
		return laneDocuments
	default:
		return laneGoods
	}
}

// declarable tells whether goods on the lane cross a customs border.
func (l lane) declarable() bool { return l == laneGoods }

// product is the code of a service on a lane: the account's, else DHL's usual one, "" where
// there is none.
func (c Config) product(service string, l lane) string {
	if p := c.Services[service+"."+string(l)]; p != "" {
		return p
	}
	if p := c.Services[service]; p != "" {
		return p
	}
	return products[service][l]
}

// candidates are the codes by which an answer may offer a service on a lane, the expected one
// first. Where nothing is declared, DHL itself decides between its products without customs;
// a declarable shipment has one code only, since the wrong one is refused later.
func (c Config) candidates(service string, l lane) []string {
	out := []string{c.product(service, l)}
	if l.declarable() || c.Services[service] != "" || out[0] == "" {
		return slices.DeleteFunc(out, func(p string) bool { return p == "" })
	}
	for _, other := range []lane{laneUnion, laneDocuments, laneDomestic} {
		if p := c.product(service, other); p != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// The keys under which a rate keeps the product that DHL priced.
const (
	dataProduct      = "product_code"
	dataLocalProduct = "local_product_code"
)

// booked is the product that a purchase names: the one that was quoted, else the one of the
// service on this lane.
func (c Config) booked(service string, l lane, quoted map[string]string) (product, local string, err error) {
	if p := quoted[dataProduct]; p != "" {
		return p, quoted[dataLocalProduct], nil
	}
	if p := c.product(service, l); p != "" {
		return p, "", nil
	}
	return "", "", noProduct(service, l)
}

func noProduct(service string, l lane) *normalize.Error {
	return normalize.NotServiceable("", "%s has no product for %s", service, laneWords[l])
}

var laneWords = map[lane]string{
	laneGoods: "goods that are declared to customs", laneDocuments: "documents",
	laneUnion: "goods within the EU", laneDomestic: "domestic shipments",
}
