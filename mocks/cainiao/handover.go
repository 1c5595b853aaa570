package cainiao

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks/papers"
)

const maxBags = 100_000

// bag is a handover of parcels in one big bag.
type bag struct {
	id, order string // handover_content_id, handover_order_id
	code, no  string // its LP number and waybill
	parcels   []*order
	grams     int64
	cancelled bool
	at        time.Time
}

// hsf is the answer of the handover calls.
type hsf struct {
	Success bool   `json:"success"`
	Code    string `json:"error_code,omitempty"`
	Msg     string `json:"error_msg,omitempty"`
	Data    any    `json:"data,omitempty"`
}

// handoverNo is a business refusal. The codes are ours.
func handoverNo(code, msg string) (any, *refusal) {
	return map[string]hsf{"result": {Code: code, Msg: msg}}, nil
}

func handoverOK(data any) (any, *refusal) {
	return map[string]hsf{"result": {Success: true, Data: data}}, nil
}

// commitHandover is cainiao.global.handover.commit.
func (c *Carrier) commitHandover(p params) (any, *refusal) {
	for _, name := range []string{"order_code_list", "pickup_info", "user_info", "client"} {
		if p[name] == "" {
			return nil, missing(name)
		}
	}
	codes, ok := readCodes(p["order_code_list"])
	if !ok {
		return nil, malformed("order_code_list")
	}
	if bad := checkHandover(p); bad != "" {
		return handoverNo("PARAM_ERROR", bad)
	}
	if len(codes) < 1 || len(codes) > 1000 {
		return handoverNo("PARAM_ERROR", "order_code_list must have 1 to 1000 codes")
	}
	grams, ok := bagGrams(p["weight"], p["weight_unit"])
	if !ok {
		return handoverNo("PARAM_ERROR", "weight is not valid")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	b := &bag{grams: grams, at: time.Now()}
	taken := map[string]bool{}
	for _, code := range codes {
		o := c.byLP[code]
		switch {
		case o == nil || o.door != accountAE:
			return handoverNo("ORDER_NOT_FOUND", "parcel "+code+" does not exist")
		case o.bag != "" || taken[code]:
			return handoverNo("ORDER_ALREADY_HANDOVER", "parcel "+code+" is in a handover already")
		}
		taken[code] = true
		b.parcels = append(b.parcels, o)
	}
	if len(c.bags) >= maxBags {
		return nil, failing()
	}
	serial := c.desk.Serial(14)
	b.id, b.order, b.code, b.no = "51"+serial, "52"+serial, "LP"+serial, "BB"+serial
	for _, o := range b.parcels {
		o.bag = b.id
	}
	c.bags[b.id] = b
	id, order := number(b.id), number(b.order)
	return handoverOK(map[string]any{"handover_content_id": id, "handover_order_id": order, "handover_content_code": b.code})
}

// number is an id of ours, 16 digits, as the JSON number that the carrier tells.
func number(id string) json.Number { return json.Number(id) }

// readCodes reads a list of codes as JSON, or separated by commas as older clients send it.
func readCodes(list string) ([]string, bool) {
	var codes []string
	if strings.HasPrefix(list, "[") {
		return codes, json.Unmarshal([]byte(list), &codes) == nil
	}
	return strings.Split(list, ","), true
}

// bagGrams reads the weight; without a unit it is in grams, and it may be left out.
func bagGrams(weight, unit string) (int64, bool) {
	if weight == "" {
		return 0, unit == "" || unit == "g" || unit == "kg"
	}
	switch unit {
	case "", "g":
		g, ok := scaled(weight, 0)
		return g, ok && g > 0
	case "kg":
		g, ok := scaled(weight, 3)
		return g, ok && g > 0
	}
	return 0, false
}

// findBag looks a bag up by content id, order id, LP number or waybill.
func (c *Carrier) findBag(id string) *bag {
	if b := c.bags[id]; b != nil {
		return b
	}
	for _, b := range c.bags {
		if id != "" && (id == b.order || id == b.code || id == b.no) {
			return b
		}
	}
	return nil
}

// cancelHandover frees the parcels of a bag that was not handed in.
func (c *Carrier) cancelHandover(p params) (any, *refusal) {
	if p["user_info"] == "" || !client.MatchString(p["client"]) {
		return nil, missing("client and user_info")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.findBag(first(p["handover_content_id"], p["handover_order_id"], p["tracking_number"]))
	if b == nil {
		return handoverNo("HANDOVER_NOT_FOUND", "the handover does not exist")
	}
	for _, o := range b.parcels {
		if !b.cancelled && c.handedIn(o) {
			return handoverNo("STATUS_NOT_ALLOWED", "parcel "+o.lp+" was handed in already")
		}
	}
	for _, o := range b.parcels {
		if o.bag == b.id {
			o.bag = ""
		}
	}
	b.cancelled = true
	return handoverOK(map[string]bool{"result": true})
}

// first is the first text with something in it.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// queryHandover tells what is in a bag.
func (c *Carrier) queryHandover(p params) (any, *refusal) {
	if p["user_info"] == "" || !client.MatchString(p["client"]) {
		return nil, missing("client and user_info")
	}
	type parcel struct {
		Code   string `json:"order_code"`
		Status string `json:"status"`
		Name   string `json:"status_name"`
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.findBag(first(p["order_code"], p["tracking_number"]))
	if b == nil {
		return handoverNo("HANDOVER_NOT_FOUND", "the handover does not exist")
	}
	parcels, status := []parcel{}, "CREATED"
	for _, o := range b.parcels {
		s := c.status(o)
		parcels = append(parcels, parcel{o.lp, s, strings.ReplaceAll(s, "_", " ")})
		if c.handedIn(o) {
			status = "RECEIVED"
		}
	}
	if b.cancelled {
		status = "CANCELLED"
	}
	return handoverOK(map[string]any{"order_code": b.code, "tracking_number": b.no, "status": status, "status_name": strings.ToLower(status),
		"handover_order_status": status, "parcel_order_list": parcels, "estimate_weight": strconv.FormatInt(b.grams, 10), "weight_unit": "g",
		"estimate_fee": "0", "fee_currency": "CNY", "fee_unit": "cent"})
}

// printHandover returns waybill (1), shipping label (4) or manifest (512) as Base64.
func (c *Carrier) printHandover(p params) (any, *refusal) {
	if p["handover_content_id"] == "" || p["user_info"] == "" || !client.MatchString(p["client"]) {
		return nil, missing("handover_content_id, client and user_info")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bags[p["handover_content_id"]]
	if b == nil || b.cancelled {
		return handoverNo("HANDOVER_NOT_FOUND", "the handover does not exist")
	}
	var file []byte
	var err error
	switch p["type"] {
	case "", "1", "4":
		file, err = papers.Label{Carrier: "CAINIAO", Service: "Big bag", Number: b.code, Reference: b.no, From: b.parcels[0].from.lines(),
			To: []string{"Cainiao Shenzhen warehouse", "CN"}, Notes: []string{strconv.Itoa(len(b.parcels)) + " parcels"}}.PDF()
	case "512":
		file, err = b.manifest()
	default:
		return handoverNo("PARAM_ERROR", "type must be 1, 4 or 512")
	}
	if err != nil {
		return nil, failing()
	}
	return handoverOK(base64.StdEncoding.EncodeToString(file))
}

// manifest lists the parcels, 30 on each page.
func (b *bag) manifest() ([]byte, error) {
	var pages [][]byte
	for from := 0; from < len(b.parcels); from += 30 {
		page := papers.Invoice{Title: "Handover manifest", Number: b.code, Date: b.at.In(shanghai).Format("2006-01-02"),
			From: b.parcels[0].from.lines(), To: []string{"Cainiao Shenzhen warehouse", "CN"}, Total: strconv.Itoa(len(b.parcels)) + " parcels"}
		for _, o := range b.parcels[from:min(from+30, len(b.parcels))] {
			page.Lines = append(page.Lines, papers.Line{Description: o.lp, HSCode: "", Origin: o.to.country, Quantity: "1"})
		}
		file, err := page.PDF()
		if err != nil {
			return nil, err
		}
		pages = append(pages, file)
	}
	return merged(pages)
}
