// Package amazonfba speaks Amazon's Selling Partner API as far as stock on its way into
// Amazon's warehouses goes: Fulfillment Inbound v2024-03-20, the v0 helpers that it still needs
// (box labels, bill of lading, receiving), and Login with Amazon for the tokens.
//
// What surprised us:
//
//   - Nearly every write answers 202 and an operation to poll; a failure comes with HTTP 200 and
//     the status FAILED. No write knows an idempotency key: a lost plan is found by its name.
//   - The access token travels in x-amz-access-token, never as a bearer, and nothing is signed.
//   - A list's nextToken goes back as paginationToken.
//   - Three numbers name one shipment: sh… in the 2024 API, FBA… on the boxes and in v0, and a
//     box id made of the latter.
//   - A link to a label lives for about 15 seconds, so that it is fetched at once.
//   - Times come with and without seconds. MSKUs in a query are percent-encoded twice.
//   - One's own carrier is an option without a quote.
//
// Source: Amazon's published models fulfillmentInbound_2024-03-20.json and
// fulfillmentInboundV0.json (amzn/selling-partner-api-models, 34dc93f) and the developer pages
// beside them, read 2026-11-21.
package amazonfba

import (
	"errors"
	"fmt"
	"slices"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Config is one seller's authorisation of an application.
type Config struct {
	Region       string           `yaml:"region" doc:"na, eu or fe: where the seller's marketplaces are" default:"na"`
	BaseURL      string           `yaml:"base_url" doc:"Selling Partner API root; the region's when empty"`
	TokenURL     string           `yaml:"token_url" doc:"Login with Amazon's token endpoint" default:"https://api.amazon.com/auth/o2/token"`
	ClientID     string           `yaml:"client_id" doc:"the application's client identifier" required:"true"`
	ClientSecret normalize.Secret `yaml:"client_secret" doc:"the application's client secret" required:"true"`
	RefreshToken normalize.Secret `yaml:"refresh_token" doc:"what the seller's authorisation gave, beginning with Atzr|" required:"true"`
	LabelSize    string           `yaml:"label_size" doc:"paper of box labels: 4x6, a4 or letter" default:"4x6"`
}

// Validate reports what a tag cannot say.
func (c Config) Validate() error {
	var errs []error
	if _, ok := regions[c.Region]; !ok {
		errs = append(errs, fmt.Errorf("region: %q is none of na, eu, fe", c.Region))
	}
	if !slices.Contains(labelSizes, c.LabelSize) {
		errs = append(errs, fmt.Errorf("label_size: %q is none of 4x6, a4, letter", c.LabelSize))
	}
	return errors.Join(errs...)
}

// Adapter is one seller's account, ready for use by many goroutines.
type Adapter struct {
	client    *client
	labelSize string
	region    string // "" where the base URL was set: any marketplace may be behind it
}

var _ adapters.Inbounder = (*Adapter)(nil)

// New makes the adapter of an account.
func New(c Config, deps adapters.Deps) (adapters.Adapter, error) {
	c.Region, c.LabelSize = either(c.Region, "na"), either(c.LabelSize, size4x6)
	c.TokenURL = either(c.TokenURL, "https://api.amazon.com/auth/o2/token")
	if err := c.Validate(); err != nil {
		return nil, err
	}
	a := &Adapter{labelSize: c.LabelSize}
	if c.BaseURL == "" {
		c.BaseURL, a.region = regions[c.Region], c.Region
	}
	a.client = newClient(c, deps)
	return a, nil
}

// Spec tells who Amazon is and how far we go with it.
func (a *Adapter) Spec() adapters.Spec { return Spec() }

// either is v, or what stands in for it where nothing was said.
func either(v, other string) string {
	if v == "" {
		return other
	}
	return v
}
