package mandates

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"path"
	"regexp"
	"slices"

	"github.com/crossdock-hub/crossdock/gateway/datafile"
	"github.com/crossdock-hub/crossdock/normalize"
)

// maxFiles bounds a folder of rules.
const maxFiles = 500

// Load reads the rules that are shipped and the operator's own, one file for each platform.
// An own file replaces the shipped one of its platform, unless it says `shipped: keep`: then
// its rules join the shipped ones, and its settings and adjustments change those. own may be
// nil. The error joins every fault, each a *datafile.Fault.
func Load(shipped, own fs.FS) (*Set, error) {
	base, err := readFolder(shipped)
	if err != nil {
		return nil, err
	}
	theirs, err := readFolder(own)
	if err != nil {
		return nil, err
	}
	for code, f := range theirs {
		if f.keeps() && base[code] == nil {
			f.root.Fault("shipped", "no rules are shipped for this platform that could be kept")
		}
	}
	set, ids := &Set{}, map[string]bool{}
	for _, code := range slices.Sorted(maps.Keys(merge(base, theirs))) {
		set.platforms = append(set.platforms, platformOf(code, base[code], theirs[code], ids))
	}
	var errs []error
	for _, folder := range []map[string]*ruleFile{base, theirs} {
		for _, code := range slices.Sorted(maps.Keys(folder)) {
			errs = append(errs, folder[code].file.Err())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return set, nil
}

func merge(a, b map[string]*ruleFile) map[string]*ruleFile {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// ruleFile is a file of rules before its rules are read.
type ruleFile struct {
	file *datafile.File
	root *datafile.Object
	code string
}

func (f *ruleFile) keeps() bool { return f.root.OneOf("shipped", "keep", "replace") == "keep" }

var codeForm = regexp.MustCompile(`^(\*|[a-z][a-z0-9_]{0,39})$`)

// readFolder reads the files of a folder by platform.
func readFolder(fsys fs.FS) (map[string]*ruleFile, error) {
	out := map[string]*ruleFile{}
	if fsys == nil {
		return out, nil
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	if len(entries) > maxFiles {
		return nil, fmt.Errorf("the folder of rules holds more than %d files", maxFiles)
	}
	var errs []error
	for _, e := range entries {
		if ext := path.Ext(e.Name()); e.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		file, err := datafile.Read(fsys, e.Name())
		if err != nil {
			return nil, err
		}
		if err := file.Err(); err != nil {
			errs = append(errs, err) // its places would be wrong
			continue
		}
		f := &ruleFile{file: file, root: file.Root()}
		f.code = f.root.Required("platform")
		switch other := out[f.code]; {
		case f.code != "" && !codeForm.MatchString(f.code):
			f.root.Fault("platform", "must be a platform's code as in an order, such as ebay, or * for every order")
		case other != nil:
			f.root.Fault("platform", "has rules in %s already", other.file.Name)
		}
		if err := file.Err(); err != nil {
			errs = append(errs, err)
			continue
		}
		out[f.code] = f
	}
	return out, errors.Join(errs...)
}

// platformOf reads the rules of a platform from the file that is shipped and the operator's.
func platformOf(code string, base, own *ruleFile, ids map[string]bool) *Platform {
	p := &Platform{Code: code, Name: code}
	if own != nil && !own.keeps() {
		base = nil
	}
	r := &reader{platform: p, ids: ids, settings: map[string]bool{}}
	if base != nil {
		r.settingsOf(base.root, false)
	}
	if own != nil {
		r.settingsOf(own.root, base != nil)
	}
	for _, f := range []*ruleFile{base, own} {
		if f != nil {
			r.profile(f.root)
			r.rules(f.root)
		}
	}
	if own != nil {
		r.adjust(own.root, base != nil)
	}
	for _, f := range []*ruleFile{base, own} {
		if f != nil {
			f.root.Done()
		}
	}
	for _, rule := range p.Rules {
		rule.finish()
	}
	sortRules(p.Rules)
	return p
}

// reader reads a platform's files into its rules.
type reader struct {
	platform *Platform
	ids      map[string]bool
	settings map[string]bool
}

// settingsOf reads named choices, true or false, that conditions use as setting.NAME. known
// says that only those may be set that are there.
func (r *reader) settingsOf(root *datafile.Object, known bool) {
	o := root.Object("settings")
	if o == nil {
		return
	}
	for _, name := range o.Keys() {
		if _, ok := r.settings[name]; known && !ok {
			o.Fault(name, "is no setting of the shipped rules")
			continue
		}
		r.settings[name] = o.Bool(name)
	}
}

func (r *reader) profile(root *datafile.Object) {
	root.Text("platform")
	root.Text("shipped")
	r.platform.Name = cmp.Or(root.Text("name"), r.platform.Name)
	if !root.Has("operating_models") {
		return
	}
	r.platform.Models = nil
	for _, o := range root.Objects("operating_models") {
		m := Model{Name: o.OneOf("model", OperatingModels...), Since: o.Date("since"), Source: o.Required("source")}
		o.Required("model")
		o.Done()
		r.platform.Models = append(r.platform.Models, m)
	}
}

func (r *reader) rules(root *datafile.Object) {
	for _, o := range root.Objects("rules") {
		r.platform.Rules = append(r.platform.Rules, r.rule(o))
	}
}

var (
	idForm      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	patternForm = regexp.MustCompile(`^[a-z0-9_.*]{1,80}$`)
)

func (r *reader) rule(o *datafile.Object) *Rule {
	rule := &Rule{
		ID: o.Required("id"), Platform: r.platform.Code, Channels: patterns(o, "channels"),
		Verdict: Word(o.OneOf("verdict", words()...)), Others: Word(o.OneOf("others", words()...)),
		Reason: o.Required("reason"), Source: o.Required("source"), Override: o.Bool("override"),
		ValidFrom: o.Date("valid_from"), ValidTo: o.Date("valid_to"), Tenants: o.Texts("tenants"),
	}
	o.Required("verdict")
	switch {
	case rule.ID == "":
	case len(rule.ID) > 100 || !idForm.MatchString(rule.ID):
		o.Fault("id", "must be of lower-case letters, digits and single hyphens, as ebay-speedpak-quota")
	case r.ids[rule.ID]:
		o.Fault("id", "is the id of another rule")
	}
	r.ids[rule.ID] = true
	rule.when = r.condition(o, "when")
	if text := o.Text("where"); text != "" {
		c, err := compileWhere(text)
		if err != nil {
			o.Fault("where", "%s", err)
		}
		rule.where = c
	}
	if !o.Has("channels") && !o.Has("where") {
		o.Fault("channels", "is required, or where: of which channels the rule speaks")
	}
	rule.Penalty = r.penalty(o, rule)
	rule.Quota = r.quota(o)
	r.consistent(o, rule)
	o.Done()
	return rule
}

// consistent refuses what could have no effect, since a rule without effect was meant
// otherwise.
func (r *reader) consistent(o *datafile.Object, rule *Rule) {
	if rule.ValidTo != "" && rule.ValidTo < rule.ValidFrom {
		o.Fault("valid_to", "is before valid_from")
	}
	if rule.Others != "" && rule.Others == rule.Verdict {
		o.Fault("others", "says the same as verdict: name every channel with \"*\" instead")
	}
	if rule.Penalty != nil && !rule.Verdict.punishes() && !rule.Others.punishes() {
		o.Fault("penalty", "belongs to no verdict: nothing is forbidden or penalized by this rule")
	}
	if rule.Override && rule.Verdict != Forbidden && rule.Others != Forbidden {
		o.Fault("override", "has no effect: nothing is forbidden by this rule")
	}
}

func patterns(o *datafile.Object, key string) []string {
	out := o.Texts(key)
	for _, p := range out {
		if !patternForm.MatchString(p) {
			o.Fault(key, "must be channels as yanwen.tracked, with * for any part")
		}
	}
	if out != nil && len(out) == 0 {
		o.Fault(key, "is empty")
	}
	return out
}

func (r *reader) condition(o *datafile.Object, key string) *condition {
	text := o.Text(key)
	if text == "" {
		return nil
	}
	c, err := compileWhen(text, r.settings)
	if err != nil {
		o.Fault(key, "%s", err)
	}
	return c
}

func (r *reader) penalty(o *datafile.Object, rule *Rule) *Penalty {
	p := o.Object("penalty")
	if p == nil {
		return nil
	}
	out := &Penalty{Amount: p.Money("amount"), Text: p.Required("text")}
	p.Done()
	return out
}

func (r *reader) quota(o *datafile.Object) *Quota {
	q := o.Object("quota")
	if q == nil {
		return nil
	}
	out := &Quota{WindowDays: q.Int("window_days", 1, 366), SatisfiedBy: patterns(q, "satisfied_by"), counts: r.condition(q, "counts")}
	out.Share, out.ShareText = share(q, "share")
	for _, key := range []string{"window_days", "satisfied_by"} {
		if !q.Has(key) {
			q.Fault(key, "is required")
		}
	}
	q.Done()
	return out
}

var shareForm = regexp.MustCompile(`^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$`)

// share is a part of the whole as a decimal, 0.6; nil where it is absent.
func share(o *datafile.Object, key string) (*big.Rat, string) {
	text := o.Text(key)
	if text == "" {
		return nil, ""
	}
	v, err := ParseShare(text)
	if err != nil {
		o.Fault(key, "%s", err)
		return nil, ""
	}
	return v, text
}

// ParseShare reads a part of the whole as a decimal, 0.6.
func ParseShare(text string) (*big.Rat, error) {
	v, ok := new(big.Rat).SetString(text)
	if !ok || !shareForm.MatchString(text) || v.Sign() == 0 {
		return nil, errors.New("must be a part of the whole above 0 and up to 1, as 0.6")
	}
	return v, nil
}

// adjust changes what no source says of shipped rules: fines and shares.
func (r *reader) adjust(root *datafile.Object, kept bool) {
	for _, o := range root.Objects("adjust") {
		id := o.Required("rule")
		i := slices.IndexFunc(r.platform.Rules, func(rule *Rule) bool { return rule.ID == id })
		fine, days := o.Money("penalty"), o.Int("window_days", 1, 366)
		part, text := share(o, "share")
		o.Done()
		switch {
		case !kept:
			o.Fault("rule", "adjustments are for shipped rules, which need shipped: keep")
			continue
		case id == "":
			continue
		case i < 0:
			o.Fault("rule", "is no rule of this platform")
			continue
		}
		rule := r.platform.Rules[i]
		if !fine.IsZero() {
			adjustFine(o, rule, fine)
		}
		if (part != nil || days > 0) && rule.Quota == nil {
			o.Fault("rule", "has no quota")
			continue
		}
		if part != nil {
			rule.Quota.Share, rule.Quota.ShareText = part, text
		}
		if days > 0 {
			rule.Quota.WindowDays = days
		}
	}
}

func adjustFine(o *datafile.Object, rule *Rule, fine normalize.Money) {
	if rule.Penalty == nil {
		o.Fault("penalty", "the rule has no penalty")
		return
	}
	rule.Penalty = &Penalty{Amount: fine, Text: rule.Penalty.Text}
}
