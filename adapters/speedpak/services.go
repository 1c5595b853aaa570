package speedpak

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// How the list of services is read and kept.
const (
	pageSize  = 200 // the most that a page holds
	maxPages  = 10
	listLives = time.Hour
)

// serviceNames are what the names of our services hold in eDIS's list.
var serviceNames = map[string]string{standard: "SpeedPAK Standard", economy: "SpeedPAK Economy"}

// catalog is the account's list of services, fetched once for many callers and kept for an hour.
type catalog struct {
	client *client
	slot   chan listing // holds the one current listing; taking it is taking the lock
}

type listing struct {
	services []serviceInfo
	until    time.Time
}

func newCatalog(c *client) *catalog {
	out := &catalog{client: c, slot: make(chan listing, 1)}
	out.slot <- listing{}
	return out
}

// get returns the list, fresh or kept.
func (c *catalog) get(ctx context.Context, op adapters.Operation) ([]serviceInfo, error) {
	var l listing
	select {
	case l = <-c.slot:
	case <-ctx.Done():
		return nil, &normalize.Error{Kind: normalize.KindTimeout, Carrier: code, Op: string(op), NotSent: true,
			Message: "no list of services in time", Err: ctx.Err()}
	}
	if time.Now().Before(l.until) {
		c.slot <- l
		return l.services, nil
	}
	services, err := c.client.allServices(ctx, op)
	if err != nil {
		c.slot <- listing{}
		return nil, err
	}
	c.slot <- listing{services, time.Now().Add(listLives)}
	return services, nil
}

// allServices reads the list page by page.
// Source: OpenAPI 1.1.0, getServices, read 2026-11-21.
func (c *client) allServices(ctx context.Context, op adapters.Operation) ([]serviceInfo, error) {
	var all []serviceInfo
	for page := range maxPages {
		var out serviceList
		q := url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(page * pageSize)}}
		if err := c.call(ctx, request{op: op, method: http.MethodGet, path: "/services", query: q, container: "serviceList"}, &out); err != nil {
			return nil, err
		}
		all = append(all, out.Services...)
		if len(out.Services) < pageSize {
			break
		}
	}
	return all, nil
}

// service returns the shippingServiceId behind a service of ours on a shipment's lane: the
// account's word for it, else what its name finds.
func (a *Adapter) service(ctx context.Context, name string, s normalize.Shipment) (string, error) {
	if _, ok := Spec().Service(name); !ok {
		return "", normalize.NotServiceable("", "there is no service %s", name)
	}
	if id := either(a.config.Services[name+"."+s.Destination.Country], a.config.Services[name]); id != "" {
		return id, nil
	}
	list, err := a.services.get(ctx, adapters.OpDraft)
	if err != nil {
		return "", err
	}
	found, refused := choose(list, either(a.config.ServiceNames[name], serviceNames[name]), s)
	if refused != nil {
		return "", refused
	}
	return found.ID, nil
}

// choose finds the one service whose name holds a word, and which takes the shipment. The
// reason why there is none is that of the last choice that was left.
func choose(list []serviceInfo, name string, s normalize.Shipment) (serviceInfo, *normalize.Error) {
	d := s.Parcels[0].Dimensions
	weight, longest, girth := s.TotalWeight(), d.Longest(), d.Girthed()
	for _, step := range []struct {
		fits    func(serviceInfo) bool
		refused *normalize.Error
	}{
		{func(v serviceInfo) bool { return v.ID != "" && v.named(name) },
			normalize.NotServiceable("", "the account has no service that is called %s", name)},
		{func(v serviceInfo) bool { return v.serves(s.Origin.Country, s.Destination.Country) },
			normalize.NotServiceable("/destination/country", "%s does not serve this lane", name)},
		{func(v serviceInfo) bool { return v.Incoterm == "" || v.Incoterm == incotermOf(s.Incoterm) },
			normalize.NotServiceable("/incoterm", "%s is not carried on this term here", name)},
		{func(v serviceInfo) bool {
			return v.MaxWeight <= 0 || weight <= normalize.Weight(v.MaxWeight)*normalize.Gram
		},
			normalize.NotServiceable("/parcels/0/weight", "weight %s exceeds what %s takes here", weight, name)},
		{func(v serviceInfo) bool {
			return (v.MaxLength <= 0 || longest <= normalize.Length(v.MaxLength)*normalize.Centimetre) &&
				(v.MaxTotalLength <= 0 || girth <= normalize.Length(v.MaxTotalLength)*normalize.Centimetre)
		}, normalize.NotServiceable("/parcels/0/dimensions", "the sides exceed what %s takes here", name)},
	} {
		if list = filter(list, step.fits); len(list) == 0 {
			return serviceInfo{}, step.refused
		}
	}
	if len(list) > 1 {
		// Two of a kind are for two kinds of goods or contracts: only the seller knows which.
		return serviceInfo{}, normalize.NotServiceable("", "%d services on this lane are called %s: name one in the account's services", len(list), name)
	}
	return list[0], nil
}

func filter(list []serviceInfo, fits func(serviceInfo) bool) []serviceInfo {
	var out []serviceInfo
	for _, v := range list {
		if fits(v) {
			out = append(out, v)
		}
	}
	return out
}

// named tells whether the English or the Chinese name holds a word.
func (v serviceInfo) named(word string) bool {
	word = strings.ToLower(word)
	return strings.Contains(strings.ToLower(v.NameEn), word) || strings.Contains(strings.ToLower(v.NameZh), word)
}

// serves tells whether a lane is among the directions. The origin may be known to eDIS alone,
// by the id of its address.
func (v serviceInfo) serves(from, to string) bool {
	return slices.ContainsFunc(v.Directions, func(d direction) bool {
		return d.To == to && (from == "" || d.From == from)
	})
}
