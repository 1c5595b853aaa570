package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/configs"
)

type serveFlags struct {
	config, listen, data string
	sandbox              bool
	sandboxListen        string
	sandboxURL           string
	metricsListen        string
	allowLoopback        bool
	logLevel             string
}

func serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use: "serve", Short: "Run the gateway", Args: cobra.NoArgs,
		Long: "Run the gateway. With --sandbox the carrier simulators run in the same process, on their own port,\n" +
			"wired to every adapter, so that no carrier account is needed; the API key is then sk_sandbox.",
		RunE: func(c *cobra.Command, _ []string) error {
			return serve(c.Context(), f, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.config, "config", "", "configuration file, crossdock.yaml")
	fl.StringVar(&f.listen, "listen", "", "address of the API (default 127.0.0.1:8080)")
	fl.StringVar(&f.data, "data", "", "folder of the store (default data)")
	fl.BoolVar(&f.sandbox, "sandbox", false, "run the carrier simulators too and use them")
	fl.StringVar(&f.sandboxListen, "sandbox-listen", "127.0.0.1:8090", "address of the simulators")
	fl.StringVar(&f.sandboxURL, "sandbox-url", "", "use the simulators of another process, crossdock sandbox")
	fl.StringVar(&f.metricsListen, "metrics-listen", "", "address of /metrics; in the sandbox it is on the main one too")
	fl.BoolVar(&f.allowLoopback, "allow-loopback-webhooks", false, "let webhooks go to this machine, for local trials")
	fl.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	c.MarkFlagsMutuallyExclusive("sandbox", "sandbox-url")
	return c
}

// shutdownLimit is how long draining may take: the longest call's lease and a little.
const shutdownLimit = 30 * time.Second

func serve(ctx context.Context, f serveFlags, out, errOut io.Writer) error {
	logger, err := newLogger(errOut, f.logLevel)
	if err != nil {
		return err
	}
	file, err := loadConfig(f)
	if err != nil {
		return err
	}
	warnUnused(logger, file)
	sim, err := startSandbox(f)
	if err != nil {
		return err
	}
	defer sim.close()
	quietGC()
	gw, err := newGateway(ctx, gatewayOptions{file: file, sandboxURL: sim.url, logger: logger})
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", file.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("cannot listen: %w", err), gw.close())
	}
	return gw.run(ctx, ln, file.MetricsListen, func(addr string) error {
		if sim.url != "" && f.sandboxURL == "" {
			if _, err := fmt.Fprintln(out, "sandbox "+sim.url); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintln(out, "ready http://"+addr)
		return err
	})
}

// newLogger writes JSON lines where nobody watches, and nothing of a secret anywhere.
func newLogger(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usage("--log-level must be debug, info, warn or error")
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
}

// loadConfig reads the file and the environment; flags beat both.
func loadConfig(f serveFlags) (configs.File, error) {
	file, err := configs.Load(f.config, os.Environ())
	if err != nil {
		return file, fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	if f.listen != "" {
		file.Listen = f.listen
	}
	if f.data != "" {
		file.Data = f.data
	}
	if f.metricsListen != "" {
		file.MetricsListen = f.metricsListen
	}
	if f.allowLoopback {
		file.Webhooks.AllowLoopback = true
	}
	return file, nil
}

// quietGC lets the heap grow to three times what lives before it is swept: a gateway's heap
// is small and short-lived, and the sweeps were a seventh of its CPU time. GOGC beats it.
func quietGC() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

// warnUnused names what the configuration says and nothing heeds: settings of what is not
// built yet, and variables that begin like ours and are none.
func warnUnused(logger *slog.Logger, f configs.File) {
	for _, s := range []struct {
		name  string
		given bool
	}{
		{"master_key", !f.MasterKey.IsZero()},
		{"tenants.late_labels", slices.ContainsFunc(f.Tenants, func(t configs.Tenant) bool { return t.LateLabels == "void" })},
	} {
		if s.given {
			logger.Warn("this setting has no effect yet", "setting", s.name)
		}
	}
	for _, name := range f.Unused {
		logger.Warn("this variable names no setting", "variable", name)
	}
}

// httpServer is a server with every limit set.
func httpServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 120 * time.Second, IdleTimeout: 120 * time.Second, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
}
