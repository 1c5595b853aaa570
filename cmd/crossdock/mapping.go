package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
)

// mappingView is what the command shows: the tables, and what they lack.
type mappingView struct {
	Tables   []trackers.StatusTable `json:"tables"`
	Unmapped []trackers.Mapping     `json:"unmapped"`
}

func mappingCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "mapping [ADAPTER]", Short: "How carriers' scans are read, and the codes that nobody knows yet", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			adapter := ""
			if len(args) == 1 {
				adapter = args[0]
			}
			v, err := readMapping(c.Context(), newClient(), adapter)
			if err != nil {
				return failed(c, err)
			}
			raw, err := json.Marshal(v)
			if err != nil {
				return err
			}
			return show(c, raw, v.write)
		},
	}
	c.AddCommand(mappingReplayCommand())
	return c
}

// maxPages bounds how many pages of a list a command reads, at 100 each.
const maxPages = 100

func readMapping(ctx context.Context, cl *client, adapter string) (mappingView, error) {
	v := mappingView{Tables: []trackers.StatusTable{}, Unmapped: []trackers.Mapping{}}
	query := url.Values{"limit": {"100"}}
	if adapter != "" {
		query.Set("adapter", adapter)
	}
	for range maxPages {
		var page httpapi.ListBody[trackers.Mapping]
		if _, err := cl.get(ctx, "/v1/mappings?"+query.Encode(), &page); err != nil {
			return v, err
		}
		v.Unmapped = append(v.Unmapped, page.Data...)
		if page.NextCursor == nil {
			break
		}
		query.Set("cursor", *page.NextCursor)
	}
	var tables httpapi.ListBody[trackers.StatusTable]
	_, err := cl.get(ctx, "/v1/mappings/tables", &tables)
	for _, t := range tables.Data {
		if adapter == "" || t.Adapter == adapter {
			v.Tables = append(v.Tables, t)
		}
	}
	return v, err
}

func (v mappingView) write(w io.Writer) error {
	t := table{head: []string{"ADAPTER", "READS", "CODES", "UNMAPPED", "READ ON", "SOURCE"}, right: []bool{false, false, true, true}}
	for _, s := range v.Tables {
		t.add(s.Adapter, s.Reads, strconv.Itoa(s.Codes), strconv.Itoa(s.Unmapped), string(s.Date), s.Source)
	}
	if err := t.write(w); err != nil {
		return err
	}
	if len(v.Unmapped) == 0 {
		_, err := fmt.Fprintln(w, "\nno scan waits for a meaning")
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	const minute = "2006-01-02 15:04"
	list := table{head: []string{"ADAPTER", "CODE", "SCANS", "FIRST SEEN", "LAST SEEN", "WORDS OF ONE"}, right: []bool{false, false, true}}
	for _, m := range v.Unmapped {
		list.add(m.Adapter, dash(m.Code), strconv.FormatInt(m.Count, 10), m.FirstSeen.Format(minute), m.LastSeen.Format(minute), dash(m.Text))
	}
	return list.write(w)
}

func mappingReplayCommand() *cobra.Command {
	return &cobra.Command{
		Use: "replay ADAPTER", Short: "Read the scans that nobody knew once more, after a table has learnt", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cl, query := newClient(), url.Values{}
			var all trackers.Reread
			for range maxPages {
				a, err := cl.do(c.Context(), http.MethodPost, "/v1/mappings/"+url.PathEscape(args[0])+"/replay?"+query.Encode(), nil)
				if err != nil {
					return failed(c, err)
				}
				var part trackers.Reread
				if err := json.Unmarshal(a.body, &part); err != nil {
					return err
				}
				all.Callbacks, all.Trackers, all.NextCursor = all.Callbacks+part.Callbacks, all.Trackers+part.Trackers, part.NextCursor
				if part.NextCursor == nil {
					break
				}
				query.Set("cursor", *part.NextCursor)
			}
			raw, err := json.Marshal(all)
			if err != nil {
				return err
			}
			return show(c, raw, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%d messages are read again, %d parcels asked for\n", all.Callbacks, all.Trackers)
				return err
			})
		},
	}
}
