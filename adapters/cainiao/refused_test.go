package cainiao

import (
	"net/http"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// offline is a client whose use is a fault of the test.
func offline(t *testing.T) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("a request was sent: %s %s", r.Method, r.URL.Path)
		return nil, http.ErrHandlerTimeout
	})}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// bothDoors is an account with both doors.
func bothDoors(t *testing.T, hc *http.Client) adapters.Ops {
	t.Helper()
	a, err := Spec().New([]byte(account), adapters.Deps{HTTP: hc})
	if err != nil {
		t.Fatal(err)
	}
	return adapters.OpsOf(a)
}

// What a door cannot carry or would refuse is said before a byte is sent, with the field.
func TestRefusedBeforeACall(t *testing.T) {
	t.Parallel()
	item := func(change func(*normalize.Item)) func(*normalize.LabelRequest) {
		return func(r *normalize.LabelRequest) { change(&r.Shipment.Items[0]) }
	}
	for name, c := range map[string]struct {
		service string
		change  func(*normalize.LabelRequest)
		kind    normalize.Kind
		field   string
	}{
		"no order":          {standard, func(r *normalize.LabelRequest) { r.Shipment.Order = nil }, normalize.KindInvalidRequest, "/order/id"},
		"another's order":   {standard, func(r *normalize.LabelRequest) { r.Shipment.Order.ID = "EB-1001" }, normalize.KindInvalidRequest, "/order/id"},
		"an octal order":    {standard, func(r *normalize.LabelRequest) { r.Shipment.Order.ID = "0123" }, normalize.KindInvalidRequest, "/order/id"},
		"two parcels":       {standard, twoParcels, normalize.KindNotServiceable, "/parcels"},
		"no parcel":         {standard, func(r *normalize.LabelRequest) { r.Shipment.Parcels = nil }, normalize.KindNotServiceable, "/parcels"},
		"no weight":         {standard, func(r *normalize.LabelRequest) { r.Shipment.Parcels[0].Weight = 0 }, normalize.KindInvalidRequest, "/parcels/0/weight"},
		"too heavy":         {standard, func(r *normalize.LabelRequest) { r.Shipment.Parcels[0].Weight = maxWeight + 1 }, normalize.KindNotServiceable, "/parcels/0/weight"},
		"too long":          {standard, sides(61, 5, 5), normalize.KindNotServiceable, "/parcels/0/dimensions"},
		"too big":           {standard, sides(50, 30, 11), normalize.KindNotServiceable, "/parcels/0/dimensions"},
		"no product":        {standard, item(func(it *normalize.Item) { it.ListingID = "" }), normalize.KindInvalidRequest, "/items/0/listing_id"},
		"another's product": {standard, item(func(it *normalize.Item) { it.ListingID = "B0-1" }), normalize.KindInvalidRequest, "/items/0/listing_id"},
		"no Chinese name":   {standard, item(func(it *normalize.Item) { it.LocalDescription = "" }), normalize.KindInvalidRequest, "/items/0/local_description"},
		"no HS code":        {standard, item(func(it *normalize.Item) { it.HSCode = "" }), normalize.KindInvalidRequest, "/items/0/hs_code"},
		"no unit weight":    {standard, item(func(it *normalize.Item) { it.Weight = 0 }), normalize.KindInvalidRequest, "/items/0/weight"},
		"a heavy unit":      {standard, item(func(it *normalize.Item) { it.Weight = maxWeight + 1 }), normalize.KindNotServiceable, "/items/0/weight"},
		"a thousand":        {standard, item(func(it *normalize.Item) { it.Quantity = 1000 }), normalize.KindNotServiceable, "/items/0/quantity"},
		"yuan":              {standard, item(func(it *normalize.Item) { it.UnitValue.Currency = "CNY" }), normalize.KindNotServiceable, "/items/0/unit_value"},
		"worth nothing":     {standard, item(func(it *normalize.Item) { it.UnitValue.Minor = 0 }), normalize.KindNotServiceable, "/items/0/unit_value"},
		"worth a house":     {standard, item(func(it *normalize.Item) { it.UnitValue.Minor = maxAmount + 1 }), normalize.KindNotServiceable, "/items/0/unit_value"},
		"no items":          {standard, func(r *normalize.LabelRequest) { r.Shipment.Items = nil }, normalize.KindInvalidRequest, "/items"},
		"51 lines":          {standard, lines(51), normalize.KindNotServiceable, "/items"},
		"no phone":          {standard, func(r *normalize.LabelRequest) { r.Shipment.Destination.Phone = "" }, normalize.KindInvalidRequest, "/destination/phone"},
		"ask the seller":    {standard, func(r *normalize.LabelRequest) { r.Shipment.NonDeliveryOption = "ask" }, normalize.KindNotServiceable, "/non_delivery_option"},
		"little cover":      {standard, func(r *normalize.LabelRequest) { r.Shipment.Insurance = usd(4499) }, normalize.KindNotServiceable, "/insurance"},
		"cover in yen": {standard, func(r *normalize.LabelRequest) {
			r.Shipment.Insurance.Minor, r.Shipment.Insurance.Currency = 9000, "JPY"
		}, normalize.KindNotServiceable, "/insurance"},
		"a time of pickup":   {standard, pickedUpAt, normalize.KindNotServiceable, "/handover/ready_from"},
		"a sealed warehouse": {standard, sealedWarehouse, normalize.KindNotServiceable, "/handover/point"},
		"an odd address id":  {standard, func(r *normalize.LabelRequest) { r.Shipment.Origin.PlatformAddressID = "x" }, normalize.KindInvalidRequest, "/origin/platform_address_id"},
		"an odd refund id": {standard, func(r *normalize.LabelRequest) {
			r.Shipment.ReturnAddress = &normalize.Address{PlatformAddressID: "x"}
		}, normalize.KindInvalidRequest, "/return_address/platform_address_id"},
		"an unknown service": {"economy", nil, normalize.KindNotServiceable, ""},

		"LINK: no reference":   {globalStandard, func(r *normalize.LabelRequest) { r.ClientReference = "" }, normalize.KindInvalidRequest, ""},
		"LINK: odd reference":  {globalStandard, func(r *normalize.LabelRequest) { r.ClientReference = "a b" }, normalize.KindInvalidRequest, ""},
		"LINK: no sides":       {globalStandard, sides(0, 5, 5), normalize.KindInvalidRequest, "/parcels/0/dimensions"},
		"LINK: too heavy":      {globalSaver, func(r *normalize.LabelRequest) { r.Shipment.Parcels[0].Weight = maxWeight + 1 }, normalize.KindNotServiceable, "/parcels/0/weight"},
		"LINK: insured":        {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Insurance = usd(9000) }, normalize.KindNotServiceable, "/insurance"},
		"LINK: no phone":       {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Destination.Phone = "" }, normalize.KindInvalidRequest, "/destination/phone"},
		"LINK: sender's phone": {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Origin.Phone = "" }, normalize.KindInvalidRequest, "/origin/phone"},
		"LINK: a pickup":       {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Handover = &normalize.Handover{Method: pickup} }, normalize.KindNotServiceable, "/handover/method"},
		"LINK: no port":        {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Handover = &normalize.Handover{Point: "SZ01"} }, normalize.KindNotServiceable, "/handover/point"},
		"LINK: yen":            {globalStandard, item(func(it *normalize.Item) { it.UnitValue.Currency = "JPY" }), normalize.KindNotServiceable, "/items/0/unit_value"},
		"LINK: worth nothing":  {globalStandard, item(func(it *normalize.Item) { it.UnitValue.Minor = 0 }), normalize.KindNotServiceable, "/items/0/unit_value"},
		"LINK: no unit weight": {globalStandard, item(func(it *normalize.Item) { it.Weight = 0 }), normalize.KindInvalidRequest, "/items/0/weight"},
		"LINK: a liquid":       {globalStandard, item(func(it *normalize.Item) { it.Goods = []string{"liquid"} }), normalize.KindProhibitedGoods, "/items/0/goods"},
		"LINK: 101 lines":      {globalStandard, lines(101), normalize.KindNotServiceable, "/items"},
		"LINK: no items":       {globalStandard, func(r *normalize.LabelRequest) { r.Shipment.Items = nil }, normalize.KindInvalidRequest, "/items"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := normalize.LabelRequest{Shipment: marketplaceOrder(), Service: c.service, ClientReference: "XDK7ZV0000000001"}
			if c.change != nil {
				c.change(&req)
			}
			_, err := bothDoors(t, offline(t)).Labeler.Label(t.Context(), req)
			if e := normalize.AsError(err); err == nil || e.Kind != c.kind || e.Field != c.field {
				t.Errorf("got %+v, want %s %s", e, c.kind, c.field)
			}
		})
	}
}

func usd(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "USD"} }

func twoParcels(r *normalize.LabelRequest) {
	r.Shipment.Parcels = append(r.Shipment.Parcels, r.Shipment.Parcels[0])
}

func sides(l, w, h normalize.Length) func(*normalize.LabelRequest) {
	return func(r *normalize.LabelRequest) {
		r.Shipment.Parcels[0].Dimensions = normalize.Dimensions{
			Length: l * normalize.Centimetre, Width: w * normalize.Centimetre, Height: h * normalize.Centimetre}
	}
}

func lines(n int) func(*normalize.LabelRequest) {
	return func(r *normalize.LabelRequest) {
		for range n - 1 {
			r.Shipment.Items = append(r.Shipment.Items, r.Shipment.Items[0])
		}
	}
}

func pickedUpAt(r *normalize.LabelRequest) {
	r.Shipment.Handover = &normalize.Handover{Method: pickup, ReadyFrom: time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)}
}

// sealedWarehouse chooses a warehouse for an address of which only the id is known: whatever
// stands beside an id is ignored.
func sealedWarehouse(r *normalize.LabelRequest) {
	r.Shipment.Handover = &normalize.Handover{Method: pickup, Point: "SZ01", Address: &normalize.Address{PlatformAddressID: "1002"}}
}

// Operations after the sale name what they lack, and do not ask.
func TestNeeds(t *testing.T) {
	t.Parallel()
	ops := bothDoors(t, offline(t))
	noRef := normalize.ShipmentRef{Service: standard}
	noLP := normalize.ShipmentRef{Service: globalStandard, CarrierReference: "4711"}
	for name, c := range map[string]struct {
		do    func() error
		kind  normalize.Kind
		field string
	}{
		"documents": {func() error {
			_, err := ops.Documenter.Documents(t.Context(), normalize.DocumentsRequest{Ref: noRef})
			return err
		}, normalize.KindInvalidRequest, "/carrier_reference"},
		"LINK documents": {func() error {
			_, err := ops.Documenter.Documents(t.Context(), normalize.DocumentsRequest{Ref: noLP})
			return err
		}, normalize.KindInvalidRequest, "/carrier_reference"},
		"find": {func() error {
			_, err := ops.Finder.Find(t.Context(), normalize.FindRequest{Ref: noRef})
			return err
		}, normalize.KindInvalidRequest, "/order_id"},
		"void at AliExpress": {func() error {
			_, err := ops.Voider.Void(t.Context(), normalize.VoidRequest{Ref: sold})
			return err
		}, normalize.KindUnsupported, ""},
		"LINK void": {func() error {
			_, err := ops.Voider.Void(t.Context(), normalize.VoidRequest{Ref: noLP})
			return err
		}, normalize.KindInvalidRequest, "/carrier_reference"},
		"track without an order": {func() error {
			_, err := ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: "LX000000015CN"}})
			return err
		}, normalize.KindInvalidRequest, "/order_id"},
		"track without a country": {func() error {
			_, err := ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: "LX000000015CN", OrderID: "8011"}})
			return err
		}, normalize.KindInvalidRequest, "/destination/country"},
		"track nothing": {func() error {
			_, err := ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: noRef})
			return err
		}, normalize.KindInvalidRequest, "/tracking_number"},
		"LINK track": {func() error {
			_, err := ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: normalize.ShipmentRef{Service: globalStandard, TrackingNumber: "LX000000015CN"}})
			return err
		}, normalize.KindInvalidRequest, "/tracking_number"},
		"an empty bag": {func() error {
			_, err := ops.Manifester.Manifest(t.Context(), normalize.ManifestRequest{})
			return err
		}, normalize.KindInvalidRequest, "/labels"},
		"a bag of LINK's": {func() error {
			_, err := ops.Manifester.Manifest(t.Context(), normalize.ManifestRequest{Labels: []normalize.ShipmentRef{byLink}})
			return err
		}, normalize.KindNotServiceable, "/labels/0"},
		"a bag of a courier without a number": {func() error {
			_, err := ops.Manifester.Manifest(t.Context(), normalize.ManifestRequest{Labels: []normalize.ShipmentRef{sold},
				Handover: &normalize.Handover{Method: courier}})
			return err
		}, normalize.KindInvalidRequest, "/handover/courier"},
		"a bag without a Chinese name": {func() error {
			_, err := ops.Manifester.Manifest(t.Context(), normalize.ManifestRequest{Labels: []normalize.ShipmentRef{sold},
				ReturnAddress: &normalize.Address{Name: "Li Wei", Line1: "88 Keyuan Rd", City: "Shenzhen", Country: "CN"}})
			return err
		}, normalize.KindInvalidRequest, "/return_address/local/name"},
	} {
		err := c.do()
		if e := normalize.AsError(err); err == nil || e.Kind != c.kind || e.Field != c.field {
			t.Errorf("%s: got %+v, want %s %s", name, e, c.kind, c.field)
		}
	}
}

// LINK can prove nothing absent: without an LP number and without a kept answer nobody is
// asked, and nothing is claimed.
func TestLinkFindKnowsItsLimits(t *testing.T) {
	t.Parallel()
	found, err := bothDoors(t, offline(t)).Finder.Find(t.Context(), normalize.FindRequest{
		Ref: normalize.ShipmentRef{Service: globalStandard, ClientReference: "XDK7ZV0000000001"}})
	if err != nil || found.Complete || len(found.Labels) != 0 {
		t.Errorf("got %+v, %v", found, err)
	}
}
