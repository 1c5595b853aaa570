package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/inbox"
)

func callbacksCommand() *cobra.Command {
	list := callbacksListCommand()
	c := &cobra.Command{Use: "callbacks", Short: "What carriers pushed, and what could not be read", Args: cobra.NoArgs, RunE: list.RunE}
	c.Flags().AddFlagSet(list.Flags())
	c.AddCommand(list, callbacksShowCommand(), callbacksReplayCommand())
	return c
}

func callbackPath(id, rest string) string { return "/v1/callbacks/" + url.PathEscape(id) + rest }

func callbacksListCommand() *cobra.Command {
	var state, cursor string
	var limit int
	c := &cobra.Command{Use: "list", Short: "The pushes in a state, from the newest", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			q := url.Values{"state": {state}, "limit": {strconv.Itoa(limit)}}
			if cursor != "" {
				q.Set("cursor", cursor)
			}
			return answerOf(c, http.MethodGet, "/v1/callbacks?"+q.Encode(), nil, func(w io.Writer, list httpapi.ListBody[inbox.Callback]) error {
				return writeCallbacks(w, state, list)
			})
		}}
	c.Flags().StringVar(&state, "state", "quarantined", "received, done, quarantined, unmatched or refused")
	c.Flags().IntVar(&limit, "limit", 100, "how many")
	c.Flags().StringVar(&cursor, "cursor", "", "those after a list that did not hold all")
	return c
}

func writeCallbacks(w io.Writer, state string, list httpapi.ListBody[inbox.Callback]) error {
	if len(list.Data) == 0 {
		_, err := fmt.Fprintf(w, "no callback is %s\n", state)
		return err
	}
	t := table{head: []string{"ID", "RECEIVED", "ADAPTER", "REASON"}} // the rest is in show: the reason needs the room
	for _, b := range list.Data {
		t.add(b.ID, b.ReceivedAt.Format("2006-01-02 15:04"), b.Adapter, dash(b.Reason))
	}
	if err := t.write(w); err != nil || list.NextCursor == nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nthere are more: --cursor %s\n", *list.NextCursor)
	return err
}

func callbacksShowCommand() *cobra.Command {
	return &cobra.Command{Use: "show ID", Short: "What became of a push; its words are not shown", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return answerOf(c, http.MethodGet, callbackPath(args[0], ""), nil, writeCallback)
		}}
}

func writeCallback(w io.Writer, b inbox.Callback) error {
	for _, line := range [][2]string{
		{"id", b.ID}, {"adapter", b.Adapter}, {"account", b.Account}, {"state", b.State}, {"reason", dash(b.Reason)}, {"trust", dash(b.Trust)},
		{"tries", strconv.Itoa(b.Tries)}, {"bytes", strconv.FormatInt(b.Bytes, 10)}, {"sha256", b.SHA256}, {"received", b.ReceivedAt.Format(time.RFC3339)},
	} {
		if _, err := fmt.Fprintf(w, "%-9s %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}

func callbacksReplayCommand() *cobra.Command {
	return &cobra.Command{Use: "replay ID", Short: "Read a push once more, as after a fix", Args: cobra.ExactArgs(1),
		Long: "Read a push once more, as after a fix. One that was refused must prove itself first, by the keys that the account has now. Scans that are known already count once.",
		RunE: func(c *cobra.Command, args []string) error {
			return answerOf(c, http.MethodPost, callbackPath(args[0], "/replay"), nil, func(w io.Writer, b inbox.Callback) error {
				_, err := fmt.Fprintf(w, "%s is read again; crossdock callbacks show %s tells what came of it\n", b.ID, b.ID)
				return err
			})
		}}
}
