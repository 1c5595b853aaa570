// Package mocks is the carriers' side of the sandbox: simulators that speak each carrier's
// wire format, one ledger of what they sold, and a control interface that makes them
// misbehave on purpose.
//
// A Sandbox is one http.Handler. Each carrier answers under /{code}/…, the control interface
// under /_control/…. The ledger is the truth that every test of "bought once" is judged by,
// so the simulators share no code and no model with the gateway: a mistake of ours must not
// be mirrored in the thing that finds it.
//
// # How to write a simulator
//
// One package per carrier under mocks, with one exported constructor:
//
//	func New(d *mocks.Desk) mocks.Carrier
//
// mocks/yanwen is the model: auth.go (its signature, checked by code of its own), wire.go
// (the carrier's JSON, spelled as the carrier spells it), orders.go (what it keeps), one file
// per group of calls, tariff.go, track.go. What a simulator does:
//
//   - Code is the adapter's code with underscores, Account the credentials that it publishes.
//     It accepts those and refuses all others, in the carrier's own words.
//   - ServeHTTP sees paths without /{code}. The body is read and bounded already.
//     It answers at once, from memory. Waiting, cutting and lying are the core's work.
//   - Classify names the operation of a request. OpLabel is only the call that commits money;
//     a call that only prints what was bought is OpDocument.
//   - Where money is committed, under the simulator's own lock and after every check:
//     d.Purchase(…), and d.AddParcel(…) for each tracking number. Purchase may fail
//     (the ledger is full); then nothing was sold and the carrier says "system error".
//     A cancel calls d.Void.
//   - A search for a purchase must not see one younger than the search lag: d.Visible(bookedAt).
//     A number that comes late is there d.LateNumbers() after the purchase.
//   - Tracking reads d.Parcel(number), whose Scans are raw: the carrier's own code, a time and a
//     place. Journey (see Traveller) says which scans a usual parcel gets; the core sets the hours.
//   - A carrier that pushes implements Pusher: one message per scan, signed with the secret it
//     is given; Batcher, where one message may hold several. Where its customers subscribe by
//     themselves it implements Hooked, and shakes hands with d.Post. A carrier with its own
//     form of 429 implements Limited.
//   - A scan or a journey of a number that nobody sold makes a parcel of it, so that a carrier
//     that only tracks has nothing to do for its parcels.
//   - Numbers come from d.Serial, which goes on over resets, so that no number comes twice.
//   - Labels and invoices come from mocks/papers.
//
// There is no Reset to write: a reset makes every carrier anew. Time is time.Now, so that
// testing/synctest can fake it, and nothing sleeps.
//
// # In tests
//
//	sandbox := mocks.New(mocks.Options{}, yanwen.New)
//	defer sandbox.Close()
//	client := &http.Client{Transport: mocks.Transport(sandbox)} // no socket, fits a synctest bubble
//	base := "http://sandbox/yanwen"
//	sandbox.AddFault(mocks.Fault{Carrier: "yanwen", Operation: "label", Kind: mocks.CommitThenCut})
//	sandbox.Purchases("yanwen", "") // the ledger
package mocks
