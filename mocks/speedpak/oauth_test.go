package speedpak

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The header of eBay's client credentials.
func TestBasicVector(t *testing.T) {
	got := basic("DemoApp-GW-PRD-000000001", "PRD-demo-cert-0001")
	if want := "Basic RGVtb0FwcC1HVy1QUkQtMDAwMDAwMDAxOlBSRC1kZW1vLWNlcnQtMDAwMQ=="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A consent code gives both tokens, once.
func TestAuthorizationCode(t *testing.T) {
	c := now(t)
	code := []string{"grant_type", "authorization_code", "code", consentCode, "redirect_uri", ruName}
	var out tokenAnswer
	c.grant(code...).into(http.StatusOK, &out)
	if out.ExpiresIn != 7200 || out.RefreshExpires != 47304000 || out.TokenType != "User Access Token" {
		t.Errorf("got %+v", out)
	}
	c.bearer = "Bearer " + out.AccessToken
	if a := c.do("GET", "/services", ""); a.status != http.StatusOK {
		t.Errorf("got %d: %s", a.status, a.body)
	}
	var again tokenAnswer
	c.grant("grant_type", "refresh_token", "refresh_token", out.RefreshToken).into(http.StatusOK, &again)
	if again.RefreshToken != "" || again.AccessToken == "" {
		t.Errorf("got %+v, want an access token and no other refresh token", again)
	}
	var p oauthProblem
	c.grant(code...).into(http.StatusBadRequest, &p)
	if p.Error != "invalid_grant" {
		t.Errorf("the code was good twice: %+v", p)
	}
}

func TestTokenRefusals(t *testing.T) {
	c := now(t)
	refreshing := []string{"grant_type", "refresh_token", "refresh_token", published()["refresh_token"]}
	for name, test := range map[string]struct {
		form []string
		want string
	}{
		"no grant type":            {nil, "unsupported_grant_type"},
		"client credentials":       {[]string{"grant_type", "client_credentials"}, "unsupported_grant_type"},
		"invented token":           {[]string{"grant_type", "refresh_token", "refresh_token", tokenPrefix + "AAAA.AAAA"}, "invalid_grant"},
		"access for refresh":       {[]string{"grant_type", "refresh_token", "refresh_token", strings.TrimPrefix(c.bearer, "Bearer ")}, "invalid_grant"},
		"other redirect":           {[]string{"grant_type", "authorization_code", "code", consentCode, "redirect_uri", "https://example.com"}, "invalid_grant"},
		"scope that was not given": {append(refreshing, "scope", "https://api.ebay.com/oauth/api_scope/sell.edelivery"), "invalid_scope"},
	} {
		var p oauthProblem
		c.grant(test.form...).into(http.StatusBadRequest, &p)
		if p.Error != test.want || p.Description == "" {
			t.Errorf("%s: got %+v, want %s", name, p, test.want)
		}
	}
	r := c.request("POST", tokenPath, "grant_type=refresh_token")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", basic(clientID, "guess"))
	var p oauthProblem
	c.send(r).into(http.StatusUnauthorized, &p)
	if p.Error != "invalid_client" {
		t.Errorf("got %+v", p)
	}
}

// An access token is good for two hours and not a second more.
func TestTokenExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := now(t)
		time.Sleep(accessLife - time.Second)
		if a := c.do("GET", "/services", ""); a.status != http.StatusOK {
			t.Fatalf("got %d before its time: %s", a.status, a.body)
		}
		time.Sleep(time.Second)
		c.do("GET", "/services", "").failed(http.StatusUnauthorized, errBadToken)
		c.login()
		if a := c.do("GET", "/services", ""); a.status != http.StatusOK {
			t.Errorf("got %d with a new token: %s", a.status, a.body)
		}
	})
}

// Tokens outlive a reset of the sandbox, so that nobody has to log in again.
func TestTokenAfterReset(t *testing.T) {
	c := now(t)
	c.sandbox.Reset()
	if a := c.do("GET", "/services", ""); a.status != http.StatusOK {
		t.Errorf("got %d: %s", a.status, a.body)
	}
}

// Every call needs a token with the scope of eDIS, of a seller in Greater China.
func TestAdmission(t *testing.T) {
	c := now(t)
	good := c.bearer
	for name, test := range map[string]struct {
		bearer string
		status int
		id     int
	}{
		"no token":      {"", 401, errNoToken},
		"basic":         {basic(clientID, clientSecret), 401, errNoToken},
		"changed token": {good + "A", 401, errBadToken},
		"refresh token": {"Bearer " + published()["refresh_token"], 401, errBadToken},
		"without scope": {"Bearer " + seal(grant{access, seller, plain, time.Now().Add(time.Hour).Unix()}), 403, errScope},
		"other seller":  {"Bearer " + seal(grant{access, stranger, edelivery, time.Now().Add(time.Hour).Unix()}), 401, 355400},
	} {
		c.bearer = test.bearer
		if e := c.do("GET", "/services", "").failed(test.status, test.id); e.LongMessage == "" {
			t.Errorf("%s: got %+v", name, e)
		}
	}
}

// The published token of the other seller gives a token that the API then refuses.
func TestStranger(t *testing.T) {
	c := now(t)
	var out tokenAnswer
	c.grant("grant_type", "refresh_token", "refresh_token", published()["refresh_token_not_allowed"]).into(http.StatusOK, &out)
	c.bearer = "Bearer " + out.AccessToken
	c.do("GET", "/services", "").failed(http.StatusUnauthorized, 355400)
}

func TestTooManyRequests(t *testing.T) {
	c := open(t, mocks.Options{RequestsPerSecond: 1}) // the login is the one
	c.do("GET", "/services", "").failed(http.StatusTooManyRequests, errQuota)
}

// Operations as faults and the arrival log speak of them: only the confirm is the label.
func TestClassify(t *testing.T) {
	c := (*Carrier)(nil)
	for call, want := range map[string]string{
		"POST " + tokenPath:                               mocks.OpToken,
		"POST " + root + "/package":                       mocks.OpDraft,
		"POST " + root + "/package/PKG1/confirm":          mocks.OpLabel,
		"POST " + root + "/package/bulk_confirm_packages": mocks.OpLabel,
		"POST " + root + "/package/PKG1/cancel":           mocks.OpVoid,
		"DELETE " + root + "/package/PKG1":                mocks.OpVoid,
		"GET " + root + "/package/1-2/item":               mocks.OpFind,
		"GET " + root + "/labels":                         mocks.OpDocument,
		"GET " + root + "/tracking":                       mocks.OpTrack,
		"GET " + root + "/services":                       mocks.OpCatalog,
		"POST " + root + "/bundle/B1/cancel":              mocks.OpManifest,
		"GET /elsewhere":                                  mocks.OpOther,
	} {
		method, path, _ := strings.Cut(call, " ")
		r, err := http.NewRequest(method, "http://sandbox"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Classify(r, nil); got != want {
			t.Errorf("%s: got %s, want %s", call, got, want)
		}
	}
}
