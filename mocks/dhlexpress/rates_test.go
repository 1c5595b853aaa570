package dhlexpress

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func (c client) rate(body string) ratesAnswer {
	c.t.Helper()
	var out ratesAnswer
	c.do("POST", "/rates", body).into(http.StatusOK, &out)
	return out
}

func (a ratesAnswer) product(t *testing.T, code string) ratedProduct {
	t.Helper()
	i := slices.IndexFunc(a.Products, func(p ratedProduct) bool { return p.ProductCode == code })
	if i < 0 {
		t.Fatalf("no product %s", code)
	}
	return a.Products[i]
}

// One price, three currencies: whoever takes the first, or adds them up, is wrong.
func TestThreePrices(t *testing.T) {
	p := now(t).rate(rates("DE", "Berlin", "10969", "1.2")).product(t, "P")
	got := map[string]string{}
	for _, total := range p.TotalPrice {
		got[total.CurrencyType] = total.PriceCurrency
	}
	if got["BILLC"] != "USD" || got["PULCL"] != "CNY" || got["BASEC"] != "EUR" {
		t.Errorf("got currencies %v", got)
	}
	if p.TotalPrice[0].CurrencyType == "BILLC" {
		t.Error("the billing currency comes first; on this lane it must not")
	}
}

// The lines with a price add up to the total, in each currency; the others are offers.
func TestBreakdownAddsUp(t *testing.T) {
	p := now(t).rate(rates("DE", "Sylt", "25980", "1.2")).product(t, "P")
	for i, d := range p.DetailedBreakdown {
		var sum decimal
		codes := map[string]bool{}
		offers := 0
		for _, l := range d.Breakdown {
			if l.Price == nil {
				offers++
				continue
			}
			sum += *l.Price
			codes[l.ServiceCode] = true
		}
		// A converted total is rounded once, its lines each for themselves.
		if diff := sum - p.TotalPrice[i].Price; diff < -3 || diff > 3 || d.CurrencyType == "BILLC" && diff != 0 {
			t.Errorf("%s: lines add up to %s, total is %s", d.CurrencyType, sum, p.TotalPrice[i].Price)
		}
		if !codes["FF"] || !codes["OO"] || offers == 0 {
			t.Errorf("%s: want fuel, remote area and offers, got %v and %d", d.CurrencyType, codes, offers)
		}
	}
}

// Carriage goes by the larger of weight and volume, in half kilograms.
func TestChargeableWeight(t *testing.T) {
	c := now(t)
	price := func(weight string) decimal {
		return priceOf(t, c.rate(rates("US", "New York", "10001", weight)), "P", "BILLC")
	}
	// 25 × 20 × 10 cm are 1 kg of volume.
	if price("0.3") != price("1") {
		t.Error("0.3 kg and 1 kg in the same box differ, though the volume decides")
	}
	if !(price("1") < price("1.001") && price("1.001") == price("1.5")) {
		t.Error("the step is not half a kilogram")
	}
	imperial := strings.Replace(rates("US", "New York", "10001", "2.2"), `"metric"`, `"imperial"`, 1)
	imperial = strings.Replace(imperial, `{"length":25,"width":20,"height":10}`, `{"length":10,"width":8,"height":4}`, 1)
	// 320 in³ are 2.303 lb, or 1.045 kg.
	if got := priceOf(t, c.rate(imperial), "P", "BILLC"); got != price("1.5") {
		t.Errorf("got %s for pounds, want %s", got, price("1.5"))
	}
}

// Which products there are depends on the lane and on customs.
func TestProducts(t *testing.T) {
	c := now(t)
	document := func(s string) string {
		return strings.Replace(s, `"isCustomsDeclarable":true`, `"isCustomsDeclarable":false`, 1)
	}
	inside := strings.Replace(document(rates("DE", "Berlin", "10969", "1")), `"postalCode":"518057","cityName":"Shenzhen","countryCode":"CN"`,
		`"postalCode":"28001","cityName":"Madrid","countryCode":"ES"`, 1)
	for name, test := range map[string]struct{ body, want string }{
		"goods to Germany":   {rates("DE", "Berlin", "10969", "1"), "P Y E H Q"},
		"papers to Germany":  {document(rates("DE", "Berlin", "10969", "1")), "D T K"},
		"goods to Brazil":    {rates("BR", "Sao Paulo", "01310-100", "1"), "P"},
		"goods to Australia": {rates("AU", "Sydney", "2000", "1"), "P Y"},
		"within the Union":   {inside, "U T W"},
		"day definite only":  {strings.Replace(rates("DE", "Berlin", "10969", "1"), `"packages"`, `"productTypeCode":"dayDefinite","packages"`, 1), "H"},
		"one product only":   {strings.Replace(rates("DE", "Berlin", "10969", "1"), `"packages"`, `"productCode":"Y","packages"`, 1), "Y"},
	} {
		var codes []string
		for _, p := range c.rate(test.body).Products {
			codes = append(codes, p.ProductCode)
		}
		if got := strings.Join(codes, " "); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

// A product without a tariff for the account costs "0" and comes with a warning.
func TestUnrated(t *testing.T) {
	a := now(t).rate(rates("DE", "Berlin", "10969", "1"))
	p := a.product(t, "Q")
	if len(p.TotalPrice) != 1 || p.TotalPrice[0].Price != 0 || len(a.Warnings) != 1 {
		t.Errorf("got %v and warnings %v", p.TotalPrice, a.Warnings)
	}
}

// Services that were asked for cost; insurance goes by the value.
func TestOptionalServices(t *testing.T) {
	c := now(t)
	plain := rates("DE", "Berlin", "10969", "1")
	without := priceOf(t, c.rate(plain), "P", "BILLC")
	insured := strings.Replace(plain, `"packages"`, `"valueAddedServices":[{"serviceCode":"II","value":5000,"currency":"USD"},{"serviceCode":"SF"}],"packages"`, 1)
	if got, want := priceOf(t, c.rate(insured), "P", "BILLC"), without+5500+650; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	unknown := strings.Replace(plain, `"packages"`, `"valueAddedServices":[{"serviceCode":"xx"}],"packages"`, 1)
	if p := c.do("POST", "/rates", unknown).refused(http.StatusBadRequest); !strings.HasPrefix(p.Detail, "7008: ") || !strings.Contains(p.Detail, "'xx'") {
		t.Errorf("got %+v", p)
	}
}

// Delivery is told local at the destination, on a working day.
func TestDeliveryEstimate(t *testing.T) {
	a := now(t).rate(rates("DE", "Berlin", "10969", "1"))
	for code, clock := range map[string]string{"P": "T23:59:00", "Y": "T12:00:00", "H": "T23:59:00"} {
		d := a.product(t, code).Delivery
		at, err := time.Parse(localStamp, d.EstimatedDelivery)
		if err != nil || !strings.HasSuffix(d.EstimatedDelivery, clock) || weekday(at) > 5 || weekday(at) != d.DeliveryDayOfWeek {
			t.Errorf("%s: got %+v", code, d)
		}
	}
	if fast, slow := a.product(t, "P").Delivery.TotalTransitDays, a.product(t, "H").Delivery.TotalTransitDays; fast >= slow {
		t.Errorf("economy takes %d days, express %d", slow, fast)
	}
}

// Every refusal of a quote, in the carrier's words.
func TestRateRefusals(t *testing.T) {
	c := now(t)
	good := rates("DE", "Berlin", "10969", "1")
	for name, test := range map[string]struct{ body, want string }{
		"country not served": {rates("KP", "Pyongyang", "", "1"), noLane},
		"other account":      {strings.Replace(good, accountNumber, "123456789", 1), noAccount},
		"zulu time":          {strings.Replace(good, tomorrow(), "2026-11-23T17:00:00Z", 1), badStamp},
		"yesterday":          {strings.Replace(good, tomorrow(), stamp(time.Now().AddDate(0, 0, -2)), 1), pastStamp},
		"in three weeks":     {strings.Replace(good, tomorrow(), stamp(time.Now().AddDate(0, 0, 21)), 1), pastStamp},
		"too heavy":          {rates("DE", "Berlin", "10969", "70.001"), noProduct("P")},
		"unknown product":    {strings.Replace(good, `"packages"`, `"productCode":"Z","packages"`, 1), noProduct("Z")},
		"null":               {strings.Replace(good, `"isCustomsDeclarable":true`, `"isCustomsDeclarable":null`, 1), "#/isCustomsDeclarable: expected type: Boolean, found: Null"},
		"no postal code key": {strings.Replace(good, `"postalCode":"10969",`, "", 1), "#/customerDetails/receiverDetails: required key [postalCode] not found"},
		"unknown key":        {strings.Replace(good, `"packages"`, `"currency":"USD","packages"`, 1), "#: extraneous key [currency] is not permitted"},
		"four decimals":      {rates("DE", "Berlin", "10969", "1.2345"), "#/packages/0/weight: 1.2345 is not a multiple of 0.001"},
		"no JSON":            {"weight=1", errJSON.Error()},
	} {
		p := c.do("POST", "/rates", test.body).refused(http.StatusBadRequest)
		if p.Detail != test.want || p.Status != "400" || p.Instance != "/expressapi/rates" {
			t.Errorf("%s: got %+v, want %q", name, p, test.want)
		}
	}
}

// A postal code that the country does not have is refused only when strictness is asked for.
func TestStrictValidation(t *testing.T) {
	c := now(t)
	body := rates("DE", "Berlin", "ABC", "1")
	if a := c.rate(body); len(a.Warnings) != 2 {
		t.Errorf("got warnings %v, want one of the location and one of the unrated product", a.Warnings)
	}
	if p := c.do("POST", "/rates?strictValidation=true", body).refused(http.StatusBadRequest); p.Detail != noDest {
		t.Errorf("got %+v", p)
	}
}

func onePiece() []string {
	return []string{"accountNumber", accountNumber, "originCountryCode", "CN", "originCityName", "Shenzhen", "originPostalCode", "518057",
		"destinationCountryCode", "DE", "destinationCityName", "Berlin", "destinationPostalCode", "10969", "weight", "1.2", "length", "25", "width", "20",
		"height", "10", "plannedShippingDate", time.Now().AddDate(0, 0, 1).Format("2006-01-02"), "isCustomsDeclarable", "true", "unitOfMeasurement", "metric"}
}

// The door for one piece gives the price of the door for many; /products gives none.
func TestQueryDoors(t *testing.T) {
	c := now(t)
	var one, list ratesAnswer
	c.do("GET", "/rates"+query(onePiece()...), "").into(http.StatusOK, &one)
	if got, want := priceOf(t, one, "P", "BILLC"), priceOf(t, c.rate(rates("DE", "Berlin", "10969", "1.2")), "P", "BILLC"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	c.do("GET", "/products"+query(onePiece()...), "").into(http.StatusOK, &list)
	if p := list.product(t, "P"); len(p.TotalPrice) != 0 || len(p.Breakdown) < 2 {
		t.Errorf("got %+v, want services and no price", p)
	}
	for name, test := range map[string]struct {
		edit func([]string) []string
		want string
	}{
		"no weight":    {func(v []string) []string { return slices.Delete(v, 14, 16) }, "Missing mandatory parameters: weight"},
		"wrong number": {func(v []string) []string { v[15] = "heavy"; return v }, "Parameters not having correct format: weight"},
		"account":      {func(v []string) []string { v[1] = "1"; return v }, noAccount},
	} {
		if p := c.do("GET", "/rates"+query(test.edit(onePiece())...), "").refused(http.StatusBadRequest); p.Detail != test.want {
			t.Errorf("%s: got %+v, want %q", name, p, test.want)
		}
	}
}

// The landed cost is goods, carriage, duties, taxes and fees.
func TestLandedCost(t *testing.T) {
	c := now(t)
	body := fmt.Sprintf(`{"customerDetails":{"shipperDetails":{"postalCode":"518057","cityName":"Shenzhen","countryCode":"CN"},
	"receiverDetails":{"postalCode":"10969","cityName":"Berlin","countryCode":"DE"}},"accounts":[{"typeCode":"shipper","number":%q}],
	"unitOfMeasurement":"metric","currencyCode":"EUR","isCustomsDeclarable":true,"isDTPRequested":true,"getCostBreakdown":true,
	"packages":[{"weight":1.2}],"items":[{"number":1,"manufacturerCountry":"CN","quantity":3,"unitPrice":100,"unitPriceCurrencyCode":"EUR","commodityCode":"64039100"}]}`, accountNumber)
	var out struct {
		Products []struct {
			TotalPrice []totalPrice        `json:"totalPrice"`
			Detailed   []detailedBreakdown `json:"detailedPriceBreakdown"`
			Items      []landedItemAnswer  `json:"items"`
		} `json:"products"`
	}
	c.do("POST", "/landed-cost", body).into(http.StatusOK, &out)
	amounts := map[string]decimal{}
	for _, l := range out.Products[0].Detailed[0].Breakdown {
		amounts[l.Name] = *l.Price
	}
	carriage := amounts["SPRQN"] + amounts["STSCH"]
	duty := decimal(share(int64(30000+carriage), 1700))
	if amounts["SCUSV"] != 30000 || amounts["TOTAL DUTIES"] != duty || amounts["TOTAL TAXES"] != decimal(share(int64(30000+carriage+duty), 2000)) {
		t.Errorf("got %v", amounts)
	}
	want := 30000 + carriage + duty + amounts["TOTAL TAXES"] + amounts["TOTAL FEES"]
	if got := out.Products[0].TotalPrice[0]; got.Price != want || got.PriceCurrency != "EUR" || len(out.Products[0].Items) != 1 {
		t.Errorf("got %v, want %s EUR", got, want)
	}
	if p := c.do("POST", "/landed-cost", strings.Replace(body, `"EUR"`, `"XXX"`, 1)).refused(http.StatusBadRequest); !strings.Contains(p.Detail, "XXX") {
		t.Errorf("got %+v", p)
	}
}
