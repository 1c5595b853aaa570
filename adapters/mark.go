package adapters

import "context"

// Mark tells the transport what a request is for: whose operation it belongs to, and
// whether it is the one that commits money, so that its reply is kept as evidence before
// anything is parsed. Replies of token calls are never kept.
type Mark struct {
	Op      Operation
	Commits bool
}

type markKey struct{}

// WithMark puts the mark of one request on its context.
func WithMark(ctx context.Context, m Mark) context.Context {
	return context.WithValue(ctx, markKey{}, m)
}

// MarkOf reads it; the zero Mark where there is none.
func MarkOf(ctx context.Context) Mark {
	m, _ := ctx.Value(markKey{}).(Mark)
	return m
}
