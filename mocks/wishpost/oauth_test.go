package wishpost

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The header of the application, by an example computed apart.
func TestBasic(t *testing.T) {
	if got, want := basic(clientID, clientSecret), "Basic NWYwMGFhMTFiYjIyY2MzM2RkNDRlZTU1OjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

type tokens struct {
	UserID  string `json:"user_id"`
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	In      int64  `json:"access_token_expires_in"`
	At      int64  `json:"access_token_expiry_time"`
}

// form asks the token endpoint of v3.
func (c *client) form(path string, pairs ...string) answer {
	c.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return c.do("POST", "/wishpost/api/v3/"+path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Authorization", basic(clientID, clientSecret))
}

func (c *client) redeem(code string) answer {
	c.t.Helper()
	return c.form("access_token", "grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI, "client_id", clientID, "client_secret", clientSecret)
}

func (c *client) refresh(token string) answer {
	c.t.Helper()
	return c.form("access_token/refresh", "grant_type", "refresh_token", "refresh_token", token)
}

// From the consent page to a token that works, for thirty days.
func TestConsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, mocks.Options{RequestsPerSecond: -1})
		page := "/wishpost/oauth_v3/authorize?response_type=code&client_id=" + clientID + "&state=s1&scope=" + url.QueryEscape("user.order.write user.label.read")
		consent := func() string {
			a := c.do("GET", page, "")
			back, err := url.Parse(a.header.Get("Location"))
			if err != nil || a.status != http.StatusFound || back.Query().Get("state") != "s1" || !strings.HasPrefix(back.String(), redirectURI) {
				t.Fatalf("got %d to %s", a.status, back)
			}
			return back.Query().Get("code")
		}
		code := consent()
		var got tokens
		c.redeem(code).into(0, &got)
		if got.UserID != merchant || got.In != int64(accessFor.Seconds()) || got.At != time.Now().Add(accessFor).Unix() {
			t.Errorf("got %+v", got)
		}
		c.redeem(code).into(codeConsentUsed, &struct{}{})
		late := consent()
		time.Sleep(consentFor)
		c.redeem(late).into(codeConsentOver, &struct{}{})
		c.redeem("nonsense").into(codeUnrecognised, &struct{}{})
		c.token = got.Access
		var who struct{ Data map[string]string }
		if c.v3("oauth/test", "").into(0, &who); who.Data["user_id"] != merchant {
			t.Errorf("got %v", who)
		}
		time.Sleep(accessFor)
		c.v3("oauth/test", "").into(codeExpired, &struct{}{})
		if _, status := c.v2("auth_test", "<root><access_token>TOKEN</access_token></root>").xml(); status != "1007" {
			t.Errorf("got %s, want 1007", status)
		}
	})
}

// A refresh token rotates once its successor is used, and not before; a reset ends nobody's.
func TestRefreshRotates(t *testing.T) {
	c := now(t)
	var first, lost, second tokens
	c.refresh(published()["refresh_token"]).into(0, &first)
	c.refresh(first.Refresh).into(0, &lost)
	c.refresh(first.Refresh).into(0, &second) // the answer before got lost
	c.token = second.Access
	c.v3("oauth/test", "").into(0, &struct{}{})
	c.refresh(first.Refresh).into(codeRevoked, &struct{}{})
	c.refresh(published()["refresh_token"]).into(0, &struct{}{})
	c.sandbox.Reset()
	c.v3("oauth/test", "").into(0, &struct{}{})
	c.refresh(second.Refresh).into(0, &struct{}{})
}

func TestTokensThatAreRefused(t *testing.T) {
	c := now(t)
	for token, code := range map[string]int{"": 1001, "x": 4000, published()["access_token_expired"]: 1007, published()["access_token_revoked"]: 1008, published()["refresh_token"]: 4000} {
		c.token = token
		c.v3("channels", "").into(code, &struct{}{})
		a := c.v2("auth_test", "<root><access_token>TOKEN</access_token></root>")
		if n, status := a.xml(); a.status != http.StatusBadRequest || n.get("error_message")+n.get("error-message") == "" || status == "0" {
			t.Errorf("got %d %s, want XML behind a 400", a.status, a.body)
		}
	}
	c.token = published()["access_token"]
	c.do("POST", "/wishpost/api/v3/order_status", `{"access_token":"`+c.token+`","wish_standard_tracking_ids":["x"]}`).into(0, &struct{}{}) // the body alone will do
	form := []string{"Content-Type", "application/x-www-form-urlencoded", "Authorization", "Basic x"}
	if a := c.do("POST", "/wishpost/api/v3/access_token", "grant_type=authorization_code", form...); a.status != http.StatusUnauthorized {
		t.Errorf("got %d %s for a wrong application", a.status, a.body)
	}
	c.form("access_token", "grant_type", "refresh_token").into(1001, &struct{}{})
	c.form("access_token/refresh", "grant_type", "refresh_token").into(1001, &struct{}{})
	c.form("access_token", "grant_type", "authorization_code", "client_id", clientID, "client_secret", clientSecret, "code", consentCode).into(1002, &struct{}{})
	c.do("POST", "/wishpost/api/v3/access_token", "{}", "Authorization", basic(clientID, clientSecret)).into(1002, &struct{}{})
	for _, q := range []string{"?client_id=x", "?client_id=" + clientID, "?response_type=code&client_id=" + clientID + "&scope=everything"} {
		if a := c.do("GET", "/wishpost/oauth_v3/authorize"+q, ""); a.status != http.StatusBadRequest {
			t.Errorf("%s: got %d", q, a.status)
		}
	}
}

// The older generation's way to the same tokens.
func TestLegacyTokens(t *testing.T) {
	c := now(t)
	ask := func(path, more string) answer {
		return c.v2("oauth/"+path, "<root><client_id>"+clientID+"</client_id><client_secret>"+clientSecret+"</client_secret>"+more+"</root>")
	}
	n := ask("access_token", "<redirect_uri>"+redirectURI+"</redirect_uri><grant_type>authorization_code</grant_type><code>"+consentCode+"</code>").fine()
	if n.get("user_id") != merchant || n.get("token_type") == "" || n.get("expires_in") == "" || n.get("expiry_time") == "" {
		t.Errorf("got %+v", n)
	}
	n = ask("refresh_token", "<grant_type>refresh_token</grant_type><refresh_token>"+n.get("refresh_token")+"</refresh_token>").fine()
	c.token = n.get("access_token")
	if got := c.v2("auth_test", "<root><access_token>TOKEN</access_token></root>").fine().get("user_id"); got != merchant {
		t.Errorf("got %q", got)
	}
	if a := c.do("GET", "/wishpost/oauth/authorize?client_id="+clientID, ""); a.status != http.StatusFound {
		t.Errorf("got %d", a.status)
	}
	if _, status := c.v2("oauth/access_token", "<root><client_id>x</client_id></root>").xml(); status != "4000" {
		t.Errorf("got %s, want 4000", status)
	}
}

// The sandbox's own limit speaks both languages.
func TestTooMany(t *testing.T) {
	c := open(t, mocks.Options{RequestsPerSecond: 1})
	c.v3("channels", "").into(0, &struct{}{})
	a := c.v3("channels", "")
	if a.into(9000, &struct{}{}); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "1" {
		t.Errorf("got %d %v", a.status, a.header)
	}
	if _, status := c.v2("auth_test", "<root/>").xml(); status != "9000" {
		t.Errorf("got %s, want 9000", status)
	}
}
