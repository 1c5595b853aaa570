package speedpak

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// A line is in one package; the refusal names it, and the look-up finds the package.
func TestDuplicateLine(t *testing.T) {
	c := now(t)
	p := c.create(draft(line(1), ""))
	e := c.do("POST", "/package", draft(line(1), "")).failed(http.StatusBadRequest, 355005)
	if !strings.Contains(e.Message, line(1)) || e.Domain != "API_EDIS" || e.Category != "REQUEST" {
		t.Errorf("got %+v", e)
	}
	found := c.find(line(1))
	if len(found) != 1 || found[0] != (itemPackage{p.PackageID, created, p.TrackingNumber}) {
		t.Errorf("got %+v", found)
	}
	// A pair of listing and transaction is the same line.
	pair := strings.Replace(draft("", ""), `"orderLineItem":""`, `"listingId":"110000000001","transactionId":"10000000000001"`, 1)
	c.do("POST", "/package", pair).failed(http.StatusBadRequest, 355005)
	// More parcels of one line are possible when the limit says so.
	more := strings.Replace(draft(line(1), ""), `"packageWeight"`, `"maxQuantityLimit":2,"packageWeight"`, 1)
	c.create(more)
	c.do("POST", "/package", more).failed(http.StatusBadRequest, 355005)
}

// A package that was just created hides from the look-up, though the line is taken already.
func TestSearchLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, mocks.Options{SearchLag: 20 * time.Second})
		c.create(draft(line(1), ""))
		if found := c.find(line(1)); len(found) != 0 {
			t.Errorf("got %+v, want none yet", found)
		}
		c.do("POST", "/package", draft(line(1), "")).failed(http.StatusBadRequest, 355005)
		time.Sleep(20 * time.Second)
		if found := c.find(line(1)); len(found) != 1 {
			t.Errorf("got %+v, want one", found)
		}
	})
}

// Draft, sale, cancel, delete; each step only from the right state, and the money comes back.
func TestLifecycle(t *testing.T) {
	c := now(t)
	p := c.create(draft(line(1), ""))
	path := "/package/" + p.PackageID
	c.do("DELETE", path, "").failed(http.StatusBadRequest, 355064)
	c.do("POST", path+"/confirm", "").done()
	c.do("POST", path+"/confirm", "").failed(http.StatusBadRequest, 355038)
	if d := c.detail(p.PackageID); d.PackageStatus != confirmed || d.PaymentCost == nil || *d.PaymentCost != *p.EstimateCost {
		t.Errorf("got %+v", d)
	}
	c.do("POST", path+"/cancel", "").done()
	if got := c.sandbox.Purchases("", "")[0].State; got != mocks.Voided {
		t.Errorf("got %s, want voided", got)
	}
	c.do("POST", path+"/cancel", "").failed(http.StatusBadRequest, 355042)
	c.do("POST", path+"/confirm", "").failed(http.StatusBadRequest, 355038)
	if d := c.detail(p.PackageID); d.PackageStatus != cancelled || d.TrackingNumber != "" {
		t.Errorf("got %+v", d)
	}
	again := c.create(draft(line(1), "")) // the line is free again
	c.do("DELETE", path, "").done()
	c.do("DELETE", path, "").failed(http.StatusBadRequest, 355004)
	c.do("GET", path, "").failed(http.StatusBadRequest, 355004)
	c.do("POST", path+"/confirm", "").failed(http.StatusBadRequest, 355037)
	if found := c.find(line(1)); len(found) != 1 || found[0].PackageID != again.PackageID {
		t.Errorf("got %+v", found)
	}
}

// A parcel that was picked up cannot be cancelled.
func TestCancelAfterPickup(t *testing.T) {
	c := now(t)
	p := c.sell(line(1))
	c.scan(p.TrackingNumber, orderReceived)
	c.scan(p.TrackingNumber, pickedUp)
	c.do("POST", "/package/"+p.PackageID+"/cancel", "").failed(http.StatusBadRequest, 355042)
	if got := c.sandbox.Purchases("", "")[0].State; got != mocks.Live {
		t.Errorf("got %s", got)
	}
}

// Bulk calls answer 200 and say of each package what became of it.
func TestBulk(t *testing.T) {
	c := now(t)
	a, b := c.create(draft(line(1), "")), c.create(draft(line(2), ""))
	body := `{"requests":{"packageIds":["` + a.PackageID + `","PKG0","` + b.PackageID + `"]}}`
	for _, step := range []struct {
		path string
		want [3]string
	}{
		{"/package/bulk_delete_packages", [3]string{"355064", "355004", "355064"}},
		{"/package/bulk_confirm_packages", [3]string{"200", "355037", "200"}},
		{"/package/bulk_confirm_packages", [3]string{"355038", "355037", "355038"}},
		{"/package/bulk_cancel_packages", [3]string{"200", "355037", "200"}},
		{"/package/bulk_delete_packages", [3]string{"200", "355004", "200"}},
	} {
		var out struct {
			Responses []bulkResult `json:"responses"`
		}
		c.do("POST", step.path, body).into(http.StatusOK, &out)
		for i, want := range step.want {
			if got := out.Responses[i]; got.ResultCode != want || got.Message == "" {
				t.Errorf("%s, package %d: got %+v, want %s", step.path, i, got, want)
			}
		}
	}
	c.do("POST", "/package/bulk_confirm_packages", `{"requests":{"packageIds":[]}}`).failed(http.StatusBadRequest, errRequest)
}

// The wallet refuses at creation what it could never pay, and at the confirm what it cannot
// pay any more.
func TestWallet(t *testing.T) {
	var edis *Carrier
	s := mocks.New(mocks.Options{SearchLag: -1, Seed: 1}, func(d *mocks.Desk) mocks.Carrier {
		edis = New(d).(*Carrier)
		return edis
	})
	t.Cleanup(s.Close)
	c := &client{t: t, sandbox: s, http: &http.Client{Transport: mocks.Transport(s)}, base: "http://sandbox"}
	c.login()
	a, b := c.create(draft(line(1), "")), c.create(draft(line(2), ""))
	cost, _ := a.EstimateCost.cents()
	edis.wallet = cost + 1
	c.do("POST", "/package/"+a.PackageID+"/confirm", "").done()
	c.do("POST", "/package/"+b.PackageID+"/confirm", "").failed(http.StatusBadRequest, 355031)
	c.do("POST", "/package", draft(line(3), "")).failed(http.StatusBadRequest, 355031)
	if n := len(s.Purchases("", "")); n != 1 || edis.wallet != 1 {
		t.Errorf("got %d sales and %d cents left", n, edis.wallet)
	}
	c.do("POST", "/package/"+a.PackageID+"/cancel", "").done()
	c.do("POST", "/package/"+b.PackageID+"/confirm", "").done()
}

// Order lines that are made to fail, at creation or at the confirm.
func TestOrderedErrors(t *testing.T) {
	c := now(t)
	for id, status := range map[string]int{"355000": 500, "355003": 400, "355008": 400, "355009": 400, "355011": 400, "355019": 400,
		"355026": 400, "355030": 400, "355031": 400, "355066": 500} {
		var out struct {
			Errors []apiError `json:"errors"`
		}
		c.do("POST", "/package", draft("110000000001-"+id, "")).into(status, &out)
		if code(&out.Errors[0]) != id {
			t.Errorf("got %+v, want %s", out.Errors[0], id)
		}
	}
	for _, id := range confirmFails {
		p := c.create(draft(code(&apiError{ErrorID: id})+"-1", ""))
		c.do("POST", "/package/"+p.PackageID+"/confirm", "").failed(status(id), id)
	}
	if n := len(c.sandbox.Purchases("", "")); n != 0 {
		t.Errorf("%d packages were sold", n)
	}
}

// Each documented limit of a package has its own error.
func TestCreateRefusals(t *testing.T) {
	c := now(t)
	battery := `"isLiBattery":true,"liBatteryType":"BUILT_IN"`
	for name, test := range map[string]struct {
		old, new string
		id       int
	}{
		"unknown service":       {"US0001-DEMO", "US9999", 355012},
		"country not served":    {`"countryCode":"US"`, `"countryCode":"GB"`, 355025},
		"too heavy":             {`"packageWeight":350`, `"packageWeight":31501`, 355024},
		"too long":              {`"packageLength":20`, `"packageLength":66.1`, 355024},
		"no weight":             {`"packageWeight":350,`, ``, errRequest},
		"negative width":        {`"packageWidth":15`, `"packageWidth":-15`, errRequest},
		"incoterm":              {`"incoterm":"DDU"`, `"incoterm":"DAP"`, errRequest},
		"long street":           {"1 Demo St", strings.Repeat("x", 51), 355002},
		"no contact":            {`"contact":"Jane Doe",`, ``, errRequest},
		"unknown ship-from":     {`"shipFromAddressId":"80001"`, `"shipFromAddressId":"1"`, errRequest},
		"unknown preference":    {`"consignPreferenceId":"90001"`, `"consignPreferenceId":"1"`, errRequest},
		"line of nobody":        {line(1), "EB-1001", 355008},
		"no items":              {`"items":[`, `"items":[],"other":[`, errRequest},
		"too many pieces":       {`"postedQuantity":1`, `"postedQuantity":1000`, errRequest},
		"no sku":                {`"sku"`, `"product"`, errRequest},
		"no Chinese name":       {`"nameZh":"手机壳"`, `"nameZh":""`, errRequest},
		"price as number":       {`"value":"8.50"`, `"value":8.50`, errRequest},
		"price of zero":         {`"value":"8.50"`, `"value":"0"`, errRequest},
		"no origin":             {`"origin":"CN"`, `"origin":""`, errRequest},
		"weight as text":        {`"packageWeight":350`, `"packageWeight":"heavy"`, errRequest},
		"battery of no kind":    {`"isLiBattery":false`, `"isLiBattery":true`, errRequest},
		"battery alone":         {`"isLiBattery":false`, `"isLiBattery":true,"liBatteryType":"PURE_BATTERY"`, 355024},
		"unknown certificate":   {`"isLiBattery":false`, battery + `,"elecQualificationId":"X"`, 355020},
		"suspended certificate": {`"isLiBattery":false`, battery + `,"elecQualificationId":"BQ1004"`, 355021},
		"expired certificate":   {`"isLiBattery":false`, battery + `,"elecQualificationId":"BQ1003"`, 355022},
		"half an agent":         {`"items":[`, `"agentInfoRequest":{"agentName":"Rep"},"items":[`, 355063},
		"heavy bag":             {`"packageWeight":350`, `"packageWeight":2501,"specialServiceDetail":{"packagingType":"PAK"}`, 355018},
		"signature":             {`"items":[`, `"specialServiceDetail":{"signatureType":"X"},"items":[`, errRequest},
		"forward stock":         {`"consignPreferenceId":"90001"`, `"consignPreferenceId":"90003"`, 355013},
		"no container":          {`"packageInfo"`, `"package"`, errRequest},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.do("POST", "/package", strings.Replace(draft(line(1), ""), test.old, test.new, 1))
			got.t = t
			got.failed(http.StatusBadRequest, test.id)
		})
	}
	c.create(strings.Replace(draft(line(1), ""), `"isLiBattery":false`, battery+`,"elecQualificationId":"BQ1001"`, 1))
}

// Stock in a forward deployment centre is named by its own SKUs.
func TestForwardStock(t *testing.T) {
	c := now(t)
	with := func(skus string) string {
		s := strings.Replace(draft(line(1), ""), `"consignPreferenceId":"90001"`, `"consignPreferenceId":"90003"`, 1)
		return strings.Replace(s, `"isLiBattery":false`, `"isLiBattery":false,"fdcSkus":[`+skus+`]`, 1)
	}
	many := make([]string, maxFDC+1)
	for i := range many {
		many[i] = fmt.Sprintf(`{"skuId":"A%d","quantity":1}`, i)
	}
	for skus, id := range map[string]int{
		``: 355013, `{"skuId":"A"}`: 355015, `{"skuId":"A","quantity":1},{"skuId":"A","quantity":2}`: 355016,
		`{"skuId":"` + strings.Repeat("x", 51) + `","quantity":1}`: 355017, strings.Join(many, ","): 355014,
	} {
		c.do("POST", "/package", with(skus)).failed(http.StatusBadRequest, id)
	}
	c.create(with(`{"skuId":"A","quantity":1},{"skuId":"B","quantity":1}`))
}

// A battery without a certificate becomes a draft that cannot be confirmed.
func TestUncertifiedBattery(t *testing.T) {
	c := now(t)
	p := c.create(strings.Replace(draft(line(1), ""), `"isLiBattery":false`, `"isLiBattery":true,"liBatteryType":"BUILT_IN"`, 1))
	c.do("POST", "/package/"+p.PackageID+"/confirm", "").failed(http.StatusBadRequest, 355039)
}

// Where the seller has set no representative for a country of the Union, the package needs one.
func TestAgent(t *testing.T) {
	c := now(t)
	malta := strings.NewReplacer("US0001-DEMO", "EU0001-DEMO", `"countryCode":"US"`, `"countryCode":"MT"`).Replace(draft(line(1), ""))
	c.do("POST", "/package", malta).failed(http.StatusBadRequest, 355063)
	c.create(strings.Replace(malta, `"items":[`, `"agentInfoRequest":{"agentName":"Rep","agentAddress":"Valletta","agentPhone":"1"},"items":[`, 1))
}

// Prices follow the larger of weight and volume; economy looks at the weight alone.
func TestEstimate(t *testing.T) {
	c := now(t)
	// 20 × 15 × 8 cm are 300 g of volume, less than 350 g: 2.50 + 0.35 × 10.80.
	if got := c.create(draft(line(1), "")).EstimateCost.Value; got != "6.28" {
		t.Errorf("got %s, want 6.28", got)
	}
	// 40 × 30 × 20 cm are 3000 g.
	big := strings.NewReplacer(`"packageLength":20,"packageWidth":15,"packageHeight":8`, `"packageLength":40,"packageWidth":30,"packageHeight":20`).Replace(draft(line(2), ""))
	if got := c.create(big).EstimateCost.Value; got != "34.90" {
		t.Errorf("got %s, want 34.90", got)
	}
	if got := c.create(strings.Replace(draft(line(3), ""), "US0001-DEMO", "US0002-DEMO", 1)).EstimateCost.Value; got != "4.92" {
		t.Errorf("got %s, want 4.92", got)
	}
}

// A parcel that came back can be sent again, three times; one on its way cannot.
func TestClone(t *testing.T) {
	c := now(t)
	p := c.sell(line(1))
	path := "/package/" + p.PackageID + "/clone"
	c.do("POST", path, "").failed(http.StatusBadRequest, 355045)
	c.travel(p.TrackingNumber, "returned")
	var out struct {
		Result createResult `json:"clonePackageResult"`
	}
	for range maxClones {
		c.do("POST", path, "").into(http.StatusCreated, &out)
		if out.Result.PackageID == p.PackageID || out.Result.TrackingNumber == p.TrackingNumber || out.Result.PaymentCost == nil {
			t.Fatalf("got %+v", out.Result)
		}
		c.do("POST", "/package/"+out.Result.PackageID+"/confirm", "").done()
		c.do("POST", "/package/"+out.Result.PackageID+"/cancel", "").done()
	}
	c.do("POST", path, "").failed(http.StatusBadRequest, 355046)
	c.do("POST", "/package/PKG0/clone", "").failed(http.StatusBadRequest, 355004)
}
