package cainiao

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

const (
	pathCreateToken  = "/auth/token/create"
	pathRefreshToken = "/auth/token/refresh"

	accessKind  = "50000"
	refreshKind = "50001"
	accessFor   = time.Hour
	refreshFor  = 30 * 24 * time.Hour
	maxTokens   = 100_000
)

// tokenAnswer is the grant. Its list of fields is unconfirmed.
type tokenAnswer struct {
	AccessToken      string `json:"access_token"`
	RefreshToken     string `json:"refresh_token"`
	ExpiresIn        int64  `json:"expires_in"`         // seconds
	RefreshExpiresIn int64  `json:"refresh_expires_in"` // seconds
	ExpireTime       int64  `json:"expire_time"`        // ms since the epoch
	UserNick         string `json:"user_nick"`
	Account          string `json:"account"`
	HavanaID         string `json:"havana_id"`
	SellerID         string `json:"seller_id"`
	AccountPlatform  string `json:"account_platform"`
	Locale           string `json:"locale"`
	SP               string `json:"sp"`
}

func (c *Carrier) createToken(p params) (any, *refusal) {
	if p["code"] == "" {
		return nil, missing("code")
	}
	if p["code"] != authCode {
		return nil, &refusal{"ISV", "InvalidCode", "Invalid authorization code", "", ""}
	}
	return c.grant(""), nil
}

// refreshToken returns a new pair. The old refresh token ends when a token of the new pair is
// used for the first time, and not before: an answer that got lost must not lock the seller out.
func (c *Carrier) refreshToken(p params) (any, *refusal) {
	old := p["refresh_token"]
	if old == "" {
		return nil, missing("refresh_token")
	}
	c.mu.Lock()
	dead := c.spent[old]
	c.mu.Unlock()
	ends, ok := tokenEnds(refreshKind, old)
	if dead || old != refreshToken && (!ok || time.Now().After(ends)) {
		return nil, &refusal{"ISV", "IllegalRefreshToken", "The specified refresh token is invalid or expired", "", ""}
	}
	c.used(old)
	return c.grant(old), nil
}

// grant makes a pair of tokens that replaces a refresh token, if any.
func (c *Carrier) grant(old string) tokenAnswer {
	now := time.Now()
	access := c.newToken(accessKind, now.Add(accessFor))
	refresh := c.newToken(refreshKind, now.Add(refreshFor))
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.successor) > maxTokens {
		clear(c.successor)
	}
	if old != "" && old != refreshToken {
		c.successor[access], c.successor[refresh] = old, old
	}
	return tokenAnswer{
		AccessToken: access, RefreshToken: refresh,
		ExpiresIn: int64(accessFor.Seconds()), RefreshExpiresIn: int64(refreshFor.Seconds()), ExpireTime: now.Add(accessFor).UnixMilli(),
		UserNick: "cn_sandbox_seller", Account: "seller@sandbox.test", HavanaID: "2200000000001", SellerID: "2200000000001",
		AccountPlatform: "seller_center", Locale: "zh_CN", SP: "ae",
	}
}

// used ends the refresh token that a token replaces.
func (c *Carrier) used(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, ok := c.successor[token]
	if !ok {
		return
	}
	if len(c.spent) > maxTokens {
		clear(c.spent)
	}
	c.spent[old] = true
	delete(c.successor, token)
}

// admitToken checks the seller's token of a call, which is named session or access_token.
func (c *Carrier) admitToken(name, token string) *refusal {
	if token == "" {
		return missing(name)
	}
	ends, ok := tokenEnds(accessKind, token)
	switch {
	case token == accessToken:
		return nil
	case !ok:
		return &refusal{"ISV", "IllegalAccessToken", "The specified access token is invalid or expired", "", ""}
	case time.Now().After(ends):
		return &refusal{"ISV", "ExpiredAccessToken", "The specified access token is expired", "", ""}
	}
	c.used(token)
	return nil
}

// newToken carries its end and a seal, so that it outlives a reset of the sandbox as a real one
// outlives the carrier's releases.
func (c *Carrier) newToken(kind string, ends time.Time) string {
	head := kind + fmt.Sprintf("%010d", ends.Unix()) + c.desk.Serial(10)
	return head + seal(head)
}

// tokenEnds reads when a token of this kind ends; false when it is none of ours.
func tokenEnds(kind, token string) (time.Time, bool) {
	const head = 5 + 10 + 10
	if len(token) != head+32 || token[:5] != kind || !same(token[head:], seal(token[:head])) {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(token[5:15], 10, 64)
	return time.Unix(seconds, 0), err == nil
}

func seal(head string) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write([]byte(head))
	return hex.EncodeToString(mac.Sum(nil))[:32]
}
