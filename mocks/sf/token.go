package sf

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// tokenLife is how long an access token is good.
const tokenLife = 2 * time.Hour

type tokenAnswer struct {
	Code    string `json:"apiResultCode"`
	Message string `json:"apiErrorMsg"`
	Token   string `json:"accessToken,omitempty"`
	Expires int64  `json:"expiresIn,omitempty"` // seconds; unconfirmed
}

// token is the alternative to signing: an access token for the check word.
func (*Carrier) token(w http.ResponseWriter, body string) {
	form, err := url.ParseQuery(body)
	switch {
	case err != nil || form.Get("partnerID") == "" || form.Get("secret") == "" || form.Get("grantType") != "password":
		writeJSON(w, tokenAnswer{Code: "A1001", Message: "必传参数不可为空"})
	case form.Get("partnerID") != partnerID && form.Get("partnerID") != testPartner || form.Get("secret") != checkword:
		writeJSON(w, tokenAnswer{Code: "A1006", Message: "数字签名无效"})
	default:
		writeJSON(w, tokenAnswer{Code: "A1000", Token: seal(form.Get("partnerID"), time.Now().Add(tokenLife)), Expires: int64(tokenLife.Seconds())})
	}
}

// seal is the text of a token. It says all that it is good for, so that it outlives a reset.
func seal(partner string, ends time.Time) string {
	head := partner + "." + strconv.FormatInt(ends.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(checkword))
	mac.Write([]byte(head))
	return head + "." + hex.EncodeToString(mac.Sum(nil))[:32]
}

// admitToken returns the refusal of a token that is not the partner's, or over.
func admitToken(token, partner string, now time.Time) (code, message string) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || parts[0] != partner {
		return "A1011", "accessToken无效"
	}
	ends, err := strconv.ParseInt(parts[1], 10, 64)
	switch {
	case err != nil || token != seal(partner, time.Unix(ends, 0)):
		return "A1011", "accessToken无效"
	case now.Unix() >= ends:
		return "A1002", "accessToken已过期"
	}
	return "", ""
}

// console changes what the platform's web pages let a customer choose.
func (c *Carrier) console(w http.ResponseWriter, path string, body []byte) {
	var in struct{ Mode, Format string }
	err := json.Unmarshal(body, &in)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil && path == "/console/sign-mode" && (in.Mode == standard || in.Mode == simple || in.Mode == modeSM3):
		c.sign = in.Mode
	case err == nil && path == "/console/route-push" && (in.Format == formatJSON || in.Format == formatForm):
		c.format = in.Format
	default:
		http.Error(w, "not one of the console's choices", http.StatusBadRequest)
		return
	}
	writeJSON(w, map[string]string{"mode": c.sign, "format": c.format})
}
