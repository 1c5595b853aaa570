package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// schemas are the steps of the schema: one text for both stores, and beside it what only one
// of them understands.
//
//go:embed migrations/*.sql
var schemas embed.FS

// migrations are the files of schemas by their version, which each name begins with. A file is
// never changed once released.
var migrations = []string{"0001_begin", "0002_webhooks", "0003_passes", "0004_mapping", "0005_promises", "0006_quotas", "0007_claims"}

var schemaWords = map[goose.Dialect]*strings.Replacer{
	goose.DialectSQLite3: strings.NewReplacer("{{text}}", "TEXT", "{{bytes}}", "BLOB",
		"{{serial}}", "BIGINT NOT NULL DEFAULT 0"),
	goose.DialectPostgres: strings.NewReplacer("{{text}}", `TEXT COLLATE "C"`, "{{bytes}}", "BYTEA",
		"{{serial}}", "BIGINT GENERATED ALWAYS AS IDENTITY"),
}

var schemaSuffix = map[goose.Dialect]string{goose.DialectSQLite3: "sqlite", goose.DialectPostgres: "postgres"}

// migrate brings the schema up to date. locker keeps replicas that start together apart.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, locker lock.SessionLocker) error {
	var steps []*goose.Migration
	for _, name := range migrations {
		text, err := schemaText(dialect, name)
		if err != nil {
			return err
		}
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return err
		}
		steps = append(steps, goose.NewGoMigration(version, &goose.GoFunc{
			RunTx: func(ctx context.Context, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, text)
				return err
			},
		}, nil))
	}
	opts := []goose.ProviderOption{
		goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()),
	}
	if locker != nil {
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db, nil, opts...)
	if err != nil {
		return fmt.Errorf("prepare the store's schema: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the store's schema up to date: %w", err)
	}
	return nil
}

func schemaText(dialect goose.Dialect, name string) (string, error) {
	common, err := schemas.ReadFile("migrations/" + name + ".sql")
	if err != nil {
		return "", err
	}
	own, err := schemas.ReadFile("migrations/" + name + "." + schemaSuffix[dialect] + ".sql")
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // most steps are the same for both
		return "", err
	}
	return schemaWords[dialect].Replace(string(common)) + string(own), nil
}
