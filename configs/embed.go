package configs

import (
	"embed"
	"io/fs"
)

//go:embed fx/*.csv ratecards/*.csv calendars/*.csv platforms/*.yaml promises/*.yaml responsibilities/*.yaml claims/*.yaml examples crossdock.example.yaml
var files embed.FS

// FX holds the exchange rates: fx.csv, real and dated, and sandbox.csv, examples.
func FX() fs.FS { return sub("fx") }

// RateCards holds the example rate cards, <channel>.csv and <channel>.surcharges.csv.
func RateCards() fs.FS { return sub("ratecards") }

// Calendars holds the days off that the calendar library lacks.
func Calendars() fs.FS { return sub("calendars") }

// Platforms holds the rules of marketplaces, one file for each.
func Platforms() fs.FS { return sub("platforms") }

// Promises holds by when parcels are promised, and how far they should have come by then.
func Promises() fs.FS { return sub("promises") }

// Responsibilities holds who acts, pays and answers on each leg, one file for each marketplace.
func Responsibilities() fs.FS { return sub("responsibilities") }

// Claims holds by when claims have to be made.
func Claims() fs.FS { return sub("claims") }

// Examples holds example orders and inbound plans, as the command line takes them.
func Examples() fs.FS { return sub("examples") }

// Example is the documented configuration file, every setting in it.
func Example() []byte {
	b, err := files.ReadFile("crossdock.example.yaml")
	if err != nil {
		panic(err) // embedded, so it cannot be missing
	}
	return b
}

func sub(dir string) fs.FS {
	f, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // a constant, valid name
	}
	return f
}
