package simulation

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// lane is one invented carrier and what it offers against buying twice.
type lane struct {
	name  string
	class adapters.Class
	quiet time.Duration
	// drafts books before it sells; bare sells without paper, which comes later; searched can be
	// asked for a purchase, and proves by its search that there is none where it proves.
	drafts, bare, searched, proves bool
	// resends is sent to again though it accepts duplicates, as its operator has switched on.
	resends bool
	// byEvidence is searched by what it has answered before, and not by our reference.
	byEvidence bool
	// lists tells what was sold, of an account and a time: by our reference where it is searched
	// by that, else with our reference in a text.
	lists bool
}

const (
	tenant  = "t1"
	service = "parcel"
)

// lanes are carriers of all classes.
var lanes = []lane{
	{name: "alpha", class: adapters.ClassA, quiet: 3 * time.Second, searched: true, proves: true},
	{name: "bravo", class: adapters.ClassB, quiet: 3 * time.Second, searched: true, proves: true, bare: true},
	{name: "baker", class: adapters.ClassB, quiet: time.Second, searched: true, proves: true, drafts: true},
	{name: "charlie", class: adapters.ClassC, quiet: time.Second, searched: true, proves: true},
	{name: "chaplin", class: adapters.ClassC, quiet: 2 * time.Second, searched: true, proves: true, bare: true, resends: true, lists: true},
	{name: "delta", class: adapters.ClassD, quiet: 2 * time.Second, searched: true, bare: true, lists: true},
	{name: "echo", class: adapters.ClassE, quiet: 3 * time.Second},
	{name: "foxtrot", class: adapters.ClassE, quiet: 2 * time.Second, searched: true, byEvidence: true},
}

// parks tells whether a purchase of the lane may be left to a person.
func (l lane) parks() bool { return !l.proves }

func (l lane) spec(bug string) adapters.Spec {
	quiet := l.quiet
	if bug == bugNoQuiet {
		quiet = 0
	}
	return adapters.Spec{Code: l.name, Carrier: l.name, Services: []adapters.Service{{Name: service, Title: "Parcel"}},
		Purchase: adapters.Purchase{Class: l.class, QuietPeriod: quiet}}
}

func (l lane) ops(to *line) adapters.Ops {
	o := adapters.Ops{Labeler: to, Voider: to}
	if l.drafts {
		o.Drafter = to
	}
	if l.bare {
		o.Documenter = to
	}
	if l.searched {
		o.Finder = to
	}
	if l.lists {
		o.Lister = to
	}
	return o
}

// laneOf is a lane by its name.
func laneOf(name string) lane {
	for _, l := range lanes {
		if l.name == name {
			return l
		}
	}
	panic("no lane " + name)
}
