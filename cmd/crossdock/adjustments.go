package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/purchase"
)

func adjustmentsCommand() *cobra.Command {
	var in purchase.Adjustments
	var file, from, until string
	c := &cobra.Command{
		Use: "adjustments -f FILE --account ACCOUNT --invoice NUMBER", Short: "Hold a carrier's invoice against the labels", Args: cobra.NoArgs,
		Long: "Hold a carrier's invoice against the labels: each line belongs to exactly one label, and each label of the time\n" +
			"between --from and --until to one line. FILE is CSV with the header\n" +
			"carrier_id,tracking_number,client_reference,amount,currency, or JSON, a line's object after the other.",
		RunE: func(c *cobra.Command, _ []string) error {
			if file == "" || in.Account == "" || in.Invoice == "" {
				return usage("give the invoice's file, account and number with -f, --account and --invoice")
			}
			for _, day := range []struct {
				flag, text string
				to         **time.Time
			}{{"from", from, &in.From}, {"until", until, &in.Until}} {
				if day.text == "" {
					continue
				}
				at, err := time.Parse(time.DateOnly, day.text)
				if err != nil {
					return usage("--%s is a day, as 2026-11-01", day.flag)
				}
				*day.to = &at
			}
			raw, err := readFile(c, file)
			if err != nil {
				return err
			}
			if in.Lines, err = billLines(raw); err != nil {
				return usage("%s: %w", file, err)
			}
			if in.Lines == nil {
				in.CSV = string(raw)
			}
			return adjust(c, in)
		},
	}
	fl := c.Flags()
	fl.StringVarP(&file, "file", "f", "", "the invoice as CSV or JSON lines, - for standard input")
	fl.StringVar(&in.Account, "account", "", "the carrier account that was billed")
	fl.StringVar(&in.Invoice, "invoice", "", "the invoice's number")
	fl.StringVar(&from, "from", "", "the first day that it covers (UTC)")
	fl.StringVar(&until, "until", "", "the day after the last")
	return c
}

// billLines reads JSON lines; nil for what is CSV.
func billLines(raw []byte) ([]purchase.BillLine, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var out []purchase.BillLine
	for {
		var l purchase.BillLine
		err := dec.Decode(&l)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("line %d is not one of an invoice: %w", len(out)+1, err)
		}
		out = append(out, l)
	}
}

func adjust(c *cobra.Command, in purchase.Adjustments) error {
	a, err := newClient().do(c.Context(), http.MethodPost, "/v1/adjustments", in)
	if err != nil {
		return failed(c, err)
	}
	var out purchase.Adjusted
	if err := json.Unmarshal(a.body, &out); err != nil {
		return err
	}
	return show(c, a.body, func(w io.Writer) error { return writeAdjusted(w, out) })
}

func writeAdjusted(w io.Writer, out purchase.Adjusted) error {
	if _, err := fmt.Fprintf(w, "lines      %d\nmatched    %d\nadjusted   %d\nsettled    %d\n", out.Lines, out.Matched, out.Adjusted, out.Settled); err != nil {
		return err
	}
	problems := append(out.Orphans, out.Disputes...)
	if len(problems) > 0 {
		t := table{head: []string{"LINE", "CARRIER'S ID", "NUMBER", "REFERENCE", "AMOUNT", "LABEL", "WHY"}}
		for _, p := range problems {
			t.add(strconv.Itoa(p.Line), dash(p.CarrierID), dash(p.TrackingNumber), dash(p.ClientReference), p.Amount.String(), dash(p.Label), p.Reason)
		}
		if err := t.write(w); err != nil {
			return err
		}
	}
	for _, id := range out.Unbilled {
		if _, err := fmt.Fprintln(w, "unbilled  ", id); err != nil {
			return err
		}
	}
	return nil
}
