package adaptertest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// checkFields: who asks for a signature, for cover or for a return address pays for it or is
// liable by it. An adapter that lists a field under Honours really sends it; one that does
// not is never asked, since the gateway makes the channel not_serviceable first, and must not
// send half of it by accident.
func checkFields(t *testing.T, h Harness) {
	if plain, again := requestsWith(t, h, nil), requestsWith(t, h, nil); plain != again {
		t.Fatalf("the same shipment at the same time makes different requests; ids come from the client reference:\n%s\n%s", plain, again)
	}
	for _, pointer := range serviceChanging {
		t.Run(strings.ReplaceAll(pointer[1:], "/", "."), func(t *testing.T) {
			if h.excused(t, "service-changing fields", pointer[1:]) {
				return
			}
			set := h.setter(pointer)
			changed := requestsWith(t, h, set) != requestsWith(t, h, nil)
			if honoured := slices.Contains(h.Spec.Honours, pointer); honoured && !changed {
				t.Error("is listed under Honours, and setting it changes nothing that is sent")
			} else if !honoured && changed {
				t.Error("is not listed under Honours, and yet setting it changes what is sent")
			}
		})
	}
}

// requestsWith is what leaves the adapter, up to and with a purchase, when a field is set. A
// refusal on the way is no matter here.
func requestsWith(t *testing.T, h Harness, set func(*normalize.Shipment)) string {
	t.Helper()
	var b strings.Builder
	synctest.Test(t, func(t *testing.T) {
		s := newSession(t, h)
		shipment := clone(h.Shipment)
		if set != nil {
			set(&shipment)
		}
		ctx := context.WithoutCancel(t.Context())
		req, err := s.order(ctx, shipment)
		if err == nil && s.ops.Labeler != nil {
			_, _ = s.ops.Labeler.Label(ctx, req)
		}
		for _, r := range s.tap.all() {
			if r.mark.Op != adapters.OpToken {
				b.WriteString(r.method + " " + r.url + "\n" + r.body + "\n")
			}
		}
	})
	return b.String()
}

// setter sets a field to what the harness or, by the service's requirements, the suite thinks fit.
func (h Harness) setter(pointer string) func(*normalize.Shipment) {
	if set := h.Fields[pointer]; set != nil {
		return set
	}
	v, _ := h.Spec.Service(h.Service)
	r := v.Requirements
	return func(s *normalize.Shipment) {
		other := s.Origin
		other.Name, other.Line1 = "Wang Fang", "12 Fuhua Rd"
		switch pointer {
		case "/signature":
			s.Signature = lastOf(r.Signature, "adult")
		case "/insurance":
			s.Insurance = usd(10000)
		case "/cash_on_delivery":
			s.CashOnDelivery = usd(2500)
		case "/destination/service_point":
			s.Destination.ServicePoint = &normalize.ServicePoint{ID: "4711", Kind: "shop"}
		case "/non_delivery_option":
			s.NonDeliveryOption = lastOf(r.NonDelivery, "abandon")
		case "/return_address":
			s.ReturnAddress = &other
		case "/importer":
			imp := s.Destination
			imp.Name, imp.Company = "Erika Einfuhr", "Einfuhr GmbH"
			s.Importer = &imp
		case "/handover":
			s.Handover = &normalize.Handover{Method: lastOf(r.Handover, "drop_off"), Point: "GZ01", Address: &other}
		}
	}
}

func lastOf(words []string, other string) string {
	if len(words) == 0 {
		return other
	}
	return words[len(words)-1]
}
