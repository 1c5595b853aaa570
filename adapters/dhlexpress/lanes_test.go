package dhlexpress

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/mocks"
	mockdhlexpress "github.com/crossdock-hub/crossdock/mocks/dhlexpress"
	"github.com/crossdock-hub/crossdock/normalize"
)

var shenzhen = normalize.Address{Name: "Li Wei", Phone: "+8675512345678", Line1: "88 Keyuan Rd", City: "Shenzhen", PostalCode: "518057", Country: "CN"}

// sandboxed is the harness's account before a simulator of its own.
func sandboxed(t *testing.T) (*Adapter, *mocks.Sandbox) {
	t.Helper()
	s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1}, mockdhlexpress.New)
	t.Cleanup(s.Close)
	a, err := Spec().New([]byte(harness.Config), adapters.Deps{HTTP: &http.Client{Transport: mocks.Transport(s)}})
	if err != nil {
		t.Fatal(err)
	}
	return a.(*Adapter), s
}

// On every kind of lane the services that are quoted can also be bought, under the product that
// was quoted, and what is charged is what was quoted.
func TestWhatIsQuotedCanBeBought(t *testing.T) {
	t.Parallel()
	berlin := normalize.Address{Name: "Anna Schmidt", Phone: "+4915112345678", Line1: "Lindenstr. 5", City: "Berlin", PostalCode: "10969", Country: "DE"}
	paris := normalize.Address{Name: "Luc Petit", Phone: "+33123456789", Line1: "9 Rue Simart", City: "Paris", PostalCode: "75018", Country: "FR"}
	canary := normalize.Address{Name: "Ana Gil", Phone: "+34922111222", Line1: "Calle 1", City: "Las Palmas", PostalCode: "35001", Country: "ES"}
	newYork := pragueToNewYork().Destination
	for _, c := range []struct {
		name     string
		from, to normalize.Address
		purpose  string
		products string // by service, - where there is none
	}{
		{"goods from China to Germany", shenzhen, berlin, "", "P Y H"},
		{"goods from Germany to the US", berlin, newYork, "", "P Y H"},
		{"documents from China to Germany", shenzhen, berlin, "document", "D T -"},
		{"goods within the EU", berlin, paris, "", "U T W"},
		{"goods within Germany", berlin, berlin, "", "N 1 -"},
		{"goods to the Canary Islands", berlin, canary, "", "P - -"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, s := sandboxed(t)
				shipment := pragueToNewYork()
				shipment.Origin, shipment.Destination, shipment.ShipDate = c.from, c.to, ""
				shipment.Customs = &normalize.Customs{Purpose: c.purpose}
				rates, err := a.Rate(t.Context(), normalize.RateRequest{Shipment: shipment})
				if err != nil {
					t.Fatal(err)
				}
				sumExactly(t, rates)
				got := ""
				for i, r := range rates {
					if r.Unavailable != nil {
						got += "- "
						continue
					}
					got += r.CarrierData[dataProduct] + " "
					bought(t, a, s, shipment, r, fmt.Sprintf("XDK%d", i))
				}
				if got != c.products+" " {
					t.Errorf("quoted %s, want %s", got, c.products)
				}
			})
		})
	}
}

// bought buys a rate and holds it against the carrier's books.
func bought(t *testing.T, a *Adapter, s *mocks.Sandbox, shipment normalize.Shipment, r normalize.Rate, reference string) {
	t.Helper()
	label, err := a.Label(t.Context(), normalize.LabelRequest{Shipment: shipment, Service: r.Service,
		ClientReference: reference, Reference: "EB-1001", CarrierData: r.CarrierData})
	if err != nil {
		t.Errorf("%s was quoted and cannot be bought: %v", r.Service, err)
		return
	}
	sales := s.Purchases(code, "")
	last := sales[len(sales)-1]
	if last.ClientReference != reference || last.TrackingNumber != label.TrackingNumber || last.Charged.Amount != r.Total.Amount() {
		t.Errorf("%s: the books have %+v, we have %s for %s", r.Service, last, label.TrackingNumber, r.Total)
	}
}

// What a shipment is asked to have is in its price, line by line.
func TestAskedServicesArePriced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, _ := sandboxed(t)
		s := pragueToNewYork()
		s.Origin = shenzhen
		s.ShipDate, s.Incoterm, s.Insurance, s.Signature = "", normalize.DDP, eur(50000), "direct"
		s.Options = map[string]any{optionSaturday: true}
		rates, err := a.Rate(t.Context(), normalize.RateRequest{Shipment: s, Services: []string{worldwide}})
		if err != nil || rates[0].Unavailable != nil {
			t.Fatalf("%v %+v", err, rates)
		}
		kinds := map[normalize.ChargeType]int{}
		for _, c := range rates[0].Charges {
			kinds[c.Type]++
		}
		want := map[normalize.ChargeType]int{normalize.ChargeFreight: 1, normalize.ChargeFuel: 1, normalize.ChargeInsurance: 1,
			normalize.ChargeHandling: 1, normalize.ChargeOption: 2}
		for kind, n := range want {
			if kinds[kind] != n {
				t.Errorf("%d lines of %s, want %d: %+v", kinds[kind], kind, n, rates[0].Charges)
			}
		}
		for _, w := range rates[0].Warnings {
			t.Errorf("warning %+v", w)
		}
	})
}
