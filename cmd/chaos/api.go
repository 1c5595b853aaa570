package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// The words that a label's status can be.
const (
	purchasing     = "purchasing"
	purchased      = "purchased"
	unknown        = "unknown"
	failed         = "failed"
	voiding        = "voiding"
	voided         = "voided"
	needsAttention = "needs_attention"
)

// label is what the harness reads of a label. It is a client's view: it shares no type with
// the gateway that it judges.
type label struct {
	ID              string `json:"id"`
	Status          string `json:"status"`
	Channel         string `json:"channel"`
	Reference       string `json:"reference"`
	TrackingNumber  string `json:"tracking_number"`
	CarrierRef      string `json:"carrier_reference"`
	ClientReference string `json:"client_reference"`
	Attempts        []struct {
		Kind    string    `json:"kind"`
		At      time.Time `json:"at"`
		Outcome string    `json:"outcome"`
	} `json:"attempts"`
	Documents []struct {
		Type  string `json:"type"`
		Bytes int64  `json:"bytes"`
	} `json:"documents"`
	History []struct {
		Status string    `json:"status"`
		At     time.Time `json:"at"`
		Detail string    `json:"detail"`
	} `json:"history"`
}

// answer is what came back of a request: a label, or a problem that may hold one.
type answer struct {
	status int
	body   []byte
	label  label // its ID is empty where the answer holds none
	code   string
	detail string
}

// api is a client of gateways that share one store.
type api struct {
	client *http.Client
	pick   func() string // the address to ask next
}

const apiKey = "sk_sandbox"

func newAPI(patience time.Duration, pick func() string) *api {
	return &api{pick: pick, client: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// maxLabels bounds one answer: a page of a hundred labels is far below it.
const maxLabels = 16 << 20

func (a *api) do(ctx context.Context, method, path, key string, body []byte) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.pick()+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+apiKey)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		// Not in the canonical form, by which net/http would know that it may send again: a
		// retry must be one of ours, which is counted.
		req.Header["idempotency-key"] = []string{key}
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxLabels))
	if err != nil {
		return answer{}, err
	}
	return answer{status: resp.StatusCode, body: b}, nil
}

// ask is do for what answers with a label.
func (a *api) ask(ctx context.Context, method, path, key string, body []byte) (answer, error) {
	out, err := a.do(ctx, method, path, key, body)
	if err != nil {
		return out, err
	}
	if out.status/100 == 2 {
		err = json.Unmarshal(out.body, &out.label)
	} else {
		var p struct {
			Code   string `json:"code"`
			Detail string `json:"detail"`
			Label  label  `json:"label"`
		}
		err = json.Unmarshal(out.body, &p)
		out.label, out.code, out.detail = p.Label, p.Code, p.Detail
	}
	if err != nil {
		return out, fmt.Errorf("an answer of status %d cannot be read: %w", out.status, err)
	}
	return out, nil
}

func (a *api) buy(ctx context.Context, key string, body []byte) (answer, error) {
	return a.ask(ctx, http.MethodPost, "/v1/labels", key, body)
}

func (a *api) get(ctx context.Context, id string) (answer, error) {
	return a.ask(ctx, http.MethodGet, "/v1/labels/"+id, "", nil)
}

// act voids or reconciles a label.
func (a *api) act(ctx context.Context, id, verb string) (answer, error) {
	return a.ask(ctx, http.MethodPost, "/v1/labels/"+id+"/"+verb, "", nil)
}

// list returns all labels of a status, or all there are.
func (a *api) list(ctx context.Context, status string) ([]label, error) {
	q := url.Values{}
	if status != "" {
		q.Set("status", status)
	}
	return pages[label](ctx, a, "/v1/labels", q)
}

// pages reads a list to its end.
func pages[T any](ctx context.Context, a *api, path string, q url.Values) ([]T, error) {
	var all []T
	q.Set("limit", "100")
	for {
		out, err := a.do(ctx, http.MethodGet, path+"?"+q.Encode(), "", nil)
		if err != nil {
			return nil, err
		}
		var page struct {
			Data []T     `json:"data"`
			Next *string `json:"next_cursor"`
		}
		if err := json.Unmarshal(out.body, &page); err != nil || out.status != http.StatusOK {
			return nil, fmt.Errorf("the list %s answers %d: %.200s", path, out.status, out.body)
		}
		all = append(all, page.Data...)
		if page.Next == nil {
			return all, nil
		}
		q.Set("cursor", *page.Next)
	}
}

// channel is a service that labels can be bought of.
type channel struct {
	Channel      string   `json:"channel"`
	Adapter      string   `json:"adapter"`
	Kind         string   `json:"kind"`
	Configured   bool     `json:"configured"`
	Platforms    []string `json:"platforms"`
	Capabilities []string `json:"capabilities"`
}

func (a *api) channels(ctx context.Context) ([]channel, error) {
	out, err := a.do(ctx, http.MethodGet, "/v1/channels", "", nil)
	if err != nil {
		return nil, err
	}
	var page listOf[channel]
	if err := json.Unmarshal(out.body, &page); err != nil || out.status != http.StatusOK {
		return nil, fmt.Errorf("the list of channels answers %d", out.status)
	}
	return page.Data, nil
}
