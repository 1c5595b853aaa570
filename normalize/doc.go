// Package normalize is the language that both sides of the gateway speak: shipments,
// parcels, rates, labels, tracking events, money, weights, lengths and errors.
//
// It knows no carrier, no HTTP and no configuration. Values are exact: no float touches
// money, weight or size. A type's JSON form is the one of the public API, so that a
// request is read straight into these words and an answer is written straight from them.
package normalize
