package dhlexpress

import (
	"net/http"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// pickup is a courier's visit.
type pickup struct {
	number    string
	at        time.Time
	cancelled bool
}

type pickupRequest struct {
	Planned   string           `json:"plannedPickupDateAndTime"`
	CloseTime string           `json:"closeTime"`
	Accounts  []accountRequest `json:"accounts"`
	Original  string           `json:"originalShipperAccountNumber"` // of an update
	Number    string           `json:"dispatchConfirmationNumber"`   // of an update
	Shipments []struct {
		ProductCode    string           `json:"productCode"`
		TrackingNumber string           `json:"shipmentTrackingNumber"`
		Accounts       []accountRequest `json:"accounts"`
	} `json:"shipmentDetails"`
	CustomerDetails struct {
		Shipper struct {
			PostalAddress place `json:"postalAddress"`
		} `json:"shipperDetails"`
	} `json:"customerDetails"`
}

// confirmation is a number like PRG221222000062: an area of the network, the day, a serial.
func (c *Carrier) confirmation(now time.Time) string {
	return "SZX" + now.In(mocks.Zone("CN")).Format("060102") + c.desk.Serial(6)
}

// check is what a pickup needs beyond its schema. The words for closed hours and for a
// country without couriers are unconfirmed.
func (in pickupRequest) check(now time.Time) (time.Time, []string) {
	at, problem := checkStamp(in.Planned, now)
	accounts := in.Accounts
	for _, s := range in.Shipments {
		accounts = append(accounts, s.Accounts...)
	}
	_, served := in.CustomerDetails.Shipper.PostalAddress.country()
	switch {
	case problem != "":
		return at, []string{strings.Replace(problem, "ShipTimeStamp", "PickupTimeStamp", 1)}
	case !known(accounts):
		return at, []string{notAllowed}
	case !served:
		return at, []string{noOrigin}
	case in.CloseTime != "" && in.CloseTime <= at.Format("15:04"):
		return at, []string{"5511: The closeTime must be later than the planned pickup time."}
	}
	return at, nil
}

type pickupAnswer struct {
	Numbers        []string `json:"dispatchConfirmationNumbers,omitempty"`
	Number         string   `json:"dispatchConfirmationNumber,omitempty"` // of an update
	ReadyByTime    string   `json:"readyByTime"`
	NextPickupDate string   `json:"nextPickupDate"`
	Warnings       []string `json:"warnings,omitempty"`
}

// visit is when the courier comes for a pickup planned at this time.
func visit(at time.Time) pickupAnswer {
	day, moved := workday(at)
	out := pickupAnswer{ReadyByTime: at.Format("15:04"), NextPickupDate: day.Format("2006-01-02")}
	if moved > 0 {
		out.Warnings = []string{"The pickup was moved to the next working day."}
	}
	return out
}

func (c *Carrier) createPickup(w http.ResponseWriter, r *http.Request) {
	var in pickupRequest
	if !read(w, r, pickupSchema, http.StatusUnprocessableEntity, &in) {
		return
	}
	now := time.Now()
	at, problems := in.check(now)
	if len(problems) > 0 {
		fail(w, r, http.StatusBadRequest, badRequest, problems...)
		return
	}
	p := &pickup{number: c.confirmation(now), at: at}
	c.mu.Lock()
	c.pickups[p.number] = p
	c.mu.Unlock()
	out := visit(at)
	out.Numbers = []string{p.number}
	writeJSON(w, http.StatusCreated, out)
}

func (c *Carrier) updatePickup(w http.ResponseWriter, r *http.Request) {
	var in pickupRequest
	if !read(w, r, pickupUpdateSchema, http.StatusUnprocessableEntity, &in) {
		return
	}
	at, problems := in.check(time.Now())
	number := r.PathValue("dispatchConfirmation")
	switch {
	case in.Original != accountNumber:
		fail(w, r, http.StatusBadRequest, badRequest, "5556: The Original Shipper Account Number must match with the Shipper Account Number "+
			"used previously to create/update successful pickup request. Please check the Original Shipper Account Number and retry.")
	case in.Number != number:
		fail(w, r, http.StatusBadRequest, badRequest, "The dispatchConfirmationNumber does not match the path.")
	case len(problems) > 0:
		fail(w, r, http.StatusBadRequest, badRequest, problems...)
	case !c.move(number, at):
		fail(w, r, http.StatusNotFound, "Pickup not found", " Requested Pickup was not found") // the blank is the carrier's
	default:
		out := visit(at)
		out.Number = number
		writeJSON(w, http.StatusOK, out)
	}
}

func (c *Carrier) move(number string, at time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.pickups[number]
	if p == nil || p.cancelled {
		return false
	}
	p.at = at
	return true
}

func (c *Carrier) cancelPickup(w http.ResponseWriter, r *http.Request) {
	if !require(w, r, r.URL.Query(), "requestorName", "reason") {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.pickups[r.PathValue("dispatchConfirmation")]
	switch {
	case p == nil:
		fail(w, r, http.StatusNotFound, "Pickup not found", "Cancellation of booking was not successful. Requested Pickup was not found")
	case p.cancelled:
		fail(w, r, http.StatusBadRequest, badRequest, "Pickup already cancelled or completed")
	default:
		p.cancelled = true
		w.WriteHeader(http.StatusOK)
	}
}
