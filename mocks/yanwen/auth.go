package yanwen

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// window is how far a timestamp may lie from the carrier's clock.
const window = 5 * time.Minute

// sign is the signature of a call: the token on both ends of the bare values, the user first
// and the others in the order of their names. data is the exact body.
// Source: Yanwen Open API, "查询通达国家列表", read 2026-11-21; its published example comes out.
func sign(token, user, data, format, method, timestamp, version string) string {
	sum := md5.Sum([]byte(token + user + data + format + method + timestamp + version + token))
	return hex.EncodeToString(sum[:])
}

// admit checks a call's common parameters. It returns an HTTP status and the plain text that
// the carrier's gateway answers with, or 0.
func admit(q url.Values, body []byte, now time.Time) (status int, text string) {
	stamp := q.Get("timestamp")
	ms, err := strconv.ParseInt(stamp, 10, 64)
	switch {
	case q.Get("user_id") != userID:
		return http.StatusUnauthorized, "账号不存在"
	case q.Get("format") != "json" || q.Get("version") != "V1.0":
		return http.StatusBadRequest, "公共参数错误"
	case len(body) == 0:
		return http.StatusBadRequest, "请求数据不能为空"
	case err != nil || time.UnixMilli(ms).Sub(now).Abs() > window:
		return http.StatusUnauthorized, "请求已过期"
	}
	want := sign(apiToken, userID, string(body), "json", q.Get("method"), stamp, "V1.0")
	if subtle.ConstantTimeCompare([]byte(q.Get("sign")), []byte(want)) != 1 {
		return http.StatusUnauthorized, "签名验证失败"
	}
	return 0, ""
}
