package yanwen

import (
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// order is one sale.
type order struct {
	request   createRequest
	product   product
	to        country
	waybill   string
	number    string // the carrier's own serial, yanwenOrderNumber
	lastMile  string // known to the customer a little later
	bookedAt  time.Time
	cancelled bool
	printed   bool
}

// create sells. The order number is burnt from then on, also after a cancel.
func (c *Carrier) create(body []byte) (any, *refusal) {
	var in createRequest
	if no := decode(body, &in); no != nil {
		return nil, no
	}
	o := &order{request: in, bookedAt: time.Now()}
	fen, no := o.check()
	if no != nil {
		return nil, no
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byOrder[in.OrderNumber] != nil {
		return nil, &refusal{"V121", "订单号重复"}
	}
	serial := c.desk.Serial(15)
	o.waybill, o.number, o.lastMile = s10("UH", serial[7:], "YP"), "YW"+serial[5:], "00340"+serial
	if err := c.book(o, fen); err != nil {
		return nil, &refusal{"S1", "系统错误"}
	}
	c.byOrder[in.OrderNumber], c.byWaybill[o.waybill] = o, o
	return createAnswer{WaybillNumber: o.waybill, OrderNumber: in.OrderNumber, YanwenOrderNumber: o.number}, nil
}

// book writes the parcel and then the sale: a parcel without a sale harms nobody.
func (c *Carrier) book(o *order, fen int64) error {
	in := o.request
	err := c.desk.AddParcel(mocks.Parcel{
		Number: o.waybill, Aliases: []string{o.lastMile}, CarrierID: o.number, Reference: in.OrderNumber, BookedAt: o.bookedAt,
		From: mocks.Place{City: "Shenzhen", PostalCode: "518000", Country: "CN"},
		To:   mocks.Place{City: in.ReceiverInfo.City, PostalCode: in.ReceiverInfo.ZipCode, Country: o.to.Code},
	})
	if err != nil {
		return err
	}
	return c.desk.Purchase(mocks.Purchase{
		Reference: in.OrderNumber, ClientReference: in.OrderNumber, CarrierID: o.number, TrackingNumber: o.waybill,
		Charged: mocks.Money{Amount: yuan(fen), Currency: "CNY"},
	})
}

// reference is the last mile's number, once it is there.
func (c *Carrier) reference(o *order) string {
	if time.Since(o.bookedAt) < c.desk.LateNumbers() {
		return ""
	}
	return o.lastMile
}

// s10 is a number in the shape of UPU S10: weights 8 6 4 2 3 5 9 7, check 11 - sum mod 11,
// where 10 is 0 and 11 is 5.
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
