package purchase

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// prepared is a purchase that nothing speaks against, before it is written down.
type prepared struct {
	account *accounts.Account
	channel string
	service string
	order   order
	quote   normalize.Money
	ruling  ruling
}

// first is the call with which the purchase begins at the carrier.
func (w prepared) first() adapters.Operation {
	if w.account.Ops.Drafter != nil {
		return adapters.OpDraft
	}
	return adapters.OpLabel
}

// prepare reads the request, finds the price and checks all that can be checked before
// anything is written. What it refuses leaves the key free.
func (s *Service) prepare(ctx context.Context, tenant string, r Request) (prepared, error) {
	if errs := r.validate(); len(errs) > 0 {
		return prepared{}, &gateway.Refusal{Code: gateway.CodeInvalidRequest, Fields: errs}
	}
	want, err := s.priced(ctx, tenant, r)
	if err != nil {
		return prepared{}, err
	}
	spec, svc, _ := s.Registry.Service(want.channel)
	if want.account.Ops.Labeler == nil {
		return prepared{}, &gateway.Refusal{Code: gateway.CodeUnsupported, Channel: want.channel, Detail: "labels are not bought through this channel"}
	}
	if ref := checkShipment(spec, svc, &want.order.Shipment, want.channel); ref != nil {
		return prepared{}, ref
	}
	if ref := checkLabel(svc, r.Label); ref != nil {
		return prepared{}, ref
	}
	if ref := overMax(r.MaxCost, want.quote); ref != nil {
		return prepared{}, ref
	}
	want.order.Label = r.Label
	return want, nil
}

func (s *Service) priced(ctx context.Context, tenant string, r Request) (prepared, error) {
	if r.RateID != "" {
		return s.byRate(ctx, tenant, r)
	}
	return s.byChannel(ctx, tenant, r)
}

func (s *Service) byRate(ctx context.Context, tenant string, r Request) (prepared, error) {
	offer, err := s.Prices.Offer(ctx, tenant, r.RateID)
	if errors.Is(err, rating.ErrNotFound) {
		return prepared{}, gateway.NotFound("rate")
	}
	if err != nil {
		return prepared{}, err
	}
	if offer.Expired {
		return prepared{}, gateway.Refuse(gateway.CodeRateExpired, "the rate has expired; ask for a new one")
	}
	shipment, ref := merge(offer.Request.Shipment, r.Shipment)
	if ref != nil {
		return prepared{}, ref
	}
	if errs := shipment.Validate(); len(errs) > 0 {
		return prepared{}, &gateway.Refusal{Code: gateway.CodeInvalidRequest, Fields: errs}
	}
	ruling, ref := s.rule(tenant, offer.Rate.Channel, &shipment, r.Override)
	if ref != nil {
		return prepared{}, ref
	}
	return s.fromOffer(tenant, offer, shipment, ruling)
}

func (s *Service) byChannel(ctx context.Context, tenant string, r Request) (prepared, error) {
	if _, _, ok := s.Registry.Service(r.Channel); !ok {
		return prepared{}, gateway.RefuseField(gateway.CodeInvalidRequest, "/channel", "is not a channel of this gateway")
	}
	account, ok := s.Registry.ForChannel(tenant, r.Channel, r.Account)
	switch {
	case ok:
	case r.Account != "":
		return prepared{}, gateway.RefuseField(gateway.CodeInvalidRequest, "/account", "is not a carrier account of yours that serves this channel")
	default:
		return prepared{}, gateway.RefuseField(gateway.CodeInvalidRequest, "/channel", "no carrier account of yours serves this channel")
	}
	shipment := r.full()
	if errs := shipment.Validate(); len(errs) > 0 {
		return prepared{}, &gateway.Refusal{Code: gateway.CodeInvalidRequest, Fields: errs}
	}
	ruling, ref := s.rule(tenant, r.Channel, &shipment, r.Override)
	if ref != nil {
		return prepared{}, ref
	}
	ask := rating.Request{Shipment: shipment, Currency: r.Currency}
	if ms := r.deadline() / 2 / time.Millisecond; ms >= 100 {
		ask.DeadlineMS = int(min(ms, 30_000))
	}
	offer, refused, err := s.Prices.PriceOne(ctx, tenant, r.Channel, account.ID, ask)
	if fields, bad := errors.AsType[normalize.FieldErrors](err); bad {
		return prepared{}, &gateway.Refusal{Code: gateway.CodeInvalidRequest, Fields: fields}
	}
	if err != nil {
		return prepared{}, err
	}
	if refused != nil {
		if r.AllowUnpriced && normalize.Kind(refused.Code) == normalize.KindNotServiceable && refused.Pointer == "" {
			return s.unpriced(tenant, r, account, shipment, ruling)
		}
		return prepared{}, refuseChannel(r.Channel, &normalize.Error{Kind: normalize.Kind(refused.Code), Message: refused.Message,
			Field: refused.Pointer, Code: refused.CarrierCode, CarrierMsg: refused.CarrierMessage,
			RetryAfter: time.Duration(refused.RetryAfterMS) * time.Millisecond})
	}
	return s.fromOffer(tenant, offer, shipment, ruling)
}

// unpriced buys without a price, unless a limit of money could then not be kept.
func (s *Service) unpriced(tenant string, r Request, a *accounts.Account, shipment normalize.Shipment, rules ruling) (prepared, error) {
	switch {
	case !r.MaxCost.IsZero():
		return prepared{}, gateway.RefuseField(gateway.CodeSpendingLimit, "/max_cost", "this channel gives no price to hold against it")
	case !s.Ceilings(tenant).Money.IsZero():
		return prepared{}, gateway.RefuseField(gateway.CodeSpendingLimit, "/allow_unpriced",
			"this channel gives no price to hold against the tenant's ceiling of a day")
	}
	_, service, _ := s.Registry.Service(r.Channel)
	return prepared{account: a, channel: r.Channel, service: service.Name, order: order{Shipment: shipment}, ruling: rules}, nil
}

func (s *Service) fromOffer(tenant string, offer rating.Offer, shipment normalize.Shipment, rules ruling) (prepared, error) {
	account, ok := s.Registry.Get(tenant, offer.Rate.Account)
	if !ok || !account.Enabled {
		return prepared{}, gateway.Refuse(gateway.CodeStateConflict, "the carrier account of this rate is not there any more")
	}
	_, svc, ok := s.Registry.Service(offer.Rate.Channel)
	if !ok || !account.Serves(svc.Name) {
		return prepared{}, gateway.Refuse(gateway.CodeStateConflict, "the account does not serve this channel any more")
	}
	return prepared{account: account, channel: offer.Rate.Channel, service: svc.Name, quote: offer.Rate.Total, ruling: rules,
		order: order{Shipment: shipment, CarrierData: offer.CarrierData, RateID: offer.Rate.ID, QuoteSource: offer.Rate.Source,
			CarrierCost: offer.Rate.CarrierTotal, Charges: offer.Rate.Charges,
			DeliverBy: normalize.Date(offer.Rate.Transit.DeliverBy)}}, nil
}

// unsentFor is the longest time from the intent to the claim under which it is sent. What is
// unsent after that has lost its worker.
func (s *Service) unsentFor(want prepared) time.Duration {
	if want.account.Ops.Drafter == nil {
		return s.Caller.Limit(adapters.OpLabel)
	}
	return s.Caller.Limit(adapters.OpDraft) + s.Caller.Limit(adapters.OpFind) + s.Caller.Limit(adapters.OpLabel)
}

// begin writes the intent: from here on the purchase is known, whatever happens.
func (s *Service) begin(ctx context.Context, tenant, actor, key string, print []byte, until time.Time, r Request, want prepared) (store.Begun, error) {
	doc, err := json.Marshal(want.order)
	if err != nil {
		return store.Begun{}, err
	}
	id := ids.New(ids.Label)
	p := store.Purchase{
		ID: id, Tenant: store.Tenant(tenant), Key: key, Fingerprint: print,
		Account: want.account.ID, Adapter: want.account.Adapter, Channel: want.channel, Service: want.service,
		Class: string(want.account.Spec.PurchaseOf(want.service).Class), Platform: want.order.Shipment.Platform, OrderID: want.order.Shipment.OrderID(),
		Reference: r.Reference, ClientReference: ids.ClientReference(s.Store.Meta().Prefix, id),
		CallerDeadline: until, Request: doc, Quote: want.quote, Details: details{Mandate: want.ruling.verdict}.encode(),
	}
	intent := store.Intent{Purchase: p, DueIn: s.unsentFor(want) + leaseSlack, Ceilings: s.Ceilings(tenant)}
	if intent.Purchase.Spend, err = s.Spend(want.quote, intent.Ceilings); err != nil {
		return store.Begun{}, gateway.Refuse(gateway.CodeSpendingLimit,
			"the price cannot be held against the tenant's ceiling of a day: "+err.Error())
	}
	intent.History = []store.HistoryLine{{Status: "purchasing", Detail: want.intended()}}
	intent.Quotas = want.counts()
	if o := r.Override; o != nil {
		detail, err := want.overrideDetail(o)
		if err != nil {
			return store.Begun{}, err
		}
		intent.Audit = []store.AuditEntry{{Tenant: p.Tenant, Actor: actor, Action: "label.override", Object: id, Detail: detail}}
	}
	begun, err := s.Store.BeginPurchase(ctx, intent)
	if c, over := errors.AsType[*store.CeilingError](err); over {
		return begun, gateway.Refuse(gateway.CodeSpendingLimit, "the tenant's ceiling of a day would be passed: "+c.Error())
	}
	if errors.Is(err, store.ErrKeyReused) {
		return begun, gateway.Refuse(gateway.CodeKeyReused, "this idempotency key belongs to another request")
	}
	return begun, err
}
