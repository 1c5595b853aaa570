package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/crossdock-hub/crossdock/normalize"
)

func parseText(t *testing.T, text string, environ ...string) (File, error) {
	t.Helper()
	return Parse("crossdock.yaml", []byte(text), t.TempDir(), environ)
}

func mustParse(t *testing.T, text string, environ ...string) File {
	t.Helper()
	f, err := parseText(t, text, environ...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Without a file there are only defaults: SQLite in ./data, one tenant, no account.
func TestDefaults(t *testing.T) {
	t.Parallel()
	f, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Listen != "127.0.0.1:8080" || f.Data != "data" || !f.Store.IsZero() || len(f.Accounts) != 0 {
		t.Errorf("got %+v", f)
	}
	if len(f.Tenants) != 1 || f.Tenants[0].ID != DefaultTenant {
		t.Errorf("tenants: got %+v", f.Tenants)
	}
	g := f.Guards
	if g.CallLimits != (CallLimits{10 * time.Second, 15 * time.Second, 10 * time.Second, 10 * time.Second, 5 * time.Second, 15 * time.Second}) ||
		g.RateFailureAfter != 500*time.Millisecond || g.Breaker != (Breaker{5, 50, 20, time.Minute, 10 * time.Second, 5 * time.Minute, 20, time.Second}) {
		t.Errorf("guards: got %+v", g)
	}
	if f.Purchases.DriftPercent != 2 || f.Webhooks.Timeout != 15*time.Second {
		t.Errorf("got %+v, %+v", f.Purchases, f.Webhooks)
	}
}

// The documented example decodes, and shows each default as it is.
func TestExample(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := strings.Repeat("k", 40)
	if err := os.WriteFile(filepath.Join(dir, "master.key"), []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Parse("crossdock.example.yaml", Example(), dir, []string{"YANWEN_TOKEN=tok: en"})
	if err != nil {
		t.Fatal(err)
	}
	if f.MasterKey.Reveal() != key {
		t.Error("the master key is not what its file holds, without the newline")
	}
	empty, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Guards != empty.Guards || f.Purchases != empty.Purchases || f.Listen != empty.Listen || f.FX != empty.FX || f.Webhooks.Timeout != empty.Webhooks.Timeout {
		t.Error("the example shows other values than the defaults")
	}
	a := f.Accounts[0]
	if a.Fallback != "rate_card" || a.QuietPeriod != 10*time.Second || len(a.Services) != 2 || a.Limits.Concurrent != 8 || !a.Default {
		t.Errorf("account: got %+v", a)
	}
	if m := f.Tenants[0].Limits.SpendPerDay; m.String() != "2000.00 USD" {
		t.Errorf("ceiling: got %s", m)
	}
}

// Each fault is named with file, line, column and path, all at once, and without a value.
func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := parseText(t, `listen: nowhere
lisen: hunter2
guards:
  call_limits: {rate: soon, label: 1ms}
  breaker: {failures_in_row: hunter2, window: 5s}
data: here
store: mysql://root:hunter2@db
redis: redis://:hunter2@cache
master_key: hunter2
accounts:
  - name: A
    adapter: yanwen
    fallback: always
    limits: {burst: 3}
    unknown_key: hunter2
    credentials: {token: hunter2}
    settings: {token: hunter2}
  - name: A
    tenant: nobody
tenants:
  - id: One
  - id: two
    limits: {spend_per_day: hunter2}
purchases: {accept_async_standbys: "yes"}
webhooks: {allow_networks: [everything], schedule: [0s, soon]}
`)
	if err == nil {
		t.Fatal("a file full of faults was taken")
	}
	for _, want := range []string{
		"crossdock.yaml:1:1: listen: must be host:port",
		"crossdock.yaml:2:1: lisen: is no setting",
		"crossdock.yaml:4:17: guards.call_limits.rate: must be a time",
		"crossdock.yaml:4:29: guards.call_limits.label: must be at least 100ms",
		"guards.breaker.failures_in_row: must be a whole number",
		"guards.breaker.window: must be at least four times",
		"store: cannot be given together with data",
		"store: must be a URL that begins with postgres://",
		"redis: is not built yet",
		"master_key: must have at least 32 characters",
		"accounts[0].fallback: must be one of off, rate_card",
		"accounts[0].limits: requests_per_second and burst go together",
		"crossdock.yaml:15:5: accounts[0].unknown_key: is no setting",
		"accounts[0].settings.token: is in credentials too",
		"accounts[0].tenant: is required where there are several tenants",
		"crossdock.yaml:18:5: accounts[1].adapter: is required",
		"accounts[1].tenant: names no tenant",
		"tenants[0].id: must be lower-case",
		"tenants[1].limits.spend_per_day: must be an amount",
		"purchases.accept_async_standbys: must be left out, or say in these words",
		"webhooks.allow_networks: must be networks",
		"webhooks.schedule[1]: must be a time as",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a value was echoed:\n%v", err)
	}
	if f, ok := errors.AsType[*Fault](err); !ok || f.Line == 0 {
		t.Errorf("faults are not of type *Fault: %T", err)
	}
}

// What is not YAML is named by its place, and not quoted: the line may hold a secret.
func TestBrokenYAML(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"open quote":        "listen: a:1\nmaster_key: \"hunter2\n",
		"no blank":          "accounts:\n  - credentials:\n      api_key:hunter2\n      b: c\n",
		"no blank, flow":    "accounts: [{credentials: {api_key:hunter2}}]\n",
		"key twice":         "listen: hunter2\nlisten: hunter2\n",
		"tab":               "fx:\n\tfile: hunter2\n",
		"anchor":            "listen: &hunter2 a:1\ndata: *hunter2\n",
		"merge":             "fx:\n  <<: {file: hunter2}\n",
		"two documents":     "listen: a:1\n---\ndata: hunter2\n",
		"a list":            "- hunter2\n",
		"a word":            "hunter2\n",
		"list for a word":   "listen: [hunter2]\n",
		"word for a list":   "accounts: hunter2\n",
		"word for mapping":  "fx: hunter2\n",
		"word for settings": "accounts: [{name: a, adapter: b, settings: hunter2}]\n",
		"null account":      "accounts: [~]\n",
		"too deep":          "accounts: [{name: a, adapter: b, settings: {x: " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}}]\n",
	} {
		_, err := parseText(t, text)
		if err == nil {
			t.Errorf("%s: was taken", name)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: a value was echoed: %v", name, err)
		}
	}
}

// Every value can be said by the environment, which beats the file, lists by their index.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "listen: a:1\naccounts:\n  - {name: one, adapter: yanwen, credentials: {user_id: 7}}\n",
		"CROSSDOCK_LISTEN=b:2", "CROSSDOCK_METRICS_LISTEN=c:3", "CROSSDOCK_FX_MAX_AGE=7d", "CROSSDOCK_GUARDS_CALL_LIMITS_RATE=3s",
		"CROSSDOCK_ACCOUNTS_0_CREDENTIALS_API_TOKEN=${env:T}", "T=secret", "CROSSDOCK_ACCOUNTS_0_SERVICES=tracked, ordinary",
		"CROSSDOCK_ACCOUNTS_1_NAME=two", "CROSSDOCK_ACCOUNTS_1_ADAPTER=dhl_express", "CROSSDOCK_ACCOUNTS_1_ENABLED=false",
		"CROSSDOCK_LISTN=typo", "CROSSDOCK_PORT_8080_TCP=tcp://10.0.0.1:8080", "CROSSDOCK_URL=http://x", "CROSSDOCK_KEY=k", "CROSSDOCK_TEST_POSTGRES=x")
	if f.Listen != "b:2" || f.MetricsListen != "c:3" || f.FX.MaxAge != 7*24*time.Hour || f.Guards.CallLimits.Rate != 3*time.Second {
		t.Errorf("got %+v", f)
	}
	if len(f.Accounts) != 2 || f.Accounts[1].Name != "two" || f.Accounts[1].Enabled || len(f.Accounts[0].Services) != 2 {
		t.Fatalf("accounts: got %+v", f.Accounts)
	}
	var got struct {
		UserID int              `yaml:"user_id"`
		Token  normalize.Secret `yaml:"api_token"`
	}
	if err := yaml.UnmarshalWithOptions(f.Accounts[0].Settings(), &got, yaml.Strict()); err != nil || got.UserID != 7 || got.Token.Reveal() != "secret" {
		t.Errorf("settings: got %d, %v", got.UserID, err)
	}
	if want := []string{"CROSSDOCK_LISTN", "CROSSDOCK_PORT_8080_TCP"}; fmt.Sprint(f.Unused) != fmt.Sprint(want) {
		t.Errorf("unused: got %v, want %v", f.Unused, want)
	}
}

// A fault in a variable is named by the variable.
func TestFaultInEnvironment(t *testing.T) {
	t.Parallel()
	_, err := parseText(t, "", "CROSSDOCK_FX_MAX_AGE=hunter2", "CROSSDOCK_ACCOUNTS_2_NAME=x")
	for _, want := range []string{"CROSSDOCK_FX_MAX_AGE: fx.max_age: must be a time", "accounts[0]: is empty", "accounts[2].adapter: is required"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in: %v", want, err)
		}
	}
}

// References are resolved before anybody sees them; what cannot be is a fault.
func TestReferences(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := map[string]string{"key.pem": "-----BEGIN-----\nabc\n-----END-----\n", "crlf": "x\r\n", "empty": "\n", "huge": strings.Repeat("x", maxSecretFile+1)}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	settings := func(value string) (string, error) {
		f, err := Parse("c.yaml", []byte("accounts: [{name: a, adapter: b, settings: {v: "+value+"}}]"), dir,
			[]string{"A=one", "N=0123", "NESTED=${env:A}", "CROSSDOCK_X=1"})
		if err != nil {
			return "", err
		}
		var got struct {
			V normalize.Secret `yaml:"v"`
		}
		err = yaml.UnmarshalWithOptions(f.Accounts[0].Settings(), &got, yaml.Strict())
		return got.V.Reveal(), err
	}
	for in, want := range map[string]string{
		"'${env:A}'": "one", "'a-${env:A}-${env:N}'": "a-one-0123", "'${env:N}'": "0123", "'${env:NESTED}'": "${env:A}", "'$${env:A}'": "${env:A}",
		"'${file:key.pem}'": "-----BEGIN-----\nabc\n-----END-----", "'${file:crlf}'": "x", "'${file:" + filepath.Join(dir, "crlf") + "}'": "x",
	} {
		if got, err := settings(in); err != nil || got != want {
			t.Errorf("%s: got %q (%v), want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"'${env:MISSING}'": "MISSING is not set", "'${file:missing}'": "cannot be read", "'${file:empty}'": "is empty",
		"'${file:huge}'": "larger than", "'${vault:x}'": "a reference is", "'${}'": "a reference is",
	} {
		if _, err := settings(in); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "accounts[0].settings.v") {
			t.Errorf("%s: got %v, want %q", in, err, want)
		}
	}
}

// Settings reach the adapter as they were written: 0123 is not 83, true stays a bool.
func TestSettingsKeepTheirText(t *testing.T) {
	t.Parallel()
	f := mustParse(t, `accounts:
  - name: a
    adapter: b
    credentials: {pin: 0123, key: 'it''s "x": # \n', big: 12345678901234567890, word: yes, exp: 1e5}
    settings: {flag: true, count: 5, minus: -5, list: [01, two], nested: {a: "1", b: é}}
`)
	var got struct {
		Pin    normalize.Secret  `yaml:"pin"`
		Key    string            `yaml:"key"`
		Big    string            `yaml:"big"`
		Word   string            `yaml:"word"`
		Exp    string            `yaml:"exp"`
		Flag   bool              `yaml:"flag"`
		Count  int               `yaml:"count"`
		Minus  int               `yaml:"minus"`
		List   []string          `yaml:"list"`
		Nested map[string]string `yaml:"nested"`
	}
	if err := yaml.UnmarshalWithOptions(f.Accounts[0].Settings(), &got, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if got.Pin.Reveal() != "0123" || got.Key != `it's "x": # \n` || got.Big != "12345678901234567890" || got.Word != "yes" || got.Exp != "1e5" {
		t.Errorf("texts: got %+v with pin %s", got, got.Pin.Reveal())
	}
	if !got.Flag || got.Count != 5 || got.Minus != -5 || got.List[0] != "01" || got.Nested["b"] != "é" {
		t.Errorf("values: got %+v", got)
	}
	if (Account{}).Settings() != nil {
		t.Error("an account without settings has some")
	}
}

// The only account of an adapter is its default; of two, the marked one, never both.
func TestDefaultAccount(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "accounts: [{name: a, adapter: ups}, {name: b, adapter: yanwen}, {name: c, adapter: yanwen, default: true}]")
	for i, want := range []bool{true, false, true} {
		if got := f.Accounts[i]; got.Default != want || got.Tenant != DefaultTenant {
			t.Errorf("%s: got default %v of tenant %q, want %v", got.Name, got.Default, got.Tenant, want)
		}
	}
	if _, err := parseText(t, "accounts: [{name: a, adapter: ups, default: true}, {name: b, adapter: ups, default: true}]"); err == nil {
		t.Error("two defaults of one adapter were taken")
	}
}

// Nothing that prints or logs a configuration shows a secret.
func TestNothingSecretIsPrinted(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "master_key: "+strings.Repeat("hunter2", 6)+"\naccounts: [{name: a, adapter: b, credentials: {k: hunter2}, settings: {s: hunter2}}]")
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "file", f, "account", f.Accounts[0], "c", f.Accounts[0].Credentials)
	out := fmt.Sprintf("%v %+v %#v %s", f, f, f.Accounts[0].Credentials, f.Accounts[0].Options) + log.String()
	if strings.Contains(out, "hunter2") {
		t.Error("a secret was printed")
	}
}

// The table of settings has every field of the file, each with a meaning.
func TestFields(t *testing.T) {
	t.Parallel()
	seen := map[string]Field{}
	for _, f := range Fields() {
		if f.Doc == "" || f.Type == "" {
			t.Errorf("%s has no doc or type", f.Name)
		}
		seen[f.Name] = f
	}
	for name, want := range map[string]Field{
		"listen":                  {Type: "string", Default: "127.0.0.1:8080", Env: "CROSSDOCK_LISTEN"},
		"accounts[].limits.burst": {Type: "integer", Env: "CROSSDOCK_ACCOUNTS_<i>_LIMITS_BURST"},
		"accounts[].credentials":  {Type: "mapping", Secret: true, Env: "CROSSDOCK_ACCOUNTS_<i>_CREDENTIALS_<KEY>"},
		"accounts[].adapter":      {Type: "string", Required: true, Env: "CROSSDOCK_ACCOUNTS_<i>_ADAPTER"},
		"guards.breaker.open_for": {Type: "duration", Default: "10s", Env: "CROSSDOCK_GUARDS_BREAKER_OPEN_FOR"},
		"tenants[].late_labels":   {Type: "string", Default: "keep", Enum: "keep,void", Env: "CROSSDOCK_TENANTS_<i>_LATE_LABELS"},
		"tenants":                 {Type: "list"},
	} {
		got := seen[name]
		got.Name, got.Doc = "", ""
		if got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

// The built-in data is there, every file of it.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	for name, fsys := range map[string]fs.FS{"fx.csv": FX(), "sandbox.csv": FX(), "speedpak.standard.csv": RateCards(),
		"cainiao.global_express.surcharges.csv": RateCards(), "china.csv": Calendars(), "zones.csv": Calendars(), "order-de.json": Examples()} {
		if _, err := fs.Stat(fsys, name); err != nil {
			t.Error(err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Example())
	f.Add([]byte("accounts: [{name: a, adapter: b, settings: {x: [1, {y: z}]}}]"))
	f.Add([]byte("a: &x [*x]"))
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := Parse("f.yaml", src, "/nowhere", nil)
		if err != nil {
			return
		}
		for _, a := range file.Accounts {
			var any map[string]any
			if s := a.Settings(); s != nil && yaml.Unmarshal(s, &any) != nil {
				t.Errorf("settings that cannot be read: %q", s)
			}
		}
	})
}
