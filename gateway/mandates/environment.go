package mandates

import (
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/fx"
	"github.com/crossdock-hub/crossdock/normalize"
)

// environment is what the condition of a rule may name, besides the functions. What an order
// may leave unsaid (its operating model, a value that can be compared) is asked by functions,
// so that a condition on it is undecided rather than wrong.
type environment struct {
	Platform       string   `expr:"platform"`
	Lane           lane     `expr:"lane"`
	Incoterm       string   `expr:"incoterm"`
	HotSelling     bool     `expr:"hot_selling"`
	CashOnDelivery bool     `expr:"cash_on_delivery"`
	Parcels        int      `expr:"parcels"`
	Channel        *Channel `expr:"channel"`
	Order          *facts   `expr:"order"` // for the functions; conditions cannot name it
}

// channelEnvironment is what the choice of channels may name.
type channelEnvironment struct {
	Channel *Channel `expr:"channel"`
}

type lane struct {
	From string `expr:"from"`
	To   string `expr:"to"`
}

// Channel is what a rule may know of a channel. It is the same for every order.
type Channel struct {
	Name      string   `expr:"name"`
	Adapter   string   `expr:"adapter"`
	Service   string   `expr:"service"`
	Kind      string   `expr:"kind"`
	Mode      string   `expr:"mode"`
	Platforms []string `expr:"platforms"`
	Promise   promise  `expr:"promise"`
}

type promise struct {
	DaysMin      int  `expr:"days_min"`
	DaysMax      int  `expr:"days_max"`
	BusinessDays bool `expr:"business_days"`
}

// Channels are those of all carriers of this build that carry, sorted by name.
func Channels(specs []adapters.Spec) []Channel {
	var out []Channel
	for _, spec := range specs {
		for _, s := range spec.Services {
			if !s.Carries() {
				continue
			}
			out = append(out, Channel{Name: spec.Channel(s.Name), Adapter: spec.Code, Service: s.Name, Kind: s.Kind, Mode: s.Mode,
				Platforms: s.Platforms, Promise: promise{s.Promise.DaysMin, s.Promise.DaysMax, s.Promise.BusinessDays}})
		}
	}
	slices.SortFunc(out, func(a, b Channel) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Exchange converts money at dated rates.
type Exchange interface {
	Convert(m normalize.Money, to string, now time.Time) (normalize.Money, fx.Rate, error)
}

// facts are one order's answers to the functions. They belong to one goroutine.
type facts struct {
	shipment  *normalize.Shipment
	exchange  Exchange
	now       time.Time
	weight    normalize.Weight
	converted map[string]conversion
}

// conversion is the goods' value in one currency, or why there is none.
type conversion struct {
	value normalize.Money
	rate  fx.Rate
	err   error
}

// undecided says that a condition asks what the order leaves unsaid.
type undecided struct{ why string }

func (u *undecided) Error() string { return u.why }

// on is the order's day, by which rules are in force: that of placed_at in its own zone,
// else today.
func (f *facts) on() normalize.Date {
	if o := f.shipment.Order; o != nil && !o.PlacedAt.IsZero() {
		return normalize.DateOf(o.PlacedAt)
	}
	return normalize.DateOf(f.now)
}

// worth is what the goods were sold for, else what they are declared for.
func (f *facts) worth() (normalize.Money, error) {
	if o := f.shipment.Order; o != nil && !o.Value.IsZero() {
		return o.Value, nil
	}
	v, err := f.shipment.ItemsValue()
	if err != nil || v.IsZero() {
		return v, &undecided{"the order's value is not said, and its items have no value in one currency"}
	}
	return v, nil
}

// in is the goods' value in a currency, at the dated rate, rounded once to its minor unit: at
// 0.138889, 36.00 CNY are 5.00 USD.
func (f *facts) in(code string) conversion {
	if c, ok := f.converted[code]; ok {
		return c
	}
	var c conversion
	v, err := f.worth()
	if err == nil {
		if c.value, c.rate, err = f.exchange.Convert(v, code, f.now); err != nil {
			err = &undecided{"the order's value cannot be converted into " + code + ": " + err.Error()}
		}
	}
	c.err = err
	if f.converted == nil {
		f.converted = map[string]conversion{}
	}
	f.converted[code] = c
	return c
}

func (f *facts) environment() environment {
	s := f.shipment
	return environment{
		Platform: s.Platform, Lane: lane{s.Origin.Country, s.Destination.Country}, Incoterm: string(s.Incoterm),
		HotSelling: s.Order != nil && s.Order.HotSelling, CashOnDelivery: s.CashOnDelivery.Minor > 0, Parcels: len(s.Parcels),
		Order: f,
	}
}
