package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/normalize"
)

func ratesCommand() *cobra.Command {
	var file, csvFile string
	c := &cobra.Command{
		Use: "rates (-f ORDER.json | --csv ORDERS.csv)", Short: "Compare channels for an order, or for many", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case file != "" && csvFile == "":
				return ratesOfFile(c, file)
			case csvFile != "" && file == "":
				return ratesOfCSV(c, csvFile)
			default:
				return usage("give an order with -f ORDER.json, or many with --csv ORDERS.csv")
			}
		},
	}
	c.Flags().StringVarP(&file, "file", "f", "", "a rate request as JSON, - for standard input")
	c.Flags().StringVar(&csvFile, "csv", "", "one order per line; configs/examples/orders.csv shows the columns")
	return c
}

func ratesOfFile(c *cobra.Command, file string) error {
	body, err := readFile(c, file)
	if err != nil {
		return err
	}
	a, err := newClient().do(c.Context(), http.MethodPost, "/v1/rates", body)
	if err != nil {
		return failed(c, err)
	}
	var out rating.Answer
	if err := json.Unmarshal(a.body, &out); err != nil {
		return err
	}
	return show(c, a.body, func(w io.Writer) error { return writeRates(w, out) })
}

// writeRates compares the channels: what it costs, how long it takes, what a rule says.
func writeRates(w io.Writer, a rating.Answer) error {
	t := table{head: []string{"CHANNEL", "TOTAL", "CARRIER'S PRICE", "DAYS", "BY", "SOURCE", "SERVICE"}, right: []bool{false, true, true, false}}
	ruled := slices.ContainsFunc(a.Rates, func(r rating.Rate) bool { return verdictOf(r.Mandate) != "-" })
	if ruled {
		t.head = slices.Insert(t.head, len(t.head)-1, "PLATFORM")
	}
	for _, r := range a.Rates {
		days := "-"
		if r.Transit.DaysMax > 0 {
			days = fmt.Sprintf("%d-%d", r.Transit.DaysMin, r.Transit.DaysMax)
			if r.Transit.DaysMin == r.Transit.DaysMax {
				days = fmt.Sprint(r.Transit.DaysMax)
			}
		}
		row := []string{r.Channel, r.Total.String(), r.CarrierTotal.String(), days, dash(string(r.Transit.DeliverBy)), r.Source}
		if ruled {
			row = append(row, verdictOf(r.Mandate))
		}
		t.add(append(row, mark(a.Recommended, r.ID)+r.Service)...)
	}
	if len(a.Rates) > 0 {
		if err := t.write(w); err != nil {
			return err
		}
	}
	if len(a.Unavailable) > 0 {
		u := table{head: []string{"NO RATE FROM", "WHY", "DETAIL"}}
		for _, x := range a.Unavailable {
			u.add(x.Channel, x.Code, x.Message)
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
		if err := u.write(w); err != nil {
			return err
		}
	}
	if err := writeRules(w, a); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s; %s, good until %s\n", a.Status, a.ID, a.ExpiresAt.Local().Format(time.TimeOnly))
	return err
}

func mark(rec rating.Recommended, id string) string {
	out := ""
	for _, m := range []struct {
		id   *string
		word string
	}{{rec.Best, "best"}, {rec.Cheapest, "cheapest"}, {rec.Fastest, "fastest"}} {
		if m.id != nil && *m.id == id {
			out += m.word + ", "
		}
	}
	if out == "" {
		return ""
	}
	return "(" + out[:len(out)-2] + ") "
}

// money is a price or a dash.
func money(m *normalize.Money) string {
	if m == nil || m.IsZero() {
		return "-"
	}
	return m.String()
}
