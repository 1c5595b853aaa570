package adaptertest

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// failure is a way in which a carrier, or what lies before it, fails a call.
type failure struct {
	name  string
	reply func(*http.Request, http.RoundTripper) (*http.Response, error)
	// kinds are what a read may make of it.
	kinds []normalize.Kind
}

// deadline is what a call is given, in a bubble's time.
const deadline = 10 * time.Second

// elsewhere is where a redirect points.
const elsewhere = "http://elsewhere.test/"

// failures are answered in the carrier's place; the carrier never saw the request.
var failures = []failure{
	{"401", plain(401, "Unauthorized"), kinds(normalize.KindAuthFailed)},
	{"429 with Retry-After", func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		res := page(r, http.StatusTooManyRequests)
		res.Header.Set("Retry-After", "7")
		return res, nil
	}, kinds(normalize.KindRateLimited)},
	{"500", plain(500, "Internal Server Error"), kinds(normalize.KindUnavailable)},
	{"proxy page", func(r *http.Request, _ http.RoundTripper) (*http.Response, error) { return page(r, 502), nil },
		kinds(normalize.KindUnavailable)},
	{"slow", func(r *http.Request, _ http.RoundTripper) (*http.Response, error) { return hold(r) },
		kinds(normalize.KindTimeout)},
	{"reset", func(*http.Request, http.RoundTripper) (*http.Response, error) { return nil, errReset },
		kinds(normalize.KindUnavailable)},
	{"cut off after the headers", cutAfter(""), kinds(normalize.KindBadResponse, normalize.KindUnavailable)},
	{"cut off in the body", cutAfter(`{"success":true,"code":"0"`), kinds(normalize.KindBadResponse, normalize.KindUnavailable)},
	{"garbage", plain(200, "\x00\x1f\x8b}{<\xff not what was asked for >]"), kinds(normalize.KindBadResponse)},
	{"empty", plain(200, ""), kinds(normalize.KindBadResponse)},
	{"wrong JSON", plain(200, `[[[{"x":null}]]]`), kinds(normalize.KindBadResponse)},
	{"null", plain(200, "null"), kinds(normalize.KindBadResponse)},
	{"redirect", func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		res := page(r, http.StatusTemporaryRedirect)
		res.Header.Set("Location", elsewhere)
		return res, nil
	}, kinds(normalize.KindBadResponse)},
	{"without end", func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return respond(r, 200, "application/json", io.LimitReader(endless{}, 32<<20)), nil
	}, kinds(normalize.KindBadResponse)},
}

// lost are the ways in which the answer of a purchase that did happen is lost.
var lost = []failure{
	{"cut before a byte", after(func(*http.Request, *http.Response) (*http.Response, error) { return nil, errReset }), nil},
	{"cut in the body", after(func(r *http.Request, res *http.Response) (*http.Response, error) {
		b, err := io.ReadAll(res.Body)
		if err != nil {
			return nil, err
		}
		return respond(r, res.StatusCode, "application/json", io.MultiReader(strings.NewReader(string(b[:len(b)/2])), brokenReader{})), nil
	}), nil},
	{"a proxy's 500", after(func(r *http.Request, _ *http.Response) (*http.Response, error) { return page(r, 500), nil }), nil},
	{"garbage", after(func(r *http.Request, _ *http.Response) (*http.Response, error) {
		return respond(r, 200, "application/json", strings.NewReader("\x00}{<")), nil
	}), nil},
	{"too late", after(func(r *http.Request, _ *http.Response) (*http.Response, error) { return hold(r) }), nil},
}

func kinds(k ...normalize.Kind) []normalize.Kind { return k }

func plain(status int, body string) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return respond(r, status, "text/plain", strings.NewReader(body)), nil
	}
}

// cutAfter promises more than it sends.
func cutAfter(body string) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		res := respond(r, 200, "application/json", io.MultiReader(strings.NewReader(body), brokenReader{}))
		res.ContentLength = 4096
		return res, nil
	}
}

// after lets the carrier do its work and then spoils the answer.
func after(spoil func(*http.Request, *http.Response) (*http.Response, error)) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		res, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		defer res.Body.Close()
		return spoil(r, res)
	}
}
