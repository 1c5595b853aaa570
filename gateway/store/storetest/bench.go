package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// Purchases measures whole purchases by a crowd: intent, claim, evidence, settling.
func Purchases(b *testing.B, s *store.DB) {
	var n atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := buy(b, s, fmt.Sprint("k", n.Add(1))); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "purchases/s")
}

func buy(b *testing.B, s *store.DB, key string) error {
	begun, err := s.BeginPurchase(b.Context(), intent(s, ada, key))
	if err != nil {
		return err
	}
	p, a, err := s.ClaimPurchase(b.Context(), begun.Purchase.Ref(), send(long))
	if err != nil {
		return err
	}
	err = s.AppendEvidence(b.Context(), store.Evidence{Tenant: ada, Purchase: p.ID, Operation: "label", Status: 200, Body: make([]byte, 2048)})
	if err != nil {
		return err
	}
	_, err = s.TransitionPurchase(b.Context(), p.Ref(), store.Transition{
		Change:    to(store.PurchaseSettled),
		Release:   true,
		Attempt:   &store.AttemptResult{N: a.N, Outcome: store.OutcomeOK},
		Labels:    []store.BoughtLabel{{ShipmentID: p.ID, TrackingNumber: "T" + p.ID}},
		Documents: []store.Document{{Type: "label", Format: "pdf", Data: make([]byte, 20_000)}},
		Tracker:   &store.Tracker{Number: "T" + p.ID},
		Emit: func(p store.Purchase, _ *store.Tracker) []store.Event {
			return []store.Event{{Type: "label.purchased", Subject: p.ID}}
		},
	})
	return err
}
