package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
)

// Who acts, pays and answers is listed by platform and model; a platform that is not told of has
// what holds for every one.
func TestListResponsibilities(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "rates:read")
	for _, tt := range []struct{ query, want string }{
		{"?platform=temu", "temu/fully_managed temu/semi_managed"},
		{"?platform=temu&operating_model=semi_managed", "temu/semi_managed"},
		{"?platform=temu&on=2023-06-01", "temu/fully_managed"},
		{"?platform=wish", "wish/self_operated"},
		{"?platform=shopee&operating_model=self_operated", "any/self_operated"},
		{"?limit=1", "any/fully_managed"},
	} {
		w := s.call("GET", "/v1/responsibilities"+tt.query, key, "")
		var got ListBody[responsibility.Split]
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", tt.query, w.Code, w.Body)
		}
		var names []string
		for _, v := range got.Data {
			names = append(names, v.Platform+"/"+v.OperatingModel)
			if len(v.Legs) != 7 || len(v.Incidents) == 0 {
				t.Errorf("%s: %d legs, %d incidents", tt.query, len(v.Legs), len(v.Incidents))
			}
		}
		if strings.Join(names, " ") != tt.want {
			t.Errorf("%s: got %v, want %s", tt.query, names, tt.want)
		}
	}
	for query, pointer := range map[string]string{"?on=yesterday": "/on", "?operating_model=half_managed": "/operating_model"} {
		w := s.call("GET", "/v1/responsibilities"+query, key, "")
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), pointer) {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

// A label's legs are those of its order's platform and model, with the term resolved.
func TestLabelLegs(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "labels:write", "labels:read")
	body := order(`"incoterm"`, `"channel":"northwind.plain","platform":"temu","operating_model":"semi_managed","incoterm"`)
	w := s.call("POST", "/v1/labels", key, body, "Idempotency-Key", "legs")
	var l purchase.Label
	if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("buy: %d %s", w.Code, w.Body)
	}
	w = s.call("GET", "/v1/labels/"+l.ID+"/legs", key, "")
	var got LabelLegs
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if got.Label != l.ID || got.Channel != "northwind.plain" || *got.Platform != "temu" || *got.OperatingModel != "semi_managed" || got.Tracker == nil || got.Liability != nil {
		t.Errorf("got %+v", got)
	}
	liable := map[string]string{}
	for _, leg := range got.Legs {
		liable[string(leg.Leg)] = leg.Liable
	}
	if liable["import_customs"] != "seller" || liable["last_mile"] != "platform" {
		t.Errorf("legs %v", liable)
	}
	for _, id := range []string{"lbl_none", l.ID} {
		reader := key
		if id == l.ID {
			reader = s.key("t2", "labels:read") // another tenant
		}
		if w := s.call("GET", "/v1/labels/"+id+"/legs", reader, ""); w.Code != http.StatusNotFound || problemOf(t, w).Code != "not_found" {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
		}
	}
}
