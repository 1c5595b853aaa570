package wishpost

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Kinds of tokens, as their first letter says.
const (
	kindAccess   = "a"
	kindRefresh  = "r"
	kindStanding = "s" // the published refresh token, which never rotates
	kindRevoked  = "v"
	kindConsent  = "c" // a code of the consent page
)

// Lives of tokens, about those that were seen.
const (
	accessFor  = 30 * 24 * time.Hour
	refreshFor = 365 * 24 * time.Hour
	consentFor = 5 * time.Minute
	maxTokens  = 100_000
)

// seal is the text of a token. It says all that it is good for, so that it outlives a reset.
func seal(kind string, ends time.Time, serial string) string {
	head := kind + strconv.FormatInt(ends.Unix(), 16) + "x" + serial
	mac := hmac.New(sha256.New, []byte(clientSecret))
	mac.Write([]byte(head))
	return head + "x" + hex.EncodeToString(mac.Sum(nil))[:32]
}

// ends reads when a token of this kind ends; false when it is none of ours.
func ends(kind, token string) (time.Time, bool) {
	parts := strings.Split(strings.TrimPrefix(token, kind), "x")
	if !strings.HasPrefix(token, kind) || len(parts) != 3 {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(parts[0], 16, 64)
	at := time.Unix(seconds, 0)
	return at, err == nil && hmac.Equal([]byte(token), []byte(seal(kind, at, parts[1])))
}

// admit checks the access token of a call.
func (c *Carrier) admit(token string) *refusal {
	if token == "" {
		return missing("access_token")
	}
	if _, revoked := ends(kindRevoked, token); revoked {
		return &refusal{code: codeRevoked, message: "Access token has been revoked"}
	}
	until, ok := ends(kindAccess, token)
	switch {
	case !ok:
		return &refusal{code: codeUnrecognised, message: "Access token is not recognized"}
	case !time.Now().Before(until):
		return &refusal{code: codeExpired, message: "Access token has expired"}
	}
	c.used(token)
	return nil
}

// grant is a pair of tokens that replaces a refresh token, if any.
type grant struct {
	access, refresh string
	ends            time.Time
}

func (c *Carrier) grant(old string) grant {
	now := time.Now()
	g := grant{ends: now.Add(accessFor)}
	g.access = seal(kindAccess, g.ends, c.desk.Serial(10))
	g.refresh = seal(kindRefresh, now.Add(refreshFor), c.desk.Serial(10))
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.successor) >= maxTokens {
		clear(c.successor)
	}
	if strings.HasPrefix(old, kindRefresh) {
		c.successor[g.access], c.successor[g.refresh] = old, old
	}
	return g
}

// used ends the refresh token that a token replaces: an answer that got lost must not lock the
// merchant out, so that the old one is good until the new pair is seen.
func (c *Carrier) used(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, ok := c.successor[token]
	if !ok {
		return
	}
	if len(c.spent) >= maxTokens {
		clear(c.spent)
	}
	c.spent[old] = true
	delete(c.successor, token)
}

// exchange returns the tokens for a code or a refresh token.
func (c *Carrier) exchange(kind, token string) (grant, *refusal) {
	if token == "" {
		return grant{}, missing(strings.TrimPrefix(kind, "authorization_"))
	}
	if kind == "authorization_code" {
		return c.redeem(token)
	}
	if _, standing := ends(kindStanding, token); standing {
		return c.grant(token), nil
	}
	until, ok := ends(kindRefresh, token)
	c.mu.Lock()
	spent := c.spent[token]
	c.mu.Unlock()
	switch {
	case !ok:
		return grant{}, &refusal{code: codeUnrecognised, message: "Refresh token is not recognized"}
	case spent:
		return grant{}, &refusal{code: codeRevoked, message: "Refresh token has been revoked"}
	case !time.Now().Before(until):
		return grant{}, &refusal{code: codeExpired, message: "Refresh token has expired"}
	}
	c.used(token)
	return c.grant(token), nil
}

// redeem uses up a code of the consent page.
func (c *Carrier) redeem(code string) (grant, *refusal) {
	until, ok := ends(kindConsent, code)
	c.mu.Lock()
	used := c.redeemed[code]
	fine := !used && (code == consentCode || ok && time.Now().Before(until))
	if fine {
		if len(c.redeemed) >= maxTokens {
			clear(c.redeemed)
		}
		c.redeemed[code] = true
	}
	c.mu.Unlock()
	switch {
	case fine:
		return c.grant(""), nil
	case used:
		return grant{}, &refusal{code: codeConsentUsed, message: "Authorization code has been used"}
	case ok:
		return grant{}, &refusal{code: codeConsentOver, message: "Authorization code has expired"}
	}
	return grant{}, &refusal{code: codeUnrecognised, message: "Authorization code is not recognized"}
}
