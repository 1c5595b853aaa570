package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// open begins a request whose answer is read as it comes, without a bound on its time but ctx.
// A refusal is a *problemError.
func (c *client) open(ctx context.Context, path string, header ...string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+path, nil)
	if err != nil {
		return nil, fmt.Errorf("CROSSDOCK_URL is no address: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	endless := *c.http
	endless.Timeout = 0
	resp, err := endless.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no gateway answers at %s: %w", c.url, err)
	}
	if resp.StatusCode < http.StatusBadRequest {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	return nil, readProblem(answer{resp.StatusCode, resp.Header, b})
}

// eventReader reads a stream of server-sent events: as much of the form as our gateway uses.
type eventReader struct {
	lines    *bufio.Scanner
	kind, id string
	data     []byte
}

func newEventReader(r io.Reader) *eventReader {
	in := &eventReader{lines: bufio.NewScanner(r)}
	in.lines.Buffer(nil, maxAnswer)
	return in
}

// next reads one event; alive is called for each line, since comments say no more than that.
func (r *eventReader) next(alive func()) bool {
	r.kind, r.id, r.data = "", "", nil
	for r.lines.Scan() {
		alive()
		line := r.lines.Text()
		if line == "" {
			if r.data != nil {
				return true
			}
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			r.kind = value
		case "id":
			r.id = value
		case "data":
			if r.data != nil {
				r.data = append(r.data, '\n')
			}
			r.data = append(r.data, value...)
			if r.data == nil {
				r.data = []byte{}
			}
		}
	}
	return false
}

// err is why the stream ended; nil where it was closed in order.
func (r *eventReader) err() error { return r.lines.Err() }
