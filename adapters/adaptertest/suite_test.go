package adaptertest

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

func northwindHarness() Harness {
	return Harness{
		Spec:     northwindSpec(),
		Config:   "base_url: http://sandbox/northwind\napi_key: k3y-of-northwind\n",
		Service:  "tracked",
		Shipment: Shipment(),
		Wire: func(_ testing.TB, push *http.Client) http.RoundTripper {
			return &northwindWire{push: push, scans: map[string][]northwindHit{}}
		},
		Refusals: []Refusal{
			{Name: "sold before", Reply: Reply{Body: `{"ok":false,"error":"sold"}`}, Kind: normalize.KindDuplicate},
			{Name: "frozen", Reply: Reply{Body: `{"ok":false,"error":"account frozen"}`}, Kind: normalize.KindRejected},
		},
		Exact: []Exact{{Name: "tenths", Want: normalize.Money{Minor: 30, Currency: "USD"},
			Reply: Reply{Body: `{"ok":true,"freight":0.1,"tax":0.2}`}}},
	}
}

// A right adapter passes.
func TestNorthwind(t *testing.T) { Run(t, northwindHarness()) }

// A check that cannot fail protects nobody. Each fault is played in a process of its own, and
// the check that exists for it must find it.
func TestTheSuiteFindsFlaws(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]string{
		"untold operation":       "spec",
		"statuses without proof": "spec",
		"lax settings":           "config",
		"charges do not sum":     "happy path",
		"no clean negative":      "happy path",
		"void is a lie":          "happy path",
		"deaf to cancel":         "cancelled",
		"proxy is believed":      "failures",
		"follows redirects":      "failures",
		"dial is unknown":        "failures",
		"retries":                "no retry",
		"evidence must be whole": "lost answers",
		"body in error":          "privacy",
		"url in error":           "privacy",
		"guesses codes":          "unknown codes",
		"drops insurance":        "service-changing fields",
		"sends signature":        "service-changing fields",
		"believes forged pushes": "callbacks",
		"panics on nonsense":     "callbacks",
		"acks failures":          "callbacks",
		"shared answer":          "concurrency",
		"drift in request":       "exact numbers",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run", "^TestNorthwind$/^"+strings.ReplaceAll(check, " ", "_")+"$")
			cmd.Env = append(os.Environ(), "NORTHWIND_FLAW="+name)
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Errorf("%q passes %q", name, check)
			}
			if !strings.Contains(string(out), "=== RUN   TestNorthwind/"+strings.ReplaceAll(check, " ", "_")) {
				t.Errorf("the check did not run:\n%s", out)
			}
		})
	}
}
