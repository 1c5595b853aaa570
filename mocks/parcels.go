package mocks

import (
	"slices"
	"sync"
	"time"
)

const (
	maxScans   = 1000           // of one parcel
	maxNumbers = 3 * maxEntries // of all parcels, aliases too
)

// Place is where a parcel comes from or goes to. Country is ISO 3166-1 alpha-2.
type Place struct{ City, PostalCode, Country string }

// Parcel is one thing with a number on its way.
type Parcel struct {
	Carrier, Account string // set by the Desk
	Number           string
	Aliases          []string // other numbers of the same parcel, the last mile's for one
	CarrierID        string   // the sale that it belongs to
	Reference        string
	From, To         Place
	BookedAt         time.Time
	Scans            []Scan // in the order of their time
	travelled        bool   // a journey was added
}

// Scan is one raw event: the carrier's own code, when and where.
type Scan struct {
	Code          string
	At            time.Time
	City, Country string
}

type parcels struct {
	mu       sync.RWMutex
	byNumber map[[2]string]*Parcel // carrier and number, aliases too
}

func (p *parcels) add(v Parcel) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.byNumber) >= maxNumbers {
		return ErrFull
	}
	if p.byNumber == nil {
		p.byNumber = map[[2]string]*Parcel{}
	}
	for _, n := range append([]string{v.Number}, v.Aliases...) {
		p.byNumber[[2]string{v.Carrier, n}] = &v
	}
	return nil
}

// get returns a copy that later scans do not change.
func (p *parcels) get(carrier, number string) (Parcel, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	v, ok := p.byNumber[[2]string{carrier, number}]
	if !ok {
		return Parcel{}, false
	}
	out := *v
	out.Scans = slices.Clone(v.Scans)
	return out, true
}

// edit changes a parcel under the lock and sorts its scans. It is false when there is no
// such parcel.
func (p *parcels) edit(carrier, number string, change func(*Parcel)) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.byNumber[[2]string{carrier, number}]
	if !ok {
		return false
	}
	change(v)
	if len(v.Scans) > maxScans {
		v.Scans = v.Scans[:maxScans]
	}
	slices.SortStableFunc(v.Scans, func(a, b Scan) int { return a.At.Compare(b.At) })
	return true
}

// known makes sure that there is a parcel of this number: one that was bought elsewhere can
// be scanned too.
func (b *books) known(c *counter, number, country string) error {
	if _, ok := b.parcels.get(c.code, number); ok {
		return nil
	}
	if country == "" {
		country = "DE"
	}
	return b.parcels.add(Parcel{Carrier: c.code, Account: c.account.ID, Number: number, BookedAt: time.Now(),
		From: Place{City: "Shenzhen", PostalCode: "518057", Country: "CN"}, To: Place{Country: country}})
}

// scan adds one raw event, and the parcel if need be.
func (b *books) scan(c *counter, number string, s Scan) error {
	if err := b.known(c, number, s.Country); err != nil {
		return err
	}
	b.parcels.edit(c.code, number, func(p *Parcel) { p.Scans = append(p.Scans, s) })
	return nil
}

// travel adds the carrier's usual scans, once per number; a second journey adds nothing.
func (b *books) travel(c *counter, number, kind string) error {
	if err := b.known(c, number, ""); err != nil {
		return err
	}
	p, _ := b.parcels.get(c.code, number)
	scans := timeline(c.carrier.(Traveller).Journey(p, kind), time.Now())
	b.parcels.edit(c.code, number, func(p *Parcel) {
		if !p.travelled {
			p.travelled = true
			p.Scans = append(p.Scans, scans...)
		}
	})
	return nil
}

// timeline sets the hours of a journey that ends now. Where a step of the day would fall into
// the night of its place, it and all before it happen some hours earlier.
func timeline(steps []Step, now time.Time) []Scan {
	scans := make([]Scan, len(steps))
	at := now.Truncate(time.Second)
	for i := len(steps) - 1; i >= 0; i-- {
		s := steps[i]
		if i < len(steps)-1 && !s.Night {
			at = daylight(at, Zone(s.Country))
		}
		scans[i] = Scan{Code: s.Code, At: at, City: s.City, Country: s.Country}
		at = at.Add(-s.After)
	}
	return scans
}

// daylight moves a time at night back to the evening before: never later, 7 to 22 h.
func daylight(t time.Time, zone *time.Location) time.Time {
	switch h := t.In(zone).Hour(); {
	case h < 7:
		return t.Add(-time.Duration(h+4) * time.Hour)
	case h >= 22:
		return t.Add(-2 * time.Hour)
	}
	return t
}
