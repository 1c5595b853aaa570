package adaptertest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Northwind is an invented carrier, so that the suite itself can be tested: its adapter is
// right unless NORTHWIND_FLAW asks for one fault, which the suite must then find.

// flaw tells whether this process plays a fault.
func flaw(name string) bool { return os.Getenv("NORTHWIND_FLAW") == name }

type northwindConfig struct {
	BaseURL string           `yaml:"base_url" doc:"API root" required:"true"`
	APIKey  normalize.Secret `yaml:"api_key" doc:"key from the portal" required:"true"`
}

type northwind struct {
	base string
	key  *normalize.Secret
	http *http.Client

	mu   sync.Mutex
	last normalize.Label // of the flaw "shared answer"
}

func northwindSpec() adapters.Spec {
	support := map[adapters.Operation]adapters.Support{}
	for _, op := range adapters.Operations() {
		support[op] = adapters.Cannot("northwind is invented")
	}
	for _, op := range []adapters.Operation{adapters.OpRate, adapters.OpLabel, adapters.OpFind, adapters.OpVoid, adapters.OpTrack, adapters.OpCallback} {
		support[op] = adapters.Can("")
	}
	if flaw("untold operation") {
		support[adapters.OpVoid] = adapters.Cannot("not true")
	}
	spec := adapters.Spec{
		Code: "northwind", Carrier: "Northwind", Fields: adapters.FieldsOf[northwindConfig](), New: adapters.Make(newNorthwind),
		Services: []adapters.Service{{Name: "tracked", Title: "Northwind Tracked", Kind: "postal", Mode: "direct_mail"}},
		Support:  support, Honours: []string{"/insurance"},
		Purchase: adapters.Purchase{Class: adapters.ClassB, Reason: "refuses a reference twice", Source: "invented",
			QuietPeriod: time.Second, MaxReference: 16},
		Statuses: adapters.StatusTable{Reads: adapters.ReadsCode, Source: "invented", Date: "2026-11-21",
			Codes: []adapters.StatusCode{{Code: "D1", Status: normalize.StatusDelivered}}},
	}
	if flaw("statuses without proof") {
		spec.Statuses.Source = ""
	}
	if flaw("lax settings") {
		spec.New = func(settings []byte, deps adapters.Deps) (adapters.Adapter, error) {
			return newNorthwind(northwindConfig{BaseURL: "http://sandbox/northwind", APIKey: normalize.NewSecret("k3y-of-northwind")}, deps)
		}
	}
	return spec
}

func newNorthwind(c northwindConfig, deps adapters.Deps) (adapters.Adapter, error) {
	hc := *deps.HTTP
	if !flaw("follows redirects") {
		hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return &northwind{base: c.BaseURL, key: &c.APIKey, http: &hc}, nil
}

func (n *northwind) Spec() adapters.Spec { return northwindSpec() }

type northwindCall struct {
	Reference string `json:"reference,omitempty"`
	Number    string `json:"number,omitempty"`
	Name      string `json:"name,omitempty"`
	Street    string `json:"street,omitempty"`
	Value     string `json:"value,omitempty"`
	Insured   string `json:"insured,omitempty"`
}

type northwindReply struct {
	OK        bool           `json:"ok"`
	Error     string         `json:"error"`
	Reference string         `json:"reference"`
	Number    string         `json:"number"`
	Freight   json.Number    `json:"freight"`
	Tax       json.Number    `json:"tax"`
	Scans     []northwindHit `json:"scans"`
	Numbers   []string       `json:"numbers"`
}

type northwindHit struct {
	Code string    `json:"code"`
	At   time.Time `json:"at"`
}

func (n *northwind) call(ctx context.Context, op adapters.Operation, in northwindCall) (northwindReply, error) {
	var out northwindReply
	if flaw("deaf to cancel") {
		ctx = context.WithoutCancel(ctx)
	}
	commits := op == adapters.OpLabel
	body, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	fail := func(kind normalize.Kind, message string) error {
		return &normalize.Error{Kind: kind, Carrier: "northwind", Op: string(op), Message: message}
	}
	r, err := http.NewRequestWithContext(adapters.WithMark(ctx, adapters.Mark{Op: op, Commits: commits}),
		http.MethodPost, n.base+"/"+string(op), bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	r.Header.Set("Authorization", n.key.Reveal())
	res, err := n.http.Do(r)
	if err != nil && flaw("url in error") {
		return out, fail(normalize.KindUnavailable, err.Error()+n.key.Reveal())
	}
	if err != nil {
		kind := normalize.KindUnavailable
		if normalize.KindOf(err) == normalize.KindTimeout {
			kind = normalize.KindTimeout
		}
		e := fail(kind, "no connection").(*normalize.Error)
		u, ok := err.(*url.Error)
		e.NotSent = ok && fmt.Sprint(u.Err) == "dial tcp: connection refused" && !flaw("dial is unknown")
		return out, e
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil || len(b) == 1<<20 {
		return out, fail(normalize.KindBadResponse, "cut short")
	}
	kind := normalize.KindBadResponse
	switch {
	case res.StatusCode >= 500:
		kind = normalize.KindUnavailable
	case res.StatusCode == 401 && (!commits || flaw("proxy is believed")):
		kind = normalize.KindAuthFailed
	case res.StatusCode == 429 && !commits:
		kind = normalize.KindRateLimited
	}
	if res.StatusCode != 200 || json.Unmarshal(b, &out) != nil || (!out.OK && out.Error == "") {
		message := "not in northwind's form"
		if flaw("body in error") {
			message = string(b)
		}
		e := fail(kind, message).(*normalize.Error)
		seconds, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		e.RetryAfter = time.Duration(seconds) * time.Second
		return out, e
	}
	if out.Error == "sold" {
		return out, fail(normalize.KindDuplicate, out.Error)
	}
	if !out.OK {
		return out, fail(normalize.KindRejected, out.Error)
	}
	return out, nil
}

func (n *northwind) Rate(ctx context.Context, req normalize.RateRequest) ([]normalize.Rate, error) {
	out, err := n.call(ctx, adapters.OpRate, northwindCall{})
	if err != nil {
		return nil, err
	}
	freight, err := normalize.ParseCarrierMoney(out.Freight.String(), "USD")
	tax, err2 := normalize.ParseCarrierMoney(out.Tax.String(), "USD")
	if err != nil || err2 != nil {
		return nil, normalize.Fail(normalize.KindBadResponse, "no price")
	}
	total, _ := freight.Add(tax)
	if flaw("charges do not sum") {
		total.Minor++
	}
	return []normalize.Rate{{Service: "tracked", Total: total, Charges: []normalize.Charge{
		{Type: normalize.ChargeFreight, Amount: freight}, {Type: normalize.ChargeTax, Amount: tax}}}}, nil
}

func (n *northwind) Label(ctx context.Context, req normalize.LabelRequest) (normalize.Label, error) {
	value, err := req.Shipment.ItemsValue()
	if err != nil {
		return normalize.Label{}, normalize.Invalid("/items", "cannot be summed")
	}
	in := northwindCall{Reference: req.ClientReference, Name: req.Shipment.Destination.Name,
		Street: req.Shipment.Destination.Line1, Value: value.Amount()}
	if flaw("drift in request") {
		in.Value = "0.30000000000000004"
	}
	if !req.Shipment.Insurance.IsZero() && !flaw("drops insurance") {
		in.Insured = req.Shipment.Insurance.Amount()
	}
	if flaw("sends signature") {
		in.Name += req.Shipment.Signature
	}
	out, err := n.call(ctx, adapters.OpLabel, in)
	if err != nil && flaw("retries") {
		out, err = n.call(ctx, adapters.OpLabel, in)
	}
	if err != nil {
		return normalize.Label{}, err
	}
	l := normalize.Label{TrackingNumber: out.Number, CarrierReference: out.Number, Documents: []normalize.Document{
		{Type: normalize.DocumentLabel, Format: "zpl", Data: []byte("^XA^XZ")}}}
	if flaw("shared answer") {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.last.TrackingNumber == "" {
			n.last = l
		}
		return n.last, nil
	}
	return l, nil
}

func (n *northwind) Find(ctx context.Context, req normalize.FindRequest) (normalize.Found, error) {
	for _, e := range req.Evidence {
		var out northwindReply
		if json.Unmarshal(e.Body, &out) == nil && out.Number != "" {
			return normalize.Found{Complete: true, Labels: []normalize.Label{{TrackingNumber: out.Number, CarrierReference: out.Number}}}, nil
		}
		if flaw("evidence must be whole") {
			return normalize.Found{}, normalize.Fail(normalize.KindBadResponse, "unreadable")
		}
	}
	out, err := n.call(ctx, adapters.OpFind, northwindCall{Reference: req.Ref.ClientReference})
	if err != nil {
		return normalize.Found{}, err
	}
	found := normalize.Found{Complete: !flaw("no clean negative")}
	for _, number := range out.Numbers {
		found.Labels = append(found.Labels, normalize.Label{TrackingNumber: number, CarrierReference: number})
	}
	return found, nil
}

func (n *northwind) Void(ctx context.Context, req normalize.VoidRequest) (normalize.Voided, error) {
	if flaw("void is a lie") {
		return normalize.Voided{Confirmed: true}, nil
	}
	_, err := n.call(ctx, adapters.OpVoid, northwindCall{Number: req.Ref.TrackingNumber})
	return normalize.Voided{Confirmed: err == nil}, err
}

func (n *northwind) Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error) {
	out, err := n.call(ctx, adapters.OpTrack, northwindCall{Number: req.Ref.TrackingNumber})
	return northwindTracking(req.Ref.TrackingNumber, out.Scans), err
}

func northwindTracking(number string, scans []northwindHit) normalize.Tracking {
	out := normalize.Tracking{TrackingNumber: number}
	for _, s := range scans {
		e := normalize.TrackingEvent{Code: s.Code, OccurredAt: s.At, RawTime: s.At.String(),
			Status: normalize.StatusUnknown, Substatus: normalize.SubstatusUnmapped}
		if s.Code == "D1" {
			e.Status, e.Substatus = normalize.StatusDelivered, ""
		} else if flaw("guesses codes") {
			e.Status, e.Substatus = normalize.StatusInTransit, ""
		}
		out.Events = append(out.Events, e)
	}
	return out
}

func northwindSign(secret string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}

func (n *northwind) VerifyCallback(r adapters.CallbackRequest) (adapters.Trust, error) {
	if !flaw("believes forged pushes") && !hmac.Equal([]byte(r.Header.Get("Signature")), []byte(northwindSign(n.key.Reveal(), r.Body))) {
		return "", normalize.Fail(normalize.KindAuthFailed, "wrong signature")
	}
	return adapters.TrustSigned, nil
}

func (n *northwind) ParseCallback(r adapters.CallbackRequest) ([]normalize.Tracking, error) {
	var in struct {
		Number string       `json:"number"`
		Scan   northwindHit `json:"scan"`
	}
	if flaw("panics on nonsense") && len(r.Body) < 3 {
		panic("northwind: short push")
	}
	if err := json.Unmarshal(r.Body, &in); err != nil || in.Number == "" {
		return nil, normalize.Fail(normalize.KindBadResponse, "not a push of northwind's")
	}
	return []normalize.Tracking{northwindTracking(in.Number, []northwindHit{in.Scan})}, nil
}

func (n *northwind) AckCallback(_ adapters.CallbackRequest, err error) adapters.Ack {
	if err != nil && !flaw("acks failures") {
		return adapters.Ack{Status: 500, Body: []byte("again")}
	}
	return adapters.Ack{Status: 200, Body: []byte("ok")}
}
