package trackers

import (
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Who answers for what is told of a parcel: as its scans told, else where it stands.
func TestWhoAnswersForWhatIsTold(t *testing.T) {
	t.Parallel()
	b := rules(t)
	var scans []responsibility.Scan
	for i, e := range held() {
		scans = append(scans, b.ScanOf(string(rune('a'+i)), e))
	}
	delivered := b.ScanOf("z", scan("DL", hour(80), normalize.StatusDelivered))
	loss := responsibility.Scan{Status: normalize.StatusException, Substatus: normalize.SubstatusLost, Cause: responsibility.CauseLoss}
	hold := responsibility.Scan{Status: normalize.StatusCustoms, Substatus: normalize.SubstatusCustomsHeld}
	damage := responsibility.Scan{Status: normalize.StatusException, Substatus: normalize.SubstatusDamaged, Cause: responsibility.CauseDamage}
	temu := responsibility.Way{Platform: "temu", OperatingModel: "semi_managed", Incoterm: normalize.DDP, Origin: "CN", Destination: "DE"}
	shop := responsibility.Way{Incoterm: normalize.DAP, Origin: "CN", Destination: "DE"}
	for name, c := range map[string]struct {
		way               responsibility.Way
		status            normalize.Status
		scans             []responsibility.Scan
		told              responsibility.Scan
		party, rule, from string
	}{
		"lost at sea":              {temu, normalize.StatusInTransit, scans[:3], loss, "seller", "any-semi-managed-line-haul", ""},
		"lost in the last mile":    {temu, normalize.StatusOutForDelivery, scans, loss, "platform", "any-after-sales", ""},
		"damaged, found at home":   {shop, normalize.StatusDelivered, append(scans[:6:6], delivered), damage, "carrier", "any-carriage", ""},
		"customs held it, then":    {temu, normalize.StatusOutForDelivery, scans, hold, "platform", "any-last-mile-documents", "d"},
		"customs, never told":      {shop, normalize.StatusInTransit, scans[:3], hold, "seller", "any-self-operated-import-customs", ""},
		"lost before the first":    {temu, normalize.StatusRegistered, nil, loss, "", "", ""}, // before the border or behind it
		"lost, of a shop, no scan": {shop, normalize.StatusRegistered, nil, loss, "carrier", "any-carriage", ""},
	} {
		got := judge{b, c.way}.onTold(c.status, c.scans, c.told)
		switch {
		case c.party == "":
			if got != nil {
				t.Errorf("%s: got %+v, want nobody", name, got)
			}
		case got == nil || got.Party != c.party || got.Rule != c.rule:
			t.Errorf("%s: got %+v, want %s by %s", name, got, c.party, c.rule)
		case c.from == "" && len(got.Evidence) != 0, c.from != "" && (len(got.Evidence) != 1 || got.Evidence[0] != c.from):
			t.Errorf("%s: rests on %v, want %q", name, got.Evidence, c.from)
		}
	}
}
