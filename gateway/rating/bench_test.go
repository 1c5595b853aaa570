package rating

import (
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// BenchmarkQuote is the gateway's own work for a request: five instant carriers of three
// services each, requirements checked, prices converted, answer stored.
func BenchmarkQuote(b *testing.B) {
	var carriers []*northwind
	for _, code := range []string{"alpha", "bravo", "charlie", "delta", "echo"} {
		n := &northwind{spec: spec(code, "a", "b", "c")}
		for i, name := range []string{"a", "b", "c"} {
			n.rates = append(n.rates, price(name, int64(1000+100*i), "CNY", 5+i))
			n.spec.Services[i].Requirements = adapters.Requirements{MaxWeight: 30 * normalize.Kilogram, MaxParcels: 1, Origins: []string{"CN"},
				RequiredRate: []string{"/destination/postal_code|/destination/city", "/items/*/origin_country"},
				Goods:        []string{"general", "battery_contained"}, Incoterms: []normalize.Incoterm{normalize.DAP, normalize.DDP}}
		}
		carriers = append(carriers, n)
	}
	s := service(b, carriers...)
	r := order()
	b.ReportAllocs()
	for b.Loop() {
		a, err := s.Quote(b.Context(), "t1", r, nil)
		if err != nil || len(a.Rates) != 15 {
			b.Fatalf("%d rates, %v", len(a.Rates), err)
		}
	}
}
