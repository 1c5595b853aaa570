// Package wishpost speaks WishPost (Wish邮, wishpost.cn), the shipping platform that Wish runs
// with China Post and other carriers behind it, and that Wish obliges its merchants to use.
//
// What surprised us:
//
//   - Two generations live side by side, and one parcel needs both: its order, label and scans
//     are v2 and XML, its token, state and cancellation v3 and JSON.
//   - An order is found by WishPost's own number only. Nothing is found by guid, the reference
//     of ours, and whether a second order of the same guid is refused is not known: what is
//     lost before that number came cannot be found, and is never sent again.
//   - Refresh tokens rotate.
//   - The carrier's number may come after the order.
//   - A line's weight is that of all of its pieces, its price that of one. In the older form of
//     the order, which some accounts still have, both are of all.
//   - addres and trande_no are spelt so; error_message is also error-message; the case of
//     names in scans differs from client to client.
//   - Goods that are merely sensitive must be said to have a battery.
//   - There is no quote, no push and no test environment.
//
// No text of WishPost's own could be had; all of this is what public clients of 2015 to 2022
// do. Wish changed hands in 2024: ask whether the platform still takes orders before relying
// on it.
//
// Source: public clients of WishPost's v2 and v3 interfaces, read 2026-11-21.
package wishpost

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Config is one merchant's account at WishPost.
type Config struct {
	BaseURL      string            `yaml:"base_url" doc:"root of both API generations; production when empty, there is no test one" default:"https://www.wishpost.cn"`
	ClientID     string            `yaml:"client_id" doc:"id of the app" required:"true"`
	ClientSecret normalize.Secret  `yaml:"client_secret" doc:"secret of the app" required:"true"`
	RefreshToken normalize.Secret  `yaml:"refresh_token" doc:"merchant's refresh token; those that follow it are kept by the gateway; or auth_code"`
	AuthCode     normalize.Secret  `yaml:"auth_code" doc:"code of the merchant's consent, which is exchanged once for a refresh token"`
	RedirectURI  string            `yaml:"redirect_uri" doc:"address that the consent was given under; auth_code needs it"`
	Services     map[string]string `yaml:"services" doc:"otype behind epacket and tracked, from the account's list of channels: 11-1; China Post's own is 0 or 1" required:"true"`
	Warehouse    string            `yaml:"warehouse_code" doc:"warehouse that parcels are handed in at; an order's own handover.point beats it"`
	Handover     string            `yaml:"handover" doc:"drop_off or pickup unless a request says" default:"drop_off"`
	Pickup       string            `yaml:"pickup_service" doc:"who collects, from the channel's list of pickup services: 25-1; the channel's own when empty"`
	OrderForm    string            `yaml:"order_form" doc:"items, or flat for an account of the older form of one line of goods" default:"items"`
	Language     string            `yaml:"label_language" doc:"en or local" default:"en"`
	ProductURL   string            `yaml:"product_url" doc:"page of a listing where an item has no url" default:"https://www.wish.com/product/{listing_id}"`
	CancelReason string            `yaml:"cancel_reason_code" doc:"reason by which orders are cancelled" default:"40101"`
	LastScan     bool              `yaml:"last_scan_delivers" doc:"the last visible scan of an untracked channel counts as delivery"`
	FileHosts    []string          `yaml:"file_hosts" doc:"hosts beside WishPost's own from which labels may be fetched"`
}

// The words that some settings take.
const (
	formItems  = "items"
	formFlat   = "flat"
	printEn    = "en"
	printLocal = "local"
	listingID  = "{listing_id}"
)

var (
	otypeShape  = regexp.MustCompile(`^([0-9]{1,6}-)?[01]$`)
	pickupShape = regexp.MustCompile(`^[0-9]{1,6}-[0-9]$`)
	hostShape   = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
)

// Validate reports what a tag cannot say.
func (c Config) Validate() error {
	var errs []error
	fault := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	fault(!c.RefreshToken.IsZero() || !c.AuthCode.IsZero(), "refresh_token or auth_code is required")
	fault(c.AuthCode.IsZero() || c.RedirectURI != "", "auth_code needs redirect_uri")
	for _, name := range slices.Sorted(maps.Keys(c.Services)) {
		_, known := Spec().Service(name)
		fault(known, "services: %q is none of epacket, tracked", name)
		fault(otypeShape.MatchString(c.Services[name]), "services: the otype of %s must be like 11-1, or 0 or 1", name)
	}
	fault(c.Warehouse == "" || digits(c.Warehouse), "warehouse_code must be a number")
	fault(slices.Contains([]string{"", dropOff, pickup}, c.Handover), "handover must be drop_off or pickup")
	fault(c.Pickup == "" || pickupShape.MatchString(c.Pickup), "pickup_service must be like 25-1")
	fault(slices.Contains([]string{"", formItems, formFlat}, c.OrderForm), "order_form must be items or flat")
	fault(slices.Contains([]string{"", printEn, printLocal}, c.Language), "label_language must be en or local")
	fault(c.ProductURL == "" || strings.Contains(c.ProductURL, listingID), "product_url must hold %s", listingID)
	fault(c.CancelReason == "" || digits(c.CancelReason), "cancel_reason_code must be a number")
	for _, host := range c.FileHosts {
		fault(hostShape.MatchString(host), "file_hosts: %q is no host name in lower case", host)
	}
	return errors.Join(errs...)
}

// digits tells whether a text is a number of up to 18 digits.
func digits(s string) bool { return s != "" && len(s) <= 18 && strings.Trim(s, "0123456789") == "" }

// Adapter is one merchant's account, ready for use by many goroutines.
type Adapter struct {
	config Config
	client *client
}

var (
	_ adapters.Labeler    = (*Adapter)(nil)
	_ adapters.Documenter = (*Adapter)(nil)
	_ adapters.Finder     = (*Adapter)(nil)
	_ adapters.Voider     = (*Adapter)(nil)
	_ adapters.Tracker    = (*Adapter)(nil)
)

// New makes the adapter of an account.
func New(c Config, deps adapters.Deps) (adapters.Adapter, error) {
	for _, d := range []struct {
		to    *string
		value string
	}{
		{&c.BaseURL, "https://www.wishpost.cn"}, {&c.Handover, dropOff}, {&c.OrderForm, formItems}, {&c.Language, printEn},
		{&c.ProductURL, "https://www.wish.com/product/" + listingID}, {&c.CancelReason, "40101"},
	} {
		*d.to = either(*d.to, d.value)
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	cl := newClient(c, deps)
	// fmt prints unexported fields as they are; the client has these.
	c.ClientSecret, c.RefreshToken, c.AuthCode = normalize.Secret{}, normalize.Secret{}, normalize.Secret{}
	return &Adapter{config: c, client: cl}, nil
}

// Spec tells who WishPost is and how far we go with it.
func (a *Adapter) Spec() adapters.Spec { return Spec() }

// otype is WishPost's code of a service.
func (a *Adapter) otype(service string) (string, error) {
	if code := a.config.Services[service]; code != "" {
		return code, nil
	}
	return "", normalize.NotServiceable("", "the account names no otype for service %s", service)
}

// untracked tells whether the channel behind a service shows but a part of the way.
func (a *Adapter) untracked(service string) bool {
	code := a.config.Services[service]
	return code == "0" || strings.HasSuffix(code, "-0")
}

// either is v, or what stands in for it where nothing was said.
func either(v, other string) string {
	if v == "" {
		return other
	}
	return v
}
