package cainiao

import (
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Whose address is used: the request's id, the account's, what is written out.
func TestParties(t *testing.T) {
	t.Parallel()
	stored := Config{SenderAddressID: 1, PickupAddressID: 2, RefundAddressID: 3, Handover: dropOff}
	bare := Config{Handover: dropOff}
	handed := func(h normalize.Handover) func(*normalize.Shipment) {
		return func(s *normalize.Shipment) { s.Handover = &h }
	}
	for name, c := range map[string]struct {
		config                 Config
		change                 func(*normalize.Shipment)
		sender, pickup, refund string // the id, else role and name
	}{
		"stored":                {stored, nil, "1", "2", "3"},
		"written out":           {bare, nil, "sender Li Wei-Quarzbach", "", ""},
		"the request's id":      {stored, func(s *normalize.Shipment) { s.Origin.PlatformAddressID = "9" }, "9", "2", "3"},
		"collected from sender": {bare, handed(normalize.Handover{Method: pickup}), "sender Li Wei-Quarzbach", "pickup Li Wei-Quarzbach", ""},
		"collected, stored":     {Config{SenderAddressID: 1, Handover: pickup}, nil, "1", "1", ""},
		"collected elsewhere":   {stored, handed(normalize.Handover{Method: pickup, Address: &normalize.Address{PlatformAddressID: "8"}}), "1", "8", "3"},
		"a warehouse":           {stored, handed(normalize.Handover{Point: "SZ01"}), "1", "pickup 李伟标记 at SZ01", "3"},
		"returned to sender":    {bare, func(s *normalize.Shipment) { s.NonDeliveryOption = "return" }, "sender Li Wei-Quarzbach", "", "refund Li Wei-Quarzbach"},
		"returned by account":   {Config{Handover: dropOff, NonDeliveryOption: "return", SenderAddressID: 1}, nil, "1", "", "1"},
		"returned elsewhere":    {stored, func(s *normalize.Shipment) { s.ReturnAddress = &normalize.Address{Name: "Wang", Line1: "x"} }, "1", "2", "refund Wang"},
	} {
		s := marketplaceOrder()
		if c.change != nil {
			c.change(&s)
		}
		got, err := (&Adapter{config: c.config}).partiesOf(s)
		if err != nil || said(&got.Sender) != c.sender || said(got.Pickup) != c.pickup || said(got.Refund) != c.refund {
			t.Errorf("%s: got %q, %q, %q, %v", name, said(&got.Sender), said(got.Pickup), said(got.Refund), err)
		}
	}
}

func said(p *party) string {
	switch {
	case p == nil:
		return ""
	case p.AddressID != "" && p.Member == "" && p.Warehouse == "":
		return string(p.AddressID)
	case p.Warehouse != "":
		return p.Member + " " + p.Name + " at " + p.Warehouse
	}
	return p.Member + " " + p.Name
}

// Which courier brings the parcel: the one that was named, else the account's.
func TestCourier(t *testing.T) {
	t.Parallel()
	named := &normalize.Handover{Courier: &normalize.Courier{Name: "SF", TrackingNumber: "1"}}
	for name, c := range map[string]struct {
		config Config
		h      *normalize.Handover
		want   [3]string
	}{
		"named":              {Config{CourierID: 505}, named, [3]string{"SF", "-1", "1"}},
		"the account's":      {Config{CourierID: 505}, &normalize.Handover{Courier: &normalize.Courier{TrackingNumber: "1"}}, [3]string{"", "505", "1"}},
		"the account's name": {Config{CourierName: "YTO"}, nil, [3]string{"YTO", "-1", ""}},
		"nobody":             {Config{}, nil, [3]string{}},
	} {
		var got [3]string
		if got[0], got[1], got[2] = (&Adapter{config: c.config}).courierOf(c.h); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// AliExpress's own names of countries, and ISO's for the rest.
func TestCountries(t *testing.T) {
	t.Parallel()
	for iso, want := range map[string]string{"RS": "SRB", "ME": "MNE", "GG": "GGY", "GB": "UK", "DE": "DE"} {
		if got := aliexpressCountry(iso); got != want {
			t.Errorf("%s: got %s, want %s", iso, got, want)
		}
	}
}

// Goods with batteries go by a solution of their own at LINK, and by the account's where it has one.
func TestSolution(t *testing.T) {
	t.Parallel()
	a := &Adapter{config: Config{Services: map[string]string{saver: "CAINIAO_SUPER_ECONOMY"}, BatteryServices: map[string]string{saver: "CAINIAO_ECONOMY_SG"}}}
	plain, batteries := marketplaceOrder(), marketplaceOrder()
	batteries.Items[0].Goods = []string{"battery_contained"}
	for _, c := range []struct {
		service string
		s       normalize.Shipment
		quoted  map[string]string
		want    string
	}{
		{standard, plain, nil, "CAINIAO_STANDARD"}, {standard, batteries, nil, "CAINIAO_STANDARD"},
		{saver, plain, nil, "CAINIAO_SUPER_ECONOMY"}, {saver, batteries, nil, "CAINIAO_ECONOMY_SG"},
		{globalExpress, plain, nil, "CN_GLO_EXP"}, {globalExpress, batteries, nil, "CN_GLO_EXP_BAT"},
		{globalExpress, batteries, map[string]string{dataSolution: "QUOTED"}, "QUOTED"},
	} {
		if got := a.solution(c.service, c.s, c.quoted); got != c.want {
			t.Errorf("%s: got %s, want %s", c.service, got, c.want)
		}
	}
}
