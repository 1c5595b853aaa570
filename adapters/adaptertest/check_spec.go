package adaptertest

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

var (
	word        = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	secretWords = regexp.MustCompile(`(^|_)(secret|token|password|passwd|private_key|api_key)$`)
)

// channels that the API promises under these names. Later ones follow their pattern.
var bindingServices = map[string][]string{
	"yanwen":      {"tracked", "ordinary", "special"},
	"dhl_express": {"worldwide", "express_1200", "economy"},
	"cainiao":     {"standard", "premium", "saver", "global_standard", "global_express", "global_saver"},
	"speedpak":    {"standard", "economy"},
	"wishpost":    {"epacket", "tracked"},
	"amazon_fba":  {"small_parcel", "ltl"},
}

// serviceChanging are the request fields that change the service or who is liable. A channel
// honours one or is not serviceable, never a silent drop.
var serviceChanging = []string{"/signature", "/insurance", "/cash_on_delivery", "/destination/service_point",
	"/non_delivery_option", "/return_address", "/importer", "/handover"}

var taxIDTypes = []string{"ioss", "voec", "vat", "gst", "arn", "eori", "ein", "cpf", "cnpj", "pccc", "tin",
	"national_id", "passport", "csp", "mid"}

// checkSpec holds the Spec to be complete and true. The channels page, the requirements that
// are checked before a call, the rate budgets and the purchase protocol are all read from it:
// what it does not say, nobody knows.
func checkSpec(t *testing.T, h Harness) {
	synctest.Test(t, func(t *testing.T) {
		s := newSession(t, h)
		spec := h.Spec
		if !word.MatchString(spec.Code) || spec.Carrier == "" {
			t.Errorf("code %q must be lower_snake and the carrier have a name", spec.Code)
		}
		if got := s.adapter.Spec().Code; got != spec.Code {
			t.Errorf("the adapter says it is %q, its Spec says %q", got, spec.Code)
		}
		specFields(t, spec.Fields)
		specServices(t, spec)
		specSupport(t, spec, s.ops)
		specPurchase(t, spec, s.ops)
		specPointers(t, spec)
		specOptions(t, spec)
		specStatuses(t, spec, s.ops)
	})
}

// specFields: each setting is explained, and a credential cannot be printed by accident.
func specFields(t *testing.T, fields []adapters.Field) {
	hasURL := false
	for _, f := range fields {
		hasURL = hasURL || strings.HasSuffix(f.Name, "url")
		if f.Doc == "" || !word.MatchString(f.Name) {
			t.Errorf("setting %q needs a lower_snake name and a doc tag", f.Name)
		}
		if secretWords.MatchString(f.Name) && !f.Secret {
			t.Errorf("setting %s sounds like a credential and is no normalize.Secret", f.Name)
		}
	}
	if !hasURL {
		t.Error("no setting for the base URL: every test and every simulator needs one")
	}
}

// specServices: the channels have the promised names and sane requirements.
func specServices(t *testing.T, spec adapters.Spec) {
	kinds := []string{"postal", "express", "platform", "line_haul", "inbound", adapters.KindTracking}
	modes := []string{"direct_mail", "overseas_warehouse", "fba_inbound", "bonded"}
	seen := map[string]bool{}
	for _, v := range spec.Services {
		if !word.MatchString(v.Name) || v.Title == "" || seen[v.Name] {
			t.Errorf("service %q needs a lower_snake name of its own and a title", v.Name)
		}
		seen[v.Name] = true
		if !slices.Contains(kinds, v.Kind) || !slices.Contains(modes, v.Mode) {
			t.Errorf("service %s: kind %q must be one of %v and mode %q one of %v", v.Name, v.Kind, kinds, v.Mode, modes)
		}
		if v.Promise.DaysMax < v.Promise.DaysMin || (v.Promise.DaysMax > 0 && v.Promise.Source == "") {
			t.Errorf("service %s: a promise needs days in order and a source", v.Name)
		}
		specRequirements(t, v)
	}
	for _, name := range bindingServices[spec.Code] {
		if !seen[name] {
			t.Errorf("the API promises %s.%s, which the Spec does not have", spec.Code, name)
		}
	}
	if len(spec.Services) == 0 {
		t.Error("no service")
	}
}

func specRequirements(t *testing.T, v adapters.Service) {
	r := v.Requirements
	if r.MaxWeight < 0 || r.MinWeight < 0 || r.MaxLength < 0 || r.MaxGirth < 0 || r.MaxParcels < 0 || r.MaxItems < 0 {
		t.Errorf("service %s: a limit is negative", v.Name)
	}
	if r.MaxWeight > 0 && r.MinWeight > r.MaxWeight {
		t.Errorf("service %s: the least weight is above the most", v.Name)
	}
	for _, c := range slices.Concat(r.Origins, r.Destinations, r.NotTo) {
		if !normalize.ValidCountry(c) {
			t.Errorf("service %s: %q is no ISO 3166-1 country", v.Name, c)
		}
	}
	for what, words := range map[string][2][]string{
		"goods":               {r.Goods, normalize.GoodsKinds},
		"label format":        {r.LabelFormats, enum[normalize.LabelFormat]("Format")},
		"label size":          {r.LabelSizes, enum[normalize.LabelFormat]("Size")},
		"signature":           {r.Signature, enum[normalize.Shipment]("Signature")},
		"non_delivery_option": {r.NonDelivery, enum[normalize.Shipment]("NonDeliveryOption")},
		"handover":            {r.Handover, enum[normalize.Handover]("Method")},
	} {
		for _, w := range words[0] {
			if !slices.Contains(words[1], w) {
				t.Errorf("service %s: %s %q is none of %v", v.Name, what, w, words[1])
			}
		}
	}
}

// enum reads the words that the API allows in a field from its tag.
func enum[T any](field string) []string {
	f, ok := reflect.TypeFor[T]().FieldByName(field)
	if !ok {
		return nil
	}
	return strings.Split(f.Tag.Get("enum"), ",")
}

// specSupport: what is offered is said, what is not has a reason. The README's matrix and
// GET /v1/channels are printed from it.
func specSupport(t *testing.T, spec adapters.Spec, ops adapters.Ops) {
	for _, op := range adapters.Operations() {
		v, said := spec.Support[op]
		switch {
		case !said:
			t.Errorf("support: nothing is said of %s", op)
		case (v.Level == adapters.LevelCan) != ops.Offers(op):
			t.Errorf("support: %s is %s, but the adapter has the method: %v", op, v.Level, ops.Offers(op))
		case v.Level != adapters.LevelCan && v.Reason == "":
			t.Errorf("support: %s is %s without a reason", op, v.Level)
		}
		if spec.Cost[op] < 0 {
			t.Errorf("cost of %s is negative", op)
		}
	}
	for _, v := range spec.Services {
		if ops.Rater == nil && !v.CardPriced && v.Kind != "inbound" && v.Carries() {
			t.Errorf("service %s has neither a live quote nor a card: CardPriced is missing", v.Name)
		}
		if !v.Carries() && (ops.Tracker == nil || v.CardPriced || !reflect.DeepEqual(v.Requirements, adapters.Requirements{})) {
			t.Errorf("service %s only tracks: it needs Track, and has neither a price nor requirements", v.Name)
		}
	}
	if spec.OnlyTracks() && (ops.Rater != nil || ops.Labeler != nil || ops.Inbounder != nil) {
		t.Error("no service carries anything, and yet there is something to buy")
	}
}

// specPurchase: the class decides what is done about a lost answer, so that it needs a
// reason and a source that a reviewer can check.
func specPurchase(t *testing.T, spec adapters.Spec, ops adapters.Ops) {
	if ops.Labeler == nil && ops.Inbounder == nil {
		return
	}
	p := spec.Purchase
	if !slices.Contains([]adapters.Class{adapters.ClassA, adapters.ClassB, adapters.ClassC, adapters.ClassD, adapters.ClassE}, p.Class) {
		t.Errorf("purchase class %q is none of A to E", p.Class)
	}
	if p.Reason == "" || p.Source == "" {
		t.Error("the purchase class needs a reason and a source")
	}
	if p.Class != adapters.ClassE && p.QuietPeriod <= 0 {
		t.Error("a search after a lost answer needs a quiet period")
	}
	if p.MaxReference != 0 && p.MaxReference < 16 {
		t.Errorf("the reference field takes %d characters, ours has 16", p.MaxReference)
	}
}

// specStatuses: the table of scans is data with its proof. The list of carriers, the README and
// the count of what is not mapped are read from it.
func specStatuses(t *testing.T, spec adapters.Spec, ops adapters.Ops) {
	table := spec.Statuses
	if ops.Tracker == nil && ops.CallbackParser == nil {
		return
	}
	if table.Source == "" || len(table.Codes) == 0 || table.Reads != adapters.ReadsCode && table.Reads != adapters.ReadsWords {
		t.Error("statuses: an adapter that tells of scans says in Spec.Statuses what it reads, by which codes, and their source")
	}
	if _, err := normalize.ParseDate(string(table.Date)); err != nil {
		t.Errorf("statuses: the date on which the source was read: %v", err)
	}
	seen := map[string]bool{}
	for _, c := range table.Codes {
		if c.Code == "" || seen[c.Code] {
			t.Errorf("statuses: code %q is empty or there twice", c.Code)
		}
		seen[c.Code] = true
		if c.Status == "" || c.Status == normalize.StatusUnknown != (c.Substatus == normalize.SubstatusUnmapped) {
			t.Errorf("statuses: %s is %s/%s; what is not known is unknown and unmapped", c.Code, c.Status, c.Substatus)
		}
	}
}

// specPointers: every pointer names a field that a request can have.
func specPointers(t *testing.T, spec adapters.Spec) {
	for _, p := range spec.Honours {
		if !slices.Contains(serviceChanging, p) && !optionPointer(spec, p) {
			t.Errorf("honours %q is no service-changing field", p)
		}
	}
	for _, v := range spec.Services {
		for _, p := range slices.Concat(v.Requirements.RequiredRate, v.Requirements.RequiredLabel) {
			for alternative := range strings.SplitSeq(p, "|") {
				if !fieldExists(reflect.TypeFor[normalize.Shipment](), alternative) && !optionPointer(spec, alternative) {
					t.Errorf("service %s requires %q, which no request has", v.Name, alternative)
				}
			}
		}
	}
	for _, id := range slices.Concat(spec.SendsTaxIDs, spec.PlatformTaxIDs) {
		if !slices.Contains(taxIDTypes, id) {
			t.Errorf("tax id %q is none of the API's", id)
		}
	}
}

func optionPointer(spec adapters.Spec, p string) bool {
	name, ok := strings.CutPrefix(p, "/options/")
	return ok && slices.ContainsFunc(spec.Options, func(o adapters.Option) bool { return o.Name == name })
}

// fieldExists follows an RFC 6901 pointer through the JSON names of a type; * is any element
// of a list.
func fieldExists(t reflect.Type, pointer string) bool {
	if !strings.HasPrefix(pointer, "/") {
		return false
	}
	for _, part := range strings.Split(pointer[1:], "/") {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch t.Kind() {
		case reflect.Slice:
			if _, err := strconv.Atoi(part); err != nil && part != "*" {
				return false
			}
			t = t.Elem()
		case reflect.Struct:
			i := slices.IndexFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				return name == part
			})
			if i < 0 {
				return false
			}
			t = reflect.VisibleFields(t)[i].Type
		default:
			return false
		}
	}
	return true
}

// specOptions: an option carries the adapter's name, so that it concerns nobody else.
func specOptions(t *testing.T, spec adapters.Spec) {
	types := []string{"bool", "integer", "decimal", "string", "enum", "date", "money"}
	for _, o := range spec.Options {
		if !strings.HasPrefix(o.Name, spec.Code+".") || !slices.Contains(types, o.Type) || o.Doc == "" {
			t.Errorf("option %q needs the prefix %s., a type of %v and a doc", o.Name, spec.Code, types)
		}
		if (o.Type == "enum") != (len(o.Values) > 0) {
			t.Errorf("option %s: values belong to an enum, and an enum has some", o.Name)
		}
	}
}
