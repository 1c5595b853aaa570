// Package mandates decides what a marketplace's rules say of each channel that could carry
// an order: required, allowed, advised, discouraged, penalized or forbidden, by which rule,
// for what reason and at what fine.
//
// Rules are data, dated and with their source: configs/platforms ships those that are known,
// an operator adds or replaces them in a folder, and some adapters read those that their
// platform publishes. Nothing about a platform stands in this code. A rule's condition is an
// expression of expr-lang over a typed environment, compiled when the rule is read, so that
// a wrong one stops the start with its file, line, field and reason.
package mandates

import (
	"encoding/json"
	"slices"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Word is what a rule says of a channel.
type Word string

// The words, from the strictest: where several rules speak of a channel, the strictest counts.
const (
	Forbidden   Word = "forbidden"
	Penalized   Word = "penalized"
	Required    Word = "required"
	Discouraged Word = "discouraged"
	Advised     Word = "advised"
	Allowed     Word = "allowed"
)

var strictness = []Word{Forbidden, Penalized, Required, Discouraged, Advised, Allowed}

func words() []string {
	out := make([]string, len(strictness))
	for i, w := range strictness {
		out[i] = string(w)
	}
	return out
}

func (w Word) rank() int { return slices.Index(strictness, w) }

// punishes tells whether a penalty belongs to the word.
func (w Word) punishes() bool { return w == Forbidden || w == Penalized }

// Text is text of which the empty one is "not said", and null in JSON.
type Text string

// MarshalJSON writes null for the empty text.
func (t Text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// Verdict is what the platform's rules say of a channel. Rule and Reason are those of the
// strictest rule that speaks of it; where none does, it is allowed.
type Verdict struct {
	Verdict Word     `json:"verdict" enum:"required,allowed,advised,discouraged,penalized,forbidden"`
	Rule    Text     `json:"rule" null:"true"`
	Reason  Text     `json:"reason" null:"true"`
	Penalty *Penalty `json:"penalty" null:"true"`
}

// Penalty is what breaking a rule costs. An amount that nobody knows is null.
type Penalty struct {
	Amount normalize.Money `json:"amount" null:"true"`
	Text   string          `json:"text"`
}

// Mandate is a rule that applies to the order.
type Mandate struct {
	Rule    string `json:"rule"`
	Verdict Word   `json:"verdict" enum:"required,allowed,advised,discouraged,penalized,forbidden"`
	Reason  string `json:"reason"`
}

// ChannelVerdict is the verdict on one channel.
type ChannelVerdict struct {
	Channel string  `json:"channel"`
	Mandate Verdict `json:"mandate"`
}

// Fine is a known amount that the use of a channel costs, by one rule.
type Fine struct {
	Rule   string
	Amount normalize.Money
	Text   string
}

var allowed = &Verdict{Verdict: Allowed}
