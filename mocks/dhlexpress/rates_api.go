package dhlexpress

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

type accountRequest struct {
	TypeCode string `json:"typeCode"`
	Number   string `json:"number"`
}

type rateRequest struct {
	CustomerDetails struct {
		Shipper  place `json:"shipperDetails"`
		Receiver place `json:"receiverDetails"`
	} `json:"customerDetails"`
	Accounts            []accountRequest `json:"accounts"`
	ProductCode         string           `json:"productCode"`
	ValueAddedServices  []serviceRequest `json:"valueAddedServices"`
	ProductsAndServices []struct {
		ProductCode        string           `json:"productCode"`
		ValueAddedServices []serviceRequest `json:"valueAddedServices"`
	} `json:"productsAndServices"`
	Planned               string           `json:"plannedShippingDateAndTime"`
	UnitOfMeasurement     string           `json:"unitOfMeasurement"`
	IsCustomsDeclarable   bool             `json:"isCustomsDeclarable"`
	NextBusinessDay       bool             `json:"nextBusinessDay"`
	ProductTypeCode       string           `json:"productTypeCode"`
	Packages              []packageRequest `json:"packages"`
	EstimatedDeliveryDate struct {
		IsRequested *bool  `json:"isRequested"`
		TypeCode    string `json:"typeCode"`
	} `json:"estimatedDeliveryDate"`
}

// postRates prices many pieces. The specification declares no 422 here: findings are a 400.
func (c *Carrier) postRates(w http.ResponseWriter, r *http.Request) {
	var in rateRequest
	if !read(w, r, rateSchema, http.StatusBadRequest, &in) {
		return
	}
	if !known(in.Accounts) {
		fail(w, r, http.StatusBadRequest, badRequest, noAccount)
		return
	}
	at, problem := checkStamp(in.Planned, time.Now())
	if problem != "" {
		fail(w, r, http.StatusBadRequest, badRequest, problem)
		return
	}
	respond(w, r, in.inquiry(at, r.URL.Query().Get("strictValidation") == "true"), true)
}

func (in rateRequest) inquiry(at time.Time, strict bool) inquiry {
	l, _ := findLane(in.CustomerDetails.Shipper, in.CustomerDetails.Receiver)
	q := inquiry{lane: l, pieces: measureAll(in.Packages, in.UnitOfMeasurement), at: at, dutiable: in.IsCustomsDeclarable,
		services: in.ValueAddedServices, nextBusinessDay: in.NextBusinessDay, deliveryType: "QDDF", strict: strict}
	if in.ProductCode != "" {
		q.products = append(q.products, in.ProductCode)
	}
	for _, p := range in.ProductsAndServices {
		q.products = append(q.products, p.ProductCode)
		q.services = append(q.services, p.ValueAddedServices...)
	}
	switch in.ProductTypeCode {
	case "timeDefinite":
		q.network = "TD"
	case "dayDefinite":
		q.network = "DD"
	}
	if e := in.EstimatedDeliveryDate; e.TypeCode != "" {
		q.deliveryType = e.TypeCode
	}
	q.noDelivery = in.EstimatedDeliveryDate.IsRequested != nil && !*in.EstimatedDeliveryDate.IsRequested
	return q
}

func respond(w http.ResponseWriter, r *http.Request, q inquiry, priced bool) {
	out, problems := q.answer(priced)
	if len(problems) > 0 {
		fail(w, r, http.StatusBadRequest, badRequest, problems...)
		return
	}
	writeJSON(w, http.StatusOK, out)
}

// getRates prices one piece.
func (c *Carrier) getRates(w http.ResponseWriter, r *http.Request) { queryRates(w, r, true) }

// getProducts lists what can be had for one piece, without prices.
func (c *Carrier) getProducts(w http.ResponseWriter, r *http.Request) { queryRates(w, r, false) }

var rateQuery = []string{"accountNumber", "originCountryCode", "originCityName", "destinationCountryCode", "destinationCityName",
	"weight", "length", "width", "height", "plannedShippingDate", "isCustomsDeclarable", "unitOfMeasurement"}

func queryRates(w http.ResponseWriter, r *http.Request, priced bool) {
	v := r.URL.Query()
	if !require(w, r, v, rateQuery...) {
		return
	}
	if wrong := wrongRateQuery(v); len(wrong) > 0 {
		fail(w, r, http.StatusBadRequest, wrongFormat, "Parameters not having correct format: "+strings.Join(wrong, ", "))
		return
	}
	if v.Get("accountNumber") != accountNumber {
		fail(w, r, http.StatusBadRequest, badRequest, noAccount)
		return
	}
	in := rateRequest{UnitOfMeasurement: v.Get("unitOfMeasurement"), IsCustomsDeclarable: v.Get("isCustomsDeclarable") == "true",
		NextBusinessDay: v.Get("nextBusinessDay") == "true"}
	in.CustomerDetails.Shipper = place{v.Get("originPostalCode"), v.Get("originCityName"), v.Get("originCountryCode")}
	in.CustomerDetails.Receiver = place{v.Get("destinationPostalCode"), v.Get("destinationCityName"), v.Get("destinationCountryCode")}
	in.EstimatedDeliveryDate.TypeCode = v.Get("estimatedDeliveryDateType")
	if v.Get("requestEstimatedDeliveryDate") == "false" {
		in.EstimatedDeliveryDate.IsRequested = new(false)
	}
	piece := packageRequest{Weight: json.Number(v.Get("weight"))}
	piece.Dimensions = &dimensionsRequest{json.Number(v.Get("length")), json.Number(v.Get("width")), json.Number(v.Get("height"))}
	in.Packages = []packageRequest{piece}
	at, _ := fromDate(v.Get("plannedShippingDate"), v.Get("originCountryCode"))
	respond(w, r, in.inquiry(at, v.Get("strictValidation") == "true"), priced)
}

// wrongRateQuery names the parameters that cannot be read.
func wrongRateQuery(v url.Values) []string {
	var wrong []string
	for _, name := range []string{"weight", "length", "width", "height"} {
		var f findings
		number("0.001", "9999999999", "0.001")("", json.Number(v.Get(name)), &f)
		if len(f.list) > 0 {
			wrong = append(wrong, name)
		}
	}
	if _, ok := fromDate(v.Get("plannedShippingDate"), ""); !ok {
		wrong = append(wrong, "plannedShippingDate (YYYY-MM-DD)")
	}
	for _, name := range []string{"isCustomsDeclarable", "nextBusinessDay", "strictValidation", "requestEstimatedDeliveryDate"} {
		if s := v.Get(name); s != "" && s != "true" && s != "false" {
			wrong = append(wrong, name)
		}
	}
	if u := v.Get("unitOfMeasurement"); u != "metric" && u != "imperial" {
		wrong = append(wrong, "unitOfMeasurement")
	}
	return wrong
}

// require refuses a call without its mandatory parameters.
func require(w http.ResponseWriter, r *http.Request, v url.Values, names ...string) bool {
	var absent []string
	for _, name := range names {
		if v.Get(name) == "" {
			absent = append(absent, name)
		}
	}
	if len(absent) == 0 {
		return true
	}
	fail(w, r, http.StatusBadRequest, missing, "Missing mandatory parameters: "+strings.Join(absent, ", "))
	return false
}

// read checks a body against its schema and reads it; status is what findings are answered with.
func read(w http.ResponseWriter, r *http.Request, schema rule, status int, v any) bool {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		fail(w, r, http.StatusBadRequest, badRequest, errJSON.Error())
		return false
	}
	problems, err := check(body, schema, v)
	switch {
	case err != nil:
		fail(w, r, http.StatusBadRequest, badRequest, err.Error())
		return false
	case len(problems) > 0 && status == http.StatusUnprocessableEntity:
		fail(w, r, status, validation, problems...)
		return false
	case len(problems) > 0:
		fail(w, r, status, badRequest, problems...)
		return false
	}
	return true
}

// known tells whether all accounts are the sandbox's own.
func known(accounts []accountRequest) bool {
	for _, a := range accounts {
		if a.Number != accountNumber {
			return false
		}
	}
	return true
}
