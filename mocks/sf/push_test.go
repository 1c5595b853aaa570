package sf

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// decoded are the routes of a push in either format.
func decoded(t *testing.T, h heard) []waybillRoute {
	t.Helper()
	var out routePush
	if strings.HasPrefix(h.contentType, "application/json") {
		if err := json.Unmarshal([]byte(h.body), &out); err != nil {
			t.Fatal(err)
		}
		return out.Body.Routes
	}
	form, err := url.ParseQuery(h.body)
	if err == nil {
		err = xml.Unmarshal([]byte(form.Get("content")), &out)
	}
	if err != nil || out.Service != "RoutePushService" {
		t.Fatalf("got %s: %v", h.body, err)
	}
	return out.Body.Routes
}

// Routes come several to a push, with ids that stay the same, in the format of the console's choice.
func TestPushInBothFormats(t *testing.T) {
	for format, ack := range map[string]string{formatJSON: `{"return_code":"0000","return_msg":"成功"}`,
		formatForm: `<Response service="RoutePushService"><Head>OK</Head></Response>`} {
		t.Run(format, func(t *testing.T) {
			c := open(t)
			c.callback()
			c.console("route-push", `{"format":"`+format+`"}`)
			c.hook.answers(ack)
			ids := map[string]bool{}
			for range 2 {
				got := c.control("POST", "push", `{"carrier":"sf","tracking_number":"SF1000000000001","journey":"delivered"}`)
				if !strings.Contains(got, `"sent":3,"acked":3,"refused":0,"retrying":0,"scans":9`) {
					t.Errorf("got %s", got)
				}
				var codes []string
				for _, h := range c.hook.take() {
					for _, r := range decoded(t, h) {
						codes = append(codes, r.OpCode)
						ids[r.ID] = true
						if r.MailNo != "SF1000000000001" || r.OrderID != "SO-SF1000000000001" || r.Remark == "" || r.Address == "" {
							t.Errorf("got %+v", r)
						}
					}
				}
				if strings.Join(codes, " ") != "50 30 31 36 130 123 204 80 8000" {
					t.Errorf("got %v", codes)
				}
			}
			if len(ids) != 9 {
				t.Errorf("got %d ids of nine routes pushed twice", len(ids))
			}
			if routes := c.routes("SF1000000000001"); len(routes) != 9 {
				t.Errorf("got %d routes by query, want 9", len(routes))
			}
		})
	}
}

// HTTP 200 is no acknowledgement, and neither is one in the other format.
func TestOnlyTheBodyAcknowledges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.callback()
		c.scan("SF1000000000001", "50", time.Now().UTC().Format(time.RFC3339))
		for _, ack := range []string{"", "OK", `{"return_code":"1000","return_msg":"失败"}`, `{"return_code":0}`, `<Response service="RoutePushService"><Head>OK</Head></Response>`} {
			c.hook.answers(ack)
			if got := c.control("POST", "push", `{"carrier":"sf","tracking_number":"SF1000000000001"}`); !strings.Contains(got, `"acked":0,"refused":1,"retrying":1`) {
				t.Errorf("%s: got %s, want it refused", ack, got)
			}
		}
		c.hook.take()
		c.hook.answers(`{"return_code":"0000"}`)
		time.Sleep(time.Minute)
		if got := len(c.hook.take()); got != 5 {
			t.Errorf("got %d repeats, want each push once more", got)
		}
		c.console("route-push", `{"format":"form"}`)
		for _, ack := range []string{`{"return_code":"0000"}`, `<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">x</ERROR></Response>`, `<Response service="OrderService"><Head>OK</Head></Response>`} {
			c.hook.answers(ack)
			if got := c.control("POST", "push", `{"carrier":"sf","tracking_number":"SF1000000000001"}`); !strings.Contains(got, `"acked":0`) {
				t.Errorf("%s: got %s, want it refused", ack, got)
			}
		}
	})
}

// Nothing tells a forged push from a true one but that the carrier's books know nothing of it.
func TestForgedPushLies(t *testing.T) {
	c := open(t)
	c.callback()
	c.scan("SF1000000000001", "50", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
	c.control("POST", "push", `{"carrier":"sf","tracking_number":"SF1000000000001","forge":true}`)
	got := c.hook.take()
	if len(got) != 1 {
		t.Fatalf("got %d pushes", len(got))
	}
	if r := decoded(t, got[0]); len(r) != 1 || r[0].OpCode != "80" || r[0].MailNo != "SF1000000000001" {
		t.Errorf("got %+v, want a lie", r)
	}
	if r := c.routes("SF1000000000001"); len(r) != 1 || r[0].OpCode != "50" {
		t.Errorf("got %v by query, want the truth", r)
	}
}
