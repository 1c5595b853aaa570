package guards

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// Config are the numbers of all guards. A zero field takes the value of Defaults.
type Config struct {
	// Limits are how long one call of an operation may take, however long its caller waits.
	Limits map[adapters.Operation]time.Duration

	// RequestsPerSecond is the budget of an account for which nothing was said.
	RequestsPerSecond float64
	// Waiters bounds how many calls of one account wait for its budget.
	Waiters int
	// InteractiveWait, PurchaseWait and BackgroundWait bound how long a call of that class
	// waits for a place and for the budget together.
	InteractiveWait, PurchaseWait, BackgroundWait time.Duration
	// MaxHold bounds how long a carrier's Retry-After keeps an operation of an account back.
	MaxHold time.Duration

	// Concurrent is how many calls of one carrier run at once where its Limits do not say,
	// and Queue how many wait for a place.
	Concurrent, Queue int

	// A breaker opens at Failures in a row, or at Percent of Calls or more within Window.
	Failures, Calls, Percent int
	Window                   time.Duration
	// Open is how long it stays open, give or take JitterPercent; then one probe is let
	// through. Refused credentials double it each time up to MaxAuthOpen, since carriers
	// lock accounts that keep trying.
	Open, MaxAuthOpen time.Duration
	JitterPercent     int
	// Ramp are the shares, in percent of Concurrent, that a closed breaker lets through
	// after its probe; each lasts for RampStep and until a call in it succeeded.
	Ramp     []int
	RampStep time.Duration
	// Patience is how long a call must have run for its caller's deadline to count
	// against the carrier.
	Patience time.Duration
}

// Defaults are the numbers that the documentation names.
func Defaults() Config {
	return Config{
		Limits: map[adapters.Operation]time.Duration{
			adapters.OpRate: 10 * time.Second, adapters.OpLabel: 15 * time.Second,
			adapters.OpTrack: 10 * time.Second, adapters.OpToken: 5 * time.Second,
			adapters.OpDraft: 15 * time.Second, adapters.OpReturn: 15 * time.Second,
			adapters.OpVoid: 15 * time.Second, adapters.OpDocuments: 15 * time.Second,
			adapters.OpFind: 10 * time.Second, adapters.OpLandedCost: 10 * time.Second,
			adapters.OpManifest: 15 * time.Second, adapters.OpPickup: 15 * time.Second,
			adapters.OpInbound: 15 * time.Second, adapters.OpList: 15 * time.Second,
			adapters.OpMandates: 15 * time.Second,
		},
		RequestsPerSecond: 20, Waiters: 64,
		InteractiveWait: 2 * time.Second, PurchaseWait: 5 * time.Second, BackgroundWait: 30 * time.Second,
		MaxHold:    time.Minute,
		Concurrent: 32, Queue: 64,
		Failures: 5, Calls: 20, Percent: 50, Window: time.Minute,
		Open: 10 * time.Second, MaxAuthOpen: 5 * time.Minute, JitterPercent: 20,
		Ramp: []int{1, 5, 25, 100}, RampStep: time.Second,
		Patience: 500 * time.Millisecond,
	}
}

func or[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// withDefaults fills what is zero; limits of single operations are kept.
func (c Config) withDefaults() Config {
	d := Defaults()
	limits := maps.Clone(d.Limits)
	maps.Copy(limits, c.Limits)
	c.Limits = limits
	or(&c.RequestsPerSecond, d.RequestsPerSecond)
	or(&c.Waiters, d.Waiters)
	or(&c.InteractiveWait, d.InteractiveWait)
	or(&c.PurchaseWait, d.PurchaseWait)
	or(&c.BackgroundWait, d.BackgroundWait)
	or(&c.MaxHold, d.MaxHold)
	or(&c.Concurrent, d.Concurrent)
	or(&c.Queue, d.Queue)
	or(&c.Failures, d.Failures)
	or(&c.Calls, d.Calls)
	or(&c.Percent, d.Percent)
	or(&c.Window, d.Window)
	or(&c.Open, d.Open)
	or(&c.MaxAuthOpen, d.MaxAuthOpen)
	or(&c.JitterPercent, d.JitterPercent)
	or(&c.RampStep, d.RampStep)
	or(&c.Patience, d.Patience)
	if len(c.Ramp) == 0 {
		c.Ramp = d.Ramp
	}
	return c
}

// validate names every fault at once. It is called on a Config with defaults.
func (c Config) validate() error {
	var errs []error
	atLeast := func(name string, v, least int64) {
		if v < least {
			errs = append(errs, fmt.Errorf("%s is %d, and must be at least %d", name, v, least))
		}
	}
	for op, d := range c.Limits {
		atLeast("the call limit of "+string(op)+" in ns", int64(d), int64(time.Millisecond))
	}
	for name, d := range map[string]time.Duration{"window": c.Window, "open": c.Open, "ramp step": c.RampStep,
		"longest hold": c.MaxHold, "longest open time of an account": c.MaxAuthOpen} {
		atLeast(name+" in ns", int64(d), int64(time.Millisecond))
	}
	for name, d := range map[string]time.Duration{"interactive wait": c.InteractiveWait,
		"purchase wait": c.PurchaseWait, "background wait": c.BackgroundWait, "patience": c.Patience} {
		atLeast(name+" in ns", int64(d), 0)
	}
	for name, n := range map[string]int{"waiters": c.Waiters, "concurrent": c.Concurrent, "queue": c.Queue,
		"failures": c.Failures, "calls": c.Calls, "percent": c.Percent, "jitter percent": c.JitterPercent} {
		atLeast(name, int64(n), 1)
	}
	if c.Percent > 100 || c.JitterPercent > 90 {
		errs = append(errs, errors.New("percent goes to 100 and jitter percent to 90"))
	}
	for i, share := range c.Ramp {
		if share < 1 || share > 100 || i > 0 && share <= c.Ramp[i-1] {
			errs = append(errs, fmt.Errorf("ramp share %d is outside 1 to 100 or does not rise", share))
		}
	}
	if err := checkRate(c.RequestsPerSecond); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// limit is the time of one call of op; an operation that has none takes the longest.
func (c Config) limit(op adapters.Operation) time.Duration {
	if d, ok := c.Limits[op]; ok {
		return d
	}
	return 15 * time.Second
}
