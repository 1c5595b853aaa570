package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/mocks"
)

// exampleOrder is served by every carrier with a live quote.
const exampleOrder = "aliexpress-fr.json"

// stage is the five carriers, the gateway and the reference, each a process of its own.
type stage struct {
	dir     string
	order   []byte
	gateway *target
	ref     *target
	procs   []*child
}

// close ends the processes, the newest first, and removes the folder.
func (s *stage) close() {
	for _, c := range slices.Backward(s.procs) {
		c.stop()
	}
	_ = os.RemoveAll(s.dir) // in the system's folder for such things
}

func (s *stage) start(ctx context.Context, name string, env []string, program string, args ...string) (*child, error) {
	c, err := start(ctx, name, env, program, args...)
	if err == nil {
		s.procs = append(s.procs, c)
	}
	return c, err
}

// newStage starts everything and makes sure that both servers give the same answer.
func newStage(ctx context.Context, o options, buildFlags, env []string) (_ *stage, err error) {
	dir, err := os.MkdirTemp("", "crossdock-bench-")
	if err != nil {
		return nil, err
	}
	s := &stage{dir: dir}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.order, err = fs.ReadFile(configs.Examples(), exampleOrder); err != nil {
		return nil, err
	}
	binary, err := gatewayBinary(ctx, o.binary, dir, buildFlags)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	published, err := s.startCarriers(ctx, self)
	if err != nil {
		return nil, err
	}
	if err := s.startGateway(ctx, binary, env, published, o.clients); err != nil {
		return nil, err
	}
	return s, s.startReference(ctx, self, published, o.clients)
}

// gatewayBinary is a build like that of `make build`.
func gatewayBinary(ctx context.Context, given, dir string, flags []string) (string, error) {
	if given != "" {
		return given, nil
	}
	out := filepath.Join(dir, "crossdock")
	args := append([]string{"build", "-trimpath", "-o", out}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, "github.com/crossdock-hub/crossdock/cmd/crossdock")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if b, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the gateway does not build: %w\n%s", err, b)
	}
	return out, nil
}

func (s *stage) startCarriers(ctx context.Context, self string) ([]mocks.PublishedAccount, error) {
	c, err := s.start(ctx, "the carriers", nil, self, modeCarriers)
	if err != nil {
		return nil, err
	}
	text, err := c.expect("published ")
	if err != nil {
		return nil, err
	}
	var published []mocks.PublishedAccount
	return published, json.Unmarshal([]byte(text), &published)
}

// startGateway runs the product as an operator would: a configuration, a key, `serve`.
func (s *stage) startGateway(ctx context.Context, binary string, env []string, published []mocks.PublishedAccount, clients int) error {
	config, err := writeConfig(s.dir, published)
	if err != nil {
		return err
	}
	made, err := output(ctx, env, binary, "keys", "create", "--config", config, "--scopes", "rates:read", "--json")
	if err != nil {
		return err
	}
	var key struct{ Key string }
	if err := json.Unmarshal([]byte(made), &key); err != nil {
		return err
	}
	c, err := s.start(ctx, "the gateway", env, binary, "serve", "--config", config, "--listen", "127.0.0.1:0")
	if err != nil {
		return err
	}
	url, err := c.expect("ready ")
	s.gateway = newTarget(c, url, key.Key, clients)
	return err
}

// startReference tells the reference the exchange rates that the gateway used, and compares
// their answers.
func (s *stage) startReference(ctx context.Context, self string, published []mocks.PublishedAccount, clients int) error {
	ours, err := s.gateway.post(ctx, s.order)
	if err != nil {
		return err
	}
	var a offers
	if err := json.Unmarshal(ours, &a); err != nil {
		return err
	}
	if a.Status != "complete" {
		return fmt.Errorf("the gateway's answer is not complete: %.600s", ours)
	}
	plan := referencePlan{Published: published, Exchange: map[string]exchange{}}
	for _, r := range a.Rates {
		if r.FX != nil {
			plan.Exchange[r.CarrierTotal.Currency] = *r.FX
		}
	}
	b, err := json.Marshal(plan)
	if err != nil {
		return err
	}
	file := filepath.Join(s.dir, "reference.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		return err
	}
	c, err := s.start(ctx, "the reference", nil, self, modeReference, file)
	if err != nil {
		return err
	}
	url, err := c.expect("ready ")
	if err != nil {
		return err
	}
	s.ref = newTarget(c, url, "none", clients)
	theirs, err := s.ref.post(ctx, s.order)
	if err != nil {
		return err
	}
	return sameAnswers(ours, theirs)
}

// sameAnswers fails where the two servers do not offer the same channels at the same prices
// in the same order, line by line: then their costs could not be compared.
func sameAnswers(ours, theirs []byte) error {
	a, err := lines(ours)
	if err != nil {
		return err
	}
	b, err := lines(theirs)
	if err != nil {
		return err
	}
	if !slices.Equal(a, b) {
		return fmt.Errorf("the reference answers otherwise:\n--- gateway\n%s\n--- reference\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
	if len(a) == 0 {
		return fmt.Errorf("no rates to compare: %.600s", ours)
	}
	return nil
}

func lines(answer []byte) ([]string, error) {
	var a offers
	if err := json.Unmarshal(answer, &a); err != nil {
		return nil, err
	}
	var out []string
	for _, r := range a.Rates {
		out = append(out, fmt.Sprintf("%s %s %s, carrier %s %s, %d lines, %d-%d days", r.Channel, r.Total.Amount, r.Total.Currency,
			r.CarrierTotal.Amount, r.CarrierTotal.Currency, len(r.Charges), r.Transit.DaysMin, r.Transit.DaysMax))
	}
	return out, nil
}
