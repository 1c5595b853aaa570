package mocks

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// controlRoutes is the control interface: no key, since it holds no secret and moves no money.
func (s *Sandbox) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_control/accounts", s.getAccounts)
	mux.HandleFunc("PUT /_control/callbacks", s.putCallback)
	mux.HandleFunc("GET /_control/ledger", s.getLedger)
	mux.HandleFunc("GET /_control/arrivals", s.getArrivals)
	mux.HandleFunc("POST /_control/faults", s.postFault)
	mux.HandleFunc("GET /_control/faults", s.getFaults)
	mux.HandleFunc("GET /_control/faults/{id}", s.getFault)
	mux.HandleFunc("DELETE /_control/faults", s.deleteFaults)
	mux.HandleFunc("DELETE /_control/faults/{id}", s.deleteFaults)
	mux.HandleFunc("POST /_control/scan", s.postScan)
	mux.HandleFunc("POST /_control/push", s.postPush)
	mux.HandleFunc("POST /_control/reset", func(w http.ResponseWriter, _ *http.Request) {
		s.Reset()
		answer(w, struct{}{})
	})
	mux.HandleFunc("/_control/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "", "the control interface has no "+r.Method+" under this path")
	})
	return mux
}

// page is a list of the control interface.
type page[T any] struct {
	Data []T `json:"data"`
}

// PublishedAccount is what a new customer of a carrier gets, ready for a configuration.
type PublishedAccount struct {
	Carrier     string            `json:"carrier"`
	Account     string            `json:"account"`
	BaseURL     string            `json:"base_url"`
	URLs        map[string]string `json:"urls,omitempty"`
	Credentials map[string]string `json:"credentials"`
	Settings    map[string]any    `json:"settings"`
	PushSecret  string            `json:"push_secret"`
	CallbackURL string            `json:"callback_url,omitempty"`
}

func (s *Sandbox) getAccounts(w http.ResponseWriter, r *http.Request) {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	answer(w, page[PublishedAccount]{s.Accounts(scheme + r.Host)})
}

// Accounts returns what a sandbox under this root ("http://127.0.0.1:8090") publishes, sorted
// by carrier.
func (s *Sandbox) Accounts(root string) []PublishedAccount {
	b := s.now.Load()
	var out []PublishedAccount
	for _, code := range b.codes() {
		c := b.counters[code]
		a := PublishedAccount{Carrier: code, Account: c.account.ID, BaseURL: root + "/" + code, URLs: map[string]string{},
			Credentials: maps.Clone(c.account.Credentials), Settings: maps.Clone(c.account.Settings), PushSecret: c.account.PushSecret}
		for name, path := range c.account.Paths {
			a.URLs[name] = a.BaseURL + path
		}
		a.CallbackURL, _ = s.callbacks.of(code, c.account.ID)
		out = append(out, a)
	}
	return out
}

func (s *Sandbox) putCallback(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Carrier string `json:"carrier"`
		Account string `json:"account"`
		URL     string `json:"url"`
	}
	if !read(w, r, &in) {
		return
	}
	if s.counter(w, in.Carrier) == nil {
		return
	}
	u, err := url.Parse(in.URL)
	switch {
	case in.Account == "" || len(in.Account) > 100:
		refuse(w, http.StatusUnprocessableEntity, "account", "must have 1 to 100 characters")
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || len(in.URL) > 2000:
		refuse(w, http.StatusUnprocessableEntity, "url", "must be an absolute http or https URL")
	case !s.callbacks.put(in.Carrier, in.Account, in.URL):
		refuse(w, http.StatusUnprocessableEntity, "account", "is one too many")
	default:
		answer(w, in)
	}
}

func (s *Sandbox) getLedger(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	answer(w, page[Purchase]{s.Purchases(q.Get("carrier"), q.Get("reference"))})
}

func (s *Sandbox) getArrivals(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	answer(w, page[Arrival]{s.Arrivals(q.Get("carrier"), q.Get("operation"))})
}

func (s *Sandbox) postScan(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Carrier        string    `json:"carrier"`
		TrackingNumber string    `json:"tracking_number"`
		Code           string    `json:"code"`
		At             time.Time `json:"at"`
		City           string    `json:"city"`
		Country        string    `json:"country"`
	}
	if !read(w, r, &in) {
		return
	}
	c := s.counter(w, in.Carrier)
	if c == nil || !checkNumber(w, in.TrackingNumber) {
		return
	}
	switch {
	case in.Code == "" || len(in.Code) > 100:
		refuse(w, http.StatusUnprocessableEntity, "code", "must be the carrier's own code of 1 to 100 characters")
		return
	case in.Country != "" && (len(in.Country) != 2 || strings.ToUpper(in.Country) != in.Country):
		refuse(w, http.StatusUnprocessableEntity, "country", "must be two capital letters, ISO 3166-1")
		return
	case len(in.City) > 100:
		refuse(w, http.StatusUnprocessableEntity, "city", "must have at most 100 characters")
		return
	case in.At.IsZero():
		in.At = time.Now()
	}
	scan := Scan{Code: in.Code, At: in.At, City: in.City, Country: in.Country}
	if err := s.now.Load().scan(c, in.TrackingNumber, scan); err != nil {
		refuse(w, http.StatusInsufficientStorage, "", err.Error())
		return
	}
	answer(w, in)
}

// counter finds a carrier, or refuses and returns nil.
func (s *Sandbox) counter(w http.ResponseWriter, code string) *counter {
	b := s.now.Load()
	c := b.counters[code]
	if c == nil {
		refuse(w, http.StatusUnprocessableEntity, "carrier", "must be one of "+list(b.codes()))
	}
	return c
}

func checkNumber(w http.ResponseWriter, number string) bool {
	if number == "" || len(number) > 100 {
		refuse(w, http.StatusUnprocessableEntity, "tracking_number", "must have 1 to 100 characters")
		return false
	}
	return true
}

// read decodes a control request strictly, or refuses and returns false.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return true
		}
		err = errors.New("more than one JSON value")
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		refuse(w, http.StatusUnprocessableEntity, wrong.Field, "must not be a JSON "+wrong.Value)
		return false
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		refuse(w, http.StatusUnprocessableEntity, strings.Trim(field, `"`), "is not a field of this request")
		return false
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		refuse(w, http.StatusUnprocessableEntity, "at", "must be RFC 3339 with an offset")
		return false
	}
	refuse(w, http.StatusBadRequest, "", "the body must be one JSON object: "+err.Error())
	return false
}
