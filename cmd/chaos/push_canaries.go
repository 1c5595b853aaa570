package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
)

// cursorOutbox is planted in the store itself, and not in the gateway.
const cursorOutbox = "cursor_outbox"

// pushCanaries are the bugs of callbacks and webhooks, each in a run in which it strikes.
func pushCanaries(pg *pgtest.Server) []canary {
	one := func(n int, killEvery time.Duration) pushing {
		return pushing{n: n, gateways: 1, store: storeSQLite, senders: 12, patience: 5 * time.Second, limit: 2 * time.Minute,
			settle: time.Minute, after: time.Second, quiet: 10 * time.Second, trouble: &nemesis{killEvery: killEvery}, progress: io.Discard}
	}
	killed := one(500, 1200*time.Millisecond)
	killed.pace = 250
	shared := one(3000, 0)
	shared.gateways, shared.store, shared.postgres = 2, storePostgres, pg
	return []canary{
		{name: "ack_before_append: the carrier is told of success before the message is durable", bugs: "ack_before_append",
			goals: []string{lost, unaccounted}, flight: killed},
		{name: "in_memory_queue: what is to be read waits in the memory of a process", bugs: "in_memory_queue",
			goals: []string{lost}, flight: killed},
		{name: "no_dedupe: nothing keeps a scan that comes again from counting again", bugs: "no_dedupe",
			goals: []string{doubled}, flight: one(200, 0)},
		{name: cursorOutbox + ": the log is read from after the last id, which was drawn before the commit", bugs: cursorOutbox,
			goals: []string{untold}, flight: shared},
	}
}

func (run pushing) fly(ctx context.Context, binary string, seed uint64, bugs string, expect []string) (*flown, error) {
	run.trouble = &nemesis{killEvery: run.trouble.killEvery}
	run.seed, run.binary, run.planted = seed, binary, bugs
	run.env = []string{"CHAOS_BUGS=" + bugs}
	if bugs == cursorOutbox {
		run.plant = plantCursor
	}
	if len(expect) == 0 {
		run.quiet = time.Minute // where nothing is missing nothing is waited for
	}
	r, err := run.run(ctx)
	if err != nil {
		return nil, err
	}
	return &flown{r.head, fmt.Sprintf("%d scans of %d messages, %d kills, %d ms", r.Scans, r.Messages, r.Kills, r.SendMS+r.DrainMS)}, nil
}

// plantCursor gives events their position from a sequence when they are inserted, as an
// ordinary outbox with a serial id has it: of two transactions the one with the lower number
// may commit last, and a reader that has passed it never comes back.
func plantCursor(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for _, statement := range []string{
		`CREATE SEQUENCE chaos_cursor START 1000000`,
		`CREATE FUNCTION chaos_cursor_next() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN NEW.position := nextval('chaos_cursor'); PERFORM pg_sleep(random() * 0.01); RETURN NEW; END $$`,
		`CREATE TRIGGER chaos_cursor BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION chaos_cursor_next()`,
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("plant the cursor: %w", err)
		}
	}
	return nil
}

// singPushes runs the canaries of pushes, two at once.
func singPushes(ctx context.Context, binary string, seed uint64, out, errOut io.Writer) (bool, error) {
	pg, err := pgtest.Start()
	if err != nil {
		return false, err
	}
	defer func() { _ = pg.Stop() }()
	var songs []func() (sung, error)
	for _, c := range pushCanaries(pg) {
		songs = append(songs, func() (sung, error) { return c.sing(ctx, binary, seed) })
	}
	return chorus(ctx, "canaries of H5", seed, songs, 2, out, errOut)
}
