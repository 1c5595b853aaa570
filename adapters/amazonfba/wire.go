package amazonfba

import (
	"encoding/json"

	"github.com/crossdock-hub/crossdock/normalize"
)

// refusals is the body of every error.
type refusals struct {
	Errors []struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Details string `json:"details"`
	} `json:"errors"`
}

// pagination says that there is more.
type pagination struct {
	Next string `json:"nextToken"`
}

// started is the answer of a write.
type started struct {
	Plan      string `json:"inboundPlanId"`
	Operation string `json:"operationId"`
}

// maxID bounds what is taken for an id: resources have 38 characters, operations 36 to 38.
const maxID = 64

func (s started) valid() bool {
	return s.Operation != "" && len(s.Operation) <= maxID && len(s.Plan) <= maxID
}

type address struct {
	Name       string `json:"name"`
	Company    string `json:"companyName,omitempty"`
	Line1      string `json:"addressLine1"`
	Line2      string `json:"addressLine2,omitempty"`
	District   string `json:"districtOrCounty,omitempty"`
	City       string `json:"city"`
	State      string `json:"stateOrProvinceCode,omitempty"`
	Country    string `json:"countryCode"`
	PostalCode string `json:"postalCode"`
	Phone      string `json:"phoneNumber,omitempty"`
	Email      string `json:"email,omitempty"`
}

func (a address) normal() normalize.Address {
	return normalize.Address{Name: a.Name, Company: a.Company, Line1: a.Line1, Line2: a.Line2, District: a.District,
		City: a.City, State: a.State, PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone, Email: a.Email}
}

// item is an amount of one SKU, as it is sent and as it is told.
type item struct {
	MSKU       string `json:"msku"`
	Quantity   int    `json:"quantity"`
	LabelOwner string `json:"labelOwner,omitempty"`
	PrepOwner  string `json:"prepOwner,omitempty"`
	Expiration string `json:"expiration,omitempty"`
	Lot        string `json:"manufacturingLotCode,omitempty"`
	FNSKU      string `json:"fnsku,omitempty"` // told only
}

type planBody struct {
	Name         string   `json:"name"`
	Marketplaces []string `json:"destinationMarketplaces"`
	Source       address  `json:"sourceAddress"`
	Items        []item   `json:"items"`
}

type planSummary struct {
	ID      string  `json:"inboundPlanId"`
	Name    string  `json:"name"`
	Status  string  `json:"status"`
	Created instant `json:"createdAt"`
}

type plansPage struct {
	Plans []planSummary `json:"inboundPlans"`
	Page  pagination    `json:"pagination"`
}

func (p plansPage) rows() []planSummary { return p.Plans }
func (p plansPage) next() string        { return p.Page.Next }

type operationReply struct {
	Status   string `json:"operationStatus"`
	Problems []struct {
		Code     string `json:"code"`
		Message  string `json:"message"`
		Details  string `json:"details"`
		Severity string `json:"severity"`
	} `json:"operationProblems"`
}

type prepDetail struct {
	MSKU     string   `json:"msku"`
	Category string   `json:"prepCategory"`
	Types    []string `json:"prepTypes"`
}

type prepReply struct {
	Details []prepDetail `json:"mskuPrepDetails"`
}

type prepBody struct {
	Marketplace string       `json:"marketplaceId"`
	Details     []prepDetail `json:"mskuPrepDetails"`
}

type incentive struct {
	Type        string `json:"type"`
	Target      string `json:"target"`
	Description string `json:"description"`
	Value       money  `json:"value"`
}

type packingOption struct {
	ID             string      `json:"packingOptionId"`
	Groups         []string    `json:"packingGroups"`
	Status         string      `json:"status"`
	Expiration     instant     `json:"expiration"`
	Fees           []incentive `json:"fees"`
	Discounts      []incentive `json:"discounts"`
	Configurations []struct {
		Boxes struct {
			Weight *struct {
				Minimum json.Number `json:"minimum"`
				Maximum json.Number `json:"maximum"`
				Unit    string      `json:"unit"`
			} `json:"weight"`
		} `json:"boxRequirements"`
	} `json:"supportedConfigurations"`
}

type packingPage struct {
	Options []packingOption `json:"packingOptions"`
	Page    pagination      `json:"pagination"`
}

func (p packingPage) rows() []packingOption { return p.Options }
func (p packingPage) next() string          { return p.Page.Next }

type itemsPage struct {
	Items []item     `json:"items"`
	Page  pagination `json:"pagination"`
}

func (p itemsPage) rows() []item { return p.Items }
func (p itemsPage) next() string { return p.Page.Next }

// box is a kind of box as it is sent, and one box as it is told.
type box struct {
	ID         string `json:"boxId,omitempty"` // told only
	Content    string `json:"contentInformationSource"`
	Dimensions sides  `json:"dimensions"`
	Weight     mass   `json:"weight"`
	Quantity   int    `json:"quantity"`
	Items      []item `json:"items,omitempty"`
}

type boxesPage struct {
	Boxes []box      `json:"boxes"`
	Page  pagination `json:"pagination"`
}

func (p boxesPage) rows() []box  { return p.Boxes }
func (p boxesPage) next() string { return p.Page.Next }

type grouping struct {
	Group    string `json:"packingGroupId,omitempty"`
	Shipment string `json:"shipmentId,omitempty"`
	Boxes    []box  `json:"boxes"`
}

type packingBody struct {
	Groupings []grouping `json:"packageGroupings"`
}

type placementOption struct {
	ID         string      `json:"placementOptionId"`
	Shipments  []string    `json:"shipmentIds"`
	Status     string      `json:"status"`
	Expiration instant     `json:"expiration"`
	Fees       []incentive `json:"fees"`
	Discounts  []incentive `json:"discounts"`
}

type placementPage struct {
	Options []placementOption `json:"placementOptions"`
	Page    pagination        `json:"pagination"`
}

func (p placementPage) rows() []placementOption { return p.Options }
func (p placementPage) next() string            { return p.Page.Next }
