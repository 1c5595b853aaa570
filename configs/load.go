package configs

import (
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"time"
)

// DefaultTenant is the tenant where the file names none.
const DefaultTenant = "default"

// minMasterKey is the least length of a master key, in characters.
const minMasterKey = 32

// Load reads a configuration file; with an empty path there is only the environment.
// environ is as os.Environ gives it. The error joins every fault, each a *Fault.
func Load(path string, environ []string) (File, error) {
	if path == "" {
		return Parse("environment", nil, "", environ)
	}
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer func() { _ = f.Close() }()
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return File{}, err
	}
	return Parse(filepath.Base(path), src, filepath.Dir(path), environ)
}

// Parse reads a configuration from src. name stands in the faults, dir is where relative
// ${file:P} begin.
func Parse(name string, src []byte, dir string, environ []string) (File, error) {
	fs := &faults{file: name}
	root := parse(fs, src)
	if len(fs.list) > 0 {
		return File{}, fs.err() // places would be wrong, and half a file refers to the other half
	}
	vars := environment(environ)
	var file File
	if root.kind == nullKind || root.kind == mappingKind {
		file.Unused = overlay(root, vars)
	}
	resolver{fs, vars, dir}.resolve(root, "")
	decodeStruct(fs, root, reflect.ValueOf(&file).Elem(), "")
	if len(fs.list) == 0 {
		file.complete()
	}
	check{fs, root}.file(&file)
	if err := fs.err(); err != nil {
		return File{}, err
	}
	return file, nil
}

// complete fills in what follows from the rest of the file.
func (f *File) complete() {
	if f.Data == "" && f.Store.IsZero() {
		f.Data = "data"
	}
	if len(f.Tenants) == 0 {
		f.Tenants = []Tenant{{ID: DefaultTenant, LateLabels: "keep"}}
	}
	count := map[[2]string]int{}
	for i := range f.Accounts {
		a := &f.Accounts[i]
		if a.Tenant == "" && len(f.Tenants) == 1 {
			a.Tenant = f.Tenants[0].ID
		}
		count[[2]string{a.Tenant, a.Adapter}]++
	}
	for i := range f.Accounts {
		if a := &f.Accounts[i]; count[[2]string{a.Tenant, a.Adapter}] == 1 {
			a.Default = true
		}
	}
}

// check finds what a tag cannot say.
type check struct {
	*faults
	root *node
}

var (
	idForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
	nameForm = regexp.MustCompile(`^[\pL\pN][\pL\pN _.@-]{0,99}$`)
	codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
)

// at finds the node of a path of keys and indexes; where it is not written, the nearest
// one above it.
func (c check) at(path ...any) *node {
	n := c.root
	for _, step := range path {
		var next *node
		switch s := step.(type) {
		case string:
			next = n.get(s)
		case int:
			if n.kind == listKind && s < len(n.vals) {
				next = n.vals[s]
			}
		}
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

func (c check) file(f *File) {
	for name, addr := range map[string]string{"listen": f.Listen, "metrics_listen": f.MetricsListen} {
		if _, _, err := net.SplitHostPort(addr); addr != "" && err != nil {
			c.add(c.at(name), name, "must be host:port")
		}
	}
	if f.Data != "" && !f.Store.IsZero() {
		c.add(c.at("store"), "store", "cannot be given together with data")
	}
	if !f.Store.IsZero() && !isPostgres(f.Store.Reveal()) {
		c.add(c.at("store"), "store", "must be a URL that begins with postgres:// or postgresql://")
	}
	if k := f.MasterKey; !k.IsZero() && len(k.Reveal()) < minMasterKey {
		c.add(c.at("master_key"), "master_key", "must have at least %d characters", minMasterKey)
	}
	if w := f.Purchases.AcceptAsyncStandbys; w != "" && w != AsyncStandbysWords {
		c.add(c.at("purchases", "accept_async_standbys"), "purchases.accept_async_standbys", "must be left out, or say in these words: %s", AsyncStandbysWords)
	}
	c.breaker(f.Guards)
	for i, cidr := range f.Webhooks.AllowNetworks {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			c.add(c.at("webhooks", "allow_networks", i), "webhooks.allow_networks", "must be networks as 10.1.0.0/16")
		}
	}
	if list := f.Webhooks.Schedule; len(list) > maxSchedule || slices.ContainsFunc(list, func(d time.Duration) bool { return d < 0 || d > maxWait }) {
		c.add(c.at("webhooks", "schedule"), "webhooks.schedule", "must be at most %d waits of at most 7d each", maxSchedule)
	}
	c.tenants(f)
	c.accounts(f)
}

// The bounds of webhooks.schedule.
const (
	maxSchedule = 50
	maxWait     = 7 * 24 * time.Hour
)

func isPostgres(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Host != ""
}

// breaker: a window shorter than the calls in it never sees them fail.
func (c check) breaker(g Guards) {
	l := g.CallLimits
	longest := max(l.Rate, l.Label, l.Track, l.Find, l.Token, l.Other)
	if w := g.Breaker.Window; w > 0 && longest > 0 && w < 4*longest {
		c.add(c.at("guards", "breaker", "window"), "guards.breaker.window", "must be at least four times the longest call limit, %s", 4*longest)
	}
}
