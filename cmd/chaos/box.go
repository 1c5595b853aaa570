package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// box is the carriers, in a process of their own that is never killed: what their ledger
// says is the truth.
type box struct {
	url    string
	client *http.Client
	proc   *process
}

// generous is more than any harness asks of a carrier: its budget is not what is tried here.
const generous = 100_000

func startBox(binary string) (*box, error) {
	p, err := start(binary, nil, "sandbox", "--listen", "127.0.0.1:0", "--requests-per-second", strconv.Itoa(generous))
	if err != nil {
		return nil, err
	}
	url, err := p.await()
	if err != nil {
		p.kill()
		return nil, err
	}
	return &box{url: url, proc: p, client: &http.Client{Timeout: time.Minute}}, nil
}

func (b *box) stop() { b.proc.stop(5 * time.Second) }

// maxAnswer bounds what is read of an answer: a ledger of 100,000 sales is 40 MB.
const maxAnswer = 256 << 20

func (b *box) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, b.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the sandbox answers %s %s with %d: %.200s", method, path, resp.StatusCode, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

type listOf[T any] struct {
	Data []T `json:"data"`
}

// ledger is every sale there was.
func (b *box) ledger(ctx context.Context) ([]mocks.Purchase, error) {
	var out listOf[mocks.Purchase]
	err := b.call(ctx, http.MethodGet, "/_control/ledger", nil, &out)
	return out.Data, err
}

// faults are those that were set, with their hits.
func (b *box) faults(ctx context.Context) ([]mocks.Fault, error) {
	var out listOf[mocks.Fault]
	err := b.call(ctx, http.MethodGet, "/_control/faults", nil, &out)
	return out.Data, err
}

// labelCalls is how many purchases reached the carriers. The log of arrivals is a ring of a
// million, which no run fills.
func (b *box) labelCalls(ctx context.Context) (int, error) {
	var out listOf[mocks.Arrival]
	if err := b.call(ctx, http.MethodGet, "/_control/arrivals?operation="+mocks.OpLabel, nil, &out); err != nil {
		return 0, err
	}
	return len(out.Data), nil
}

func (b *box) plant(ctx context.Context, list []mocks.Fault) error {
	for _, f := range list {
		if err := b.call(ctx, http.MethodPost, "/_control/faults", f, nil); err != nil {
			return err
		}
	}
	return nil
}

func (b *box) heal(ctx context.Context) error {
	return b.call(ctx, http.MethodDelete, "/_control/faults", nil, nil)
}
