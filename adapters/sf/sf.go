// Package sf speaks the routes query and the route push of SF Express's open platform (顺丰
// 丰桥): parcels of China mainland, Hong Kong, Macau and Taiwan. Orders are not made here yet, and
// the other international lanes are another family of SF's interfaces.
//
// What surprised us:
//
//   - One endpoint for everything: the operation is a form field, and the business JSON a string
//     in another one.
//   - The answer comes in three layers, of which the second is JSON in a string, now and then
//     quoted twice. A1000 says only that the gateway took the call.
//   - The digest is over the form-encoded text as Java encodes it, which is not as Go does.
//   - A waybill that was not ordered under the account needs the last four digits of a party's
//     phone; without them the answer is an empty list, and no error.
//   - The push is neither signed nor does it hold a credential: what it says is a hint, and the
//     query is asked what is true. It is acknowledged in its own form, for all of it at once.
//   - Times are China's, without an offset.
//
// Source: SF open platform (open.sf-express.com), pages of the routes query and the route push in
// public copies, and public clients, read 2026-11-21.
package sf

import (
	"errors"
	"fmt"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

const defaultBase = "https://bspgw.sf-express.com/std/service"

// Config is one app of the open platform.
type Config struct {
	BaseURL   string           `yaml:"base_url" doc:"endpoint; production of China mainland when empty (Hong Kong: https://sfapi-hk.sf-express.com/std/service, sandbox: https://sfapi-sbox.sf-express.com/std/service)" default:"https://bspgw.sf-express.com/std/service"`
	PartnerID string           `yaml:"partner_id" doc:"customer code (partnerID)" required:"true"`
	Checkword normalize.Secret `yaml:"checkword" doc:"check word of the environment, which signs the calls" required:"true"`
	Digest    string           `yaml:"digest" doc:"how the app signs, as its console says: md5, simple_md5 or sm3" default:"md5"`
	Language  string           `yaml:"language" doc:"language of the scans' words: en, zh or zh-Hant" default:"en"`
}

// Validate reports what a tag cannot say.
func (c Config) Validate() error {
	var errs []error
	if digests[c.Digest] == nil {
		errs = append(errs, fmt.Errorf("digest: %q is none of md5, simple_md5, sm3", c.Digest))
	}
	if languages[c.Language] == "" {
		errs = append(errs, fmt.Errorf("language: %q is none of en, zh, zh-Hant", c.Language))
	}
	if len(c.PartnerID) > 64 {
		errs = append(errs, errors.New("partner_id: has at most 64 characters"))
	}
	return errors.Join(errs...)
}

// Adapter is one app, ready for use by many goroutines.
type Adapter struct {
	language string
	client   *client
}

var (
	_ adapters.Tracker        = (*Adapter)(nil)
	_ adapters.CallbackParser = (*Adapter)(nil)
)

// New makes the adapter of an app.
func New(c Config, deps adapters.Deps) (adapters.Adapter, error) {
	c.BaseURL, c.Digest, c.Language = either(c.BaseURL, defaultBase), either(c.Digest, "md5"), either(c.Language, "en")
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Adapter{language: languages[c.Language], client: newClient(c, deps)}, nil
}

// Spec tells who SF is and how far we go with it.
func (a *Adapter) Spec() adapters.Spec { return Spec() }

// either is v, or what stands in for it where nothing was said.
func either(v, other string) string {
	if v == "" {
		return other
	}
	return v
}
