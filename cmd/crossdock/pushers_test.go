package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/inbox"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// hourly makes polls so rare that within a test only a push brings one about.
var hourly = []string{"CROSSDOCK_TRACKING_BEGIN=1h", "CROSSDOCK_TRACKING_MOVING=1h", "CROSSDOCK_TRACKING_OUT_FOR_DELIVERY=1h",
	"CROSSDOCK_TRACKING_MOST=1h", "CROSSDOCK_TRACKING_HINT=100ms"}

// standWith is newStand with more of a configuration.
func standWith(t *testing.T, environ ...string) *stand {
	t.Helper()
	sim, err := listenSandbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.close)
	s := &stand{t: t, sandbox: sim.url, logs: &logBuffer{}}
	s.startGateway(append([]string{"CROSSDOCK_DATA=" + t.TempDir()}, environ...)...)
	return s
}

// callbackURL is where an adapter's pushes go.
func (s *stand) callbackURL(t *testing.T, adapter string) string {
	t.Helper()
	var list httpapi.ListBody[httpapi.Account]
	s.call("GET", "/v1/accounts?limit=100", nil).into(t, &list)
	for _, a := range list.Data {
		if a.Adapter == adapter {
			return a.CallbackURL
		}
	}
	t.Fatalf("no account of %s", adapter)
	return ""
}

// at sends to any address, as a carrier or a stranger would.
func (s *stand) at(t *testing.T, method, url, body string, header ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, b}
}

func (s *stand) newTracker(t *testing.T, number, wantChannel string) string {
	t.Helper()
	body := map[string]any{"tracking_number": number}
	if wantChannel == "dhl_unified.tracking" { // ten digits are taken for DHL Express's own
		body["channel"] = wantChannel
	}
	r := s.call("POST", "/v1/trackers", body)
	var tr trackers.Tracker
	r.into(t, &tr)
	if r.status != 201 || tr.Channel != wantChannel {
		t.Fatalf("follow %s: %d %s", number, r.status, r.body)
	}
	return tr.ID
}

func (s *stand) tracker(t *testing.T, id string) trackers.Tracker {
	t.Helper()
	var tr trackers.Tracker
	s.call("GET", "/v1/trackers/"+id, nil).into(t, &tr)
	return tr
}

// callbacks are the messages in a state.
func (s *stand) callbacks(t *testing.T, state string) []inbox.Callback {
	t.Helper()
	var list httpapi.ListBody[inbox.Callback]
	s.call("GET", "/v1/callbacks?limit=100&state="+state, nil).into(t, &list)
	return list.Data
}

func (s *stand) scan(t *testing.T, carrier, number, code string) {
	t.Helper()
	if r := s.call("POST", "/_control/scan", map[string]any{"carrier": carrier, "tracking_number": number, "code": code,
		"at": time.Now(), "city": "Shenzhen", "country": "CN"}); r.status != 200 {
		t.Fatalf("scan: %d %s", r.status, r.body)
	}
}

// trackingOnly are the carriers that only track, each with a number of theirs.
var trackingOnly = map[string]string{"dhl_unified": "7777700001", "sf": "SF1000000000001"}

// A journey ends delivered by pushes alone: nobody polls unless a push says that there is news.
func TestAPushedJourneyIsPolledAndArrives(t *testing.T) {
	t.Parallel()
	s := standWith(t, hourly...)
	for carrier, number := range trackingOnly {
		t.Run(carrier, func(t *testing.T) {
			t.Parallel()
			id := s.newTracker(t, number, carrier+".tracking")
			s.awaitPoll(t, carrier, 1) // the first, which a new tracker gets, finds nothing
			var out struct{ Sent, Acked int }
			s.call("POST", "/_control/push", map[string]any{"carrier": carrier, "tracking_number": number, "journey": "delivered",
				"shuffle": true, "duplicate": 0.3}).into(t, &out)
			if out.Sent == 0 || out.Acked != out.Sent {
				t.Errorf("of %d messages %d were acknowledged", out.Sent, out.Acked)
			}
			s.arrives(t, id)
		})
	}
}

// awaitPoll waits until a carrier was asked for its parcels this often.
func (s *stand) awaitPoll(t *testing.T, carrier string, polls int) {
	t.Helper()
	eventually(t, "polled", func() bool { return s.polls(t, carrier) >= polls })
}

func (s *stand) polls(t *testing.T, carrier string) int {
	t.Helper()
	var a struct{ Data []struct{ Operation string } }
	s.call("GET", "/_control/arrivals?carrier="+carrier, nil).into(t, &a)
	n := 0
	for _, v := range a.Data {
		if v.Operation == "track" {
			n++
		}
	}
	return n
}

// arrives waits for a delivery, every scan of which the carrier itself was asked for.
func (s *stand) arrives(t *testing.T, id string) {
	t.Helper()
	var tr trackers.Tracker
	eventually(t, "delivered", func() bool {
		tr = s.tracker(t, id)
		return tr.Status == normalize.StatusDelivered
	})
	if len(tr.Events) < 5 {
		t.Errorf("%d scans of a whole journey", len(tr.Events))
	}
	for _, e := range tr.Events {
		if e.Source != "poll" || e.Substatus == normalize.SubstatusUnmapped {
			t.Errorf("scan %s came by %s as %s", e.Raw.Code, e.Source, e.Substatus)
		}
	}
}

// Where no push ever arrives, the polls alone see a parcel to the door.
func TestAPolledJourneyArrivesWithoutAPush(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	deaf := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(deaf.Close)
	for carrier, number := range trackingOnly {
		t.Run(carrier, func(t *testing.T) {
			t.Parallel()
			if r := s.call("PUT", "/_control/callbacks", map[string]any{"carrier": carrier, "account": "acct_sandbox_" + carrier, "url": deaf.URL}); r.status != 200 {
				t.Fatalf("callback address: %d %s", r.status, r.body)
			}
			id := s.newTracker(t, number, carrier+".tracking")
			var out struct{ Sent, Acked int }
			s.call("POST", "/_control/push", map[string]any{"carrier": carrier, "tracking_number": number, "journey": "delivered"}).into(t, &out)
			if out.Sent == 0 || out.Acked != 0 {
				t.Fatalf("of %d messages %d were acknowledged", out.Sent, out.Acked)
			}
			s.arrives(t, id)
		})
	}
}

// dhlPush is a message of DHL's about one parcel.
func dhlPush(number, statusCode, status string) string {
	return fmt.Sprintf(`{"scope":"subscription.push","self":"https://api-eu.dhl.com/tracking/push/v1/subscription/0c2f7b1e-5a4d-4f0e-9c1b-000000000001",
		"shipments":[{"id":%q,"service":"express","status":{"timestamp":%q,"statusCode":%q,"status":%q}}]}`,
		number, time.Now().UTC().Format(time.RFC3339), statusCode, status)
}

const dhlToken = "sandbox-hook-token-0001" // what the sandbox's subscription was made with

// What a push says is not believed: it makes us ask, and what DHL answers counts.
func TestAnUnsignedPushIsAskedAfter(t *testing.T) {
	t.Parallel()
	s := standWith(t, hourly...)
	url := s.callbackURL(t, "dhl_unified")
	const number = "7777700002"
	id := s.newTracker(t, number, "dhl_unified.tracking")
	s.awaitPoll(t, "dhl_unified", 1)
	s.scan(t, "dhl_unified", number, "PU")
	if r := s.at(t, "POST", url, dhlPush(number, "delivered", "OK"), "x-gw-token", dhlToken); r.status != 200 {
		t.Fatalf("the push: %d %s", r.status, r.body)
	}
	eventually(t, "picked up", func() bool { return s.tracker(t, id).Status == normalize.StatusPickedUp })
	tr := s.tracker(t, id)
	if len(tr.Events) != 1 || tr.Events[0].Raw.Code != "PU" || tr.Events[0].Source != "poll" || s.polls(t, "dhl_unified") != 2 {
		t.Errorf("after %d polls: %+v", s.polls(t, "dhl_unified"), tr.Events)
	}
	before := len(s.callbacks(t, "refused"))
	if r := s.at(t, "POST", url, dhlPush(number, "delivered", "OK"), "x-gw-token", "a guess"); r.status != 401 {
		t.Errorf("a forged push: %d %s", r.status, r.body)
	}
	if r := s.at(t, "POST", url[:len(url)-1]+"0", dhlPush(number, "delivered", "OK"), "x-gw-token", dhlToken); r.status != 404 && url[len(url)-1] != '0' {
		t.Errorf("another address: %d %s", r.status, r.body)
	}
	if got := len(s.callbacks(t, "refused")); got != before+1 {
		t.Errorf("%d refused messages are kept, want %d", got, before+1)
	}
}

// hookBox is an address of the test's own that keeps what DHL sends to it.
type hookBox struct {
	mu   sync.Mutex
	came []string
}

func (h *hookBox) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // half a message is found out when it is used
	h.mu.Lock()
	defer h.mu.Unlock()
	h.came = append(h.came, string(body))
}

func (h *hookBox) first() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.came) == 0 {
		return ""
	}
	return h.came[0]
}

// dhl calls DHL's push API, as an operator would.
func (s *stand) dhl(t *testing.T, method, path, body string) (out struct{ ID, Status string }) {
	t.Helper()
	r := s.at(t, method, s.sandbox+"/dhl_unified/tracking/push/v1"+path, body, "DHL-API-Key", "sandboxDHLkey0001raisedByRequest")
	if r.status > 299 {
		t.Fatalf("%s %s: %d %s", method, path, r.status, r.body)
	}
	r.into(t, &out)
	return out
}

func subscription(hook, number string) string {
	return fmt.Sprintf(`{"hook":{"uri":%q,"authentication":{"type":"ApiKeyAuthentication","header":"x-gw-token","token":%q}},
		"format":"Default","type":"Shipment","service":"express","events":["Pre-Transit","Transit","Delivered","Failure"],"shipmentIDs":[%q]}`, hook, dhlToken, number)
}

// An operator subscribes with DHL; the handshake is finished here, and the subscription's own
// pushes bring the parcel home.
func TestASubscriptionShakesHands(t *testing.T) {
	t.Parallel()
	s := standWith(t, hourly...)
	const number = "7777700003"
	id := s.newTracker(t, number, "dhl_unified.tracking")
	s.awaitPoll(t, "dhl_unified", 1)
	sub := s.dhl(t, "POST", "/subscription", subscription(s.callbackURL(t, "dhl_unified"), number))
	eventually(t, "ready", func() bool { return s.dhl(t, "GET", "/subscription/"+sub.ID, "").Status == "READY" })
	s.call("POST", "/_control/push", map[string]any{"carrier": "dhl_unified", "tracking_number": number, "journey": "delivered"})
	s.arrives(t, id)
	eventually(t, "read", func() bool { return len(s.callbacks(t, "received")) == 0 })
	if kept := s.callbacks(t, "quarantined"); len(kept) > 0 {
		t.Errorf("in quarantine: %+v", kept)
	}
}

// The twin of a handshake without DHL's token moves us to no call; the same words with it do.
func TestAForgedHandshakeIsRefused(t *testing.T) {
	t.Parallel()
	s := standWith(t, hourly...)
	box := &hookBox{}
	elsewhere := httptest.NewServer(box)
	t.Cleanup(elsewhere.Close)
	sub := s.dhl(t, "POST", "/subscription", subscription(elsewhere.URL, "7777700004"))
	eventually(t, "the secret comes", func() bool { return box.first() != "" })
	url := s.callbackURL(t, "dhl_unified")
	for name, header := range map[string][]string{"no token": nil, "wrong token": {"x-gw-token", "a guess"}} {
		if r := s.at(t, "POST", url, box.first(), header...); r.status != 401 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if list := s.callbacks(t, "refused"); len(list) != 2 {
		t.Errorf("%d refused messages are kept, want 2", len(list))
	}
	if got := s.dhl(t, "GET", "/subscription/"+sub.ID, "").Status; got != "VALIDATING" {
		t.Errorf("after forged handshakes the subscription is %s", got)
	}
	if r := s.at(t, "POST", url, box.first(), "x-gw-token", dhlToken); r.status != 200 {
		t.Errorf("the genuine one: %d %s", r.status, r.body)
	}
	eventually(t, "ready", func() bool { return s.dhl(t, "GET", "/subscription/"+sub.ID, "").Status == "READY" })
}

// sfPush is a route push of SF's, in JSON.
func sfPush(items ...string) string {
	return `{"Body":{"WaybillRoute":[` + strings.Join(items, ",") + `]}}`
}

func sfItem(id, number, code string) string {
	return fmt.Sprintf(`{"id":%q,"mailno":%q,"orderid":"SO-1","acceptTime":%q,"acceptAddress":"深圳市","remark":"x","opCode":%q,"reasonCode":"","reasonName":""}`,
		id, number, time.Now().UTC().Add(8*time.Hour).Format(time.DateTime), code)
}

// One bad item of a batch is kept for the operator, and the others are acted on: SF hears a yes,
// since a no would bring the whole batch again.
func TestABadItemOfABatchIsKept(t *testing.T) {
	t.Parallel()
	s := standWith(t, hourly...)
	one, two := s.newTracker(t, "SF1000000000011", "sf.tracking"), s.newTracker(t, "SF1000000000012", "sf.tracking")
	s.awaitPoll(t, "sf", 2)
	s.scan(t, "sf", "SF1000000000011", "50")
	s.scan(t, "sf", "SF1000000000012", "204")
	batch := sfPush(sfItem("1", "SF1000000000011", "50"), `{"id":"2","mailno":"","acceptTime":"soon"}`, sfItem("3", "SF1000000000012", "204"))
	r := s.at(t, "POST", s.callbackURL(t, "sf"), batch, "Content-Type", "application/json;charset=UTF-8")
	if r.status != 200 || string(r.body) != `{"return_code":"0000","return_msg":"成功"}` {
		t.Errorf("acknowledged with %d %s", r.status, r.body)
	}
	eventually(t, "both parcels", func() bool {
		return s.tracker(t, one).Status == normalize.StatusPickedUp && s.tracker(t, two).Status == normalize.StatusOutForDelivery
	})
	var kept []inbox.Callback
	eventually(t, "in quarantine", func() bool {
		kept = s.callbacks(t, "quarantined")
		return len(kept) == 1
	})
	if kept[0].Adapter != "sf" || !strings.Contains(kept[0].Reason, "no waybill") {
		t.Errorf("in quarantine: %+v", kept[0])
	}
}

// SF signs nothing. What is no route push is refused in SF's own words, another address is none,
// and a forger who has the address and says "delivered" only makes us ask SF, who says no.
func TestAForgedRoutePushIsNotBelieved(t *testing.T) {
	t.Parallel()
	s := standWith(t, hourly...)
	const number = "SF1000000000021"
	id := s.newTracker(t, number, "sf.tracking")
	s.awaitPoll(t, "sf", 1)
	s.scan(t, "sf", number, "50")
	url := s.callbackURL(t, "sf")
	forged := sfPush(sfItem("9", number, "80"))
	if r := s.at(t, "POST", url, `{"Body":{"Delivered":true}}`); r.status != 401 || string(r.body) != `{"return_code":"1000","return_msg":"系统异常"}` {
		t.Errorf("no route push: %d %s", r.status, r.body)
	}
	if r := s.at(t, "GET", url, ""); r.status != 401 {
		t.Errorf("by GET: %d %s", r.status, r.body)
	}
	if r := s.at(t, "POST", url[:strings.LastIndex(url, "/")]+"/00000000000000000000000000", forged); r.status != 404 {
		t.Errorf("another address: %d %s", r.status, r.body)
	}
	if polls := s.polls(t, "sf"); polls != 1 {
		t.Errorf("refused messages made us ask: %d polls", polls)
	}
	s.call("POST", "/_control/push", map[string]any{"carrier": "sf", "tracking_number": number, "forge": true})
	eventually(t, "asked", func() bool { return s.tracker(t, id).Status == normalize.StatusPickedUp })
	if tr := s.tracker(t, id); len(tr.Events) != 1 || tr.Events[0].Source != "poll" {
		t.Errorf("got %+v", tr.Events)
	}
}

// An app that has chosen XML in the console is answered in XML.
func TestARoutePushInXMLIsAcknowledgedInXML(t *testing.T) {
	t.Parallel()
	s := standWith(t, hourly...)
	const number = "SF1000000000031"
	if r := s.at(t, "PUT", s.sandbox+"/sf/console/route-push", `{"format":"form"}`); r.status > 299 {
		t.Fatalf("console: %d %s", r.status, r.body)
	}
	id := s.newTracker(t, number, "sf.tracking")
	s.awaitPoll(t, "sf", 1)
	var out struct{ Sent, Acked int }
	s.call("POST", "/_control/push", map[string]any{"carrier": "sf", "tracking_number": number, "journey": "delivered"}).into(t, &out)
	if out.Sent == 0 || out.Acked != out.Sent {
		t.Errorf("of %d messages %d were acknowledged", out.Sent, out.Acked)
	}
	s.arrives(t, id)
}

// Whoever compares carriers is not offered those who only track, and hears so where he asks.
func TestTrackingChannelsAreListedAndNeverPriced(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	a := s.rates(t, example(t, "order-de.json"))
	for _, u := range a.Unavailable {
		if strings.HasSuffix(u.Channel, ".tracking") {
			t.Errorf("%s is named in a comparison", u.Channel)
		}
	}
	for carrier := range trackingOnly {
		channel := carrier + ".tracking"
		o := example(t, "order-de.json")
		o["channels"] = []string{channel}
		var only rating.Answer
		s.call("POST", "/v1/rates", o).into(t, &only)
		if len(only.Rates) != 0 || len(only.Unavailable) != 1 || only.Unavailable[0].Code != "not_serviceable" {
			t.Errorf("%s: priced as %+v", channel, only)
		}
		delete(o, "channels")
		o["channel"] = channel
		if r := s.call("POST", "/v1/labels", o, "Idempotency-Key", "none-"+carrier); r.status != 422 {
			t.Errorf("%s: a label: %d %s", channel, r.status, r.body)
		}
		var ch httpapi.Channel
		s.call("GET", "/v1/channels/"+channel, nil).into(t, &ch)
		if ch.Kind != "tracking" || !ch.Configured || strings.Join(ch.Capabilities, ",") != "tracking,callbacks" || len(ch.Requirements.Goods) != 0 {
			t.Errorf("%s: %+v", channel, ch)
		}
		if n := s.arrivals(t, carrier); n != 0 {
			t.Errorf("%s was called %d times", carrier, n)
		}
	}
}
