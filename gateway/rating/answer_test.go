package rating

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// What the contract shows is there, null where nobody knows it.
func TestPromisedFieldsAreThere(t *testing.T) {
	t.Parallel()
	bare := price("a", 100, "USD", 0)
	bare.Transit = normalize.Transit{}
	a, err := service(t, &northwind{spec: spec("x", "a"), rates: []normalize.Rate{bare}}).Quote(t.Context(), "t1", order(), nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := a.Encoded()
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Rates []map[string]json.RawMessage }
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"fx", "landed_cost", "chargeable_weight", "dim_divisor", "observed", "mandate"} {
		if v := string(got.Rates[0][name]); v != "null" {
			t.Errorf("%s is %q, want null", name, v)
		}
	}
	if v := string(got.Rates[0]["transit"]); v != `{"days_min":null,"days_max":null,"business_days":false,"deliver_by":null}` {
		t.Errorf("transit is %s", v)
	}
}

// A tenant never gets another's account, nor does a rate outlive its carrier's word.
func TestARateExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{spec: spec("x", "a"), rates: []normalize.Rate{price("a", 100, "USD", 5)}}
		n.rates[0].ExpiresAt = time.Now().Add(time.Minute)
		s := service(t, n)
		a, err := s.Quote(t.Context(), "t1", order(), nil)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, err := s.Get(t.Context(), "t1", a.ID); err != ErrNotFound {
			t.Errorf("an expired answer: %v", err)
		}
		if o, err := s.Offer(t.Context(), "t1", a.Rates[0].ID); err != nil || !o.Expired {
			t.Errorf("an expired offer: %+v, %v", o.Expired, err)
		}
	})
}
