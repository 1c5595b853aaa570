// Package dhlexpress speaks the MyDHL API of DHL Express, version 3.1.1 of its OpenAPI file:
// JSON over HTTPS with Basic authorization, answered at once.
//
// What surprised us:
//
//   - The planned time is written 2027-01-18T17:00:00GMT+01:00: no space, no Z, never in the
//     past and at most ten days ahead.
//   - A price comes three times, in three currencies; only BILLC is what will be billed.
//   - There is no void: an unused waybill is never scanned. Only its pickup can be cancelled.
//   - The label comes with the purchase and can never be fetched again.
//   - There is no idempotency key and no refusal of a repeated reference. What was bought can
//     be looked for by reference, but a negative answer proves nothing.
//   - Nearly every object refuses unknown keys and nulls, while postalCode must be there even
//     where a country has none, and companyName even for a private person.
//   - status: "Success" of a tracking answer is the outcome of the look-up, not of the parcel.
//
// Source: MyDHL API OpenAPI 3.1.1 (developer.dhl.com, DHL Express), read 2026-11-21.
package dhlexpress

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/zones"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Config is one DHL Express account.
type Config struct {
	BaseURL        string            `yaml:"base_url" doc:"API root; production when empty, the test environment ends in /mydhlapi/test" default:"https://express.api.dhl.com/mydhlapi"`
	Username       string            `yaml:"username" doc:"API user of the app" required:"true"`
	Password       normalize.Secret  `yaml:"password" doc:"API password of the app" required:"true"`
	AccountNumber  string            `yaml:"account_number" doc:"shipper account" required:"true"`
	PayerAccount   string            `yaml:"payer_account" doc:"account that pays the carriage; the shipper's when empty"`
	DutiesAccount  string            `yaml:"duties_account" doc:"account that duties and taxes of a DDP shipment are billed to; the payer's when empty"`
	Services       map[string]string `yaml:"services" doc:"product code behind worldwide, express_1200 and economy where it is not DHL's usual one; economy.union names it for one case only (goods, documents, union, domestic)"`
	Ready          string            `yaml:"ready" doc:"hour at which parcels are ready, HH:MM at the origin" default:"17:00"`
	Close          string            `yaml:"close" doc:"hour until which a courier may come, HH:MM at the origin" default:"19:00"`
	Timezone       string            `yaml:"timezone" doc:"zone of the origin, such as America/Denver; that of the origin country when empty"`
	Handover       string            `yaml:"handover" doc:"pickup books a courier with each label, drop_off does not; a request's own word beats it" default:"drop_off"`
	PickupLocation string            `yaml:"pickup_location" doc:"where the courier finds the parcels" default:"reception"`
	Requestor      string            `yaml:"requestor" doc:"who cancels pickups, as DHL asks" default:"Shipping desk"`
	LabelFormat    string            `yaml:"label_format" doc:"pdf, zpl or epl where a request says nothing" default:"pdf"`
	LabelTemplates map[string]string `yaml:"label_templates" doc:"label template by size (default, 4x6, a6, a4) where it is not ours"`
	WaybillDoc     bool              `yaml:"waybill_doc" doc:"also print the archive copy of the waybill"`
	Invoice        string            `yaml:"invoice" doc:"auto has DHL print the invoice of a declarable shipment, none does not" default:"auto"`
	InvoiceForm    string            `yaml:"invoice_template" doc:"template of that invoice" default:"COMMERCIAL_INVOICE_P_10"`
	Paperless      bool              `yaml:"paperless_trade" doc:"send the invoice as data (service WY) where DHL prints it"`
	DangerousGoods map[string]string `yaml:"dangerous_goods" doc:"content id of lithium batteries where it is not the usual one, by service: HD ion and HM metal packed with equipment, HV ion and HW metal contained in it"`
}

// fill puts the defaults where nothing was said.
func (c *Config) fill() {
	for _, f := range []struct {
		to    *string
		value string
	}{
		{&c.BaseURL, "https://express.api.dhl.com/mydhlapi"}, {&c.Ready, "17:00"}, {&c.Close, "19:00"},
		{&c.Handover, handoverDropOff}, {&c.PickupLocation, "reception"}, {&c.Requestor, "Shipping desk"},
		{&c.LabelFormat, "pdf"}, {&c.Invoice, "auto"}, {&c.InvoiceForm, "COMMERCIAL_INVOICE_P_10"},
	} {
		if *f.to == "" {
			*f.to = f.value
		}
	}
}

var (
	hour        = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
	productCode = regexp.MustCompile(`^[0-9A-Z]{1,6}$`)
)

// Validate reports what a tag cannot say.
func (c Config) Validate() error {
	var errs []error
	fault := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	for name, number := range map[string]string{"account_number": c.AccountNumber,
		"payer_account": c.PayerAccount, "duties_account": c.DutiesAccount} {
		fault(len(number) <= 12, "%s is longer than 12 characters", name)
	}
	for name, product := range c.Services {
		fault(isCase(name), "services: %q is none of worldwide, express_1200, economy", name)
		fault(productCode.MatchString(product), "services: %s is not a product code", name)
	}
	fault(hour.MatchString(c.Ready), "ready must be HH:MM")
	fault(hour.MatchString(c.Close), "close must be HH:MM")
	fault(c.Close > c.Ready, "close must be later than ready")
	_, err := time.LoadLocation(c.Timezone)
	fault(err == nil, "timezone is not a zone of the IANA database")
	fault(c.Handover == handoverPickup || c.Handover == handoverDropOff, "handover must be pickup or drop_off")
	fault(len(c.PickupLocation) <= 80, "pickup_location is longer than 80 characters")
	fault(encodings[c.LabelFormat] != "", "label_format must be pdf, zpl or epl")
	for size := range c.LabelTemplates {
		fault(size == defaultSize || templates[size] != "", "label_templates: no size %q", size)
	}
	fault(c.Invoice == "auto" || c.Invoice == "none", "invoice must be auto or none")
	for service := range c.DangerousGoods {
		fault(isBatteryService(service), "dangerous_goods: %q is none of HD, HM, HV, HW", service)
	}
	return errors.Join(errs...)
}

// isCase tells whether name is a service of ours, or one case of it: economy.union.
func isCase(name string) bool {
	service, kind, one := strings.Cut(name, ".")
	if products[service] == nil {
		return false
	}
	switch lane(kind) {
	case laneGoods, laneDocuments, laneUnion, laneDomestic:
		return true
	}
	return !one
}

// Adapter is one DHL Express account, ready for use by many goroutines.
type Adapter struct {
	config Config
	client *client
}

var (
	_ adapters.Rater           = (*Adapter)(nil)
	_ adapters.Labeler         = (*Adapter)(nil)
	_ adapters.Documenter      = (*Adapter)(nil)
	_ adapters.Finder          = (*Adapter)(nil)
	_ adapters.Voider          = (*Adapter)(nil)
	_ adapters.Tracker         = (*Adapter)(nil)
	_ adapters.LandedCoster    = (*Adapter)(nil)
	_ adapters.PickupScheduler = (*Adapter)(nil)
)

// New makes the adapter of an account.
func New(c Config, deps adapters.Deps) (adapters.Adapter, error) {
	c.fill()
	if err := c.Validate(); err != nil {
		return nil, err
	}
	a := &Adapter{client: newClient(c, deps)}
	c.Password = normalize.Secret{} // the client alone keeps it: a printed adapter shows none
	a.config = c
	return a, nil
}

// Spec tells who DHL Express is and how far we go with it.
func (a *Adapter) Spec() adapters.Spec { return Spec() }

// origin is the zone in which the account's parcels are planned.
func (c Config) origin(country string) *time.Location {
	if c.Timezone != "" {
		if zone, err := time.LoadLocation(c.Timezone); err == nil {
			return zone
		}
	}
	zone, _ := zones.Of(country)
	return zone
}
