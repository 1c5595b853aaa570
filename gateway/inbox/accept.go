package inbox

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// MaxBody bounds a message, in bytes after any decompression.
const MaxBody = 256 << 10

const maxQuery = 8 << 10

// Accept takes a message that came to the callback address of an account and returns what
// to answer. It is the carrier's own acknowledgement of success only if the message is
// authentic and durable; a forged one gets 401 and one that could not be stored 503, each
// with the carrier's own words for failure, so that it is sent again. An error is a
// *gateway.Refusal of ours: no such address, or too large.
func (s *Service) Accept(ctx context.Context, adapter, token string, req adapters.CallbackRequest) (adapters.Ack, error) {
	a, ok := s.registry.ByToken(adapter, token)
	if !ok || a.Ops.CallbackParser == nil {
		s.metrics.received.WithLabelValues("", "unknown_address").Inc()
		return adapters.Ack{}, gateway.NotFound("callback address")
	}
	if len(req.Body) > MaxBody || len(req.Query) > maxQuery {
		s.metrics.received.WithLabelValues(a.Adapter, "too_large").Inc()
		return adapters.Ack{}, gateway.Refuse(gateway.CodeTooLarge, "a callback has at most 256 KiB")
	}
	trust, err := verify(a, req)
	if err != nil {
		return s.refuse(ctx, a, req, err), nil
	}
	row := rowOf(a, req)
	row.Trust, row.State = string(trust), store.CallbackReceived
	write, cancel := context.WithTimeout(ctx, s.limits.Append)
	defer cancel()
	if _, err := s.store.AppendCallback(write, row); err != nil {
		s.metrics.received.WithLabelValues(a.Adapter, "not_stored").Inc()
		s.logger.LogAttrs(ctx, slog.LevelError, "callback: not stored, so not acknowledged",
			slog.String("carrier", a.Adapter), slog.String("account", a.ID), slog.Any("error", err))
		return negative(a, req, http.StatusServiceUnavailable, normalize.Fail(normalize.KindUnavailable, "try again later")), nil
	}
	s.metrics.received.WithLabelValues(a.Adapter, "accepted").Inc()
	s.Wake()
	return acknowledge(a, req, nil), nil
}

// refuse keeps a message that is not proven to be the carrier's, while there is room.
func (s *Service) refuse(ctx context.Context, a *accounts.Account, req adapters.CallbackRequest, why error) adapters.Ack {
	s.metrics.received.WithLabelValues(a.Adapter, "refused").Inc()
	row := rowOf(a, req)
	row.State, row.Reason = store.CallbackRefused, reasonOf(why)
	write, cancel := context.WithTimeout(ctx, s.limits.Append)
	defer cancel()
	if s.quarantine.admit(write, a, int64(len(req.Body))) {
		_, err := s.store.AppendCallback(write, row)
		s.logger.LogAttrs(ctx, slog.LevelWarn, "callback: refused",
			slog.String("carrier", a.Adapter), slog.String("account", a.ID), slog.Bool("kept", err == nil))
	}
	return negative(a, req, http.StatusUnauthorized, why)
}

func rowOf(a *accounts.Account, req adapters.CallbackRequest) store.Callback {
	digest := sha256.Sum256(req.Body)
	return store.Callback{Tenant: store.Tenant(a.Tenant), Account: a.ID, Adapter: a.Adapter, Method: req.Method,
		Header: chosen(req.Header), Query: req.Query, Body: req.Body, Digest: digest[:]}
}

func requestOf(row store.Callback) adapters.CallbackRequest {
	return adapters.CallbackRequest{Method: row.Method, Header: row.Header, Query: row.Query, Body: row.Body}
}

// negative is an acknowledgement of failure with a status that says so to every carrier.
func negative(a *accounts.Account, req adapters.CallbackRequest, status int, why error) adapters.Ack {
	ack := acknowledge(a, req, why)
	ack.Status = status
	return ack
}

// acknowledge asks the adapter for its carrier's words. Should it break, plain HTTP must do.
func acknowledge(a *accounts.Account, req adapters.CallbackRequest, why error) (ack adapters.Ack) {
	plain := http.StatusOK
	if why != nil {
		plain = http.StatusServiceUnavailable
	}
	defer func() {
		if recover() != nil {
			ack = adapters.Ack{}
		}
		if ack.Status == 0 {
			ack.Status = plain
		}
	}()
	return a.Ops.CallbackParser.AckCallback(req, why)
}

// verify asks the adapter whether the message is its carrier's. One that breaks it is not.
func verify(a *accounts.Account, req adapters.CallbackRequest) (trust adapters.Trust, err error) {
	defer func() {
		if recover() != nil {
			err = normalize.Fail(normalize.KindBadResponse, "the message broke its verifier")
		}
	}()
	trust, err = a.Ops.CallbackParser.VerifyCallback(req)
	if err == nil && trust != adapters.TrustSigned && trust != adapters.TrustHint {
		err = normalize.Fail(normalize.KindAuthFailed, "the message proves nothing")
	}
	return trust, err
}

// isHandshake tells whether a message asks for a call of ours. One that breaks its reader does
// not; what it is then, parse tells.
func isHandshake(a *accounts.Account, req adapters.CallbackRequest) (is bool) {
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	return a.Ops.Handshaker != nil && a.Ops.Handshaker.IsHandshake(req)
}

// parse reads a message; one that breaks its reader cannot be read.
func parse(a *accounts.Account, req adapters.CallbackRequest) (list []normalize.Tracking, err error) {
	defer func() {
		if recover() != nil {
			list, err = nil, normalize.Fail(normalize.KindBadResponse, "the message broke its reader")
		}
	}()
	list, err = a.Ops.CallbackParser.ParseCallback(req)
	if len(list) > maxTrackings {
		list, err = nil, normalize.Fail(normalize.KindBadResponse, "more than %d parcels in one message", maxTrackings)
	}
	return list, err
}

// maxTrackings is how many parcels one message may tell of.
const maxTrackings = 2_000

// reasonOf says for people why a message was not taken; adapters' errors hold nothing
// personal or secret.
func reasonOf(err error) string {
	e := normalize.AsError(err)
	text := string(e.Kind)
	if e.Message != "" && e.Message != text {
		text += ": " + e.Message
	}
	return text[:min(len(text), 300)]
}
