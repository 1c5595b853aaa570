package dhlexpress

import (
	"net/http"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
)

const settings = `
base_url: http://dhl.test/mydhlapi
username: apiTestUser
password: P@ss!word9
account_number: "123456789"
`

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, more, wantErr string }{
		{"the least", "", ""},
		{"a code of the account", "services: {worldwide: S, economy.union: W}", ""},
		{"a service that we do not have", "services: {medical: Q}", `services: "medical" is none of`},
		{"a lane that there is not", "services: {economy.moon: W}", `services: "economy.moon" is none of`},
		{"no product code", "services: {economy: economy select}", "services: economy is not a product code"},
		{"an hour that there is not", "ready: \"25:00\"", "ready must be HH:MM"},
		{"closed before ready", "ready: \"19:00\"\nclose: \"18:00\"", "close must be later than ready"},
		{"no zone", "timezone: Europe/Atlantis", "timezone is not a zone"},
		{"no way of handing over", "handover: catapult", "handover must be pickup or drop_off"},
		{"no format", "label_format: png", "label_format must be pdf, zpl or epl"},
		{"no size", "label_templates: {a5: X}", `label_templates: no size "a5"`},
		{"a template of the account", "label_templates: {default: ECOM26_84CI_001, 4x6: ECOM26_64_002}", ""},
		{"no battery service", "dangerous_goods: {HX: \"1\"}", `dangerous_goods: "HX" is none of`},
		{"an unknown key", "pasword: x", "unknown field"},
		{"a number that is too long", "payer_account: \"1234567890123\"", "payer_account is longer than 12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Spec().New([]byte(settings+c.more), adapters.Deps{HTTP: &http.Client{}})
			switch {
			case c.wantErr == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.wantErr != "" && (err == nil || !strings.Contains(err.Error(), c.wantErr)):
				t.Errorf("got %v, want %q", err, c.wantErr)
			}
		})
	}
}

// All missing settings are named at once, none by its value.
func TestMissingSettings(t *testing.T) {
	t.Parallel()
	_, err := Spec().New(nil, adapters.Deps{})
	for _, name := range []string{"username", "password", "account_number"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s named", err, name)
		}
	}
}
