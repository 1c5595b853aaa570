package main

import (
	"encoding/json"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
)

// createKeyByAPI asks a running gateway, with a key that may.
func createKeyByAPI(c *cobra.Command, scopes []string, name string) error {
	a, err := newClient().do(c.Context(), http.MethodPost, "/v1/keys", map[string]any{"scopes": scopes, "name": name})
	if err != nil {
		return failed(c, err)
	}
	var k httpapi.APIKey
	if err := json.Unmarshal(a.body, &k); err != nil {
		return err
	}
	return showKey(c, k.ID, k.Key, scopes)
}
