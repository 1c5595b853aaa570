// Command crossdock is the gateway, its carrier simulators and its command line in one.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the static binary knows every zone by itself

	"github.com/spf13/cobra"
)

// version is set by the linker.
var version = "dev"

// The exit codes: 1 for a refused or failed request, 2 for bad usage.
const (
	exitFailed = 1
	exitUsage  = 2
)

// usageError is bad usage.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if _, silent := errors.AsType[reportedError](err); !silent {
		fmt.Fprintln(os.Stderr, "crossdock: "+err.Error())
	}
	if _, bad := errors.AsType[usageError](err); bad {
		return exitUsage
	}
	return exitFailed
}

// reportedError was shown to the user already.
type reportedError struct{ error }

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "crossdock", Short: "One API in front of every carrier: rates, labels, tracking",
		Long: "crossdock compares channels, buys labels exactly once and follows parcels, for cross-border sellers.\n" +
			"Try it without an account anywhere: crossdock demo",
		Version: version, SilenceErrors: true, SilenceUsage: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("no command %q; see crossdock --help", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().Bool("json", false, "answer as JSON, for programs")
	root.AddCommand(commands()...)
	checkUsage(root)
	return root
}

// checkUsage makes the checks of arguments and flags of all commands bad usage, exit code 2.
func checkUsage(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			err := check(c, args)
			if err == nil {
				// cobra would say the same after this, but not as bad usage.
				err = errors.Join(c.ValidateRequiredFlags(), c.ValidateFlagGroups())
			}
			if _, ok := errors.AsType[usageError](err); err == nil || ok {
				return err
			}
			return usageError{err}
		}
	}
	for _, sub := range c.Commands() {
		checkUsage(sub)
	}
}
