package amazonfba

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// Login with Amazon: the documented form, and what is refused.
func TestLogin(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		const form = "application/x-www-form-urlencoded"
		for _, tt := range []struct {
			name, contentType, body, want string
			status                        int
		}{
			{"good", form, loginForm, `"token_type":"bearer"`, 200},
			{"bare pipe", form, strings.Replace(loginForm, "%7C", "|", 1), "invalid_request", 400},
			{"JSON", "application/json", "{}", "invalid_request", 400},
			{"other grant", form, strings.Replace(loginForm, "=refresh_token", "=client_credentials", 1), "unsupported_grant_type", 400},
			{"wrong secret", form, loginForm + "x", "invalid_client", 401},
			{"unknown refresh token", form, strings.Replace(loginForm, "demo-refresh", "other", 1), "invalid_grant", 400},
		} {
			if status, _, body := s.send("POST", tokenPath, "", tt.contentType, tt.body); status != tt.status || !strings.Contains(body, tt.want) {
				t.Errorf("%s: got %d %s", tt.name, status, body)
			}
		}
	})
}

// A call needs a token in its own header; one lives an hour, and through a reset.
func TestTokens(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		get := func(token string) (int, string) {
			status, _, body := s.send("GET", prefix+"/inboundPlans", token, "", "")
			return status, body
		}
		s.sandbox.Reset()
		if status, body := get(s.token); status != 200 || !strings.Contains(body, `"inboundPlans":[]`) {
			t.Errorf("got %d %s", status, body)
		}
		for name, token := range map[string]string{"none": "", "refresh token": refreshToken, "changed": s.token[:len(s.token)-1] + "x"} {
			if status, body := get(token); status != 403 || !strings.Contains(body, `{"errors":[{"code":"`) {
				t.Errorf("%s: got %d %s, want 403", name, status, body)
			}
		}
		time.Sleep(tokenLives + time.Second)
		if status, body := get(s.token); status != 403 || !strings.Contains(body, `"Unauthorized"`) || !strings.Contains(body, "expired") {
			t.Errorf("got %d %s, want it expired", status, body)
		}
	})
}

// Every operation has a bucket of its own: two a second, with the documented burst.
func TestBuckets(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		get := func(path string) (int, http.Header, string) { return s.send("GET", prefix+path, s.token, "", "") }
		for i := range 6 {
			if status, head, _ := get("/inboundPlans"); status != 200 || head.Get("x-amzn-RateLimit-Limit") != "2.0" || head.Get("x-amzn-RequestId") == "" {
				t.Fatalf("call %d: got %d %v", i, status, head)
			}
		}
		status, head, body := get("/inboundPlans")
		if status != 429 || head.Get("x-amzn-RateLimit-Limit") != "" || !strings.Contains(body, `"code":"QuotaExceeded"`) {
			t.Errorf("got %d %v %s, want QuotaExceeded", status, head, body)
		}
		if status, _, _ := get("/items/prepDetails?marketplaceId=" + us + "&mskus=A"); status != 200 {
			t.Errorf("another operation: got %d", status)
		}
		time.Sleep(500 * time.Millisecond)
		if status, _, _ := get("/inboundPlans"); status != 200 {
			t.Errorf("half a second later: got %d", status)
		}
	})
}

// An operation is IN_PROGRESS at first; what it does cannot be seen before its end.
func TestOperation(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		var op started
		s.call("POST", "/inboundPlans", planBody(), 202, &op)
		if len(op.Plan) != 38 || !strings.HasPrefix(op.Plan, "wf") || len(op.Operation) != 36 {
			t.Fatalf("got %+v", op)
		}
		status := func() string {
			var out struct{ OperationStatus string }
			s.call("GET", "/operations/"+op.Operation, "", 200, &out)
			return out.OperationStatus
		}
		if got := status(); got != "IN_PROGRESS" {
			t.Errorf("got %s", got)
		}
		s.call("POST", "/inboundPlans/"+op.Plan+"/packingOptions", "", 400, nil)
		time.Sleep(Delay)
		if got := status(); got != "SUCCESS" {
			t.Errorf("got %s", got)
		}
		s.call("GET", "/operations/1", "", 400, nil)
		s.call("GET", "/operations/"+uuid("000000000000"), "", 404, nil)
	})
}

// What createInboundPlan refuses at once.
func TestPlanRefused(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		for name, edit := range map[string][2]string{
			"unknown marketplace": {us, "A0"}, "two marketplaces": {`"` + us + `"`, `"` + us + `","` + in + `"`}, "long name": {"GW plan 0042", strings.Repeat("n", 41)},
			"no phone": {`"13800000000"`, `""`}, "small country": {`"CN"`, `"cn"`}, "long city": {`"Shenzhen"`, `"` + strings.Repeat("s", 31) + `"`},
			"no items": {`"items":[`, `"items":[],"other":[`}, "no quantity": {`"quantity":40`, `"quantity":0`}, "labels by Amazon in the US": {`"labelOwner":"SELLER"`, `"labelOwner":"AMAZON"`},
			"unknown owner": {`"prepOwner":"SELLER"`, `"prepOwner":"ME"`}, "bad date": {`"quantity":40`, `"quantity":40,"expiration":"2030-13-01"`}, "no JSON": {"{", "["},
		} {
			if text := s.call("POST", "/inboundPlans", planBody(edit[0], edit[1]), 400, nil); !strings.Contains(text, `"code":"BadRequest"`) {
				t.Errorf("%s: got %s", name, text)
			}
		}
		status, _, _ := s.send("POST", prefix+"/inboundPlans", s.token, "text/plain", planBody())
		for status == 429 {
			time.Sleep(time.Second)
			status, _, _ = s.send("POST", prefix+"/inboundPlans", s.token, "text/plain", planBody())
		}
		if status != 415 {
			t.Errorf("text: got %d, want 415", status)
		}
	})
}

// What the operation finds out about the goods, and how a SKU without prep details gets some.
func TestPlanFails(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		for _, tt := range [][3]string{
			{"DEMO-SKU-1", "X-NOSUCH", "FBA_INB_0049"}, {"DEMO-SKU-1", "X-NOPREP", "FBA_INB_0182"},
			{`"quantity":40`, `"quantity":40,"expiration":"` + time.Now().AddDate(0, 1, 0).Format(time.DateOnly) + `"`, "FBA_INB_0181"},
		} {
			var op started
			s.call("POST", "/inboundPlans", planBody(tt[0], tt[1]), 202, &op)
			var info struct{ Status string }
			if got := s.wait(op.Operation); !strings.HasPrefix(got, tt[2]) {
				t.Errorf("%s: got %q", tt[2], got)
			}
			if s.call("GET", "/inboundPlans/"+op.Plan, "", 200, &info); info.Status != "ERRORED" {
				t.Errorf("%s: got %s, want the plan errored", tt[2], info.Status)
			}
		}
		category := func() string {
			var out struct{ MskuPrepDetails []prepDetail }
			s.call("GET", "/items/prepDetails?marketplaceId="+us+"&mskus=X-NOPREP", "", 200, &out)
			return out.MskuPrepDetails[0].Category
		}
		set := func(detail string) string {
			return `{"marketplaceId":"` + us + `","mskuPrepDetails":[{"msku":"X-NOPREP",` + detail + `}]}`
		}
		if got := category(); got != "UNKNOWN" {
			t.Errorf("got %s", got)
		}
		s.call("POST", "/items/prepDetails", set(`"prepCategory":"NONE","prepTypes":["ITEM_LABELING"]`), 400, nil)
		s.must("POST", "/items/prepDetails", set(`"prepCategory":"NONE","prepTypes":["ITEM_NO_PREP"]`))
		if got := category(); got != "NONE" {
			t.Errorf("got %s", got)
		}
		s.plan("DEMO-SKU-1", "X-NOPREP")
	})
}

// SKUs in a query are encoded twice, so that a comma in one is not the comma between two.
func TestEncodedSKUs(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		var out struct{ MskuPrepDetails []prepDetail }
		s.call("GET", "/items/prepDetails?marketplaceId="+us+"&mskus=A%252CB,C%2525", "", 200, &out)
		if len(out.MskuPrepDetails) != 2 || out.MskuPrepDetails[0].MSKU != "A,B" || out.MskuPrepDetails[1].MSKU != "C%" {
			t.Errorf("got %+v", out)
		}
	})
}

// A plan whose number was lost is found by its name, once the list sees it, page by page.
func TestFindPlan(t *testing.T) {
	inBubble(t, mocks.Options{SearchLag: 10 * time.Second}, func(t *testing.T, s *seller) {
		for _, name := range []string{"one", "two", "three"} {
			s.call("POST", "/inboundPlans", planBody("GW plan 0042", name), 202, nil)
		}
		list := func(query string) (names []string, next string) {
			var out struct {
				InboundPlans []summary
				Pagination   pageInfo
			}
			s.call("GET", "/inboundPlans?sortBy=CREATION_TIME"+query, "", 200, &out)
			for _, p := range out.InboundPlans {
				names = append(names, p.Name)
			}
			return names, out.Pagination.Next
		}
		if got, _ := list(""); len(got) != 0 {
			t.Errorf("at once: got %v", got)
		}
		time.Sleep(11 * time.Second)
		first, next := list("&pageSize=2&sortOrder=DESC")
		second, end := list("&pageSize=2&sortOrder=DESC&paginationToken=" + next)
		if !slices.Equal(first, []string{"three", "two"}) || !slices.Equal(second, []string{"one"}) || end != "" {
			t.Errorf("got %v, %v", first, second)
		}
		s.call("GET", "/inboundPlans?pageSize=31", "", 400, nil)
		s.call("GET", "/inboundPlans?paginationToken=x", "", 400, nil)
		s.call("GET", "/inboundPlans?status=LOST", "", 400, nil)
	})
}

// Boxes must hold what was announced, and weigh no more than a person can lift.
func TestPackingRefused(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan := s.plan()
		s.must("POST", plan+"/packingOptions", "")
		var out struct{ PackingOptions []packingView }
		s.call("GET", plan+"/packingOptions", "", 200, &out)
		group := out.PackingOptions[0].Groups[0]
		if limit := out.PackingOptions[0].Configurations[0].Boxes["weight"]; limit.Maximum != 50 || limit.Unit != "LB" {
			t.Errorf("got %+v", limit)
		}
		body := func(edits ...string) string {
			return strings.NewReplacer(edits...).Replace(`{"packageGroupings":[{"packingGroupId":"` + group + `",` + boxes + `}]}`)
		}
		for _, tt := range [][3]string{
			{`22.5`, `50.1`, "heavier than the limit of 50 LB"}, {`"LB","value":22.5`, `"KG","value":22.7`, "heavier"}, {`"length":16`, `"length":36.1`, "longer than 36 IN"},
			{`"quantity":4,`, `"quantity":3,`, "hold 30 units"}, {`DEMO-SKU-1`, `OTHER`, "hold 0 units"},
		} {
			if got := s.done("POST", plan+"/packingInformation", body(tt[0], tt[1])); !strings.Contains(got, tt[2]) {
				t.Errorf("%s: got %q", tt[1], got)
			}
		}
		for _, edit := range [][2]string{
			{`"packingGroupId":"` + group + `",`, ""}, {`"packingGroupId"`, `"shipmentId"`}, {`"BOX_CONTENT_PROVIDED"`, `"BARCODE_2D"`},
			{`"value":22.5`, `"value":0`}, {`"unit":"LB"`, `"unit":"OZ"`}, {`"quantity":4,`, `"quantity":10001,`},
		} {
			s.call("POST", plan+"/packingInformation", body(edit[0], edit[1]), 400, nil)
		}
		s.must("POST", plan+"/packingInformation", body(`"LB","value":22.5`, `"KG","value":22.67`))
		var held struct{ Boxes []boxView }
		s.call("GET", plan+"/packingGroups/"+group+"/boxes", "", 200, &held)
		var items struct{ Items []itemView }
		s.call("GET", plan+"/packingGroups/"+group+"/items", "", 200, &items)
		if len(held.Boxes) != 4 || items.Items[0].Quantity != 40 || len(items.Items[0].FNSKU) != 10 || len(items.Items[0].ASIN) != 10 {
			t.Errorf("got %+v, %+v", held, items)
		}
	})
}

// More SKUs may go in two groups without a fee, or together with one.
func TestPackingGroups(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		var more []string
		for _, n := range []string{"2", "3", "4"} {
			more = append(more, `{"msku":"DEMO-SKU-`+n+`","quantity":1,"labelOwner":"SELLER","prepOwner":"SELLER"}`)
		}
		plan := s.plan(`"items":[`, `"items":[`+strings.Join(more, ",")+`,`)
		s.must("POST", plan+"/packingOptions", "")
		text := s.call("GET", plan+"/packingOptions", "", 200, nil)
		var out struct {
			PackingOptions []struct {
				PackingGroups []string
				Fees          []struct{ Value struct{ Amount json.Number } }
			}
		}
		if err := json.Unmarshal([]byte(text), &out); err != nil || len(out.PackingOptions) != 2 || len(out.PackingOptions[0].Fees) != 1 ||
			len(out.PackingOptions[1].Fees) != 0 || len(out.PackingOptions[1].PackingGroups) != 2 {
			t.Errorf("got %s", text)
		}
	})
}
