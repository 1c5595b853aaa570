package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
)

// The bounds of live views.
const (
	maxLive   = 256 // at once in this process
	liveLook  = 500 * time.Millisecond
	livePing  = 15 * time.Second
	liveLimit = time.Hour // then the client comes back, from where it was
	liveWrite = 10 * time.Second
	maxNews   = 1000 // scans in one look
)

// liveContract tells the contract of the other form in which a tracker is shown.
func (s *Server) liveContract() {
	get := s.api.OpenAPI().Paths["/v1/trackers/{id}"].Get
	get.Description = "With Accept: text/event-stream the tracker comes as an event `tracker`, then each new scan as `tracker.updated` " +
		"in the form of its webhook, with its sequence as the id. Last-Event-ID goes on from there; the same scan may come twice."
	get.Responses["200"].Content["text/event-stream"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
}

// live serves GET /v1/trackers/{id} as a stream of events where that is asked for. It stands
// behind authentication and limits.
func (s *Server) live(ctx huma.Context, next func(huma.Context)) {
	if ctx.Operation().OperationID != "get-tracker" || !strings.Contains(ctx.Header("Accept"), "text/event-stream") {
		next(ctx)
		return
	}
	if s.watching.Add(1) > maxLive {
		s.watching.Add(-1)
		r := gateway.Refuse(gateway.CodeOverloaded, "too many live views; try again")
		r.RetryAfter = 5 * time.Second
		s.refuse(ctx, r)
		return
	}
	defer s.watching.Add(-1)
	// The row first: what comes between the two readings is shown twice, and never not at all.
	tenant := who(ctx.Context()).Tenant
	row, err := s.Store.Tracker(ctx.Context(), tenant, ctx.Param("id"))
	var t trackers.Tracker
	if err == nil {
		t, err = s.Trackers.Get(ctx.Context(), string(tenant), row.ID)
	}
	if err != nil {
		s.refuseError(ctx, err)
		return
	}
	_, w := humago.Unwrap(ctx)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy must not gather it
	w.WriteHeader(http.StatusOK)
	// The server's bound on reading a request would end the view.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	v := &view{Server: s, out: w, control: http.NewResponseController(w), tenant: tenant, tracker: t, seen: row.Seq}
	v.stream(ctx.Context(), ctx.Header("Last-Event-ID"))
}

func (s *Server) refuseError(ctx huma.Context, err error) {
	p, ok := s.problem(ctx.Context(), err).(*Problem)
	if !ok {
		p = fromRefusal(gateway.Refuse(gateway.CodeInternal, "something broke on our side"))
	}
	p.Instance = ctx.URL().Path
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetStatus(p.Status)
	_ = jsonFormat.Marshal(ctx.BodyWriter(), p) // the client is gone where this fails
}

// view is one client that watches one parcel.
type view struct {
	*Server
	out     io.Writer
	control *http.ResponseController
	tenant  store.Tenant
	tracker trackers.Tracker
	seen    int64 // sequence of the last scan that was shown
}

// stream shows the tracker, or what is new since the last event that the client has seen, and
// then each change, until the client leaves, the process ends, or an hour is over.
func (v *view) stream(ctx context.Context, last string) {
	ctx, cancel := context.WithTimeout(ctx, liveLimit)
	defer cancel()
	seen, err := strconv.ParseInt(last, 10, 64)
	if err == nil && seen >= 0 && seen <= v.seen {
		v.seen = seen
		err = v.write(": again\n\n")
	} else {
		err = v.event("tracker", v.tracker)
	}
	look, ping := time.NewTicker(liveLook), time.NewTicker(livePing)
	defer look.Stop()
	defer ping.Stop()
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-v.Closing:
			return
		case <-ping.C:
			err = v.write(": still here\n\n")
		case <-look.C:
			err = v.news(ctx)
		}
	}
}

// news shows the scans that came since.
func (v *view) news(ctx context.Context) error {
	row, err := v.Store.Tracker(ctx, v.tenant, v.tracker.ID)
	if err != nil || row.Seq <= v.seen {
		return err
	}
	list, err := v.Store.ListEvents(ctx, v.tenant, store.EventFilter{Subject: v.tracker.ID, Types: []string{trackers.TypeUpdated}},
		store.Page{Limit: int(min(row.Seq-v.seen, maxNews))})
	if err != nil {
		return err
	}
	slices.SortFunc(list.Items, func(a, b store.Event) int { return int(a.Sequence - b.Sequence) })
	for _, e := range list.Items {
		if e.Sequence <= v.seen {
			continue
		}
		v.seen = e.Sequence
		if err := v.event(e.Type, e.Data); err != nil {
			return err
		}
	}
	return nil
}

// event writes one event; its id is the sequence, from which a client may go on.
func (v *view) event(kind string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return v.write(fmt.Sprintf("event: %s\nid: %d\ndata: %s\n\n", kind, v.seen, b))
}

func (v *view) write(text string) error {
	_ = v.control.SetWriteDeadline(time.Now().Add(liveWrite)) // a transport without deadlines has none to set
	if _, err := io.WriteString(v.out, text); err != nil {
		return err
	}
	return v.control.Flush()
}
