package main

import (
	"net/http"
	"testing"
)

// A refusal is final: the same key answers it again, word for word, and says that it does.
func TestARefusalIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.call("POST", "/_control/faults", map[string]any{"carrier": "yanwen", "operation": "label", "kind": "rate_limit", "rate": 1})
	o := example(t, "order-de.json")
	o["channel"] = "yanwen.tracked"
	first := s.call("POST", "/v1/labels", o, "Idempotency-Key", "refused")
	again := s.call("POST", "/v1/labels", o, "Idempotency-Key", "refused")
	if first.status != http.StatusBadGateway || again.status != first.status || string(again.body) != string(first.body) {
		t.Errorf("first %d %s\nagain %d %s", first.status, first.body, again.status, again.body)
	}
	if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("replayed: first %q, again %q", first.header.Get("Idempotency-Replayed"), again.header.Get("Idempotency-Replayed"))
	}
}
