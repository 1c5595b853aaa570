// Package cainiao speaks to the two doors of Cainiao's cross-border network (菜鸟): the
// AliExpress Open Platform (IOP, protocol version 2.0), which carries AliExpress orders, and
// the Cainiao LINK gateway (cnge messages), which carries everybody else's. One account may
// have either door or both. The legacy TOP and Qimen gateways are not spoken.
//
// What surprised us:
//
//   - AliExpress keeps two success flags at two levels, and error_code 1 means no error.
//   - An AliExpress order knows no reference of ours: the trade order is the only key, and the
//     same call sells another parcel.
//   - Its tracking number comes minutes to hours later, and may change on the way.
//   - A label is a text that holds JSON that holds Base64; one that is not there yet comes with
//     status 200 and a body too short for a file.
//   - Weight is kilograms in text at AliExpress and whole grams at LINK; sizes are centimetres
//     in the calls that we make, millimetres in others.
//   - LINK's success is the text "true", and tracking has a second one inside.
//   - Misspelt names are real: curreny, internationallogistics_id, address_d_t_os.
//
// Source: AliExpress's IOP SDK, metadata of its APIs, Cainiao LINK's access guide and public
// clients of both, read 2026-11-21.
package cainiao

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Config is one Cainiao account: the AliExpress door, the LINK door, or both.
type Config struct {
	SyncURL      string           `yaml:"sync_url" doc:"AliExpress business API; production when empty" default:"https://api-sg.aliexpress.com/sync"`
	RestURL      string           `yaml:"rest_url" doc:"AliExpress system API, for tokens; production when empty" default:"https://api-sg.aliexpress.com/rest"`
	AppKey       string           `yaml:"app_key" doc:"AliExpress app; with app_secret and a token it opens the AliExpress services"`
	AppSecret    normalize.Secret `yaml:"app_secret" doc:"secret of the AliExpress app, which signs the calls"`
	AccessToken  normalize.Secret `yaml:"access_token" doc:"seller's AliExpress token, used until it is refused"`
	RefreshToken normalize.Secret `yaml:"refresh_token" doc:"seller's AliExpress refresh token; those that follow it are kept by the gateway"`

	LinkURL            string           `yaml:"link_url" doc:"LINK gateway; production when empty" default:"https://link.cainiao.com/gateway/link.do"`
	LogisticProviderID string           `yaml:"logistic_provider_id" doc:"resource code at LINK; with link_secret it opens the global services"`
	LinkSecret         normalize.Secret `yaml:"link_secret" doc:"secret of LINK, which signs calls and pushes"`
	PartnerCode        string           `yaml:"partner_code" doc:"our code in LINK's pushes; logistic_provider_id when empty"`
	FromCode           string           `yaml:"from_code" doc:"sender's code in LINK's pushes, such as CNCTP; any when empty"`

	Services        map[string]string `yaml:"services" doc:"solution code behind each service; those of the documentation when empty"`
	BatteryServices map[string]string `yaml:"battery_services" doc:"solution code behind each service for goods with batteries; at LINK the _BAT codes when empty"`

	SenderAddressID int64 `yaml:"sender_address_id" doc:"AliExpress id of the stored sender's address; the origin is written out when empty"`
	PickupAddressID int64 `yaml:"pickup_address_id" doc:"AliExpress id of the stored address of collection"`
	RefundAddressID int64 `yaml:"refund_address_id" doc:"AliExpress id of the stored address for returns; the sender's when empty"`

	Handover          string `yaml:"handover" doc:"how AliExpress parcels get to the warehouse unless a request says: drop_off, courier or pickup" default:"drop_off"`
	CourierID         int64  `yaml:"domestic_logistics_company_id" doc:"AliExpress id of the domestic courier of the first leg; by name when empty"`
	CourierName       string `yaml:"domestic_logistics_company" doc:"name of the domestic courier of the first leg"`
	NonDeliveryOption string `yaml:"non_delivery_option" doc:"return or abandon unless a request says; AliExpress's own default when empty"`
	TopUserKey        string `yaml:"top_user_key" doc:"seller's key at an AliExpress app of several sellers, up to 16 characters"`
	Client            string `yaml:"client" doc:"who hands bags over at AliExpress, ISV-<name> or SELLER-<name>" default:"ISV-crossdock"`
	SourcePort        string `yaml:"source_port" doc:"IATA code of the port at which LINK parcels are handed over, where the contract has one"`
	CainiaoCustoms    bool   `yaml:"cainiao_customs" doc:"LINK parcels are cleared for export by Cainiao"`
	Locale            string `yaml:"locale" doc:"language of names and messages: en_US, zh_CN or ru_RU" default:"en_US"`
}

// Validate reports what a tag cannot say.
func (c Config) Validate() error {
	errs := []error{c.validateDoors()}
	for what, codes := range map[string]map[string]string{"services": c.Services, "battery_services": c.BatteryServices} {
		for name, id := range codes {
			if _, ok := Spec().Service(name); !ok {
				errs = append(errs, fmt.Errorf("%s: %q is none of %s", what, name, strings.Join(serviceNames(), ", ")))
			} else if strings.TrimSpace(id) == "" {
				errs = append(errs, fmt.Errorf("%s: %s has no solution code", what, name))
			}
		}
	}
	for _, f := range []struct {
		name, value string
		among       []string
	}{
		{"handover", c.Handover, []string{"", "drop_off", "courier", "pickup"}},
		{"non_delivery_option", c.NonDeliveryOption, []string{"", "return", "abandon"}},
		{"locale", c.Locale, []string{"", "en_US", "zh_CN", "ru_RU"}},
	} {
		if !slices.Contains(f.among, f.value) {
			errs = append(errs, fmt.Errorf("%s must be one of %s", f.name, strings.Join(f.among[1:], ", ")))
		}
	}
	if len(c.TopUserKey) > maxUserKey {
		errs = append(errs, fmt.Errorf("top_user_key has more than %d characters", maxUserKey))
	}
	if c.Client != "" && !clientShape.MatchString(c.Client) {
		errs = append(errs, errors.New("client must be ISV-<name> or SELLER-<name>"))
	}
	if c.SourcePort != "" && !portShape.MatchString(c.SourcePort) {
		errs = append(errs, errors.New("source_port must be an IATA code of three letters"))
	}
	return errors.Join(errs...)
}

// validateDoors wants one door at least, and each that is begun complete.
func (c Config) validateDoors() error {
	var missing []string
	need := func(name string, has bool) {
		if !has {
			missing = append(missing, name)
		}
	}
	token := !c.AccessToken.IsZero() || !c.RefreshToken.IsZero()
	someAE := c.AppKey != "" || !c.AppSecret.IsZero() || token
	someLink := c.LogisticProviderID != "" || !c.LinkSecret.IsZero()
	if someAE {
		need("app_key", c.AppKey != "")
		need("app_secret", !c.AppSecret.IsZero())
		need("access_token or refresh_token", token)
	}
	if someLink {
		need("logistic_provider_id", c.LogisticProviderID != "")
		need("link_secret", !c.LinkSecret.IsZero())
	}
	switch {
	case len(missing) > 0:
		return fmt.Errorf("%s is required beside the credentials that are there", strings.Join(missing, ", "))
	case !someAE && !someLink:
		return errors.New("credentials are required: app_key, app_secret and refresh_token for AliExpress, or logistic_provider_id and link_secret for LINK")
	}
	return nil
}

// Adapter is one Cainiao account, ready for use by many goroutines. A door that the account
// has no credentials for is nil.
type Adapter struct {
	config Config
	iop    *iop
	link   *link
}

var (
	_ adapters.Rater          = (*Adapter)(nil)
	_ adapters.Labeler        = (*Adapter)(nil)
	_ adapters.Documenter     = (*Adapter)(nil)
	_ adapters.Finder         = (*Adapter)(nil)
	_ adapters.Voider         = (*Adapter)(nil)
	_ adapters.Tracker        = (*Adapter)(nil)
	_ adapters.Manifester     = (*Adapter)(nil)
	_ adapters.CallbackParser = (*Adapter)(nil)
	_ adapters.MandateSource  = (*Adapter)(nil)
)

// New makes the adapter of an account.
func New(c Config, deps adapters.Deps) (adapters.Adapter, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	for _, d := range []struct {
		to    *string
		value string
	}{
		{&c.SyncURL, "https://api-sg.aliexpress.com/sync"}, {&c.RestURL, "https://api-sg.aliexpress.com/rest"},
		{&c.LinkURL, "https://link.cainiao.com/gateway/link.do"}, {&c.PartnerCode, c.LogisticProviderID},
		{&c.Handover, dropOff}, {&c.Client, "ISV-crossdock"}, {&c.Locale, "en_US"},
	} {
		*d.to = either(*d.to, d.value)
	}
	a := &Adapter{}
	if c.AppKey != "" {
		a.iop = newIOP(c, deps)
	}
	if c.LogisticProviderID != "" {
		a.link = newLink(c, deps)
	}
	// The doors have the secrets; what stays here must not.
	c.AppSecret, c.AccessToken, c.RefreshToken, c.LinkSecret = normalize.Secret{}, normalize.Secret{}, normalize.Secret{}, normalize.Secret{}
	a.config = c
	return a, nil
}

// Spec tells who Cainiao is and how far we go with it.
func (a *Adapter) Spec() adapters.Spec { return Spec() }

// door tells which of the account's doors sells a service, or why none does.
func (a *Adapter) door(service string) (aliexpress bool, err error) {
	switch {
	case slices.Contains(aliexpressServices, service):
		if a.iop == nil {
			return true, normalize.NotServiceable("", "the account has no credentials of AliExpress (app_key, app_secret and a token)")
		}
		return true, nil
	case slices.Contains(linkServices, service):
		if a.link == nil {
			return false, normalize.NotServiceable("", "the account has no credentials of LINK (logistic_provider_id and link_secret)")
		}
		return false, nil
	}
	return false, normalize.NotServiceable("", "cainiao has no service %q", service)
}

// solution returns the code that Cainiao knows a service by: the one that was quoted, else the
// account's for these goods, else the documentation's.
func (a *Adapter) solution(service string, s normalize.Shipment, quoted map[string]string) string {
	if code := quoted[dataSolution]; code != "" {
		return code
	}
	if battery(s) {
		if code := either(a.config.BatteryServices[service], batterySolutions[service]); code != "" {
			return code
		}
	}
	return either(a.config.Services[service], solutions[service])
}

// either is v, or what stands in for it where nothing was said.
func either(v, other string) string {
	if v == "" {
		return other
	}
	return v
}
