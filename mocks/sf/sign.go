package sf

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"strings"
)

// The three ways of signing, one of which an app has.
const (
	standard = "standard"
	simple   = "simple"
	modeSM3  = "sm3"
)

// digest signs a message: R is message, time and check word in a row. Standard is MD5 of R as
// Java's URLEncoder writes it, simple is MD5 of R itself, and SM3 is like standard.
func digest(mode, message, timestamp, word string) string {
	raw := message + timestamp + word
	if mode != simple {
		raw = javaEncode(raw)
	}
	if mode == modeSM3 {
		sum := sm3([]byte(raw))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	sum := md5.Sum([]byte(raw))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// javaEncode is java.net.URLEncoder with UTF-8: a space is a plus, letters, digits and . - * _
// stay, every other byte is %XX.
func javaEncode(s string) string {
	var out strings.Builder
	for i := range len(s) {
		switch b := s[i]; {
		case b == ' ':
			out.WriteByte('+')
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', strings.IndexByte(".-*_", b) >= 0:
			out.WriteByte(b)
		default:
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}
