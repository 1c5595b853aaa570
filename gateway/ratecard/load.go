package ratecard

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

const (
	cardEnd      = ".csv"
	surchargeEnd = ".surcharges.csv"
	maxCards     = 1000
)

var channelForm = regexp.MustCompile(`^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`)

// Cards are the price lists of all channels that have one. They do not change once
// loaded, and serve many goroutines.
type Cards struct{ byChannel map[string]*card }

// Load reads every card of the layers; where two layers have a card for one channel, the
// later layer's replaces the whole of it. A layer may be nil. The error joins every fault,
// each with file, line and column.
func Load(layers ...fs.FS) (*Cards, error) {
	out := &Cards{map[string]*card{}}
	var errs []error
	for _, fsys := range layers {
		if fsys == nil {
			continue
		}
		names, err := fs.Glob(fsys, "*"+cardEnd)
		if err != nil {
			return nil, err
		}
		if len(names) > 2*maxCards {
			return nil, fmt.Errorf("more than %d rate cards", maxCards)
		}
		errs = append(errs, out.layer(fsys, names)...)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

func (c *Cards) layer(fsys fs.FS, names []string) (errs []error) {
	for _, name := range names {
		if channel, ok := strings.CutSuffix(name, surchargeEnd); ok {
			if !slices.Contains(names, channel+cardEnd) {
				errs = append(errs, fmt.Errorf("%s: has no card %s beside it", name, channel+cardEnd))
			}
			continue
		}
		channel := strings.TrimSuffix(name, cardEnd)
		if !channelForm.MatchString(channel) {
			errs = append(errs, fmt.Errorf("%s: must be named for its channel, as yanwen.tracked.csv", name))
			continue
		}
		card, faults := loadCard(fsys, channel, slices.Contains(names, channel+surchargeEnd))
		c.byChannel[channel] = card
		errs = append(errs, faults...)
	}
	return errs
}

// Channels are those that have a card, sorted.
func (c *Cards) Channels() []string {
	out := make([]string, 0, len(c.byChannel))
	for name := range c.byChannel {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Has tells whether a channel has a card.
func (c *Cards) Has(channel string) bool { return c.byChannel[channel] != nil }

func loadCard(fsys fs.FS, channel string, surcharged bool) (*card, []error) {
	f := &faults{file: channel + cardEnd}
	records, comments := readCSV(f, fsys, cardColumns)
	c := &card{businessDays: comments["business_days"] == "true"}
	for _, rec := range records {
		c.rows = append(c.rows, readRow(rec))
	}
	if len(records) == 0 && len(f.errs) == 0 {
		f.add(1, "", "has no rows")
	}
	c.checkRows(f)
	if surcharged {
		f.file = channel + surchargeEnd
		records, _ := readCSV(f, fsys, surchargeColumns)
		for _, rec := range records {
			c.surcharges = append(c.surcharges, c.readSurcharge(rec))
		}
		c.checkSurcharges(f)
	}
	if len(f.errs) == 0 {
		c.index()
	}
	return c, f.errs
}

func readRow(rec record) row {
	if u := rec.required("unit"); u != "" && !slices.Contains([]string{"g", "kg", "oz", "lb"}, u) {
		rec.fault("unit", "must be one of g, kg, oz, lb")
		rec.values["unit"] = "g" // so that the other columns are read too
	}
	r := row{
		line: rec.line, zone: rec.required("zone"), countries: rec.words("countries"),
		postal: newPostalRange(rec.values["postal_from"], rec.values["postal_to"]),
		over:   rec.weight("over"), upto: rec.weight("upto"), step: rec.weight("step"),
		base: rec.price("base"), perStep: rec.price("per_step"), perPiece: rec.price("per_piece"), minCharge: rec.price("min_charge"),
		divisor: int64(rec.whole("dim_divisor", 1_000_000)), currency: rec.required("currency"), valid: rec.validity(),
		daysMin: rec.whole("days_min", 365), daysMax: rec.whole("days_max", 365), source: rec.required("source"),
	}
	rec.required("countries")
	rec.required("base")
	for _, code := range r.countries {
		if !normalize.ValidCountry(code) {
			rec.fault("countries", "hold a word that is no ISO 3166-1 alpha-2 code")
		}
	}
	if r.currency != "" && !normalize.ValidCurrency(r.currency) {
		rec.fault("currency", "is no ISO 4217 code")
	}
	switch {
	case r.postal.from == "" && r.postal.to != "":
		rec.fault("postal_from", "is required beside postal_to")
	case begin(r.postal.from, r.postal.to) > r.postal.to:
		rec.fault("postal_to", "is before postal_from")
	}
	if r.upto != 0 && r.upto <= r.over {
		rec.fault("upto", "must be more than over")
	}
	if (r.perStep.Sign() > 0) != (r.step > 0) {
		rec.fault("step", "goes together with per_step")
	}
	if r.daysMin > r.daysMax {
		rec.fault("days_max", "is less than days_min")
	}
	return r
}

// checkRows finds what lies between rows: two currencies, two divisors in one zone, and
// two prices for the same parcel on the same day.
func (c *card) checkRows(f *faults) {
	type key struct {
		country string
		from    normalize.Date
	}
	groups := map[key][]*row{}
	divisors := map[string]*row{}
	for i := range c.rows {
		r := &c.rows[i]
		if c.currency == "" {
			c.currency = r.currency
		}
		if r.currency != "" && r.currency != c.currency {
			f.add(r.line, "currency", "must be %s as in the rows before", c.currency)
		}
		zone := r.zone + " " + string(r.valid.from)
		if first := divisors[zone]; first == nil {
			divisors[zone] = r
		} else if first.divisor != r.divisor {
			f.add(r.line, "dim_divisor", "differs from that of line %d, which is of the same zone", first.line)
		}
		for j, country := range r.countries {
			if slices.Contains(r.countries[:j], country) {
				f.add(r.line, "countries", "name %s twice", country)
				continue
			}
			k := key{country, r.valid.from}
			groups[k] = append(groups[k], r)
		}
	}
	reported := map[[2]int]bool{}
	for _, rows := range groups {
		overlaps(f, rows, reported)
	}
}

// overlaps compares rows of one country and first day. They are in the order of their
// postal codes, so that each is held against few.
func overlaps(f *faults, rows []*row, reported map[[2]int]bool) {
	slices.SortStableFunc(rows, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.postal.from, b.postal.from), cmp.Compare(a.over, b.over))
	})
	for i, a := range rows {
		for _, b := range rows[i+1:] {
			if begin(b.postal.from, a.postal.to) > a.postal.to {
				break
			}
			sameWeight := (a.upto == 0 || b.over < a.upto) && (b.upto == 0 || a.over < b.upto)
			if pair := [2]int{min(a.line, b.line), max(a.line, b.line)}; sameWeight && a.postal.overlaps(b.postal) && !reported[pair] {
				reported[pair] = true
				f.add(pair[1], "", "prices weights and places that line %d prices from the same day on", pair[0])
			}
		}
	}
}

// index sorts the rows so that the first that holds a parcel is its price.
func (c *card) index() {
	c.byCountry = map[string][]*row{}
	for i := range c.rows {
		for _, country := range c.rows[i].countries {
			c.byCountry[country] = append(c.byCountry[country], &c.rows[i])
		}
	}
	for _, rows := range c.byCountry {
		slices.SortStableFunc(rows, func(a, b *row) int {
			return cmp.Or(cmp.Compare(b.valid.from, a.valid.from), -cmp.Compare(a.postal.from, b.postal.from), cmp.Compare(a.over, b.over))
		})
	}
	slices.SortStableFunc(c.surcharges, func(a, b surcharge) int { return cmp.Compare(b.valid.from, a.valid.from) })
}
