package sf

import (
	"encoding/hex"
	"strings"
	"testing"
)

// The signatures of the platform's rules, each computed apart; the last text has what Go's and
// Python's escaping get wrong.
func TestDigest(t *testing.T) {
	const plain, odd = `{"orderId":"GW-TEST-0002","language":"zh-CN"}`, `{"orderId":"GW-TEST-0001","language":"zh-CN","remark":"a b*c~d"}`
	for _, tt := range []struct{ mode, message, want string }{
		{standard, plain, "e1FmRwUHwx2shCZAj0a9Jw=="},
		{simple, plain, "X894n6IeMgF2gUi2AwQMCA=="},
		{modeSM3, plain, "h/9ZatkWIa6bE1HWJNXq3X78zaD4ul0x37oUD86vhxQ="},
		{standard, odd, "cSTa7O9xn/bBenJjUTlrxg=="},
	} {
		if got := digest(tt.mode, tt.message, "1767225600000", checkword); got != tt.want {
			t.Errorf("%s of %s: got %s, want %s", tt.mode, tt.message, got, tt.want)
		}
	}
}

// The two examples of the standard.
func TestSM3(t *testing.T) {
	for in, want := range map[string]string{
		"abc":                      "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
		strings.Repeat("abcd", 16): "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
	} {
		sum := sm3([]byte(in))
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
