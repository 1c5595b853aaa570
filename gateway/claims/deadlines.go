package claims

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/datafile"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// What the days of a deadline are counted from.
const (
	fromAcceptance = "acceptance" // the carrier has the parcel
	fromDelivery   = "delivery"
	fromLastScan   = "last_scan"
	fromPromise    = "promise" // the day by which delivery was promised
)

var bases = []string{fromAcceptance, fromDelivery, fromLastScan, fromPromise}

// missing says why a day to count from is not there.
var missing = map[string]string{
	fromAcceptance: "no scan tells when the carrier took the parcel",
	fromDelivery:   "no scan tells of a delivery",
	fromLastScan:   "there is no scan yet",
	fromPromise:    "nothing was promised",
}

const (
	maxDays  = 1000
	maxFiles = 200
)

// Deadlines are by when a claim has to be made, with their sources.
type Deadlines struct{ rules []rule }

// rule is one deadline. Without days it says why none is known.
type rule struct {
	id, platform string
	channels     []string // patterns; any where empty
	reasons      []string // any where empty
	days         int
	from         string
	why, source  string
	since, until normalize.Date // of the day that is counted from; both inclusive, open where empty
}

var ruleForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// LoadDeadlines reads the deadlines that are shipped and the operator's own, which may be nil.
// An own one replaces the shipped one of its id and is asked before all others. The error joins
// every fault, each a *datafile.Fault.
func LoadDeadlines(shipped, own fs.FS) (*Deadlines, error) {
	out, err := readFolder(own)
	if err != nil {
		return nil, err
	}
	base, err := readFolder(shipped)
	if err != nil {
		return nil, err
	}
	for _, r := range base.rules {
		if !slices.ContainsFunc(out.rules, func(o rule) bool { return o.id == r.id }) {
			out.rules = append(out.rules, r)
		}
	}
	return out, nil
}

func readFolder(fsys fs.FS) (*Deadlines, error) {
	d := &Deadlines{}
	if fsys == nil {
		return d, nil
	}
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	if len(names) > maxFiles {
		return nil, fmt.Errorf("the folder of claims holds more than %d files", maxFiles)
	}
	var errs []error
	for _, name := range names {
		file, err := datafile.Read(fsys, name)
		if err != nil {
			return nil, err
		}
		if file.Err() == nil { // else its places would be wrong
			d.read(file.Root())
		}
		errs = append(errs, file.Err())
	}
	return d, errors.Join(errs...)
}

func (d *Deadlines) read(root *datafile.Object) {
	for _, o := range root.Objects("deadlines") {
		r := readRule(o)
		if slices.ContainsFunc(d.rules, func(other rule) bool { return r.id != "" && other.id == r.id }) {
			o.Fault("id", "is given twice")
		}
		d.rules = append(d.rules, r)
	}
	root.Done()
}

func readRule(o *datafile.Object) rule {
	r := rule{id: o.Required("id"), platform: o.Text("platform"), channels: o.Texts("channels"), reasons: o.Texts("reasons"),
		days: o.Int("days", 1, maxDays), from: o.OneOf("counted_from", bases...), why: o.Required("reason"), source: o.Required("source"),
		since: o.Date("valid_from"), until: o.Date("valid_to")}
	if r.id != "" && !ruleForm.MatchString(r.id) {
		o.Fault("id", "must be words of lower-case letters and digits, joined by -")
	}
	if o.Has("days") != o.Has("counted_from") {
		o.Fault("counted_from", "is given with days, and only with them")
	}
	for _, reason := range r.reasons {
		if !slices.Contains(reasons, reason) {
			o.Fault("reasons", "must list some of %s", strings.Join(reasons, ", "))
		}
	}
	for i, c := range r.channels {
		if _, err := path.Match(c, ""); err != nil {
			o.Fault("channels", "pattern %d is not readable", i+1)
		}
	}
	if r.until != "" && r.until < r.since {
		o.Fault("valid_to", "is before valid_from")
	}
	o.Done()
	return r
}

// deadlineAnswer is the last day on which a claim may be made, and how it is known; without a
// day, why none is.
type deadlineAnswer struct {
	Date   normalize.Date `json:"date,omitempty"`
	Rule   string         `json:"rule,omitempty"`
	Reason string         `json:"reason"`
	Source string         `json:"source,omitempty"`
}

// subject is what decides on a deadline.
type subject struct {
	channel, platform, reason string
	today                     normalize.Date
	days                      map[string]normalize.Date // by base; those that are known
}

func subjectOf(t trackers.Tracker, ruling trackers.Ruling, reason string, now time.Time) subject {
	s := subject{channel: t.Channel, platform: ruling.Way.Platform, reason: reason, today: normalize.DateOf(now.UTC()), days: map[string]normalize.Date{}}
	for _, e := range t.Events {
		day := normalize.DateOf(e.OccurredAt) // where it happened
		switch e.Status {
		case normalize.StatusRegistered, normalize.StatusLabelCreated, normalize.StatusUnknown, normalize.StatusCancelled:
		default:
			if s.days[fromAcceptance] == "" {
				s.days[fromAcceptance] = day
			}
			if e.Status == normalize.StatusDelivered && s.days[fromDelivery] == "" {
				s.days[fromDelivery] = day
			}
		}
		if e.Source != trackers.SourceGateway {
			s.days[fromLastScan] = day
		}
	}
	if t.PromisedBy != "" {
		s.days[fromPromise] = t.PromisedBy
	}
	return s
}

// answer is by the first rule that fits; without one no day is named.
func (d *Deadlines) answer(s subject) deadlineAnswer {
	for _, r := range d.rules {
		if !r.fits(s) {
			continue
		}
		out := deadlineAnswer{Rule: r.id, Reason: r.why, Source: r.source}
		switch from := s.days[r.from]; {
		case r.days == 0:
		case from == "":
			out.Reason = r.why + "; " + missing[r.from]
		default:
			out.Date = normalize.DateOf(from.At(time.UTC).AddDate(0, 0, r.days))
		}
		return out
	}
	where := s.channel
	if where == "" {
		where = "a parcel without a channel"
	}
	return deadlineAnswer{Reason: "no source that is known here names a deadline for the reason " + s.reason + " and " + where}
}

func (r *rule) fits(s subject) bool {
	day := s.today
	if from := s.days[r.from]; from != "" {
		day = from
	}
	return (r.platform == "" || r.platform == s.platform) && (len(r.reasons) == 0 || slices.Contains(r.reasons, s.reason)) &&
		(r.since == "" || day >= r.since) && (r.until == "" || day <= r.until) && r.ofChannel(s.channel)
}

func (r *rule) ofChannel(channel string) bool {
	return len(r.channels) == 0 || slices.ContainsFunc(r.channels, func(pattern string) bool {
		ok, _ := path.Match(pattern, channel) // its form was checked when it was read
		return ok
	})
}
