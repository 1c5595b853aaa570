package simulation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// memory is a store of purchases without a disk, which behaves as the two real ones do: it is
// held against their own suite. A write is seen by nobody and acknowledged to nobody before it
// is synced, and a crash of the store loses what was not.
type memory struct {
	meta store.Meta
	// ahead is how far the store's clock is from that of the gateways.
	ahead time.Duration
	// loose acknowledges before it syncs, and forgot compares no epochs: two wrong stores that
	// the simulation must notice.
	loose, forgot bool

	mu      sync.Mutex
	written *tables // with what is not synced yet
	synced  *tables
	crashes int
	down    bool
}

// errDown is what everybody hears from a store that is being restarted.
var errDown = errors.New("the store cannot be reached")

func newMemory() *memory {
	t := &tables{files: map[string]*file{}, keys: map[string]string{}, spent: map[string]store.Spent{}, trackers: map[string]store.Tracker{}, passes: map[string]store.Pass{}}
	return &memory{meta: store.Meta{Installation: "ins_simulation", Prefix: "SIM"}, written: t, synced: t}
}

func (m *memory) Meta() store.Meta { return m.meta }

// now is the store's clock.
func (m *memory) now() time.Time { return time.Now().Add(m.ahead).UTC().Truncate(time.Microsecond) }

// tables are all that is stored. They are never changed once they are written or synced.
type tables struct {
	version  int
	files    map[string]*file  // by tenant and id
	keys     map[string]string // by tenant and idempotency key: the id
	spent    map[string]store.Spent
	trackers map[string]store.Tracker // by id
	passes   map[string]store.Pass    // by tenant and id
	events   []store.Event
	audit    []store.AuditEntry
}

// file is a purchase with all that belongs to it.
type file struct {
	seq      int // the order in which they were begun
	p        store.Purchase
	attempts []store.Attempt
	labels   []store.BoughtLabel
	papers   []store.Document
	history  []store.HistoryLine
	evidence []store.Evidence
}

func (t *tables) copy() *tables {
	out := *t
	out.version++
	out.files, out.keys, out.spent, out.trackers = maps.Clone(t.files), maps.Clone(t.keys), maps.Clone(t.spent), maps.Clone(t.trackers)
	out.passes = maps.Clone(t.passes)
	out.events, out.audit = slices.Clip(t.events), slices.Clip(t.audit)
	return &out
}

func name(tenant store.Tenant, id string) string { return string(tenant) + "\x00" + id }

// own makes a file ready for changes.
func (t *tables) own(tenant store.Tenant, id string) (*file, error) {
	f := t.files[name(tenant, id)]
	if f == nil {
		return nil, store.ErrNotFound
	}
	mine := *f
	mine.p = copyOf(f.p)
	mine.attempts, mine.labels = slices.Clone(f.attempts), slices.Clone(f.labels)
	mine.papers, mine.history, mine.evidence = slices.Clip(f.papers), slices.Clip(f.history), slices.Clip(f.evidence)
	t.files[name(tenant, id)] = &mine
	return &mine, nil
}

// copyOf shares nothing with p that a change could reach.
func copyOf(p store.Purchase) store.Purchase {
	p.Parcels, p.Warnings = slices.Clone(p.Parcels), slices.Clone(p.Warnings)
	p.CarrierData = maps.Clone(p.CarrierData)
	if p.Draft != nil {
		p.Draft = new(*p.Draft)
	}
	return p
}

// write runs change on a copy of all tables and returns when that is durable.
func (m *memory) write(ctx context.Context, change func(t *tables, now time.Time) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	if m.down {
		m.mu.Unlock()
		return errDown
	}
	t, crashes := m.written.copy(), m.crashes
	if err := change(t, m.now()); err != nil {
		m.mu.Unlock()
		return err
	}
	m.written = t
	m.mu.Unlock()
	d, _ := ctx.Value(syncKey{}).(time.Duration)
	if m.loose {
		time.AfterFunc(100*d, func() { _ = m.sync(t, crashes) })
		return nil
	}
	if d > 0 {
		time.Sleep(d)
	}
	return m.sync(t, crashes)
}

// syncKey is where a context says how long the sync of a write takes; no time at all by itself.
type syncKey struct{}

// sync makes a write durable, and all that were before it.
func (m *memory) sync(t *tables, crashes int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.crashes != crashes {
		return fmt.Errorf("%w: the store went away", store.ErrCommitUnknown)
	}
	if t.version > m.synced.version {
		m.synced = t
	}
	return nil
}

// crash loses what is not synced, unless it had reached the disk already. Nobody who waits
// for it learns which.
func (m *memory) crash(reached bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if reached {
		m.synced = m.written
	}
	m.written = m.synced
	m.crashes++
	m.down = true
}

// start ends an outage.
func (m *memory) start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = false
}

// read returns what readers see: what is synced. A store that acknowledges before it syncs
// shows that too.
func (m *memory) read(ctx context.Context) (*tables, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.down:
		return nil, errDown
	case m.loose:
		return m.written, nil
	}
	return m.synced, nil
}

func (m *memory) file(ctx context.Context, tenant store.Tenant, id string) (*file, error) {
	t, err := m.read(ctx)
	if err != nil {
		return nil, err
	}
	f := t.files[name(tenant, id)]
	if f == nil {
		return nil, store.ErrNotFound
	}
	return f, nil
}

// spend adds to a tenant's day, in a currency and over all.
func (t *tables) spend(p store.Purchase, sign int) {
	for _, currency := range []string{allLabels, p.Spend.Currency} {
		k := dayOf(p.Tenant, normalize.DateOf(p.CreatedAt), currency)
		s := t.spent[k]
		s.Count += sign
		s.Money.Currency = currency
		if currency != allLabels {
			s.Money.Minor += int64(sign) * p.Spend.Minor
		}
		t.spent[k] = s
	}
}

// allLabels is the row of a day that counts labels of all currencies.
const allLabels = "*"

func dayOf(tenant store.Tenant, day normalize.Date, currency string) string {
	return name(tenant, string(day)) + "\x00" + currency
}
