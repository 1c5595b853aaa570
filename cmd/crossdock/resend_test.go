package main

import (
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/all"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
)

// Sending again is refused at the start where a second label could not be seen and voided, or
// where no service would take one.
func TestResendIsForClassC(t *testing.T) {
	t.Parallel()
	asks := adapters.Ops{Finder: neverFinds{}, Voider: neverFinds{}}
	for _, c := range []struct {
		name  string
		class adapters.Class
		ops   adapters.Ops
		want  bool
	}{
		{"class C that searches and voids", adapters.ClassC, asks, true},
		{"class C without a void", adapters.ClassC, adapters.Ops{Finder: neverFinds{}}, false},
		{"class C without a search", adapters.ClassC, adapters.Ops{Voider: neverFinds{}}, false},
		{"class D", adapters.ClassD, asks, false},
	} {
		a := &accounts.Account{Ops: c.ops, Services: []string{"plain"}, Spec: adapters.Spec{Purchase: adapters.Purchase{Class: c.class}}}
		if got := mayResend(a); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
	for _, spec := range all.Specs() {
		for _, v := range spec.Services {
			if spec.PurchaseOf(v.Name).Class == adapters.ClassC && spec.PurchaseOf(v.Name).QuietPeriod == 0 {
				t.Errorf("%s.%s accepts duplicates and names no quiet period", spec.Code, v.Name)
			}
		}
	}
}

type neverFinds struct {
	adapters.Finder
	adapters.Voider
}
