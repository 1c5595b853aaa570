// Package yanwen speaks the Open API V1.0 and the Track API of Yanwen Express (燕文物流, YW56),
// a Chinese cross-border line-haul carrier. The older XML service is not spoken.
//
// What surprised us:
//
//   - One endpoint for everything: the method stands in the query string, the signature covers
//     the exact bytes of the body, and a call without arguments sends and signs {}.
//   - The gate in front of the API refuses in plain Chinese text, not in JSON.
//   - A label is printed by a call of its own, whose envelope says success while the inner
//     isSuccess says no.
//   - Numbers flip between string and number from version to version.
//   - The Track API has another host, no signature and no test environment; it is told an
//     account number, which identifies and proves nothing.
//   - UH…YP looks like an S10 number of a country YP that does not exist.
//
// Source: Yanwen Open API documentation (opendocs.yw56.com.cn) and public clients of it, read
// 2026-11-21.
package yanwen

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Config is one Yanwen account.
type Config struct {
	BaseURL      string            `yaml:"base_url" doc:"Open API endpoint; production when empty" default:"https://open.yw56.com.cn/api/order"`
	TrackURL     string            `yaml:"track_url" doc:"Track API endpoint; production when empty, there is no test one" default:"http://api.track.yw56.com.cn/api/tracking"`
	UserID       string            `yaml:"user_id" doc:"customer number" required:"true"`
	APIToken     normalize.Secret  `yaml:"api_token" doc:"token that signs the calls" required:"true"`
	TrackAccount string            `yaml:"track_account" doc:"merchant or order account number for the Track API; user_id when empty"`
	Services     map[string]string `yaml:"services" doc:"product id (channelId of express.channel.getlist) behind tracked, ordinary and special" required:"true"`
	CompanyCode  string            `yaml:"company_code" doc:"hand-over warehouse (companyCode of common.warehouse.getlist); the account's own when empty"`
	CityID       string            `yaml:"city_id" doc:"city that parcels are priced from (cityId of calc.list); without it there are no rates"`
	OrderSource  string            `yaml:"order_source" doc:"how the orders name the system that made them" default:"crossdock"`
}

// Validate reports what a tag cannot say.
func (c Config) Validate() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Services)) {
		if _, ok := Spec().Service(name); !ok {
			errs = append(errs, fmt.Errorf("services: %q is none of tracked, ordinary, special", name))
		} else if strings.TrimSpace(c.Services[name]) == "" {
			errs = append(errs, fmt.Errorf("services: %s has no product id", name))
		}
	}
	return errors.Join(errs...)
}

// Adapter is one Yanwen account, ready for use by many goroutines.
type Adapter struct {
	config Config
	client *client
}

var (
	_ adapters.Rater      = (*Adapter)(nil)
	_ adapters.Labeler    = (*Adapter)(nil)
	_ adapters.Documenter = (*Adapter)(nil)
	_ adapters.Finder     = (*Adapter)(nil)
	_ adapters.Voider     = (*Adapter)(nil)
	_ adapters.Tracker    = (*Adapter)(nil)
)

// New makes the adapter of an account.
func New(c Config, deps adapters.Deps) (adapters.Adapter, error) {
	c.BaseURL = either(c.BaseURL, "https://open.yw56.com.cn/api/order")
	c.TrackURL = either(c.TrackURL, "http://api.track.yw56.com.cn/api/tracking")
	c.TrackAccount = either(c.TrackAccount, c.UserID)
	c.OrderSource = either(c.OrderSource, "crossdock")
	if err := c.Validate(); err != nil {
		return nil, err
	}
	cl := newClient(c, deps)
	c.APIToken = normalize.Secret{} // fmt prints unexported fields as they are; the client has it
	return &Adapter{config: c, client: cl}, nil
}

// Spec tells who Yanwen is and how far we go with it.
func (a *Adapter) Spec() adapters.Spec { return Spec() }

// product returns the id that Yanwen knows a service by: the one that was quoted, else the
// account's.
func (a *Adapter) product(service string, quoted map[string]string) (string, error) {
	if id := quoted[dataChannel]; id != "" {
		return id, nil
	}
	if id := a.config.Services[service]; id != "" {
		return id, nil
	}
	return "", normalize.NotServiceable("", "the account has no product id for service %s", service)
}

// either is v, or what stands in for it where nothing was said.
func either(v, other string) string {
	if v == "" {
		return other
	}
	return v
}
