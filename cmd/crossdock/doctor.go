package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/configs"
)

// The words for how a check went.
const (
	findingOK      = "ok"
	findingWarning = "warning"
	findingFailed  = "failed"
)

// finding is what one check came to, and what to do next where it did not go well.
type finding struct {
	Check  string `json:"check"`
	Status string `json:"status"`
	Detail string `json:"detail"`
	Next   string `json:"next,omitempty"`
}

// diagnosis is all of them; its status is the worst.
type diagnosis struct {
	Status string    `json:"status"`
	Checks []finding `json:"checks"`
}

func (d *diagnosis) add(status, check, detail, next string) {
	d.Checks = append(d.Checks, finding{check, status, detail, next})
	switch {
	case status == findingFailed || d.Status == "":
		d.Status = status
	case status == findingWarning && d.Status == findingOK:
		d.Status = status
	}
}

func (d *diagnosis) ok(check, format string, args ...any) {
	d.add(findingOK, check, fmt.Sprintf(format, args...), "")
}

func doctorCommand() *cobra.Command {
	var f serveFlags
	var offline bool
	c := &cobra.Command{
		Use: "doctor [--config FILE]", Short: "Check configuration, store, accounts and clock, and say what to do", Args: cobra.NoArgs,
		Long: "Check what serve would start with. Each carrier is asked one question that costs and changes nothing;\n" +
			"with --offline none is. A store that no gateway has open is opened as serve would, its schema brought up to date.\n" +
			"The exit code is 1 where something is wrong.",
		RunE: func(c *cobra.Command, _ []string) error {
			d := diagnose(c.Context(), f, offline)
			if err := showDiagnosis(c, d); err != nil {
				return err
			}
			if d.Status == findingFailed {
				return reportedError{errors.New("something is wrong")}
			}
			return nil
		},
	}
	c.Flags().StringVar(&f.config, "config", "", "configuration file, crossdock.yaml")
	c.Flags().StringVar(&f.data, "data", "", "folder of the store (default data)")
	c.Flags().BoolVar(&offline, "offline", false, "ask no carrier")
	return c
}

// diagnose runs the checks in the order in which a start would meet them.
func diagnose(ctx context.Context, f serveFlags, offline bool) *diagnosis {
	d := &diagnosis{}
	file, err := loadConfig(f)
	if err != nil {
		d.add(findingFailed, "configuration", err.Error(), "correct what is named; configs/crossdock.example.yaml shows every setting")
		return d
	}
	from := f.config
	if from == "" {
		from = "no file, defaults and environment"
	}
	d.ok("configuration", "%s; accounts: %d, tenants: %d", from, len(file.Accounts), len(file.Tenants))
	checkVariables(d, file)
	st, closeStore := checkStore(ctx, d, file)
	defer closeStore()
	if st != nil {
		checkKeys(ctx, d, st, file)
	}
	checkListen(ctx, d, file)
	skew := checkAccounts(ctx, d, file, st, offline)
	checkClock(ctx, d, st, skew)
	checkExchange(d, file)
	checkCards(d, file)
	checkRules(d, file)
	return d
}

// checkVariables names environment variables that begin like ours and set nothing.
func checkVariables(d *diagnosis, file configs.File) {
	for _, name := range file.Unused {
		d.add(findingWarning, "environment", name+" names no setting", "correct its name, or unset it")
	}
}

func showDiagnosis(c *cobra.Command, d *diagnosis) error {
	if asJSON(c) {
		return printJSON(c.OutOrStdout(), d)
	}
	return writeDiagnosis(c.OutOrStdout(), d)
}

func writeDiagnosis(w io.Writer, d *diagnosis) error {
	for _, f := range d.Checks {
		detail := strings.ReplaceAll(f.Detail, "\n", fmt.Sprintf("\n%-8s %-15s ", "", ""))
		if _, err := fmt.Fprintf(w, "%-8s %-15s %s\n", f.Status, f.Check, detail); err != nil {
			return err
		}
		if f.Next == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%-8s %-15s -> %s\n", "", "", f.Next); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", map[string]string{findingOK: "all is well",
		findingWarning: "it will run; see the warnings", findingFailed: "something is wrong; see what failed"}[d.Status])
	return err
}

// exists tells whether there is a file or folder at a path.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
