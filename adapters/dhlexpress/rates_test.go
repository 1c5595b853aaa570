package dhlexpress

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

func TestRate(t *testing.T) {
	t.Parallel()
	dutiable := pragueToNewYork()
	dutiable.Incoterm, dutiable.Insurance, dutiable.Signature = normalize.DDP, eur(10000), "direct"
	dutiable.Options = map[string]any{optionSaturday: true}
	dutiable.Parcels[0].Packaging = code + ".2BX"
	undated := pragueToBerlin()
	undated.ShipDate = ""
	for _, c := range []struct {
		name     string
		shipment normalize.Shipment
		services []string
	}{
		{"rate_eu", pragueToBerlin(), nil},               // DHL's sample; two services are not offered
		{"rate_dutiable", dutiable, []string{worldwide}}, // DHL's sample of three currencies
		{"rate_unrated", undated, nil},                   // no tariff, a tax, a discount, an unreadable price
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at(t, friday, func(t *testing.T) {
				a, wire := accountOf(t, config(), 200, read(t, c.name+".response.json"))
				rates, err := a.Rate(t.Context(), normalize.RateRequest{Shipment: c.shipment, Services: c.services})
				if err != nil {
					t.Fatal(err)
				}
				if got := sent(t, wire, c.name+".request.json"); got.method+" "+got.url != "POST http://dhl.test/mydhlapi/rates" {
					t.Errorf("sent %s %s", got.method, got.url)
				}
				golden(t, c.name+".golden.json", rates)
				sumExactly(t, rates)
			})
		})
	}
}

func sumExactly(t *testing.T, rates []normalize.Rate) {
	t.Helper()
	for _, r := range rates {
		if r.Unavailable != nil {
			continue
		}
		var amounts []normalize.Money
		for _, c := range r.Charges {
			amounts = append(amounts, c.Amount)
		}
		if sum, err := normalize.Sum(amounts...); err != nil || sum != r.Total {
			t.Errorf("%s: charges sum to %v, the total is %v", r.Service, sum, r.Total)
		}
	}
}

// The total is the billing price, wherever it stands among the three, and the lines always
// sum to it.
func TestCharges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, totals, lines, taxes string
		want                       string // "<total> <tax treatment>: <type> <amount>, …" or the kind of failure
	}{
		{"by the book", "BILLC EUR 10.50", "- 8.00,FF 2.50", "", "10.50 EUR unknown: freight 8.00, fuel 2.50"},
		{"the billing price comes last", "PULCL CNY 80,BASEC USD 11,BILLC EUR 10.5", "- 10.5", "0", "10.50 EUR exempt: freight 10.50"},
		{"all kinds of lines", "BILLC EUR 21", "- 10,FF 2,OO 3,II 1,DD 1,DT 1,CR 1,AA 1,QQ 1", "",
			"21.00 EUR unknown: freight 10.00, fuel 2.00, remote_area 3.00, insurance 1.00, handling 1.00, handling 1.00, peak 1.00, option 1.00, other 1.00"},
		{"lines on offer cost nothing", "BILLC EUR 10", "- 10,AA ,II ", "", "10.00 EUR unknown: freight 10.00"},
		{"free lines are left out", "BILLC EUR 10", "- 10,FF 0", "", "10.00 EUR unknown: freight 10.00"},
		{"tax on top of the lines", "BILLC EUR 12", "- 10", "2", "12.00 EUR included: freight 10.00, tax 2.00"},
		{"a tax that may be in or on top", "BILLC EUR 12", "- 12", "2", "12.00 EUR unknown: freight 12.00"},
		{"more than the lines", "BILLC EUR 11", "- 10", "", "11.00 EUR unknown: freight 10.00, other 1.00"},
		{"less than the lines", "BILLC EUR 9", "- 10", "", "9.00 EUR unknown: freight 10.00, discount -1.00"},
		{"a discount of its own", "BILLC EUR 9", "- 10,XX -1", "", "9.00 EUR unknown: freight 10.00, discount -1.00"},
		{"no lines", "BILLC EUR 9", "", "", "9.00 EUR unknown: freight 9.00"},
		{"a float's cents", "BILLC EUR 0.3", "- 0.1,FF 0.2", "", "0.30 EUR unknown: freight 0.10, fuel 0.20"},
		{"thousandths", "BILLC EUR 0.67", "- 0.333,FF 0.333", "", "0.67 EUR unknown: freight 0.33, fuel 0.33, other 0.01"},
		{"a currency without cents", "BILLC JPY 1500", "- 1200,FF 300", "", "1500 JPY unknown: freight 1200, fuel 300"},
		{"three digits", "BILLC KWD 1.5", "- 1.25,FF 0.25", "", "1.500 KWD unknown: freight 1.250, fuel 0.250"},
		{"a price of nought", "BILLC EUR 0", "- 0", "", "not_serviceable"},
		{"no billing price", "PULCL EUR 10,BASEC EUR 10", "- 10", "", "not_serviceable"},
		{"no price in it", "BILLC EUR ", "- 10", "", "not_serviceable"},
		{"a negative price", "BILLC EUR -3", "- 10", "", "not_serviceable"},
		{"no currency", "BILLC XXQ 3", "- 10", "", "not_serviceable"},
		{"a number that is none", "BILLC EUR 10", "- 1e400", "", "bad_response"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			charges, total, tax, err := chargesOf(productOf(c.totals, c.lines, c.taxes))
			if err != nil {
				if string(err.Kind) != c.want {
					t.Errorf("got %v, want %s", err, c.want)
				}
				return
			}
			var lines []string
			for _, l := range charges {
				lines = append(lines, fmt.Sprintf("%s %s", l.Type, l.Amount.Amount()))
			}
			if got := fmt.Sprintf("%s %s: %s", total, tax, strings.Join(lines, ", ")); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// productOf builds a product from "BILLC EUR 10.50" and "- 8.00,FF 2.50"; - is the product
// itself, which has no service code.
func productOf(totals, lines, taxes string) product {
	p := product{ProductCode: "P", ProductName: "EXPRESS WORLDWIDE"}
	for _, t := range strings.Split(totals, ",") {
		f := strings.SplitN(t, " ", 3)
		p.TotalPrice = append(p.TotalPrice, price{f[0], f[1], json.Number(f[2])})
	}
	b := priceBreakdown{CurrencyType: billed}
	for _, l := range strings.FieldsFunc(lines, func(r rune) bool { return r == ',' }) {
		service, price, _ := strings.Cut(l, " ")
		b.Breakdown = append(b.Breakdown, breakdownLine{ServiceCode: strings.Trim(service, "-"), Price: json.Number(price)})
	}
	p.DetailedPriceBreakdown = []priceBreakdown{{CurrencyType: "PULCL", Breakdown: []breakdownLine{{Price: "77"}}}, b}
	if taxes != "" {
		p.TotalPriceBreakdown = []priceSummary{{CurrencyType: billed, PriceBreakdown: []summaryLine{{serviceTax, json.Number(taxes)}}}}
	}
	return p
}

// A lane without any product is the carrier's no, in its words.
func TestNoProduct(t *testing.T) {
	t.Parallel()
	at(t, friday, func(t *testing.T) {
		a, _ := accountOf(t, config(), 200, []byte(`{"products":[],"warnings":["410301: No route."]}`))
		_, err := a.Rate(t.Context(), normalize.RateRequest{Shipment: pragueToBerlin()})
		kindIs(t, err, normalize.KindNotServiceable, "")
		if e := normalize.AsError(err); e.CarrierMsg != "410301: No route." || e.Carrier != code || e.Op != string(adapters.OpRate) {
			t.Errorf("got %+v", e)
		}
	})
}

// What was asked for and is not in the price is said with it.
func TestAskedServicesThatAreNotPriced(t *testing.T) {
	t.Parallel()
	p := productOf("BILLC EUR 12", "- 10,II 2,AA ", "")
	got := unpriced(p, []string{"II", "AA", "SF"})
	if len(got) != 2 || !strings.HasSuffix(got[0].Message, "AA") || !strings.HasSuffix(got[1].Message, "SF") {
		t.Errorf("got %+v", got)
	}
}

func TestTransit(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Singapore")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, by, days, cutoff string
		want                   normalize.Transit
	}{
		{"by the end of the day", "2027-01-19T23:59:00", "1", "", normalize.Transit{DaysMin: 1, DaysMax: 1, DeliverBy: "2027-01-19"}},
		{"by noon", "2027-01-19T12:00:00", "1", "2027-01-18T18:00:00", normalize.Transit{DaysMin: 1, DaysMax: 1,
			DeliverBy: "2027-01-19", DeliverBefore: "12:00", HandoverBy: "2027-01-18T18:00:00+08:00"}},
		{"nothing is told", "", "", "", normalize.Transit{}},
		{"nonsense", "soon", "1.5", "18:00", normalize.Transit{}},
	} {
		var p product
		p.DeliveryCapabilities.EstimatedDeliveryDateAndTime = c.by
		p.DeliveryCapabilities.TotalTransitDays = json.Number(c.days)
		p.PickupCapabilities.LocalCutoffDateAndTime = c.cutoff
		if got := transitOf(p, zone); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// What is missing or not carried is refused before any call.
func TestRateRefusedBeforeTheCall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*normalize.Shipment)
		kind   normalize.Kind
		field  string
	}{
		{"no town", func(s *normalize.Shipment) { s.Destination.City = "" }, normalize.KindInvalidRequest, "/destination/city"},
		{"a town that is too long", func(s *normalize.Shipment) { s.Origin.City = strings.Repeat("x", 46) }, normalize.KindInvalidRequest, "/origin/city"},
		{"no weight", func(s *normalize.Shipment) { s.Parcels[0].Weight = 0 }, normalize.KindInvalidRequest, "/parcels/0/weight"},
		{"no parcel", func(s *normalize.Shipment) { s.Parcels = nil }, normalize.KindInvalidRequest, "/parcels"},
		{"yesterday", func(s *normalize.Shipment) { s.ShipDate = "2027-01-14" }, normalize.KindInvalidRequest, "/ship_date"},
		{"another's box", func(s *normalize.Shipment) { s.Parcels[0].Packaging = "fedex.pak" }, normalize.KindNotServiceable, "/parcels/0/packaging"},
		{"a box that DHL does not have", func(s *normalize.Shipment) { s.Parcels[0].Packaging = code + ".9BX" }, normalize.KindNotServiceable, "/parcels/0/packaging"},
		{"an adult's signature", func(s *normalize.Shipment) { s.Signature = "adult" }, normalize.KindNotServiceable, "/signature"},
		{"a word for a switch", func(s *normalize.Shipment) { s.Options = map[string]any{optionSaturday: "yes"} }, normalize.KindInvalidRequest, "/options/" + optionSaturday},
		{"another courier", func(s *normalize.Shipment) { s.Handover = &normalize.Handover{Method: "courier"} }, normalize.KindNotServiceable, "/handover/method"},
		{"a point that cannot be sent", func(s *normalize.Shipment) { s.Handover = &normalize.Handover{Point: "SZ01"} }, normalize.KindNotServiceable, "/handover/point"},
		{"batteries alone", func(s *normalize.Shipment) { s.Items[0].Goods = []string{"battery_only"} }, normalize.KindProhibitedGoods, "/items/0/goods"},
		{"dangerous goods", func(s *normalize.Shipment) { s.Items[0].UNNumber = "UN1266" }, normalize.KindProhibitedGoods, "/items/0/goods"},
		{"batteries of no chemistry", func(s *normalize.Shipment) { s.Items[0].Goods = []string{"battery_packed"} }, normalize.KindInvalidRequest, "/items/0/battery/chemistry"},
		{"a large battery", func(s *normalize.Shipment) {
			s.Items[0].Goods, s.Items[0].Battery = []string{"battery_packed"}, &normalize.Battery{Chemistry: "lithium_ion", WattHours: "100.01"}
		}, normalize.KindProhibitedGoods, "/items/0/goods"},
		{"a capacity that is none", func(s *normalize.Shipment) {
			s.Items[0].Goods, s.Items[0].Battery = []string{"battery_packed"}, &normalize.Battery{Chemistry: "lithium_ion", WattHours: "1e9"}
		}, normalize.KindInvalidRequest, "/items/0/battery/watt_hours"},
		{"two currencies", func(s *normalize.Shipment) {
			s.Items = append(s.Items, normalize.Item{Description: "b", Quantity: 1, UnitValue: normalize.Money{Minor: 1, Currency: "USD"}})
		}, normalize.KindInvalidRequest, "/items"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at(t, friday, func(t *testing.T) {
				a, wire := accountOf(t, config(), 200, nil)
				s := pragueToNewYork()
				c.change(&s)
				_, err := a.Rate(t.Context(), normalize.RateRequest{Shipment: s})
				kindIs(t, err, c.kind, c.field)
				if len(wire.calls) > 0 {
					t.Error("the carrier was asked")
				}
			})
		})
	}
}
