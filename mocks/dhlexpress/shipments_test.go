package dhlexpress

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The carrier has no idempotency key: the same body twice is two sales.
func TestSameRequestSellsTwice(t *testing.T) {
	c := now(t)
	a, b := c.buy(label("ours-1")), c.buy(label("ours-1"))
	if a.TrackingNumber == b.TrackingNumber || len(c.sandbox.Purchases("dhl_express", "ours-1")) != 2 {
		t.Errorf("got %s and %s", a.TrackingNumber, b.TrackingNumber)
	}
}

// Only the call that sells is a label; a dry run sells nothing.
func TestDryRun(t *testing.T) {
	c := now(t)
	var out shipmentAnswer
	c.do("POST", "/shipments?validateDataOnly=true", label("ours-1")).into(http.StatusCreated, &out)
	if out.TrackingNumber != "" || len(c.sandbox.Purchases("", "")) != 0 || len(c.sandbox.Arrivals("dhl_express", mocks.OpLabel)) != 0 {
		t.Errorf("got %+v", out)
	}
}

// What the schema refuses is a 422 with a pointer, in the words of the carrier's validator.
func TestUnprocessable(t *testing.T) {
	c := now(t)
	good := label("ours-1")
	for name, test := range map[string]struct{ old, new, want string }{
		"unknown key":       {`"content":{`, `"content":{"currency":"USD",`, "#/content: extraneous key [currency] is not permitted"},
		"no content":        {`"content"`, `"contents"`, "#: required key [content] not found"},
		"empty text":        {`"productCode":"P"`, `"productCode":""`, "#/productCode: expected minLength: 1, actual: 0"},
		"long text":         {"Lindenstr. 5", strings.Repeat("x", 46), "#/customerDetails/receiverDetails/postalAddress/addressLine1: expected maxLength: 45, actual: 46"},
		"leading blank":     {`"description":"Ceramic cups"`, `"description":" cups"`, `#/content/description: string [ cups] does not match pattern ^[^\s]`},
		"unknown word":      {`"incoterm":"DAP"`, `"incoterm":"XYZ"`, "#/content/incoterm: XYZ is not a valid enum value"},
		"no company":        {`"companyName":"Anna Schmidt",`, "", "#/customerDetails/receiverDetails/contactInformation: required key [companyName] not found"},
		"no packages":       {`[{"weight":1.2,"dimensions":{"length":30,"width":20,"height":8}}]`, "[]", "#/content/packages: expected minimum item count: 1, found: 0"},
		"weight as text":    {`"weight":1.2`, `"weight":"1.2"`, "#/content/packages/0/weight: expected type: Number, found: String"},
		"weight of zero":    {`"weight":1.2`, `"weight":0`, "#/content/packages/0/weight: 0 is not greater or equal to 0.001"},
		"no declaration":    {`"exportDeclaration"`, `"USFilingTypeValue":"x","exportDeclaration_"`, "#/content: extraneous key [exportDeclaration_] is not permitted"},
		"no line weight":    {`,"weight":{"netValue":0.9,"grossValue":1.1}`, "", "#/content/exportDeclaration/lineItems/0: required key [weight] not found"},
		"no declared value": {`"declaredValue":37.5,`, "", "#/content: required key [declaredValue] not found"},
	} {
		p := c.do("POST", "/shipments", strings.Replace(good, test.old, test.new, 1)).refused(http.StatusUnprocessableEntity)
		if details := append(p.Details, p.Detail); !slices.Contains(details, test.want) || p.Status != "422" || p.Title != "Validation error" {
			t.Errorf("%s: got %+v, want %q", name, p, test.want)
		}
	}
	if n := len(c.sandbox.Purchases("", "")); n != 0 {
		t.Errorf("%d refused requests were sold", n)
	}
}

// What the schema allows and the business refuses is a 400 with a code.
func TestBadRequests(t *testing.T) {
	c := now(t)
	good := label("ours-1")
	for name, test := range map[string]struct{ old, new, want string }{
		"zulu time":         {tomorrow(), "2027-01-18T17:00:00Z", "998: "},
		"blank before GMT":  {tomorrow(), strings.Replace(stamp(time.Now().AddDate(0, 0, 11)), "GMT", " GMT", 1), "998: "},
		"past":              {tomorrow(), stamp(time.Now().AddDate(0, 0, -2)), "998: "},
		"other account":     {accountNumber, "123456789", "8003: "},
		"document product":  {`"productCode":"P"`, `"productCode":"D"`, "1001: "},
		"other lane":        {`"productCode":"P"`, `"productCode":"U"`, "1001: "},
		"without a tariff":  {`"productCode":"P"`, `"productCode":"Q"`, "1001: "},
		"country":           {`"countryCode":"DE"`, `"countryCode":"KP"`, "410301: "},
		"unknown service":   {`"content":{`, `"valueAddedServices":[{"serviceCode":"ZZ"}],"content":{`, "7008: "},
		"uninsured value":   {`"content":{`, `"valueAddedServices":[{"serviceCode":"II"}],"content":{`, "7009: "},
		"line is per piece": {`"price":12.5`, `"price":37.5`, "7103: "},
		"net above gross":   {`"netValue":0.9`, `"netValue":1.2`, "7102: "},
		"goods too heavy":   {`"grossValue":1.1`, `"grossValue":3.3`, "7104: "},
		"too heavy":         {`"weight":1.2`, `"weight":71`, "1001: "},
	} {
		p := c.do("POST", "/shipments", strings.Replace(good, test.old, test.new, 1)).refused(http.StatusBadRequest)
		if !strings.HasPrefix(p.Detail, test.want) || p.Status != "400" {
			t.Errorf("%s: got %+v, want %q", name, p, test.want)
		}
	}
	if n := len(c.sandbox.Purchases("", "")); n != 0 {
		t.Errorf("%d refused requests were sold", n)
	}
}

// Paperless trade needs an invoice, the carrier's or the customer's own.
func TestPaperlessTrade(t *testing.T) {
	c := now(t)
	paperless := strings.Replace(label("ours-1"), `"content":{`, `"valueAddedServices":[{"serviceCode":"WY"}],"content":{`, 1)
	without := strings.Replace(paperless, `,{"typeCode":"invoice","isRequested":true}`, "", 1)
	if p := c.do("POST", "/shipments", without).refused(http.StatusBadRequest); !strings.HasPrefix(p.Detail, "7120: ") {
		t.Errorf("got %+v", p)
	}
	c.buy(paperless)
	c.buy(strings.Replace(without, `"content":{`, `"documentImages":[{"typeCode":"INV","imageFormat":"PDF","content":"JVBERi0="}],"content":{`, 1))
}

// Several problems come in one answer.
func TestManyProblems(t *testing.T) {
	body := strings.Replace(label("ours-1"), `"content":{`, `"valueAddedServices":[{"serviceCode":"ZZ"},{"serviceCode":"II"}],"content":{`, 1)
	p := now(t).do("POST", "/shipments?validateDataOnly=true", body).refused(http.StatusBadRequest)
	if p.Detail != manyProblems || len(p.Details) != 2 || !strings.HasSuffix(p.Instance, "?validateDataOnly=true") {
		t.Errorf("got %+v", p)
	}
}

// One document of type label has the labels of all pieces, in the format that was asked for.
func TestManyPieces(t *testing.T) {
	c := now(t)
	body := strings.Replace(label("ours-1"), `{"weight":1.2,`, `{"weight":0.6,"dimensions":{"length":30,"width":20,"height":8}},{"weight":0.6,`, 1)
	pdf := c.buy(body)
	if len(pdf.Packages) != 2 || pdf.Packages[0].TrackingNumber == pdf.Packages[1].TrackingNumber {
		t.Fatalf("got pieces %+v", pdf.Packages)
	}
	if codes := scan(t, pdf.Documents[0].Content); !slices.Equal(codes, []string{pdf.TrackingNumber, pdf.TrackingNumber}) {
		t.Errorf("got barcodes %v, want %s twice", codes, pdf.TrackingNumber)
	}
	for format, mark := range map[string]string{"zpl": "^FD%s^FS", "epl": `B60,760,0,1,3,6,200,B,"%s"`, "lp2": `B60,760,0,1,3,6,200,B,"%s"`} {
		got := c.buy(strings.Replace(body, `"encodingFormat":"pdf"`, `"encodingFormat":"`+format+`"`, 1))
		text, err := base64.StdEncoding.DecodeString(got.Documents[0].Content)
		want := strings.Replace(mark, "%s", got.TrackingNumber, 1)
		if err != nil || strings.Count(string(text), want) != 2 || got.Documents[0].ImageFormat != strings.ToUpper(format) {
			t.Errorf("%s: %q is not there twice: %v", format, want, err)
		}
		if got.Documents[1].ImageFormat != "PDF" {
			t.Errorf("%s: the invoice is %s", format, got.Documents[1].ImageFormat)
		}
	}
	split := c.buy(strings.Replace(body, `"encodingFormat":"pdf"`, `"encodingFormat":"pdf","splitDocumentsByPages":true`, 1))
	if len(split.Documents) != 3 {
		t.Errorf("got %d documents, want two labels and an invoice", len(split.Documents))
	}
	joined := c.buy(strings.Replace(body, `"encodingFormat":"pdf"`, `"encodingFormat":"pdf","allDocumentsInOneImage":true`, 1))
	if len(joined.Documents) != 1 {
		t.Errorf("got %d documents, want one", len(joined.Documents))
	}
}

// The price of a label is told only when it is asked for.
func TestRateEstimate(t *testing.T) {
	c := now(t)
	if got := c.buy(label("a")); len(got.ShipmentCharges) != 0 {
		t.Errorf("got %v unasked", got.ShipmentCharges)
	}
	got := c.buy(strings.Replace(label("b"), `"productCode":"P"`, `"productCode":"P","getRateEstimates":true`, 1))
	i := slices.IndexFunc(got.ShipmentCharges, func(s shipmentCharge) bool { return s.CurrencyType == "BILLC" })
	if i < 0 || got.ShipmentCharges[i].Price.amount() != c.sandbox.Purchases("", "b")[0].Charged.Amount {
		t.Errorf("got %v, want what the ledger has", got.ShipmentCharges)
	}
}

// The label is not among the documents that can be had later; customs papers are.
func TestImages(t *testing.T) {
	c := now(t)
	s := c.buy(label("ours-1"))
	month := time.Now().In(mocks.Zone("CN")).AddDate(0, 0, 1).Format("2006-01")
	path := "/shipments/" + s.TrackingNumber + "/get-image"
	var out struct {
		Documents []storedDocument `json:"documents"`
	}
	c.do("GET", path+query("shipperAccountNumber", accountNumber, "typeCode", "commercial-invoice", "typeCode", "waybill", "pickupYearAndMonth", month), "").
		into(http.StatusOK, &out)
	if len(out.Documents) != 2 || out.Documents[0].TrackingNumber != s.TrackingNumber {
		t.Errorf("got %+v", out.Documents)
	}
	for name, test := range map[string]struct {
		query  string
		status int
		want   string
	}{
		"label":       {query("shipperAccountNumber", accountNumber, "typeCode", "label", "pickupYearAndMonth", month), 400, "Parameters not having correct format: typeCode"},
		"other month": {query("shipperAccountNumber", accountNumber, "typeCode", "waybill", "pickupYearAndMonth", "2020-01"), 404, noImages},
		"no month":    {query("shipperAccountNumber", accountNumber, "typeCode", "waybill"), 400, "Missing mandatory parameters: pickupYearAndMonth"},
		"tiff as pdf": {query("shipperAccountNumber", accountNumber, "typeCode", "waybill", "pickupYearAndMonth", month, "encodingFormat", "tiff", "allInOnePDF", "true"), 400, "1506: "},
		"undelivered": {"", 404, ""},
	} {
		path := path
		if test.query == "" {
			path = "/shipments/" + s.TrackingNumber + "/proof-of-delivery"
		}
		if p := c.do("GET", path+test.query, "").refused(test.status); !strings.HasPrefix(p.Detail, test.want) {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

// Papers of the customer's own can follow a sale.
func TestUploadImage(t *testing.T) {
	c := now(t)
	s := c.buy(label("ours-1"))
	body := `{"originalPlannedShippingDate":"2026-11-23","productCode":"P","accounts":[{"typeCode":"shipper","number":"` + accountNumber + `"}],
	"documentImages":[{"typeCode":"INV","imageFormat":"PDF","content":"JVBERi0="}]}`
	if a := c.do("PATCH", "/shipments/"+s.TrackingNumber+"/upload-image", body); a.status != http.StatusOK {
		t.Errorf("got %d: %s", a.status, a.body)
	}
	if p := c.do("PATCH", "/shipments/1/upload-image", body).refused(http.StatusNotFound); !strings.HasPrefix(p.Detail, "Operation not possible") {
		t.Errorf("got %+v", p)
	}
	c.do("PATCH", "/shipments/1/upload-image", `{}`).refused(http.StatusUnprocessableEntity)
}

// There is no cancel of a shipment.
func TestNoVoid(t *testing.T) {
	c := now(t)
	s := c.buy(label("ours-1"))
	c.do("DELETE", "/shipments/"+s.TrackingNumber, "").refused(http.StatusNotFound)
	if got := c.sandbox.Purchases("", "ours-1")[0].State; got != mocks.Live {
		t.Errorf("got %s", got)
	}
}
