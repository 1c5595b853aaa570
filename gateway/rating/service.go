package rating

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/fx"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/promises"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Caller makes a guarded call to a carrier.
type Caller interface {
	Call(ctx context.Context, a *accounts.Account, op adapters.Operation, fn func(context.Context) error) error
}

// Cards price a channel by its rate card. A lane without a row is not_serviceable.
type Cards interface {
	Price(channel string, s *normalize.Shipment, day normalize.Date) (normalize.Rate, error)
}

// Calendar knows working days and where today is.
type Calendar interface {
	// Add counts days, or business days of a country, from a day.
	Add(country string, from normalize.Date, days int, business bool) normalize.Date
	// Today is the day at a place.
	Today(country string, now time.Time) normalize.Date
}

// Store is what rating keeps.
type Store interface {
	store.Rates
}

// Deps are what the service needs.
type Deps struct {
	Registry   *accounts.Registry
	Caller     Caller
	Cards      Cards
	Currencies *fx.Rates
	Calendar   Calendar
	Store      Store
	// Mandates are the platforms' rules; nil is none.
	Mandates *mandates.Judge
	// Promises are what is promised of lanes; nil is nothing.
	Promises *promises.Table
}

// Service compares channels.
type Service struct {
	registry *accounts.Registry
	caller   Caller
	cards    Cards
	fx       *fx.Rates
	calendar Calendar
	store    Store
	mandates *mandates.Judge
	promises *promises.Table
	calls    sync.WaitGroup // calls that outlive their request, by at most their own deadline
}

// New makes the service.
func New(d Deps) *Service {
	if d.Mandates == nil {
		d.Mandates = mandates.NewJudge(&mandates.Set{}, nil, d.Currencies)
	}
	return &Service{registry: d.Registry, caller: d.Caller, cards: d.Cards, fx: d.Currencies,
		calendar: d.Calendar, store: d.Store, mandates: d.Mandates, promises: d.Promises}
}

// Close waits for calls that are still out. No request may come in any more.
func (s *Service) Close() { s.calls.Wait() }

// ErrNotFound: no such rate request of this tenant, or it has expired.
var ErrNotFound = errors.New("no such rate request")

// Emit hears of each rate and each refusal as it comes. It is called from one goroutine.
type Emit func(rate *Rate, refusal *Unavailable)

// Quote asks every eligible channel at once and returns when all have answered or the
// request's deadline has passed. A bad request is normalize.FieldErrors. emit may be nil.
func (s *Service) Quote(ctx context.Context, tenant string, r Request, emit Emit) (Answer, error) {
	start := time.Now()
	if errs := s.validate(tenant, &r); len(errs) > 0 {
		return Answer{}, errs
	}
	deadline := time.Duration(r.DeadlineMS) * time.Millisecond
	if r.DeadlineMS == 0 {
		deadline = defaultDeadline * time.Millisecond
	}
	callCtx, cancel := context.WithDeadline(ctx, start.Add(deadline))
	defer cancel()
	tasks, known := s.plan(tenant, &r)
	b := newBuilder(s, &r, start, emit, tasks, known)
	b.rules = s.mandates.Decide(tenant, &r.Shipment, start, r.Explain)
	b.add(known)
	for _, t := range s.ask(callCtx, &r, tasks, b.add) {
		b.add(late(t, deadline))
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	answer, data := b.answer()
	return answer, s.save(ctx, tenant, &r, &answer, data)
}

// builder gathers outcomes into an answer. It belongs to one goroutine.
type builder struct {
	s        *Service
	request  *Request
	id       string
	now      time.Time
	emit     Emit
	rules    *mandates.Decision
	rates    []Rate
	data     map[string]map[string]string
	outcomes []outcome // those without a rate
	rated    map[string]bool
	open     map[string]int // outcomes of each channel that are still to come
}

func newBuilder(s *Service, r *Request, now time.Time, emit Emit, tasks []task, known []outcome) *builder {
	b := &builder{s: s, request: r, id: ids.New(ids.RateRequest), now: now, emit: emit,
		data: map[string]map[string]string{}, rated: map[string]bool{}, open: map[string]int{}}
	for _, o := range known {
		b.open[o.channel]++
	}
	for _, t := range tasks {
		for _, name := range t.services {
			b.open[t.account.Spec.Channel(name)]++
		}
	}
	return b
}

func (b *builder) add(outcomes []outcome) {
	for _, o := range outcomes {
		b.open[o.channel]--
		if o.rate != nil {
			rate, err := b.s.complete(o, b.request, ids.RateOf(b.id, len(b.rates)), b.now)
			if err == nil {
				b.s.judge(&rate, b.rules, b.now)
				b.addRate(o, rate)
				continue
			}
			o.rate, o.err = nil, err
		}
		b.outcomes = append(b.outcomes, o)
		b.tell(o.channel)
	}
}

// tell emits the refusal of a channel when all its accounts have answered and none has
// given a rate, so that a channel is refused once and never takes it back.
func (b *builder) tell(channel string) {
	if b.emit == nil || b.open[channel] > 0 || b.rated[channel] {
		return
	}
	for _, u := range unavailable(b.outcomes, b.rated) {
		if u.Channel == channel {
			b.emit(nil, &u)
		}
	}
}

func (b *builder) addRate(o outcome, rate Rate) {
	b.rates = append(b.rates, rate)
	b.rated[o.channel] = true
	if len(o.rate.CarrierData) > 0 {
		b.data[rate.ID] = o.rate.CarrierData
	}
	if b.emit != nil {
		b.emit(&rate, nil)
	}
}

func (b *builder) answer() (Answer, map[string]map[string]string) {
	a := Answer{ID: b.id, Rates: b.rates, Unavailable: unavailable(b.outcomes, b.rated), Mandates: b.rules.Mandates(), ExpiresAt: b.now.Add(lifetime)}
	if b.request.Explain {
		a.Trace = b.rules.Trace()
	}
	if a.Rates == nil {
		a.Rates = []Rate{}
	}
	sortRates(a.Rates)
	for _, r := range a.Rates {
		if r.ExpiresAt.Before(a.ExpiresAt) {
			a.ExpiresAt = r.ExpiresAt
		}
	}
	a.Recommended = recommend(a.Rates)
	a.Status = status(&a)
	return a, b.data
}

// save stores the answer with what the carriers need again. It is encoded once, here.
func (s *Service) save(ctx context.Context, tenant string, r *Request, a *Answer, data map[string]map[string]string) error {
	request, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if a.encoded, err = json.Marshal(a); err != nil {
		return err
	}
	kept, err := json.Marshal(data)
	if err != nil {
		return err
	}
	document := slices.Concat([]byte(`{"answer":`), a.encoded, []byte(`,"data":`), kept, []byte(`}`))
	return s.store.SaveRates(ctx, store.RateRequest{ID: a.ID, Tenant: store.Tenant(tenant), Request: request, Answer: document,
		ExpiresAt: a.ExpiresAt})
}

// document is the stored form of an answer.
type document struct {
	Answer Answer                       `json:"answer"`
	Data   map[string]map[string]string `json:"data"` // rate id → carrier data
}

// Get returns an answer again until it expires.
func (s *Service) Get(ctx context.Context, tenant, id string) (Answer, error) {
	_, a, err := s.Asked(ctx, tenant, id)
	return a, err
}

// Asked returns a request and its answer until that expires.
func (s *Service) Asked(ctx context.Context, tenant, id string) (Request, Answer, error) {
	row, err := s.store.RateRequest(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && !time.Now().Before(row.ExpiresAt)) {
		return Request{}, Answer{}, ErrNotFound
	}
	if err != nil {
		return Request{}, Answer{}, err
	}
	var d document
	var r Request
	err = errors.Join(json.Unmarshal(row.Answer, &d), json.Unmarshal(row.Request, &r))
	return r, d.Answer, err
}

// Offer is one rate with what a purchase of it needs again.
type Offer struct {
	Rate        Rate
	Request     Request
	CarrierData map[string]string
	Expired     bool
}

// Offer returns a rate by its id, also an expired one that is not deleted yet.
func (s *Service) Offer(ctx context.Context, tenant, rateID string) (Offer, error) {
	row, err := s.store.RateRequestOf(ctx, store.Tenant(tenant), rateID)
	if errors.Is(err, store.ErrNotFound) {
		return Offer{}, ErrNotFound
	}
	if err != nil {
		return Offer{}, err
	}
	var d document
	var r Request
	if err := errors.Join(json.Unmarshal(row.Answer, &d), json.Unmarshal(row.Request, &r)); err != nil {
		return Offer{}, err
	}
	for _, rate := range d.Answer.Rates {
		if rate.ID == rateID {
			return Offer{rate, r, d.Data[rateID], !time.Now().Before(rate.ExpiresAt)}, nil
		}
	}
	return Offer{}, ErrNotFound
}

// PriceOne quotes a single channel of one account, for a purchase without a rate. The
// answer is stored like any other, so that the purchase can name its rate.
func (s *Service) PriceOne(ctx context.Context, tenant, channel, account string, r Request) (Offer, *Unavailable, error) {
	r.Channels, r.Accounts = []string{channel}, nil
	if account != "" {
		r.Accounts = []string{account}
	}
	a, err := s.Quote(ctx, tenant, r, nil)
	if err != nil {
		return Offer{}, nil, err
	}
	if len(a.Rates) == 0 {
		if len(a.Unavailable) == 0 {
			return Offer{}, nil, ErrNotFound
		}
		return Offer{}, &a.Unavailable[0], nil
	}
	best := a.Rates[0]
	if account == "" {
		if acct, ok := s.registry.ForChannel(tenant, channel, ""); ok {
			for _, rate := range a.Rates {
				if rate.Account == acct.ID {
					best = rate
				}
			}
		}
	}
	o, err := s.Offer(ctx, tenant, best.ID)
	return o, nil, err
}

// shipDate is the asked day, else today at the origin.
func (s *Service) shipDate(r *Request) normalize.Date {
	if r.ShipDate != "" {
		return r.ShipDate
	}
	return s.calendar.Today(r.Origin.Country, time.Now())
}
