package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// contract is the served OpenAPI file, as a client would load it.
func (s *stand) contract(t *testing.T) routers.Router {
	t.Helper()
	r := s.call("GET", "/openapi.json", nil, "Authorization", "")
	if r.status != 200 {
		t.Fatalf("openapi.json: %d", r.status)
	}
	doc, err := openapi3.NewLoader().LoadFromData(r.body)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the OpenAPI file is not valid: %v", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// conforms fails where an answer is not what the contract says of this route.
func conforms(t *testing.T, router routers.Router, method, path string, r reply) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		t.Fatalf("%s %s is not in the contract: %v", method, path, err)
	}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 r.status, Header: r.header, Body: io.NopCloser(bytes.NewReader(r.body)),
	})
	if err != nil {
		t.Errorf("%s %s %d: %v\n%.400s", method, path, r.status, err, r.body)
	}
}

func TestAnswersKeepTheContract(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	router := s.contract(t)
	check := func(method, path string, body any, header ...string) reply {
		r := s.call(method, path, body, header...)
		conforms(t, router, method, path, r)
		return r
	}
	var a struct{ ID string }
	check("POST", "/v1/rates", example(t, "order-de.json")).into(t, &a)
	check("GET", "/v1/rates/"+a.ID, nil)
	l := s.buy(t, "dhl_express.worldwide", "order-de.json", "contract")
	check("GET", "/v1/labels/"+l.ID, nil)
	check("GET", "/v1/labels?channel=dhl_express.worldwide", nil)
	check("GET", "/v1/trackers/"+l.Tracker, nil)
	s.call("POST", "/_control/push", map[string]any{"carrier": "dhl_express", "tracking_number": l.TrackingNumber, "journey": "delivered"})
	check("POST", "/v1/trackers/"+l.Tracker+"/refresh", nil)
	for _, path := range []string{"/v1/trackers", "/v1/channels", "/v1/channels/yanwen.tracked", "/v1/carriers", "/v1/accounts", "/v1/keys", "/v1/callbacks"} {
		check("GET", path, nil)
	}
	check("POST", "/v1/rates", `{}`)
	check("GET", "/v1/labels/lbl_x", nil)
	check("GET", "/v1/channels", nil, "Authorization", "")
}

// Nothing personal and no secret is in the log or the metrics, at debug level too.
func TestNothingPersonalIsLogged(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	l := s.buy(t, "yanwen.tracked", "order-de.json", "privacy")
	s.buy(t, "dhl_express.worldwide", "order-de.json", "privacy-2")
	s.call("POST", "/_control/push", map[string]any{"carrier": "yanwen", "tracking_number": l.TrackingNumber, "journey": "delivered"})
	s.call("POST", "/v1/trackers/"+l.Tracker+"/refresh", nil)
	metrics := s.call("GET", "/metrics", nil)
	if metrics.status != 200 || !bytes.Contains(metrics.body, []byte(`carrier="yanwen"`)) || !bytes.Contains(metrics.body, []byte(`op="label"`)) {
		t.Errorf("metrics by carrier and operation are missing: %d", metrics.status)
	}
	for _, secret := range []string{"Anna", "Schmidt", "Lindenstr", "10969", "+4915112345678", "anna@example", "Li Wei", "Keyuan", "李伟",
		"IM2760000000", "sk_sandbox", "SANDBOX0TOKEN", "P@ss"} {
		if strings.Contains(s.logs.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
		if bytes.Contains(metrics.body, []byte(secret)) {
			t.Errorf("the metrics hold %q", secret)
		}
	}
	if !strings.Contains(s.logs.String(), `"op":"label"`) {
		t.Error("the purchase is not in the log at all")
	}
}
