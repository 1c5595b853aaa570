package store

import (
	"errors"
	"strings"
	"testing"
)

// Each setting by which a server may lose what it acknowledged is refused with its name, also
// those that only the server's own configuration can set.
func TestPostgresSettingsThatLoseWrites(t *testing.T) {
	t.Parallel()
	good := pgServer{version: 150000, fsync: "on", pages: "on", commit: "on"}
	with := func(change func(*pgServer)) pgServer {
		v := good
		change(&v)
		return v
	}
	for _, c := range []struct {
		server   pgServer
		accepted string
		says     string // empty: it is safe
	}{
		{good, "", ""},
		{with(func(v *pgServer) { v.version = 140012 }), "", "PostgreSQL 15"},
		{with(func(v *pgServer) { v.fsync = "off" }), "", "fsync"},
		{with(func(v *pgServer) { v.pages = "off" }), "", "full_page_writes"},
		{with(func(v *pgServer) { v.commit = "off" }), "", "synchronous_commit"},
		{with(func(v *pgServer) { v.fsync = "off" }), AsyncStandbyWords, "fsync"},
		{with(func(v *pgServer) { v.standby = true }), "", "is a standby"},
		{with(func(v *pgServer) { v.standbys = 1 }), "", "asynchronous standbys only"},
		{with(func(v *pgServer) { v.standbys, v.standbyNames, v.commit = 1, "a", "local" }), "", "asynchronous standbys only"},
		{with(func(v *pgServer) { v.standbys = 1 }), "yes", "asynchronous standbys only"},
		{with(func(v *pgServer) { v.standbys = 1 }), AsyncStandbyWords, ""},
		{with(func(v *pgServer) { v.standbys, v.standbyNames = 1, "a" }), "", ""},
	} {
		err := c.server.safe(c.accepted)
		if c.says == "" && err != nil || c.says != "" && (!errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%+v: got %v, want %q", c.server, err, c.says)
		}
	}
}
