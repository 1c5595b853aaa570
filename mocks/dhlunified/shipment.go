package dhlunified

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

const freight = "freight"

// shipment is one of an answer's, and of a push's with little more than its status.
type shipment struct {
	ID          json.RawMessage `json:"id"` // a string, in some payloads a number
	Service     string          `json:"service"`
	Division    string          `json:"division,omitempty"`
	Origin      *place          `json:"origin,omitempty"`
	Destination *place          `json:"destination,omitempty"`
	Status      *event          `json:"status"`
	Estimated   string          `json:"estimatedTimeOfDelivery,omitempty"`
	Remark      string          `json:"estimatedTimeOfDeliveryRemark,omitempty"`
	ServiceURL  string          `json:"serviceUrl,omitempty"`
	ReturnFlag  *bool           `json:"returnFlag,omitempty"`
	Details     *details        `json:"details,omitempty"`
	Events      []event         `json:"events,omitempty"`
}

type details struct {
	Product    *product `json:"product,omitempty"`
	Proof      *proof   `json:"proofOfDelivery,omitempty"`
	Pieces     int      `json:"totalNumberOfPieces"`
	PieceIDs   []string `json:"pieceIds,omitempty"`
	Weight     *weight  `json:"weight,omitempty"`
	References any      `json:"references,omitempty"` // a list; one object in old payloads
}

type product struct {
	Name string `json:"productName"`
}

type proof struct {
	Timestamp string `json:"timestamp"`
	Signed    string `json:"signed,omitempty"`
}

type weight struct {
	Value json.Number `json:"value"`
	Unit  string      `json:"unitText"`
}

type reference struct {
	Number string `json:"number"`
	Type   string `json:"type"`
}

// idOf writes a number as DHL does: as text, but for some that are all digits.
func idOf(number string) json.RawMessage {
	digits := number != "" && strings.Trim(number, "0123456789") == "" && number[0] != '0' && len(number) <= 15
	if digits && strings.HasSuffix(number, "8") {
		return json.RawMessage(number)
	}
	text, _ := json.Marshal(number) // a string always marshals
	return text
}

// shipmentOf tells all of a parcel, its newest event first.
func shipmentOf(p mocks.Parcel) shipment {
	out := shipment{ID: idOf(p.Number), Service: express, Division: "DHL Express", Origin: placeOf(p.From), Destination: placeOf(p.To),
		ServiceURL: "https://www.dhl.com/track?tracking-id=" + p.Number,
		Details: &details{Product: &product{"EXPRESS WORLDWIDE"}, Pieces: 1, PieceIDs: []string{"JD0146000" + p.Number},
			Weight: &weight{"0.5", "kg"}}}
	for _, s := range slices.Backward(p.Scans) {
		out.Events = append(out.Events, eventOf(s))
		if s.Code == "RT" {
			out.ReturnFlag = new(true)
		}
	}
	out.Status = &out.Events[0]
	switch last := p.Scans[len(p.Scans)-1]; out.Status.StatusCode {
	case delivered:
		out.Details.Proof = &proof{stamp(last), "PERSON"}
	case preTransit, transit:
		out.Estimated, out.Remark = last.At.UTC().Add(48*time.Hour).Format("2006-01-02T15:04:05Z"), "By end of day"
	}
	if p.Reference != "" || strings.HasSuffix(p.Number, "6") {
		out.Details.References = referencesOf(p)
	}
	return out
}

func referencesOf(p mocks.Parcel) any {
	r := reference{p.Reference, "customer-reference"}
	if r.Number == "" {
		r.Number = p.Number
	}
	if strings.HasSuffix(p.Number, "6") {
		return r
	}
	return []reference{r}
}

func placeOf(p mocks.Place) *place {
	if p == (mocks.Place{}) {
		return nil
	}
	return &place{address{CountryCode: p.Country, PostalCode: p.PostalCode, Locality: p.City}}
}
