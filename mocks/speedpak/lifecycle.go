package speedpak

import (
	"net/http"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// maxClones is how often a package can be sent again.
const maxClones = 3

// confirm freezes the money and orders the pickup: the sale. It is refused in any state but
// created, so that nothing is sold twice.
func (c *Carrier) confirm(id string) *apiError {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.packages[id]
	if p == nil {
		return new(fault(355037, id))
	}
	for _, line := range p.lines() {
		if e := ordered(line, 1, confirmFails); e != nil {
			return e
		}
	}
	switch {
	case p.status != created:
		return new(fault(355038))
	case p.uncertified:
		return new(fault(355039))
	case c.wallet < p.cost:
		return new(fault(355031))
	}
	now := time.Now()
	err := c.desk.AddParcel(mocks.Parcel{
		Number: p.number, Aliases: []string{p.lastMile}, CarrierID: p.id, Reference: p.purchase().Reference, BookedAt: now,
		From: mocks.Place{City: p.from.CityName, PostalCode: p.from.Postcode, Country: p.from.CountryCode},
		To:   mocks.Place{City: p.info.ShipTo.City, PostalCode: p.info.ShipTo.Postcode, Country: p.info.ShipTo.CountryCode},
	})
	if err == nil {
		err = c.desk.Purchase(p.purchase())
	}
	if err != nil {
		return new(fault(355000))
	}
	p.status, p.confirmedAt = confirmed, now
	c.wallet -= p.cost
	return nil
}

// cancel ends a package that nobody has picked up, gives the money back and lets its lines go.
func (c *Carrier) cancel(id string) *apiError {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.packages[id]
	if p == nil {
		return new(fault(355037, id))
	}
	booked, _ := c.desk.Parcel(p.number)
	moving := slices.ContainsFunc(booked.Scans, func(s mocks.Scan) bool { return s.Code != orderReceived })
	if p.status == cancelled || moving {
		return new(fault(355042))
	}
	if p.status == confirmed {
		c.desk.Void(p.id)
		c.wallet += p.cost
	}
	p.status = cancelled
	return nil
}

// remove forgets a cancelled package.
func (c *Carrier) remove(id string) *apiError {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.packages[id]
	if p == nil {
		return new(fault(355004, id))
	}
	if p.status != cancelled {
		return new(fault(355064))
	}
	delete(c.packages, id)
	delete(c.byNumber, p.number)
	for _, line := range p.lines() {
		c.byLine[line] = slices.DeleteFunc(c.byLine[line], func(other *parcel) bool { return other == p })
		if len(c.byLine[line]) == 0 {
			delete(c.byLine, line)
		}
	}
	return nil
}

func (c *Carrier) confirmPackage(w http.ResponseWriter, r *http.Request) { c.one(w, r, c.confirm) }
func (c *Carrier) cancelPackage(w http.ResponseWriter, r *http.Request)  { c.one(w, r, c.cancel) }
func (c *Carrier) deletePackage(w http.ResponseWriter, r *http.Request)  { c.one(w, r, c.remove) }

func (c *Carrier) one(w http.ResponseWriter, r *http.Request, act func(string) *apiError) {
	if e := act(r.PathValue("id")); e != nil {
		deny(w, e)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// maxBulk is how many packages one call may name.
const maxBulk = 200

type bulkResult struct {
	PackageID  string `json:"packageId"`
	ResultCode string `json:"resultCode"`
	Message    string `json:"message"`
}

// bulk does one thing to many packages, each for itself: the answer is a 200 whatever
// happened to them.
func (c *Carrier) bulk(act func(*Carrier, string) *apiError) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Requests struct {
				PackageIDs []string `json:"packageIds"`
			} `json:"requests"`
		}
		if !read(w, r, &in) {
			return
		}
		ids := in.Requests.PackageIDs
		if len(ids) == 0 || len(ids) > maxBulk {
			deny(w, invalid("packageIds", "1 to 200"))
			return
		}
		out := make([]bulkResult, len(ids))
		for i, id := range ids {
			out[i] = outcome(id, act(c, id))
		}
		writeJSON(w, http.StatusOK, map[string][]bulkResult{"responses": out})
	}
}

func outcome(id string, e *apiError) bulkResult {
	if e != nil {
		return bulkResult{id, code(e), e.Message}
	}
	return bulkResult{id, "200", "SUCCESS"}
}

// clonePackage makes a new draft of a package that came back or was cancelled.
func (c *Carrier) clonePackage(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	c.mu.Lock()
	p := c.packages[id]
	var e *apiError
	switch {
	case p == nil:
		e = new(fault(355004, id))
	case p.clones >= maxClones:
		e = new(fault(355046))
	default:
		if s := c.statusOf(p); s != cancelled && s != returned {
			e = new(fault(355045))
		}
	}
	c.mu.Unlock()
	if e != nil {
		deny(w, e)
		return
	}
	copied := &parcel{info: p.info, agent: p.agent}
	copied.info.MaxQuantityLimit = max(copied.info.MaxQuantityLimit, 1) + 1 // beside the one that came back
	if e = copied.check(c); e == nil {
		e = c.draft(copied)
	}
	if e != nil {
		deny(w, e)
		return
	}
	c.mu.Lock()
	p.clones++
	copied.clones = p.clones // a copy of a copy counts too
	c.mu.Unlock()
	result := copied.result()
	result.EstimateCost, result.PaymentCost = nil, result.EstimateCost
	writeJSON(w, http.StatusCreated, map[string]createResult{"clonePackageResult": result})
}
