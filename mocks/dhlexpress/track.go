package dhlexpress

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// maxTracked is how many numbers one query may ask for.
const maxTracked = 200

// Refusals of tracking, as the specification's examples have them.
const (
	noData      = "No data found"
	notFound    = "Not data found" // the carrier's spelling
	noReference = "No Shipments Found for ReferenceID | "
)

var (
	views  = []string{"all-checkpoints", "all-checkpoints-with-remarks", "last-checkpoint", "shipment-details-only", "advance-shipment", "bbx-children"}
	levels = []string{"shipment", "piece", "all"}
)

// look is how much of a shipment is told.
type look struct {
	view, level string
	offsets     bool
}

// readLook refuses what is not in the lists.
func readLook(w http.ResponseWriter, r *http.Request) (look, bool) {
	q := r.URL.Query()
	l := look{q.Get("trackingView"), q.Get("levelOfDetail"), q.Get("requestGMTOffsetPerEvent") == "true"}
	if l.view == "" {
		l.view = views[0]
	}
	if l.level == "" {
		l.level = levels[0]
	}
	wrong := ""
	switch {
	case !slices.Contains(views, l.view):
		wrong = "trackingView (valid parameters for trackingView are [" + strings.Join(views, ", ") + "]"
	case !slices.Contains(levels, l.level):
		wrong = "levelOfDetail (valid parameters for levelOfDetail are [" + strings.Join(levels, ", ") + "]"
	default:
		return l, true
	}
	fail(w, r, http.StatusBadRequest, wrongFormat, "Parameters not having correct format: "+wrong)
	return l, false
}

// trackOne follows one waybill.
func (c *Carrier) trackOne(w http.ResponseWriter, r *http.Request) {
	l, ok := readLook(w, r)
	if !ok {
		return
	}
	out, ok := c.tracked(r.PathValue("awb"), l)
	if !ok {
		fail(w, r, http.StatusNotFound, notFound, noData)
		return
	}
	writeJSON(w, http.StatusOK, trackingAnswer{[]trackedShipment{out}})
}

// track follows many numbers, or searches by a customer's reference. The offset of events
// cannot be asked for here.
func (c *Carrier) track(w http.ResponseWriter, r *http.Request) {
	l, ok := readLook(w, r)
	if !ok {
		return
	}
	l.offsets = false
	q := r.URL.Query()
	numbers := append(many(q, "shipmentTrackingNumber"), many(q, "pieceTrackingNumber")...)
	switch {
	case len(numbers) > maxTracked:
		fail(w, r, http.StatusBadRequest, wrongFormat, "Parameters not having correct format: shipmentTrackingNumber (maxItems=200)")
	case len(numbers) > 0:
		c.answerTracked(w, r, numbers, l, noData)
	case q.Get("shipmentReference") != "":
		c.byCustomer(w, r, l)
	default:
		fail(w, r, http.StatusBadRequest, missing, "Missing mandatory parameters: shipmentTrackingNumber or pieceTrackingNumber or shipmentReference")
	}
}

// many reads an array parameter, repeated or separated by commas.
func many(q url.Values, name string) []string {
	var out []string
	for _, v := range q[name] {
		out = append(out, strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	return out
}

func (c *Carrier) answerTracked(w http.ResponseWriter, r *http.Request, numbers []string, l look, absent string) {
	var out trackingAnswer
	for _, n := range numbers {
		if s, ok := c.tracked(n, l); ok {
			out.Shipments = append(out.Shipments, s)
		}
	}
	if len(out.Shipments) == 0 {
		fail(w, r, http.StatusNotFound, notFound, absent)
		return
	}
	writeJSON(w, http.StatusOK, out)
}

// byCustomer searches by reference, account and dates; the dates are those of the sale.
func (c *Carrier) byCustomer(w http.ResponseWriter, r *http.Request, l look) {
	q := r.URL.Query()
	if !require(w, r, q, "shipperAccountNumber") {
		return
	}
	from, to, ok := dateRange(q)
	if !ok {
		fail(w, r, http.StatusBadRequest, wrongFormat, "Parameters not having correct format: dateRangeFrom, dateRangeTo (YYYY-MM-DD)")
		return
	}
	value := q.Get("shipmentReference")
	var numbers []string
	if q.Get("shipperAccountNumber") == accountNumber {
		numbers = c.searched(value, q.Get("shipmentReferenceType"), from, to)
	}
	c.answerTracked(w, r, numbers, l, noReference+value)
}

// dateRange is open where a date is absent; the last day is in it, in any zone.
func dateRange(q url.Values) (from, to time.Time, ok bool) {
	to = time.Now().AddDate(1, 0, 0)
	var err error
	if s := q.Get("dateRangeFrom"); s != "" {
		if from, err = time.Parse("2006-01-02", s); err != nil {
			return from, to, false
		}
	}
	if s := q.Get("dateRangeTo"); s != "" {
		if to, err = time.Parse("2006-01-02", s); err != nil {
			return from, to, false
		}
	}
	return from, to, !to.Before(from)
}

// searched are the waybills of a reference, oldest first, of one type when one is named.
func (c *Carrier) searched(value, typeCode string, from, to time.Time) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, s := range c.byReference[value] {
		day := s.bookedAt.In(mocks.Zone(s.lane.from.CountryCode)).Format("2006-01-02")
		if !c.desk.Visible(s.bookedAt) || day < from.Format("2006-01-02") || day > to.Format("2006-01-02") || len(out) == maxTracked {
			continue
		}
		if slices.ContainsFunc(s.references, func(ref reference) bool { return ref.Value == value && ref.is(typeCode) }) {
			out = append(out, s.awb)
		}
	}
	return out
}

// is compares types: a reference without one is CU, and a search without one takes all.
func (r reference) is(typeCode string) bool {
	return typeCode == "" || r.TypeCode == typeCode || r.TypeCode == "" && typeCode == "CU"
}
