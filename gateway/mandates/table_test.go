package mandates

import (
	"cmp"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/fx"
	"github.com/crossdock-hub/crossdock/normalize"
)

// channelsOf are channels of each kind, some of carriers that are still to come.
func channelsOf() []Channel {
	var out []Channel
	add := func(mode, kind string, platforms []string, names ...string) {
		for _, n := range names {
			adapter, service, _ := strings.Cut(n, ".")
			out = append(out, Channel{Name: n, Adapter: adapter, Service: service, Kind: kind, Mode: mode, Platforms: platforms})
		}
	}
	add("direct_mail", "postal", nil, "yanwen.tracked", "yanwen.ordinary")
	add("direct_mail", "express", nil, "dhl_express.worldwide")
	add("direct_mail", "platform", []string{"aliexpress"}, "cainiao.standard", "cainiao.premium", "cainiao.saver", "cainiao.global_5day")
	add("direct_mail", "line_haul", nil, "cainiao.global_standard")
	add("direct_mail", "platform", []string{"ebay"}, "speedpak.standard", "speedpak.economy")
	add("direct_mail", "platform", []string{"wish"}, "wishpost.epacket", "wishpost.tracked")
	add("direct_mail", "platform", []string{"temu"}, "temu.online")
	add("direct_mail", "platform", []string{"lazada"}, "lazada.dropship")
	add("direct_mail", "platform", []string{"shein"}, "shein.gsp")
	add("direct_mail", "platform", []string{"tiktok_shop"}, "tiktok_shop.platform")
	add("overseas_warehouse", "line_haul", nil, "depot.local")
	add("fba_inbound", "inbound", nil, "amazon_fba.small_parcel", "amazon_fba.ltl")
	return out
}

func exchange(t testing.TB) *fx.Rates {
	t.Helper()
	table, err := fx.Load(os.DirFS("../../configs/fx"), fx.SandboxFile)
	if err != nil {
		t.Fatal(err)
	}
	return fx.New(table, 0)
}

func testJudge(t testing.TB, own ...string) *Judge {
	t.Helper()
	return NewJudge(shipped(t, own...), channelsOf(), exchange(t))
}

var testNow = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// with makes an order of a platform: 350 g from China to Germany for 12.50 USD, changed by
// words: "model=semi_managed", "to=US", "weight=2 kg", "value=5.00 EUR", "placed=2024-03-06",
// "hot", "cod", "no value".
func with(t testing.TB, platform, changes string) *normalize.Shipment {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatalf("%s: %v", changes, err)
		}
	}
	s := &normalize.Shipment{Platform: platform, Origin: normalize.Address{Country: "CN"}, Destination: normalize.Address{Country: "DE"},
		Parcels: []normalize.Parcel{{Weight: 350 * normalize.Gram}}, Incoterm: "DAP",
		Items: []normalize.Item{{Description: "case", Quantity: 1, UnitValue: normalize.Money{Minor: 1250, Currency: "USD"}, OriginCountry: "CN"}},
		Order: &normalize.Order{Value: normalize.Money{Minor: 1250, Currency: "USD"}, PlacedAt: testNow}}
	for change := range strings.SplitSeq(changes, ";") {
		name, v, _ := strings.Cut(strings.TrimSpace(change), "=")
		first, second, _ := strings.Cut(v, " ")
		var err error
		switch name {
		case "":
		case "model":
			s.OperatingModel = v
		case "to":
			s.Destination.Country = v
		case "weight":
			s.Parcels[0].Weight, err = normalize.ParseWeight(first, second)
		case "value":
			s.Order.Value, err = normalize.ParseMoney(first, second)
		case "item":
			s.Items[0].UnitValue, err = normalize.ParseMoney(first, second)
		case "placed":
			s.Order.PlacedAt, err = time.Parse(time.RFC3339, v)
		case "hot":
			s.Order.HotSelling = true
		case "cod":
			s.CashOnDelivery = normalize.Money{Minor: 100, Currency: "USD"}
		case "no order":
			s.Order = nil
		case "no value":
			s.Order.Value = normalize.Money{}
		default:
			t.Fatalf("no such change: %s", name)
		}
		must(err)
	}
	return s
}

// expected is the word that a row wants of a channel: of its first pattern that fits.
func expected(want, channel string) string {
	for pair := range strings.FieldsSeq(want) {
		pattern, word, _ := strings.Cut(pair, ":")
		if ok, _ := path.Match(pattern, channel); ok {
			return word
		}
	}
	return "allowed"
}

const (
	taken    = "cainiao.standard:required cainiao.premium:required cainiao.saver:required cainiao.global_5day:%5day *:discouraged"
	tooHeavy = "cainiao.standard:discouraged cainiao.premium:discouraged cainiao.saver:discouraged cainiao.global_5day:forbidden"
	no5day   = "cainiao.global_5day:forbidden"
	wish     = "wishpost.*:required *:forbidden"
	ebay     = "speedpak.*:required"
	abroad   = "speedpak.*:required depot.*:advised"
	fba      = "amazon_fba.*:advised"
)

// takenAs is the verdict on semi-managed goods; Global 5-Day is forbidden where the order
// says that it is not fully managed.
func takenAs(fiveDay string) string { return strings.Replace(taken, "%5day", fiveDay, 1) }

// twoKilos takes goods of exactly 2 kg in.
const twoKilos = "platform: aliexpress\nshipped: keep\nsettings: {exactly_2kg_is_semi_managed: true}\n"

// rows are the known rules at, just below and just above their thresholds, before and after
// their dates, in other currencies and units; each with the rules that apply and the verdict
// on every channel.
var rows = []struct{ platform, order, rules, want, own string }{
	// R1: Wish.
	{platform: "wish", order: "", rules: "wish-wishpost", want: wish},
	{platform: "wish", order: "to=US", rules: "wish-wishpost", want: wish},
	{platform: "wish", order: "model=self_operated", rules: "wish-wishpost", want: wish},
	{platform: "wish", order: "model=semi_managed", rules: "wish-wishpost", want: wish},
	{platform: "wish", order: "value=0.01 USD; weight=1 g", rules: "wish-wishpost", want: wish},
	{platform: "wish", order: "value=9999.00 EUR; weight=30 kg; hot", rules: "wish-wishpost", want: wish},
	{platform: "wish", order: "no order", rules: "wish-wishpost", want: wish},
	{platform: "wish", order: "placed=2012-01-01T00:00:00Z", rules: "wish-wishpost", want: wish},
	{platform: "Wish", order: "", rules: "", want: ""},
	{platform: "", order: "", rules: "", want: ""},
	{platform: "etsy", order: "value=12.50 USD", rules: "", want: ""},

	// R2 and R3: eBay. The quota holds for every order, the advice above 5 USD alone.
	{platform: "ebay", order: "value=4.99 USD", rules: "ebay-speedpak-quota", want: ebay},
	{platform: "ebay", order: "value=5.00 USD", rules: "ebay-speedpak-quota", want: ebay},
	{platform: "ebay", order: "value=5.01 USD", rules: "ebay-overseas-over-5usd ebay-speedpak-quota", want: abroad},
	{platform: "ebay", order: "value=0.00 USD", rules: "ebay-speedpak-quota", want: ebay},
	{platform: "ebay", order: "value=12.50 USD", rules: "ebay-overseas-over-5usd ebay-speedpak-quota", want: abroad},
	{platform: "ebay", order: "value=36.00 CNY", rules: "ebay-speedpak-quota", want: ebay},                           // 5.00 USD
	{platform: "ebay", order: "value=35.93 CNY", rules: "ebay-speedpak-quota", want: ebay},                           // 4.99 USD
	{platform: "ebay", order: "value=36.03 CNY", rules: "ebay-speedpak-quota", want: ebay},                           // 5.004 USD
	{platform: "ebay", order: "value=36.04 CNY", rules: "ebay-overseas-over-5usd ebay-speedpak-quota", want: abroad}, // 5.0056 USD
	{platform: "ebay", order: "value=4.60 EUR", rules: "ebay-speedpak-quota", want: ebay},                            // below
	{platform: "ebay", order: "value=4.80 EUR", rules: "ebay-overseas-over-5usd ebay-speedpak-quota", want: abroad},  // above
	{platform: "ebay", order: "value=700 JPY", rules: "ebay-speedpak-quota", want: ebay},                             // no minor unit
	{platform: "ebay", order: "value=1000 JPY", rules: "ebay-overseas-over-5usd ebay-speedpak-quota", want: abroad},  // 6.67 USD
	{platform: "ebay", order: "no value; item=5.00 USD", rules: "ebay-speedpak-quota", want: ebay},                   // declared value
	{platform: "ebay", order: "no value; item=5.01 USD", rules: "ebay-overseas-over-5usd ebay-speedpak-quota", want: abroad},
	{platform: "ebay", order: "no order; item=5.01 USD", rules: "ebay-overseas-over-5usd ebay-speedpak-quota", want: abroad},
	{platform: "ebay", order: "value=5.00 USD; item=80.00 USD", rules: "ebay-speedpak-quota", want: ebay}, // what it was sold for counts
	{platform: "ebay", order: "value=6.000 KWD", rules: "ebay-speedpak-quota", want: ebay},                // no rate: undecided
	{platform: "ebay", order: "value=5.01 USD; to=US", rules: "ebay-overseas-over-5usd ebay-speedpak-quota", want: abroad},
	{platform: "ebay", order: "value=5.01 USD; model=self_operated", rules: "ebay-overseas-over-5usd ebay-speedpak-quota", want: abroad},
	{platform: "ebay", order: "value=5.01 USD; placed=2015-01-01T00:00:00Z", rules: "ebay-overseas-over-5usd ebay-speedpak-quota", want: abroad},

	// R4 and R5: AliExpress, from 6 March 2024.
	{platform: "aliexpress", order: "", rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "model=semi_managed", rules: "aliexpress-semi-managed cainiao-5day-choice", want: takenAs("forbidden")},
	{platform: "aliexpress", order: "weight=1.999 kg", rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "weight=1999.999 g", rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "weight=2 kg", rules: "", want: ""},
	{platform: "aliexpress", order: "weight=2000 g", rules: "", want: ""},
	{platform: "aliexpress", order: "weight=2.001 kg", rules: "", want: ""},
	{platform: "aliexpress", order: "weight=2000.001 g", rules: "", want: ""},
	{platform: "aliexpress", order: "weight=4.4 lb", rules: "aliexpress-semi-managed", want: takenAs("discouraged")}, // 1.996 kg
	{platform: "aliexpress", order: "weight=4.5 lb", rules: "", want: ""},                                            // 2.041 kg
	{platform: "aliexpress", order: "weight=70.5 oz", rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "weight=70.6 oz", rules: "", want: ""},
	{platform: "aliexpress", order: "weight=1.999 kg; hot", rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "weight=2 kg; hot", rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "weight=2.001 kg; hot", rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "weight=30 kg; hot", rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "weight=2 kg", own: twoKilos, rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "weight=2.001 kg", own: twoKilos, rules: "", want: ""},
	{platform: "aliexpress", order: "weight=1.999 kg", own: twoKilos, rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "model=semi_managed; weight=1.999 kg", rules: "aliexpress-semi-managed cainiao-5day-choice", want: takenAs("forbidden")},
	{platform: "aliexpress", order: "model=semi_managed; weight=2 kg", rules: "aliexpress-semi-managed-over-2kg cainiao-5day-choice", want: tooHeavy},
	{platform: "aliexpress", order: "model=semi_managed; weight=2 kg", own: twoKilos, rules: "aliexpress-semi-managed cainiao-5day-choice", want: takenAs("forbidden")},
	{platform: "aliexpress", order: "model=semi_managed; weight=2.001 kg", rules: "aliexpress-semi-managed-over-2kg cainiao-5day-choice", want: tooHeavy},
	{platform: "aliexpress", order: "model=semi_managed; weight=2.001 kg; hot", rules: "aliexpress-semi-managed cainiao-5day-choice", want: takenAs("forbidden")},
	{platform: "aliexpress", order: "model=self_operated", rules: "cainiao-5day-choice", want: no5day},
	{platform: "aliexpress", order: "model=self_operated; weight=3 kg; hot", rules: "cainiao-5day-choice", want: no5day},
	{platform: "aliexpress", order: "placed=2024-03-05T23:59:59Z", rules: "", want: ""},
	{platform: "aliexpress", order: "placed=2024-03-06T00:00:00Z", rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "placed=2024-03-06T00:00:00+08:00", rules: "aliexpress-semi-managed", want: takenAs("discouraged")},
	{platform: "aliexpress", order: "placed=2024-03-05T23:59:59+08:00", rules: "", want: ""},
	{platform: "aliexpress", order: "placed=2024-03-05T12:00:00Z; weight=3 kg; hot", rules: "", want: ""},
	{platform: "aliexpress", order: "placed=2024-03-05T12:00:00Z; model=semi_managed; weight=3 kg", rules: "cainiao-5day-choice", want: no5day},
	{platform: "aliexpress", order: "no order", rules: "aliexpress-semi-managed", want: takenAs("discouraged")}, // today counts
	{platform: "ebay", order: "value=1.00 USD; weight=1.999 kg", rules: "ebay-speedpak-quota", want: ebay},      // another platform's threshold

	// R6: Global 5-Day Delivery, from September 2023.
	{platform: "aliexpress", order: "model=fully_managed", rules: "", want: ""},
	{platform: "aliexpress", order: "model=fully_managed; weight=3 kg", rules: "", want: ""},
	{platform: "aliexpress", order: "model=self_operated; placed=2023-09-01T00:00:00Z", rules: "cainiao-5day-choice", want: no5day},
	{platform: "aliexpress", order: "model=self_operated; placed=2023-08-31T23:59:59Z", rules: "", want: ""},
	{platform: "aliexpress", order: "model=semi_managed; placed=2023-12-24T00:00:00Z", rules: "cainiao-5day-choice", want: no5day},

	// Alibaba.com: semi-managed for six countries.
	{platform: "alibaba", order: "", rules: "", want: ""},
	{platform: "alibaba", order: "model=semi_managed; to=US", rules: "alibaba-semi-managed", want: "depot.*:advised"},
	{platform: "alibaba", order: "model=semi_managed; to=CA", rules: "alibaba-semi-managed", want: "depot.*:advised"},
	{platform: "alibaba", order: "model=semi_managed; to=MX", rules: "alibaba-semi-managed", want: "depot.*:advised"},
	{platform: "alibaba", order: "model=semi_managed; to=GB", rules: "alibaba-semi-managed", want: "depot.*:advised"},
	{platform: "alibaba", order: "model=semi_managed; to=DE", rules: "alibaba-semi-managed", want: "depot.*:advised"},
	{platform: "alibaba", order: "model=semi_managed; to=FR", rules: "alibaba-semi-managed", want: "depot.*:advised"},
	{platform: "alibaba", order: "model=semi_managed; to=ES", rules: "alibaba-semi-managed-countries", want: "*:forbidden"},
	{platform: "alibaba", order: "model=semi_managed; to=IE", rules: "alibaba-semi-managed-countries", want: "*:forbidden"},
	{platform: "alibaba", order: "model=self_operated; to=ES", rules: "", want: ""},

	// Amazon, and the platforms of full service.
	{platform: "amazon", order: "", rules: "amazon-fba", want: fba},
	{platform: "amazon", order: "model=self_operated", rules: "amazon-fba", want: fba},
	{platform: "amazon", order: "model=fully_managed", rules: "amazon-fba amazon-fba-stock", want: fba + " *:discouraged"},
	{platform: "amazon", order: "model=fully_managed; placed=2006-12-31T23:59:59Z", rules: "", want: ""},
	{platform: "temu", order: "", rules: "", want: ""},
	{platform: "temu", order: "model=fully_managed", rules: "temu-fully-managed", want: "temu.*:required *:discouraged"},
	{platform: "temu", order: "model=fully_managed; placed=2022-08-31T23:59:59Z", rules: "", want: ""},
	{platform: "temu", order: "model=semi_managed", rules: "", want: ""},
	{platform: "temu", order: "model=semi_managed; to=BR", rules: "temu-brazil-labels", want: "temu.*:required *:forbidden"},
	{platform: "temu", order: "to=AR", rules: "", want: ""},
	{platform: "temu", order: "cod", rules: "temu-cash-on-delivery-labels", want: "temu.*:required *:forbidden"},
	{platform: "temu", order: "cod; to=BR; model=fully_managed", rules: "temu-brazil-labels temu-cash-on-delivery-labels temu-fully-managed", want: "temu.*:required *:forbidden"},
	{platform: "lazada", order: "", rules: "lazada-logistics", want: "lazada.*:required *:discouraged"},
	{platform: "shein", order: "model=fully_managed", rules: "shein-fully-managed", want: "shein.*:required *:discouraged"},
	{platform: "shein", order: "model=semi_managed", rules: "", want: ""},
	{platform: "tiktok_shop", order: "model=fully_managed", rules: "tiktok-shop-fully-managed", want: "tiktok_shop.*:required *:discouraged"},
	{platform: "tiktok_shop", order: "", rules: "", want: ""},
}

func TestKnownRules(t *testing.T) {
	t.Parallel()
	if len(rows) < 80 {
		t.Fatalf("%d rows are too few", len(rows))
	}
	judges := map[string]*Judge{"": testJudge(t), twoKilos: testJudge(t, twoKilos)}
	for _, row := range rows {
		t.Run(cmp.Or(row.platform, "no platform")+" "+row.order, func(t *testing.T) {
			t.Parallel()
			d := judges[row.own].Decide("t1", with(t, row.platform, row.order), testNow, false)
			var rules []string
			for _, m := range d.Mandates() {
				rules = append(rules, m.Rule)
			}
			if got := strings.Join(rules, " "); got != row.rules {
				t.Errorf("rules: got %q, want %q", got, row.rules)
			}
			list := d.Channels(nil)
			if len(list) != len(channelsOf()) {
				t.Fatalf("%d verdicts on %d channels", len(list), len(channelsOf()))
			}
			for _, v := range list {
				if want := expected(row.want, v.Channel); string(v.Mandate.Verdict) != want {
					t.Errorf("%s: got %s by %q, want %s", v.Channel, v.Mandate.Verdict, v.Mandate.Rule, want)
				}
				if (v.Mandate.Verdict == Allowed) != (v.Mandate.Rule == "") {
					t.Errorf("%s: %s by the rule %q", v.Channel, v.Mandate.Verdict, v.Mandate.Rule)
				}
			}
		})
	}
}
