package dhlunified

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const callbackURL = "http://gateway.test/callbacks/dhl_unified/token"

// The standing subscription tells of each scan alone, under the header that was agreed on.
func TestPush(t *testing.T) {
	c := open(t)
	c.callback(callbackURL)
	got := c.push(`"tracking_number":"7777700001","journey":"delivered"`)
	messages := c.hook.take()
	if got.Sent != len(messages) || got.Acked != got.Sent || got.Refused+got.Retrying != 0 || got.Sent < 5 {
		t.Fatalf("got %+v and %d messages, want all acknowledged", got, len(messages))
	}
	for _, h := range messages {
		m := h.into(t)
		if h.url != callbackURL || h.header.Get(hookHeader) != hookToken || m.Scope != "subscription.push" || !strings.HasSuffix(m.Self, "/tracking/push/v1/subscription/"+standing) ||
			len(m.Shipments) != 1 || string(m.Shipments[0].ID) != `"7777700001"` || m.Shipments[0].Status == nil || len(m.Shipments[0].Events) != 0 {
			t.Errorf("got %s to %s", h.body, h.url)
		}
	}
	last := messages[len(messages)-1].into(t).Shipments[0].Status
	if pulled := c.track("trackingNumber=7777700001").Status; *last.Location != *pulled.Location || last.Timestamp != pulled.Timestamp || last.StatusCode != delivered {
		t.Errorf("got %+v pushed and %+v pulled, want one and the same", last, pulled)
	}
}

// Only a plain 200 is an acknowledgement.
func TestPushIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.callback(callbackURL)
		c.hook.status = http.StatusAccepted
		c.scan("7777700001", "PU", time.Now().UTC().Format(time.RFC3339), "CN")
		if got := c.push(`"tracking_number":"7777700001"`); got.Refused != 1 || got.Retrying != 1 {
			t.Errorf("got %+v, want one refused and retrying", got)
		}
		c.hook.mu.Lock()
		c.hook.status = 0
		c.hook.mu.Unlock()
		time.Sleep(2 * time.Second)
		if n := len(c.hook.take()); n != 2 {
			t.Errorf("got %d messages, want 2", n)
		}
	})
}

// A forger knows the address. He has a token of his own, none, or a handshake that nobody asked for.
func TestForgedPush(t *testing.T) {
	c := open(t)
	c.callback(callbackURL)
	c.push(`"tracking_number":"7777700001","journey":"delivered"`)
	c.hook.take()
	c.push(`"tracking_number":"7777700001","forge":true`)
	kinds := map[string]int{}
	for _, h := range c.hook.take() {
		if h.header.Get(hookHeader) == hookToken {
			t.Errorf("got the true token on a forged message %s", h.body)
		}
		kinds[fmt.Sprint(h.into(t).Scope, " ", h.header.Get(hookHeader) != "")]++
	}
	if len(kinds) != 3 || kinds["subscription.push true"] == 0 || kinds["subscription.push false"] == 0 || kinds["subscription.validate true"] == 0 {
		t.Errorf("got %v, want three ways of forging", kinds)
	}
}

const own = "https://gw.example.test/hooks/dhl/u-3f9"

func subscription1(change ...string) string {
	return strings.NewReplacer(change...).Replace(`{"hook":{"uri":"` + own + `","authentication":{"type":"ApiKeyAuthentication","header":"x-gw-token","token":"s3cr3t-value"}},
 "format":"Default","type":"Shipment","service":"express","events":["Pre-Transit","Delivered"],"shipmentIDs":["7777700001"]}`)
}

// subscribe makes a subscription and returns it with the secret that DHL sent.
func (c *client) subscribe(body string) (record, message) {
	c.t.Helper()
	var out record
	c.do("POST", "/dhl_unified/tracking/push/v1/subscription", body).into(http.StatusCreated, &out)
	synctest.Wait()
	messages := c.hook.take()
	if len(messages) != 1 || messages[0].url != own {
		c.t.Fatalf("got %v, want one message", messages)
	}
	m := messages[0].into(c.t)
	if m.Scope != "subscription.validate" || m.Secret == "" || m.Self != selfRoot+out.ID || messages[0].header.Get("DHL-API-Hook-Secret") != m.Secret {
		c.t.Fatalf("got %s, want a secret to send back", messages[0].body)
	}
	return out, m
}

func (c *client) activate(id, secret string) reply {
	c.t.Helper()
	return c.do("POST", "/dhl_unified/tracking/push/v1/subscription/"+id, "", "DHL-API-Hook-Secret", secret)
}

// The handshake: DHL sends a secret, the customer sends it back in a header, and only then
// are there pushes, of the events and numbers that were asked for.
func TestHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.callback(callbackURL)
		sub, m := c.subscribe(subscription1())
		if sub.Status != validating || m.Expires == "" {
			t.Errorf("got %+v %+v, want a subscription that waits", sub, m)
		}
		c.push(`"tracking_number":"7777700001","journey":"delivered"`)
		for _, h := range c.hook.take() {
			if h.url == own {
				t.Errorf("got %s before the handshake", h.body)
			}
		}
		c.activate(sub.ID, "not it").refused(http.StatusForbidden)
		c.do("POST", "/dhl_unified/tracking/push/v1/subscription/"+sub.ID, "{}", "DHL-API-Hook-Secret", m.Secret).refused(http.StatusBadRequest)
		c.activate("00000000-0000-4000-8000-000000000000", m.Secret).refused(http.StatusNotFound)
		if a := c.activate(sub.ID, m.Secret); a.status != http.StatusNoContent || len(a.body) > 0 {
			t.Fatalf("got %d %s, want an empty 204", a.status, a.body)
		}
		c.activate(sub.ID, m.Secret).refused(http.StatusConflict)
		synctest.Wait()
		if got := c.hook.take(); len(got) != 1 || got[0].into(t).Scope != "subscription.ready" {
			t.Errorf("got %v, want ready", got)
		}
		c.push(`"tracking_number":"7777700001"`)
		var states []string
		for _, h := range c.hook.take() {
			if h.url == own && h.header.Get("x-gw-token") == "s3cr3t-value" {
				states = append(states, h.into(t).Shipments[0].Status.StatusCode)
			}
		}
		if strings.Join(states, " ") != "pre-transit delivered" {
			t.Errorf("got %v at the hook, want what was subscribed to", states)
		}
		c.push(`"tracking_number":"7777700009","journey":"lost"`)
		for _, h := range c.hook.take() {
			if h.url == own {
				t.Errorf("got %s of a number that is not subscribed to", h.body)
			}
		}
	})
}

// A secret ends. So does a subscription, and its hook hears of it.
func TestExpiryAndDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		sub, m := c.subscribe(subscription1())
		time.Sleep(handshakeFor + time.Second)
		c.activate(sub.ID, m.Secret).refused(http.StatusBadRequest)
		path := "/dhl_unified/tracking/push/v1/subscription/"
		if a := c.do("DELETE", path+sub.ID, ""); a.status != http.StatusNoContent {
			t.Errorf("got %d %s", a.status, a.body)
		}
		synctest.Wait()
		if got := c.hook.take(); len(got) != 1 || got[0].into(t).Scope != "subscription.deleted" {
			t.Errorf("got %v, want deleted", got)
		}
		c.do("GET", path+sub.ID, "").refused(http.StatusNotFound)
		c.do("DELETE", path+sub.ID, "").refused(http.StatusNotFound)
		c.do("DELETE", path+standing, "").refused(http.StatusForbidden)
		var list struct{ Subscriptions []record }
		c.do("GET", path[:len(path)-1]+"s", "").into(http.StatusOK, &list)
		if len(list.Subscriptions) != 1 || list.Subscriptions[0].ID != standing || list.Subscriptions[0].Status != ready {
			t.Errorf("got %+v, want the standing one", list)
		}
	})
}

// A subscription to an account has to be approved, which another's is not.
func TestAccountSubscription(t *testing.T) {
	for _, tt := range []struct{ account, last string }{{accountID, "subscription.ready"}, {"999999999", "subscription.failure"}} {
		synctest.Test(t, func(t *testing.T) {
			c := open(t)
			sub, m := c.subscribe(subscription1(`"Shipment"`, `"Account"`, `"shipmentIDs":["7777700001"]`, `"accountID":"`+tt.account+`"`))
			c.activate(sub.ID, m.Secret)
			synctest.Wait()
			got := c.hook.take()
			if len(got) != 2 || got[0].into(t).Scope != "subscription.activate" || got[1].into(t).Scope != tt.last {
				t.Errorf("got %v, want activate and %s", got, tt.last)
			}
			c.do("POST", "/_control/push", `{"carrier":"dhl_unified","tracking_number":"7777700007","journey":"lost"}`)
			if heard := len(c.hook.take()) > 0; heard != (tt.account == accountID) {
				t.Errorf("account %s hears: %v", tt.account, heard)
			}
		})
	}
}

// Each documented bound of a subscription.
func TestBadSubscriptions(t *testing.T) {
	c := open(t)
	eleven := `["1"` + strings.Repeat(`,"1"`, 10) + `]`
	for _, tt := range [][]string{
		{own, "http://gw.example.com/x"}, {own, "/hooks"}, {`"ApiKeyAuthentication"`, `"Basic"`}, {`"x-gw-token"`, `"x gw"`}, {`"s3cr3t-value"`, `""`},
		{`"Default"`, `"XML"`}, {`"express"`, `"Express"`}, {`"Pre-Transit"`, `"pre-transit"`}, {`["Pre-Transit","Delivered"]`, `[]`},
		{`"Shipment"`, `"Parcel"`}, {`["7777700001"]`, `[]`}, {`["7777700001"]`, eleven}, {`"Shipment"`, `"Account"`}, {`{"hook"`, `["hook"`},
	} {
		c.do("POST", "/dhl_unified/tracking/push/v1/subscription", subscription1(tt...)).refused(http.StatusBadRequest)
	}
}
