package yanwen

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// offline is a client whose use is a fault of the test.
func offline(t *testing.T) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("a request was sent: %s %s", r.Method, r.URL.Path)
		return nil, http.ErrHandlerTimeout
	})}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Vectors with a made-up token; the algorithm was held against the carrier's own example.
func TestSign(t *testing.T) {
	t.Parallel()
	for _, v := range []struct{ method, body, want string }{
		{"express.channel.getlist", `{}`, "c7b1634d612aa102a1837d084819a6c1"},
		{"express.order.label.get", `{"waybillNumber":"UH100000017YP"}`, "58a7d1833b298b743083858f30607b8a"},
		{"express.order.create", `{"remark":"测试"}`, "aecff7cbb36ed1949e53da1bb2f77cb0"},
	} {
		got := sign(normalize.NewSecret("TEST0TOKEN1234567890ABCDEF000000"), "900001", v.method, "1767225600000", []byte(v.body))
		if got != v.want {
			t.Errorf("%s: got %s, want %s", v.method, got, v.want)
		}
	}
}

func TestMeaningOf(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]meaning{
		"LM40": {normalize.StatusDelivered, "", normalize.LegLastMile},
		"LM99": {normalize.StatusInTransit, normalize.SubstatusUnmapped, normalize.LegLastMile},
		"PU99": {normalize.StatusUnknown, normalize.SubstatusUnmapped, normalize.LegFirstMile},
		"XX10": {normalize.StatusUnknown, normalize.SubstatusUnmapped, ""},
		"LM":   {normalize.StatusUnknown, normalize.SubstatusUnmapped, ""},
		"":     {normalize.StatusUnknown, normalize.SubstatusUnmapped, ""},
	} {
		if got := meaningOf(number); got != want {
			t.Errorf("%q: got %v, want %v", number, got, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]text{`"0"`: "0", `0`: "0", `12.50`: "12.50", `null`: "", `""`: ""} {
		var got text
		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{`{}`, `[]`, `true`} {
		var got text
		if err := json.Unmarshal([]byte(in), &got); err == nil {
			t.Errorf("%s was read as %q", in, got)
		}
	}
}

// What Yanwen cannot carry or would refuse is said before a byte is sent, with the field.
func TestRefusedBeforeACall(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*normalize.LabelRequest)
		kind   normalize.Kind
		field  string
	}{
		"two parcels": {func(r *normalize.LabelRequest) {
			r.Shipment.Parcels = append(r.Shipment.Parcels, r.Shipment.Parcels[0])
		}, normalize.KindNotServiceable, "/parcels"},
		"no parcel": {func(r *normalize.LabelRequest) { r.Shipment.Parcels = nil }, normalize.KindNotServiceable, "/parcels"},
		"six lines": {func(r *normalize.LabelRequest) {
			for range 5 {
				r.Shipment.Items = append(r.Shipment.Items, r.Shipment.Items[0])
			}
		}, normalize.KindNotServiceable, "/items"},
		"too heavy": {func(r *normalize.LabelRequest) { r.Shipment.Parcels[0].Weight = maxWeight + 1 }, normalize.KindNotServiceable, "/parcels/0/weight"},
		"yen":       {func(r *normalize.LabelRequest) { r.Shipment.Items[0].UnitValue.Currency = "JPY" }, normalize.KindNotServiceable, "/items/0/unit_value"},
		"two currencies": {func(r *normalize.LabelRequest) {
			r.Shipment.Items[0].ExportValue = normalize.Money{Minor: 1, Currency: "CNY"}
		}, normalize.KindNotServiceable, "/items/0/export_value"},
		"loose batteries":   {func(r *normalize.LabelRequest) { r.Shipment.Items[0].Goods = []string{"battery_only"} }, normalize.KindProhibitedGoods, ""},
		"a pickup":          {func(r *normalize.LabelRequest) { r.Shipment.Handover = &normalize.Handover{Method: "pickup"} }, normalize.KindNotServiceable, "/handover/method"},
		"no Chinese name":   {func(r *normalize.LabelRequest) { r.Shipment.Items[0].LocalDescription = "" }, normalize.KindInvalidRequest, "/items/0/local_description"},
		"no unit weight":    {func(r *normalize.LabelRequest) { r.Shipment.Items[0].Weight = 0 }, normalize.KindInvalidRequest, "/items/0/weight"},
		"no phone":          {func(r *normalize.LabelRequest) { r.Shipment.Destination.Phone = "" }, normalize.KindInvalidRequest, "/destination/phone"},
		"no postal code":    {func(r *normalize.LabelRequest) { r.Shipment.Destination.PostalCode = "" }, normalize.KindInvalidRequest, "/destination/postal_code"},
		"a long name":       {func(r *normalize.LabelRequest) { r.Shipment.Destination.Name = long(51) }, normalize.KindInvalidRequest, "/destination/name"},
		"a long address":    {func(r *normalize.LabelRequest) { r.Shipment.Destination.Line2 = long(200) }, normalize.KindInvalidRequest, "/destination/line1"},
		"no reference":      {func(r *normalize.LabelRequest) { r.ClientReference = "" }, normalize.KindInvalidRequest, ""},
		"an odd reference":  {func(r *normalize.LabelRequest) { r.ClientReference = "a b" }, normalize.KindInvalidRequest, ""},
		"a long reference":  {func(r *normalize.LabelRequest) { r.ClientReference = long(51) }, normalize.KindInvalidRequest, ""},
		"an unsold service": {func(r *normalize.LabelRequest) { r.Service = special }, normalize.KindNotServiceable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := New(Config{UserID: "900001", Services: map[string]string{tracked: "481"}}, adapters.Deps{HTTP: offline(t)})
			if err != nil {
				t.Fatal(err)
			}
			req := normalize.LabelRequest{Shipment: adaptertest.Shipment(), Service: tracked, ClientReference: "XDK7ZV0000000001"}
			c.change(&req)
			_, err = adapters.OpsOf(a).Labeler.Label(t.Context(), req)
			if e := normalize.AsError(err); err == nil || e.Kind != c.kind || e.Field != c.field {
				t.Errorf("got %+v, want %s %s", e, c.kind, c.field)
			}
		})
	}
}

func long(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'x'
	}
	return string(b)
}

func TestConfigNamesAllFaults(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Services: map[string]string{"express": "1", tracked: " "}}, adapters.Deps{})
	const want = "services: \"express\" is none of tracked, ordinary, special\nservices: tracked has no product id"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
