package amazonfba

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/crossdock-hub/crossdock/mocks"
)

// Labels: some boxes only, papers of the right carrier, and what is refused.
func TestBoxLabels(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan, o := s.ready(1, own)
		number := s.shipment(plan, o.Shipments[0]).Confirmation
		pdf := s.labels(number, "PageType=PackageLabel_Thermal_NonPCP&LabelType=UNIQUE&PackageLabelsToPrint="+number+"U000003,"+number+"U000001")
		if got := barcodes(t, pdf); !slices.Equal(got, []string{number + "U000003", number + "U000001"}) {
			t.Errorf("got %v", got)
		}
		pdf = s.labels(number, "PageType=PackageLabel_A4_4&LabelType=UNIQUE&PageSize=3&PageStartIndex=3")
		if got := barcodes(t, pdf); !slices.Equal(got, []string{number + "U000004"}) {
			t.Errorf("got %v", got)
		}
		for query, want := range map[string]string{
			"PageType=PackageLabel_Thermal&LabelType=UNIQUE":                       "PageType", // a partner's
			"PageType=PackageLabel_A4_4&LabelType=NICE":                            "LabelType",
			"PageType=PackageLabel_A4_4&LabelType=UNIQUE&PackageLabelsToPrint=X":   "IncorrectPackageIdentifier",
			"PageType=PackageLabel_A4_4&LabelType=UNIQUE&PageSize=1001":            "PageSize",
			"PageType=PackageLabel_A4_4&LabelType=PALLET&NumberOfPallets=1000":     "NumberOfPallets",
			"PageType=PackageLabel_A4_4&LabelType=UNIQUE&PackageLabelsToPrint=X,Y": "IncorrectPackageIdentifier",
		} {
			if text := s.call("GET", prefixV0+"/shipments/"+number+"/labels?"+query, "", 400, nil); !strings.Contains(text, want) {
				t.Errorf("%s: got %s", query, text)
			}
		}
	})
}

// Item labels: the FNSKU as a barcode, on sheets or on a roll.
func TestItemLabels(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		for _, kind := range []string{`"labelType":"STANDARD_FORMAT","pageType":"A4_27","localeCode":"en_US"`, `"labelType":"THERMAL_PRINTING","width":50,"height":30`} {
			var out struct{ DocumentDownloads []download }
			s.call("POST", "/items/labels", `{"marketplaceId":"`+us+`",`+kind+`,"mskuQuantities":[{"msku":"DEMO-SKU-1","quantity":40}]}`, 200, &out)
			_, _, pdf := s.send("GET", out.DocumentDownloads[0].URI, "", "", "")
			got := barcodes(t, pdf)
			if len(got) == 0 || slices.ContainsFunc(got, func(code string) bool { return code != fnsku("DEMO-SKU-1") }) {
				t.Errorf("got %v, want %s", got, fnsku("DEMO-SKU-1"))
			}
		}
		s.call("POST", "/items/labels", `{"marketplaceId":"`+us+`","labelType":"THERMAL_PRINTING","width":20,"height":30,"mskuQuantities":[{"msku":"A","quantity":1}]}`, 400, nil)
		s.call("POST", "/items/labels", `{"marketplaceId":"`+us+`","labelType":"STANDARD_FORMAT","mskuQuantities":[{"msku":"NOSUCH","quantity":1}]}`, 400, nil)
	})
}

// The lists and names of a plan and a shipment.
func TestLists(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan, o := s.ready(2, own)
		for _, path := range []string{plan, plan + "/shipments/" + o.Shipments[0]} {
			for _, list := range []string{"boxes", "items", "pallets"} {
				if text := s.call("GET", path+"/"+list+"?pageSize=1000", "", 200, nil); !strings.Contains(text, `"`+list+`":[`) || !strings.Contains(text, `"pagination":{`) {
					t.Errorf("%s/%s: got %s", path, list, text)
				}
			}
			s.call("PUT", path+"/name", `{"name":"other"}`, 204, nil)
			s.call("PUT", path+"/name", `{"name":""}`, 400, nil)
			if text := s.call("GET", path, "", 200, nil); !strings.Contains(text, `"name":"other"`) {
				t.Errorf("got %s", text)
			}
		}
		s.call("GET", "/inboundPlans/1", "", 400, nil)
		s.call("GET", "/inboundPlans/wf"+uuid("000000000000"), "", 400, nil)
		s.call("GET", plan+"/shipments/sh1", "", 400, nil)
		s.call("GET", "/nothing", "", 404, nil)
		text := s.call("GET", prefixV0+"/prepInstructions?ShipToCountryCode=US&SellerSKUList=A,NOSUCH", "", 200, nil)
		if !strings.Contains(text, `"NoAdditionalPrepRequired"`) || !strings.Contains(text, `"DoesNotExist"`) {
			t.Errorf("got %s", text)
		}
	})
}

// Only the two calls that charge are labels to the sandbox.
func TestClassify(t *testing.T) {
	c := build(nil, Delay)
	labels := []string{}
	for pattern, at := range c.routes {
		if at.kind == mocks.OpLabel {
			labels = append(labels, strings.ReplaceAll(pattern, prefix, ""))
		}
	}
	slices.Sort(labels)
	want := []string{"POST /inboundPlans/{plan}/placementOptions/{option}/confirmation", "POST /inboundPlans/{plan}/transportationOptions/confirmation"}
	if !slices.Equal(labels, want) {
		t.Errorf("got %v, want %v", labels, want)
	}
	r := httptest.NewRequest("POST", "http://x"+prefix+"/inboundPlans/a/transportationOptions/confirmation", nil)
	if got := c.Classify(r, nil); got != mocks.OpLabel {
		t.Errorf("got %s", got)
	}
	if got := c.Classify(httptest.NewRequest("GET", "http://x/nothing", nil), nil); got != mocks.OpOther {
		t.Errorf("got %s", got)
	}
}

// Many confirm at once over real connections: one is taken on, the others are refused.
func TestConcurrent(t *testing.T) {
	sandbox := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1}, With(0))
	defer sandbox.Close()
	server := httptest.NewServer(sandbox)
	defer server.Close()
	s := &seller{t: t, sandbox: sandbox, client: &http.Client{Transport: rewrite{server}}}
	s.token = s.login()
	plan := s.plan()
	o := s.placements(plan)[2]
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			status, _, _ := s.send("POST", prefix+plan+"/placementOptions/"+o.ID+"/confirmation", s.token, "", "")
			mu.Lock()
			statuses[status]++
			mu.Unlock()
		})
	}
	all.Wait()
	if statuses[202] != 1 || statuses[202]+statuses[400]+statuses[429] != 8 || len(sandbox.Purchases("amazon_fba", "")) != 1 {
		t.Errorf("got %v and %d sales, want one", statuses, len(sandbox.Purchases("amazon_fba", "")))
	}
}

// rewrite sends requests for the sandbox to a server on a socket.
type rewrite struct{ server *httptest.Server }

func (r rewrite) RoundTrip(in *http.Request) (*http.Response, error) {
	out := in.Clone(in.Context())
	out.URL.Host = strings.TrimPrefix(r.server.URL, "http://")
	return r.server.Client().Transport.RoundTrip(out)
}
