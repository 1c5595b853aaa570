package dhlexpress

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func pickupBody(more string) string {
	return fmt.Sprintf(`{"plannedPickupDateAndTime":%q,"closeTime":"23:59","location":"reception","accounts":[{"typeCode":"shipper","number":%q}],%s
	"customerDetails":{"shipperDetails":{"postalAddress":{"postalCode":"518057","cityName":"Shenzhen","countryCode":"CN","addressLine1":"88 Keyuan Rd"},
	"contactInformation":{"phone":"+8675512345678","companyName":"Bright Co","fullName":"Li Wei"}}},
	"shipmentDetails":[{"productCode":"P","isCustomsDeclarable":true,"unitOfMeasurement":"metric","packages":[{"weight":2}]}]}`, tomorrow()[:11]+"09:00:00GMT+08:00", accountNumber, more)
}

// A pickup is made, moved and cancelled; a cancelled one is gone.
func TestPickup(t *testing.T) {
	c := now(t)
	var made pickupAnswer
	c.do("POST", "/pickups", pickupBody("")).into(http.StatusCreated, &made)
	if len(made.Numbers) != 1 || len(made.Numbers[0]) != 15 || made.NextPickupDate == "" {
		t.Fatalf("got %+v", made)
	}
	number := made.Numbers[0]
	update := pickupBody(`"dispatchConfirmationNumber":"` + number + `","originalShipperAccountNumber":"` + accountNumber + `",`)
	var moved pickupAnswer
	c.do("PATCH", "/pickups/"+number, update).into(http.StatusOK, &moved)
	if moved.Number != number {
		t.Errorf("got %+v", moved)
	}
	reason := "?requestorName=Li+Wei&reason=not+needed"
	for _, step := range []struct {
		path   string
		status int
		want   string
	}{
		{"/pickups/" + number + "?reason=x", 400, "Missing mandatory parameters: requestorName"},
		{"/pickups/PRG211126000382" + reason, 404, "Cancellation of booking was not successful. Requested Pickup was not found"},
		{"/pickups/" + number + reason, 200, ""},
		{"/pickups/" + number + reason, 400, "Pickup already cancelled or completed"},
	} {
		a := c.do("DELETE", step.path, "")
		if a.status != step.status {
			t.Errorf("%s: got %d: %s", step.path, a.status, a.body)
		}
		if step.status != 200 && a.refused(step.status).Detail != step.want {
			t.Errorf("%s: got %s", step.path, a.body)
		}
	}
	if p := c.do("PATCH", "/pickups/"+number, update).refused(http.StatusNotFound); p.Detail != " Requested Pickup was not found" {
		t.Errorf("got %+v", p)
	}
}

func TestPickupRefusals(t *testing.T) {
	c := now(t)
	good := pickupBody("")
	for name, test := range map[string]struct {
		old, new string
		status   int
		want     string
	}{
		"other account": {accountNumber, "1", 400, "8003: "},
		"zulu":          {"GMT+08:00", "+08:00", 400, "998: PickupTimeStamp"},
		"closed before": {`"closeTime":"23:59"`, `"closeTime":"08:30"`, 400, "5511: "},
		"bad clock":     {`"closeTime":"23:59"`, `"closeTime":"25:00"`, 422, "#/closeTime: string [25:00] does not match pattern"},
		"long location": {`"reception"`, `"` + strings.Repeat("x", 85) + `"`, 422, "#/location: expected maxLength: 80, actual: 85"},
		"country":       {`"countryCode":"CN"`, `"countryCode":"KP"`, 400, "420504: "},
	} {
		if p := c.do("POST", "/pickups", strings.Replace(good, test.old, test.new, 1)).refused(test.status); !strings.HasPrefix(p.Detail, test.want) {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

// A shipment can order its own pickup, and that can be cancelled.
func TestPickupWithShipment(t *testing.T) {
	c := now(t)
	s := c.buy(strings.Replace(label("a"), `"isRequested":false}`, `"isRequested":true,"closeTime":"18:00"}`, 1))
	if s.DispatchNumber == "" || !strings.HasSuffix(s.CancelPickupURL, s.DispatchNumber) {
		t.Fatalf("got %+v", s)
	}
	if a := c.do("DELETE", "/pickups/"+s.DispatchNumber+"?requestorName=x&reason=y", ""); a.status != http.StatusOK {
		t.Errorf("got %d: %s", a.status, a.body)
	}
	if other := c.buy(label("b")); other.DispatchNumber != "" {
		t.Errorf("got a pickup unasked: %s", other.DispatchNumber)
	}
}

// Addresses: served or not, and how strictly the postal code is taken.
func TestAddressValidate(t *testing.T) {
	c := now(t)
	var out struct {
		Address  []validatedAddress `json:"address"`
		Warnings []string           `json:"warnings"`
	}
	c.do("GET", "/address-validate?type=delivery&countryCode=DE&postalCode=10969&cityName=Berlin", "").into(http.StatusOK, &out)
	if got := out.Address[0].ServiceArea; got.Code != "BER" || got.Description != "BERLIN-DE" {
		t.Errorf("got %+v", got)
	}
	c.do("GET", "/address-validate?type=pickup&countryCode=DE&postalCode=X&strictValidation=false", "").into(http.StatusOK, &out)
	if len(out.Warnings) != 1 {
		t.Errorf("got warnings %v", out.Warnings)
	}
	for path, want := range map[string]string{
		"?type=delivery&countryCode=KP":            noDest,
		"?type=pickup&countryCode=DE&postalCode=X": noOrigin,
		"?type=pickup": "Missing mandatory parameters: countryCode",
		"?type=delivery&countryCode=DE&cityName=" + strings.Repeat("x", 46): "Parameters not having correct format: cityName (maxLength=45)",
	} {
		if p := c.do("GET", "/address-validate"+path, "").refused(http.StatusBadRequest); p.Detail != want {
			t.Errorf("%s: got %+v", path, p)
		}
	}
}

func TestIdentifiers(t *testing.T) {
	c := now(t)
	var out struct {
		Identifiers []struct {
			List []string `json:"list"`
		} `json:"identifiers"`
	}
	c.do("GET", "/identifiers?type=SID&size=3&accountNumber="+accountNumber, "").into(http.StatusOK, &out)
	if list := out.Identifiers[0].List; len(list) != 3 || waybill(list[2][:9]) != list[2] {
		t.Errorf("got %v", list)
	}
	c.do("GET", "/identifiers?type=PID&size=1&accountNumber="+accountNumber, "").into(http.StatusOK, &out)
	if list := out.Identifiers[0].List; len(list) != 1 || !strings.HasPrefix(list[0], "JD01") {
		t.Errorf("got %v", list)
	}
	if p := c.do("GET", "/identifiers?type=SID&size=3&accountNumber=1", "").refused(http.StatusBadRequest); !strings.HasPrefix(p.Detail, "3501: ") {
		t.Errorf("got %+v", p)
	}
}

func TestReferenceData(t *testing.T) {
	c := now(t)
	var out struct {
		ReferenceData []dataset `json:"referenceData"`
	}
	c.do("GET", "/reference-data?datasetName=trackingEventCode&filterByAttribute=eventCode&filterByValue=OK", "").into(http.StatusOK, &out)
	if d := out.ReferenceData[0].Data; len(d) != 1 || d[0][1].Value != "Delivered" {
		t.Errorf("got %v", d)
	}
	c.do("GET", "/reference-data?datasetName=all", "").into(http.StatusOK, &out)
	if len(out.ReferenceData) != 4 {
		t.Errorf("got %d datasets", len(out.ReferenceData))
	}
	if p := c.do("GET", "/reference-data?datasetName=dangerousGoods", "").refused(http.StatusNotFound); p.Detail != "5030: No reference data found" {
		t.Errorf("got %+v", p)
	}
}
