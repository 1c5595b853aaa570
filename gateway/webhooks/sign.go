package webhooks

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// secretBytes is the length of a secret; the scheme asks for 24 to 64.
const secretBytes = 32

func newSecret() []byte {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails
	return b
}

// secretText is a secret as its owner gets it.
func secretText(b []byte) string { return "whsec_" + base64.StdEncoding.EncodeToString(b) }

// Message is what a delivery says: the same bytes at every try.
type Message struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

// MessageOf is the message of an event.
func MessageOf(e store.Event) Message {
	m := Message{ID: e.ID, Type: e.Type, Timestamp: e.CreatedAt, Data: e.Data}
	if len(m.Data) == 0 {
		m.Data = json.RawMessage(`{}`)
	}
	return m
}

func (m Message) bytes() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(m)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// sign adds the headers of the Standard Webhooks scheme, by the present secret and, while a
// rotation overlaps, by the one before. Source: Standard Webhooks specification, read 2026-11-21.
func sign(h http.Header, w *store.Webhook, id string, body []byte, now time.Time) error {
	keys := [][]byte{w.Secret}
	if len(w.Previous) > 0 && now.Before(w.PreviousUntil) {
		keys = append(keys, w.Previous)
	}
	signatures := make([]string, len(keys))
	for i, key := range keys {
		wh, err := standardwebhooks.NewWebhookRaw(key)
		if err != nil {
			return err
		}
		if signatures[i], err = wh.Sign(id, now, body); err != nil {
			return err
		}
	}
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}
