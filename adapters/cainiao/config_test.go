package cainiao

import (
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

func TestConfigNamesAllFaults(t *testing.T) {
	t.Parallel()
	secret := normalize.NewSecret("x")
	for name, c := range map[string]struct {
		config Config
		want   []string
	}{
		"nothing":             {Config{}, []string{"app_key", "refresh_token", "logistic_provider_id", "link_secret"}},
		"half of AliExpress":  {Config{AppKey: "1"}, []string{"app_secret", "access_token or refresh_token"}},
		"a token alone":       {Config{RefreshToken: secret}, []string{"app_key", "app_secret"}},
		"half of LINK":        {Config{LogisticProviderID: "1"}, []string{"link_secret"}},
		"the other half":      {Config{LinkSecret: secret}, []string{"logistic_provider_id"}},
		"all kinds of things": {oddConfig(), []string{"express", "standard has no", "handover", "non_delivery_option", "locale", "top_user_key", "client", "source_port"}},
	} {
		_, err := New(c.config, adapters.Deps{})
		for _, word := range c.want {
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v does not name %s", name, err, word)
			}
		}
	}
}

func oddConfig() Config {
	return Config{LogisticProviderID: "1", LinkSecret: normalize.NewSecret("x"), Services: map[string]string{"express": "1", standard: " "},
		Handover: "drone", NonDeliveryOption: "ask", Locale: "de_DE", TopUserKey: "12345678901234567", Client: "me", SourcePort: "SZ01"}
}

// A door without credentials does not serve, says which are missing, and leaves the other alone.
func TestOneDoorAlone(t *testing.T) {
	t.Parallel()
	secret := normalize.NewSecret("x")
	for name, c := range map[string]struct {
		config  Config
		service string
		want    string
	}{
		"LINK alone":       {Config{LogisticProviderID: "1", LinkSecret: secret}, standard, "app_key"},
		"AliExpress alone": {Config{AppKey: "1", AppSecret: secret, RefreshToken: secret}, globalStandard, "logistic_provider_id"},
	} {
		a, err := New(c.config, adapters.Deps{HTTP: offline(t)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = adapters.OpsOf(a).Labeler.Label(t.Context(), normalize.LabelRequest{Shipment: marketplaceOrder(), Service: c.service})
		if e := normalize.AsError(err); err == nil || e.Kind != normalize.KindNotServiceable || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s: got %v, want not_serviceable that names %s", name, err, c.want)
		}
	}
}

// With credentials of LINK only, the AliExpress services have no price either, and pushes of an
// account without LINK are nobody's.
func TestOtherOperationsOfAMissingDoor(t *testing.T) {
	t.Parallel()
	secret := normalize.NewSecret("x")
	link, err1 := New(Config{LogisticProviderID: "1", LinkSecret: secret}, adapters.Deps{HTTP: offline(t)})
	iop, err2 := New(Config{AppKey: "1", AppSecret: secret, AccessToken: secret}, adapters.Deps{HTTP: offline(t)})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if _, err := adapters.OpsOf(link).Rater.Rate(t.Context(), normalize.RateRequest{Shipment: marketplaceOrder()}); normalize.KindOf(err) != normalize.KindNotServiceable {
		t.Errorf("rate: got %v", err)
	}
	if _, err := adapters.OpsOf(iop).CallbackParser.VerifyCallback(adapters.CallbackRequest{Body: []byte("msg_type=x")}); normalize.KindOf(err) != normalize.KindAuthFailed {
		t.Errorf("callback: got %v", err)
	}
}
