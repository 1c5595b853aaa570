package dhlexpress

import (
	"encoding/base64"

	"github.com/crossdock-hub/crossdock/normalize"
)

// basic is the Authorization header that goes with every call, unasked. The account number is
// no part of it: it travels in bodies and queries.
func basic(username string, password normalize.Secret) normalize.Secret {
	pair := username + ":" + password.Reveal()
	return normalize.NewSecret("Basic " + base64.StdEncoding.EncodeToString([]byte(pair)))
}
