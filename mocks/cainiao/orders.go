package cainiao

import (
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// shanghai is the zone of the carrier's own clock.
var shanghai = mocks.Zone("CN")

// closeAfter is when an order that was never handed in closes by itself.
const closeAfter = 30 * 24 * time.Hour

// order is one sale of either door.
type order struct {
	door      string // accountAE or accountLink
	id        string // AliExpress's warehouse order id
	lp        string
	number    string // international
	relabel   string // what the last mile may print over it
	trade     string // AliExpress trade order, or the customer's own at LINK
	out       string // LINK's outOrderId
	service   service
	grams     int64
	fen       int64
	sync      bool // the number came with the answer
	cancelled bool
	bookedAt  time.Time
	from, to  person
	contents  []string
	bag       string // content id of the handover that it is in
}

// person is what a label prints of an address.
type person struct{ name, street, city, postCode, country string }

func (p person) lines() []string {
	return []string{p.name, p.street, p.postCode + " " + p.city, p.country}
}

// book sells: under the carrier's lock, after every check.
func (c *Carrier) book(o *order) error {
	serial := c.desk.Serial(14)
	o.id, o.lp = "30"+serial, "LP"+serial
	o.number, o.relabel = s10("LX", serial[6:], "CN"), s10("RL", serial[6:], o.to.country)
	o.bookedAt, o.fen = time.Now(), o.service.charge(o.grams)
	o.sync = o.sync || c.desk.LateNumbers() == 0
	err := c.desk.AddParcel(mocks.Parcel{
		Number: o.number, Aliases: []string{o.lp, o.relabel}, CarrierID: o.lp, Reference: o.trade, BookedAt: o.bookedAt,
		From: mocks.Place{City: o.from.city, PostalCode: o.from.postCode, Country: "CN"},
		To:   mocks.Place{City: o.to.city, PostalCode: o.to.postCode, Country: o.to.country},
	})
	if err != nil {
		return err
	}
	sale := mocks.Purchase{Account: o.door, Reference: o.trade, ClientReference: o.trade, CarrierID: o.lp,
		Charged: mocks.Money{Amount: yuan(o.fen), Currency: "CNY"}}
	if o.door == accountLink {
		sale.ClientReference = o.out
	}
	if o.sync {
		sale.TrackingNumber = o.number
	}
	if err := c.desk.Purchase(sale); err != nil {
		return err
	}
	c.orders = append(c.orders, o)
	c.byLP[o.lp], c.byNumber[o.number], c.byNumber[o.relabel] = o, o, o
	return nil
}

// first is the international number that the order was given, "" while there is none. A late
// number enters the ledger when it is read for the first time.
func (c *Carrier) first(o *order) string {
	if o.sync {
		return o.number
	}
	if time.Since(o.bookedAt) < c.desk.LateNumbers() {
		return ""
	}
	o.sync = true
	c.desk.Number(o.lp, o.number)
	return o.number
}

// latest is the number that the parcel has by now: the last mile may put its own over it.
func (c *Carrier) latest(o *order) string {
	number := c.first(o)
	if number != "" && slices.ContainsFunc(c.scans(o), func(s mocks.Scan) bool { return s.Code == "GTMS_RELABEL" }) {
		return o.relabel
	}
	return number
}

func (c *Carrier) scans(o *order) []mocks.Scan {
	p, _ := c.desk.Parcel(o.number)
	return p.Scans
}

// handedIn tells whether the network has the parcel: from then on it cannot be cancelled.
func (c *Carrier) handedIn(o *order) bool {
	return slices.ContainsFunc(c.scans(o), func(s mocks.Scan) bool { return !announced[s.Code] })
}

// announced are the codes of a parcel that is still with the seller.
var announced = map[string]bool{"CONSIGN": true, "OM_CONSIGN": true, "GTMS_ASN": true, "PU_PICKUP_FAILURE": true}

// status is the word of AliExpress's order list. Its list of words is published garbled, so
// that these are unconfirmed.
func (c *Carrier) status(o *order) string {
	seen := map[string]bool{}
	for _, s := range c.scans(o) {
		seen[s.Code] = true
	}
	switch {
	case o.cancelled || !c.handedIn(o) && time.Since(o.bookedAt) > closeAfter:
		return "closed"
	case seen["SC_OUTBOUND_SUCCESS"] || seen["LH_DEPART"]:
		return "send_goods_success"
	case seen["SC_INBOUND_SUCCESS"]:
		return "warehouse_receive_success"
	case seen["PU_PICKUP_SUCCESS"]:
		return "pickup_success"
	}
	return "wait_warehouse_receive_goods"
}

// s10 is an international number in the shape of UPU S10: weights 8 6 4 2 3 5 9 7, check digit
// 11 - sum mod 11, where 10 is 0 and 11 is 5.
func s10(service, serial, country string) string {
	sum := 0
	for i, weight := range []int{8, 6, 4, 2, 3, 5, 9, 7} {
		sum += weight * int(serial[i]-'0')
	}
	check := 11 - sum%11
	switch check {
	case 10:
		check = 0
	case 11:
		check = 5
	}
	return service + serial + string(rune('0'+check)) + country
}
