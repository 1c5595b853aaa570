// Package pgtest gives tests a PostgreSQL of their own.
//
// It uses CROSSDOCK_TEST_POSTGRES where that is set (a URL whose user may create schemas),
// else binaries in PATH or in the usual folders, else it asks apt-get for them. The server
// keeps its data in a temporary folder, listens on a free port of loopback, runs as an
// unprivileged user when we are root, syncs as in production, and is gone with the test
// binary, however that ends. Every test gets a schema of its own.
//
// A package that uses it has
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Variable names the URL of a PostgreSQL to use instead of one of our own.
const Variable = "CROSSDOCK_TEST_POSTGRES"

const help = "PostgreSQL 15 or later is needed: put its binaries (initdb, postgres) into PATH, or name a server, whose user may create schemas, in " + Variable

// shared is the one server of this test binary.
var shared struct {
	once   sync.Once
	ready  bool // Main runs
	server *server
	url    string
	err    error
}

// Main runs the tests and stops the server that they started.
func Main(m *testing.M) int {
	shared.ready = true
	code := m.Run()
	if shared.server != nil {
		if err := shared.server.stop(); err != nil {
			os.Stderr.WriteString("pgtest: " + err.Error() + "\n")
			return max(code, 1)
		}
	}
	return code
}

// URL returns the address of an empty schema, which is dropped when the test ends. A test
// that cannot have one fails, and says how to get what it lacks.
func URL(t testing.TB) string {
	t.Helper()
	shared.once.Do(start)
	if shared.err != nil {
		t.Fatalf("%s: %v", help, shared.err)
	}
	name := "t_" + strings.ToLower(rand.Text())
	if err := run(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatalf("make a schema for the test: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := run(ctx, "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Errorf("drop the test's schema: %v", err)
		}
	})
	u, err := url.Parse(shared.url)
	if err != nil {
		t.Fatal("the server's address cannot be read")
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func start() {
	if given := os.Getenv(Variable); given != "" {
		shared.url = given
		return
	}
	if !shared.ready {
		shared.err = errors.New("the package has no TestMain with pgtest.Main")
		return
	}
	bin, err := binaries()
	if err != nil {
		shared.err = err
		return
	}
	if shared.server, shared.err = startServer(bin); shared.err == nil {
		shared.url = shared.server.url
	}
}

func run(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, shared.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
