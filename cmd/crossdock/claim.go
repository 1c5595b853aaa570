package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/claims"
	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

func claimCommand() *cobra.Command {
	var in claims.Request
	var amount, key, output string
	c := &cobra.Command{
		Use: "claim TRACKER --reason REASON", Short: "Claim a lost, damaged or late parcel: who answers, by when, and the evidence", Args: cobra.ExactArgs(1),
		Long: "Claim a parcel, by its tracker or its number: who answers, by when to claim, and what proves it in one archive.\n" +
			"Nothing is sent to anybody. The reasons are lost, damaged, delayed, customs and other.",
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if in.Reason == "" {
				return usage("give a reason with --reason: lost, damaged, delayed, customs or other")
			}
			if in.Amount, err = amountOf(amount); err != nil {
				return err
			}
			cl := newClient()
			if in.Tracker, err = trackerOf(c, cl, args[0]); err != nil {
				return failed(c, err)
			}
			var header []string
			if key != "" {
				header = []string{"Idempotency-Key", key}
			}
			a, err := cl.do(c.Context(), http.MethodPost, "/v1/claims", in, header...)
			if err != nil {
				return failed(c, err)
			}
			return showClaim(c, cl, a.body, output)
		},
	}
	c.Flags().StringVar(&in.Reason, "reason", "", "lost, damaged, delayed, customs or other")
	c.Flags().StringVar(&in.Note, "note", "", "a word of yours for the archive")
	c.Flags().StringVar(&amount, "amount", "", "what is asked for, as \"12.50 USD\"")
	c.Flags().StringVar(&key, "key", "", "idempotency key")
	c.Flags().StringVarP(&output, "output", "o", "", "write the archive to this file")
	c.AddCommand(claimShowCommand(), claimListCommand(), claimCloseCommand())
	return c
}

// amountOf reads "12.50 USD", nil for nothing.
func amountOf(text string) (*normalize.Money, error) {
	if text == "" {
		return nil, nil
	}
	amount, currency, _ := strings.Cut(strings.TrimSpace(text), " ")
	m, err := normalize.ParseMoney(amount, strings.TrimSpace(currency))
	if err != nil {
		return nil, usage("--amount must be as \"12.50 USD\": %w", err)
	}
	return &m, nil
}

// trackerOf is a tracker's id, found by the parcel's number where that is given.
func trackerOf(c *cobra.Command, cl *client, name string) (string, error) {
	if strings.HasPrefix(name, ids.Tracker+"_") {
		return name, nil
	}
	var list httpapi.ListBody[trackers.Tracker]
	if _, err := cl.get(c.Context(), "/v1/trackers?tracking_number="+url.QueryEscape(name), &list); err != nil {
		return "", err
	}
	switch len(list.Data) {
	case 0:
		return "", fmt.Errorf("nothing follows %s; begin with crossdock track %s", name, name)
	case 1:
		return list.Data[0].ID, nil
	}
	return "", usage("several parcels have the number %s; name the tracker, as trk_…", name)
}

// showClaim prints a claim and writes its archive where a file is named.
func showClaim(c *cobra.Command, cl *client, raw []byte, output string) error {
	var v claims.Claim
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	if output != "" {
		a, err := cl.do(c.Context(), http.MethodGet, v.Archive.URL, nil)
		if err != nil {
			return failed(c, err)
		}
		if err := os.WriteFile(output, a.body, 0o600); err != nil { // it holds addresses
			return err
		}
	}
	return show(c, raw, func(w io.Writer) error { return writeClaim(w, v) })
}

func writeClaim(w io.Writer, v claims.Claim) error {
	deadline := "unknown"
	if v.Deadline != nil {
		deadline = string(*v.Deadline)
	}
	lines := [][2]string{{"claim", v.ID}, {"status", strings.TrimSpace(v.Status + " " + v.Outcome)}, {"parcel", v.TrackingNumber + "  " + v.Channel + "  " + v.Tracker},
		{"reason", v.Reason}, {"amount", money(v.Amount)}, {"liable", orElse(v.Party, "unknown") + ", " + orElse(v.Rule, "no rule") + ": " + v.RuleReason},
		{"deadline", deadline + ": " + v.DeadlineReason}, {"archive", fmt.Sprintf("%d files, %d bytes, sha256 %s", len(v.Archive.Files), v.Archive.Bytes, v.Archive.SHA256)}}
	for _, o := range v.Archive.Omitted {
		lines = append(lines, [2]string{"left out", o.Name + ": " + o.Reason})
	}
	for _, line := range lines {
		if _, err := fmt.Fprintf(w, "%-10s %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}

func claimPath(id, rest string) string { return "/v1/claims/" + url.PathEscape(id) + rest }

func claimShowCommand() *cobra.Command {
	var output string
	c := &cobra.Command{Use: "show ID", Short: "Show a claim, and write its archive to a file", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cl := newClient()
			a, err := cl.do(c.Context(), http.MethodGet, claimPath(args[0], ""), nil)
			if err != nil {
				return failed(c, err)
			}
			return showClaim(c, cl, a.body, output)
		}}
	c.Flags().StringVarP(&output, "output", "o", "", "write the archive to this file")
	return c
}

func claimListCommand() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "The newest claims", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return answerOf(c, http.MethodGet, "/v1/claims?limit=100", nil, func(w io.Writer, l httpapi.ListBody[claims.Claim]) error {
				t := table{head: []string{"CLAIM", "NUMBER", "REASON", "STATUS", "LIABLE", "DEADLINE", "AMOUNT"}}
				for _, v := range l.Data {
					deadline := "-"
					if v.Deadline != nil {
						deadline = string(*v.Deadline)
					}
					t.add(v.ID, v.TrackingNumber, v.Reason, v.Status, orElse(v.Party, "-"), deadline, money(v.Amount))
				}
				return t.write(w)
			})
		}}
}

func claimCloseCommand() *cobra.Command {
	var in claims.Closing
	var amount string
	c := &cobra.Command{Use: "close ID --outcome OUTCOME", Short: "End a claim: paid, refused or withdrawn", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if in.Amount, err = amountOf(amount); err != nil {
				return err
			}
			return answerOf(c, http.MethodPost, claimPath(args[0], "/close"), in, writeClaim)
		}}
	c.Flags().StringVar(&in.Outcome, "outcome", "", "paid, refused or withdrawn")
	c.Flags().StringVar(&amount, "amount", "", "what was paid, as \"12.50 USD\"")
	c.Flags().StringVar(&in.Note, "note", "", "how it ended")
	return c
}
