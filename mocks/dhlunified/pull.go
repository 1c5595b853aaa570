package dhlunified

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// keptFor is how long a shipment is known after its last event.
const keptFor = 90 * 24 * time.Hour

// answer is a page of shipments.
type answer struct {
	URL        string     `json:"url"`
	FirstURL   string     `json:"firstUrl"`
	LastURL    string     `json:"lastUrl"`
	Shipments  []shipment `json:"shipments"`
	Additional []string   `json:"possibleAdditionalShipmentsUrl,omitempty"`
}

var (
	language = regexp.MustCompile(`^[a-z]{2}$`)
	country  = regexp.MustCompile(`^[A-Z]{2}$`)
	twin     = regexp.MustCompile(`^765432\d{4}$`) // a number that freight has as well
)

// checkQuery returns what is wrong with a query, "" if nothing.
func checkQuery(q url.Values) string {
	number, service := q["trackingNumber"], q.Get("service")
	switch {
	case len(number) != 1 || number[0] == "":
		return "trackingNumber is required, once"
	case service != "" && !slices.Contains(services, service):
		return "service is not supported"
	case q.Get("language") != "" && !language.MatchString(q.Get("language")):
		return "language must be an ISO 639-1 code"
	}
	for _, name := range []string{"requesterCountryCode", "originCountryCode"} {
		if v := q.Get(name); v != "" && !country.MatchString(v) {
			return name + " must be an ISO 3166-1 alpha-2 code"
		}
	}
	for name, least := range map[string]int{"offset": 0, "limit": 1} {
		if n, err := strconv.Atoi(q.Get(name)); q.Has(name) && (err != nil || n < least) {
			return name + " must be a whole number of at least " + strconv.Itoa(least)
		}
	}
	return ""
}

// getShipments finds one number. What is not known, what has no event yet and what was
// forgotten are all the same 404.
func (c *Carrier) getShipments(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if wrong := checkQuery(q); wrong != "" {
		refuse(w, r, http.StatusBadRequest, wrong)
		return
	}
	number, service := q.Get("trackingNumber"), q.Get("service")
	p, ok := c.desk.Parcel(number)
	known := ok && len(p.Scans) > 0 && !c.desk.Forgotten(p.Scans[len(p.Scans)-1].At, keptFor)
	if !known || q.Has("offset") && q.Get("offset") != "0" {
		notFound(w, r)
		return
	}
	out := answer{URL: page(number, q)}
	out.FirstURL, out.LastURL = out.URL, out.URL
	switch {
	case twin.MatchString(number) && service == "":
		out.Shipments = []shipment{freightOf(p)}
		out.Additional = []string{hint(number, express)}
	case twin.MatchString(number) && service == freight:
		out.Shipments = []shipment{freightOf(p)}
	case service == "" || service == express:
		out.Shipments = []shipment{shipmentOf(p)}
	default:
		notFound(w, r)
		return
	}
	w.Header().Set("Content-Language", "en")
	writeJSON(w, http.StatusOK, out)
}

func notFound(w http.ResponseWriter, r *http.Request) {
	refuseAs(w, r, http.StatusNotFound, noResult, "No shipment with given tracking number found.")
}

func page(number string, q url.Values) string {
	limit := q.Get("limit")
	if limit == "" {
		limit = "5"
	}
	return fmt.Sprintf("/shipments?trackingNumber=%s&offset=0&limit=%s", url.QueryEscape(number), limit)
}

func hint(number, service string) string {
	return "/shipments?trackingNumber=" + url.QueryEscape(number) + "&service=" + service
}

// freightOf is another customer's shipment, which happens to have the parcel's number.
func freightOf(p mocks.Parcel) shipment {
	at := p.BookedAt.Add(-40 * 24 * time.Hour)
	e := event{Timestamp: at.UTC().Format("2006-01-02T15:04:05Z"), StatusCode: delivered, Status: "DELIVERED", Description: "The shipment has been delivered",
		Location: &place{address{CountryCode: "SE", Locality: "Malmö"}}}
	return shipment{ID: idOf(p.Number), Service: freight, Division: "DHL Freight", Status: &e, Events: []event{e},
		Origin: &place{address{CountryCode: "FI", Locality: "Turku"}}, Destination: &place{address{CountryCode: "SE", Locality: "Malmö"}}}
}
