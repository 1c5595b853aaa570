package amazonfba

import (
	"regexp"
	"slices"
	"time"
)

// tracked is a parcel's number as the seller told it.
type tracked struct {
	number string
	told   time.Time
}

// billOfLading are the numbers of freight.
type billOfLading struct {
	Number  string   `json:"billOfLadingNumber,omitempty"`
	Freight []string `json:"freightBillNumber"`
}

type (
	parcelView struct {
		Box        string `json:"boxId"`
		Number     string `json:"trackingId"`
		Validation string `json:"trackingNumberValidationStatus,omitempty"`
	}
	trackingView struct {
		Parcels map[string][]parcelView `json:"spdTrackingDetail,omitempty"`
		Freight *billOfLading           `json:"ltlTrackingDetail,omitempty"`
	}
)

var (
	freightShape = regexp.MustCompile(`^[a-zA-Z0-9-._ ]{1,64}$`)
	numberShape  = regexp.MustCompile(`^[A-Z0-9]{8,35}$`)
)

// setTracking tells Amazon the numbers of one's own carrier.
func (c *Carrier) setTracking(in *request) (any, *problem) {
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	var body struct {
		Details struct {
			Parcels *struct {
				Items []parcelView `json:"spdTrackingItems"`
			} `json:"spdTrackingDetail"`
			Freight *billOfLading `json:"ltlTrackingDetail"`
		} `json:"trackingDetails"`
	}
	if no := in.read(&body); no != nil {
		return nil, no
	}
	parcels, bill := body.Details.Parcels, body.Details.Freight
	switch {
	case (parcels == nil) == (bill == nil):
		return nil, bad("Exactly one of spdTrackingDetail and ltlTrackingDetail must be provided.")
	case bill != nil && (len(bill.Freight) != 1 || !freightShape.MatchString(bill.Freight[0])):
		return nil, bad("The freightBillNumber must be an array of exactly one number.")
	case parcels != nil && len(parcels.Items) == 0:
		return nil, bad("The spdTrackingItems are required.")
	}
	var problems []opProblem
	if s.selected == nil || s.confirmationID == "" || s.selected.solution != own {
		problems = append(problems, failure("BadRequest",
			"UpdateShipmentTrackingDetails can only be processed for shipments that have confirmed a non-PCP transportation option"))
	}
	if parcels != nil {
		for _, v := range parcels.Items {
			if !within(v.Number, 1, 64) {
				return nil, bad("The trackingId must have 1 to 64 characters.")
			}
			if len(problems) == 0 && !slices.ContainsFunc(s.boxes, func(b box) bool { return b.boxID == v.Box }) {
				problems = append(problems, failure("BadRequest", "The box "+v.Box+" does not exist in the shipment."))
			}
		}
	}
	return c.start("updateShipmentTrackingDetails", in.now, problems, func() {
		if bill != nil {
			s.bill = bill
			return
		}
		if s.tracking == nil {
			s.tracking = map[string]tracked{}
		}
		for _, v := range parcels.Items {
			s.tracking[v.Box] = tracked{v.Number, in.now}
		}
	}), nil
}

// trackingView tells the numbers. Those of one's own carrier are validated some time later, and
// never if they look like no carrier's; a partner's come by themselves, as late.
func (c *Carrier) trackingView(s *shipment, now time.Time) *trackingView {
	if s.selected == nil || s.confirmationID == "" {
		return nil
	}
	if s.selected.mode == ltl {
		if s.selected.solution == partnered {
			return &trackingView{Freight: &billOfLading{Number: s.billNumber(), Freight: []string{s.billNumber()}}}
		}
		if s.bill == nil {
			return nil
		}
		return &trackingView{Freight: s.bill}
	}
	var list []parcelView
	for _, b := range s.boxes {
		t, told := s.tracking[b.boxID]
		switch {
		case s.selected.solution == partnered && now.Sub(s.selectedAt) >= c.desk.LateNumbers():
			list = append(list, parcelView{b.boxID, "1Z999AA1" + b.packageID[len(b.packageID)-10:], "VALIDATED"})
		case told && numberShape.MatchString(t.number) && now.Sub(t.told) >= c.desk.LateNumbers():
			list = append(list, parcelView{b.boxID, t.number, "VALIDATED"})
		case told:
			list = append(list, parcelView{b.boxID, t.number, "NOT_VALIDATED"})
		}
	}
	if list == nil {
		return nil
	}
	return &trackingView{Parcels: map[string][]parcelView{"spdTrackingItems": list}}
}

// billNumber is the number of a partner's bill of lading.
func (s *shipment) billNumber() string { return "BOL" + s.confirmationID[5:] }
