package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// A lease that is over as soon as it is given, and one that lasts as long as any test.
const (
	over = time.Microsecond
	long = time.Hour
)

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("got %v, want no error", err)
	}
}

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("got error %v, want %v", got, want)
	}
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("got and want differ (-want +got):\n%s", d)
	}
}

// usd is an amount in cents.
func usd(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "USD"} }

// intent is a purchase to begin, as the purchase service fills it in.
func intent(s Keeper, tenant store.Tenant, key string) store.Intent {
	id := ids.New(ids.Label)
	return store.Intent{Purchase: store.Purchase{
		ID: id, Tenant: tenant, Key: key, Fingerprint: []byte("body of " + key),
		Account: "acct_" + string(tenant), Adapter: "yanwen", Channel: "yanwen.tracked", Service: "tracked", Class: "B",
		Reference: "EB-" + key, ClientReference: ids.ClientReference(s.Meta().Prefix, id),
		Request: []byte(`{"reference":"EB"}`), Quote: usd(640), Spend: usd(640),
	}}
}

func begin(t *testing.T, s Keeper, tenant store.Tenant, key string) store.Purchase {
	t.Helper()
	b, err := s.BeginPurchase(t.Context(), intent(s, tenant, key))
	noError(t, err)
	return b.Purchase
}

// send is the claim under which a label is bought.
func send(lease time.Duration) store.Claim {
	return store.Claim{From: []store.PurchaseState{store.PurchaseReady}, To: store.PurchaseSending, Lease: lease, Kind: store.AttemptSend}
}

func sending(t *testing.T, s Keeper, tenant store.Tenant, key string, lease time.Duration) (store.Purchase, store.Attempt) {
	t.Helper()
	p, a, err := s.ClaimPurchase(t.Context(), begin(t, s, tenant, key).Ref(), send(lease))
	noError(t, err)
	return p, a
}

// to is a change of state and nothing else.
func to(state store.PurchaseState) func(*store.Purchase) error {
	return func(p *store.Purchase) error { p.State = state; return nil }
}

func tracker(t *testing.T, s *store.DB, tenant store.Tenant, number string) store.Tracker {
	t.Helper()
	out, made, err := s.CreateTracker(t.Context(), store.Tracker{Tenant: tenant, Account: "acct_" + string(tenant),
		Adapter: "yanwen", Channel: "yanwen.tracked", Number: number, Status: normalize.StatusRegistered}, nil)
	noError(t, err)
	equal(t, made, true)
	return out
}

// scan is an event of a day in November.
func scan(dedupe string, day int, status normalize.Status) store.TrackerEvent {
	return store.TrackerEvent{Dedupe: dedupe, Source: "callback", Event: normalize.TrackingEvent{
		Status: status, Code: "N" + dedupe, OccurredAt: time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC), ZoneKnown: true,
	}}
}

func callback(tenant store.Tenant, body string) store.Callback {
	return store.Callback{Tenant: tenant, Account: "acct_" + string(tenant), Adapter: "yanwen", Method: "POST",
		Body: []byte(body), Trust: "signed"}
}

func plan(tenant store.Tenant, key, name string) store.Plan {
	return store.Plan{ID: ids.New(ids.InboundPlan), Tenant: tenant, Account: "acct_" + string(tenant), Adapter: "amazon_fba",
		Marketplace: "US", Name: name, Key: key, Fingerprint: []byte(key), Status: "creating"}
}

// allEvents reads the log to its end, as a webhook dispatcher does.
func allEvents(t *testing.T, s Keeper) []store.Event {
	t.Helper()
	var out []store.Event
	after := int64(0)
	for range 1000 {
		part, err := s.ReadEvents(t.Context(), after, 7)
		noError(t, err)
		if len(part) == 0 {
			return out
		}
		out = append(out, part...)
		after = part[len(part)-1].Position
	}
	t.Fatal("the log has no end")
	return nil
}
