package yanwen

import (
	"crypto/md5"
	"encoding/hex"
	"net/url"
	"strconv"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// The two parameters that never change; the V is a capital.
const (
	format  = "json"
	version = "V1.0"
)

// sign is the signature of a call: lower-case hex MD5 over values alone, no names and no
// separators, the token on both ends, the user before the body. The rest follows the
// alphabet of the parameters' names, which is not the order of the query. timestamp is
// epoch milliseconds.
// Source: Yanwen Open API, page 查询通达国家列表; its published example was recomputed.
func sign(token normalize.Secret, user, method, timestamp string, body []byte) string {
	t := token.Reveal()
	sum := md5.Sum([]byte(t + user + string(body) + format + method + timestamp + version + t))
	return hex.EncodeToString(sum[:])
}

// query are the parameters of a call at a time; Yanwen takes them for five minutes.
func (c *client) query(method string, body []byte, now time.Time) url.Values {
	timestamp := strconv.FormatInt(now.UnixMilli(), 10)
	return url.Values{
		"user_id": {c.user}, "method": {method}, "format": {format}, "timestamp": {timestamp},
		"sign": {sign(c.token, c.user, method, timestamp, body)}, "version": {version},
	}
}
