package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Trackers follow parcels. A tracker's events get their sequence under the tracker's row
// lock, so that it has no gap and no twin however many workers bring the same news.
type Trackers interface {
	// CreateTracker makes a tracker, or returns the one with the same account, number and
	// ship date, with made false. Callbacks that waited unmatched for one of its numbers
	// become due again. emit may be nil; it is only asked when the tracker was made.
	CreateTracker(ctx context.Context, t Tracker, emit func(Tracker) []Event) (out Tracker, made bool, err error)
	Tracker(ctx context.Context, tenant Tenant, id string) (Tracker, error)
	// FindTrackers finds by any number of the parcel, the newest first; an empty account is
	// any account of the tenant.
	FindTrackers(ctx context.Context, tenant Tenant, account, number string) ([]Tracker, error)
	ListTrackers(ctx context.Context, tenant Tenant, f TrackerFilter, page Page) (List[Tracker], error)
	// TrackerEvents is the timeline: by the time of the scan, then by sequence.
	TrackerEvents(ctx context.Context, tenant Tenant, id string) ([]TrackerEvent, error)

	// ApplyEvents adds what is new among the events, in the order given, and counts the rest
	// as seen again. Under the tracker's lock: sequence, ID, ReceivedAt and Late are set, then
	// fold edits the tracker (status, due time, numbers, lease) and returns what goes to the
	// outbox. It is also the way to change a tracker without events.
	//
	// A known event that was unmapped, told again with a meaning, is mended: it takes the
	// meaning, keeps its ID and is among the fresh ones with a sequence of its own.
	ApplyEvents(ctx context.Context, tenant Tenant, id string, events []TrackerEvent, fold Fold) (Tracker, []TrackerEvent, error)

	// UnmappedCodes counts the scans of a tenant that are unmapped, by adapter and carrier
	// code, of one adapter or of all where it is empty. For adapters in byWords it is the words
	// that count, since codes say nothing there. The newest first, at most 10,000.
	UnmappedCodes(ctx context.Context, tenant Tenant, adapter string, byWords []string) ([]UnmappedCode, error)

	// ReplayUnmapped takes unmapped scans of an adapter, in the order of their parcels: the
	// messages that brought them become due again, and where there is none any more the parcel
	// is due to be polled, if its account is among askable.
	ReplayUnmapped(ctx context.Context, tenant Tenant, adapter string, askable []string, page Page) (Replayed, error)

	// Beat notes that somebody polls, and returns how long nobody had; 0 at the first time.
	Beat(ctx context.Context) (silence time.Duration, err error)
	// HastenTrackers brings the next polls of parcels that are under way, of these accounts,
	// into the next hour, in their order. It returns how many it moved, at most limit at once;
	// it is called until there are none.
	HastenTrackers(ctx context.Context, accounts []string, limit int) (int, error)

	// ClaimDueTrackers takes what is due to be polled and under no lease, the longest due first.
	ClaimDueTrackers(ctx context.Context, d Due) ([]Tracker, error)
	// TrackersAtRisk are those whose RiskAt has come, the longest first, of all tenants. They
	// are not claimed: whoever tells of one does so in ApplyEvents, under its lock.
	TrackersAtRisk(ctx context.Context, limit int) ([]Tracker, error)
}

// Fold makes a tracker's new state of its fresh events; fresh is empty when nothing was new.
// UpdatedAt is the store's now already, to count the next poll from.
type Fold func(t *Tracker, fresh []TrackerEvent) ([]Event, error)

// Tracker is one parcel, or one consignment, that is followed.
type Tracker struct {
	ID        string // trk_…
	Tenant    Tenant
	Account   string
	Adapter   string
	Channel   string
	Number    string
	Reference string
	LabelID   string
	OrderID   string

	DestinationCountry    string
	DestinationPostalCode string
	Phone                 string
	ShipDate              normalize.Date

	Status        normalize.Status
	Substatus     normalize.Substatus
	Leg           normalize.Leg
	EstimatedFrom normalize.Date
	EstimatedTo   normalize.Date
	PromisedBy    normalize.Date
	Terminal      bool
	Seq           int64     // of the newest event; the store's
	LastEventAt   time.Time // of the newest scan that was applied; the store's
	// Numbers are all numbers of the parcel; the tracker's own is among them.
	Numbers []normalize.TrackedNumber
	Details json.RawMessage // whatever else the answer shows: URL, proof of delivery …

	DueAt      time.Time // when to poll; zero: never
	LeaseUntil time.Time
	Epoch      int64
	Failures   int // polls that failed in a row
	// RiskAt is when its promise is in danger unless it moves on before; zero: never.
	RiskAt   time.Time
	PolledAt time.Time

	CreatedAt time.Time
	UpdatedAt time.Time
}

// TrackerFilter narrows a list; empty fields do not.
type TrackerFilter struct {
	Number  string // any number of the parcel
	Status  normalize.Status
	Channel string
	LabelID string
}

// TrackerEvent is one scan as it was stored.
type TrackerEvent struct {
	ID     string // evt_…, constant; the store's
	Seq    int64  // 1, 2, 3 … per tracker; the store's
	Dedupe string // unique per tracker: the carrier's event id or a hash of what makes it one
	Event  normalize.TrackingEvent
	Liable string
	Source string // callback or poll
	// Callback is the inbox row that it came with.
	Callback   string
	ReceivedAt time.Time // the store's
	// Late: it is older than a scan that was applied before it; the store's.
	Late bool
	Seen int // how often it was told, 1 at first; the store's
	// Mended: it was known, unmapped, and got its meaning only now; the store's, for the fold.
	Mended bool
}

// Replayed is what ReplayUnmapped made due; Next goes on from there, empty at the end.
type Replayed struct {
	Callbacks, Trackers int
	Next                string
}

// UnmappedCode is a carrier's code, or words, that the adapter's table did not hold when scans
// with it came.
type UnmappedCode struct {
	Adapter   string
	Code      string
	Words     string // of one of the scans
	Tracker   string // one of the parcels
	Count     int64  // scans
	FirstSeen time.Time
	LastSeen  time.Time
}
