package dhlexpress

import (
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

func collection(t *testing.T) normalize.PickupRequest {
	t.Helper()
	s := pragueToNewYork()
	return normalize.PickupRequest{
		Address: s.Origin, ReadyFrom: moment(t, "2027-01-18T09:00:00Z"), ReadyUntil: moment(t, "2027-01-18T16:30:00Z"),
		Labels:  []normalize.ShipmentRef{{TrackingNumber: "1103733901", Destination: s.Destination}},
		Parcels: s.Parcels, Service: worldwide, Location: "back door",
		Instructions: "Ring at the gate and ask for the warehouse, which is the second building on the left hand side of the yard",
	}
}

func TestSchedulePickup(t *testing.T) {
	t.Parallel()
	at(t, friday, func(t *testing.T) {
		a, wire := accountOf(t, config(), 201, read(t, "pickup.response.json"))
		got, err := a.SchedulePickup(t.Context(), collection(t))
		if err != nil {
			t.Fatal(err)
		}
		if c := sent(t, wire, "pickup.request.json"); c.method+" "+c.url != "POST http://dhl.test/mydhlapi/pickups" {
			t.Errorf("sent %s %s", c.method, c.url)
		}
		golden(t, "pickup.golden.json", got)
	})
}

// Parcels of many destinations are collected as the product that goes everywhere.
func TestProductOfACollection(t *testing.T) {
	t.Parallel()
	berlin := pragueToBerlin().Destination
	for _, c := range []struct {
		name   string
		change func(*normalize.PickupRequest)
		want   string
	}{
		{"of a label", func(*normalize.PickupRequest) {}, "P declared 1103733901"},
		{"of a destination", func(r *normalize.PickupRequest) { r.Destination, r.Service = &berlin, economy }, "W free 1103733901"},
		{"of many labels", func(r *normalize.PickupRequest) { r.Labels = append(r.Labels, r.Labels[0]) }, "P declared "},
		{"of parcels alone", func(r *normalize.PickupRequest) { r.Labels, r.Service = nil, "" }, "P declared "},
	} {
		cfg := config()
		cfg.fill()
		req := collection(t)
		c.change(&req)
		body, err := cfg.pickupRequestOf(req, moment(t, friday))
		if err != nil {
			t.Fatal(err)
		}
		d := body.ShipmentDetails[0]
		customs := "free"
		if d.IsCustomsDeclarable {
			customs = "declared"
		}
		if got := strings.Join([]string{d.ProductCode, customs, d.ShipmentTrackingNumber}, " "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestPickupRefusedBeforeTheCall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, field string
		kind        normalize.Kind
		change      func(*normalize.PickupRequest)
	}{
		{"no time", "/ready_from", normalize.KindInvalidRequest, func(r *normalize.PickupRequest) { r.ReadyFrom = r.ReadyFrom.AddDate(-2027, 0, 0) }},
		{"in the past", "/ready_from", normalize.KindInvalidRequest, func(r *normalize.PickupRequest) { r.ReadyFrom = r.ReadyFrom.AddDate(0, 0, -7) }},
		{"too far ahead", "/ready_from", normalize.KindNotServiceable, func(r *normalize.PickupRequest) {
			r.ReadyFrom, r.ReadyUntil = r.ReadyFrom.AddDate(0, 0, 14), r.ReadyUntil.AddDate(0, 0, 14)
		}},
		{"over night", "/ready_until", normalize.KindInvalidRequest, func(r *normalize.PickupRequest) { r.ReadyUntil = r.ReadyUntil.AddDate(0, 0, 1) }},
		{"no parcels", "/parcels", normalize.KindInvalidRequest, func(r *normalize.PickupRequest) { r.Parcels = nil }},
		{"no phone", "/address/phone", normalize.KindInvalidRequest, func(r *normalize.PickupRequest) { r.Address.Phone = "" }},
	} {
		at(t, friday, func(t *testing.T) {
			a, wire := accountOf(t, config(), 201, nil)
			req := collection(t)
			c.change(&req)
			_, err := a.SchedulePickup(t.Context(), req)
			kindIs(t, err, c.kind, c.field)
			if len(wire.calls) > 0 {
				t.Errorf("%s: the carrier was asked", c.name)
			}
		})
	}
}

// A booking without a number cannot be cancelled: that is no answer.
func TestPickupWithoutAConfirmation(t *testing.T) {
	t.Parallel()
	at(t, friday, func(t *testing.T) {
		a, _ := accountOf(t, config(), 201, []byte(`{"dispatchConfirmationNumbers":[]}`))
		_, err := a.SchedulePickup(t.Context(), collection(t))
		kindIs(t, err, normalize.KindBadResponse, "")
	})
}
