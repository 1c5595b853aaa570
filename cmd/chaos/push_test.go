package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
	"github.com/crossdock-hub/crossdock/mocks"
	simulations "github.com/crossdock-hub/crossdock/mocks/all"
)

// One database serves all runs of pushes here, each in a schema of its own.
var pushServer = sync.OnceValues(pgtest.Start)

func stopPushServer() {
	if pg, err := pushServer(); err == nil {
		_ = pg.Stop() // the process ends
	}
}

func pushDatabase(t *testing.T) *pgtest.Server {
	t.Helper()
	pg, err := pushServer()
	if err != nil {
		t.Fatal(err)
	}
	return pg
}

// judgedPushes fails the test where a run missed a goal. Time is printed and not judged.
func judgedPushes(t *testing.T, r *pushReport, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d messages, %d scans, %d kills, %d of %d deliveries failed, acknowledged in %+v, %d + %d ms",
		r.Messages, r.Scans, r.Kills, r.Failures, r.Deliveries, r.Ack, r.SendMS, r.DrainMS)
	for _, d := range r.detail {
		t.Log(d)
	}
	for _, m := range r.Missed {
		t.Error(m)
	}
	if r.Filed.Quarantined < r.Garbage || r.Repeats == 0 || r.Kills == 0 {
		t.Errorf("%d of %d garbage, %d repeats, %d kills: the run was too easy", r.Filed.Quarantined, r.Garbage, r.Repeats, r.Kills)
	}
}

// small is the usual run with everything in it within seconds.
func small(store string, n, gateways int, seed uint64, path string) *pushing {
	p := usualPushes(store, n, gateways, seed)
	p.binary, p.pace, p.after = path, float64(n)/8, time.Second
	p.trouble.killEvery, p.flaws.restartEvery = 3*time.Second, 6*time.Second
	return p
}

// A gateway that is killed every few seconds, carriers that say things twice, late and in any
// order, garbage and forgeries among it, and a subscriber that fails and goes away: every scan
// that was acknowledged is told once, in order.
func TestPushesSurviveChaosOnSQLite(t *testing.T) {
	t.Parallel()
	r, err := small(storeSQLite, 5000, 1, 21, binary(t, plain)).run(t.Context())
	judgedPushes(t, r, err)
}

// The same with two gateways that share a database.
func TestPushesSurviveChaosOnPostgreSQL(t *testing.T) {
	t.Parallel()
	p := small(storePostgres, 1500, 2, 22, binary(t, plain))
	p.postgres = pushDatabase(t)
	r, err := p.run(t.Context())
	judgedPushes(t, r, err)
}

func TestEveryPlantedBugOfPushesIsNoticed(t *testing.T) {
	t.Parallel()
	for _, c := range pushCanaries(pushDatabase(t)) {
		t.Run(c.bugs, func(t *testing.T) {
			t.Parallel()
			s, err := c.sing(t.Context(), binary(t, broken), 23)
			if err != nil {
				t.Fatal(err)
			}
			if !s.Caught || len(s.Control) > 0 {
				t.Errorf("noticed %t by %v; without it: %v", s.Caught, s.By, s.Control)
				for _, d := range s.detail {
					t.Log(d)
				}
			}
		})
	}
}

// pushersForTest are all carriers that push, with channels that need not exist.
func pushersForTest(t *testing.T) []*pusher {
	t.Helper()
	box := mocks.New(mocks.Options{}, simulations.Makers()...)
	t.Cleanup(box.Close)
	var out []*pusher
	for _, p := range box.Pushing() {
		out = append(out, &pusher{p, p.Code + ".any"})
	}
	if len(out) == 0 {
		t.Fatal("no simulator pushes")
	}
	return out
}

// A run has each kind in its share, every scan at least once, and nothing far from its place.
func TestMessagesAreComposedInTheirShares(t *testing.T) {
	t.Parallel()
	p, err := compose(pushersForTest(t), 2000, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.messages) != 2000 || p.count(garbage) != 20 || p.count(forged) != 20 || len(p.scans) != 1360 {
		t.Errorf("%d messages, %d garbage, %d forged, %d scans", len(p.messages), p.count(garbage), p.count(forged), len(p.scans))
	}
	sent, times := map[*scan]bool{}, map[string]bool{}
	for _, m := range p.messages {
		if m.kind == news {
			sent[m.of] = true
		}
		if _, err := m.body(); err != nil {
			t.Errorf("%s: %v", m.of.parcel.carrier.Code, err)
		}
	}
	for _, s := range p.scans {
		times[s.parcel.Number+s.At.String()] = true
	}
	if len(sent) != len(p.scans) || len(times) != len(p.scans) {
		t.Errorf("%d of %d scans are sent, %d can be told apart", len(sent), len(p.scans), len(times))
	}
}

// bench is a run of one parcel with two scans, garbage and a forgery, in which all went well.
type bench struct {
	*evidence
	messages []*message
}

func newBench() *bench {
	at := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	f := &followed{tracker: "trk_1", carrier: &pusher{Pushing: mocks.Pushing{Code: "northwind", Secret: "s"}}}
	one, two := &scan{parcel: f, Scan: mocks.Scan{Code: "A", At: at}}, &scan{parcel: f, Scan: mocks.Scan{Code: "B", At: at.Add(time.Hour)}}
	never := &scan{parcel: f, Scan: mocks.Scan{Code: "C", At: at.Add(-time.Hour)}}
	one.acked.Add(1)
	two.acked.Add(1)
	b := &bench{evidence: &evidence{play: &play{scans: []*scan{one, two}}, inbox: map[string][]filed{}, found: map[string][]string{}}}
	b.messages = []*message{{of: one, acked: true}, {of: two, acked: true},
		{of: never, kind: garbage, acked: true, bodies: []string{"g"}}, {of: never, kind: forged, refused: true, bodies: []string{"f"}}}
	b.play.messages = b.messages
	b.sink = &sink{events: map[string][sha256.Size]byte{}, trackers: map[string]*thread{}, wrong: map[string][]string{}}
	b.hear("evt_1", "tracker.updated", 1, at)
	b.hear("evt_2", "tracker.updated", 2, at.Add(time.Hour))
	b.hear("evt_3", "tracker.delivered", 2, at.Add(time.Hour))
	b.timelines = []timeline{{ID: "trk_1"}}
	b.show(at)
	b.show(at.Add(time.Hour))
	b.inbox["quarantined"], b.inbox["refused"] = []filed{{ID: "cbk_1", SHA256: "g"}}, []filed{{ID: "cbk_2", SHA256: "f"}}
	return b
}

func (b *bench) hear(id, kind string, seq int64, at time.Time) {
	t := told{ID: id, Type: kind}
	t.Data.Tracker, t.Data.Sequence = "trk_1", seq
	t.Data.Event = &struct {
		OccurredAt time.Time `json:"occurred_at"`
	}{at}
	b.sink.do(t, sha256.Sum256(fmt.Append(nil, id, seq, at)))
}

func (b *bench) show(at time.Time) {
	l := &b.timelines[0]
	l.Events = append(l.Events, struct {
		OccurredAt time.Time `json:"occurred_at"`
		Raw        struct {
			Code string `json:"code"`
		} `json:"raw"`
	}{OccurredAt: at})
}

// What the oracle says of a run by what became of its messages.
func TestThePushOracleKnowsEveryWrong(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(*bench)
		want   string
	}{
		"all is well":                    {func(*bench) {}, ""},
		"told twice under one id":        {func(b *bench) { b.hear("evt_3", "tracker.delivered", 2, at.Add(time.Hour)) }, ""},
		"an event is gone":               {func(b *bench) { b.timelines[0].Events = b.timelines[0].Events[:1] }, lost},
		"not acknowledged, and gone":     {func(b *bench) { b.timelines[0].Events = b.timelines[0].Events[:1]; b.play.scans[1].acked.Store(0) }, ""},
		"a tracker is gone":              {func(b *bench) { b.timelines = nil }, lost},
		"a forgery is believed":          {func(b *bench) { b.show(at.Add(-time.Hour)) }, invented},
		"a scan is there twice":          {func(b *bench) { b.show(at) }, doubled},
		"a scan is told by two events":   {func(b *bench) { b.hear("evt_4", "tracker.updated", 3, at) }, doubled},
		"one id says two things":         {func(b *bench) { b.hear("evt_2", "tracker.updated", 2, at) }, doubled},
		"a gap":                          {func(b *bench) { b.hear("evt_4", "tracker.updated", 4, at.Add(2*time.Hour)) }, disorder},
		"an inversion":                   {func(b *bench) { b.hear("evt_1", "tracker.updated", 1, at) }, disorder},
		"a delivery that comes too late": {func(b *bench) { b.hear("evt_4", "tracker.delivered", 1, at) }, disorder},
		"never told":                     {func(b *bench) { delete(b.sink.trackers["trk_1"].scans, at.Unix()) }, untold},
		"garbage is nowhere":             {func(b *bench) { b.inbox["quarantined"] = nil }, unaccounted},
		"garbage is refused":             {func(b *bench) { b.messages[2].acked, b.messages[2].refused = false, true }, unaccounted},
		"a forgery is acknowledged":      {func(b *bench) { b.messages[3].acked = true }, unaccounted},
		"a forgery is nowhere":           {func(b *bench) { b.inbox["refused"] = nil }, unaccounted},
		"a scan is in the quarantine": {func(b *bench) {
			b.inbox["quarantined"] = append(b.inbox["quarantined"], filed{ID: "cbk_3", SHA256: "x"})
		}, misfiled},
		"a scan finds no tracker":          {func(b *bench) { b.inbox["unmatched"] = []filed{{ID: "cbk_3"}} }, misfiled},
		"a message was never acknowledged": {func(b *bench) { b.messages[0].acked = false }, unanswered},
		"a delivery that does not verify":  {func(b *bench) { b.sink.add(badSignature, "it does not") }, badSignature},
		"a lie where the carrier never signs": {func(b *bench) {
			b.messages[3].of.parcel.carrier.Secret = ""
			b.messages[3].acked, b.inbox["refused"] = true, nil
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench()
			c.change(b)
			b.judge()
			for _, g := range pushGoals {
				if got, want := len(b.found[g]) > 0, g == c.want; got != want {
					t.Errorf("%s: %v", g, b.found[g])
				}
			}
		})
	}
}

// The subscriber fails as often as it is told to, and refuses what does not verify.
func TestTheSubscriberFailsInEveryWay(t *testing.T) {
	t.Parallel()
	s, err := startSink(flaws{share: 0.5}, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	seen := map[flaw]int{}
	for range 2000 {
		seen[s.flaw()]++
	}
	if seen[flawless] < 900 || seen[flawless] > 1100 || seen[refuses] == 0 || seen[forgets] == 0 || seen[cuts] == 0 || seen[hangs] == 0 {
		t.Errorf("got %v", seen)
	}
	if s.verify, err = standardwebhooks.NewWebhookRaw([]byte("a secret of twenty-four!")); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post("http://"+s.addr+"/hook", "application/json", strings.NewReader(`{"id":"evt_1"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusInternalServerError || len(s.wrong[badSignature]) != 1 || s.scans != 0 {
		t.Errorf("a delivery without a signature is answered %d: %v", resp.StatusCode, s.wrong)
	}
}
