package responsibility

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/gateway/datafile"
	"github.com/crossdock-hub/crossdock/normalize"
)

// causesFile is the one file that is of no platform.
const causesFile = "causes.yaml"

var (
	platformForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	ruleForm     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+){1,15}$`)
	channelForm  = regexp.MustCompile(`^[a-z][a-z0-9_]*\.([a-z][a-z0-9_]*|\*)$`)
)

// Load reads all *.yaml of the shipped folder, and of the operator's own where that is not nil:
// a file there replaces the shipped one of its name. All faults are told at once, each a
// *datafile.Fault with file, line, field and reason.
func Load(shipped, own fs.FS) (*Book, error) {
	names, err := filesOf(shipped, own)
	if err != nil {
		return nil, err
	}
	l := loader{book: &Book{platforms: map[string]platform{}}, ids: map[string]string{}}
	for _, n := range names {
		if err := l.file(n.from, n.name); err != nil {
			return nil, err
		}
	}
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	if l.book.base.code == "" {
		return nil, fmt.Errorf("%s.yaml is missing: it tells what holds for every platform", Every)
	}
	return l.book, nil
}

type source struct {
	from fs.FS
	name string
}

func filesOf(shipped, own fs.FS) ([]source, error) {
	var out []source
	for _, from := range []fs.FS{own, shipped} {
		if from == nil {
			continue
		}
		names, err := fs.Glob(from, "*.yaml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if !slices.ContainsFunc(out, func(s source) bool { return s.name == name }) {
				out = append(out, source{from, name})
			}
		}
	}
	slices.SortFunc(out, func(a, b source) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

// loader gathers what is wrong in all files.
type loader struct {
	book *Book
	ids  map[string]string // rule id → its file
	errs []error
}

func (l *loader) file(from fs.FS, name string) error {
	f, err := datafile.Read(from, name)
	if err != nil {
		return err
	}
	if err := f.Err(); err != nil { // no YAML at all
		l.errs = append(l.errs, err)
		return nil
	}
	if name == causesFile {
		l.causes(f.Root())
	} else {
		l.platform(f.Root(), strings.TrimSuffix(path.Base(name), ".yaml"))
	}
	if err := f.Err(); err != nil {
		l.errs = append(l.errs, err)
	}
	return nil
}

// causes reads the words by which scans name causes, in their order.
func (l *loader) causes(o *datafile.Object) {
	for _, c := range o.Objects("causes") {
		w := causeWords{cause: causeOf(c, "cause", c.Required("cause")), words: c.Texts("words"), source: c.Required("source")}
		if len(w.words) == 0 {
			c.Fault("words", "must name a word at least")
		}
		for _, word := range w.words {
			if word != strings.ToLower(word) {
				c.Fault("words", "must be in lower case: %q", word)
			}
		}
		c.Done()
		l.book.words = append(l.book.words, w)
	}
	o.Done()
}

func causeOf(o *datafile.Object, key, word string) Cause {
	if word != "" && !slices.Contains(causes, Cause(word)) {
		o.Fault(key, "%q is no cause", word)
		return CauseUntold
	}
	return Cause(word)
}

// platform reads one file, which is named like its platform.
func (l *loader) platform(o *datafile.Object, file string) {
	p := platform{code: o.Required("platform"), name: o.Required("name")}
	switch {
	case p.code == "":
	case !platformForm.MatchString(p.code):
		o.Fault("platform", "must be lower-case letters, digits and _")
	case p.code != file:
		o.Fault("platform", "must be %s, as the file is named", file)
	}
	for _, m := range o.Objects("models") {
		l.model(m, &p)
	}
	if len(p.models) == 0 {
		o.Fault("models", "must name an operating model at least")
	}
	for _, i := range o.Objects("incidents") {
		l.incident(i, &p)
	}
	o.Done()
	if p.code == Every {
		checkBase(o, p)
		l.book.base = p
		return
	}
	l.book.platforms[p.code] = p
}

func (l *loader) model(o *datafile.Object, p *platform) {
	m := model{name: oneOf(o, "model", models), source: o.Required("source"), valid: spanOf(o)}
	if slices.ContainsFunc(p.models, func(other model) bool { return other.name == m.name && other.valid.meets(m.valid) }) {
		o.Fault("model", "is given twice for the same time")
	}
	for _, s := range o.Objects("legs") {
		leg := stretch{
			leg: normalize.Leg(oneOf(s, "leg", legNames())), acts: oneOf(s, "acts", parties),
			pays: oneOf(s, "pays", append(slices.Clone(parties), ByIncoterm)), liable: oneOf(s, "liable", append(slices.Clone(parties), ByIncoterm)),
			reason: s.Required("reason"), source: either(s.Text("source"), m.source), valid: spanOf(s),
		}
		if slices.ContainsFunc(m.legs, func(other stretch) bool { return other.leg == leg.leg && other.valid.meets(leg.valid) }) {
			s.Fault("leg", "is given twice for the same time")
		}
		s.Done()
		m.legs = append(m.legs, leg)
	}
	o.Done()
	p.models = append(p.models, m)
}

func (l *loader) incident(o *datafile.Object, p *platform) {
	i := incident{
		id: o.Required("id"), models: amongst(o, "models", models), channels: o.Texts("channels"), phases: amongst(o, "phases", phases),
		party: oneOf(o, "party", append(slices.Clone(parties), ByIncoterm)), reason: o.Required("reason"), source: o.Required("source"), valid: spanOf(o),
	}
	for _, word := range o.Texts("causes") {
		i.causes = append(i.causes, causeOf(o, "causes", word))
	}
	for key, empty := range map[string]bool{"phases": len(i.phases) == 0, "causes": len(i.causes) == 0} {
		if empty {
			o.Fault(key, "must name one at least")
		}
	}
	for _, c := range i.channels {
		if !channelForm.MatchString(c) {
			o.Fault("channels", "%q is no channel, such as cainiao.standard or cainiao.*", c)
		}
	}
	if i.id != "" && (!ruleForm.MatchString(i.id) || !strings.HasPrefix(i.id, strings.ReplaceAll(p.code, "_", "-")+"-")) {
		o.Fault("id", "must be words joined by hyphens that begin with the platform's")
	}
	if file, twice := l.ids[i.id]; twice {
		o.Fault("id", "is given in %s already", file)
	}
	l.ids[i.id] = p.code + ".yaml"
	for _, before := range p.incidents {
		if before.covers(i) {
			o.Fault("", "never decides anything: %s does so before", before.id)
		}
	}
	o.Done()
	p.incidents = append(p.incidents, i)
}

// covers tells whether nothing is left for another incident that comes later.
func (i incident) covers(later incident) bool {
	return later.valid.within(i.valid) && subset(later.phases, i.phases) && subset(later.causes, i.causes) &&
		(len(i.models) == 0 || len(later.models) > 0 && subset(later.models, i.models)) &&
		(len(i.channels) == 0 || len(later.channels) > 0 && subset(later.channels, i.channels))
}

func subset[T comparable](part, whole []T) bool {
	return len(part) > 0 && !slices.ContainsFunc(part, func(v T) bool { return !slices.Contains(whole, v) })
}

// checkBase wants of what holds for every platform each leg of each model, at all times: it is
// what is left where a platform says nothing.
func checkBase(o *datafile.Object, p platform) {
	for _, name := range models {
		i := slices.IndexFunc(p.models, func(m model) bool { return m.name == name })
		if i < 0 || p.models[i].valid != (span{}) {
			o.Fault("models", "must hold %s, at all times", name)
			continue
		}
		for _, leg := range legs {
			if !slices.ContainsFunc(p.models[i].legs, func(s stretch) bool { return s.leg == leg && s.valid == (span{}) }) {
				o.Fault("models", "%s must hold the leg %s, at all times", name, leg)
			}
		}
	}
}

func legNames() []string {
	var out []string
	for _, leg := range legs {
		out = append(out, string(leg))
	}
	return out
}

// oneOf is a word that must be there and be one of a list.
func oneOf(o *datafile.Object, key string, words []string) string {
	if o.Required(key) == "" {
		return ""
	}
	return o.OneOf(key, words...)
}

// amongst are words of a list.
func amongst(o *datafile.Object, key string, words []string) []string {
	out := o.Texts(key)
	for i, w := range out {
		switch {
		case !slices.Contains(words, w):
			o.Fault(key, "%q is none of %s", w, strings.Join(words, ", "))
		case slices.Contains(out[:i], w):
			o.Fault(key, "%q is given twice", w)
		}
	}
	return out
}

func spanOf(o *datafile.Object) span {
	s := span{o.Date("valid_from"), o.Date("valid_to")}
	if s.from != "" && s.to != "" && s.to < s.from {
		o.Fault("valid_to", "is before valid_from")
	}
	return s
}

func either(v, other string) string {
	if v == "" {
		return other
	}
	return v
}
