package store_test

import (
	"database/sql"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
	"github.com/crossdock-hub/crossdock/gateway/store/storetest"
)

// Callbacks are what must be fastest: a carrier waits for the acknowledgement. Each number
// stands beside what the bare driver does with one commit per row, which is the reference.

var push = store.Callback{Tenant: "ada", Account: "acct_1", Adapter: "yanwen", Method: "POST", Body: make([]byte, 1024)}

func openBench(b *testing.B, url string) *store.DB {
	b.Helper()
	s, err := store.Open(b.Context(), store.Options{URL: url})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func alone(b *testing.B, url string) {
	s := openBench(b, url)
	for b.Loop() {
		if _, err := s.AppendCallback(b.Context(), push); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func crowd(b *testing.B, url string) {
	s := openBench(b, url)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.AppendCallback(b.Context(), push); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkSQLiteReference(b *testing.B) {
	db, err := sql.Open("sqlite", "file:"+storetest.SQLite(b)+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := db.Exec("INSERT INTO t (body) VALUES (?)", push.Body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkSQLiteAlone(b *testing.B)   { alone(b, storetest.SQLite(b)) }
func BenchmarkSQLiteCrowd(b *testing.B)   { crowd(b, storetest.SQLite(b)) }
func BenchmarkPostgresAlone(b *testing.B) { alone(b, pgtest.URL(b)) }
func BenchmarkPostgresCrowd(b *testing.B) { crowd(b, pgtest.URL(b)) }

// A purchase is four writes: the intent, the claim, the evidence, the settling.
func BenchmarkSQLitePurchase(b *testing.B) { storetest.Purchases(b, openBench(b, storetest.SQLite(b))) }
func BenchmarkPostgresPurchase(b *testing.B) {
	storetest.Purchases(b, openBench(b, pgtest.URL(b)))
}
