package mandates

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crossdock-hub/crossdock/normalize"
)

// many are 200 rules of one platform, of the kinds that are shipped: on value, weight, lane
// and operating model, one in ten on properties of the channel.
func many(b testing.TB) *Set {
	b.Helper()
	var text strings.Builder
	text.WriteString("platform: shop\nrules:\n")
	countries := []string{"US", "DE", "FR", "GB", "BR"}
	for i := range 200 {
		when := []string{
			fmt.Sprintf(`value_over("%d.00", "USD")`, i),
			fmt.Sprintf(`weight_below("%dg") || weight_over("2kg") && hot_selling`, 10*i+10),
			fmt.Sprintf(`lane.to in ["%s", "ES", "IT"] && operating_model != "fully_managed"`, countries[i%5]),
			fmt.Sprintf(`has_goods("battery_only", "liquid") && lane.to == "%s"`, countries[i%5]),
			fmt.Sprintf(`value_up_to("%d.50", "EUR") && not declared_as("fully_managed")`, i),
		}[i%5]
		if i%10 == 9 {
			when += ` && channel.mode == "direct_mail"`
		}
		fmt.Fprintf(&text, "  - {id: shop-%d, when: '%s', channels: [\"carrier%d.*\"], verdict: required, others: discouraged, reason: r, source: s}\n", i, when, i%5)
	}
	set, err := Load(fstest.MapFS{"shop.yaml": {Data: []byte(text.String())}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	return set
}

func fiveCarriers() []Channel {
	var out []Channel
	for i := range 25 {
		out = append(out, Channel{Name: fmt.Sprintf("carrier%d.service%d", i/5, i%5), Adapter: fmt.Sprintf("carrier%d", i/5), Mode: "direct_mail", Kind: "postal"})
	}
	return out
}

// BenchmarkDecide holds 200 rules against an order and takes the verdict on 25 channels.
func BenchmarkDecide(b *testing.B) {
	j := NewJudge(many(b), fiveCarriers(), exchange(b))
	s := with(b, "shop", "model=semi_managed; to=US")
	b.ReportAllocs()
	for b.Loop() {
		if got := j.Decide("t1", s, testNow, false).Channels(nil); len(got) != 25 || got[0].Mandate.Verdict != Required {
			b.Fatalf("got %+v", got)
		}
	}
}

// BenchmarkDecideByHand asks the same of the same order in plain Go, without data: what the
// freedom of writing rules as data costs.
func BenchmarkDecideByHand(b *testing.B) {
	s, ex := with(b, "shop", "model=semi_managed; to=US"), exchange(b)
	channels, countries := fiveCarriers(), []string{"US", "DE", "FR", "GB", "BR"}
	b.ReportAllocs()
	for b.Loop() {
		usd, _, err1 := ex.Convert(s.Order.Value, "USD", testNow)
		eur, _, err2 := ex.Convert(s.Order.Value, "EUR", testNow)
		if err1 != nil || err2 != nil {
			b.Fatal(err1, err2)
		}
		w, out := s.TotalWeight(), make([]ChannelVerdict, len(channels))
		for i := range 200 {
			var applies bool
			switch i % 5 {
			case 0:
				applies = usd.Minor > int64(100*i)
			case 1:
				applies = w < normalize.Weight(10*i+10)*normalize.Gram || w > 2*normalize.Kilogram && s.Order.HotSelling
			case 2:
				applies = slices.Contains([]string{countries[i%5], "ES", "IT"}, s.Destination.Country) && s.OperatingModel != "fully_managed"
			case 3:
				applies = s.HasGoods("battery_only", "liquid") && s.Destination.Country == countries[i%5]
			default:
				applies = eur.Minor <= int64(100*i+50) && s.OperatingModel != "fully_managed"
			}
			for n, c := range channels {
				if !applies || i%10 == 9 && c.Mode != "direct_mail" {
					continue
				}
				word := Discouraged
				if n/5 == i%5 {
					word = Required
				}
				if out[n].Channel == "" || word.rank() < out[n].Mandate.Verdict.rank() {
					out[n] = ChannelVerdict{c.Name, Verdict{Verdict: word}}
				}
			}
		}
		if out[0].Mandate.Verdict != Required {
			b.Fatalf("got %+v", out)
		}
	}
}
