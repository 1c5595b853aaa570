package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// announce tells the simulators where each account's callbacks go, as an operator would
// enter it in the carrier's portal. With real carriers there is nothing to tell.
func (g *gatewayProcess) announce(ctx context.Context, publicURL string) error {
	if g.opts.sandboxURL == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for _, a := range g.registry.All() {
		if a.Ops.CallbackParser == nil {
			continue
		}
		body, err := json.Marshal(map[string]string{"carrier": a.Adapter, "account": a.ID,
			"url": publicURL + "/callbacks/" + a.Adapter + "/" + a.CallbackToken})
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPut, g.opts.sandboxURL+"/_control/callbacks", bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return fmt.Errorf("the sandbox could not be told of callbacks: %w", err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			return fmt.Errorf("the sandbox refused the callback address of %s: %s", a.Adapter, resp.Status)
		}
	}
	return nil
}
