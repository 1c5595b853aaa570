package dhlexpress

import (
	"encoding/json"
	"fmt"
	_ "image/png"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// client calls one sandbox, with the account's credentials.
type client struct {
	t       *testing.T
	sandbox *mocks.Sandbox
	http    *http.Client
	base    string
}

func open(t *testing.T, opts mocks.Options) client {
	t.Helper()
	opts.Seed = 1
	s := mocks.New(opts, New)
	t.Cleanup(s.Close)
	return client{t, s, &http.Client{Transport: mocks.Transport(s)}, "http://sandbox"}
}

// now is a sandbox whose searches have no lag.
func now(t *testing.T) client { return open(t, mocks.Options{SearchLag: -1, RequestsPerSecond: -1}) }

type answer struct {
	t      *testing.T
	status int
	body   []byte
}

func (c client) do(method, path, body string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+"/dhl_express/mydhlapi"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", basic(username, password))
	return c.send(r)
}

func (c client) send(r *http.Request) answer {
	c.t.Helper()
	res, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{c.t, res.StatusCode, b}
}

func (a answer) into(status int, v any) {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("got %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%v in %s", err, a.body)
	}
}

// refused reads the carrier's error.
func (a answer) refused(status int) problem {
	a.t.Helper()
	var p problem
	a.into(status, &p)
	return p
}

func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05") + "GMT" + t.Format("-07:00") }

// tomorrow is when the tests' shipments are planned, at their origin.
func tomorrow() string { return stamp(time.Now().In(mocks.Zone("CN")).AddDate(0, 0, 1)) }

// rates is a question for one parcel from Shenzhen.
func rates(country, city, postal, weight string) string {
	return fmt.Sprintf(`{"customerDetails":{"shipperDetails":{"postalCode":"518057","cityName":"Shenzhen","countryCode":"CN"},
	"receiverDetails":{"postalCode":%q,"cityName":%q,"countryCode":%q}},
	"accounts":[{"typeCode":"shipper","number":%q}],"plannedShippingDateAndTime":%q,"unitOfMeasurement":"metric","isCustomsDeclarable":true,
	"packages":[{"weight":%s,"dimensions":{"length":25,"width":20,"height":10}}]}`, postal, city, country, accountNumber, tomorrow(), weight)
}

// label is an order for one parcel of three cups from Shenzhen to Berlin.
func label(references ...string) string {
	refs := []string{}
	for _, r := range references {
		refs = append(refs, `{"value":"`+r+`","typeCode":"CU"}`)
	}
	return `{"plannedShippingDateAndTime":"` + tomorrow() + `","pickup":{"isRequested":false},"productCode":"P",
	"accounts":[{"typeCode":"shipper","number":"` + accountNumber + `"}],"customerReferences":[` + strings.Join(refs, ",") + `],
	"outputImageProperties":{"encodingFormat":"pdf","imageOptions":[{"typeCode":"label","templateName":"ECOM26_84_001"},{"typeCode":"invoice","isRequested":true}]},
	"customerDetails":{
	"shipperDetails":{"postalAddress":{"postalCode":"518057","cityName":"Shenzhen","countryCode":"CN","addressLine1":"88 Keyuan Rd"},"contactInformation":{"phone":"+8675512345678","companyName":"Bright Co","fullName":"Li Wei"}},
	"receiverDetails":{"postalAddress":{"postalCode":"10969","cityName":"Berlin","countryCode":"DE","addressLine1":"Lindenstr. 5"},"contactInformation":{"phone":"+4915112345678","companyName":"Anna Schmidt","fullName":"Anna Schmidt"}}},
	"content":{"unitOfMeasurement":"metric","incoterm":"DAP","isCustomsDeclarable":true,"description":"Ceramic cups","declaredValue":37.5,"declaredValueCurrency":"USD",
	"packages":[{"weight":1.2,"dimensions":{"length":30,"width":20,"height":8}}],
	"exportDeclaration":{"invoice":{"number":"INV-1","date":"2026-11-20"},"exportReasonType":"commercial_purpose_or_sale",
	"lineItems":[{"number":1,"description":"Ceramic cup","price":12.5,"quantity":{"value":3,"unitOfMeasurement":"PCS"},"manufacturerCountry":"CN",
	"commodityCodes":[{"typeCode":"outbound","value":"691110"}],"weight":{"netValue":0.9,"grossValue":1.1}}]}}}`
}

// buy sells a label and returns the answer.
func (c client) buy(body string) shipmentAnswer {
	c.t.Helper()
	var out shipmentAnswer
	c.do("POST", "/shipments", body).into(http.StatusCreated, &out)
	return out
}
