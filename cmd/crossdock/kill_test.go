package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/purchase"
)

// process is crossdock in a process of its own.
type process struct {
	cmd   *exec.Cmd
	lines chan string
}

// start runs crossdock and reads its standard output; it is killed when the test ends.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), "crossdock", args...), lines: make(chan string, 100)}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for sc := bufio.NewScanner(out); sc.Scan(); {
			p.lines <- sc.Text()
		}
	}()
	t.Cleanup(func() { p.kill() })
	return p
}

// line waits for a line that begins with prefix and returns the rest.
func (p *process) line(t *testing.T, prefix string) string {
	t.Helper()
	late := time.After(60 * time.Second)
	for {
		select {
		case l, ok := <-p.lines:
			if !ok {
				t.Fatalf("the process ended before it said %q", prefix)
			}
			if rest, ok := strings.CutPrefix(l, prefix); ok {
				return rest
			}
		case <-late:
			t.Fatalf("no line %q within a minute", prefix)
		}
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL) // a process that is gone already needs none
	_ = p.cmd.Wait()
}

// A gateway that is killed while the carrier holds its answer finds the purchase again,
// under the same key, unknown and not bought a second time.
func TestAKilledGatewayKnowsWhatItMayHaveBought(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	box := start(t, "sandbox", "--listen", "127.0.0.1:0")
	s := &stand{t: t, sandbox: box.line(t, "ready ")}
	gw := start(t, "serve", "--sandbox-url", s.sandbox, "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error")
	s.url = gw.line(t, "ready ")
	s.call("POST", "/_control/faults", map[string]any{"carrier": "yanwen", "operation": "label", "kind": "commit_then_slow", "rate": 1, "delay_ms": 20000})
	o := example(t, "order-de.json")
	o["channel"] = "yanwen.tracked"
	o["deadline_ms"] = 500
	var l purchase.Label
	s.call("POST", "/v1/labels", o, "Idempotency-Key", "killed").into(t, &l)
	if l.Status != "purchasing" {
		t.Fatalf("while the carrier holds its answer: %s", l.Status)
	}
	gw.kill()
	again := start(t, "serve", "--sandbox-url", s.sandbox, "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error")
	s.url = again.line(t, "ready ")
	eventually(t, "unknown", func() bool {
		r := s.call("POST", "/v1/labels", o, "Idempotency-Key", "killed")
		var now purchase.Label
		r.into(t, &now)
		return r.status == 202 && now.ID == l.ID && now.Status == "unknown"
	})
	if got := s.ledger(t, "yanwen"); len(got.Data) != 1 || got.Data[0].ClientReference != l.ClientReference {
		t.Errorf("ledger %+v, want the one sale under %s", got, l.ClientReference)
	}
}

// A second gateway on the same folder would take the first one's leases.
func TestOneGatewayPerFolder(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	gw := start(t, "serve", "--sandbox", "--sandbox-listen", "127.0.0.1:0", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error")
	gw.line(t, "ready ")
	out, err := exec.CommandContext(t.Context(), "crossdock", "serve", "--sandbox", "--sandbox-listen", "127.0.0.1:0", "--data", data, "--listen", "127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "another gateway runs") {
		t.Errorf("got %v, %s", err, out)
	}
	if err := gw.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := gw.cmd.Wait(); err != nil {
		t.Errorf("SIGTERM: %v, want exit 0", err)
	}
}
