package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/inbox"
)

// callbackLimit is the largest push that is read.
const callbackLimit = 256 << 10

// callbackTime bounds reading a push, since some carriers drip.
const callbackTime = 5 * time.Second

// callbackRoutes take what carriers push, on raw bytes, and show what lies in the inbox.
func (s *Server) callbackRoutes(mux *http.ServeMux) {
	mux.HandleFunc("/callbacks/{adapter}/{token}", s.callback)
	register(s, route{method: "GET", path: "/v1/callbacks", id: "list-callbacks", summary: "Pushes of carriers, by state", scope: "tracking:read", tag: "Callbacks"},
		func(ctx context.Context, in *struct {
			Page
			State string `query:"state" enum:"received,done,quarantined,unmatched,refused" default:"quarantined"`
		}) (*List[inbox.Callback], error) {
			items, next, err := s.Inbox.List(ctx, tenantOf(ctx), in.State, in.store())
			if err != nil {
				return nil, err
			}
			return listOf(items, next), nil
		})
	register(s, route{method: "GET", path: "/v1/callbacks/{id}", id: "get-callback", summary: "What became of a push", scope: "tracking:read", tag: "Callbacks"},
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"60"`
		}) (*struct{ Body inbox.Callback }, error) {
			c, err := s.Inbox.Get(ctx, tenantOf(ctx), in.ID)
			return &struct{ Body inbox.Callback }{c}, err
		})
	register(s, route{method: "POST", path: "/v1/callbacks/{id}/replay", id: "replay-callback", summary: "Read a push once more", scope: "tracking:write", tag: "Callbacks", status: 202},
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"60"`
		}) (*struct{ Body inbox.Callback }, error) {
			c, err := s.Inbox.Replay(ctx, tenantOf(ctx), in.ID)
			return &struct{ Body inbox.Callback }{c}, err
		})
}

// callback stores a push and answers in the carrier's own form.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(callbackTime)) // a transport without deadlines has none to set
	body, err := readWhole(http.MaxBytesReader(w, r.Body, callbackLimit), r.ContentLength)
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "too slow", http.StatusRequestTimeout)
		return
	}
	ack, err := s.Inbox.Accept(r.Context(), r.PathValue("adapter"), r.PathValue("token"),
		adapters.CallbackRequest{Method: r.Method, Header: r.Header, Query: r.URL.RawQuery, Body: body})
	if ref, ok := errors.AsType[*gateway.Refusal](err); ok && ref.Code == gateway.CodeNotFound {
		writeProblem(w, r, fromRefusal(ref))
		return
	}
	if ack.Status == 0 {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	if ack.ContentType != "" {
		w.Header().Set("Content-Type", ack.ContentType)
	}
	if ack.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	w.WriteHeader(ack.Status)
	_, _ = w.Write(ack.Body) // the carrier is gone where this fails, and will push again
}

// readWhole reads a body into one buffer of the length that was announced, instead of one that
// grows four times on its way to a usual push. What is longer or says no length is read all
// the same, and nobody has room made for more than the limit.
func readWhole(r io.Reader, announced int64) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, max(0, min(announced, callbackLimit))+bytes.MinRead))
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}
