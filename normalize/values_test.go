package normalize

import (
	"encoding/json"
	"errors"
	"math/big"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestPoundOunceInchRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 1_000_000).Draw(t, "n")
		for unit, size := range weightUnits {
			w, err := ParseWeight(strconv.FormatInt(n, 10), unit)
			if err != nil || w != Weight(n)*size {
				t.Fatalf("%d %s is %d ng, %v; want %d", n, unit, w, err, Weight(n)*size)
			}
			if got := w.Ceil(size); got != n {
				t.Fatalf("%d %s bills as %d", n, unit, got)
			}
			if got := w.In(size); got != strconv.FormatInt(n, 10) {
				t.Fatalf("%d %s reads back as %s", n, unit, got)
			}
		}
		for unit, size := range lengthUnits {
			l, err := ParseLength(strconv.FormatInt(n, 10), unit)
			if err != nil || l.In(size) != strconv.FormatInt(n, 10) || l.Ceil(size) != n {
				t.Fatalf("%d %s reads back as %s, %v", n, unit, l.In(size), err)
			}
		}
	})
}

func TestWeightSurvivesJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := Weight(rapid.Int64Range(1, 9_000_000_000_000_000).Draw(t, "ng"))
		b, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		var back Weight
		if err := json.Unmarshal(b, &back); err != nil || back != w {
			t.Fatalf("%d ng came back as %d, %v", w, back, err)
		}
	})
}

func TestMoneyRoundTripsMinorUnits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64().Draw(t, "minor")
		for code, digits := range map[string]int{"JPY": 0, "USD": 2, "KWD": 3} {
			m := Money{minor, code}
			if minor == -1<<63 {
				continue // its absolute value is no int64, and no price either
			}
			back, err := ParseMoney(m.Amount(), code)
			if err != nil || back != m {
				t.Fatalf("%s came back as %v, %v", m, back, err)
			}
			if CurrencyDigits(code) != digits {
				t.Fatalf("%s has %d digits", code, CurrencyDigits(code))
			}
		}
	})
}

func TestAllocateLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minors := rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, 12).Draw(t, "parts")
		total := Money{rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "total"), "USD"}
		parts := make([]Money, len(minors))
		for i, m := range minors {
			parts[i] = Money{m, "CNY"}
		}
		got, err := Sum(Allocate(total, parts)...)
		if err != nil || got != total {
			t.Fatalf("parts of %v sum to %v, %v", total, got, err)
		}
	})
}

func TestParseMoney(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, amount, currency string
		want                   Money
		bad                    bool
	}{
		{"cents", "12.50", "USD", Money{1250, "USD"}, false},
		{"no minor unit", "1250", "JPY", Money{1250, "JPY"}, false},
		{"three minor digits", "1.250", "KWD", Money{1250, "KWD"}, false},
		{"a discount", "-0.05", "EUR", Money{-5, "EUR"}, false},
		{"three decimals in USD", "1.000", "USD", Money{}, true},
		{"one decimal in JPY", "1.0", "JPY", Money{}, true},
		{"one decimal in USD", "1.5", "USD", Money{}, true},
		{"exponent", "1e3", "JPY", Money{}, true},
		{"not a number", "NaN", "USD", Money{}, true},
		{"no such currency", "1.00", "XXZ", Money{}, true},
		{"lower case", "1.00", "usd", Money{}, true},
		{"too large", "99999999999999999999.00", "USD", Money{}, true},
		{"bare point", ".50", "USD", Money{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseMoney(c.amount, c.currency)
			if (err != nil) != c.bad || got != c.want {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestCarrierMoneyRoundsHalfToEven(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"812.4": 81240, "0.125": 12, "0.135": 14, "0.1251": 13, "7": 700} {
		if got, err := ParseCarrierMoney(in, "CZK"); err != nil || got.Minor != want {
			t.Errorf("%s is %d minor, %v; want %d", in, got.Minor, err, want)
		}
	}
}

func TestConvertRoundsOnce(t *testing.T) {
	t.Parallel()
	got, err := Money{4608, "CNY"}.Convert(big.NewRat(138889, 1000000), "USD")
	if err != nil || got != (Money{640, "USD"}) {
		t.Errorf("46.08 CNY is %v, %v; want 6.40 USD", got, err)
	}
}

func TestAddRefusesTwoCurrencies(t *testing.T) {
	t.Parallel()
	if _, err := (Money{1, "USD"}).Add(Money{1, "EUR"}); !errors.Is(err, ErrCurrencyMismatch) {
		t.Errorf("got %v, want ErrCurrencyMismatch", err)
	}
	if _, err := (Money{1<<63 - 1, "USD"}).Add(Money{1, "USD"}); err == nil {
		t.Error("an overflow was added in silence")
	}
}

func TestWeightRefusesNonsense(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`{"value":"0","unit":"g"}`, `{"value":-1,"unit":"g"}`, `{"value":"NaN","unit":"g"}`,
		`{"value":"1","unit":"stone"}`, `{"value":1e3,"unit":"g"}`, `{"unit":"g"}`, `"350 g"`, `{"value":true,"unit":"g"}`} {
		var w Weight
		if err := json.Unmarshal([]byte(in), &w); err == nil {
			t.Errorf("%s was read as %s", in, w)
		}
	}
}

func TestCeilBillsTheNextStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		w    Weight
		step Weight
		want int64
	}{{Pound, Pound, 1}, {Pound + 1, Pound, 2}, {1, Kilogram, 1}, {500 * Gram, 500 * Gram, 1}, {Pound, Ounce, 16}, {Pound, Gram, 454}} {
		if got := c.w.Ceil(c.step); got != c.want {
			t.Errorf("%d ng in steps of %d: got %d, want %d", c.w, c.step, got, c.want)
		}
	}
}

func TestDimensionalWeight(t *testing.T) {
	t.Parallel()
	d := Dimensions{20 * Centimetre, 15 * Centimetre, 5 * Centimetre}
	if got := d.DimensionalWeight(8000); got != 187_500*Milligram {
		t.Errorf("got %s, want 187.5 g", got)
	}
	cube := Dimensions{300 * Centimetre, 300 * Centimetre, 300 * Centimetre}
	if got := cube.DimensionalWeight(5000); got != 5400*Kilogram {
		t.Errorf("a cube of 3 m is %s, want 5400 kg", got)
	}
	if got := (Parcel{Weight: 100 * Gram, Dimensions: d}).ChargeableWeight(8000); got != 187_500*Milligram {
		t.Errorf("the greater weight is charged, got %s", got)
	}
}

func TestS10(t *testing.T) {
	t.Parallel()
	// RB123456785GB: 473124829 is the worked example of S10-12's annex; YP is a carrier's own range.
	for _, s := range []string{"EE473124829FI", "UH100000017YP", "RB123456785GB"} {
		got, err := ParseS10(s)
		if err != nil || got.String() != s {
			t.Errorf("%s: got %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"EE473124828FI", "EE47312482FI", "ee473124829fi", "", "EE47312482XFI"} {
		if _, err := ParseS10(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
