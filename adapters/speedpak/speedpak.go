// Package speedpak speaks the eDelivery International Shipping API (eDIS, v1.1.0) of eBay, by
// which sellers of Greater China ship with SpeedPAK (橙联, Orange Connex). The older EIS API and
// the GSP API of Orange Connex are not spoken.
//
// What surprised us:
//
//   - There is no quote. A package is created for nothing, with number, label and an estimate;
//     its confirm freezes the money, and is the only call that does.
//   - A success of the confirm is a 204 without a word, so that nothing but the package itself
//     proves it later.
//   - There is no field for a reference of ours. An order line goes into one package, which
//     makes it the key; our reference is the package's comment.
//   - The scope lies outside of the api_scope where eBay's other scopes are.
//   - Service ids differ by account and lane, and are looked up by name.
//   - Weights are grams and sides centimetres, both JSON numbers; amounts are strings, and so is
//     the "200" of an item in a list.
//   - The words of packageStatus, of a scan's status and of battery types are published nowhere.
//
// Source: eBay eDelivery International Shipping API, OpenAPI 1.1.0, and eBay's OAuth guide,
// read 2026-11-21.
package speedpak

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Config is one seller's account at eDIS.
type Config struct {
	BaseURL             string            `yaml:"base_url" doc:"API root; production when empty" default:"https://api.ebay.com/sell/edelivery_international_shipping/v1"`
	TokenURL            string            `yaml:"token_url" doc:"token endpoint; production when empty" default:"https://api.ebay.com/identity/v1/oauth2/token"`
	ClientID            string            `yaml:"client_id" doc:"App ID of the keyset" required:"true"`
	ClientSecret        normalize.Secret  `yaml:"client_secret" doc:"Cert ID of the keyset" required:"true"`
	RefreshToken        normalize.Secret  `yaml:"refresh_token" doc:"the seller's refresh token, good for 18 months; or auth_code"`
	AuthCode            normalize.Secret  `yaml:"auth_code" doc:"code of the seller's consent, which is exchanged once for a refresh token"`
	RuName              string            `yaml:"ru_name" doc:"redirect name (RuName) that the consent was given under; auth_code needs it"`
	Services            map[string]string `yaml:"services" doc:"shippingServiceId behind standard and economy, by lane as standard.US; what is not here is looked up by its name"`
	ServiceNames        map[string]string `yaml:"service_names" doc:"what the English or Chinese name of a service holds, where it is not SpeedPAK Standard and SpeedPAK Economy"`
	ShipFromAddressID   string            `yaml:"ship_from_address_id" doc:"stored address that parcels leave from; an order's own platform_address_id beats it"`
	ConsignPreferenceID string            `yaml:"consign_preference_id" doc:"stored way of handing parcels over; an order's own handover.point beats it"`
	ConsignPreferences  map[string]string `yaml:"consign_preferences" doc:"consign preference behind pickup and drop_off, for an order that names only the method"`
	PrintPreference     []string          `yaml:"print_preference" doc:"what labels show of the goods: nameZh nameEn remark skuPrice skuNo quantity listingId sellerId buyerId"`
}

// printWords are what a label can show.
var printWords = []string{"nameZh", "nameEn", "remark", "skuPrice", "skuNo", "quantity", "listingId", "sellerId", "buyerId"}

// Validate reports what a tag cannot say.
func (c Config) Validate() error {
	var errs []error
	fault := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	fault(!c.RefreshToken.IsZero() || !c.AuthCode.IsZero(), "refresh_token or auth_code is required")
	fault(c.AuthCode.IsZero() || c.RuName != "", "auth_code needs ru_name")
	for _, key := range slices.Sorted(maps.Keys(c.Services)) {
		name, country, lane := strings.Cut(key, ".")
		_, known := Spec().Service(name)
		fault(known && (!lane || normalize.ValidCountry(country)), "services: %q is none of standard, economy, nor one of them with a country", key)
		fault(strings.TrimSpace(c.Services[key]) != "", "services: %s has no shippingServiceId", key)
	}
	for _, name := range slices.Sorted(maps.Keys(c.ServiceNames)) {
		_, known := Spec().Service(name)
		fault(known, "service_names: %q is none of standard, economy", name)
		fault(strings.TrimSpace(c.ServiceNames[name]) != "", "service_names: %s has no name", name)
	}
	for _, method := range slices.Sorted(maps.Keys(c.ConsignPreferences)) {
		fault(slices.Contains(handovers, method), "consign_preferences: %q is none of pickup, drop_off", method)
	}
	for _, word := range c.PrintPreference {
		fault(slices.Contains(printWords, word), "print_preference: eDIS does not know %q", word)
	}
	return errors.Join(errs...)
}

// Adapter is one seller's account, ready for use by many goroutines.
type Adapter struct {
	config   Config
	client   *client
	services *catalog
}

var (
	_ adapters.Drafter    = (*Adapter)(nil)
	_ adapters.Labeler    = (*Adapter)(nil)
	_ adapters.Documenter = (*Adapter)(nil)
	_ adapters.Finder     = (*Adapter)(nil)
	_ adapters.Voider     = (*Adapter)(nil)
	_ adapters.Tracker    = (*Adapter)(nil)
	_ adapters.Manifester = (*Adapter)(nil)
	_ adapters.Coster     = (*Adapter)(nil)
)

// New makes the adapter of an account.
func New(c Config, deps adapters.Deps) (adapters.Adapter, error) {
	c.BaseURL = either(c.BaseURL, "https://api.ebay.com/sell/edelivery_international_shipping/v1")
	c.TokenURL = either(c.TokenURL, "https://api.ebay.com/identity/v1/oauth2/token")
	if err := c.Validate(); err != nil {
		return nil, err
	}
	cl := newClient(c, deps)
	// fmt prints unexported fields as they are; the client has these.
	c.ClientSecret, c.RefreshToken, c.AuthCode = normalize.Secret{}, normalize.Secret{}, normalize.Secret{}
	return &Adapter{config: c, client: cl, services: newCatalog(cl)}, nil
}

// Spec tells who SpeedPAK is and how far we go with it.
func (a *Adapter) Spec() adapters.Spec { return Spec() }

// either is v, or what stands in for it where nothing was said.
func either(v, other string) string {
	if v == "" {
		return other
	}
	return v
}
