package adapters

import (
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Spec tells everything about a carrier that does not need a call: who it is, which
// channels it has, what it supports and how far, and how the gateway must guard it.
type Spec struct {
	Code    string // the adapter's code, "dhl_express"
	Carrier string // the carrier's name for people
	// Fields describe the account's settings, read from the tags of the Config struct.
	Fields []Field
	New    Factory

	Services []Service
	// Support says how far each operation goes; what is not listed is Cannot("").
	Support map[Operation]Support
	// Cost is how many HTTP requests an operation costs, token calls aside; 1 when absent.
	Cost map[Operation]int
	// Honours are the service-changing request fields that the adapter sends, by their
	// pointer ("/insurance", "/options/dhl_express.saturday_delivery"); the gateway makes
	// every other channel not_serviceable when such a field is set.
	Honours []string
	// SendsTaxIDs are the types it can send; PlatformTaxIDs those that the platform holds
	// already. Any other gives the rate a warning.
	SendsTaxIDs    []string
	PlatformTaxIDs []string
	Options        []Option
	// NumberForms are regular expressions (RE2) of the carrier's tracking numbers, each of the
	// whole number: `UH\d{9}YP`. By them the gateway guesses the carrier of a bare number; two
	// carriers whose forms both fit leave the guess to the caller, but one that only tracks
	// stands back behind one that carries.
	NumberForms []string
	// Statuses say how its scans are read; empty where it tells of none.
	Statuses StatusTable
	Purchase Purchase
	Limits   Limits
}

// Service is one channel of the adapter, <code>.<Name>.
type Service struct {
	Name  string // "tracked"
	Title string // "Yanwen Air Mail Tracked"
	Kind  string // postal, express, platform, line_haul, inbound, tracking
	Mode  string // direct_mail, overseas_warehouse, fba_inbound, bonded
	// Platforms, where not empty, are the only ones whose orders it carries.
	Platforms []string
	// CardPriced says that there is no live quote: a rate card prices it.
	CardPriced   bool
	Requirements Requirements
	Promise      Promise
	// Purchase and Honours are the service's own where it is sold by another interface of the
	// carrier than the rest; nil is the Spec's. Read them by PurchaseOf and HonoursOf.
	Purchase *Purchase
	Honours  []string
}

// KindTracking is the kind of a service that carries nothing: it follows parcels that were
// bought elsewhere, so that it is never asked for a price or a label.
const KindTracking = "tracking"

// Carries tells whether parcels can be sent by the service, at least by way of a plan.
func (s Service) Carries() bool { return s.Kind != KindTracking }

// Promise is the transit that the carrier names in general.
type Promise struct {
	DaysMin, DaysMax int
	BusinessDays     bool
	Source           string
}

// Requirements are what a channel needs of a shipment. Zero limits are no limits.
type Requirements struct {
	MaxWeight     normalize.Weight
	MinWeight     normalize.Weight
	MaxLength     normalize.Length // the longest side
	MaxGirth      normalize.Length // length + width + height
	MaxParcels    int
	MaxItems      int
	MaxValue      normalize.Money
	Origins       []string // countries; empty is any
	Destinations  []string // countries; empty is any
	NotTo         []string
	RequiredRate  []string // pointers that a rate needs
	RequiredLabel []string // pointers that a label needs besides
	Goods         []string // accepted kinds; empty is all
	Incoterms     []normalize.Incoterm
	LabelFormats  []string
	LabelSizes    []string
	NonDelivery   []string
	Handover      []string
	Signature     []string
}

// Option is a request option that one carrier alone knows.
type Option struct {
	Name     string   // "dhl_express.saturday_delivery"
	Type     string   // bool, integer, decimal, string, enum, date, money
	Values   []string // of an enum
	Required bool
	Priced   bool
	Doc      string
}

// Class is what a carrier offers against buying twice; see the reliability documentation.
type Class string

// The classes, from a key that the carrier honours to nothing at all.
const (
	ClassA Class = "A" // honours a client key and returns the original
	ClassB Class = "B" // refuses a duplicate reference
	ClassC Class = "C" // accepts duplicates, reference searchable
	ClassD Class = "D" // reference printed only, or a listing by time
	ClassE Class = "E" // nothing: never re-sent
)

// Purchase is how a carrier behaves around a lost answer.
type Purchase struct {
	Class       Class
	Reason      string        // why it is of that class
	Source      string        // where that is written
	QuietPeriod time.Duration // longest processing time plus search lag
	// MaxReference is the length that the carrier's reference field takes.
	MaxReference int
	// SecondReference says where the caller's own reference goes, for people.
	SecondReference string
}

// Limits are the carrier's published rate limits, used until an account says otherwise.
type Limits struct {
	RequestsPerSecond float64
	Burst             int
	Concurrent        int // the bulkhead; 0 is the gateway's default
}

// Level is how far an operation is supported.
type Level string

// The levels.
const (
	LevelCan    Level = "can"
	LevelCannot Level = "cannot"
	LevelNotYet Level = "not_yet"
)

// Support says how far an operation goes and why.
type Support struct {
	Level  Level
	Reason string
}

// Can says that an operation works, with what is worth knowing: Can("PDF and ZPL").
func Can(reason string) Support { return Support{LevelCan, reason} }

// Cannot says that the carrier has no such thing, and how we know.
func Cannot(reason string) Support { return Support{LevelCannot, reason} }

// NotYet says what is missing on our side or unproven.
func NotYet(reason string) Support { return Support{LevelNotYet, reason} }

// Service returns the service of a name.
func (s Spec) Service(name string) (Service, bool) {
	for _, v := range s.Services {
		if v.Name == name {
			return v, true
		}
	}
	return Service{}, false
}

// OnlyTracks tells whether none of the adapter's services carries anything.
func (s Spec) OnlyTracks() bool {
	return len(s.Services) > 0 && !slices.ContainsFunc(s.Services, Service.Carries)
}

// PurchaseOf is how a service behaves around a lost answer.
func (s Spec) PurchaseOf(service string) Purchase {
	if v, ok := s.Service(service); ok && v.Purchase != nil {
		return *v.Purchase
	}
	return s.Purchase
}

// HonoursOf are the service-changing request fields that a service has a place for.
func (s Spec) HonoursOf(service string) []string {
	if v, ok := s.Service(service); ok && v.Honours != nil {
		return v.Honours
	}
	return s.Honours
}

// Channel is the name of a service in the API.
func (s Spec) Channel(service string) string { return s.Code + "." + service }

// CostOf is how many HTTP requests an operation costs, at least 1.
func (s Spec) CostOf(op Operation) int { return max(1, s.Cost[op]) }
