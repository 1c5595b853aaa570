package egress

import (
	"errors"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/egress/egresstest"
)

func TestOddURLsAreRefused(t *testing.T) {
	t.Parallel()
	g := New(Options{})
	for name, raw := range egresstest.BadURLs {
		u, err := g.Parse(raw)
		refused, ok := errors.AsType[*Refused](err)
		if !ok {
			t.Errorf("%s: got %v, %v, want a refusal", name, u, err)
			continue
		}
		if len(raw) > 16 && strings.Contains(refused.Reason, raw[8:]) {
			t.Errorf("%s: the reason repeats the URL", name)
		}
	}
	for _, text := range egresstest.Special {
		host := text
		if strings.Contains(text, ":") {
			host = "[" + strings.ReplaceAll(text, "%", "%25") + "]"
		}
		if u, err := g.Parse("https://" + host + "/hook"); err == nil {
			t.Errorf("%s: got %s, want a refusal", text, u)
		}
	}
}

func TestURLsTakeOneForm(t *testing.T) {
	t.Parallel()
	g := New(Options{})
	for raw, want := range map[string]string{
		"https://example.com/hook?a=b":      "https://example.com/hook?a=b",
		"HTTPS://Example.COM:443/Hook":      "https://example.com/Hook",
		"https://example.com:8443":          "https://example.com:8443",
		"https://bücher.example/":           "https://xn--bcher-kva.example/",
		"https://1.1.1.1/":                  "https://1.1.1.1/",
		"https://[2606:4700:0::1111]:443/x": "https://[2606:4700::1111]/x",
		"https://a@b.example/":              "",
		"https://example.com/a@b":           "https://example.com/a@b",
	} {
		u, err := g.Parse(raw)
		if want == "" {
			if err == nil {
				t.Errorf("%s: got %s, want a refusal", raw, u)
			}
			continue
		}
		if err != nil || u.String() != want {
			t.Errorf("%s: got %v, %v, want %s", raw, u, err, want)
		}
	}
}

// With loopback allowed, this machine is reached on any port and by http; others are not.
func TestURLsOfATrial(t *testing.T) {
	t.Parallel()
	g := New(Options{AllowLoopback: true})
	for _, raw := range []string{"http://127.0.0.1:5000/hook", "https://[::1]:1/", "http://localhost:80/", "https://localhost"} {
		if _, err := g.Check(t.Context(), raw); err != nil {
			t.Errorf("%s: got %v", raw, err)
		}
	}
	for _, raw := range []string{"http://10.0.0.1/", "http://1.1.1.1/", "https://1.1.1.1:5000/", "http://169.254.169.254/", "http://0.0.0.0:5000/",
		"http://2130706433/", "http://[::ffff:127.0.0.1]/", "http://user@127.0.0.1/", "http://127.0.0.1:0/"} {
		if u, err := g.Parse(raw); err == nil {
			t.Errorf("%s: got %s, want a refusal", raw, u)
		}
	}
}
