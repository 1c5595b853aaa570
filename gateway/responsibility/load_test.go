package responsibility

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/crossdock-hub/crossdock/gateway/datafile"
	"github.com/crossdock-hub/crossdock/normalize"
)

func shipped(t testing.TB) *Book {
	t.Helper()
	b, err := Load(os.DirFS("../../configs/responsibilities"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Everything that is shipped has a source and a reason, and each platform's models are whole.
func TestShippedData(t *testing.T) {
	t.Parallel()
	list := shipped(t).List("", "", "2026-11-21")
	if len(list) < 20 {
		t.Errorf("%d splits", len(list))
	}
	for _, s := range list {
		at := s.Platform + " " + s.OperatingModel
		if s.Source == "" || len(s.Legs) != 7 || len(s.Incidents) == 0 {
			t.Errorf("%s: source %q, %d legs, %d incidents", at, s.Source, len(s.Legs), len(s.Incidents))
		}
		for _, l := range s.Legs {
			if l.Acts == "" || l.Pays == "" || l.Liable == "" || l.Rule == "" || l.Reason == "" || !strings.Contains(l.Source, "read 2026-") {
				t.Errorf("%s: %+v", at, l)
			}
		}
		for _, i := range s.Incidents {
			if i.Reason == "" || !strings.Contains(i.Source, "read 2026-") {
				t.Errorf("%s: %+v", at, i)
			}
		}
	}
}

// The split as the founding texts tell it, one line each.
func TestSplitsByLeg(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	for _, c := range []struct {
		platform, model, leg string
		acts, pays, liable   string
	}{
		{"temu", "semi_managed", "first_mile", Seller, Seller, Seller},
		{"temu", "semi_managed", "line_haul", Seller, Seller, Seller},
		{"temu", "semi_managed", "import_customs", Seller, Seller, Seller},
		{"temu", "semi_managed", "overseas_warehouse", Platform, Platform, Platform},
		{"temu", "semi_managed", "last_mile", Platform, Platform, Platform},
		{"temu", "semi_managed", "return", Platform, Platform, Platform},
		{"temu", "fully_managed", "first_mile", Seller, Seller, Seller},
		{"temu", "fully_managed", "export_customs", Platform, Platform, Platform},
		{"aliexpress", "semi_managed", "line_haul", Platform, Platform, Platform}, // not as elsewhere
		{"aliexpress", "semi_managed", "first_mile", Seller, Seller, Seller},
		{"amazon", "fully_managed", "import_customs", Seller, Seller, Seller},
		{"amazon", "fully_managed", "last_mile", Platform, Seller, Platform},
		{"wish", "self_operated", "line_haul", Carrier, Seller, Carrier},
		{"wish", "self_operated", "import_customs", Carrier, ByIncoterm, Seller},
	} {
		list := b.List(c.platform, c.model, "2026-11-21")
		if len(list) != 1 {
			t.Fatalf("%s %s: %d splits", c.platform, c.model, len(list))
		}
		for _, l := range list[0].Legs {
			if string(l.Leg) == c.leg && (l.Acts != c.acts || l.Pays != c.pays || l.Liable != c.liable) {
				t.Errorf("%s %s %s: got %s %s %s, want %s %s %s", c.platform, c.model, c.leg, l.Acts, l.Pays, l.Liable, c.acts, c.pays, c.liable)
			}
		}
	}
	if got := b.List("temu", "semi_managed", "2024-02-29"); len(got) != 0 {
		t.Errorf("semi-managed at Temu before it was there: %+v", got)
	}
	if got := b.List("wish", "fully_managed", "2026-11-21"); len(got) != 0 {
		t.Errorf("a model that Wish does not have: %+v", got)
	}
}

const good = `platform: shop
name: Shop
models:
  - model: semi_managed
    source: s
    legs:
      - {leg: line_haul, acts: platform, pays: platform, liable: platform, reason: r, valid_to: 2025-12-31}
      - {leg: line_haul, acts: seller, pays: seller, liable: seller, reason: r, valid_from: 2026-01-01}
incidents:
  - {id: shop-docs, phases: [last_mile], causes: [missing_documents], party: platform, reason: r, source: s}
`

// A fault is told with file, line, field and reason, all of them at once.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"platform's name":  {"platform: shop", "platform: store", "shop.yaml:1:1: platform: must be shop, as the file is named"},
		"unknown key":      {"name: Shop", "title: Shop", "shop.yaml:2:1: title: is not a known key"},
		"no source":        {"    source: s\n", "", "shop.yaml:4:5: models[0].source: is required"},
		"unknown model":    {"model: semi_managed", "model: half", "shop.yaml:4:5: models[0].model: must be one of fully_managed"},
		"unknown leg":      {"leg: line_haul, acts: platform", "leg: sea, acts: platform", "shop.yaml:7:10: models[0].legs[0].leg: must be one of first_mile"},
		"unknown party":    {"acts: platform", "acts: customs", "shop.yaml:7:26: models[0].legs[0].acts: must be one of seller"},
		"no reason":        {"liable: seller, reason: r,", "liable: seller,", "models[0].legs[1].reason: is required"},
		"two at a time":    {"valid_to: 2025-12-31", "valid_to: 2026-01-01", "models[0].legs[1].leg: is given twice for the same time"},
		"ends before":      {"valid_from: 2026-01-01", "valid_from: 2026-01-01, valid_to: 2025-01-01", "models[0].legs[1].valid_to: is before valid_from"},
		"no date":          {"valid_from: 2026-01-01", "valid_from: soon", "models[0].legs[1].valid_from: "},
		"unknown cause":    {"causes: [missing_documents]", "causes: [bad luck]", `incidents[0].causes: "bad luck" is no cause`},
		"unknown phase":    {"phases: [last_mile]", "phases: [abroad]", `incidents[0].phases: "abroad" is none of`},
		"no phase":         {"phases: [last_mile], ", "", "incidents[0].phases: must name one at least"},
		"another's rule":   {"id: shop-docs", "id: temu-docs", "incidents[0].id: must be words joined by hyphens that begin with the platform's"},
		"a rule twice":     {"id: shop-docs", "id: any-docs", "incidents[0].id: "},
		"unknown channel":  {"party: platform, reason", "channels: [worry free], party: platform, reason", "incidents[0].channels: \"worry free\" is no channel"},
		"never reached":    {"incidents:\n", "incidents:\n  - {id: shop-all, phases: [last_mile, return], causes: [missing_documents, loss], party: none, reason: r, source: s}\n", "incidents[1]: never decides anything: shop-all does so before"},
		"a model twice":    {"incidents:", "  - {model: semi_managed, source: s}\nincidents:", "models[1].model: is given twice for the same time"},
		"no YAML":          {"name: Shop", "name: [", "shop.yaml:"},
		"no model":         {good[strings.Index(good, "models:"):], "", "shop.yaml:1:1: models: must name an operating model at least"},
		"not a list":       {"causes: [missing_documents]", "causes: missing_documents", "incidents[0].causes: must be a list"},
		"given by a table": {"name: Shop", "name: {a: b}", "shop.yaml:2:1: name: must be text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(good, c.from) {
				t.Fatalf("the sample has no %q", c.from)
			}
			_, err := Load(os.DirFS("../../configs/responsibilities"), fstest.MapFS{"shop.yaml": {Data: []byte(strings.Replace(good, c.from, c.to, 1))}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			if f, ok := errors.AsType[*datafile.Fault](err); !ok || f.File != "shop.yaml" || f.Line == 0 || f.Reason == "" {
				t.Errorf("got %#v", err)
			}
		})
	}
}

// An operator's file replaces the shipped one of its name and adds others; what holds for every
// platform has to be there, and whole.
func TestOwnFiles(t *testing.T) {
	t.Parallel()
	from := os.DirFS("../../configs/responsibilities")
	b, err := Load(from, fstest.MapFS{"shop.yaml": {Data: []byte(good)}, "temu.yaml": {Data: []byte("platform: temu\nname: Ours\nmodels:\n  - {model: self_operated, source: s}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.List("temu", "", "2026-11-21"); len(got) != 1 || got[0].Name != "Ours" {
		t.Errorf("temu: %+v", got)
	}
	for day, want := range map[normalize.Date]string{"2025-12-31": Platform, "2026-01-01": Seller} {
		got := b.OfParcel(Way{Platform: "shop", OperatingModel: "semi_managed"}, day)
		if l := got.Legs[2]; l.Leg != normalize.LegLineHaul || l.Liable != want {
			t.Errorf("on %s: %+v, want %s", day, l, want)
		}
	}
	if _, err := Load(fstest.MapFS{"shop.yaml": {Data: []byte(good)}}, nil); err == nil || !strings.Contains(err.Error(), "any.yaml is missing") {
		t.Errorf("without a base: %v", err)
	}
	short := "platform: any\nname: any\nmodels:\n  - {model: semi_managed, source: s}\n"
	_, err = Load(from, fstest.MapFS{"any.yaml": {Data: []byte(short)}})
	for _, want := range []string{"must hold fully_managed, at all times", "semi_managed must hold the leg return, at all times"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a base that is not whole: %v", err)
		}
	}
	loud := "causes:\n  - {cause: loss, words: [LOST], source: s}\n  - {cause: loss, words: [], source: s}\n"
	_, err = Load(from, fstest.MapFS{"causes.yaml": {Data: []byte(loud)}})
	for _, want := range []string{`causes.yaml:2:19: causes[0].words: must be in lower case: "LOST"`, "causes[1].words: must name a word at least"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("causes: %v", err)
		}
	}
}
