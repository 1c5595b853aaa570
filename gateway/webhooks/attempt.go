package webhooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/egress"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// What became of a try, also the label of its metric.
const (
	outcomeDelivered = "delivered"
	outcomeFailed    = "failed"
	outcomeBlocked   = "blocked"
	outcomeGone      = "gone"
)

// tried is one try.
type tried struct {
	outcome    string
	attempt    store.Attempted
	response   string
	retryAfter time.Duration
}

// try makes one try of a delivery. ctx ends it; a try that the end of the process cut short
// is no try.
func (s *Service) try(ctx context.Context, w *store.Webhook, e store.Event) tried {
	start := time.Now()
	t := s.send(ctx, w, e, start)
	t.attempt.At = start.UTC()
	t.attempt.DurationMS = time.Since(start).Milliseconds()
	s.metrics.tries.WithLabelValues(t.outcome).Inc()
	s.metrics.duration.Observe(time.Since(start).Seconds())
	level := slog.LevelDebug
	if t.outcome != outcomeDelivered {
		level = slog.LevelInfo
	}
	// Of the endpoint's address nothing is logged: it may hold a secret.
	s.logger.LogAttrs(ctx, level, "webhook tried", slog.String("op", "webhook"), slog.String("kind", t.outcome), slog.String("webhook", w.ID),
		slog.String("event", e.ID), slog.Int("status", t.attempt.Status), slog.String("err", t.attempt.Error),
		slog.Duration("duration", time.Since(start)))
	return t
}

func (s *Service) send(ctx context.Context, w *store.Webhook, e store.Event, now time.Time) tried {
	ctx, cancel := context.WithTimeout(ctx, s.limits.Timeout)
	defer cancel()
	req, err := s.request(ctx, w, e, now)
	if err != nil {
		return failure(err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return failure(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, readErr := io.ReadAll(io.LimitReader(resp.Body, maxResponse))
	t := tried{outcome: outcomeFailed, response: redact(body, w), attempt: store.Attempted{Status: resp.StatusCode}}
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		// The answer's head is the acknowledgement; a body that breaks off changes nothing.
		t.outcome = outcomeDelivered
	case resp.StatusCode == http.StatusGone:
		t.outcome, t.attempt.Error = outcomeGone, "the endpoint is gone"
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		t.attempt.Error = "redirects are not followed"
	case readErr != nil:
		t.attempt.Error = "the answer broke off"
	}
	if t.outcome == outcomeFailed {
		t.retryAfter = retryAfter(resp.Header.Get("Retry-After"), now)
	}
	return t
}

// request is the signed message. The address is read by the guard's rules once more, since
// they may be stricter than when it was given.
func (s *Service) request(ctx context.Context, w *store.Webhook, e store.Event, now time.Time) (*http.Request, error) {
	u, err := s.guard.Parse(w.URL)
	if err != nil {
		return nil, err
	}
	body, err := MessageOf(e).bytes()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "crossdock/"+s.version)
	return req, sign(req.Header, w, e.ID, body, now)
}

// failure says in words of our own why no answer came: the library's hold the address.
func failure(err error) tried {
	t := tried{outcome: outcomeFailed}
	netErr, isNet := errors.AsType[net.Error](err)
	_, isAuthority := errors.AsType[x509.UnknownAuthorityError](err)
	_, isHost := errors.AsType[x509.HostnameError](err)
	_, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	_, isTLS := errors.AsType[*tls.CertificateVerificationError](err)
	_, isRecord := errors.AsType[tls.RecordHeaderError](err)
	refused, isRefused := errors.AsType[*egress.Refused](err)
	op, isOp := errors.AsType[*net.OpError](err)
	switch {
	case isRefused:
		t.outcome, t.attempt.Error = outcomeBlocked, "not allowed: "+refused.Reason
	case errors.Is(err, egress.ErrLookup):
		t.attempt.Error = "the host cannot be looked up"
	case errors.Is(err, context.DeadlineExceeded), isNet && netErr.Timeout():
		t.attempt.Error = "no answer in time"
	case isAuthority, isHost, isInvalid, isTLS, isRecord:
		t.attempt.Error = "the certificate does not hold"
	case isOp && op.Op == "dial":
		t.attempt.Error = "the host does not accept the connection"
	default:
		t.attempt.Error = "the connection broke"
	}
	return t
}

// maxRetryAfter bounds what a header may ask for, before the schedule bounds it further.
const maxRetryAfter = 7 * 24 * time.Hour

// retryAfter reads the header's seconds or date; 0 where it has none.
func retryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}

// String is for tests and logs.
func (t tried) String() string {
	return fmt.Sprintf("%s %d %s", t.outcome, t.attempt.Status, t.attempt.Error)
}
