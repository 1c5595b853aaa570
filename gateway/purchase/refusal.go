package purchase

import (
	"encoding/json"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// refusalOf is a carrier's stored refusal.
func refusalOf(p store.Purchase, l Label) *gateway.Refusal {
	var e refusal
	if err := json.Unmarshal(p.Refusal, &e); err != nil {
		e = refusal{Kind: normalize.KindRejected, Message: "the purchase failed"}
	}
	r := refuseChannel(p.Channel, &normalize.Error{Kind: e.Kind, Carrier: p.Adapter, Op: "label", Code: e.Code,
		Message: e.Message, CarrierMsg: e.CarrierMsg, Field: e.Field, RetryAfter: time.Duration(e.RetryAfterMS) * time.Millisecond})
	r.Label = l
	return r
}

// refusal is the stored form of a carrier's refusal.
type refusal struct {
	Kind         normalize.Kind `json:"kind"`
	Code         string         `json:"code,omitempty"`
	Message      string         `json:"message,omitempty"`
	CarrierMsg   string         `json:"carrier_message,omitempty"`
	Field        string         `json:"field,omitempty"`
	RetryAfterMS int64          `json:"retry_after_ms,omitempty"`
}

func encodeRefusal(e *normalize.Error) json.RawMessage {
	b, err := json.Marshal(refusal{e.Kind, e.Code, e.Message, e.CarrierMsg, e.Field, e.RetryAfter.Milliseconds()})
	if err != nil {
		return nil
	}
	return b
}
