package responsibility

import (
	"maps"
	"slices"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Split is who does what under one operating model of a platform, as the API shows it.
type Split struct {
	Platform       string         `json:"platform" doc:"any: what holds for every platform that says nothing else, and for a shop of the seller's own"`
	Name           string         `json:"name"`
	OperatingModel string         `json:"operating_model" enum:"fully_managed,semi_managed,self_operated"`
	Source         string         `json:"source"`
	ValidFrom      normalize.Date `json:"valid_from,omitempty" format:"date"`
	ValidTo        normalize.Date `json:"valid_to,omitempty" format:"date"`
	Legs           []Leg          `json:"legs" doc:"In the order of the way"`
	Incidents      []Incident     `json:"incidents" doc:"Who answers when something goes wrong; the first that fits decides, and before it the leg's liable where none does"`
}

// Leg is who acts, pays and answers on one leg.
type Leg struct {
	Leg       normalize.Leg  `json:"leg" enum:"first_mile,export_customs,line_haul,import_customs,overseas_warehouse,last_mile,return"`
	Acts      string         `json:"acts" enum:"seller,platform,carrier,buyer,none"`
	Pays      string         `json:"pays" enum:"seller,platform,carrier,buyer,none,by_incoterm" doc:"by_incoterm: the seller under DDP, the buyer under any other term"`
	Liable    string         `json:"liable" enum:"seller,platform,carrier,buyer,none,by_incoterm" doc:"While nothing is known of a cause"`
	Rule      string         `json:"rule"`
	Reason    string         `json:"reason"`
	Source    string         `json:"source"`
	ValidFrom normalize.Date `json:"valid_from,omitempty" format:"date"`
	ValidTo   normalize.Date `json:"valid_to,omitempty" format:"date"`
}

// Incident is who answers for a cause in a phase.
type Incident struct {
	Rule      string         `json:"rule"`
	Phases    []string       `json:"phases" enum:"first_mile,overseas_warehouse,last_mile,return"`
	Causes    []Cause        `json:"causes" enum:"declaration_error,missing_documents,duties_unpaid,prohibited_goods,loss,damage,delay,address,refusal,absence,force_majeure"`
	Channels  []string       `json:"channels,omitempty" doc:"Only parcels that go by one of these"`
	Party     string         `json:"party" enum:"seller,platform,carrier,buyer,none,by_incoterm"`
	Reason    string         `json:"reason"`
	Source    string         `json:"source"`
	ValidFrom normalize.Date `json:"valid_from,omitempty" format:"date"`
	ValidTo   normalize.Date `json:"valid_to,omitempty" format:"date"`
}

// Known tells whether a platform has a file of its own, or is the one of every platform.
func (b *Book) Known(code string) bool {
	_, ok := b.platforms[code]
	return ok || code == Every
}

// List are the splits that hold on a day, by platform and model; empty words do not narrow it.
func (b *Book) List(code, operatingModel string, day normalize.Date) []Split {
	all := []platform{b.base}
	for _, name := range slices.Sorted(maps.Keys(b.platforms)) {
		all = append(all, b.platforms[name])
	}
	out := []Split{}
	for _, p := range all {
		if code != "" && p.code != code {
			continue
		}
		for _, m := range p.models {
			if m.valid.holds(day) && (operatingModel == "" || m.name == operatingModel) {
				out = append(out, b.split(p, m, day))
			}
		}
	}
	return out
}

func (b *Book) split(p platform, m model, day normalize.Date) Split {
	out := Split{Platform: p.code, Name: p.name, OperatingModel: m.name, Source: m.source, ValidFrom: m.valid.from, ValidTo: m.valid.to,
		Incidents: b.incidents(Way{Platform: p.code}, m.name, day)}
	for _, leg := range legs {
		out.Legs = append(out.Legs, b.leg(p.code, m.name, leg, day))
	}
	return out
}

func (b *Book) leg(code, name string, leg normalize.Leg, day normalize.Date) Leg {
	s, rule := b.stretchOf(code, name, leg, day)
	return Leg{Leg: leg, Acts: s.acts, Pays: s.pays, Liable: s.liable, Rule: rule, Reason: s.reason, Source: s.source,
		ValidFrom: s.valid.from, ValidTo: s.valid.to}
}

// incidents are those of a model, in the order in which they decide. Where a channel is named
// only those that can concern it are there.
func (b *Book) incidents(w Way, name string, day normalize.Date) []Incident {
	out := []Incident{}
	for _, p := range []platform{b.platforms[w.Platform], b.base} {
		for _, i := range p.incidents {
			other := w.Channel != "" && len(i.channels) > 0 && !slices.ContainsFunc(i.channels, func(c string) bool { return channelIs(w.Channel, c) })
			if other || !i.valid.holds(day) || len(i.models) > 0 && !slices.Contains(i.models, name) {
				continue
			}
			out = append(out, Incident{Rule: i.id, Phases: i.phases, Causes: i.causes, Channels: i.channels, Party: i.party,
				Reason: i.reason, Source: i.source, ValidFrom: i.valid.from, ValidTo: i.valid.to})
		}
	}
	return out
}

// Parcel is the split of one parcel's way.
type Parcel struct {
	Platform       *string    `json:"platform" null:"true" doc:"null: a shop of the seller's own"`
	OperatingModel *string    `json:"operating_model" null:"true" doc:"null: the order does not name it; what its models do not agree on is left out"`
	Legs           []Leg      `json:"legs"`
	Incidents      []Incident `json:"incidents"`
}

// OfParcel is the split of a way on a day. Parcels by direct mail lie in no warehouse abroad;
// parties that depend on the term are resolved. Where the model is not told only those legs are
// there of which all that are possible say the same.
func (b *Book) OfParcel(w Way, day normalize.Date) Parcel {
	out := Parcel{Legs: []Leg{}, Incidents: []Incident{}}
	if w.Platform != "" {
		out.Platform = &w.Platform
	}
	names := b.modelsOf(w, day)
	if len(names) == 1 {
		out.OperatingModel = &names[0]
		out.Incidents = b.incidents(w, names[0], day)
		for i := range out.Incidents {
			out.Incidents[i].Party = w.bearer(out.Incidents[i].Party)
		}
	}
	for _, leg := range legs {
		if leg == normalize.LegOverseasWarehouse && w.Mode == "direct_mail" {
			continue
		}
		if l, ok := b.legOfAll(w, names, leg, day); ok {
			l.Acts, l.Pays, l.Liable = w.bearer(l.Acts), w.bearer(l.Pays), w.bearer(l.Liable)
			out.Legs = append(out.Legs, l)
		}
	}
	return out
}

// legOfAll is a leg as all models have it.
func (b *Book) legOfAll(w Way, names []string, leg normalize.Leg, day normalize.Date) (Leg, bool) {
	var out Leg
	for i, name := range names {
		l := b.leg(w.Platform, name, leg, day)
		if i > 0 && (l.Acts != out.Acts || l.Pays != out.Pays || l.Liable != out.Liable) {
			return Leg{}, false
		}
		if i == 0 {
			out = l
		}
	}
	return out, len(names) > 0
}

// SourceOf is where a rule that holds on a day was told, "" for one that does not.
func (b *Book) SourceOf(rule string, day normalize.Date) string {
	for _, s := range b.List("", "", day) {
		for _, i := range s.Incidents {
			if i.Rule == rule {
				return i.Source
			}
		}
		for _, l := range s.Legs {
			if l.Rule == rule {
				return l.Source
			}
		}
	}
	return ""
}
