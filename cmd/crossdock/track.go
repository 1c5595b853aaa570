package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

func trackCommand() *cobra.Command {
	var follow bool
	var channel string
	c := &cobra.Command{
		Use: "track NUMBER", Short: "A parcel's timeline; an unknown number is registered first", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cl := newClient()
			t, raw, err := findTracker(c.Context(), cl, args[0], channel)
			if err != nil {
				return failed(c, err)
			}
			if follow {
				return followTracker(c, cl, t)
			}
			return show(c, raw, func(w io.Writer) error { return writeTracker(w, t) })
		},
	}
	c.Flags().BoolVar(&follow, "follow", false, "show each scan as it comes, until the parcel is delivered or returned")
	c.Flags().StringVar(&channel, "channel", "", "the channel, where the number alone does not tell")
	return c
}

// findTracker returns the newest tracker of a number, which is registered where none is.
func findTracker(ctx context.Context, cl *client, number, channel string) (trackers.Tracker, []byte, error) {
	var list httpapi.ListBody[json.RawMessage]
	if _, err := cl.get(ctx, "/v1/trackers?limit=1&tracking_number="+url.QueryEscape(number), &list); err != nil {
		return trackers.Tracker{}, nil, err
	}
	var t trackers.Tracker
	if len(list.Data) > 0 {
		return t, list.Data[0], json.Unmarshal(list.Data[0], &t)
	}
	body := map[string]string{"tracking_number": number}
	if channel != "" {
		body["channel"] = channel
	}
	a, err := cl.do(ctx, http.MethodPost, "/v1/trackers", body)
	if err != nil {
		return t, nil, err
	}
	return t, a.body, json.Unmarshal(a.body, &t)
}

func writeTracker(w io.Writer, t trackers.Tracker) error {
	if _, err := fmt.Fprintf(w, "%s  %s  %s\n%s\n", t.TrackingNumber, t.Channel, t.Status, promiseLine(t)); err != nil {
		return err
	}
	return writeEvents(w, t.Events)
}

// promiseLine tells by when the parcel was promised and whether it keeps that; "" where
// nothing was.
func promiseLine(t trackers.Tracker) string {
	line := ""
	if t.PromisedBy != "" {
		line = fmt.Sprintf("promised by %s (%s): %s\n", t.PromisedBy, t.PromiseRule, strings.ReplaceAll(t.OnTime, "_", " "))
	}
	if t.DispatchBy != "" {
		line += fmt.Sprintf("to be handed over by %s\n", t.DispatchBy)
	}
	return line
}

func writeEvents(w io.Writer, events []trackers.Event) error {
	if len(events) == 0 {
		_, err := fmt.Fprintln(w, "no scan yet")
		return err
	}
	rows := table{head: []string{"AT", "STATUS", "WHERE", "CODE", "WHAT"}}
	for _, e := range events {
		status := string(e.Status)
		if e.Substatus != "" {
			status += "/" + string(e.Substatus)
		}
		rows.add(e.OccurredAt.Format("2006-01-02 15:04 -07:00"), status, place(e), e.Raw.Code, e.Description)
	}
	return rows.write(w)
}

func place(e trackers.Event) string {
	switch {
	case e.Location == (normalize.Location{}):
		return "-"
	case e.Location.City != "" && e.Location.Country != "":
		return e.Location.City + " " + e.Location.Country
	default:
		return dash(e.Location.City + e.Location.Country)
	}
}
