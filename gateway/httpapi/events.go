package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// Event is a line of the log, with the same id, type, time and data as its webhooks.
type Event struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Subject   string          `json:"subject" doc:"The id of what it is about"`
	Sequence  int64           `json:"sequence,omitempty" doc:"Gapless per tracker"`
	Data      json.RawMessage `json:"data"`
}

func eventOf(e store.Event) Event {
	out := Event{ID: e.ID, Type: e.Type, Timestamp: e.CreatedAt, Subject: e.Subject, Sequence: e.Sequence, Data: e.Data}
	if len(out.Data) == 0 {
		out.Data = json.RawMessage(`{}`)
	}
	return out
}

type eventsInput struct {
	Page
	Order string    `query:"order" enum:"desc,asc" default:"desc" doc:"asc reads the log from its beginning, from since, or from after; its next_cursor is never null, so that a reader can come back for what happens later"`
	After string    `query:"after" maxLength:"60" doc:"An event's id: what came after it, in the order asc"`
	Types []string  `query:"types" maxItems:"50" doc:"Only of these types, by commas"`
	About string    `query:"subject" maxLength:"60" doc:"Only about this tracker, label or other thing, by its id"`
	Since time.Time `query:"since" doc:"At or after"`
	Until time.Time `query:"until" doc:"Before"`
}

func (s *Server) eventRoutes() {
	register(s, route{method: "GET", path: "/v1/events", id: "list-events", summary: "The log of what happened, from the newest, or from any point on",
		scope: "tracking:read", tag: "Events"}, s.listEvents)
}

// listEvents lists the log. Events of other things than parcels need labels:read besides.
func (s *Server) listEvents(ctx context.Context, in *eventsInput) (*List[Event], error) {
	f := store.EventFilter{Types: in.Types, Subject: in.About, Since: in.Since, Until: in.Until}
	if scopes := who(ctx).Scopes; !slices.Contains(scopes, "labels:read") && !slices.Contains(scopes, "admin") {
		if f.Types = slices.DeleteFunc(slices.Clone(in.Types), isNotOfTrackers); len(f.Types) < len(in.Types) {
			return nil, gateway.Refuse(gateway.CodeForbidden, "events of other things than parcels need the scope labels:read")
		}
		if len(f.Types) == 0 {
			f.Types = trackerTypes
		}
	}
	if in.Order == "asc" || in.After != "" || strings.HasPrefix(in.Cursor, logCursor) {
		return s.readEvents(ctx, in, f)
	}
	list, err := s.Store.ListEvents(ctx, who(ctx).Tenant, f, in.store())
	if err != nil {
		return nil, err
	}
	return listOf(eventsOf(list.Items), list.Next), nil
}

// trackerTypes are all that a key for tracking alone may read.
var trackerTypes = []string{"tracker.created", "tracker.updated", "tracker.delivered", "tracker.exception", "tracker.at_risk"}

func isNotOfTrackers(kind string) bool { return !slices.Contains(trackerTypes, kind) }

func eventsOf(items []store.Event) []Event {
	out := make([]Event, len(items))
	for i, e := range items {
		out[i] = eventOf(e)
	}
	return out
}

// logCursor begins the cursors of the order asc, which say where in the log a reader is.
const logCursor = "log_"

// readEvents reads the log from a point on, the oldest first. Nothing is ever missed.
func (s *Server) readEvents(ctx context.Context, in *eventsInput, f store.EventFilter) (*List[Event], error) {
	var after int64
	var err error
	switch {
	case in.Cursor != "":
		text, ok := strings.CutPrefix(in.Cursor, logCursor)
		if after, err = strconv.ParseInt(text, 36, 64); !ok || err != nil || after < 0 {
			return nil, store.ErrBadCursor
		}
	case in.After != "":
		if after, err = s.positionOf(ctx, in.After); err != nil {
			return nil, err
		}
	}
	events, err := s.Store.ReadTenantEvents(ctx, who(ctx).Tenant, after, f, in.Limit)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		after = events[len(events)-1].Position
	}
	return listOf(eventsOf(events), logCursor+strconv.FormatInt(after, 36)), nil
}

// positionOf is an event's place in the log; reading the log gives places to what is new.
func (s *Server) positionOf(ctx context.Context, id string) (int64, error) {
	for range 2 {
		e, err := s.Store.Event(ctx, who(ctx).Tenant, id)
		if errors.Is(err, store.ErrNotFound) {
			return 0, gateway.RefuseField(gateway.CodeInvalidRequest, "/after", "is no event of the log")
		}
		if err != nil || e.Position > 0 {
			return e.Position, err
		}
		if _, err := s.Store.ReadTenantEvents(ctx, who(ctx).Tenant, 0, store.EventFilter{}, 1); err != nil {
			return 0, err
		}
	}
	return 0, gateway.Refuse(gateway.CodeOverloaded, "the event has no place in the log yet")
}
