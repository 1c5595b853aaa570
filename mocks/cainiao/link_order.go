package cainiao

import (
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
)

// linkOrder is the message of cnge.order.create. Fields that price and route nothing are left
// to the JSON.
type linkOrder struct {
	OutOrderID string `json:"outOrderId"`
	Locale     string `json:"locale"`
	Sync       text   `json:"syncGetTrackingNumber"`
	Trade      struct {
		ID text `json:"tradeOrderId"`
	} `json:"tradeOrderParam"`
	Solution struct {
		Code string `json:"solutionCode"`
	} `json:"solutionParam"`
	Packages []linkPackage `json:"packageParams"`
	Sender   *linkPerson   `json:"senderParam"`
	Receiver *linkPerson   `json:"receiverParam"`
	Returner *linkPerson   `json:"returnerParam"`
}

type linkPackage struct {
	Length int64      `json:"length"` // cm
	Width  int64      `json:"width"`
	Height int64      `json:"height"`
	Weight int64      `json:"weight"` // g
	Items  []linkItem `json:"itemParams"`
}

type linkItem struct {
	English   string `json:"englishName"`
	Chinese   string `json:"chineseName"`
	Quantity  int64  `json:"quantity"`
	UnitPrice int64  `json:"unitPrice"` // minor units
	Currency  string `json:"unitPriceCurrency"`
	Weight    int64  `json:"weight"` // g
	HSCode    text   `json:"hscode"`
}

type linkPerson struct {
	Name      string `json:"name"`
	Mobile    string `json:"mobilePhone"`
	Telephone string `json:"telephone"`
	ZipCode   string `json:"zipCode"`
	Country   string `json:"countryCode"`
	City      string `json:"city"`
	Street    string `json:"street"`
	Detail    string `json:"detailAddress"`
}

type linkCreated struct {
	OrderCode string `json:"orderCode"`
	Number    string `json:"trackingNumber,omitempty"`
	LaneCode  string `json:"laneCode"`
}

var (
	outOrderShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	currencyShape = regexp.MustCompile(`^[A-Z]{3}$`)
)

// linkCreate sells. An outOrderId that was sold already is answered with its order again;
// whether the real gateway does so is presumed, not confirmed.
func (c *Carrier) linkCreate(message []byte) (any, *linkNo) {
	var in linkOrder
	if no := readLink(message, &in); no != nil {
		return nil, no
	}
	o, no := in.order()
	if no != nil {
		return nil, no
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.byOut[in.OutOrderID]; old != nil {
		return linkCreated{old.lp, c.first(old), old.lane()}, nil
	}
	if err := c.book(o); err != nil {
		return nil, &linkNo{systemDown, "system exception"}
	}
	c.byOut[in.OutOrderID] = o
	return linkCreated{o.lp, c.first(o), o.lane()}, nil
}

func (o *order) lane() string { return "L_AE_" + o.service.solution + "_" + o.to.country }

// order checks the message and makes an order of it.
func (in linkOrder) order() (*order, *linkNo) {
	if !outOrderShape.MatchString(in.OutOrderID) {
		return nil, &linkNo{badParams, "outOrderId must have 1 to 64 letters, digits, - and _"}
	}
	s, known := findService(globals, in.Solution.Code)
	if !known {
		return nil, &linkNo{badBusiness, "solutionCode " + in.Solution.Code + " is not available"}
	}
	if len(in.Packages) != 1 {
		return nil, &linkNo{badParams, "packageParams must have one package"}
	}
	p := in.Packages[0]
	if bad := p.check(); bad != "" {
		return nil, &linkNo{badParams, "packageParams: " + bad}
	}
	if !s.carries(p.Weight, [3]int64{10 * p.Length, 10 * p.Width, 10 * p.Height}) {
		return nil, &linkNo{badBusiness, "weight or size is over the limit of " + s.code}
	}
	for role, who := range map[string]*linkPerson{"senderParam": in.Sender, "receiverParam": in.Receiver} {
		if bad := who.check(); bad != "" {
			return nil, &linkNo{badParams, role + ": " + bad}
		}
	}
	if unserved[in.Receiver.Country] {
		return nil, &linkNo{badBusiness, "no lane to " + in.Receiver.Country}
	}
	o := &order{door: accountLink, out: in.OutOrderID, trade: string(in.Trade.ID), service: s, grams: p.Weight,
		sync: in.Sync == "true", from: in.Sender.person(), to: in.Receiver.person()}
	for _, item := range p.Items {
		o.contents = append(o.contents, strconv.FormatInt(item.Quantity, 10)+" x "+item.English)
	}
	return o, nil
}

func (p linkPackage) check() string {
	if min(p.Length, p.Width, p.Height, p.Weight) < 1 {
		return "length, width, height and weight are required"
	}
	if len(p.Items) < 1 || len(p.Items) > 100 {
		return "itemParams must have 1 to 100 items"
	}
	for _, item := range p.Items {
		switch {
		case strings.TrimSpace(item.English) == "":
			return "englishName is required"
		case item.Quantity < 1 || item.UnitPrice < 1:
			return "quantity and unitPrice are required"
		case !currencyShape.MatchString(item.Currency):
			return "unitPriceCurrency is not valid"
		}
	}
	return ""
}

func (p *linkPerson) check() string {
	switch {
	case p == nil:
		return "is required"
	case strings.TrimSpace(p.Name) == "":
		return "name is required"
	case p.Mobile == "" && p.Telephone == "":
		return "mobilePhone or telephone is required"
	case !countryShape.MatchString(p.Country):
		return "countryCode is not valid"
	case p.City == "":
		return "city is required"
	case p.Street == "" && p.Detail == "":
		return "detailAddress is required"
	case p.ZipCode == "" && !withoutPostCode[p.Country]:
		return "zipCode is required"
	}
	return ""
}

func (p *linkPerson) person() person {
	return person{name: p.Name, street: first(p.Detail, p.Street), city: p.City, postCode: p.ZipCode, country: p.Country}
}

// linkFind reads a message with an orderCode.
func (c *Carrier) linkFind(message []byte) (*order, *linkNo) {
	var in struct {
		OrderCode string `json:"orderCode"`
	}
	if no := readLink(message, &in); no != nil {
		return nil, no
	}
	if in.OrderCode == "" {
		return nil, &linkNo{badParams, "orderCode is required"}
	}
	o := c.byLP[in.OrderCode]
	if o == nil || o.door != accountLink {
		return nil, &linkNo{badBusiness, "order " + in.OrderCode + " does not exist"}
	}
	return o, nil
}

// linkCancel voids what was not handed in. Cancelling twice succeeds twice.
func (c *Carrier) linkCancel(message []byte) (any, *linkNo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, no := c.linkFind(message)
	if no != nil {
		return nil, no
	}
	if !o.cancelled && c.handedIn(o) {
		return nil, &linkNo{badBusiness, "the order was handed in and cannot be cancelled"}
	}
	if !o.cancelled {
		o.cancelled = true
		c.desk.Void(o.lp)
	}
	return nil, nil
}

// linkWaybill prints the label, once there is a number on it.
func (c *Carrier) linkWaybill(message []byte) (any, *linkNo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, no := c.linkFind(message)
	switch {
	case no != nil:
		return nil, no
	case o.cancelled:
		return nil, &linkNo{badBusiness, "the order is cancelled"}
	case c.first(o) == "":
		return nil, &linkNo{badBusiness, "the waybill is not there yet, please try again later"}
	}
	file, err := o.paper().PDF()
	if err != nil {
		return nil, &linkNo{systemDown, "system exception"}
	}
	return map[string]string{
		"waybillPdfData": base64.StdEncoding.EncodeToString(file), "trackingNumber": o.number, "laneCode": o.lane(),
		"laneName": o.service.name + " " + o.to.country, "laneLastMileCP": "LOCAL_POST", "distributionWarehouse": "Dongguan",
	}, nil
}

// linkTrack tells the scans, the oldest first, with a success of its own.
func (c *Carrier) linkTrack(message []byte) (any, *linkNo) {
	c.mu.Lock()
	o, no := c.linkFind(message)
	c.mu.Unlock()
	if no != nil {
		return nil, no
	}
	type traces struct {
		Success string  `json:"success"`
		List    []trace `json:"traceDetailList"`
	}
	out := traces{"true", []trace{}}
	for _, s := range c.scans(o) {
		out.List = append(out.List, traceOf(s))
	}
	return out, nil
}
