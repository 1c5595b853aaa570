package cainiao

import (
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// What the platform refuses before the business sees it.
func TestAdmission(t *testing.T) {
	tests := []struct {
		name string
		edit func(q, form url.Values)
		at   time.Duration
		want string
	}{
		{"good", func(_, _ url.Values) {}, 0, ""},
		{"clock 9 minutes off", func(_, _ url.Values) {}, 9 * time.Minute, ""},
		{"clock 11 minutes ahead", func(_, _ url.Values) {}, 11 * time.Minute, "IllegalTimestamp"},
		{"clock 11 minutes behind", func(_, _ url.Values) {}, -11 * time.Minute, "IllegalTimestamp"},
		{"other form than signed", func(_, form url.Values) { form.Set("out_ref", "2") }, 0, "IncompleteSignature"},
		{"small signature", func(q, _ url.Values) { q.Set("sign", strings.ToLower(q.Get("sign"))) }, 0, "IncompleteSignature"},
		{"a parameter twice", func(q, _ url.Values) { q.Set("out_ref", "1") }, 0, "IncompleteSignature"},
		{"unsigned", func(q, _ url.Values) { q.Del("sign") }, 0, "MissingParameter"},
		{"unknown app", func(q, form url.Values) { q.Set("app_key", "1"); sealed("", q, form) }, 0, "InvalidAppKey"},
		{"md5", func(q, form url.Values) { q.Set("sign_method", "md5"); sealed("", q, form) }, 0, "UnsupportedSignMethod"},
		{"seconds", func(q, form url.Values) { q.Set("timestamp", "1760000000"); sealed("", q, form) }, 0, "IllegalTimestamp"},
		{"no session", func(q, form url.Values) { q.Del("session"); sealed("", q, form) }, 0, "MissingParameter"},
		{"unknown session", func(q, form url.Values) { q.Set("session", "x"); sealed("", q, form) }, 0, "IllegalAccessToken"},
		{"refresh token as session", func(q, form url.Values) { q.Set("session", refreshToken); sealed("", q, form) }, 0, "IllegalAccessToken"},
		{"unknown method", func(q, form url.Values) { q.Set("method", "aliexpress.nothing"); sealed("", q, form) }, 0, "InvalidApiPath"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t, mocks.Options{})
				form := url.Values{"out_ref": {"8011223344556677"}}
				q := common("aliexpress.logistics.redefining.listlogisticsservice", form, time.Now().Add(tt.at))
				q.Del("sign")
				sealed("", q, form)
				tt.edit(q, form)
				text := s.post("/sync", q, form)
				if tt.want == "" && !strings.Contains(text, `"result_success":true`) ||
					tt.want != "" && !strings.Contains(text, `{"error_response":{"type":"ISV","code":"`+tt.want+`","msg":"`) {
					t.Errorf("got %.300s, want %s", text, tt.want)
				}
			})
		})
	}
}

// Without simplify an answer is named for its method and its lists are wrapped.
func TestEnvelopes(t *testing.T) {
	s := open(t, mocks.Options{})
	form := url.Values{}
	q := common("aliexpress.logistics.redefining.listlogisticsservice", form, time.Now())
	q.Del("simplify")
	text := s.post("/sync", sealed("", q, form), form)
	if !strings.HasPrefix(text, `{"aliexpress_logistics_redefining_listlogisticsservice_response":{`) ||
		!strings.Contains(text, `"result_list":{"result_dto":[{`) || !strings.Contains(text, `"request_id":"2101`) {
		t.Errorf("got %.200s", text)
	}
	var flat struct{ Code, Message, Type string }
	if s.rest("/auth/token/refresh", url.Values{"refresh_token": {"x"}}, &flat); flat.Code != "IllegalRefreshToken" || flat.Type != "ISV" || flat.Message == "" {
		t.Errorf("got %+v, want a flat error", flat)
	}
}

// Refresh tokens rotate: the old one ends when the new pair is used, not when it is sent, so
// that a lost answer locks nobody out.
func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, mocks.Options{})
		type grant struct {
			Code, Type string
			Access     string `json:"access_token"`
			Refresh    string `json:"refresh_token"`
			ExpiresIn  int64  `json:"expires_in"`
		}
		refresh := func(token string) (g grant) {
			s.rest(pathRefreshToken, url.Values{"refresh_token": {token}}, &g)
			return g
		}
		use := func(token string) string {
			q := common("aliexpress.logistics.redefining.listlogisticsservice", nil, time.Now())
			q.Set("session", token)
			return s.post("/sync", sealed("", q, nil), nil)
		}
		var one grant
		s.rest(pathCreateToken, url.Values{"code": {authCode}}, &one)
		if one.Code != "0" || one.ExpiresIn != 3600 || !strings.Contains(use(one.Access), "result_list") {
			t.Fatalf("got %+v, want tokens that work", one)
		}
		two := refresh(one.Refresh) // say that this answer got lost
		three := refresh(one.Refresh)
		if two.Code != "0" || three.Code != "0" || two.Refresh == three.Refresh {
			t.Fatalf("got %+v and %+v, want two pairs", two, three)
		}
		use(three.Access)
		if got := refresh(one.Refresh); got.Code != "IllegalRefreshToken" {
			t.Errorf("old token after use of the new: got %+v, want it refused", got)
		}
		s.sandbox.Reset()
		if !strings.Contains(use(three.Access), "result_list") {
			t.Error("a token must outlive a reset")
		}
		time.Sleep(accessFor + time.Second)
		if got := use(three.Access); !strings.Contains(got, "ExpiredAccessToken") {
			t.Errorf("got %.200s, want it expired", got)
		}
		if got := refresh(three.Refresh); got.Code != "0" {
			t.Errorf("got %+v, want new tokens", got)
		}
		var wrong grant
		if s.rest(pathCreateToken, url.Values{"code": {"3_500123_other"}}, &wrong); wrong.Code != "InvalidCode" {
			t.Errorf("got %+v, want the code refused", wrong)
		}
	})
}

func TestTooMany(t *testing.T) {
	s := open(t, mocks.Options{RequestsPerSecond: 1})
	var out failure
	for range 3 {
		s.sync("aliexpress.logistics.redefining.listlogisticsservice", nil, &out)
	}
	if out.Error.Code != "ApiCallLimit" || out.Error.Type != "ISP" {
		t.Errorf("got %+v, want ApiCallLimit", out)
	}
}

// The platform's rules come by both protocols, with the same content.
func TestRuleInfo(t *testing.T) {
	s := open(t, mocks.Options{})
	var out struct {
		Code   string
		Result struct {
			Success bool
			Data    struct {
				Services []serviceRule `json:"service_net_rule_info_list"`
				Packages []packageRule `json:"package_net_rule_info_list"`
			}
		}
	}
	form := url.Values{"param1": {`{"type":"platformRule"}`}}
	s.rest(pathRuleInfo, form, &out)
	if out.Code != "0" || !out.Result.Success || len(out.Result.Data.Services) == 0 || len(out.Result.Data.Packages) == 0 ||
		out.Result.Data.Services[0].Config.Condition[0].Country != "US" {
		t.Errorf("got %+v", out)
	}
	out.Result.Success = false
	if s.sync("aliexpress.logistics.query.rule.info", form, &out); !out.Result.Success {
		t.Error("want it by /sync too")
	}
}

// The seller tells AliExpress a number: it must have the form that the service's list gives.
func TestSellerShipment(t *testing.T) {
	s := open(t, mocks.Options{})
	good := url.Values{"out_ref": {"8011223344556677"}, "service_name": {"CAINIAO_STANDARD"}, "logistics_no": {"LX000000005CN"}, "send_type": {"all"}}
	for _, tt := range []struct{ field, value, want string }{
		{"send_type", "all", ""}, {"send_type", "most", "PARAM_ERROR"}, {"logistics_no", "123", "TRACKING_NO_INVALID"},
		{"service_name", "OTHER", "PARAM_ERROR"}, {"service_name", "PIGEON", "SERVICE_NOT_EXIST"}, {"out_ref", "order", "ORDER_NOT_EXIST"},
	} {
		form := url.Values{}
		for name := range good {
			form.Set(name, good.Get(name))
		}
		form.Set(tt.field, tt.value)
		var out struct {
			Success bool   `json:"result_success"`
			Code    string `json:"result_error_code"`
		}
		s.sync("aliexpress.logistics.sellershipmentfortop", form, &out)
		if out.Success != (tt.want == "") || out.Code != tt.want {
			t.Errorf("%s=%s: got %+v, want %q", tt.field, tt.value, out, tt.want)
		}
	}
}
