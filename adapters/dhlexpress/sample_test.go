package dhlexpress

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/normalize"
)

// The requests of DHL's documentation, which were checked against its schema, come out of our
// mapping: the rate word for word, the purchase with what every purchase of ours adds.
func TestSampleRate(t *testing.T) {
	t.Parallel()
	c := config()
	c.fill()
	s := pragueToBerlin()
	got, err := c.rateRequestOf(s, laneOf(s), moment(t, friday))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain(t, read(t, "sample_rate.json")), plain(t, encoded(t, got))); diff != "" {
		t.Errorf("(-sample +ours):\n%s", diff)
	}
}

func TestSampleShipment(t *testing.T) {
	t.Parallel()
	c := config()
	c.Invoice = "none"
	c.fill()
	req := normalize.LabelRequest{Shipment: pragueToNewYork(), Service: worldwide, ClientReference: "XDK0000000000001", Reference: "EB-1001"}
	got, err := c.shipmentRequestOf(req, moment(t, friday))
	if err != nil {
		t.Fatal(err)
	}
	ours, sample := plain(t, encoded(t, got)), plain(t, read(t, "sample_shipment.json"))
	added := []string{
		"/content/exportDeclaration/shipmentType", "/customerReferences",
	}
	if diff := beyond("", sample, ours); !slices.Equal(diff, added) {
		t.Errorf("beyond the sample we send %q, want %q", diff, added)
	}
	// The sample's line is called Cotton shirt; our content is described by its lines.
	missing := beyond("", ours, sample)
	if len(missing) > 0 {
		t.Errorf("of the sample we leave out %q", missing)
	}
	for pointer, want := range map[string]string{
		"/content/declaredValue": "60", "/content/exportDeclaration/lineItems/0/price": "20",
		"/content/exportDeclaration/lineItems/0/weight/netValue":          "1",
		"/content/exportDeclaration/lineItems/0/weight/grossValue":        "1.2",
		"/plannedShippingDateAndTime":                                     "2027-01-18T17:00:00GMT+01:00",
		"/customerDetails/receiverDetails/contactInformation/companyName": "Jane Doe",
	} {
		if got := fmt.Sprint(follow(ours, pointer)); got != want {
			t.Errorf("%s: got %s, want %s", pointer, got, want)
		}
	}
}

// Nothing that we send is null or an empty list, which DHL refuses.
func TestNothingIsNull(t *testing.T) {
	t.Parallel()
	c := config()
	c.fill()
	for _, s := range []normalize.Shipment{pragueToNewYork(), pragueToBerlin()} {
		s.Options, s.Handover = nil, nil
		rate, err := c.rateRequestOf(s, laneOf(s), moment(t, friday))
		if err != nil {
			t.Fatal(err)
		}
		label, err := c.shipmentRequestOf(normalize.LabelRequest{Shipment: s, Service: worldwide, ClientReference: "X"}, moment(t, friday))
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range [][]byte{encoded(t, rate), encoded(t, label)} {
			for _, bad := range []string{"null", "[]", "{}"} {
				if bytes.Contains(body, []byte(":"+bad)) {
					t.Errorf("%s is sent in %s", bad, body)
				}
			}
		}
	}
}

// beyond lists the pointers that b has and a lacks.
func beyond(at string, a, b any) []string {
	var out []string
	switch b := b.(type) {
	case map[string]any:
		a, _ := a.(map[string]any)
		for k, v := range b {
			if _, ok := a[k]; !ok {
				out = append(out, at+"/"+k)
				continue
			}
			out = append(out, beyond(at+"/"+k, a[k], v)...)
		}
	case []any:
		a, _ := a.([]any)
		for i, v := range b {
			if i >= len(a) {
				out = append(out, fmt.Sprintf("%s/%d", at, i))
				continue
			}
			out = append(out, beyond(fmt.Sprintf("%s/%d", at, i), a[i], v)...)
		}
	}
	slices.Sort(out)
	return out
}

func follow(v any, pointer string) any {
	for part := range bytes.SplitSeq([]byte(pointer[1:]), []byte("/")) {
		switch in := v.(type) {
		case map[string]any:
			v = in[string(part)]
		case []any:
			v = in[int(part[0]-'0')]
		}
	}
	return v
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// plain decodes JSON; numbers compare by their value, so that 60.00 is 60.
func plain(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
