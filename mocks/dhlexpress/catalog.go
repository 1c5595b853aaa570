package dhlexpress

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

type validatedAddress struct {
	CountryCode string `json:"countryCode"`
	PostalCode  string `json:"postalCode"`
	CityName    string `json:"cityName,omitempty"`
	CountyName  string `json:"countyName,omitempty"`
	ServiceArea struct {
		Code        string `json:"code"`
		Description string `json:"description"`
		GMTOffset   string `json:"GMTOffset"`
	} `json:"serviceArea"`
}

// addressValidate says whether a place is served, not whether the street exists.
func (c *Carrier) addressValidate(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if !require(w, r, q, "type", "countryCode") {
		return
	}
	p := place{q.Get("postalCode"), q.Get("cityName"), q.Get("countryCode")}
	switch {
	case q.Get("type") != "pickup" && q.Get("type") != "delivery":
		fail(w, r, http.StatusBadRequest, badRequest, "Parameters not having correct format: type")
		return
	case len(p.CityName) > 45:
		fail(w, r, http.StatusBadRequest, badRequest, "Parameters not having correct format: cityName (maxLength=45)")
		return
	case len(p.PostalCode) > 12:
		fail(w, r, http.StatusBadRequest, badRequest, "Parameters not having correct format: postalCode (maxLength=12)")
		return
	}
	problem := noDest
	if q.Get("type") == "pickup" {
		problem = noOrigin
	}
	country, served := p.country()
	strict := q.Get("strictValidation") != "false"
	var warnings []string
	switch {
	case !served, strict && !p.postalFits():
		fail(w, r, http.StatusBadRequest, badRequest, problem)
		return
	case !p.postalFits():
		warnings = append(warnings, fmt.Sprintf(laxLocation, "address"))
	}
	out := validatedAddress{CountryCode: p.CountryCode, PostalCode: p.PostalCode, CityName: p.CityName, CountyName: q.Get("countyName")}
	if out.CityName == "" {
		out.CityName = strings.ToUpper(country.city)
	}
	out.ServiceArea.Code, out.ServiceArea.Description = serviceArea(p.CityName, p.CountryCode)
	out.ServiceArea.GMTOffset = time.Now().In(mocks.Zone(p.CountryCode)).Format("-07:00")
	writeJSON(w, http.StatusOK, map[string]any{"address": []validatedAddress{out}, "warnings": append([]string{}, warnings...)})
}

// identifiers reserves numbers: SID and ASIDn are waybills (blocks of n), PID and HUID pieces.
func (c *Carrier) identifiers(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if !require(w, r, q, "accountNumber", "type", "size") {
		return
	}
	kinds := []string{"SID", "PID", "ASID3", "ASID6", "ASID12", "ASID24", "HUID"}
	size, err := strconv.Atoi(q.Get("size"))
	switch {
	case q.Get("accountNumber") != accountNumber:
		fail(w, r, http.StatusBadRequest, badRequest, "3501: Request Identifier is not allowed for your username. Please contact your DHL Express representative.")
		return
	case !slices.Contains(kinds, q.Get("type")) || err != nil || size < 1 || size > 200:
		fail(w, r, http.StatusBadRequest, badRequest, "Parameters not having correct format: type, size (1-200)")
		return
	}
	numbers := []string{}
	for range size {
		if strings.HasSuffix(q.Get("type"), "ID") && !strings.HasPrefix(q.Get("type"), "SID") {
			numbers = append(numbers, "JD0146"+c.desk.Serial(14))
		} else {
			numbers = append(numbers, waybill("4"+c.desk.Serial(8)))
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"identifiers": []map[string]any{{"typeCode": q.Get("type"), "list": numbers}}})
}

type attribute struct {
	Attribute string `json:"attribute"`
	Value     string `json:"value"`
}

type dataset struct {
	Name     string        `json:"datasetName"`
	Captions string        `json:"dataSetCaptions"`
	Data     [][]attribute `json:"data"`
}

// referenceData has the lists that the simulator itself works from: country, productCode,
// serviceCode and trackingEventCode. Other datasets are 5030, and so is an empty filter.
func (c *Carrier) referenceData(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if !require(w, r, q, "datasetName") {
		return
	}
	wanted := q.Get("datasetName")
	var out []dataset
	for _, d := range []dataset{countryData(), productData(), serviceData(), eventData()} {
		if wanted != "all" && wanted != d.Name {
			continue
		}
		d.Data = slices.DeleteFunc(d.Data, func(row []attribute) bool {
			return !matches(row, q.Get("filterByAttribute"), q.Get("filterByValue"), q.Get("comparisonOperator"))
		})
		if len(d.Data) > 0 {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		fail(w, r, http.StatusNotFound, "Reference Data Not found", "5030: No reference data found")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"referenceData": out})
}

// matches compares one attribute of a row, or any attribute when none is named.
func matches(row []attribute, name, value, operator string) bool {
	if value == "" {
		return true
	}
	hit := slices.ContainsFunc(row, func(a attribute) bool {
		if name != "" && a.Attribute != name {
			return false
		}
		if operator == "contains" {
			return strings.Contains(strings.ToUpper(a.Value), strings.ToUpper(value))
		}
		return strings.EqualFold(a.Value, value)
	})
	return hit != (operator == "notEqual")
}

func countryData() dataset {
	d := dataset{Name: "country", Captions: "Country Code,Country Name,Currency Code"}
	codes := make([]string, 0, len(countries))
	for code := range countries {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		d.Data = append(d.Data, []attribute{{"countryCode", code}, {"countryName", countries[code].name}, {"currencyCode", countries[code].currency}})
	}
	return d
}

func productData() dataset {
	d := dataset{Name: "productCode", Captions: "Global Product Code,Product Name,Document Indicator"}
	for _, p := range products {
		documents := "Y"
		if p.dutiable != nil && *p.dutiable {
			documents = "N"
		}
		d.Data = append(d.Data, []attribute{{"globalProductCode", p.code}, {"productName", p.name}, {"documentIndicator", documents}})
	}
	return d
}

func serviceData() dataset {
	d := dataset{Name: "serviceCode", Captions: "Service Code,Service Name"}
	for _, o := range optionals {
		d.Data = append(d.Data, []attribute{{"serviceCode", o.code}, {"serviceName", o.name}})
	}
	return d
}

func eventData() dataset {
	d := dataset{Name: "trackingEventCode", Captions: "Event Code,Event Description"}
	codes := make([]string, 0, len(descriptions))
	for code := range descriptions {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		d.Data = append(d.Data, []attribute{{"eventCode", code}, {"eventDescription", strings.TrimSuffix(strings.ReplaceAll(descriptions[code], "{area}", ""), " - ")}})
	}
	return d
}
