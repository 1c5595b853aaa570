package adaptertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// sandbox is the host under which every simulator's wire answers, control interface included.
const sandbox = "http://sandbox"

// session is one adapter before one fresh simulator.
type session struct {
	t       testing.TB
	h       Harness
	adapter adapters.Adapter
	ops     adapters.Ops
	tap     *tap
	wire    http.RoundTripper
	logs    *lockedBuffer

	mu     sync.Mutex
	serial int
	inbox  []adapters.CallbackRequest
	answer func(adapters.CallbackRequest) adapters.Ack
}

// lockedBuffer takes the log lines of many goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newSession makes a simulator and an adapter that speaks to it.
func newSession(t testing.TB, h Harness) *session {
	t.Helper()
	s := &session{t: t, h: h, logs: &lockedBuffer{}}
	s.wire = h.Wire(t, &http.Client{Transport: postbox{s}})
	s.tap = &tap{next: s.wire}
	a, err := h.Spec.New([]byte(h.Config), adapters.Deps{HTTP: s.tapClient(), Logger: s.logger()})
	if err != nil {
		t.Fatalf("the harness's configuration is refused: %v", err)
	}
	s.adapter, s.ops = a, adapters.OpsOf(a)
	return s
}

func (s *session) tapClient() *http.Client { return &http.Client{Transport: s.tap} }

// logger keeps every line, debug included.
func (s *session) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// postbox receives the simulator's pushes.
type postbox struct{ s *session }

// RoundTrip keeps the push and answers as the adapter would, else with a plain 200.
func (p postbox) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	push := adapters.CallbackRequest{Method: r.Method, Header: r.Header.Clone(), Query: r.URL.RawQuery, Body: body}
	p.s.mu.Lock()
	p.s.inbox = append(p.s.inbox, push)
	answer := p.s.answer
	p.s.mu.Unlock()
	if answer == nil {
		return respond(r, http.StatusOK, "text/plain", strings.NewReader("")), nil
	}
	ack := answer(push)
	return respond(r, ack.Status, ack.ContentType, bytes.NewReader(ack.Body)), nil
}

// pushes are those that came so far.
func (s *session) pushes() []adapters.CallbackRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]adapters.CallbackRequest(nil), s.inbox...)
}

// reference is a client reference as the gateway makes them: 16 characters of Crockford's
// base32, the same sequence in every session.
func (s *session) reference() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return fmt.Sprintf("XDK%013d", s.serial)
}

// purchase is a label that was bought, with all that was said about it.
type purchase struct {
	req   normalize.LabelRequest
	label normalize.Label
	docs  []normalize.Document
	at    time.Time
}

// ref is all that the gateway knows of the purchase.
func (p purchase) ref() normalize.ShipmentRef {
	r := refOf(p.req, p.at)
	r.TrackingNumber, r.CarrierReference = p.label.TrackingNumber, p.label.CarrierReference
	r.CarrierData, r.PickupRef = p.label.CarrierData, p.label.PickupConfirmation
	return r
}

// refOf is what the gateway knows of a purchase whose answer was lost.
func refOf(req normalize.LabelRequest, at time.Time) normalize.ShipmentRef {
	r := normalize.ShipmentRef{Service: req.Service, ClientReference: req.ClientReference,
		Reference: req.Reference, OrderID: req.Shipment.OrderID(), Destination: req.Shipment.Destination, At: at}
	for _, it := range req.Shipment.Items {
		if it.LineID != "" {
			r.LineIDs = append(r.LineIDs, it.LineID)
		}
	}
	if req.Draft != nil {
		r.DraftID, r.CarrierData = req.Draft.ID, req.Draft.CarrierData
	}
	return r
}

// order makes everything ready for a label: the quote's data and the draft, where there are such.
func (s *session) order(ctx context.Context, shipment normalize.Shipment) (normalize.LabelRequest, error) {
	req := normalize.LabelRequest{Shipment: shipment, Service: s.h.Service, Label: s.h.Label,
		ClientReference: s.reference(), Reference: "EB-1001"}
	if s.ops.Rater != nil {
		rates, err := s.ops.Rater.Rate(ctx, normalize.RateRequest{Shipment: shipment, Services: []string{s.h.Service}})
		if err != nil {
			return req, fmt.Errorf("rate: %w", err)
		}
		for _, r := range rates {
			if r.Service == s.h.Service && r.Unavailable == nil {
				req.CarrierData = r.CarrierData
			}
		}
	}
	if s.ops.Drafter != nil {
		d, err := s.ops.Drafter.Draft(ctx, req)
		if err != nil {
			return req, fmt.Errorf("draft: %w", err)
		}
		req.Draft = &d
	}
	return req, nil
}

// mustOrder is order on a healthy wire.
func (s *session) mustOrder() normalize.LabelRequest {
	s.t.Helper()
	req, err := s.order(s.t.Context(), s.uniqueShipment())
	if err != nil {
		s.t.Fatalf("before the label: %v", err)
	}
	return req
}

// uniqueShipment gives each purchase an order and lines of its own: some carriers know a
// purchase by nothing else.
func (s *session) uniqueShipment() normalize.Shipment {
	shipment := clone(s.h.Shipment)
	s.mu.Lock()
	n := s.serial
	s.mu.Unlock()
	if shipment.Order != nil {
		order := *shipment.Order
		order.ID = bump(order.ID, n)
		shipment.Order = &order
	}
	for i := range shipment.Items {
		shipment.Items[i].LineID = bump(shipment.Items[i].LineID, n)
	}
	return shipment
}

// bump changes the last digits of an id and keeps its form.
func bump(id string, n int) string {
	i := len(id)
	for i > 0 && len(id)-i < 4 && id[i-1] >= '0' && id[i-1] <= '9' {
		i--
	}
	if i == len(id) {
		return id
	}
	digits := len(id) - i
	return fmt.Sprintf("%s%0*d", id[:i], digits, (atoi(id[i:])+n)%pow10(digits))
}

func atoi(s string) int {
	n := 0
	for _, r := range s {
		n = 10*n + int(r-'0')
	}
	return n
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

// maxWait is how many seconds, of a bubble's time, late numbers and papers may take.
const maxWait = 120

// buy buys a label and waits for its number and papers.
func (s *session) buy() purchase {
	s.t.Helper()
	p := purchase{req: s.mustOrder(), at: time.Now()}
	label, err := s.ops.Labeler.Label(s.t.Context(), p.req)
	if err != nil {
		s.t.Fatalf("label: %v", err)
	}
	p.label, p.docs = label, label.Documents
	s.complete(&p)
	return p
}

// complete fetches what did not come with the label.
func (s *session) complete(p *purchase) {
	s.t.Helper()
	for range maxWait {
		if s.ops.Documenter == nil || (p.label.TrackingNumber != "" && len(p.docs) > 0) {
			return
		}
		out, err := s.ops.Documenter.Documents(s.t.Context(), normalize.DocumentsRequest{Ref: p.ref(), Label: s.h.Label})
		if err != nil {
			s.t.Fatalf("documents: %v", err)
		}
		p.merge(out)
		if !out.Pending {
			return
		}
		time.Sleep(time.Second)
	}
	s.t.Fatalf("number or papers are still missing after %d s", maxWait)
}

func (p *purchase) merge(d normalize.Documents) {
	p.docs = append(p.docs, d.Documents...)
	if p.label.TrackingNumber == "" {
		p.label.TrackingNumber = d.Label.TrackingNumber
	}
	if p.label.CarrierReference == "" {
		p.label.CarrierReference = d.Label.CarrierReference
	}
}

// control speaks to the simulator's control interface; out may be nil.
func (s *session) control(method, path string, in, out any) int {
	s.t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, sandbox+"/_control/"+path, bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := s.wire.RoundTrip(r)
	if err != nil {
		s.t.Fatalf("control interface: %v", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			s.t.Fatalf("control interface answered %d: %s", res.StatusCode, body)
		}
	}
	return res.StatusCode
}

// travel lets the parcel make its usual journey to the door.
func (s *session) travel(number string) {
	s.t.Helper()
	status := s.control("POST", "push", map[string]any{"carrier": s.h.Spec.Code, "tracking_number": number, "journey": "delivered"}, nil)
	if status != http.StatusOK && status != http.StatusConflict { // 409: no callback address, the scans are there
		s.t.Fatalf("the simulator knows no journey: %d", status)
	}
}

// scan adds one raw event.
func (s *session) scan(number, code string) {
	s.t.Helper()
	status := s.control("POST", "scan", map[string]any{"carrier": s.h.Spec.Code, "tracking_number": number,
		"code": code, "at": time.Now(), "city": s.h.Shipment.Destination.City, "country": s.h.Shipment.Destination.Country}, nil)
	if status != http.StatusOK {
		s.t.Fatalf("the simulator takes no scan: %d", status)
	}
}

// sale is a line of the simulator's ledger.
type sale struct {
	ClientReference string `json:"client_reference"`
	CarrierID       string `json:"carrier_id"`
	TrackingNumber  string `json:"tracking_number"`
	State           string `json:"state"`
}

// sales is what the carrier really sold and did not take back.
func (s *session) sales() []sale {
	s.t.Helper()
	var out struct {
		Data []sale `json:"data"`
	}
	s.control("GET", "ledger?carrier="+url.QueryEscape(s.h.Spec.Code), nil, &out)
	var live []sale
	for _, v := range out.Data {
		if v.State == "live" {
			live = append(live, v)
		}
	}
	return live
}
