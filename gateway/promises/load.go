package promises

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"

	"github.com/crossdock-hub/crossdock/gateway/calendar"
	"github.com/crossdock-hub/crossdock/gateway/datafile"
	"github.com/crossdock-hub/crossdock/normalize"
)

// What a promise is about.
const (
	delivery = "delivery" // days until the parcel is delivered
	dispatch = "dispatch" // days until the seller has handed it over
)

// The bounds of a promise and of a folder of them.
const (
	maxDays  = 365
	maxFiles = 200
)

type rule struct {
	id, of, source string
	channels       []string
	platform       string
	model          string
	from, to       []string // countries; any where empty
	daysMin        int
	daysMax        int
	business       bool
	fromOrder      bool
	since, until   normalize.Date // both inclusive; open where empty
}

// checkpoint is a part of a delivery's time, in percent, by which a stage is to be reached.
type checkpoint struct {
	stage   Stage
	percent int
}

var (
	idForm      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	countryForm = regexp.MustCompile(`^[A-Z]{2}$`)
)

// Load reads the promises that are shipped and the operator's own, which may be nil. An own
// promise replaces the shipped one of its id and is asked before all others; own checkpoints
// replace the shipped ones. The error joins every fault, each a *datafile.Fault.
func Load(shipped, own fs.FS, days *calendar.Calendars) (*Table, error) {
	theirs, err := readFolder(own)
	if err != nil {
		return nil, err
	}
	base, err := readFolder(shipped)
	if err != nil {
		return nil, err
	}
	for _, r := range base.rules {
		if !slices.ContainsFunc(theirs.rules, func(o rule) bool { return o.id == r.id }) {
			theirs.rules = append(theirs.rules, r)
		}
	}
	if len(theirs.checkpoints) == 0 {
		theirs.checkpoints = base.checkpoints
	}
	theirs.days = days
	return theirs, nil
}

func readFolder(fsys fs.FS) (*Table, error) {
	t := &Table{}
	if fsys == nil {
		return t, nil
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	if len(entries) > maxFiles {
		return nil, fmt.Errorf("the folder of promises holds more than %d files", maxFiles)
	}
	var errs []error
	for _, e := range entries {
		if ext := path.Ext(e.Name()); e.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		file, err := datafile.Read(fsys, e.Name())
		if err != nil {
			return nil, err
		}
		if file.Err() == nil { // else its places would be wrong
			t.read(file.Root())
		}
		errs = append(errs, file.Err())
	}
	return t, errors.Join(errs...)
}

func (t *Table) read(root *datafile.Object) {
	for _, o := range root.Objects("checkpoints") {
		t.readCheckpoint(o)
	}
	for _, o := range root.Objects("promises") {
		r := readRule(o)
		if slices.ContainsFunc(t.rules, func(other rule) bool { return r.id != "" && other.id == r.id }) {
			o.Fault("id", "is given twice")
		}
		t.rules = append(t.rules, r)
	}
	root.Done()
}

// readCheckpoint takes the stages in their order, each later than the one before.
func (t *Table) readCheckpoint(o *datafile.Object) {
	o.Required("stage")
	c := checkpoint{percent: o.Int("percent", 1, 99)}
	if name := o.OneOf("stage", stageNames[PickedUp:]...); name != "" {
		c.stage = Stage(slices.Index(stageNames, name))
	}
	if c.percent == 0 && !o.Has("percent") {
		o.Fault("percent", "is required")
	}
	if n := len(t.checkpoints); n > 0 && (t.checkpoints[n-1].stage >= c.stage || t.checkpoints[n-1].percent >= c.percent) {
		o.Fault("", "must be of a later stage and a later time than the one before it")
	}
	o.Done()
	t.checkpoints = append(t.checkpoints, c)
}

func readRule(o *datafile.Object) rule {
	r := rule{
		id: o.Required("id"), of: o.OneOf("of", delivery, dispatch), source: o.Required("source"),
		channels: o.Texts("channels"), platform: o.Text("platform"),
		model: o.OneOf("operating_model", "fully_managed", "semi_managed", "self_operated"),
		from:  countries(o, "from"), to: countries(o, "to"),
		daysMin: o.Int("days_min", 0, maxDays), daysMax: o.Int("days_max", 1, maxDays),
		business: o.Bool("business_days"), since: o.Date("valid_from"), until: o.Date("valid_to"),
	}
	o.Required("of")
	r.fromOrder = o.OneOf("counted_from", "order", "shipment") == "order"
	if r.id != "" && !idForm.MatchString(r.id) {
		o.Fault("id", "must be words of lower-case letters and digits, joined by -")
	}
	switch {
	case !o.Has("days_max"):
		o.Fault("days_max", "is required")
	case r.daysMax > 0 && r.daysMin > r.daysMax:
		o.Fault("days_min", "is more than days_max")
	}
	if r.until != "" && r.until < r.since {
		o.Fault("valid_to", "is before valid_from")
	}
	for i, c := range r.channels {
		if _, err := path.Match(c, ""); err != nil {
			o.Fault("channels", "pattern %d is not readable", i+1)
		}
	}
	o.Done()
	return r
}

func countries(o *datafile.Object, key string) []string {
	list := o.Texts(key)
	for _, c := range list {
		if !countryForm.MatchString(c) {
			o.Fault(key, "must list countries by their two letters, such as DE")
			break
		}
	}
	return list
}

// match finds the first promise of a kind that is made to a parcel.
func (t *Table) match(of string, s Subject) *rule {
	for i := range t.rules {
		if r := &t.rules[i]; r.of == of && r.covers(s) {
			return r
		}
	}
	return nil
}

func (r *rule) covers(s Subject) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	in := func(list []string, got string) bool { return len(list) == 0 || slices.Contains(list, got) }
	return is(r.platform, s.Platform) && is(r.model, s.OperatingModel) && in(r.from, s.From) && in(r.to, s.To) &&
		(r.since == "" || s.Shipped >= r.since) && (r.until == "" || s.Shipped <= r.until) && r.ofChannel(s.Channel)
}

func (r *rule) ofChannel(channel string) bool {
	return len(r.channels) == 0 || slices.ContainsFunc(r.channels, func(pattern string) bool {
		ok, _ := path.Match(pattern, channel) // its form was checked when it was read
		return ok
	})
}
