package egress

import (
	"errors"
	"strings"
	"testing"
)

// badURLs are forms that one reader takes for another host than the next. Every special
// address in its usual form comes besides.
var badURLs = map[string]string{
	"decimal":             "https://2130706433/",
	"decimal public":      "https://16843009/",
	"hex":                 "https://0x7f000001/",
	"hex in parts":        "https://0x7f.0.0.0x1/",
	"octal":               "https://0177.0.0.01/",
	"octal whole":         "https://017700000001/",
	"leading zeros":       "https://127.000.000.001/",
	"short":               "https://127.1/",
	"short public":        "https://1.1/",
	"five parts":          "https://1.1.1.1.1/",
	"localhost":           "https://localhost/",
	"localhost dot":       "https://localhost./",
	"below localhost":     "https://a.localhost/",
	"upper localhost":     "HTTPS://LOCALHOST/",
	"user":                "https://user@example.com/",
	"user and password":   "https://user:pass@127.0.0.1/",
	"host as user":        "https://example.com@127.0.0.1/",
	"empty user":          "https://@example.com/",
	"fragment at":         "https://example.com#@127.0.0.1/",
	"fragment":            "https://example.com/#x",
	"empty fragment":      "https://example.com/#",
	"backslash at":        `https://example.com\@127.0.0.1/`,
	"backslashes":         `https:\\127.0.0.1\`,
	"escaped slash at":    "https://example.com%2f@127.0.0.1/",
	"escaped host":        "https://%31%32%37.0.0.1/",
	"mapped":              "https://[::ffff:127.0.0.1]/",
	"mapped public":       "https://[::ffff:1.1.1.1]/",
	"zone":                "https://[fe80::1%25lo]/",
	"zone of public":      "https://[2606:4700::1111%25lo]/",
	"IPv4 in brackets":    "https://[127.0.0.1]/",
	"public in brackets":  "https://[1.1.1.1]/",
	"full-width digits":   "https://１２７.０.０.１/",
	"circled digits":      "https://①②⑦.⓪.⓪.①/",
	"full-width public":   "https://１.１.１.１/",
	"full-width name":     "https://ｅxample.com/",
	"ideographic stops":   "https://127。0。0。1/",
	"half-width stop":     "https://example｡com/",
	"empty host":          "https:///path",
	"only a port":         "https://:443/",
	"port 0":              "https://example.com:0/",
	"port 22":             "https://example.com:22/",
	"port 80":             "https://example.com:80/",
	"port 6379":           "https://example.com:6379/",
	"port of zeros":       "https://example.com:00443/",
	"port too large":      "https://example.com:65979/",
	"port missing":        "https://example.com:/",
	"trailing dot":        "https://example.com./",
	"trailing dot number": "https://127.0.0.1./",
	"http":                "http://example.com/",
	"upper http":          "HTTP://example.com/",
	"ftp":                 "ftp://example.com/",
	"file":                "file:///etc/passwd",
	"gopher":              "gopher://127.0.0.1:6379/_x",
	"opaque":              "https:example.com",
	"no scheme":           "//example.com/",
	"nothing":             "",
	"tab":                 "https://exa\tmple.com/",
	"newline":             "https://example.com\n.evil.test/",
	"newline in path":     "https://example.com/\r\nX: y",
	"NUL":                 "https://example.com\x00/",
	"space":               "https://exam ple.com/",
	"soft hyphen":         "https://127.0.0\u00ad.1/",
	"zero-width":          "https://local\u200bhost/",
	"underscore":          "https://a_b.example.com/",
	"no domain":           "https://intranet/",
	"64 KiB host":         "https://" + strings.Repeat("a.", 32<<10) + "example.com/",
	"long label":          "https://" + strings.Repeat("a", 64) + ".example.com/",
	"long URL":            "https://example.com/" + strings.Repeat("a", 2048),
	"broken UTF-8":        "https://example\xff.com/",
}

func TestOddURLsAreRefused(t *testing.T) {
	t.Parallel()
	g := New(Options{})
	for name, raw := range badURLs {
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
	for _, text := range special {
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
