package responsibility

import (
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Scan is as much of a tracking event as decides.
type Scan struct {
	ID        string              `json:"id"`
	At        time.Time           `json:"at"`
	Status    normalize.Status    `json:"status"`
	Substatus normalize.Substatus `json:"substatus,omitempty"`
	Leg       normalize.Leg       `json:"leg,omitempty"`
	Country   string              `json:"country,omitempty"`
	Cause     Cause               `json:"cause,omitempty"`
}

// ScanOf makes a scan of an event.
func (b *Book) ScanOf(id string, e normalize.TrackingEvent) Scan {
	return Scan{ID: id, At: e.OccurredAt, Status: e.Status, Substatus: e.Substatus, Leg: e.Leg, Country: e.Location.Country, Cause: b.CauseOf(e)}
}

// Liability is who answers, in which phase, by which rule and why.
type Liability struct {
	Party  string `json:"party" enum:"seller,platform,carrier,buyer,none"`
	Phase  string `json:"phase,omitempty" enum:"first_mile,overseas_warehouse,last_mile,return"`
	Rule   string `json:"rule,omitempty" doc:"As GET /v1/responsibilities names it"`
	Reason string `json:"reason,omitempty"`
	Cause  Cause  `json:"cause,omitempty" enum:"declaration_error,missing_documents,duties_unpaid,prohibited_goods,loss,damage,delay,address,refusal,absence,force_majeure" doc:"Why the parcel does not go on, where a scan told"`
	// Evidence are the events that say so, the first of them first.
	Evidence []string `json:"evidence,omitempty" doc:"Ids of the events that it rests on"`
}

// Verdict is who answers now, and who does by each scan; nil where nothing says.
type Verdict struct {
	Now    *Liability
	Events []*Liability
}

// Decide reads a timeline in its own order, for a parcel that stands at a status. It is pure.
//
// While nothing is wrong the party of the leg answers. A hold, a loss or a refusal is open until
// a scan shows that the parcel went on; as long as it is, the cause decides in the phase where
// it happened, on the day when it began. Of several causes the one told last counts. A parcel
// that has arrived, came back or was cancelled is nobody's matter any more.
func (b *Book) Decide(w Way, status normalize.Status, scans []Scan) Verdict {
	c := court{book: b, way: w}
	out := Verdict{Events: make([]*Liability, len(scans))}
	for i, s := range scans {
		if s.Status == normalize.StatusUnknown || s.Substatus == normalize.SubstatusUnmapped {
			continue
		}
		out.Events[i] = c.hear(s)
		if !s.Status.Terminal() { // else one of several pieces has arrived
			out.Now = out.Events[i]
		}
	}
	if status.Terminal() {
		out.Now = closed(status)
	}
	return out
}

func closed(status normalize.Status) *Liability {
	return &Liability{Party: None, Reason: "the parcel is " + string(status)}
}

// court hears scans one after the other.
type court struct {
	book *Book
	way  Way
	leg  normalize.Leg // of the newest scan that told or showed one
	open *matter
}

// matter is something wrong that is not over.
type matter struct {
	leg      normalize.Leg
	cause    Cause
	customs  bool
	day      normalize.Date // when it began
	evidence []string
}

// hear takes a scan in and says who answers after it.
func (c *court) hear(s Scan) *Liability {
	if s.Status.Terminal() {
		c.open = nil
		return closed(s.Status)
	}
	leg := c.legOf(s)
	day := normalize.DateOf(s.At.UTC())
	switch {
	case wrong(s):
		c.charge(s, leg, day)
	case c.open != nil && c.over(s, leg):
		c.open = nil
	}
	if leg != "" {
		c.leg = leg
	}
	if c.open != nil {
		return c.book.onMatter(c.way, *c.open)
	}
	return c.book.onLeg(c.way, c.leg, day)
}

// wrong tells whether a scan says that the parcel does not go on.
func wrong(s Scan) bool {
	switch s.Status {
	case normalize.StatusException, normalize.StatusDeliveryFailed:
		return true
	}
	return s.Cause != CauseUntold || s.Substatus == normalize.SubstatusCustomsHeld
}

// charge opens a matter, or adds to the one that is open on the same leg.
func (c *court) charge(s Scan, leg normalize.Leg, day normalize.Date) {
	customs := s.Substatus == normalize.SubstatusCustomsHeld || customsCause(s.Cause) ||
		leg == normalize.LegExportCustoms || leg == normalize.LegImportCustoms
	m := c.open
	if m == nil || m.customs != customs || m.leg != leg && m.leg != "" && leg != "" {
		c.open = &matter{leg: leg, cause: s.Cause, customs: customs, day: day, evidence: []string{s.ID}}
		return
	}
	if m.leg == "" {
		m.leg = leg
	}
	if s.Cause != CauseUntold {
		m.cause = s.Cause
	}
	m.evidence = append(m.evidence, s.ID)
}

// over tells whether a scan shows that the parcel went on. Customs let go by saying so, or by
// the parcel turning up beyond them; a return keeps open what it is for.
func (c *court) over(s Scan, leg normalize.Leg) bool {
	switch s.Status {
	case normalize.StatusReturning, normalize.StatusRegistered, normalize.StatusLabelCreated:
		return false
	case normalize.StatusOutForDelivery, normalize.StatusAvailableForPickup:
		return true
	}
	if !c.open.customs || s.Substatus == normalize.SubstatusCustomsReleased {
		return true
	}
	beyond := c.open.leg != "" && rank(leg) > rank(c.open.leg)
	return beyond || leg == normalize.LegLastMile && s.Status != normalize.StatusCustoms
}

func rank(leg normalize.Leg) int { return slices.Index(legs, leg) }

// legOf is the leg of a scan: the one it names, else for customs the country's, else what the
// way so far lets on; "" where nothing does.
func (c *court) legOf(s Scan) normalize.Leg {
	customs := s.Status == normalize.StatusCustoms || s.Substatus == normalize.SubstatusCustomsHeld || customsCause(s.Cause)
	switch {
	case s.Leg != "":
		return s.Leg
	case s.Status == normalize.StatusReturning:
		return normalize.LegReturn
	case customs && c.abroad(s):
		return normalize.LegImportCustoms
	case customs && (s.Country != "" && s.Country == c.way.Origin || c.leg == normalize.LegFirstMile):
		return normalize.LegExportCustoms
	case customs:
		return ""
	case s.Substatus == normalize.SubstatusExportDeparted, s.Substatus == normalize.SubstatusArrivedDestination:
		return normalize.LegLineHaul
	case s.Substatus == normalize.SubstatusHandedToLastMile, s.Status == normalize.StatusOutForDelivery,
		s.Status == normalize.StatusAvailableForPickup, s.Status == normalize.StatusDeliveryFailed:
		return normalize.LegLastMile
	case c.leg == "" && (s.Status == normalize.StatusPickedUp || s.Status == normalize.StatusRegistered || s.Status == normalize.StatusLabelCreated):
		return normalize.LegFirstMile
	}
	return c.leg
}

// abroad tells whether a scan is of the destination country, by its place or by the legs before.
func (c *court) abroad(s Scan) bool {
	if s.Country != "" && s.Country == c.way.Destination && c.way.Destination != c.way.Origin {
		return true
	}
	if s.Country != "" && s.Country == c.way.Origin {
		return false
	}
	return rank(c.leg) >= rank(normalize.LegLineHaul)
}

// phaseOf is the phase of a leg. Stock on its way to a warehouse is first mile up to its door.
func phaseOf(w Way, leg normalize.Leg) string {
	switch leg {
	case "":
		return ""
	case normalize.LegOverseasWarehouse:
		return PhaseStorage
	case normalize.LegReturn:
		return PhaseReturn
	case normalize.LegImportCustoms, normalize.LegLastMile:
		if !w.toWarehouse() {
			return PhaseLastMile
		}
	}
	return PhaseFirstMile
}

// onLeg is who answers while nothing is wrong, nil where the leg is not known.
func (b *Book) onLeg(w Way, leg normalize.Leg, day normalize.Date) *Liability {
	var said []*Liability
	for _, name := range b.modelsOf(w, day) {
		said = append(said, b.byLeg(w, name, leg, day))
	}
	return agreed(said)
}

// onMatter is who answers for what is wrong: by its cause, else as the leg says. Where it
// happened may not be known; then it has to be the same before the border and behind it.
func (b *Book) onMatter(w Way, m matter) *Liability {
	possible := []string{phaseOf(w, m.leg)}
	if m.leg == "" {
		possible = []string{PhaseFirstMile, PhaseLastMile}
	}
	var said []*Liability
	for _, phase := range possible {
		for _, name := range b.modelsOf(w, m.day) {
			said = append(said, b.byCause(w, m, name, phase))
		}
	}
	out := agreed(said)
	if out == nil {
		return nil
	}
	out.Phase, out.Cause, out.Evidence = phaseOf(w, m.leg), m.cause, slices.Clone(m.evidence)
	return out
}

// agreed is what all say: where the operating model is not told, or the place, all that are
// possible must name the same party. The first names the rule.
func agreed(said []*Liability) *Liability {
	for _, l := range said {
		if l == nil || l.Party != said[0].Party {
			return nil
		}
	}
	if len(said) == 0 {
		return nil
	}
	return said[0]
}

// byCause decides under one model and in one phase.
func (b *Book) byCause(w Way, m matter, model, phase string) *Liability {
	i, ok := b.incidentOf(w, model, phase, m.cause, m.day)
	if !ok {
		return b.byLeg(w, model, m.leg, m.day)
	}
	return w.liability(i.party, phase, i.id, i.reason)
}

func (b *Book) byLeg(w Way, model string, leg normalize.Leg, day normalize.Date) *Liability {
	s, rule := b.stretchOf(w.Platform, model, leg, day)
	if rule == "" {
		return nil
	}
	return w.liability(s.liable, phaseOf(w, leg), rule, s.reason)
}

// liability is nil where the term would decide and is not known.
func (w Way) liability(party, phase, rule, reason string) *Liability {
	if party = w.bearer(party); party == ByIncoterm {
		return nil
	}
	return &Liability{Party: party, Phase: phase, Rule: rule, Reason: reason}
}
