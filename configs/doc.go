// Package configs is what the product reads at its start: the configuration file
// crossdock.yaml, decoded strictly, and the data that is built into the binary (exchange
// rates, example rate cards, calendars, example orders).
//
// It has no behaviour: every concern of the gateway owns the schema of its data and loads
// it from a file system that cmd hands in. A fault is named with file, line and column,
// all faults at once, and never with the value, which may be a secret.
package configs
