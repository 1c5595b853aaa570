package outbound

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// MaxEvidence bounds how much of a reply is kept, in decompressed bytes.
const MaxEvidence = 16 << 20

// EvidenceSink stores a raw reply durably, and does not change it. Its context outlives
// the caller's.
type EvidenceSink func(ctx context.Context, e normalize.Evidence) error

type sinkKey struct{}

// WithEvidence has the replies of committing requests under ctx stored by sink, each
// before its first byte is handed to the parser. Replies of token calls are never stored.
func WithEvidence(ctx context.Context, sink EvidenceSink) context.Context {
	return context.WithValue(ctx, sinkKey{}, sink)
}

// keepEvidence reads the whole reply, stores it, and gives the reader the same bytes and
// the same end. A reply cut short is stored as far as it came; of a larger one than
// MaxEvidence the beginning is. A sink that fails is logged and counted, and the parser
// gets the reply all the same: what it says was bought is worth more than the proof.
func (t *transport) keepEvidence(ctx context.Context, op adapters.Operation, resp *http.Response) {
	sink, _ := ctx.Value(sinkKey{}).(EvidenceSink)
	if sink == nil {
		return
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, MaxEvidence+1))
	n := min(len(b), MaxEvidence)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.o.opt.EvidenceTimeout)
	defer cancel()
	e := normalize.Evidence{Operation: string(op), Status: resp.StatusCode, Body: b[:n:n], At: time.Now()}
	if failed := sink(ctx, e); failed != nil {
		t.o.metrics.evidenceFailed.WithLabelValues(t.carrier, opName(op)).Inc()
		t.o.log.Error("a carrier's reply was not kept", "carrier", t.carrier, "op", opName(op),
			"status", resp.StatusCode, "err", failed)
	}
	resp.Body = &replay{rest: resp.Body, read: bytes.NewReader(b), err: err}
}

// replay gives what was read, then how the reading ended; where it did not end, the rest.
type replay struct {
	read *bytes.Reader
	rest io.ReadCloser
	err  error
}

func (r *replay) Read(p []byte) (int, error) {
	if r.read.Len() > 0 {
		return r.read.Read(p)
	}
	if r.err != nil {
		return 0, r.err
	}
	return r.rest.Read(p)
}

func (r *replay) Close() error { return r.rest.Close() }
