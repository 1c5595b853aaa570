package httpapi

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/channels"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Channel is one service of one adapter.
type Channel struct {
	Channel      string       `json:"channel"`
	Adapter      string       `json:"adapter"`
	Carrier      string       `json:"carrier"`
	Service      string       `json:"service"`
	Kind         string       `json:"kind" enum:"postal,express,platform,line_haul,inbound,tracking"`
	Mode         string       `json:"mode" enum:"direct_mail,overseas_warehouse,fba_inbound,bonded"`
	Configured   bool         `json:"configured"`
	Platforms    []string     `json:"platforms"`
	Capabilities []string     `json:"capabilities"`
	Requirements Requirements `json:"requirements"`
	Promise      *Promise     `json:"promise" null:"true"`
	Health       Health       `json:"health"`
	Lane         *Lane        `json:"lane,omitempty" doc:"Where from and to were asked for"`
}

// Lane tells whether a channel carries from one country to another.
type Lane struct {
	From        string  `json:"from"`
	To          string  `json:"to"`
	Serviceable bool    `json:"serviceable"`
	Reason      *string `json:"reason" null:"true"`
}

// Requirements are what a channel needs of a shipment.
type Requirements struct {
	Limits            Limits       `json:"limits"`
	Required          Required     `json:"required"`
	Goods             []string     `json:"goods"`
	TaxIDs            []string     `json:"tax_ids"`
	Signature         []string     `json:"signature"`
	Handover          []string     `json:"handover"`
	NonDeliveryOption []string     `json:"non_delivery_option"`
	Label             LabelFormats `json:"label"`
	Options           []Option     `json:"options"`
	Origins           []string     `json:"origins"`
	Destinations      []string     `json:"destinations"`
	Incoterms         []string     `json:"incoterms"`
}

// Limits of a shipment; what is absent is not limited.
type Limits struct {
	MaxWeight   normalize.Weight `json:"max_weight,omitzero"`
	MinWeight   normalize.Weight `json:"min_weight,omitzero"`
	MaxLengthCM string           `json:"max_length_cm,omitempty"`
	MaxGirthCM  string           `json:"max_girth_cm,omitempty" doc:"Length, width and height together"`
	MaxParcels  int              `json:"max_parcels,omitempty"`
	MaxItems    int              `json:"max_items,omitempty"`
	MaxValue    normalize.Money  `json:"max_value,omitzero"`
}

// Required are pointers into the request.
type Required struct {
	Rates  []string `json:"rates"`
	Labels []string `json:"labels"`
}

// LabelFormats are what a channel prints.
type LabelFormats struct {
	Formats []string `json:"formats"`
	Sizes   []string `json:"sizes"`
}

// Option is what one carrier alone knows.
type Option struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Values   []string `json:"values,omitempty"`
	Required bool     `json:"required"`
	Priced   bool     `json:"priced"`
	Doc      string   `json:"doc"`
}

// Promise is the transit that the carrier names in general.
type Promise struct {
	DaysMin      int  `json:"transit_days_min"`
	DaysMax      int  `json:"transit_days_max"`
	BusinessDays bool `json:"business_days"`
}

// Health is how the carrier has answered lately.
type Health struct {
	State     string     `json:"state" enum:"closed,open,half_open"`
	Since     *time.Time `json:"since" null:"true"`
	Reason    *string    `json:"reason" null:"true"`
	RateLimit *RateLimit `json:"rate_limit" null:"true" doc:"null where no account of yours is behind it"`
	ErrorRate string     `json:"error_rate"`
	P50MS     int64      `json:"p50_ms"`
	P99MS     int64      `json:"p99_ms"`
}

// RateLimit is an account's budget.
type RateLimit struct {
	Limit     int `json:"limit"`
	Remaining int `json:"remaining"`
}

// LaneQuery asks for the channels of a lane.
type LaneQuery struct {
	From string `query:"from" maxLength:"2" doc:"ISO 3166-1 alpha-2; only together with to"`
	To   string `query:"to" maxLength:"2"`
}

func (q LaneQuery) check() error {
	if q == (LaneQuery{}) {
		return nil
	}
	var errs normalize.FieldErrors
	for _, c := range []struct{ at, country string }{{"/from", q.From}, {"/to", q.To}} {
		if !normalize.ValidCountry(c.country) {
			errs = append(errs, normalize.FieldError{Pointer: c.at, Detail: "is not an ISO 3166-1 alpha-2 code"})
		}
	}
	if len(errs) > 0 {
		return errs
	}
	return nil
}

// lane is what a channel says of the lane that was asked for.
func (q LaneQuery) lane(svc adapters.Service) *Lane {
	if q == (LaneQuery{}) {
		return nil
	}
	out := &Lane{From: q.From, To: q.To, Serviceable: true}
	if err := channels.Lane(svc, q.From, q.To); err != nil {
		out.Serviceable, out.Reason = false, &err.Message
	}
	return out
}

func (s *Server) channelRoutes() {
	register(s, route{method: "GET", path: "/v1/channels", id: "list-channels", summary: "Every channel of this gateway", scope: "rates:read", tag: "Channels"},
		func(ctx context.Context, in *struct {
			LaneQuery
			Part
		}) (*List[Channel], error) {
			if err := in.check(); err != nil {
				return nil, err
			}
			var out []Channel
			for _, spec := range s.Registry.Specs() {
				for _, svc := range spec.Services {
					out = append(out, s.channel(tenantOf(ctx), spec, svc, in.LaneQuery))
				}
			}
			return partOf(out, func(c Channel) string { return c.Channel }, in.Part)
		})
	register(s, route{method: "GET", path: "/v1/channels/{channel}", id: "get-channel", summary: "One channel", scope: "rates:read", tag: "Channels"},
		func(ctx context.Context, in *struct {
			LaneQuery
			Channel string `path:"channel" maxLength:"80"`
		}) (*struct{ Body Channel }, error) {
			spec, svc, ok := s.Registry.Service(in.Channel)
			if !ok {
				return nil, gateway.NotFound("channel")
			}
			if err := in.check(); err != nil {
				return nil, err
			}
			return &struct{ Body Channel }{s.channel(tenantOf(ctx), spec, svc, in.LaneQuery)}, nil
		})
}

func (s *Server) channel(tenant string, spec adapters.Spec, svc adapters.Service, q LaneQuery) Channel {
	out := Channel{Channel: spec.Channel(svc.Name), Adapter: spec.Code, Carrier: spec.Carrier, Service: svc.Title,
		Kind: svc.Kind, Mode: svc.Mode, Platforms: list(svc.Platforms), Capabilities: capabilities(spec, svc), Requirements: requirements(spec, svc), Lane: q.lane(svc)}
	if svc.Promise.DaysMax > 0 {
		out.Promise = &Promise{svc.Promise.DaysMin, svc.Promise.DaysMax, svc.Promise.BusinessDays}
	}
	var mine []*accounts.Account
	for _, a := range s.Registry.Tenant(tenant) {
		if a.Adapter == spec.Code && a.Serves(svc.Name) {
			mine = append(mine, a)
		}
	}
	out.Configured = len(mine) > 0
	out.Health = s.health(mine, adapters.Operations()...)
	return out
}

// capabilityOf are the API's words for operations.
var capabilityOf = []struct {
	word string
	op   adapters.Operation
}{
	{"labels", adapters.OpLabel}, {"void", adapters.OpVoid}, {"find", adapters.OpFind}, {"tracking", adapters.OpTrack},
	{"callbacks", adapters.OpCallback}, {"manifests", adapters.OpManifest}, {"pickups", adapters.OpPickup},
	{"returns", adapters.OpReturn}, {"inbound", adapters.OpInbound},
}

func capabilities(spec adapters.Spec, svc adapters.Service) []string {
	out := []string{}
	if svc.CardPriced || spec.Support[adapters.OpRate].Level == adapters.LevelCan {
		out = append(out, "rates")
	}
	for _, c := range capabilityOf {
		if spec.Support[c.op].Level == adapters.LevelCan {
			out = append(out, c.word)
		}
	}
	return out
}

func requirements(spec adapters.Spec, svc adapters.Service) Requirements {
	r := svc.Requirements
	out := Requirements{
		Limits:   Limits{MaxWeight: r.MaxWeight, MinWeight: r.MinWeight, MaxParcels: r.MaxParcels, MaxItems: r.MaxItems, MaxValue: r.MaxValue},
		Required: Required{list(r.RequiredRate), list(r.RequiredLabel)}, Goods: list(r.Goods), TaxIDs: list(spec.SendsTaxIDs),
		Signature: list(r.Signature), Handover: list(r.Handover), NonDeliveryOption: list(r.NonDelivery),
		Label: LabelFormats{list(r.LabelFormats), list(r.LabelSizes)}, Options: []Option{},
		Origins: list(r.Origins), Destinations: list(r.Destinations), Incoterms: []string{},
	}
	if r.MaxLength > 0 {
		out.Limits.MaxLengthCM = r.MaxLength.In(normalize.Centimetre)
	}
	if r.MaxGirth > 0 {
		out.Limits.MaxGirthCM = r.MaxGirth.In(normalize.Centimetre)
	}
	if len(out.Goods) == 0 && svc.Carries() {
		out.Goods = normalize.GoodsKinds
	}
	for _, t := range r.Incoterms {
		out.Incoterms = append(out.Incoterms, string(t))
	}
	for _, o := range spec.Options {
		out.Options = append(out.Options, Option(o))
	}
	return out
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
