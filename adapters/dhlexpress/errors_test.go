package dhlexpress

import (
	"encoding/json"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

func jsonNumber(text string) json.Number { return json.Number(text) }

// Refusals by DHL's own samples, on a read and on the purchase. Only an object that repeats the
// HTTP status proves anything there.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		status     int
		body       string
		read, buys normalize.Kind
		code       string
		field      string
	}{
		{"time malformed", 400, `{"instance":"/x","detail":"998: ShipTimeStamp is not well formatted.","title":"Bad request","message":"Bad request","status":"400"}`,
			normalize.KindInvalidRequest, normalize.KindInvalidRequest, "998", "/ship_date"},
		{"service not on this lane", 400, `{"detail":"7008: The requested Special Service Code 'xx' is not available","title":"Bad request","status":"400"}`,
			normalize.KindNotServiceable, normalize.KindNotServiceable, "7008", ""},
		{"account not allowed", 400, `{"detail":"8003: Account not allowed for this service.","title":"Bad request","status":"400"}`,
			normalize.KindAuthFailed, normalize.KindAuthFailed, "8003", ""},
		{"account without a code", 400, `{"detail":"The account number is not found or invalid. Please check the account number and retry.","title":"Bad request","status":"400"}`,
			normalize.KindAuthFailed, normalize.KindAuthFailed, "400", ""},
		{"a code that no list has", 400, `{"detail":"4711: Whatever.","title":"Bad request","status":"400"}`,
			normalize.KindRejected, normalize.KindRejected, "4711", ""},
		{"an unknown key", 422, `{"detail":"#/content/packages/2/identifiers/0: extraneous key [x] is not permitted","title":"Validation error","status":"422"}`,
			normalize.KindInvalidRequest, normalize.KindInvalidRequest, "422", "/parcels/2"},
		{"process failure with code for status", 500, `{"detail":"999: Process failure occurred. Process ID associated for that transaction (1234567890)","title":"Internal Server Error","code":"500"}`,
			normalize.KindUnavailable, normalize.KindUnavailable, "999", ""},
		{"no data", 404, `{"detail":"No data found","title":"Not data found","status":"404"}`,
			normalize.KindNotFound, normalize.KindNotFound, "404", ""},
		{"a 404 that the purchase does not declare", 404, `{"detail":"Resource missing","title":"x","status":"404"}`,
			normalize.KindNotFound, normalize.KindBadResponse, "404", ""},
		{"too many", 429, `{"detail":"Rate limit exceeded.","title":"Too Many Requests","status":"429"}`,
			normalize.KindRateLimited, normalize.KindRateLimited, "429", ""},
		{"bad credentials", 401, `{"detail":"Invalid Credentials","title":"Unauthorized","status":"401"}`,
			normalize.KindAuthFailed, normalize.KindAuthFailed, "401", ""},
		{"another status than its own", 400, `{"detail":"998: x","title":"x","status":"500"}`,
			normalize.KindBadResponse, normalize.KindBadResponse, "", ""},
		{"no words", 400, `{"status":"400"}`, normalize.KindBadResponse, normalize.KindBadResponse, "", ""},
		{"a proxy's 401", 401, `Unauthorized`, normalize.KindAuthFailed, normalize.KindBadResponse, "", ""},
		{"a proxy's 429", 429, `<html>`, normalize.KindRateLimited, normalize.KindBadResponse, "", ""},
		{"a proxy's 400 in JSON", 400, `{"error":"bad request"}`, normalize.KindBadResponse, normalize.KindBadResponse, "", ""},
		{"a known code in a broken server", 500, `{"detail":"7008: x","title":"x","status":"500"}`,
			normalize.KindUnavailable, normalize.KindUnavailable, "7008", ""},
		{"a gateway's page", 502, `<html>`, normalize.KindUnavailable, normalize.KindUnavailable, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, _ := accountOf(t, config(), 200, nil)
			for commits, want := range map[bool]normalize.Kind{false: c.read, true: c.buys} {
				e := a.client.fail(adapters.OpLabel, commits, rest.Reply{Status: c.status, Body: []byte(c.body)})
				if e.Kind != want || e.Code != c.code || e.Field != c.field || e.Status != c.status {
					t.Errorf("commits=%v: got %+v, want %s %s %s", commits, e, want, c.code, c.field)
				}
			}
		})
	}
}

func TestPointerOf(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"#/customerDetails/shipperDetails/postalAddress/cityName: expected maxLength: 45, actual: 49":  "/origin/city",
		"#/customerDetails/receiverDetails/contactInformation/phone: expected minLength: 1, actual: 0": "/destination/phone",
		"#/customerDetails/importerDetails/postalAddress: required key [addressLine1] not found":       "/importer",
		"#/content/packages/12/weight: 0 is not greater or equal to 0.001":                             "/parcels/12/weight",
		"#/packages/0: required key [weight] not found":                                                "/parcels/0",
		"#/content/exportDeclaration/lineItems/3/commodityCodes/0/value: x":                            "/items/3/hs_code",
		"#/content/exportDeclaration/lineItems/0: required key [weight] not found":                     "/items/0",
		"#/items/1/commodityCode: expected maxLength: 18, actual: 20":                                  "/items/1",
		"#/plannedShippingDateAndTime: expected maxLength: 29, actual: 40":                             "/ship_date",
		"#/accounts/0/number: expected minLength: 1, actual: 0":                                        "",
		"#/content/packages/99999999999/weight: x":                                                     "",
		"998: ShipTimeStamp is not well formatted.":                                                    "",
		"": "",
	} {
		if got := pointerOf(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
