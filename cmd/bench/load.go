package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// target is one of the two servers that are measured.
type target struct {
	*child
	url    string
	key    string
	client *http.Client
}

// newTarget keeps one connection for each client.
func newTarget(c *child, url, key string, clients int) *target {
	return &target{c, url, key, &http.Client{Timeout: 30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: clients, MaxConnsPerHost: clients}}}
}

// post asks once and returns the whole answer.
func (t *target) post(ctx context.Context, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url+"/v1/rates", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+t.key)
	resp, err := t.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %d: %.300s", t.name, resp.StatusCode, b)
	}
	return b, err
}

// round is what one closed loop of requests cost.
type round struct {
	cpu  time.Duration // of the server, per request
	wall time.Duration
	n    int
}

func (r round) perSecond() float64 { return float64(r.n) / r.wall.Seconds() }

// run makes n requests by so many clients, each waiting for its answer before it asks
// again, and reads what the server's process spent on them.
func (t *target) run(ctx context.Context, body []byte, clients, n int) (round, error) {
	before, err := t.cpu()
	if err != nil {
		return round{}, err
	}
	start := time.Now()
	if err := t.drive(ctx, body, clients, n); err != nil {
		return round{}, err
	}
	wall := time.Since(start)
	after, err := t.cpu()
	return round{(after - before) / time.Duration(n), wall, n}, err
}

func (t *target) drive(ctx context.Context, body []byte, clients, n int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var left atomic.Int64
	left.Store(int64(n))
	var work sync.WaitGroup
	for range clients {
		work.Go(func() {
			for left.Add(-1) >= 0 && ctx.Err() == nil {
				if _, err := t.post(ctx, body); err != nil {
					cancel(err)
				}
			}
		})
	}
	work.Wait()
	return context.Cause(ctx)
}
