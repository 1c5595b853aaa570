package amazonfba

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	xrate "golang.org/x/time/rate"

	"github.com/crossdock-hub/crossdock/mocks"
)

const (
	prefix   = "/inbound/fba/2024-03-20"
	prefixV0 = "/fba/inbound/v0"
	perSec   = 2 // of every operation
)

// route is one operation: what it is to the sandbox, how many calls may come at once, and the
// status of a success.
type route struct {
	kind    string
	burst   int
	status  int
	call    func(c *Carrier, in *request) (any, *problem)
	limiter *xrate.Limiter
}

// request is a call whose token and rate were checked, its body read.
type request struct {
	*http.Request
	body []byte
	now  time.Time
}

func (c *Carrier) mount() {
	c.mux.HandleFunc("POST "+tokenPath, c.token)
	c.routes["POST "+tokenPath] = &route{kind: mocks.OpToken}
	c.mux.HandleFunc("GET "+filePath+"{file}", c.download)
	c.routes["GET "+filePath+"{file}"] = &route{kind: mocks.OpDocument}
	for _, group := range [][]mounted{planRoutes, packingRoutes, placementRoutes, shipmentRoutes, transportRoutes, changeRoutes, itemRoutes, v0Routes} {
		for _, m := range group {
			method, path, _ := strings.Cut(m.pattern, " ")
			if !strings.HasPrefix(path, prefixV0) {
				path = prefix + path
			}
			at := m.route
			at.limiter = xrate.NewLimiter(perSec, at.burst)
			c.routes[method+" "+path] = &at
			c.mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, &at) })
		}
	}
}

// mounted is a route at its place: method and path below the prefix.
type mounted struct {
	pattern string
	route
}

// serve admits a call, brings the books up to date and lets the operation answer. One call at a
// time: the order in which plans change is the order of the calls.
func (c *Carrier) serve(w http.ResponseWriter, r *http.Request, at *route) {
	in := &request{Request: r, now: time.Now()}
	if no := admit(r, in.now); no != nil {
		refuse(w, no)
		return
	}
	if !at.limiter.Allow() {
		c.TooMany(w, r, time.Second)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		refuse(w, bad("The request body cannot be read."))
		return
	}
	if in.body = body; len(body) > 0 && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		refuse(w, &problem{http.StatusUnsupportedMediaType, "UnsupportedMediaType", "The content type must be application/json.", ""})
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(in.now)
	out, no := at.call(c, in)
	if no != nil {
		refuse(w, no)
		return
	}
	w.Header().Set("X-Amzn-RateLimit-Limit", strconv.Itoa(perSec)+".0")
	if at.status == http.StatusNoContent {
		w.WriteHeader(at.status)
		return
	}
	writeJSON(w, at.status, out)
}

// problem is a refusal by HTTP status.
type problem struct {
	status                 int
	code, message, details string
}

func bad(message string) *problem { return &problem{http.StatusBadRequest, "BadRequest", message, ""} }

func refuse(w http.ResponseWriter, p *problem) {
	type item struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Details string `json:"details"`
	}
	writeJSON(w, p.status, map[string][]item{"errors": {{p.code, p.message, p.details}}})
}

// read decodes the body, which must be there.
func (in *request) read(v any) *problem {
	if len(in.body) == 0 {
		return bad("The request body is required.")
	}
	if err := json.Unmarshal(in.body, v); err != nil {
		return bad("The request body is malformed.")
	}
	return nil
}

// pageInfo is how a list says that there is more: its nextToken comes back as paginationToken.
type pageInfo struct {
	Next string `json:"nextToken,omitempty"`
}

const pageKind = "page-"

// paged cuts a page out of a list. most is the largest pageSize of the operation.
func paged[T any](in *request, list []T, most int) ([]T, *pageInfo, *problem) {
	q, size, from := in.URL.Query(), 10, 0
	if text := q.Get("pageSize"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return nil, nil, bad("The pageSize must be between 1 and " + strconv.Itoa(most) + ".")
		}
		size = n
	}
	if token := q.Get("paginationToken"); token != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(token, pageKind))
		if err != nil || !strings.HasPrefix(token, pageKind) || n < 0 || n > len(list) {
			return nil, nil, bad("The paginationToken is invalid.")
		}
		from = n
	}
	until := min(from+size, len(list))
	info := &pageInfo{}
	if until < len(list) {
		info.Next = pageKind + strconv.Itoa(until)
	}
	return append([]T{}, list[from:until]...), info, nil
}
