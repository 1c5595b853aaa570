package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/rating"
)

func demoCommand() *cobra.Command {
	var once bool
	c := &cobra.Command{
		Use: "demo", Short: "The main job in one go: compare, buy, track to delivered; then keep serving", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return demo(c, once) },
	}
	c.Flags().BoolVar(&once, "once", false, "end when the parcel is delivered")
	return c
}

// demoOrders are the examples that the demo compares.
var demoOrders = []string{"order-de.json", "ebay-de.json", "aliexpress-fr.json"}

// demo runs a gateway with its simulators in a temporary folder and does the main job
// through its API, as any client would.
func demo(c *cobra.Command, once bool) (err error) {
	dir, err := os.MkdirTemp("", "crossdock-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	logger, err := newLogger(c.ErrOrStderr(), "error")
	if err != nil {
		return err
	}
	sim, err := listenSandbox(freeOr("127.0.0.1:8090"))
	if err != nil {
		return err
	}
	defer sim.close()
	file, err := configs.Load("", os.Environ())
	if err != nil {
		return err
	}
	file.Data, file.MetricsListen = dir, ""
	gw, err := newGateway(c.Context(), gatewayOptions{file: file, sandboxURL: sim.url, logger: logger})
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", freeOr("127.0.0.1:8080"))
	if err != nil {
		return errors.Join(err, gw.close())
	}
	ctx, stop := context.WithCancel(c.Context())
	defer stop()
	return gw.run(ctx, ln, "", func(addr string) error {
		if err := mainJob(ctx, c.OutOrStdout(), "http://"+addr, sim.url); err != nil {
			return err
		}
		if once {
			stop()
			return nil
		}
		_, err := fmt.Fprintf(c.OutOrStdout(), "\nsandbox %s\nready http://%s\n\nGo on with: crossdock rates -f configs/examples/order-de.json   (key sk_sandbox, docs at http://%s/docs; Ctrl-C ends)\n",
			sim.url, addr, addr)
		return err
	})
}

// freeOr is addr where nothing listens there, else any free port of this machine.
func freeOr(addr string) string {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return "127.0.0.1:0"
	}
	_ = ln.Close()
	return addr
}

// mainJob compares the channels for the example orders, buys the best of the first, moves
// the parcel and shows its timeline.
func mainJob(ctx context.Context, w io.Writer, url, sandbox string) error {
	cl := newClient()
	cl.url, cl.key = url, "sk_sandbox"
	var first rating.Answer
	for i, name := range demoOrders {
		a, err := compareExample(ctx, w, cl, name)
		if err != nil {
			return err
		}
		if i == 0 {
			first = a
		}
	}
	if first.Recommended.Best == nil {
		return errors.New("no channel offers a rate for the first order")
	}
	label, err := buyBest(ctx, w, cl, *first.Recommended.Best)
	if err != nil {
		return err
	}
	return watch(ctx, w, cl, sandbox, label)
}

func compareExample(ctx context.Context, w io.Writer, cl *client, name string) (rating.Answer, error) {
	body, err := fs.ReadFile(configs.Examples(), name)
	if err != nil {
		return rating.Answer{}, err
	}
	if _, err := fmt.Fprintf(w, "== %s: every channel compared\n\n", name); err != nil {
		return rating.Answer{}, err
	}
	res, err := cl.do(ctx, http.MethodPost, "/v1/rates", body)
	if err != nil {
		return rating.Answer{}, err
	}
	var a rating.Answer
	if err := json.Unmarshal(res.body, &a); err != nil {
		return a, err
	}
	if err := writeRates(w, a); err != nil {
		return a, err
	}
	_, err = fmt.Fprintln(w)
	return a, err
}

func buyBest(ctx context.Context, w io.Writer, cl *client, rate string) (purchase.Label, error) {
	var l purchase.Label
	if _, err := fmt.Fprint(w, "== the best rate bought\n\n"); err != nil {
		return l, err
	}
	res, err := cl.do(ctx, http.MethodPost, "/v1/labels", map[string]string{"rate_id": rate, "reference": "DEMO-1"}, "Idempotency-Key", ids.New("demo"))
	if err != nil {
		return l, err
	}
	if err := json.Unmarshal(res.body, &l); err != nil {
		return l, err
	}
	return l, writeLabel(w, l)
}

// demoWait bounds how long the demo waits for the parcel to arrive.
const demoWait = 2 * time.Minute

// watch makes the simulated carrier deliver, and waits until the gateway knows.
func watch(ctx context.Context, w io.Writer, cl *client, sandbox string, l purchase.Label) error {
	carrier, _, _ := strings.Cut(l.Channel, ".")
	control := &client{url: sandbox, http: cl.http}
	if _, err := control.do(ctx, http.MethodPost, "/_control/push", map[string]string{
		"carrier": carrier, "tracking_number": l.TrackingNumber, "journey": "delivered"}); err != nil {
		return err
	}
	if _, err := fmt.Fprint(w, "\n== the parcel on its way, as the carrier tells\n\n"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, demoWait)
	defer cancel()
	for {
		t, _, err := findTracker(ctx, cl, l.TrackingNumber, l.Channel)
		if err != nil {
			return err
		}
		if t.Status.Terminal() {
			return writeTracker(w, t)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the parcel is still %s", t.Status)
		case <-time.After(250 * time.Millisecond):
		}
	}
}
