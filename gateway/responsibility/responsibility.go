// Package responsibility tells who acts, who pays and who answers on each leg of a parcel's
// way, by marketplace and operating model, and who answers when it is held, lost or refused.
// The split is data with a date and a source: it differs from one marketplace to the next,
// and changes.
package responsibility

import (
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// The parties. ByIncoterm is the seller under DDP and the buyer under any other term.
const (
	Seller     = "seller"
	Platform   = "platform"
	Carrier    = "carrier"
	Buyer      = "buyer"
	None       = "none"
	ByIncoterm = "by_incoterm"
)

var (
	parties = []string{Seller, Platform, Carrier, Buyer, None}
	models  = []string{"fully_managed", "semi_managed", "self_operated"}
	// legs are in the order in which a parcel goes them.
	legs = []normalize.Leg{normalize.LegFirstMile, normalize.LegExportCustoms, normalize.LegLineHaul, normalize.LegImportCustoms,
		normalize.LegOverseasWarehouse, normalize.LegLastMile, normalize.LegReturn}
)

// The phases: up to the destination country, or into the warehouse where that is what the
// parcel goes to; storage; from the border of the destination to the door; back.
const (
	PhaseFirstMile = "first_mile"
	PhaseStorage   = "overseas_warehouse"
	PhaseLastMile  = "last_mile"
	PhaseReturn    = "return"
)

var phases = []string{PhaseFirstMile, PhaseStorage, PhaseLastMile, PhaseReturn}

// Cause is why a parcel does not go on.
type Cause string

// The causes. CauseUntold is a hold or an exception of which nothing more is known.
const (
	CauseUntold      Cause = ""
	CauseDeclaration Cause = "declaration_error"
	CauseDocuments   Cause = "missing_documents"
	CauseDuties      Cause = "duties_unpaid"
	CauseProhibited  Cause = "prohibited_goods"
	CauseLoss        Cause = "loss"
	CauseDamage      Cause = "damage"
	CauseDelay       Cause = "delay"
	CauseAddress     Cause = "address"
	CauseRefusal     Cause = "refusal"
	CauseAbsence     Cause = "absence"
	CauseForce       Cause = "force_majeure"
)

var causes = []Cause{CauseDeclaration, CauseDocuments, CauseDuties, CauseProhibited, CauseLoss, CauseDamage, CauseDelay,
	CauseAddress, CauseRefusal, CauseAbsence, CauseForce}

// span is when something holds; an empty end is open, both days are within.
type span struct{ from, to normalize.Date }

func (s span) holds(day normalize.Date) bool {
	return (s.from == "" || day >= s.from) && (s.to == "" || day <= s.to)
}

func (s span) meets(o span) bool {
	return (s.to == "" || o.from == "" || o.from <= s.to) && (o.to == "" || s.from == "" || s.from <= o.to)
}

// within tells whether s lies in o.
func (s span) within(o span) bool {
	return (o.from == "" || s.from != "" && s.from >= o.from) && (o.to == "" || s.to != "" && s.to <= o.to)
}

// stretch is one leg of a model in a file.
type stretch struct {
	leg                normalize.Leg
	acts, pays, liable string
	reason, source     string
	valid              span
}

// model is an operating model of a platform.
type model struct {
	name   string
	source string
	valid  span
	legs   []stretch
}

// incident says who answers for a cause in a phase.
type incident struct {
	id             string
	models         []string // empty is all
	channels       []string // empty is all
	phases         []string
	causes         []Cause
	party          string
	reason, source string
	valid          span
}

func (i incident) fits(w Way, model, phase string, cause Cause, day normalize.Date) bool {
	return i.valid.holds(day) && slices.Contains(i.phases, phase) && slices.Contains(i.causes, cause) &&
		(len(i.models) == 0 || slices.Contains(i.models, model)) &&
		(len(i.channels) == 0 || slices.ContainsFunc(i.channels, func(c string) bool { return channelIs(w.Channel, c) }))
}

// channelIs tells whether a channel is meant by a pattern, "cainiao.standard" or "cainiao.*".
func channelIs(channel, pattern string) bool {
	adapter, all := strings.CutSuffix(pattern, ".*")
	return channel == pattern || all && strings.HasPrefix(channel, adapter+".")
}

// platform is one file.
type platform struct {
	code, name string
	models     []model
	incidents  []incident
}

// Every is the code of what holds for every platform, and for a shop of the seller's own.
const Every = "any"

// Book is everything that was loaded. It is read only.
type Book struct {
	base      platform
	platforms map[string]platform
	words     []causeWords
}

// Way is what decides beyond the scans: whose order it is, by which channel it goes, and where.
type Way struct {
	Platform       string             `json:"platform,omitempty"`
	OperatingModel string             `json:"operating_model,omitempty"`
	Channel        string             `json:"channel,omitempty"`
	Mode           string             `json:"mode,omitempty"` // of the channel
	Incoterm       normalize.Incoterm `json:"incoterm,omitempty"`
	Origin         string             `json:"origin,omitempty"`      // country
	Destination    string             `json:"destination,omitempty"` // country
}

// toWarehouse tells whether it is stock on its way to a warehouse, which is first mile all along.
func (w Way) toWarehouse() bool { return w.Mode == "fba_inbound" }

// bearer resolves a party that depends on the term.
func (w Way) bearer(party string) string {
	switch {
	case party != ByIncoterm:
		return party
	case w.Incoterm == normalize.DDP:
		return Seller
	case w.Incoterm == "":
		return ByIncoterm
	}
	return Buyer
}

// modelsOf are the operating models that a way may be under. An order of no platform is of the
// seller's own shop; one that does not name its model may be under any that the platform has.
func (b *Book) modelsOf(w Way, day normalize.Date) []string {
	switch {
	case w.OperatingModel != "":
		if b.has(w.Platform, w.OperatingModel, day) {
			return []string{w.OperatingModel}
		}
		return nil
	case w.Platform == "":
		return []string{"self_operated"}
	}
	var out []string
	for _, name := range models {
		if b.has(w.Platform, name, day) {
			out = append(out, name)
		}
	}
	return out
}

// has tells whether a platform has a model on a day. Of one without a file all are taken for
// granted.
func (b *Book) has(code, name string, day normalize.Date) bool {
	p, told := b.platforms[code]
	return !told || slices.ContainsFunc(p.models, func(m model) bool { return m.name == name && m.valid.holds(day) })
}

// stretchOf is a leg under a model on a day: the platform's own word, else that of every
// platform. rule names it.
func (b *Book) stretchOf(code, name string, leg normalize.Leg, day normalize.Date) (s stretch, rule string) {
	for _, p := range []platform{b.platforms[code], b.base} {
		for _, m := range p.models {
			if m.name != name || !m.valid.holds(day) {
				continue
			}
			for _, s := range m.legs {
				if s.leg == leg && s.valid.holds(day) {
					return s, legRule(p.code, name, leg)
				}
			}
		}
	}
	return stretch{}, "" // a leg that is not known; the base has every other, of every model, at all times
}

// legRule names what is said of a leg, "any-semi-managed-line-haul".
func legRule(code, name string, leg normalize.Leg) string {
	return strings.ReplaceAll(code+"-"+name+"-"+string(leg), "_", "-")
}

// incidentOf is who answers for a cause in a phase: the platform's own word before that of
// every platform, the first that fits.
func (b *Book) incidentOf(w Way, model, phase string, cause Cause, day normalize.Date) (incident, bool) {
	for _, p := range []platform{b.platforms[w.Platform], b.base} {
		for _, i := range p.incidents {
			if i.fits(w, model, phase, cause, day) {
				return i, true
			}
		}
	}
	return incident{}, false
}
