package mandates

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// shipped are the rules that the product ships.
func shipped(t testing.TB, own ...string) *Set {
	t.Helper()
	folder := fstest.MapFS{}
	for i, text := range own {
		folder[string(rune('a'+i))+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	set, err := Load(os.DirFS("../../configs/platforms"), folder)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func ruleOf(t testing.TB, set *Set, id string) *Rule {
	t.Helper()
	for _, r := range set.rules() {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("no rule %s", id)
	return nil
}

// The rules that are shipped load, each with its source, and those that the contract names
// are there.
func TestShippedRules(t *testing.T) {
	t.Parallel()
	set := shipped(t)
	for _, id := range strings.Fields("wish-wishpost ebay-speedpak-quota ebay-overseas-over-5usd aliexpress-semi-managed cainiao-5day-choice " +
		"amazon-fba alibaba-semi-managed temu-fully-managed shein-fully-managed tiktok-shop-fully-managed lazada-fully-managed") {
		if r := ruleOf(t, set, id); r.Source == "" || r.Reason == "" {
			t.Errorf("%s has no source or no reason", id)
		}
	}
	for _, code := range strings.Fields("alibaba aliexpress amazon ebay lazada shein temu tiktok_shop wish") {
		if p, ok := set.Platform(code); !ok || len(p.Models) == 0 {
			t.Errorf("%s has no profile with operating models", code)
		}
	}
	if q := ruleOf(t, set, "ebay-speedpak-quota").Quota; q == nil || q.Share != nil {
		t.Errorf("a share is built into the quota: %+v", q)
	}
	if p := ruleOf(t, set, "wish-wishpost").Penalty; p == nil || !p.Amount.IsZero() {
		t.Errorf("the fine has an amount that no source names: %+v", p)
	}
}

// An own file replaces what is shipped for its platform; one that keeps it changes settings,
// fines and shares, and adds rules.
func TestOwnRules(t *testing.T) {
	t.Parallel()
	own := `
platform: wish
rules:
  - {id: wish-ours, channels: ["*"], verdict: advised, reason: r, source: s}
`
	set := shipped(t, own)
	if p, _ := set.Platform("wish"); len(p.Rules) != 1 || p.Rules[0].ID != "wish-ours" {
		t.Errorf("replaced: got %d rules", len(p.Rules))
	}
	set = shipped(t, `
platform: wish
shipped: keep
adjust:
  - {rule: wish-wishpost, penalty: 10.00 USD}
rules:
  - {id: wish-ours, channels: ["yanwen.*"], verdict: discouraged, reason: r, source: s, tenants: [acme]}
`, `
platform: ebay
shipped: keep
adjust:
  - {rule: ebay-speedpak-quota, share: 0.6, window_days: 7}
`)
	if p, _ := set.Platform("wish"); len(p.Rules) != 2 {
		t.Errorf("kept: got %d rules", len(p.Rules))
	}
	r := ruleOf(t, set, "wish-wishpost")
	if got := r.Penalty.Amount.String(); got != "10.00 USD" || r.others.Penalty.Amount.String() != got || r.verdict.Penalty != nil {
		t.Errorf("fine: got %s", got)
	}
	if q := ruleOf(t, set, "ebay-speedpak-quota").Quota; q.Share.RatString() != "3/5" || q.WindowDays != 7 || q.Counts() == "" {
		t.Errorf("quota: got %+v", q)
	}
}

// A wrong file names file, line, field and reason, of every fault at once.
func TestLoadNamesEveryFault(t *testing.T) {
	t.Parallel()
	text := `platform: shop
name: Shop
operating_models:
  - {model: half_managed, source: s}
rules:
  - id: Shop Rule
    channels: ["Yanwen Tracked"]
    verdict: maybe
    reason: r
    source: s
  - id: shop-two
    when: weight > 2.5 && lane.to == "UK"
    channels: ["*"]
    verdict: required
    others: required
    penalty: {amount: 10 USD}
    override: yes
    valid_from: 2026-02-30
    source: s
    colour: red
  - id: shop-two
    when: value_over("5", "USD") || weight_below("2 stone") || operating_model == "semi-managed"
    where: lane.to == "US"
    verdict: allowed
    reason: r
    source: s
    valid_from: 2026-02-01
    valid_to: 2026-01-31
    quota: {share: 1.5, window_days: 0}
  - {id: shop-3, when: "platform", channels: ["*"], verdict: allowed, reason: r, source: s}
  - {id: shop-4, when: "setting.x && len(platform) > 0", verdict: allowed, reason: r, source: s}
  - {id: shop-5, when: "value_over(platform, 'USD') && has_goods('gold')", channels: [], verdict: allowed, reason: r, source: s}
`
	_, err := Load(fstest.MapFS{"shop.yaml": {Data: []byte(text)}}, nil)
	if err == nil {
		t.Fatal("a file full of faults was taken")
	}
	got := err.Error()
	for _, want := range []string{
		"shop.yaml:4:6: operating_models[0].model: must be one of fully_managed, semi_managed, self_operated",
		"shop.yaml:6:5: rules[0].id: must be of lower-case letters",
		"shop.yaml:7:5: rules[0].channels: must be channels as yanwen.tracked",
		"shop.yaml:8:5: rules[0].verdict: must be one of forbidden, penalized, required",
		"shop.yaml:12:5: rules[1].when: at character 10: a number with a point is not exact",
		"is an ISO 3166-1 alpha-2 code (GB, not UK)",
		"shop.yaml:11:5: rules[1].reason: is required",
		"shop.yaml:15:5: rules[1].others: says the same as verdict",
		"shop.yaml:16:15: rules[1].penalty.amount: must be an amount as 12.50 USD: amount must have exactly 2 decimals in USD",
		"rules[1].penalty.text: is required",
		"shop.yaml:17:5: rules[1].override: must be true or false",
		"shop.yaml:18:5: rules[1].valid_from: must be a day as YYYY-MM-DD",
		"shop.yaml:20:5: rules[1].colour: is not a known key",
		"shop.yaml:21:5: rules[2].id: is the id of another rule",
		"value_over amount must have exactly 2 decimals in USD",
		"weight_below takes a weight in g, kg, oz or lb",
		"operating_model is one of fully_managed, semi_managed, self_operated",
		"shop.yaml:23:5: rules[2].where: at character 1: unknown name lane",
		"shop.yaml:28:5: rules[2].valid_to: is before valid_from",
		"rules[2].quota.share: must be a part of the whole above 0 and up to 1",
		"rules[2].quota.window_days: must be a whole number from 1 to 366",
		"rules[2].quota.satisfied_by: is required",
		"rules[3].when: expected bool, but got string",
		"the file has no setting x",
		"rules[4].channels: is required, or where",
		`value_over takes an amount and its currency`,
		"has_goods takes one or more of general",
		"rules[5].channels: is empty",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no fault %q in\n%s", want, got)
		}
	}
}

// What is no YAML, says its platform not or twice, or keeps what is not shipped, is a fault
// with its place too.
func TestLoadFolder(t *testing.T) {
	t.Parallel()
	rules := "rules:\n  - {id: x, channels: [\"*\"], verdict: allowed, reason: r, source: s}\n"
	for name, tt := range map[string]struct{ a, b, want string }{
		"no YAML":          {a: "platform: [", want: "a.yaml:1"},
		"empty":            {a: "", want: "a.yaml:1:1: is empty"},
		"a list":           {a: "- platform: x", want: "must be a mapping"},
		"no platform":      {a: rules, want: "a.yaml:1:1: platform: is required"},
		"bad platform":     {a: "platform: Wish Shop\n" + rules, want: "a.yaml:1:1: platform: must be a platform's code"},
		"two files":        {a: "platform: x\n" + rules, b: "platform: x\n" + rules, want: "b.yaml:1:1: platform: has rules in a.yaml already"},
		"keeps nothing":    {a: "platform: x\nshipped: keep\n" + rules, want: "a.yaml:2:1: shipped: no rules are shipped"},
		"key twice":        {a: "platform: x\nplatform: y\n" + rules, want: "a.yaml:2"},
		"unknown setting":  {a: "platform: aliexpress\nshipped: keep\nsettings: {two_kilos: true}\n", want: "a.yaml:3:12: settings.two_kilos: is no setting of the shipped rules"},
		"adjusts nothing":  {a: "platform: wish\nshipped: keep\nadjust: [{rule: wish-x, penalty: 1.00 USD}]\n", want: "adjust[0].rule: is no rule of this platform"},
		"quota of none":    {a: "platform: wish\nshipped: keep\nadjust: [{rule: wish-wishpost, share: 0.5}]\n", want: "adjust[0].rule: has no quota"},
		"adjusts its own":  {a: "platform: wish\nadjust: [{rule: x, penalty: 1.00 USD}]\n" + rules, want: "need shipped: keep"},
		"penalty of none":  {a: "platform: wish\n" + strings.Replace(rules, "source: s", "source: s, penalty: {text: t}", 1), want: "belongs to no verdict"},
		"override of none": {a: "platform: wish\n" + strings.Replace(rules, "source: s", "source: s, override: true", 1), want: "has no effect"},
		"an id of another": {a: "platform: x\n" + strings.Replace(rules, "id: x", "id: wish-wishpost", 1), want: "is the id of another rule"},
	} {
		folder := fstest.MapFS{"a.yaml": {Data: []byte(tt.a)}, "notes.txt": {Data: []byte("no rules")}}
		if tt.b != "" {
			folder["b.yaml"] = &fstest.MapFile{Data: []byte(tt.b)}
		}
		if _, err := Load(os.DirFS("../../configs/platforms"), folder); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

// The file of the README is taken, with what is shipped beside it.
func TestReadmesRules(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(readme), "## Platforms' rules")
	_, text, begins := strings.Cut(section, "```yaml\n")
	text, _, ends := strings.Cut(text, "```")
	if !ok || !begins || !ends {
		t.Fatal("the README shows no file of rules")
	}
	set := shipped(t, text)
	if p, _ := set.Platform("wish"); len(p.Rules) != 2 || ruleOf(t, set, "wish-wishpost").Penalty.Amount.IsZero() {
		t.Errorf("got %d rules", len(p.Rules))
	}
	j := NewJudge(set, channelsOf(), exchange(t))
	if m := j.Decide("t1", with(t, "wish", "to=US; value=20.01 USD"), testNow, false).Mandates(); len(m) != 2 || m[0].Verdict != Discouraged {
		t.Errorf("got %+v", m)
	}
}
