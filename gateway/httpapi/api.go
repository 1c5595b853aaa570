// Package httpapi is the HTTP surface: routes, authentication, reading and refusing
// bodies, problem documents, and OpenAPI generated from the Go types. It decides nothing
// about shipping; each route reads a request into the words of normalize, calls one
// service and writes its answer.
package httpapi

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/claims"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/inbound"
	"github.com/crossdock-hub/crossdock/gateway/inbox"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/quotas"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/gateway/webhooks"
)

// Deps are the services behind the routes.
type Deps struct {
	Registry *accounts.Registry
	Guards   *guards.Guards
	Store    store.Store
	Rating   *rating.Service
	Mandates *mandates.Judge
	Quotas   *quotas.Service
	// Responsibility says who answers for a parcel.
	Responsibility *responsibility.Book
	Purchases      *purchase.Service
	Trackers       *trackers.Service
	Claims         *claims.Service
	Inbox          *inbox.Service
	Inbound        *inbound.Service
	Webhooks       *webhooks.Service
	Keys           *Keys
	Logger         *slog.Logger
	Version        string
	PublicURL      string
	// Metrics is served on /metrics where it is not nil.
	Metrics http.Handler
	// TenantLimit is how many requests a second a tenant may make, and how many at once; 0
	// is no bound, and twice the rate. nil bounds nobody.
	TenantLimit func(tenant string) (perSecond float64, burst int)
	// Closing is closed when the process begins to end: live views end with it.
	Closing <-chan struct{}
}

// Server holds the routes.
type Server struct {
	Deps
	api      huma.API
	limits   tenantLimits
	watching atomic.Int64 // live views
}

func init() {
	// Both are huma's own switches, and global there: absent lists are not null, and a
	// field in another case is another field.
	huma.DefaultArrayNullable = false
	huma.ValidateStrictCasing = true
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return fromHuma(ctx, status, msg, errs)
	}
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return fromHuma(nil, status, msg, errs)
	}
}

// New makes the handler of the whole API.
func New(d Deps) http.Handler {
	mux := http.NewServeMux()
	cfg := huma.DefaultConfig("crossdock", d.Version)
	cfg.Info.Description = "Rates, labels and tracking of many carriers behind one API."
	cfg.CreateHooks = nil // no $schema links in answers
	cfg.DocsPath = ""     // our own page, from embedded files
	cfg.SchemasPath = ""
	cfg.OpenAPIPath = "/openapi"
	cfg.RejectUnknownQueryParameters = true
	cfg.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	cfg.DefaultFormat = "application/json"
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", Description: "An API key, sk_…"},
	}
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", namer())
	registerAliases(cfg.Components.Schemas)
	s := &Server{Deps: d, api: humago.New(mux, cfg)}
	s.api.UseMiddleware(s.authenticate, s.limit, s.live)
	s.rateRoutes()
	s.mandateRoutes()
	s.responsibilityRoutes()
	s.quotaRoutes()
	s.labelRoutes()
	s.trackerRoutes()
	s.claimRoutes()
	s.mappingRoutes()
	s.inboundRoutes()
	s.channelRoutes()
	s.carrierRoutes()
	s.callbackRoutes(mux)
	s.webhookRoutes()
	s.eventRoutes()
	s.auditRoutes()
	s.liveContract()
	s.keyRoutes()
	s.plainRoutes(mux)
	markNulls(s.api.OpenAPI().Components.Schemas)
	return s.edge(mux)
}

// route describes one operation. Scope is what a key must carry.
type route struct {
	method, path, id, summary string
	scope                     string
	tag                       string
	status                    int
	also                      []int // statuses that have the same body
	errors                    []int
}

// bodyLimit is the largest request body that is read.
const bodyLimit = 1 << 20

func register[I, O any](s *Server, r route, handler func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		Method: r.method, Path: r.path, OperationID: r.id, Summary: r.summary, Tags: []string{r.tag},
		DefaultStatus: r.status, MaxBodyBytes: bodyLimit, Errors: append([]int{401, 403, 404, 422, 429, 503}, r.errors...),
		Security: []map[string][]string{{"key": {r.scope}}}, Metadata: map[string]any{scopeKey: r.scope},
	}
	if r.method == http.MethodPost {
		op.Errors = append(op.Errors, 400, 409, 413, 415)
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
	answers := operation(s.api.OpenAPI().Paths[r.path], r.method).Responses
	for _, status := range r.also {
		same := *answers[strconv.Itoa(cmp.Or(r.status, http.StatusOK))]
		same.Description = http.StatusText(status)
		answers[strconv.Itoa(status)] = &same
	}
}

// operation is a path's entry in the contract.
func operation(item *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodPost:
		return item.Post
	case http.MethodDelete:
		return item.Delete
	default:
		return item.Get
	}
}

// Page are the query parameters of a list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"200"`
}

func (p Page) store() store.Page { return store.Page{Limit: p.Limit, Cursor: p.Cursor} }

// Part are the query parameters of a list that is whole when nothing is said.
type Part struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" doc:"All when absent"`
	Cursor string `query:"cursor" maxLength:"200"`
}

// partOf is a part of a list that stands in its own order.
func partOf[T any](items []T, id func(T) string, p Part) (*List[T], error) {
	if p.Cursor != "" {
		at := slices.IndexFunc(items, func(v T) bool { return id(v) == p.Cursor })
		if at < 0 {
			return nil, store.ErrBadCursor
		}
		items = items[at+1:]
	}
	if p.Limit == 0 || p.Limit >= len(items) {
		return listOf(items, ""), nil
	}
	return listOf(items[:p.Limit], id(items[p.Limit-1])), nil
}

// ListBody is a part of a list that runs from the newest.
type ListBody[T any] struct {
	Data       []T     `json:"data"`
	NextCursor *string `json:"next_cursor" null:"true"`
}

// List is the answer with it.
type List[T any] struct{ Body ListBody[T] }

func listOf[T any](items []T, next string) *List[T] {
	out := &List[T]{}
	out.Body.Data = items
	if items == nil {
		out.Body.Data = []T{}
	}
	if next != "" {
		out.Body.NextCursor = &next
	}
	return out
}
