package amazonfba

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"github.com/crossdock-hub/crossdock/mocks"
)

// seller is a customer of the API, without sockets.
type seller struct {
	t       *testing.T
	sandbox *mocks.Sandbox
	client  *http.Client
	token   string
}

const us, in = "ATVPDKIKX0DER", "A21TJRUUN4KGV"

// open starts a sandbox inside a bubble and gets a token.
func open(t *testing.T, opts mocks.Options) *seller {
	t.Helper()
	if opts.SearchLag == 0 {
		opts.SearchLag = -1
	}
	opts.Seed = 10_000_000
	s := mocks.New(opts, New)
	t.Cleanup(s.Close)
	out := &seller{t: t, sandbox: s, client: &http.Client{Transport: mocks.Transport(s)}}
	out.token = out.login()
	return out
}

const loginForm = "grant_type=refresh_token&refresh_token=Atzr%7Cdemo-refresh&client_id=amzn1.application-oa2-client.demo0001&client_secret=amzn1.oa2-cs.v1.demosecret"

func (s *seller) login() string {
	s.t.Helper()
	var out struct {
		Access string `json:"access_token"`
	}
	status, _, body := s.send("POST", tokenPath, "", "application/x-www-form-urlencoded", loginForm)
	if err := json.Unmarshal([]byte(body), &out); status != 200 || err != nil {
		s.t.Fatalf("login: got %d %s", status, body)
	}
	return out.Access
}

func (s *seller) send(method, path, token, contentType, body string) (int, http.Header, string) {
	s.t.Helper()
	u := path
	if !strings.HasPrefix(path, "http") {
		u = "http://sandbox/amazon_fba" + path
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, u, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		r.Header.Set("x-amz-access-token", token)
	}
	res, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

// call makes a call below the prefix, waits where the bucket asks for it, and reads the answer.
func (s *seller) call(method, path, body string, want int, out any) string {
	s.t.Helper()
	if !strings.HasPrefix(path, prefixV0) {
		path = prefix + path
	}
	contentType := ""
	if body != "" {
		contentType = "application/json"
	}
	for range 10 {
		status, _, text := s.send(method, path, s.token, contentType, body)
		if status == http.StatusTooManyRequests {
			time.Sleep(time.Second)
			continue
		}
		if status != want {
			s.t.Fatalf("%s %s: got %d %s, want %d", method, path, status, text, want)
		}
		if out != nil {
			if err := json.Unmarshal([]byte(text), out); err != nil {
				s.t.Fatalf("%s %s: got %s", method, path, text)
			}
		}
		return text
	}
	s.t.Fatalf("%s %s: the bucket never fills", method, path)
	return ""
}

// done starts work and waits for its end. It returns the code of the first problem.
func (s *seller) done(method, path, body string) string {
	s.t.Helper()
	var op started
	s.call(method, path, body, 202, &op)
	return s.wait(op.Operation)
}

func (s *seller) wait(id string) string {
	s.t.Helper()
	for range 20 {
		var out struct {
			OperationStatus   string
			OperationProblems []opProblem
		}
		s.call("GET", "/operations/"+id, "", 200, &out)
		switch out.OperationStatus {
		case "SUCCESS":
			return ""
		case "FAILED":
			return out.OperationProblems[0].Code + " " + out.OperationProblems[0].Message
		}
		time.Sleep(time.Second)
	}
	s.t.Fatal("the operation never ends")
	return ""
}

// must is done without a problem.
func (s *seller) must(method, path, body string) {
	s.t.Helper()
	if got := s.done(method, path, body); got != "" {
		s.t.Fatalf("%s %s: %s", method, path, got)
	}
}

// control posts to the sandbox's control interface.
func (s *seller) control(path, body string) {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://sandbox/_control/"+path, strings.NewReader(body))
	w := httptest.NewRecorder()
	s.sandbox.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s: got %d %s", path, w.Code, w.Body)
	}
}

// barcodes reads the Code 128 of every picture of a PDF, page by page.
func barcodes(t *testing.T, pdf string) []string {
	t.Helper()
	pages, err := api.ExtractImagesRaw(strings.NewReader(pdf), nil, model.NewDefaultConfiguration())
	if err != nil {
		t.Fatalf("not a PDF of ours: %v", err)
	}
	var out []string
	for _, images := range pages {
		for _, raw := range images {
			var b bytes.Buffer
			if _, err := io.Copy(&b, raw); err != nil {
				t.Fatal(err)
			}
			img, _, err := image.Decode(&b)
			if err != nil {
				t.Fatal(err)
			}
			bits, err := gozxing.NewBinaryBitmapFromImage(img)
			if err != nil {
				t.Fatal(err)
			}
			code, err := oned.NewCode128Reader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, code.GetText())
		}
	}
	return out
}

// inBubble runs a test with fake time, so that operations and buckets cost none.
func inBubble(t *testing.T, opts mocks.Options, f func(t *testing.T, s *seller)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, open(t, opts)) })
}
