package dhlunified

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// problem is DHL's error, application/problem+json. Its status is a number.
type problem struct {
	Title    string `json:"title"`
	Detail   string `json:"detail"`
	Status   int    `json:"status"`
	Instance string `json:"instance,omitempty"`
}

// noResult is the title of a shipment that is not known, not known yet, or not any more.
const noResult = "No result found"

func refuse(w http.ResponseWriter, r *http.Request, status int, detail string) {
	refuseAs(w, r, status, http.StatusText(status), detail)
}

func refuseAs(w http.ResponseWriter, r *http.Request, status int, title, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(problem{title, detail, status, r.URL.Path}) // a caller who left is not our fault
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// TooMany is the refusal of a call above the app's quota. That it names a Retry-After is
// unconfirmed.
func (*Carrier) TooMany(w http.ResponseWriter, r *http.Request, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
	refuse(w, r, http.StatusTooManyRequests, "Too many requests within defined time period, please try again later.")
}

// The limits of a new app. The day's counter starts anew at 00:00 GMT.
const (
	callsPerDay = 250
	callsApart  = time.Second
)

// quota counts the calls of one app.
type quota struct {
	day   string
	calls int
	last  time.Time
}

// take counts a call, or tells how long to wait for one.
func (q *quota) take(now time.Time) time.Duration {
	now = now.UTC()
	if day := now.Format(time.DateOnly); day != q.day {
		*q = quota{day: day}
	}
	switch {
	case q.calls >= callsPerDay:
		return now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
	case now.Sub(q.last) < callsApart:
		return callsApart - now.Sub(q.last)
	}
	q.calls, q.last = q.calls+1, now
	return 0
}
