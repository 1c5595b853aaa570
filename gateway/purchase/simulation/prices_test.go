package simulation

import (
	"context"
	"sync"

	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/normalize"
)

// prices are kept with relaxed durability: a restart of the store loses them.
type prices struct {
	w      *world
	mu     sync.Mutex
	offers map[string]rating.Offer
}

func (p *prices) Offer(_ context.Context, _, id string) (rating.Offer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o, ok := p.offers[id]; ok {
		return o, nil
	}
	return rating.Offer{}, rating.ErrNotFound
}

func (p *prices) PriceOne(_ context.Context, _, channel, account string, r rating.Request) (rating.Offer, *rating.Unavailable, error) {
	return offer(channel, account, r), nil, nil
}

func (p *prices) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.offers)
}

// quote makes an offer that can be bought by its id.
func (p *prices) quote(id, channel, account string, r purchase.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offers[id] = offer(channel, account, rating.Request{Shipment: shipment(r.Shipment)})
}

func shipment(s purchase.Shipment) normalize.Shipment {
	return normalize.Shipment{Origin: *s.Origin, Destination: *s.Destination, Parcels: s.Parcels, Items: s.Items, Incoterm: s.Incoterm}
}

func offer(channel, account string, r rating.Request) rating.Offer {
	return rating.Offer{Request: r, Rate: rating.Rate{ID: "rate_1", Channel: channel, Account: account, Total: usd(640), CarrierTotal: usd(640), Source: "live"}}
}
