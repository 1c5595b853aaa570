package yanwen

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/mocks"
	"github.com/crossdock-hub/crossdock/mocks/papers"
)

// maxList is how many orders one getlist may ask for.
const maxList = 50

// States of an order. Source: a public client's transcription of the carrier's page.
const (
	stateMade      = 0
	stateConfirmed = 1
	stateReceived  = 2
	stateMoving    = 3
	stateDelivered = 4
	stateCancelled = 5
	stateUndeliver = 7
	stateException = 8
	stateReturned  = 9
)

// state follows from the last scan.
func (c *Carrier) state(o *order) int {
	if o.cancelled {
		return stateCancelled
	}
	p, _ := c.desk.Parcel(o.waybill)
	if len(p.Scans) == 0 {
		return stateMade
	}
	switch code := p.Scans[len(p.Scans)-1].Code; code {
	case "OR10":
		return stateConfirmed
	case "PU10":
		return stateReceived
	case "LM40":
		return stateDelivered
	case "LM50":
		return stateUndeliver
	case "LM54", "LM90":
		return stateReturned
	default:
		if exceptions[code] {
			return stateException
		}
		return stateMoving
	}
}

type waybillRequest struct {
	WaybillNumber string `json:"waybillNumber"`
	Note          string `json:"note"`
	PrintRemark   int    `json:"printRemark"`
}

// find reads a request about one waybill, and its order. The lock is held.
func (c *Carrier) find(body []byte) (*order, waybillRequest, *refusal) {
	var in waybillRequest
	if no := decode(body, &in); no != nil {
		return nil, in, no
	}
	o := c.byWaybill[in.WaybillNumber]
	if o == nil {
		return nil, in, &refusal{codeNotFound, "运单不存在"}
	}
	return o, in, nil
}

// label prints. A cancelled order has none: then the envelope still says success, and only
// the inner isSuccess tells.
func (c *Carrier) label(body []byte) (any, *refusal) {
	paper, waybill, no := c.paperOf(body)
	if no != nil {
		return nil, no
	}
	if paper == nil {
		return labelAnswer{WaybillNumber: waybill, ErrorMessage: "运单已取消，不能打印标签"}, nil
	}
	pdf, err := paper.PDF()
	if err != nil {
		return labelAnswer{WaybillNumber: waybill, ErrorMessage: "标签生成失败"}, nil
	}
	return labelAnswer{WaybillNumber: waybill, IsSuccess: true, Base64String: base64.StdEncoding.EncodeToString(pdf)}, nil
}

// paperOf is what to print for a request, nil for a cancelled order. Printing needs no lock.
func (c *Carrier) paperOf(body []byte) (*papers.Label, string, *refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, in, no := c.find(body)
	if no != nil {
		return nil, "", no
	}
	if o.cancelled {
		return nil, o.waybill, nil
	}
	o.printed = true
	return new(o.paper(in.PrintRemark == 1)), o.waybill, nil
}

func (o *order) paper(withList bool) papers.Label {
	in, to := o.request, o.request.ReceiverInfo
	l := papers.Label{
		Carrier: "YANWEN", Service: o.product.NameEn, Number: o.waybill, Reference: in.OrderNumber,
		From:  []string{in.SenderInfo.Name, in.SenderInfo.Address, in.SenderInfo.City, "CN"},
		To:    []string{to.Name, strings.TrimSpace(to.Address + " " + to.HouseNumber), to.ZipCode + " " + to.City, to.State, o.to.NameEn, to.Phone},
		Notes: []string{strconv.FormatInt(in.ParcelInfo.TotalWeight, 10) + " g"},
	}
	for _, g := range in.ParcelInfo.ProductList {
		l.Notes = append(l.Notes, strconv.Itoa(g.Quantity)+" x "+g.GoodsNameEn)
	}
	if withList {
		l.Notes = append(l.Notes, in.Remark)
	}
	return l
}

// cancel gives the money back as long as nothing was collected.
func (c *Carrier) cancel(body []byte) (any, *refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, _, no := c.find(body)
	if no != nil {
		return nil, no
	}
	switch c.state(o) {
	case stateMade, stateConfirmed:
		o.cancelled = true
		c.desk.Void(o.number)
		return nil, nil
	case stateCancelled:
		return nil, &refusal{codeNotCancel, "运单已取消"}
	}
	return nil, &refusal{codeNotCancel, "运单已收货，不能取消"}
}

// get shows one order, once the search has it. It goes by waybill number, as public clients
// do; an order number is looked up with getlist.
func (c *Carrier) get(body []byte) (any, *refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, _, no := c.find(body)
	if no != nil {
		return nil, no
	}
	if !c.desk.Visible(o.bookedAt) {
		return nil, &refusal{codeNotFound, "运单不存在"}
	}
	return c.record(o), nil
}

// getList shows the orders of these waybill or order numbers that the search has; others are
// left out.
func (c *Carrier) getList(body []byte) (any, *refusal) {
	var in struct {
		ListNumber []string `json:"listNumber"`
	}
	if no := decode(body, &in); no != nil {
		return nil, no
	}
	if len(in.ListNumber) == 0 || len(in.ListNumber) > maxList {
		return nil, &refusal{codeTooMany, "单号数量应为1到50"}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out := []record{}
	for _, n := range in.ListNumber {
		o := c.byWaybill[n]
		if o == nil {
			o = c.byOrder[n]
		}
		if o != nil && c.desk.Visible(o.bookedAt) {
			out = append(out, c.record(o))
		}
	}
	return out, nil
}

func (c *Carrier) record(o *order) record {
	in := o.request
	r := record{
		WaybillNumber: o.waybill, OrderNumber: in.OrderNumber, ReferenceNumber: c.reference(o),
		YanwenNumber: o.number, YanwenOrderNumber: o.number, UserID: userID, OrderSource: in.OrderSource,
		ChannelID: o.product.ID, ChannelName: o.product.NameCh, DateOfReceipt: in.DateOfReceipt,
		CreateTime:  o.bookedAt.In(mocks.Zone("CN")).Format(time19),
		CompanyCode: string(in.CompanyCode), Status: c.state(o), Remark: in.Remark,
		ReceiverInfo: in.ReceiverInfo, SenderInfo: in.SenderInfo, ParcelInfo: in.ParcelInfo,
	}
	if o.printed {
		r.IsPrint = 1
	}
	return r
}

const time19 = "2006-01-02 15:04:05"
