package main

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/fx"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// guardNumbers takes the configuration's numbers, all of them.
func guardNumbers(c configs.Guards) guards.Config {
	out := guards.Defaults()
	for op := range out.Limits {
		out.Limits[op] = c.CallLimits.Other
	}
	out.Limits[adapters.OpRate] = c.CallLimits.Rate
	out.Limits[adapters.OpTrack] = c.CallLimits.Track
	out.Limits[adapters.OpFind] = c.CallLimits.Find
	out.Limits[adapters.OpToken] = c.CallLimits.Token
	for _, op := range []adapters.Operation{adapters.OpLabel, adapters.OpDraft, adapters.OpReturn} {
		out.Limits[op] = c.CallLimits.Label
	}
	out.Patience = c.RateFailureAfter
	out.Failures, out.Percent, out.Calls = c.Breaker.FailuresInRow, c.Breaker.FailurePercent, c.Breaker.MinCalls
	out.Window, out.Open, out.JitterPercent = c.Breaker.Window, c.Breaker.OpenFor, c.Breaker.JitterPercent
	out.MaxAuthOpen, out.RampStep, out.MaxHold = c.Breaker.MaxAuthOpen, c.Breaker.RampStep, c.MaxHold
	out.RequestsPerSecond, out.Concurrent, out.Queue = c.RequestsPerSecond, c.Concurrent, c.Queue
	out.InteractiveWait, out.PurchaseWait, out.BackgroundWait = c.Waits.Interactive, c.Waits.Purchase, c.Waits.Background
	return out
}

// ceilings are the tenants' limits of a day, from the configuration.
func ceilings(f configs.File) func(tenant string) store.Ceilings {
	byTenant := map[string]store.Ceilings{}
	for _, t := range f.Tenants {
		byTenant[t.ID] = store.Ceilings{Count: t.Limits.PurchasesPerDay, Money: t.Limits.SpendPerDay}
	}
	return func(tenant string) store.Ceilings { return byTenant[tenant] }
}

// tenantLimit is how many requests a second a tenant may make, and how many at once.
func tenantLimit(f configs.File) func(tenant string) (float64, int) {
	byTenant := map[string]configs.TenantLimits{}
	for _, t := range f.Tenants {
		byTenant[t.ID] = t.Limits
	}
	return func(tenant string) (float64, int) {
		l := byTenant[tenant]
		return l.RequestsPerSecond, l.Burst
	}
}

// spend is a price in the currency of a ceiling.
func spend(rates *fx.Rates) func(normalize.Money, store.Ceilings) (normalize.Money, error) {
	return func(price normalize.Money, limit store.Ceilings) (normalize.Money, error) {
		if price.IsZero() || limit.Money.IsZero() {
			return price, nil
		}
		out, _, err := rates.Convert(price, limit.Money.Currency, time.Now())
		return out, err
	}
}

func knownTenant(tenants []configs.Tenant, id string) bool {
	for _, t := range tenants {
		if t.ID == id {
			return true
		}
	}
	return len(tenants) == 0 && id == configs.DefaultTenant
}

// passEvery is how often the lists of accounts are read: daily; hourly where a failover may
// lose the last intents, which only a list would show; and in the sandbox while one watches.
func passEvery(o gatewayOptions, dialect string) time.Duration {
	switch {
	case o.sandboxURL != "":
		return sandboxPasses
	case dialect == "postgres" && o.file.Purchases.AcceptAsyncStandbys == configs.AsyncStandbysWords:
		return time.Hour
	default:
		return 24 * time.Hour
	}
}

// sandboxPasses is how often the simulators' lists are read.
const sandboxPasses = 30 * time.Second
