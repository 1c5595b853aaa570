package main

import (
	"context"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"
)

// bareGuards is the least that stands between us and a carrier: the libraries themselves,
// without bulkhead, health, budgets of a carrier, metrics and the judgement of errors.
func bareGuards(b *testing.B) {
	limiter := rate.NewLimiter(1e6, 1<<30)
	breaker := gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{Interval: time.Minute})
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
		if err := limiter.Wait(ctx); err != nil {
			b.Fatal(err)
		}
		if _, err := breaker.Execute(func() (struct{}, error) { return struct{}{}, ctx.Err() }); err != nil {
			b.Fatal(err)
		}
		cancel()
	}
}

// bareExchange converts a total and its two lines, each rounded by itself: cheaper, but the
// lines need not sum to the total.
func bareExchange(b *testing.B) {
	usd, cny := decimal.RequireFromString("1"), decimal.RequireFromString("7.2")
	amounts := []decimal.Decimal{decimal.RequireFromString("46.08"), decimal.RequireFromString("37.44"), decimal.RequireFromString("8.64")}
	b.ReportAllocs()
	for b.Loop() {
		x := usd.DivRound(cny, 8)
		for _, a := range amounts {
			if a.Mul(x).RoundBank(2).Sign() < 0 {
				b.Fatal("a price below nought")
			}
		}
	}
}
