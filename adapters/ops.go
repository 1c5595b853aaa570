package adapters

// Operation names one thing that an adapter can do; the words are those of the API, the
// metrics and the breakers.
type Operation string

// The operations.
const (
	OpRate       Operation = "rate"
	OpDraft      Operation = "draft"
	OpLabel      Operation = "label"
	OpDocuments  Operation = "documents"
	OpFind       Operation = "find"
	OpList       Operation = "list"
	OpVoid       Operation = "void"
	OpTrack      Operation = "track"
	OpCallback   Operation = "callback"
	OpLandedCost Operation = "landed_cost"
	OpManifest   Operation = "manifest"
	OpPickup     Operation = "pickup"
	OpReturn     Operation = "return"
	OpInbound    Operation = "inbound"
	OpActualCost Operation = "actual_cost"
	OpMandates   Operation = "mandates"
	OpToken      Operation = "token"
)

// Operations are those that tables show, in their order. Actual costs and platform
// rules, which few carriers tell, and tokens are none of them.
func Operations() []Operation {
	return []Operation{OpRate, OpDraft, OpLabel, OpDocuments, OpFind, OpList, OpVoid, OpTrack, OpCallback,
		OpLandedCost, OpManifest, OpPickup, OpReturn, OpInbound}
}

// Ops are the operations of one adapter; nil means "not offered".
type Ops struct {
	Rater           Rater
	Drafter         Drafter
	Labeler         Labeler
	Documenter      Documenter
	Finder          Finder
	Lister          Lister
	Voider          Voider
	Tracker         Tracker
	CallbackParser  CallbackParser
	Handshaker      Handshaker // part of OpCallback
	LandedCoster    LandedCoster
	Manifester      Manifester
	PickupScheduler PickupScheduler
	Returner        Returner
	Inbounder       Inbounder
	Coster          Coster
	MandateSource   MandateSource
}

// OpsOf discovers what a offers. It is the only place that asserts these types.
func OpsOf(a Adapter) Ops {
	var o Ops
	o.Rater, _ = a.(Rater)
	o.Drafter, _ = a.(Drafter)
	o.Labeler, _ = a.(Labeler)
	o.Documenter, _ = a.(Documenter)
	o.Finder, _ = a.(Finder)
	o.Lister, _ = a.(Lister)
	o.Voider, _ = a.(Voider)
	o.Tracker, _ = a.(Tracker)
	o.CallbackParser, _ = a.(CallbackParser)
	o.Handshaker, _ = a.(Handshaker)
	o.LandedCoster, _ = a.(LandedCoster)
	o.Manifester, _ = a.(Manifester)
	o.PickupScheduler, _ = a.(PickupScheduler)
	o.Returner, _ = a.(Returner)
	o.Inbounder, _ = a.(Inbounder)
	o.Coster, _ = a.(Coster)
	o.MandateSource, _ = a.(MandateSource)
	return o
}

// Offers tells whether an operation is there.
func (o Ops) Offers(op Operation) bool {
	switch op {
	case OpRate:
		return o.Rater != nil
	case OpDraft:
		return o.Drafter != nil
	case OpLabel:
		return o.Labeler != nil
	case OpDocuments:
		return o.Documenter != nil
	case OpFind:
		return o.Finder != nil
	case OpList:
		return o.Lister != nil
	case OpVoid:
		return o.Voider != nil
	case OpTrack:
		return o.Tracker != nil
	case OpCallback:
		return o.CallbackParser != nil
	case OpLandedCost:
		return o.LandedCoster != nil
	case OpManifest:
		return o.Manifester != nil
	case OpPickup:
		return o.PickupScheduler != nil
	case OpReturn:
		return o.Returner != nil
	case OpInbound:
		return o.Inbounder != nil
	case OpActualCost:
		return o.Coster != nil
	case OpMandates:
		return o.MandateSource != nil
	}
	return false
}
