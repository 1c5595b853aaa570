// Package adaptertest is the suite that every carrier passes. It holds an adapter to the
// contract against the carrier's simulator, and it is where a newcomer learns the contract:
// read harness.go for the list of checks and then the checks in that order.
//
// # Use
//
// A carrier's test hands in the account that its simulator publishes and the way to it:
//
//	var harness = adaptertest.Harness{
//		Spec:    northwind.Spec(),
//		Config:  "base_url: http://sandbox/northwind\napi_key: …\n", // as the simulator publishes it
//		Service: "tracked",
//		Shipment: adaptertest.Shipment(),
//		Wire: func(t testing.TB, push *http.Client) http.RoundTripper {
//			s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1, HTTP: push}, mocknorthwind.New)
//			t.Cleanup(s.Close)
//			return mocks.Transport(s)
//		},
//	}
//
//	func TestConformance(t *testing.T) { adaptertest.Run(t, harness) }
//
//	func TestGolden(t *testing.T) {
//		adaptertest.Golden(t, harness, "testdata", []adaptertest.Case{
//			{Name: "rate_ok", Do: func(ctx context.Context, ops adapters.Ops) (any, error) { return ops.Rater.Rate(ctx, …) }},
//		})
//	}
//
// Wire is called for every check: each has a fresh simulator, inside a synctest bubble, where
// deadlines and late numbers cost no time. The host is always "sandbox", and the simulator's
// control interface under /_control is what the suite scans, pushes and audits with. Give the
// simulator push as its client: that is how callbacks reach the suite.
//
// # Checks
//
//	spec                     the Spec is complete and agrees with the methods
//	config                   settings are read strictly; no error quotes them
//	happy path               rate, label, documents, find, track, void, the rest
//	cancelled                who leaves is let go at once
//	failures                 each failure has the right kind; a purchase's outcome stays unknown
//	refusals                 the carrier's documented refusals (Harness.Refusals) are certain
//	no retry                 one call sends once
//	lost answers             bought, answer lost: one sale, found again
//	privacy                  no credential and nothing personal in errors, logs, printed adapters
//	unknown codes            an unknown scan is unmapped, with its raw code
//	service-changing fields  what Honours lists is sent, what it does not is not
//	callbacks                genuine, forged, damaged, garbage, acknowledged
//	concurrency              sixteen callers, one adapter
//	exact numbers            no float in the package, none on the wire
//
// # Carriers that only track
//
// Where all services are of the kind tracking there is nothing to buy. Harness.Number takes the
// place of a purchase: a parcel that was bought elsewhere, which the simulator makes up when it
// is scanned. The checks of prices and labels are passed over, and the Spec may promise neither.
//
// # Exceptions
//
// What a carrier cannot pass it names in Harness.Exceptions with the reason, as narrowly as
// possible: "happy path/void", "failures/documents/429 with Retry-After",
// "service-changing fields/handover". The reason is logged: an exception is documentation.
package adaptertest
