// Package egresstest is what tests of the guard, and of all that goes through it, are made of:
// addresses and URLs that lead where no stranger may lead us, a name server whose answers
// change, and listeners on this machine that nobody may connect to.
package egresstest

import "strings"

// Special are addresses that no stranger may lead us to: this machine, its network, its
// cloud, and every way to write them in IPv6.
var Special = []string{
	"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "169.254.169.254",
	"169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1",
	"198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
	"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
	"64:ff9b:1::a9fe:a9fe", "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::",
	"2002:a9fe:a9fe::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::1%lo", "fec0::1",
	"ff02::1", "ff05::2",
}

// Common are addresses of the internet, one beside each border of a special range.
var Common = []string{
	"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1",
	"169.253.255.255", "169.255.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1", "192.167.255.255", "192.169.0.1", "198.17.255.255",
	"198.20.0.1", "223.255.255.255", "168.63.129.15", "2606:4700::1111", "2a00:1450::1", "2001:200::1", "2003::1", "3ffe::1",
}

// BadURLs are forms that one reader takes for another host than the next. Every special
// address in its usual form comes besides.
var BadURLs = map[string]string{
	"decimal":             "https://2130706433/",
	"decimal public":      "https://16843009/",
	"hex":                 "https://0x7f000001/",
	"hex in parts":        "https://0x7f.0.0.0x1/",
	"octal":               "https://0177.0.0.01/",
	"octal whole":         "https://017700000001/",
	"leading zeros":       "https://127.000.000.001/",
	"short":               "https://127.1/",
	"short public":        "https://1.1/",
	"five parts":          "https://1.1.1.1.1/",
	"localhost":           "https://localhost/",
	"localhost dot":       "https://localhost./",
	"below localhost":     "https://a.localhost/",
	"upper localhost":     "HTTPS://LOCALHOST/",
	"user":                "https://user@example.com/",
	"user and password":   "https://user:pass@127.0.0.1/",
	"host as user":        "https://example.com@127.0.0.1/",
	"empty user":          "https://@example.com/",
	"fragment at":         "https://example.com#@127.0.0.1/",
	"fragment":            "https://example.com/#x",
	"empty fragment":      "https://example.com/#",
	"backslash at":        `https://example.com\@127.0.0.1/`,
	"backslashes":         `https:\\127.0.0.1\`,
	"escaped slash at":    "https://example.com%2f@127.0.0.1/",
	"escaped host":        "https://%31%32%37.0.0.1/",
	"mapped":              "https://[::ffff:127.0.0.1]/",
	"mapped public":       "https://[::ffff:1.1.1.1]/",
	"zone":                "https://[fe80::1%25lo]/",
	"zone of public":      "https://[2606:4700::1111%25lo]/",
	"IPv4 in brackets":    "https://[127.0.0.1]/",
	"public in brackets":  "https://[1.1.1.1]/",
	"full-width digits":   "https://１２７.０.０.１/",
	"circled digits":      "https://①②⑦.⓪.⓪.①/",
	"full-width public":   "https://１.１.１.１/",
	"full-width name":     "https://ｅxample.com/",
	"ideographic stops":   "https://127。0。0。1/",
	"half-width stop":     "https://example｡com/",
	"empty host":          "https:///path",
	"only a port":         "https://:443/",
	"port 0":              "https://example.com:0/",
	"port 22":             "https://example.com:22/",
	"port 80":             "https://example.com:80/",
	"port 6379":           "https://example.com:6379/",
	"port of zeros":       "https://example.com:00443/",
	"port too large":      "https://example.com:65979/",
	"port missing":        "https://example.com:/",
	"trailing dot":        "https://example.com./",
	"trailing dot number": "https://127.0.0.1./",
	"http":                "http://example.com/",
	"upper http":          "HTTP://example.com/",
	"ftp":                 "ftp://example.com/",
	"file":                "file:///etc/passwd",
	"gopher":              "gopher://127.0.0.1:6379/_x",
	"opaque":              "https:example.com",
	"no scheme":           "//example.com/",
	"nothing":             "",
	"tab":                 "https://exa\tmple.com/",
	"newline":             "https://example.com\n.evil.test/",
	"newline in path":     "https://example.com/\r\nX: y",
	"NUL":                 "https://example.com\x00/",
	"space":               "https://exam ple.com/",
	"soft hyphen":         "https://127.0.0\u00ad.1/",
	"zero-width":          "https://local\u200bhost/",
	"underscore":          "https://a_b.example.com/",
	"no domain":           "https://intranet/",
	"64 KiB host":         "https://" + strings.Repeat("a.", 32<<10) + "example.com/",
	"long label":          "https://" + strings.Repeat("a", 64) + ".example.com/",
	"long URL":            "https://example.com/" + strings.Repeat("a", 2048),
	"broken UTF-8":        "https://example\xff.com/",
}

// WithPort puts a port where a URL says none, so that what goes wrong ends in a trap.
func WithPort(raw, port string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	authority, path, slash := strings.Cut(rest, "/")
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	if !ok || !slash || host == "" || strings.Contains(host[strings.LastIndexByte(host, ']')+1:], ":") {
		return raw
	}
	return scheme + "://" + authority + ":" + port + "/" + path
}
