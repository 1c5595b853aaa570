package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
)

// client talks to a gateway, whose address and key come from the environment.
type client struct {
	url, key string
	http     *http.Client
}

// maxAnswer bounds what is read of an answer: a label of many parcels fits.
const maxAnswer = 64 << 20

func newClient() *client {
	c := &client{url: "http://127.0.0.1:8080", key: "sk_sandbox", http: &http.Client{Timeout: 90 * time.Second}}
	if v := os.Getenv("CROSSDOCK_URL"); v != "" {
		c.url = strings.TrimRight(v, "/")
	}
	if v := os.Getenv("CROSSDOCK_KEY"); v != "" {
		c.key = v
	}
	return c
}

// answer is what the gateway said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// problemError is a refusal by the gateway.
type problemError struct {
	httpapi.Problem
	raw []byte
}

// Error says what was refused, where, and what to do next.
func (e *problemError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", e.Detail, e.Code)
	for _, f := range e.Errors {
		fmt.Fprintf(&b, "\n  %s: %s", f.Pointer, f.Detail)
	}
	if e.CarrierMessage != "" && e.CarrierMessage != e.Detail {
		fmt.Fprintf(&b, "\n  the carrier said: %s", e.CarrierMessage)
	}
	if e.Retryable {
		b.WriteString("\n  the same request may succeed later")
	}
	return b.String()
}

// do makes one request. A refusal is a *problemError.
func (c *client) do(ctx context.Context, method, path string, body any, header ...string) (answer, error) {
	var rd io.Reader
	switch v := body.(type) {
	case nil:
	case []byte:
		rd = bytes.NewReader(v)
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return answer{}, err
		}
		rd = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, rd)
	if err != nil {
		return answer{}, fmt.Errorf("CROSSDOCK_URL is no address: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	if rd != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("no gateway answers at %s; start one with crossdock serve --sandbox, or set CROSSDOCK_URL: %w", c.url, err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("the answer broke off: %w", err)
	}
	out := answer{resp.StatusCode, resp.Header, b}
	if resp.StatusCode >= 400 {
		return out, readProblem(out)
	}
	return out, nil
}

func readProblem(a answer) error {
	e := &problemError{raw: a.body}
	if json.Unmarshal(a.body, &e.Problem) != nil || e.Code == "" {
		return fmt.Errorf("the gateway answered %d %s", a.status, http.StatusText(a.status))
	}
	return e
}

// get reads an answer into out.
func (c *client) get(ctx context.Context, path string, out any) ([]byte, error) {
	a, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	return a.body, json.Unmarshal(a.body, out)
}

// show prints an answer as it came where JSON is asked for, else by the table.
func show(c *cobra.Command, raw []byte, table func(io.Writer) error) error {
	if !asJSON(c) {
		return table(c.OutOrStdout())
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := b.WriteTo(c.OutOrStdout())
	return err
}

// failed shows a refusal: as the problem document where JSON is asked for.
func failed(c *cobra.Command, err error) error {
	if p, ok := err.(*problemError); ok && asJSON(c) {
		if _, werr := fmt.Fprintln(c.OutOrStdout(), strings.TrimSpace(string(p.raw))); werr != nil {
			return werr
		}
		return reportedError{err}
	}
	return err
}

// readFile reads a document that a flag names, - for standard input.
func readFile(c *cobra.Command, path string) ([]byte, error) {
	in := c.InOrStdin()
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, usageError{err}
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, 1<<20+1))
	if err == nil && len(b) > 1<<20 {
		return nil, usage("%s is larger than 1 MiB", path)
	}
	return b, err
}
