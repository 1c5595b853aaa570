package trackers

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/promises"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Caller makes guarded calls to carriers.
type Caller interface {
	Call(ctx context.Context, a *accounts.Account, op adapters.Operation, fn func(context.Context) error) error
	// Limit is how long one call of an operation may take.
	Limit(op adapters.Operation) time.Duration
}

// Store is what trackers keep.
type Store interface {
	store.Trackers
}

// Deps are what the service needs. Zero Intervals are the default ones; Metrics may be nil.
type Deps struct {
	Registry  *accounts.Registry
	Caller    Caller
	Store     Store
	Logger    *slog.Logger
	Intervals Intervals
	// Pollers is how many polls run at once, PerAccount how many of one account. 16 and 4
	// when 0.
	Pollers, PerAccount int
	Metrics             prometheus.Registerer
	// Promises are made to a tracker when it is made.
	Promises *promises.Table
	// Responsibility says who answers for a parcel; nil says nothing.
	Responsibility *responsibility.Book
}

// Service follows parcels.
type Service struct {
	registry   *accounts.Registry
	caller     Caller
	store      Store
	logger     *slog.Logger
	intervals  Intervals
	forms      forms
	metrics    *metrics
	book       *responsibility.Book
	pollers    int
	perAccount int
	wake       chan struct{}
	promises   *promises.Table
}

// New makes the service. It fails where an adapter's number forms do not compile.
func New(d Deps) (*Service, error) {
	f, err := compileForms(d.Registry.Specs())
	if err != nil {
		return nil, err
	}
	if d.Intervals.Idle == 0 {
		d.Intervals = DefaultIntervals()
	}
	s := &Service{registry: d.Registry, caller: d.Caller, store: d.Store, logger: d.Logger, intervals: d.Intervals,
		forms: f, metrics: newMetrics(), book: d.Responsibility, pollers: d.Pollers, perAccount: d.PerAccount, wake: make(chan struct{}, 1), promises: d.Promises}
	if s.pollers <= 0 {
		s.pollers = 16
	}
	if s.perAccount <= 0 {
		s.perAccount = 4
	}
	if d.Metrics != nil {
		err = s.metrics.register(d.Metrics)
	}
	return s, err
}

// Create follows a parcel, or returns the tracker that follows it already, with made false.
// A refusal is a *gateway.Refusal.
func (s *Service) Create(ctx context.Context, tenant string, r Request) (t Tracker, made bool, err error) {
	if errs := r.validate(); len(errs) > 0 {
		return Tracker{}, false, &gateway.Refusal{Code: gateway.CodeInvalidRequest, Fields: errs}
	}
	a, channel, refusal := s.choose(tenant, &r)
	if refusal != nil && (r.Channel != "" || r.Account != "") {
		return Tracker{}, false, refusal
	}
	if known, ok, err := s.known(ctx, tenant, a, r); err != nil || ok {
		return known, false, err
	}
	if refusal != nil {
		return Tracker{}, false, refusal
	}
	if a.Ops.Tracker == nil && a.Ops.CallbackParser == nil {
		return Tracker{}, false, gateway.RefuseField(gateway.CodeUnsupported, "/channel", "this carrier tells nothing of its parcels")
	}
	fresh := r.tracker(tenant, a, channel)
	s.promise(&fresh, a)
	row, made, err := s.store.CreateTracker(ctx, fresh, func(t store.Tracker) []store.Event {
		return []store.Event{CreatedEvent(t)}
	})
	if err != nil {
		return Tracker{}, false, err
	}
	s.Wake()
	t, err = s.show(ctx, row)
	return t, made, err
}

// known finds the tracker that follows this number already, unless the caller tells parcels
// apart by their ship date. Where no carrier is named, any that follows the number is meant.
func (s *Service) known(ctx context.Context, tenant string, a *accounts.Account, r Request) (Tracker, bool, error) {
	if r.ShipDate != "" {
		return Tracker{}, false, nil
	}
	account := ""
	if r.Channel != "" || r.Account != "" {
		account = a.ID
	}
	rows, err := s.store.FindTrackers(ctx, store.Tenant(tenant), account, r.TrackingNumber)
	if err != nil || len(rows) == 0 {
		return Tracker{}, false, err
	}
	t, err := s.show(ctx, rows[0])
	return t, true, err
}

// tracker is the row of a request, due at once where the carrier can be asked.
func (r *Request) tracker(tenant string, a *accounts.Account, channel string) store.Tracker {
	t := store.Tracker{
		ID: ids.New(ids.Tracker), Tenant: store.Tenant(tenant), Account: a.ID, Adapter: a.Adapter, Channel: channel,
		Number: r.TrackingNumber, Reference: r.Reference, OrderID: r.OrderID, Phone: r.Phone, ShipDate: r.ShipDate,
		Status: normalize.StatusRegistered, Numbers: []normalize.TrackedNumber{{Number: r.TrackingNumber}},
	}
	if r.Destination != nil {
		t.DestinationCountry, t.DestinationPostalCode = r.Destination.Country, r.Destination.PostalCode
	}
	if a.Ops.Tracker != nil {
		t.DueAt = time.Now()
	}
	return t
}

// promise gives a tracker without a label what its channel promises in general, from the ship
// date on. The country of origin is not known, so that lanes of any origin alone count.
func (s *Service) promise(t *store.Tracker, a *accounts.Account) {
	if s.promises == nil || t.Channel == "" || t.ShipDate == "" {
		return
	}
	_, service, _ := strings.Cut(t.Channel, ".")
	svc, _ := a.Spec.Service(service)
	SetPromise(t, s.promises.For(promises.Subject{Channel: t.Channel, To: t.DestinationCountry, Shipped: t.ShipDate, General: svc.Promise}), time.Now())
}

// Wake makes the poller look at once for what is due, as after a new tracker.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Get returns a tracker with its timeline.
func (s *Service) Get(ctx context.Context, tenant, id string) (Tracker, error) {
	row, err := s.row(ctx, tenant, id)
	if err != nil {
		return Tracker{}, err
	}
	return s.show(ctx, row)
}

func (s *Service) row(ctx context.Context, tenant, id string) (store.Tracker, error) {
	row, err := s.store.Tracker(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		err = gateway.NotFound("tracker")
	}
	return row, err
}

func (s *Service) show(ctx context.Context, row store.Tracker) (Tracker, error) {
	events, err := s.store.TrackerEvents(ctx, row.Tenant, row.ID)
	if err != nil {
		return Tracker{}, err
	}
	// Scans of one time stand in the order of the way, not in that of their arrival.
	slices.SortStableFunc(events, func(a, b store.TrackerEvent) int { return markOf(a).compare(markOf(b)) })
	d := detailsOf(&row)
	out := Tracker{Summary: present(&row, d, time.Now()), Events: make([]Event, 0, len(events))}
	for _, e := range events {
		out.Events = append(out.Events, presentEvent(e))
	}
	s.judge(&row, &d).review(&out, events)
	return out, nil
}

// Filter narrows a list; empty fields do not.
type Filter struct {
	TrackingNumber string // any number of the parcel
	Status         string
}

// List returns trackers from the newest, each with its timeline.
func (s *Service) List(ctx context.Context, tenant string, f Filter, page store.Page) ([]Tracker, string, error) {
	status := normalize.Status(f.Status)
	if f.Status != "" && progress[status] == 0 && status != normalize.StatusUnknown {
		return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/status", "is not a status of trackers")
	}
	list, err := s.store.ListTrackers(ctx, store.Tenant(tenant),
		store.TrackerFilter{Number: strings.TrimSpace(f.TrackingNumber), Status: status}, page)
	if errors.Is(err, store.ErrBadCursor) {
		return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/cursor", "is not a cursor of this list")
	}
	if err != nil {
		return nil, "", err
	}
	out := make([]Tracker, 0, len(list.Items))
	for _, row := range list.Items {
		t, err := s.show(ctx, row)
		if err != nil {
			return nil, "", err
		}
		out = append(out, t)
	}
	return out, list.Next, nil
}

// Refresh asks the carrier now, within the guards, and returns the tracker as it is then.
// A carrier that knows of no scan yet has answered. A refusal is a *gateway.Refusal.
func (s *Service) Refresh(ctx context.Context, tenant, id string) (Tracker, error) {
	row, err := s.row(ctx, tenant, id)
	if err != nil {
		return Tracker{}, err
	}
	a, ok := s.registry.Get(tenant, row.Account)
	if !ok || !a.Enabled || a.Ops.Tracker == nil {
		r := gateway.Refuse(gateway.CodeUnsupported, "this carrier cannot be asked for a parcel; its news come by callback")
		r.Channel = row.Channel
		return Tracker{}, r
	}
	tr, failure := s.track(ctx, a, row)
	if failure != nil && failure.Kind != normalize.KindNotFound {
		if err := ctx.Err(); err != nil {
			return Tracker{}, err
		}
		return Tracker{}, &gateway.Refusal{Carrier: failure, Channel: row.Channel, Detail: failure.Message}
	}
	row, err = s.polled(ctx, a, row, tr, nil)
	if err != nil {
		return Tracker{}, err
	}
	return s.show(ctx, row)
}
