package adaptertest

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/goccy/go-yaml"

	"github.com/crossdock-hub/crossdock/adapters"
)

// checkConfig holds the account's settings to be read strictly. A typo that is passed over
// ships parcels from the wrong warehouse; an error that prints its source prints the token.
func checkConfig(t *testing.T, h Harness) {
	synctest.Test(t, func(t *testing.T) {
		s := newSession(t, h)
		if n := len(s.tap.all()); n > 0 {
			t.Errorf("making the adapter sent %d requests; it must send none", n)
		}
		build := func(settings string) error {
			_, err := h.Spec.New([]byte(settings), adapters.Deps{HTTP: s.tapClient(), Logger: s.logger()})
			return err
		}
		configUnknown(t, h, build)
		configMissing(t, h, build)
		configBroken(t, h, build)
	})
}

// configUnknown: a key that nobody reads is refused.
func configUnknown(t *testing.T, h Harness, build func(string) error) {
	err := build(h.Config + "\nno_such_setting: 1\n")
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("an unknown setting: got %v, want an error that names it", err)
	}
	noSecret(t, h, "an unknown setting", err)
}

// configMissing: an operator fixes a configuration in one go, not one line per start.
func configMissing(t *testing.T, h Harness, build func(string) error) {
	err := build("")
	for _, f := range h.Spec.Fields {
		if f.Required && (err == nil || !strings.Contains(err.Error(), f.Name)) {
			t.Errorf("an empty configuration: %v does not name the required %s", err, f.Name)
		}
	}
}

// configBroken: a file that cannot be read is refused without being quoted.
func configBroken(t *testing.T, h Harness, build func(string) error) {
	for _, tail := range []string{"\n  - : [", "\nbase_url: {", "\n\tx: 1"} {
		err := build(h.Config + tail)
		if err == nil {
			t.Errorf("broken settings are taken: %q at the end", tail)
		}
		noSecret(t, h, "broken settings", err)
	}
}

// secrets are the credentials in the harness's configuration.
func (h Harness) secrets(t testing.TB) []string {
	t.Helper()
	var values map[string]any
	if err := yaml.Unmarshal([]byte(h.Config), &values); err != nil {
		t.Fatalf("the harness's configuration is no YAML: %v", err)
	}
	var out []string
	for _, f := range h.Spec.Fields {
		if v, ok := values[f.Name]; ok && f.Secret {
			out = append(out, fmt.Sprint(v))
		}
	}
	return out
}

func noSecret(t *testing.T, h Harness, when string, err error) {
	t.Helper()
	text := fmt.Sprintf("%v %+v", err, err)
	for _, secret := range h.secrets(t) {
		if strings.Contains(text, secret) {
			t.Errorf("%s: the error holds a secret", when)
		}
	}
}
