package speedpak

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// actualCost is one charge. Types: 01 shipping, 06 weight gap.
type actualCost struct {
	TrackingNumber string      `json:"trackingNumber"`
	CostType       string      `json:"costType"`
	ChargeMode     string      `json:"chargeMode"`
	ActualWeight   json.Number `json:"actualWeight"` // g
	ChargeWeight   json.Number `json:"chargeWeight"` // g
	Size           string      `json:"size"`
	Amount         amount      `json:"amount"`
	BillingTime    string      `json:"billingTime"`
	ResultCode     string      `json:"resultCode"`
	Message        *string     `json:"message"`
	Remark         *string     `json:"remark"`
}

// gapGrams is by how much a parcel that got a WEIGHT_GAP scan was heavier than declared.
const gapGrams = 100

// getActualCosts tells what packages cost, by their numbers or by the time of creation. A
// charge is there once the number is late enough (see the sandbox's settings).
func (c *Carrier) getActualCosts(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var found []*parcel
	if len(q["tracking_numbers"]) > 0 {
		list, ok := numbers(w, q)
		if !ok {
			return
		}
		for _, n := range list {
			p, ok := c.live(n)
			if !ok {
				deny(w, new(fault(355071, n)))
				return
			}
			found = append(found, p)
		}
	} else {
		from, err := time.Parse(moment, q.Get("trans_begin_time"))
		if err != nil {
			deny(w, new(fault(355069)))
			return
		}
		to, err := time.Parse(moment, q.Get("trans_end_time"))
		if err != nil || to.Before(from) {
			deny(w, new(fault(355070)))
			return
		}
		found = c.createdBetween(from, to)
	}
	out := []actualCost{}
	for _, p := range found {
		out = append(out, c.costs(p)...)
	}
	writeJSON(w, http.StatusOK, map[string][]actualCost{"actualCosts": out})
}

// createdBetween lists packages in the order of their creation.
func (c *Carrier) createdBetween(from, to time.Time) []*parcel {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*parcel
	for _, p := range c.packages {
		if !p.createdAt.Before(from) && !p.createdAt.After(to) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *parcel) int {
		if v := a.createdAt.Compare(b.createdAt); v != 0 {
			return v
		}
		return strings.Compare(a.id, b.id)
	})
	return out
}

func (c *Carrier) costs(p *parcel) []actualCost {
	c.mu.Lock()
	sold, at := p.status == confirmed, p.confirmedAt
	c.mu.Unlock()
	if !sold || time.Since(at) < c.desk.LateNumbers() {
		return nil
	}
	number := func(v int64) json.Number { return json.Number(strconv.FormatInt(v, 10)) }
	one := actualCost{TrackingNumber: p.number, CostType: "01", ChargeMode: p.chargeMode, ActualWeight: number(p.grams), ChargeWeight: number(p.chargedGrams),
		Size: fmt.Sprintf("%d*%d*%d", p.size[0], p.size[1], p.size[2]), Amount: dollars(p.cost), BillingTime: at.UTC().Format(moment), ResultCode: "200"}
	out := []actualCost{one}
	booked, _ := c.desk.Parcel(p.number)
	i := slices.IndexFunc(booked.Scans, func(s mocks.Scan) bool { return s.Code == weightGap })
	if i >= 0 {
		gap := one
		grams, mode := p.service.charged(p.grams+gapGrams, p.size[0], p.size[1], p.size[2])
		more := p.service.price(p.info.ShipTo.CountryCode, grams) - p.cost
		gap.CostType, gap.ChargeMode, gap.ActualWeight, gap.ChargeWeight = "06", mode, number(p.grams+gapGrams), number(grams)
		gap.Amount, gap.BillingTime = dollars(more), booked.Scans[i].At.UTC().Format(moment)
		out = append(out, gap)
	}
	return out
}
