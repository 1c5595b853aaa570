package main

import (
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
)

// A channel that only tracks is shown without the ways, goods and papers of one that carries.
func TestATrackingChannelIsShown(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	ch := httpapi.Channel{Channel: "sf.tracking", Kind: "tracking", Mode: "direct_mail", Capabilities: []string{"tracking"}}
	if err := writeChannel(&b, ch); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"kind           tracking\n", "goods          -\n", "labels         -\n", "can            tracking\n"} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("%q is missing in\n%s", line, b.String())
		}
	}
}
