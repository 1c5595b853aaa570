package fx

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
	"pgregory.net/rapid"
)

const sample = `# source: test rates
as_of,base,currency,rate
2026-11-19,USD,CNY,7.2
2026-11-18,USD,CNY,9.9
2026-11-20,USD,EUR,0.925
2026-11-20,USD,JPY,150
2026-11-20,USD,KWD,0.3
`

var now = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

func table(t *testing.T, text string) *Table {
	t.Helper()
	out, err := Load(fstest.MapFS{File: {Data: []byte(text)}}, File)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func money(t *testing.T, amount, code string) normalize.Money {
	t.Helper()
	m, err := normalize.ParseMoney(amount, code)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A pair that the file does not hold is crossed through its base, has 8 significant
// digits and the older of the two days.
func TestRateIsCrossed(t *testing.T) {
	t.Parallel()
	rates := New(table(t, sample), 0)
	for _, tt := range []struct{ from, to, rate, asOf string }{
		{"CNY", "USD", "0.13888889", "2026-11-19"},
		{"USD", "CNY", "7.2", "2026-11-19"},
		{"EUR", "CNY", "7.7837838", "2026-11-19"},
		{"JPY", "EUR", "0.0061666667", "2026-11-20"},
		{"CNY", "JPY", "20.833333", "2026-11-19"},
		{"EUR", "EUR", "1", "2026-11-21"},
	} {
		got, err := rates.Rate(tt.from, tt.to, now)
		if err != nil {
			t.Fatal(err)
		}
		if got.Text != tt.rate || string(got.AsOf) != tt.asOf || got.Source != "test rates" || got.Stale {
			t.Errorf("%s to %s: got %+v, want %s of %s", tt.from, tt.to, got, tt.rate, tt.asOf)
		}
	}
	if _, err := rates.Rate("CNY", "BRL", now); !errors.Is(err, ErrNoRate) || !strings.Contains(err.Error(), "BRL") {
		t.Errorf("a currency without a rate: got %v", err)
	}
}

// The answer of the API has these four names and no others.
func TestRateAsJSON(t *testing.T) {
	t.Parallel()
	r, err := New(table(t, sample), 0).Rate("CNY", "USD", now)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"rate":"0.13888889","as_of":"2026-11-19","source":"test rates","stale":false}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Seven days old is fresh enough, eight are stale; stale rates are served until the
// operator sets an age from which they are refused. Examples never age.
func TestAge(t *testing.T) {
	t.Parallel()
	tab := table(t, sample)
	at := func(day int) time.Time { return time.Date(2026, 11, day, 23, 59, 0, 0, time.UTC) }
	for day, want := range map[int]bool{20: false, 26: false, 27: true, 30: true} {
		r, err := New(tab, 0).Rate("CNY", "USD", at(day))
		if err != nil || r.Stale != want {
			t.Errorf("on day %d: got stale %v (%v), want %v", day, r.Stale, err, want)
		}
	}
	strict := New(tab, 3*24*time.Hour)
	if _, err := strict.Rate("CNY", "USD", at(22)); err != nil {
		t.Errorf("three days old: %v", err)
	}
	if _, err := strict.Rate("CNY", "USD", at(23)); !errors.Is(err, ErrTooOld) {
		t.Errorf("four days old: got %v, want ErrTooOld", err)
	}
	example := New(table(t, "# example: true\n"+sample), time.Hour)
	if r, err := example.Rate("CNY", "USD", at(30)); err != nil || r.Stale {
		t.Errorf("examples: got stale %v, %v", r.Stale, err)
	}
}

// The contract's own sample: 37.44 and 8.64 CNY at 0.138889 are 5.20 and 1.20 USD.
func TestPriceOfTheContract(t *testing.T) {
	t.Parallel()
	rates := New(table(t, "# source: s\nas_of,base,currency,rate\n2026-11-20,CNY,USD,0.138889\n"), 0)
	p, err := rates.Price([]normalize.Money{money(t, "37.44", "CNY"), money(t, "8.64", "CNY")}, "USD", now)
	if err != nil {
		t.Fatal(err)
	}
	if p.Total.String() != "6.40 USD" || p.CarrierTotal.String() != "46.08 CNY" || p.Rate.Text != "0.138889" ||
		p.Amounts[0].Amount() != "5.20" || p.Amounts[1].Amount() != "1.20" {
		t.Errorf("got %+v at %+v", p, p.Rate)
	}
}

// Minor digits differ: yen has none, the Kuwaiti dinar three.
func TestConvertBetweenDigits(t *testing.T) {
	t.Parallel()
	rates := New(table(t, sample), 0)
	for _, tt := range []struct{ amount, from, want string }{
		{"100", "JPY", "0.67 USD"}, {"0.67", "USD", "100 JPY"}, {"1.00", "USD", "0.300 KWD"}, {"0.300", "KWD", "150 JPY"},
	} {
		to := tt.want[len(tt.want)-3:]
		got, _, err := rates.Convert(money(t, tt.amount, tt.from), to, now)
		if err != nil || got.String() != tt.want {
			t.Errorf("%s %s: got %s (%v), want %s", tt.amount, tt.from, got, err, tt.want)
		}
	}
}

// A price in the asked currency is handed through, without a rate.
func TestPriceWithoutConversion(t *testing.T) {
	t.Parallel()
	p, err := New(table(t, sample), 0).Price([]normalize.Money{money(t, "1.00", "GBP")}, "GBP", now)
	if err != nil || p.Rate != nil || p.Total != p.CarrierTotal || p.Amounts[0] != p.Total {
		t.Errorf("got %+v, %v", p, err)
	}
}

// Whatever the lines are, discounts included, the converted lines sum to the converted
// total, which is rounded once.
func TestLinesSumToTheTotal(t *testing.T) {
	t.Parallel()
	rates := New(table(t, sample), 0)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "lines")
		lines := make([]normalize.Money, n)
		var sum int64
		for i := range lines {
			lines[i] = normalize.Money{Minor: rapid.Int64Range(0, 1_000_000).Draw(t, "minor"), Currency: "CNY"}
			if i > 0 && rapid.Bool().Draw(t, "discount") {
				lines[i].Minor = -min(lines[i].Minor, max(sum, 0))
			}
			sum += lines[i].Minor
		}
		to := rapid.SampledFrom([]string{"USD", "JPY", "KWD", "EUR", "CNY"}).Draw(t, "to")
		p, err := rates.Price(lines, to, now)
		if err != nil {
			t.Fatal(err)
		}
		got, err := normalize.Sum(p.Amounts...)
		if err != nil || got != p.Total {
			t.Fatalf("lines sum to %v (%v), total is %v", got, err, p.Total)
		}
		once, _, err := rates.Convert(p.CarrierTotal, to, now)
		if err != nil || once != p.Total {
			t.Fatalf("total is %v, converted at once it is %v (%v)", p.Total, once, err)
		}
		for i, a := range p.Amounts {
			if (a.Minor > 0 && lines[i].Minor <= 0) || (a.Minor < 0 && lines[i].Minor >= 0) {
				t.Fatalf("line %d changed its sign: %v became %v", i, lines[i], a)
			}
		}
	})
}

// Lines of two currencies are no price.
func TestPriceOfTwoCurrencies(t *testing.T) {
	t.Parallel()
	_, err := New(table(t, sample), 0).Price([]normalize.Money{money(t, "1.00", "CNY"), money(t, "1.00", "USD")}, "EUR", now)
	if !errors.Is(err, normalize.ErrCurrencyMismatch) {
		t.Errorf("got %v", err)
	}
}

// All faults of a file are named at once, each with its line.
func TestLoadNamesEveryFault(t *testing.T) {
	t.Parallel()
	text := "# source: s\nas_of,base,currency,rate\n2026-02-30,USD,CNY,7\n2026-11-20,USD,XYZ,7\n2026-11-20,USD,EUR,-1\n" +
		"2026-11-20,USD,GBP,0.8\n2026-11-20,USD,GBP,0.9\n2026-11-20,EUR,JPY,160\n2026-11-20,USD,JPY,1e3\n"
	_, err := Load(fstest.MapFS{File: {Data: []byte(text)}}, File)
	if err == nil {
		t.Fatal("a file full of faults was taken")
	}
	for _, want := range []string{"fx.csv:3: as_of", "fx.csv:4: base and currency", "fx.csv:5: rate", "fx.csv:7: GBP has a rate", "fx.csv:8: base is EUR", "fx.csv:9: rate"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to hold %q", err, want)
		}
	}
	for name, text := range map[string]string{
		"no source": "as_of,base,currency,rate\n2026-11-20,USD,EUR,1\n", "no rows": "# source: s\nas_of,base,currency,rate\n",
		"other header": "# source: s\nday,base,currency,rate\n", "short row": "# source: s\nas_of,base,currency,rate\n2026-11-20,USD\n",
	} {
		if _, err := Load(fstest.MapFS{File: {Data: []byte(text)}}, File); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
}

// A newer table takes over while others read; an older one is left aside.
func TestSwap(t *testing.T) {
	t.Parallel()
	rates := New(table(t, sample), 0)
	if rates.Swap(table(t, strings.ReplaceAll(sample, "2026-11-20", "2026-11-19"))) {
		t.Error("an older table took over")
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				if r, err := rates.Rate("EUR", "USD", now); err != nil || (r.Text != "1.0810811" && r.Text != "2") {
					t.Errorf("got %v, %v", r, err)
				}
			}
		})
	}
	if !rates.Swap(table(t, "# source: s\nas_of,base,currency,rate\n2026-11-21,USD,EUR,0.5\n")) {
		t.Error("a newer table was left aside")
	}
	wg.Wait()
	if got := rates.Table().Newest(); got != "2026-11-21" {
		t.Errorf("newest: got %s", got)
	}
}

func BenchmarkPrice(b *testing.B) {
	tab, err := Load(fstest.MapFS{File: {Data: []byte(sample)}}, File)
	if err != nil {
		b.Fatal(err)
	}
	rates, lines := New(tab, 0), []normalize.Money{{Minor: 3744, Currency: "CNY"}, {Minor: 864, Currency: "CNY"}}
	for b.Loop() {
		if _, err := rates.Price(lines, "USD", now); err != nil {
			b.Fatal(err)
		}
	}
}

// The shipped files load. The real rates are dated and go stale; the sandbox's are marked
// as examples, never do, and hold the contract's sample.
func TestShippedRates(t *testing.T) {
	t.Parallel()
	load := func(name string) *Rates {
		tab, err := Load(os.DirFS("../../configs/fx"), name)
		if err != nil {
			t.Fatal(err)
		}
		return New(tab, 0)
	}
	real, sandbox := load(File), load(SandboxFile)
	for _, code := range strings.Fields("AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD JPY KRW MXN PLN SEK USD") {
		r, err := real.Rate(code, "SGD", now)
		if err != nil || !r.Stale || r.Source == "" {
			t.Errorf("%s: got %+v (%v), want a stale rate", code, r, err)
		}
		if r, err := sandbox.Rate(code, "SGD", now.AddDate(20, 0, 0)); err != nil || r.Stale || !strings.Contains(r.Source, "example") {
			t.Errorf("%s in the sandbox: got %+v (%v)", code, r, err)
		}
	}
	r, err := sandbox.Rate("CNY", "USD", now)
	if err != nil || r.Text != "0.138889" || r.AsOf != "2026-11-20" {
		t.Errorf("got %+v (%v)", r, err)
	}
	if r, err := real.Rate("EUR", "CNY", now); err != nil || r.Text != "7.5270708" || r.AsOf != "2025-01-03" {
		t.Errorf("euro to yuan: got %+v (%v)", r, err)
	}
}
