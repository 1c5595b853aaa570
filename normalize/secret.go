package normalize

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a credential. It prints, logs and marshals as [redacted]; only Reveal gives
// the text, so that every use can be found with one search.
//
// The text is behind a pointer, since fmt prints the unexported fields of a struct that
// holds a Secret without asking the Secret.
type Secret struct{ text *string }

// NewSecret wraps a credential.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal returns the text, for the one line that sends it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero tells whether no secret was given.
func (s Secret) IsZero() bool { return s.text == nil }

// String returns the mark.
func (s Secret) String() string { return redacted }

// GoString returns the mark.
func (s Secret) GoString() string { return redacted }

// Format prints the mark whatever the verb is.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue logs the mark.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText writes the mark: a secret does not travel back out.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText reads a secret from configuration or a request.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = NewSecret(string(b))
	return nil
}
