package webhooks

import (
	"slices"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// What we tell of endpoints themselves.
const (
	TypeFailing  = "webhook.failing"  // an endpoint fails for an hour, for a day
	TypeDisabled = "webhook.disabled" // an endpoint is told nothing any more
	TypeTest     = "webhook.test"     // goes to the endpoint that is tested, and only there
)

// Types are the events that an endpoint may ask for.
var Types = []string{
	"label.purchased", "label.failed", "label.unknown", "label.voided", "label.updated", "label.adjusted", "label.orphaned",
	"tracker.created", "tracker.updated", "tracker.delivered", "tracker.exception", "tracker.at_risk",
	"inbound_plan.updated", "batch.completed", "channel.opened", "channel.closed", "mandate.quota_at_risk",
	TypeFailing, TypeDisabled,
}

// wants tells whether an endpoint hears of an event. Of its own failing it hears nothing.
func wants(w *store.Webhook, e *store.Event) bool {
	return e.Subject != w.ID && slices.Contains(w.Events, e.Type)
}
