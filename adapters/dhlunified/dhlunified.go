// Package dhlunified speaks DHL's Shipment Tracking Unified API (pull) and its Unified Push API
// (webhooks): one read-only view of the parcels of every DHL division. It sells nothing.
//
// What surprised us:
//
//   - Unified is the envelope only: how much an event tells differs from division to division,
//     and statusCode has five words, in which out for delivery, customs and ready for pickup
//     are all "transit".
//   - Divisions use the same numbers. Without service the answer may be about another
//     division's shipment.
//   - Times come with and without an offset in one answer.
//   - A number that is merely too new is a 404, for ten to thirty minutes.
//   - The handshake of a push is inverted: DHL issues the secret, in the body of a message to
//     us, and wants it back in a header of a call to the subscription.
//   - A push is not signed. What it says is a hint; the pull is asked what is true.
//
// Source: DHL Shipment Tracking Unified OpenAPI 1.3.1 and later, Unified Push collections and
// "Push API 101" (developer.dhl.com), read 2026-11-21.
package dhlunified

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The hosts of production; the pull has no other that is open to customers.
const (
	defaultBase = "https://api-eu.dhl.com/track"
	defaultPush = "https://api-eu.dhl.com/tracking/push/v1"
)

// Config is one app of the DHL developer portal.
type Config struct {
	BaseURL       string           `yaml:"base_url" doc:"tracking API root; production when empty, there is no test one" default:"https://api-eu.dhl.com/track"`
	PushURL       string           `yaml:"push_url" doc:"push API root, where subscriptions are activated; production when empty" default:"https://api-eu.dhl.com/tracking/push/v1"`
	APIKey        normalize.Secret `yaml:"api_key" doc:"the app's consumer key (not its secret)" required:"true"`
	Service       string           `yaml:"service" doc:"DHL division of the account's parcels (express, parcel-de, ecommerce, ...); without it a number that two divisions use cannot be followed"`
	HookHeader    string           `yaml:"hook_header" doc:"name of the header that a subscription was created with (hook.authentication.header)"`
	HookToken     normalize.Secret `yaml:"hook_token" doc:"its value (hook.authentication.token); without it only the address proves a push"`
	Subscriptions []string         `yaml:"subscriptions" doc:"ids of the subscriptions that may push; any when empty"`
}

// Validate reports what a tag cannot say.
func (c Config) Validate() error {
	var errs []error
	if c.Service != "" && !slices.Contains(divisions, c.Service) {
		errs = append(errs, fmt.Errorf("service: %q is none of %s", c.Service, strings.Join(divisions, ", ")))
	}
	if (c.HookHeader == "") != c.HookToken.IsZero() {
		errs = append(errs, errors.New("hook_header and hook_token belong together"))
	}
	if c.HookHeader != "" && !headerName.MatchString(c.HookHeader) {
		errs = append(errs, errors.New("hook_header: is no name of a header"))
	}
	for _, id := range c.Subscriptions {
		if !subscriptionID.MatchString(id) {
			errs = append(errs, errors.New("subscriptions: an id has letters, digits and hyphens only"))
			break
		}
	}
	return errors.Join(errs...)
}

// Adapter is one app, ready for use by many goroutines.
type Adapter struct {
	config Config
	client *client
	hook   hook
}

// hook is what a push must show.
type hook struct {
	header        string
	token         *normalize.Secret // nil where nothing was agreed; fmt prints no pointer's text
	subscriptions []string
}

var (
	_ adapters.Tracker        = (*Adapter)(nil)
	_ adapters.CallbackParser = (*Adapter)(nil)
	_ adapters.Handshaker     = (*Adapter)(nil)
)

// New makes the adapter of an app.
func New(c Config, deps adapters.Deps) (adapters.Adapter, error) {
	c.BaseURL = either(c.BaseURL, defaultBase)
	c.PushURL = strings.TrimRight(either(c.PushURL, defaultPush), "/")
	if err := c.Validate(); err != nil {
		return nil, err
	}
	a := &Adapter{client: newClient(c, deps), hook: hook{header: http.CanonicalHeaderKey(c.HookHeader), subscriptions: c.Subscriptions}}
	if !c.HookToken.IsZero() {
		a.hook.token = &c.HookToken
	}
	a.config = Config{Service: c.Service, PushURL: c.PushURL}
	return a, nil
}

// Spec tells what there is of DHL here and how far we go with it.
func (a *Adapter) Spec() adapters.Spec { return Spec() }

// either is v, or what stands in for it where nothing was said.
func either(v, other string) string {
	if v == "" {
		return other
	}
	return v
}
