package inbox

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func checkAck(t *testing.T, got adapters.Ack, status int, body string) {
	t.Helper()
	if got.Status != status || string(got.Body) != body {
		t.Errorf("got %d %q, want %d %q", got.Status, got.Body, status, body)
	}
}

func TestAnAuthenticMessageIsDurableBeforeItIsAcknowledged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	body := message("NW-1", "A", normalize.StatusInTransit, noon)
	checkAck(t, b.send(body), http.StatusOK, "OK")
	kept := b.in(store.CallbackReceived)
	if len(kept) != 1 || kept[0].Trust != "signed" || kept[0].Bytes != int64(len(body)) {
		t.Fatalf("got %+v", kept)
	}
	row, err := b.store.Callback(t.Context(), "ada", kept[0].ID)
	if err != nil || !bytes.Equal(row.Body, body) {
		t.Fatalf("got %q, %v", row.Body, err)
	}
	want := http.Header{"Content-Type": {"application/json"}, "X-North-Signature": {sign("s1", body)}}
	if d := cmp.Diff(want, row.Header); d != "" {
		t.Error(d)
	}
}

func TestWhatCannotBeStoredIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	body := message("NW-1", "A", normalize.StatusInTransit, noon)
	for _, err := range []error{errDisk, store.ErrCommitUnknown, store.ErrDiskFull} {
		b.store.set(func(f *faulty) { f.append = err })
		checkAck(t, b.send(body), http.StatusServiceUnavailable, "RETRY")
	}
	if n := b.totals()[store.CallbackReceived]; n != 0 {
		t.Errorf("%d are stored", n)
	}
	b.store.set(func(f *faulty) { f.append = nil })
	checkAck(t, b.send(body), http.StatusOK, "OK")
}

func TestAForgedMessageIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.create("NW-1")
	stop := b.run()
	checkAck(t, b.sendSigned(message("NW-1", "D", normalize.StatusDelivered, noon), "00"), http.StatusUnauthorized, "RETRY")
	checkAck(t, b.sendSigned(message("NW-1", "D", normalize.StatusDelivered, noon), ""), http.StatusUnauthorized, "RETRY")
	stop()
	if tr := b.tracker(id); len(tr.Events) != 0 {
		t.Error("a forged message is on the timeline")
	}
	kept := b.in(store.CallbackRefused)
	if len(kept) != 2 || kept[0].Trust != "" || kept[0].Reason != "auth_failed: the signature is wrong" {
		t.Errorf("got %+v", kept)
	}
}

func TestTheQuarantineIsBounded(t *testing.T) {
	t.Parallel()
	body := message("NW-1", "D", normalize.StatusDelivered, noon)
	for name, limits := range map[string]Limits{
		"by count": {Refused: 3},
		"by bytes": {RefusedBytes: int64(3*len(body) + 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(d *Deps) { d.Limits = limits })
			for range 10 {
				checkAck(t, b.sendSigned(body, "00"), http.StatusUnauthorized, "RETRY")
			}
			if n := b.totals()[store.CallbackRefused]; n != 3 {
				t.Errorf("kept %d, want 3", n)
			}
			checkAck(t, b.send(body), http.StatusOK, "OK")
		})
	}
}

// A flood of forged messages is kept no faster than the account's pace, and refused all the same.
func TestTheQuarantineFillsSlowly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(d *Deps) { d.Limits.RefusedPerSecond = 1 })
		body := message("NW-1", "D", normalize.StatusDelivered, noon)
		for range 30 {
			checkAck(t, b.sendSigned(body, "00"), http.StatusUnauthorized, "RETRY")
		}
		if n := b.totals()[store.CallbackRefused]; n != 20 {
			t.Errorf("kept %d of the burst, want 20", n)
		}
		time.Sleep(3 * time.Second)
		for range 30 {
			b.sendSigned(body, "00")
		}
		if n := b.totals()[store.CallbackRefused]; n != 23 {
			t.Errorf("kept %d after three seconds, want 23", n)
		}
	})
}

func TestOnlyTheAccountsOwnAddressIsOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	body := message("NW-1", "A", normalize.StatusInTransit, noon)
	req := request(body, sign("s1", body))
	for _, c := range []struct{ adapter, token string }{
		{"north", ""}, {"north", "x"}, {"south", b.account.CallbackToken}, {"", b.account.CallbackToken},
		{"north", strings.ToUpper(b.account.CallbackToken)},
	} {
		_, err := b.Accept(t.Context(), c.adapter, c.token, req)
		if r, ok := errors.AsType[*gateway.Refusal](err); !ok || r.Code != gateway.CodeNotFound {
			t.Errorf("%s/%s: got %v, want not_found", c.adapter, c.token, err)
		}
	}
}

func TestTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, err := b.Accept(t.Context(), "north", b.account.CallbackToken, request(make([]byte, MaxBody+1), ""))
	if r, ok := errors.AsType[*gateway.Refusal](err); !ok || r.Code != gateway.CodeTooLarge {
		t.Errorf("got %v, want too_large", err)
	}
	if n := len(b.totals()); n != 0 {
		t.Error("it is stored")
	}
}

// A message that breaks the adapter is never a positive answer without proof, and never
// takes the gateway down.
func TestABrokenAdapterIsContained(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	body := message("NW-1", "A", normalize.StatusInTransit, noon)
	b.carrier.set(func(c *carrier) { c.breaks = "verify" })
	checkAck(t, b.send(body), http.StatusUnauthorized, "RETRY")
	b.carrier.set(func(c *carrier) { c.breaks = "ack" })
	checkAck(t, b.send(body), http.StatusOK, "")
	checkAck(t, b.sendSigned(body, "00"), http.StatusUnauthorized, "")
	b.carrier.set(func(c *carrier) { c.breaks, c.trust = "", "perhaps" })
	checkAck(t, b.send(body), http.StatusUnauthorized, "RETRY")
}

func TestChosenHeaders(t *testing.T) {
	t.Parallel()
	in := http.Header{
		"Content-Type": {"text/xml"}, "X-Hub-Signature": {"a"}, "X-Timestamp": {"1"}, "X-Event-Type": {"scan"}, "Webhook-Id": {"w"},
		"Authorization": {"Basic c2VjcmV0"}, "Cookie": {"c"}, "X-Api-Key": {"k"}, "X-Signature-Key": {"k"}, "X-Forwarded-For": {"203.0.113.9"},
		"User-Agent": {"u"}, "Accept": {"*/*"},
	}
	want := http.Header{"Content-Type": {"text/xml"}, "X-Hub-Signature": {"a"}, "X-Timestamp": {"1"}, "X-Event-Type": {"scan"}, "Webhook-Id": {"w"}}
	if d := cmp.Diff(want, chosen(in)); d != "" {
		t.Error(d)
	}
	long := chosen(http.Header{"X-Signature": {strings.Repeat("a", 5000)}, "Content-Type": {"text/xml"}})
	if len(long["X-Signature"]) != 0 || long.Get("Content-Type") == "" {
		t.Errorf("a long header is kept: %d values", len(long["X-Signature"]))
	}
}

func BenchmarkAccept(b *testing.B) {
	bn := newBench(b)
	body := message("NW-1", "A", normalize.StatusInTransit, noon)
	req := request(body, sign("s1", body))
	b.SetParallelism(64)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if ack, err := bn.Accept(b.Context(), "north", bn.account.CallbackToken, req); err != nil || ack.Status != http.StatusOK {
				b.Error(ack.Status, err)
				return
			}
		}
	})
}
