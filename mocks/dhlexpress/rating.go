package dhlexpress

import (
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// inquiry is a rate question from either door.
type inquiry struct {
	lane            lane
	pieces          pieces
	at              time.Time // planned, in the shipper's own offset
	dutiable        bool
	products        []string // codes asked for; none asks for all
	network         string   // TD, DD, or both when empty
	services        []serviceRequest
	nextBusinessDay bool
	deliveryType    string // QDDF or QDDC
	noDelivery      bool   // the estimate was declined
	strict          bool
}

// Refusals of a lane or a product, as integrators have seen them.
const (
	noLane       = "410301: Product not available between this origin and destination (network segment)."
	noAccount    = "The account number is not found or invalid. Please check the account number and retry."
	notAllowed   = "8003: Account not allowed for this service. Please contact your DHL Express representative."
	noOrigin     = "420504: The origin location is invalid. Please check the city, postal code and country."      // unconfirmed
	noDest       = "420505: The destination location is invalid. Please check the city, postal code and country." // unconfirmed
	laxLocation  = "The postal code of the %s does not have the country's format; the city was used instead."     // unconfirmed
	withoutPrice = "410140: Product %s is available, but there is no tariff for this account; it was not rated."  // unconfirmed
)

func noProduct(codes ...string) string {
	return "1001: The requested product(s) (" + strings.Join(codes, ",") + ") not available based on your search criteria."
}

func noService(index int, code string) string {
	return "7008: The requested Special Service Code  #/valueAddedServices/" + strconv.Itoa(index) + "/serviceCode '" + code +
		"' is not available between this origin and destination. " +
		"Please validate the products and services combination (via the /rates or /products service) or contact our customer service."
}

// offers are the products that answer an inquiry, or what is wrong with it.
func (q inquiry) offers() ([]product, []string) {
	if _, ok := findLane(q.lane.from, q.lane.to); !ok {
		return nil, []string{noLane}
	}
	if problems := q.locations(); q.strict && len(problems) > 0 {
		return nil, problems
	}
	if !q.pieces.fit() {
		return nil, []string{noProduct(q.codes()...)}
	}
	var problems []string
	for i, s := range q.services {
		if o, ok := findOptional(s.ServiceCode); !ok || !o.serves(q.lane, q.dutiable) {
			problems = append(problems, noService(i, s.ServiceCode))
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	var out []product
	for _, code := range q.orAll() {
		for _, p := range available(q.lane, q.dutiable, code) {
			if q.network == "" || q.network == p.network {
				out = append(out, p)
			}
		}
	}
	if len(out) == 0 {
		return nil, []string{noProduct(q.codes()...)}
	}
	return out, nil
}

func (q inquiry) orAll() []string {
	if len(q.products) == 0 {
		return []string{""}
	}
	return q.products
}

func (q inquiry) codes() []string {
	if len(q.products) > 0 {
		return q.products
	}
	if q.dutiable {
		return []string{"P"}
	}
	return []string{"D"}
}

// locations says which end has a postal code that its country would not have.
func (q inquiry) locations() []string {
	var out []string
	if !q.lane.from.postalFits() {
		out = append(out, noOrigin)
	}
	if !q.lane.to.postalFits() {
		out = append(out, noDest)
	}
	return out
}

// pickupDay is when the courier comes: not at the weekend.
func (q inquiry) pickupDay() (time.Time, int) { return workday(q.at) }

// delivery is the day and time, local at the destination, by which p arrives.
func (q inquiry) delivery(p product) (time.Time, int) {
	day, _ := q.pickupDay()
	transit := q.lane.transit() + p.days
	by := addWorkdays(day, transit)
	clock, _ := time.Parse("15:04:05", p.by)
	at := time.Date(by.Year(), by.Month(), by.Day(), clock.Hour(), clock.Minute(), clock.Second(), 0, mocks.Zone(q.lane.to.CountryCode))
	return at, transit
}

const localStamp = "2006-01-02T15:04:05"

func (q inquiry) pickupCapabilities() pickupCapabilities {
	day, moved := q.pickupDay()
	code, _ := serviceArea(q.lane.from.CityName, q.lane.from.CountryCode)
	return pickupCapabilities{
		NextBusinessDay: q.nextBusinessDay || moved > 0, LocalCutoff: day.Format("2006-01-02") + "T18:00:00",
		PickupEarliest: "09:00:00", PickupLatest: "18:30:00", SameDayCutoff: "20:00:00",
		OriginServiceArea: code, OriginFacility: code, PickupAdditionalDays: moved, PickupDayOfWeek: weekday(day),
	}
}

func (q inquiry) deliveryCapabilities(p product) deliveryCapabilities {
	at, transit := q.delivery(p)
	code, _ := serviceArea(q.lane.to.CityName, q.lane.to.CountryCode)
	out := deliveryCapabilities{DeliveryTypeCode: q.deliveryType, DestinationServiceArea: code, DestinationFacility: code,
		DeliveryDayOfWeek: weekday(at), TotalTransitDays: transit}
	if !q.noDelivery {
		out.EstimatedDelivery = at.Format(localStamp)
	}
	if q.lane.to.remote() {
		out.DeliveryAdditionalDays = 1
	}
	return out
}
