package mandates

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/crossdock-hub/crossdock/normalize"
)

// judgeOf holds rules of a test's own.
func judgeOf(t *testing.T, files ...string) *Judge {
	t.Helper()
	folder := fstest.MapFS{}
	for i, text := range files {
		folder[string(rune('a'+i))+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	set, err := Load(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	return NewJudge(set, channelsOf(), exchange(t))
}

// Where several rules speak of a channel the strictest counts, whatever their order; the
// fines of all of them are owed.
func TestTheStrictestRuleCounts(t *testing.T) {
	t.Parallel()
	j := judgeOf(t, `platform: shop
rules:
  - {id: a-advised, channels: ["yanwen.*"], verdict: advised, reason: r, source: s}
  - {id: b-penalized, channels: ["yanwen.tracked"], verdict: penalized, reason: r, source: s, penalty: {amount: 2.00 USD, text: late}}
  - {id: c-required, channels: ["yanwen.*"], verdict: required, reason: r, source: s}
  - {id: d-discouraged, channels: ["dhl_express.*"], verdict: discouraged, reason: r, source: s}
  - {id: e-advised, channels: ["dhl_express.*"], verdict: advised, reason: r, source: s}
  - {id: f-forbidden, where: 'channel.adapter == "cainiao"', verdict: forbidden, reason: r, source: s, penalty: {amount: 300 JPY, text: fined}}
  - {id: g-penalized, where: 'channel.kind == "line_haul"', verdict: penalized, reason: r, source: s, penalty: {amount: 1.00 EUR, text: more}}
  - {id: h-allowed, channels: ["speedpak.*"], verdict: allowed, reason: said so, source: s}
`)
	d := j.Decide("t1", with(t, "shop", ""), testNow, false)
	for channel, want := range map[string]string{
		"yanwen.tracked": "penalized b-penalized", "yanwen.ordinary": "required c-required", "dhl_express.worldwide": "discouraged d-discouraged",
		"cainiao.global_standard": "forbidden f-forbidden", "depot.local": "penalized g-penalized", "speedpak.standard": "allowed h-allowed",
		"wishpost.epacket": "allowed ",
	} {
		if v := d.On(channel).Verdict; string(v.Verdict)+" "+string(v.Rule) != want {
			t.Errorf("%s: got %s by %s, want %s", channel, v.Verdict, v.Rule, want)
		}
	}
	on := d.On("cainiao.global_standard")
	if len(on.Fines) != 2 || on.Fines[0].Amount.String() != "300 JPY" || on.Fines[1].Amount.String() != "1.00 EUR" || len(on.Forbids) != 1 {
		t.Errorf("got %+v", on)
	}
}

// What an order leaves unsaid leaves a rule undecided, and a rate says so where the rule could
// bind it. A condition that is false anyway is decided.
func TestUndecidedRules(t *testing.T) {
	t.Parallel()
	j := judgeOf(t, `platform: shop
rules:
  - {id: model, when: 'operating_model != "fully_managed"', channels: ["yanwen.*"], verdict: forbidden, reason: r, source: s}
  - {id: far, when: 'lane.to == "US" && operating_model == "semi_managed"', channels: ["*"], verdict: forbidden, reason: r, source: s}
  - {id: mild, when: 'operating_model == "semi_managed"', channels: ["*"], verdict: advised, reason: r, source: s}
  - {id: worth, when: 'value_over("1.000", "KWD")', channels: ["dhl_express.*"], verdict: required, reason: r, source: s}
`)
	d := j.Decide("t1", with(t, "shop", ""), testNow, true)
	if len(d.Mandates()) != 0 {
		t.Errorf("rules apply: %+v", d.Mandates())
	}
	for channel, want := range map[string]string{"yanwen.tracked": "model: the order does not say its operating model", "depot.local": "",
		"dhl_express.worldwide": "worth: the order's value cannot be converted into KWD: no exchange rate for KWD"} {
		var got []string
		for _, w := range d.On(channel).Warnings {
			if w.Code != "mandate_undecided" {
				t.Errorf("code %s", w.Code)
			}
			got = append(got, strings.Replace(strings.TrimPrefix(w.Message, "the rule "), " cannot be decided", "", 1))
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s: got %q, want %q", channel, got, want)
		}
	}
	outcomes := map[string]string{}
	for _, tr := range d.Trace() {
		outcomes[tr.Rule] = tr.Outcome
	}
	if outcomes["far"] != DoesNotApply || outcomes["mild"] != Undecided || outcomes["model"] != Undecided {
		t.Errorf("got %v", outcomes)
	}
}

// A trace names each rule with what it asked for and what the order says.
func TestTrace(t *testing.T) {
	t.Parallel()
	d := testJudge(t).Decide("t1", with(t, "ebay", "value=36.04 CNY"), testNow, true)
	got, err := json.Marshal(d.Trace())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"rule":"ebay-overseas-over-5usd","outcome":"applies","why":null,"when":"value_over(\"5.00\", \"USD\")",` +
			`"saw":{"placed_at":"2026-11-22","value in USD":"5.01 USD (36.04 CNY at 0.138889 of 2026-11-20)"},"valid_from":null,"valid_to":null,"verdicts":{"depot.local":"advised"}`,
		`{"rule":"ebay-speedpak-quota","outcome":"applies"`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	d = testJudge(t).Decide("t1", with(t, "aliexpress", "placed=2024-03-05T00:00:00Z; weight=4.4 lb"), testNow, true)
	if tr := d.Trace()[0]; tr.Rule != "aliexpress-semi-managed" || tr.Outcome != NotInForce || tr.Saw["weight"] != "1.995806428 kg" ||
		tr.Saw["hot_selling"] != "false" || tr.Saw["setting.exactly_2kg_is_semi_managed"] != "false" || tr.Saw["operating_model"] != notSaid || tr.ValidFrom != "2024-03-06" || len(tr.Verdicts) != 0 {
		t.Errorf("got %+v", tr)
	}
	if n := len(testJudge(t).Decide("t1", with(t, "ebay", ""), testNow, false).Trace()); n != 0 {
		t.Errorf("%d traces that nobody wanted", n)
	}
}

// A tenant's own rule binds nobody else; a rule of every platform binds orders of none too.
func TestWhoseRule(t *testing.T) {
	t.Parallel()
	j := judgeOf(t, `platform: shop
rules:
  - {id: acme-own, channels: ["yanwen.*"], verdict: forbidden, reason: r, source: s, tenants: [acme]}
`, `platform: "*"
rules:
  - {id: no-powder, when: 'has_goods("powder")', channels: ["dhl_express.*"], verdict: discouraged, reason: r, source: s}
`)
	powder := func(platform string) *normalize.Shipment {
		s := with(t, platform, "")
		s.Items[0].Goods = []string{"general", "powder"}
		return s
	}
	for _, tt := range []struct{ tenant, platform, want string }{
		{"acme", "shop", "acme-own no-powder"}, {"other", "shop", "no-powder"}, {"acme", "", "no-powder"}, {"acme", "elsewhere", "no-powder"},
	} {
		var got []string
		for _, m := range j.Decide(tt.tenant, powder(tt.platform), testNow, false).Mandates() {
			got = append(got, m.Rule)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s on %q: got %v, want %s", tt.tenant, tt.platform, got, tt.want)
		}
	}
	if views := j.Views("other", "shop", "2026-11-22"); len(views) != 1 || views[0].Rule != "no-powder" {
		t.Errorf("another tenant sees %+v", views)
	}
}

// A condition may ask for the channel: then it holds for some and not for others.
func TestAConditionOnTheChannel(t *testing.T) {
	t.Parallel()
	j := judgeOf(t, `platform: shop
rules:
  - {id: cheap-post, when: 'value_below("5.00", "USD") || channel.kind == "express"', channels: ["yanwen.*", "dhl_express.*"], verdict: advised, others: discouraged, reason: r, source: s}
`)
	for value, want := range map[string]string{"4.99 USD": "yanwen.*:advised dhl_express.*:advised *:discouraged", "5.00 USD": "dhl_express.*:advised"} {
		for _, v := range j.Decide("t1", with(t, "shop", "value="+value), testNow, false).Channels(nil) {
			if w := expected(want, v.Channel); string(v.Mandate.Verdict) != w {
				t.Errorf("%s, %s: got %s, want %s", value, v.Channel, v.Mandate.Verdict, w)
			}
		}
	}
}

// A rule's quota counts the orders that it says, and knows which channels follow it.
func TestQuotaCounts(t *testing.T) {
	t.Parallel()
	d := testJudge(t).Decide("t1", with(t, "ebay", ""), testNow, false)
	for channel, want := range map[string]string{"speedpak.standard": "counts, follows", "yanwen.tracked": "counts", "depot.local": "", "amazon_fba.ltl": ""} {
		got := ""
		for _, q := range d.On(channel).Quotas {
			if got = "counts"; q.Satisfied {
				got = "counts, follows"
			}
			if q.Rule.ID != "ebay-speedpak-quota" || q.Rule.Quota.WindowDays != 30 {
				t.Errorf("got %+v", q.Rule)
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", channel, got, want)
		}
	}
}

// A channel that this build does not know is judged by its name.
func TestAChannelOfAnotherBuild(t *testing.T) {
	t.Parallel()
	d := testJudge(t).Decide("t1", with(t, "wish", ""), testNow, false)
	for channel, want := range map[string]Word{"wishpost.new": Required, "nobody.none": Forbidden} {
		if got := d.On(channel).Verdict.Verdict; got != want {
			t.Errorf("%s: got %s, want %s", channel, got, want)
		}
	}
	list := d.Channels([]string{"yanwen.tracked", "wishpost.tracked", "yanwen.tracked"})
	if len(list) != 2 || list[0].Channel != "yanwen.tracked" {
		t.Errorf("asked for two channels: %+v", list)
	}
}

// One judge serves many requests at once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	j := testJudge(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				d := j.Decide("t1", with(t, "ebay", "value=36.04 CNY"), testNow, true)
				if len(d.Mandates()) != 2 || len(d.Trace()) != 2 {
					t.Errorf("got %+v", d.Mandates())
				}
			}
		})
	}
	wg.Wait()
}
