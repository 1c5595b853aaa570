package wishpost

import (
	"encoding/json"
	"net/http"
	"regexp"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

const (
	maxOrders = 50   // of one request
	maxIDs    = 1000 // of one query
)

// createOrder sells. All orders of a request are checked before the first is sold. The number
// of some channels is not there yet in the answer.
func (c *Carrier) createOrder(r *http.Request, in node) ([]node, *refusal) {
	if inner := in.all("orders"); in.name == "root" && len(inner) == 1 {
		in = inner[0]
	}
	list := in.all("order")
	if in.name != "orders" || len(list) == 0 || len(list) > maxOrders {
		return nil, missing("orders/order")
	}
	var orders []*order
	for _, n := range list {
		o, no := readOrder(n)
		if no != nil {
			return nil, no
		}
		orders = append(orders, o)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out := []node{leaf("mark", in.get("mark"))}
	for _, o := range orders {
		if no := c.sell(o); no != nil {
			return nil, no
		}
		out = append(out, c.sold(r, o)...)
	}
	return out, nil
}

// sell is called under the lock. The parcel is written before the sale: one without a sale
// harms nobody.
func (c *Carrier) sell(o *order) *refusal {
	if c.balance+debtLimit < o.fen {
		return &refusal{code: codeFunds, message: "Insufficient balance"}
	}
	serial := c.desk.Serial(12)
	o.id, o.barcode, o.bookedAt = "WI"+serial+"DMO", s10(o.channel.service, serial[4:], "CN"), time.Now()
	o.told = !o.channel.late
	p := mocks.Parcel{Number: o.barcode, CarrierID: o.id, Reference: o.reference, BookedAt: o.bookedAt,
		From: mocks.Place{City: o.in.get("sender_city"), PostalCode: o.in.get("sender_zipcode"), Country: "CN"},
		To:   mocks.Place{City: o.in.get("recipient_city"), PostalCode: o.in.get("recipient_postcode"), Country: o.country}}
	sale := mocks.Purchase{Reference: o.reference, ClientReference: o.guid, CarrierID: o.id, Charged: mocks.Money{Amount: yuan(o.fen), Currency: "CNY"}}
	if o.told {
		sale.TrackingNumber = o.barcode
	}
	err := c.desk.AddParcel(p)
	if err == nil {
		err = c.desk.Purchase(sale)
	}
	if err != nil {
		return &refusal{code: codeUnknown, message: "Unknown error"}
	}
	c.balance -= o.fen
	c.byID[o.id], c.byBarcode[o.barcode] = o, o
	return nil
}

// sold is the answer for one order.
func (c *Carrier) sold(r *http.Request, o *order) []node {
	number, state := c.number(o), "Created"
	if number != "" {
		state = "Issued"
	}
	out := []node{leaf("wish_standard_tracking_id", o.id), leaf("barcode", number, "guid", o.guid, "state", state)}
	if number != "" {
		out = append(out, leaf("PDF_10_EN_URL", c.fileURL(r, file{printEnglish, printSquare, []string{number}})),
			leaf("PDF_10_LCL_URL", c.fileURL(r, file{printLocal, printSquare, []string{number}})))
	}
	if has([]string{"10-0", "10-1"}, o.channel.OType) {
		out = append(out, leaf("c_code", "C1"), leaf("q_code", "Q01"), leaf("y_code", "Y"+o.country))
	}
	return out
}

// number is the carrier's number, "" while it is not there. The lock is held.
func (c *Carrier) number(o *order) string {
	if o.channel.late && time.Since(o.bookedAt) < c.desk.LateNumbers() {
		return ""
	}
	if !o.told {
		o.told = true
		c.desk.Number(o.id, o.barcode)
	}
	return o.barcode
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

// States of an order, by the groups of the platform's pages. That state_code uses them is
// unconfirmed.
const (
	stateAwaiting   = 1
	stateMoving     = 2
	stateDelivered  = 3
	stateCancelled  = 4
	stateInProgress = 5
)

var stateNames = map[int]string{stateAwaiting: "Awaiting Dispatch", stateMoving: "In Transmission", stateDelivered: "Delivered",
	stateCancelled: "Cancelled", stateInProgress: "In Progress"}

// state follows from the number and the last scan. The lock is held.
func (c *Carrier) state(o *order) int {
	p, _ := c.desk.Parcel(o.barcode)
	switch {
	case o.cancelled:
		return stateCancelled
	case c.number(o) == "":
		return stateInProgress
	case len(p.Scans) == 0 || p.Scans[len(p.Scans)-1].Code == scanMade:
		return stateAwaiting
	case o.channel.Registered && has(arrivals, p.Scans[len(p.Scans)-1].Code):
		return stateDelivered
	}
	return stateMoving
}

// record is an order as order_status tells it.
type record struct {
	ID           string   `json:"wish_standard_tracking_id"`
	Number       string   `json:"logistics_order_code"` // empty while it is not there
	StateCode    int      `json:"state_code"`
	StateName    string   `json:"state_name"`
	Message      string   `json:"message"`
	Transactions []string `json:"wish_transaction_ids"`
	CancelReason string   `json:"cancel_reason_code"`
	CancelFail   string   `json:"cancel_fail_reason"`
	QRCode       string   `json:"reference_qrcode"`
	LocalURL     string   `json:"PDF_10_LCL_URL"`
	EnglishURL   string   `json:"PDF_10_EN_URL"`
	Warehouse    string   `json:"dest_warehouse_code"`
	Hub          string   `json:"hub_warehouse_code"`
}

// orderStatus tells of the orders of these WI ids; others are left out. Its label URLs are
// empty: generate_label has them.
func (c *Carrier) orderStatus(body []byte) (map[string]any, *refusal) {
	var in struct {
		IDs []string `json:"wish_standard_tracking_ids"`
	}
	switch {
	case json.Unmarshal(body, &in) != nil:
		return nil, invalid("wish_standard_tracking_ids", "not a list of texts")
	case len(in.IDs) == 0:
		return nil, missing("wish_standard_tracking_ids")
	case len(in.IDs) > maxIDs:
		return nil, invalid("wish_standard_tracking_ids", "too many")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out := []record{}
	for _, id := range in.IDs {
		if o := c.byID[id]; o != nil {
			state := c.state(o)
			out = append(out, record{ID: o.id, Number: c.number(o), StateCode: state, StateName: stateNames[state], Transactions: []string{o.reference},
				CancelReason: o.reason, QRCode: o.id, Warehouse: o.in.get("warehouse_code")})
		}
	}
	return map[string]any{"orders": out}, nil
}

// failedCancel is an order that was not cancelled. Its codes are unconfirmed.
type failedCancel struct {
	TrackingID string `json:"tracking_id"`
	ID         string `json:"wish_standard_tracking_id"`
	Code       string `json:"cancel_result_code"`
	Message    string `json:"cancel_result_message"`
	UserID     string `json:"user_id"`
}

var reasonCode = regexp.MustCompile(`^\d{5}$`)

// cancelOrders gives money back for what nobody has collected. The call succeeds even when no
// order was cancelled: only the list of failures tells.
func (c *Carrier) cancelOrders(body []byte) (map[string]any, *refusal) {
	var in struct {
		Orders []struct {
			ID     string `json:"tracking_id"`
			Reason string `json:"cancel_reason_code"`
		} `json:"orders"`
	}
	if json.Unmarshal(body, &in) != nil {
		return nil, invalid("orders", "not a list of objects")
	}
	if len(in.Orders) == 0 || len(in.Orders) > maxIDs {
		return nil, missing("orders")
	}
	for _, v := range in.Orders {
		if v.ID == "" || !reasonCode.MatchString(v.Reason) {
			return nil, missing("tracking_id, cancel_reason_code")
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	failed := []failedCancel{}
	for _, v := range in.Orders {
		if code, message := c.cancel(v.ID, v.Reason); code != "" {
			out := failedCancel{TrackingID: v.ID, Code: code, Message: message, UserID: merchant}
			if o := c.find(v.ID); o != nil {
				out.ID = o.id
			}
			failed = append(failed, out)
		}
	}
	return map[string]any{"failed_cancel_orders": failed}, nil
}

// find goes by WI id or number. The lock is held.
func (c *Carrier) find(id string) *order {
	if o := c.byID[id]; o != nil {
		return o
	}
	if o := c.byBarcode[id]; o != nil && c.number(o) != "" {
		return o
	}
	return nil
}

// cancel returns why not, if not. The lock is held.
func (c *Carrier) cancel(id, reason string) (code, message string) {
	o := c.find(id)
	if o == nil {
		return "50001", "Order does not exist"
	}
	switch c.state(o) {
	case stateCancelled:
		return "50002", "Order is cancelled already"
	case stateMoving, stateDelivered:
		return "50003", "Order is in transmission and cannot be cancelled"
	}
	o.cancelled, o.reason = true, reason
	c.balance += o.fen
	c.desk.Void(o.id)
	return "", ""
}
