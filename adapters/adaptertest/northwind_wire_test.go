package adaptertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// northwindWire is the carrier's side with the few control routes that the suite uses.
type northwindWire struct {
	push *http.Client

	mu    sync.Mutex
	sold  []sale
	scans map[string][]northwindHit
	url   string
}

func (w *northwindWire) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	status, out := w.answer(r, body)
	b, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return respond(r, status, "application/json", bytes.NewReader(b)), nil
}

func (w *northwindWire) answer(r *http.Request, body []byte) (int, any) {
	var in northwindCall
	var control struct {
		Number string `json:"tracking_number"`
		Code   string `json:"code"`
		URL    string `json:"url"`
		Forge  bool   `json:"forge"`
	}
	if json.Unmarshal(body, &in) != nil || json.Unmarshal(body, &control) != nil {
		return 400, nil
	}
	find := func() int {
		return slices.IndexFunc(w.sold, func(s sale) bool { return s.ClientReference == in.Reference || s.TrackingNumber == in.Number })
	}
	switch r.URL.Path {
	case "/northwind/rate":
		return 200, map[string]any{"ok": true, "freight": json.Number("0.1"), "tax": json.Number("0.2")}
	case "/northwind/label":
		if find() >= 0 {
			return 200, northwindReply{Error: "sold", Freight: "0", Tax: "0"}
		}
		n := fmt.Sprintf("NW%07d", len(w.sold))
		w.sold = append(w.sold, sale{ClientReference: in.Reference, TrackingNumber: n, State: "live"})
		return 200, map[string]any{"ok": true, "number": n}
	case "/northwind/find":
		numbers := []string{}
		if i := find(); i >= 0 && w.sold[i].State == "live" {
			numbers = append(numbers, w.sold[i].TrackingNumber)
		}
		return 200, map[string]any{"ok": true, "numbers": numbers}
	case "/northwind/void":
		if i := find(); i >= 0 {
			w.sold[i].State = "voided"
		}
		return 200, map[string]any{"ok": true}
	case "/northwind/track":
		return 200, map[string]any{"ok": true, "scans": w.scans[in.Number]}
	case "/_control/ledger":
		return 200, map[string]any{"data": w.sold}
	case "/_control/scan":
		w.scans[control.Number] = append(w.scans[control.Number], northwindHit{control.Code, time.Now()})
	case "/_control/callbacks":
		w.url = control.URL
	case "/_control/push":
		w.scans[control.Number] = append(w.scans[control.Number], northwindHit{"D1", time.Now()})
		return 200, w.send(control.Number, control.Forge)
	default:
		return 404, nil
	}
	return 200, map[string]any{}
}

// send pushes the last scan.
func (w *northwindWire) send(number string, forge bool) any {
	if w.url == "" {
		return map[string]int{}
	}
	body, _ := json.Marshal(map[string]any{"number": number, "scan": northwindHit{"D1", time.Now()}})
	secret := "k3y-of-northwind"
	if forge {
		secret = "not " + secret
	}
	r, _ := http.NewRequest(http.MethodPost, w.url, bytes.NewReader(body))
	r.Header.Set("Signature", northwindSign(secret, body))
	res, err := w.push.Do(r)
	if err != nil {
		return map[string]int{"sent": 1}
	}
	defer res.Body.Close()
	return map[string]int{"sent": 1, "acked": 1}
}
