package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/webhooks"
)

func webhooksCommand() *cobra.Command {
	c := &cobra.Command{Use: "webhooks", Short: "Tell addresses of events, and see what they were told"}
	c.AddCommand(webhooksCreateCommand(), webhooksListCommand(), webhooksDeleteCommand(), webhooksDeliveriesCommand(), webhooksReplayCommand(),
		webhooksRotateCommand(), webhooksEnableCommand(), webhooksTestCommand())
	return c
}

func webhookPath(id, rest string) string { return "/v1/webhooks/" + url.PathEscape(id) + rest }

// answerOf makes one request and shows its answer by the table, or as it came.
func answerOf[T any](c *cobra.Command, method, path string, body any, table func(io.Writer, T) error) error {
	a, err := newClient().do(c.Context(), method, path, body)
	if err != nil {
		return failed(c, err)
	}
	var out T
	if err := json.Unmarshal(a.body, &out); err != nil {
		return err
	}
	return show(c, a.body, func(w io.Writer) error { return table(w, out) })
}

func webhooksCreateCommand() *cobra.Command {
	var events, description string
	c := &cobra.Command{
		Use: "create URL --events TYPES", Short: "Tell an address of events; its secret is shown this once", Args: cobra.ExactArgs(1),
		Long: "Tell an address of events; its secret is shown this once. The types are, by commas:\n  " + strings.Join(webhooks.Types, "\n  "),
		RunE: func(c *cobra.Command, args []string) error {
			list := strings.FieldsFunc(events, func(r rune) bool { return r == ',' || r == ' ' })
			body := webhooks.Request{URL: args[0], Events: list, Description: description}
			return answerOf(c, http.MethodPost, "/v1/webhooks", body, writeSecret)
		},
	}
	c.Flags().StringVar(&events, "events", "tracker.updated", "types of events, by commas")
	c.Flags().StringVar(&description, "description", "", "a name for people")
	return c
}

func writeSecret(w io.Writer, e webhooks.Endpoint) error {
	text := fmt.Sprintf("%s\n\nKeep it: it is not shown again. It signs what %s gets.\n", e.Secret, e.ID)
	if e.OldSecretUntil != nil {
		text += fmt.Sprintf("The secret before signs too until %s.\n", e.OldSecretUntil.Format(time.RFC3339))
	}
	if e.Warning != "" {
		text += "Mind: " + e.Warning + ".\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

func writeEndpoint(w io.Writer, e webhooks.Endpoint) error {
	return writeEndpoints(w, httpapi.ListBody[webhooks.Endpoint]{Data: []webhooks.Endpoint{e}})
}

func writeEndpoints(w io.Writer, list httpapi.ListBody[webhooks.Endpoint]) error {
	if len(list.Data) == 0 {
		_, err := fmt.Fprintln(w, "no endpoint")
		return err
	}
	t := table{head: []string{"ID", "STATUS", "QUEUED", "FAILING SINCE", "EVENTS", "URL"}, right: []bool{false, false, true}}
	for _, e := range list.Data {
		status, failing := e.Status, "-"
		if e.DisabledReason != "" {
			status += " (" + e.DisabledReason + ")"
		}
		if e.FailingSince != nil {
			failing = e.FailingSince.Format("2006-01-02 15:04 -07:00")
		}
		t.add(e.ID, status, strconv.Itoa(e.Queued), failing, strings.Join(e.Events, ","), e.URL)
	}
	return t.write(w)
}

func webhooksListCommand() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "The endpoints, from the newest", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return answerOf(c, http.MethodGet, "/v1/webhooks?limit=100", nil, writeEndpoints)
		}}
}

func webhooksDeleteCommand() *cobra.Command {
	return &cobra.Command{Use: "delete ID", Short: "Forget an endpoint", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := newClient().do(c.Context(), http.MethodDelete, webhookPath(args[0], ""), nil); err != nil {
				return failed(c, err)
			}
			return show(c, []byte("{}"), func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%s is deleted\n", args[0])
				return err
			})
		}}
}

func webhooksRotateCommand() *cobra.Command {
	return &cobra.Command{Use: "rotate-secret ID", Short: "Give an endpoint a new secret; the one before signs too for 24 hours", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return answerOf(c, http.MethodPost, webhookPath(args[0], "/rotate-secret"), nil, writeSecret)
		}}
}

func webhooksEnableCommand() *cobra.Command {
	return &cobra.Command{Use: "enable ID", Short: "Begin again with a disabled endpoint, with what it missed", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return answerOf(c, http.MethodPost, webhookPath(args[0], "/enable"), nil, writeEndpoint)
		}}
}

func webhooksTestCommand() *cobra.Command {
	return &cobra.Command{Use: "test ID", Short: "Send a test event now and tell how it went; exit code 1 where it was not taken", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := newClient().do(c.Context(), http.MethodPost, webhookPath(args[0], "/test"), nil)
			if err != nil {
				return failed(c, err)
			}
			var d webhooks.Delivery
			if err := json.Unmarshal(a.body, &d); err != nil {
				return err
			}
			err = show(c, a.body, func(w io.Writer) error {
				return writeDeliveries(w, httpapi.ListBody[webhooks.Delivery]{Data: []webhooks.Delivery{d}})
			})
			if err == nil && d.Status != "delivered" {
				return reportedError{errors.New("the endpoint did not take the test event")}
			}
			return err
		}}
}

func webhooksDeliveriesCommand() *cobra.Command {
	q := url.Values{}
	var status, event, tracker string
	c := &cobra.Command{Use: "deliveries ID", Short: "What an endpoint was told, from the newest; the dead ones are the dead letters", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			for name, v := range map[string]string{"status": status, "event": event, "tracker": tracker, "limit": "100"} {
				if v != "" {
					q.Set(name, v)
				}
			}
			return answerOf(c, http.MethodGet, webhookPath(args[0], "/deliveries?"+q.Encode()), nil, writeDeliveries)
		}}
	c.Flags().StringVar(&status, "status", "", "pending, delivered or dead")
	c.Flags().StringVar(&event, "event", "", "of one event, by its id")
	c.Flags().StringVar(&tracker, "tracker", "", "of one tracker, by its id")
	return c
}

func writeDeliveries(w io.Writer, list httpapi.ListBody[webhooks.Delivery]) error {
	if len(list.Data) == 0 {
		_, err := fmt.Fprintln(w, "no delivery")
		return err
	}
	t := table{head: []string{"AT", "STATUS", "TRIES", "TYPE", "EVENT", "LAST"}, right: []bool{false, false, true}}
	for _, d := range list.Data {
		last := "-"
		if n := len(d.Attempts); n > 0 {
			a := d.Attempts[n-1]
			last = strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, a.Error))
		}
		t.add(d.CreatedAt.Format("2006-01-02 15:04:05 -07:00"), d.Status, strconv.Itoa(len(d.Attempts)), d.Type, d.Event, last)
	}
	return t.write(w)
}

func webhooksReplayCommand() *cobra.Command {
	var since, until, event, tracker string
	c := &cobra.Command{
		Use: "replay ID (--since TIME [--until TIME] | --event EVENT | --tracker TRACKER)", Short: "Tell an endpoint again what it may have missed", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			body := webhooks.ReplayRequest{Event: event, Tracker: tracker}
			for _, f := range []struct {
				flag, text string
				to         *time.Time
			}{{"since", since, &body.Since}, {"until", until, &body.Until}} {
				if f.text == "" {
					continue
				}
				at, err := time.Parse(time.RFC3339, f.text)
				if err != nil {
					return usage("--%s must be a time as 2026-11-21T08:00:00Z", f.flag)
				}
				*f.to = at
			}
			if since == "" && event == "" && tracker == "" {
				return usage("say what to replay: --since, --event or --tracker")
			}
			return answerOf(c, http.MethodPost, webhookPath(args[0], "/replay"), body, func(w io.Writer, r webhooks.Replayed) error {
				_, err := fmt.Fprintf(w, "%d events are told again\n", r.Replayed)
				return err
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&since, "since", "", "from this time on, as 2026-11-21T08:00:00Z")
	fl.StringVar(&until, "until", "", "before this time; now when absent")
	fl.StringVar(&event, "event", "", "one event, by its id")
	fl.StringVar(&tracker, "tracker", "", "only of one tracker, by its id")
	return c
}
