package store

// Options say which store to open.
type Options struct {
	// URL is postgres://… or sqlite:PATH; a bare path is a SQLite file. A directory for it
	// must exist.
	URL string
	// Sandbox says what the data must be: a sandbox's or live. nil takes what is there, and
	// live where nothing is.
	Sandbox *bool
	// AcceptAsyncStandbys must be AsyncStandbyWords, word for word, for PostgreSQL to be used
	// with asynchronous standbys only.
	AcceptAsyncStandbys string
	// MaxConns bounds the connections to PostgreSQL, and the readers of SQLite; 16 when 0.
	MaxConns int
}

// AsyncStandbyWords is what an operator must say to run purchases on PostgreSQL with
// asynchronous standbys only.
const AsyncStandbyWords = "a failover may lose the last intents"
