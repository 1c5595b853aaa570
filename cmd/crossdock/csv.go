package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/crossdock-hub/crossdock/gateway/rating"
)

// maxOrders bounds one file; more goes in batches.
const maxOrders = 10_000

// csvOrder is one line of the file, as a rate request.
type csvOrder struct {
	line int
	id   string
	body map[string]any
}

// csvResult is what came of it.
type csvResult struct {
	Line   int             `json:"line"`
	Order  string          `json:"order"`
	Answer json.RawMessage `json:"answer,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// ratesOfCSV compares channels for many orders, four at a time, and shows the best of each.
func ratesOfCSV(c *cobra.Command, path string) error {
	results, err := rateOrders(c, path)
	if err != nil {
		return err
	}
	return showOrders(c, results)
}

// rateOrders asks for the rates of every order of a file, with a bar of how far it has come.
func rateOrders(c *cobra.Command, path string) ([]csvResult, error) {
	orders, err := readOrders(path)
	if err != nil {
		return nil, err
	}
	results := make([]csvResult, len(orders))
	bar := newProgress(c.ErrOrStderr(), len(orders))
	cl := newClient()
	var wg sync.WaitGroup
	next := make(chan int)
	for range 4 {
		wg.Go(func() {
			for i := range next {
				results[i] = rateOrder(c.Context(), cl, orders[i])
				bar.step()
			}
		})
	}
	for i := range orders {
		select {
		case next <- i:
		case <-c.Context().Done():
		}
	}
	close(next)
	wg.Wait()
	bar.finish()
	if err := c.Context().Err(); err != nil {
		return nil, errors.New("interrupted; nothing was bought, run it again")
	}
	return results, nil
}

func rateOrder(ctx context.Context, cl *client, o csvOrder) csvResult {
	out := csvResult{Line: o.line, Order: o.id}
	a, err := cl.do(ctx, http.MethodPost, "/v1/rates", o.body)
	if err != nil {
		out.Error = strings.Join(strings.Fields(err.Error()), " ")
		return out
	}
	out.Answer = a.body
	return out
}

func showOrders(c *cobra.Command, results []csvResult) error {
	bad := 0
	t := table{head: []string{"LINE", "ORDER", "BEST", "TOTAL", "DAYS", "CHANNELS", "NOTE"}, right: []bool{true, false, false, true}}
	for _, r := range results {
		if r.Error != "" {
			bad++
			t.add(fmt.Sprint(r.Line), r.Order, "-", "-", "-", "-", r.Error)
			continue
		}
		var a rating.Answer
		if err := json.Unmarshal(r.Answer, &a); err != nil {
			return err
		}
		addBest(&t, r, a)
	}
	var err error
	if asJSON(c) {
		err = printJSON(c.OutOrStdout(), map[string]any{"data": results})
	} else {
		err = t.write(c.OutOrStdout())
	}
	if err == nil && bad > 0 {
		return fmt.Errorf("%d of %d orders could not be rated", bad, len(results))
	}
	return err
}

func addBest(t *table, r csvResult, a rating.Answer) {
	for _, rate := range a.Rates {
		if a.Recommended.Best != nil && rate.ID == *a.Recommended.Best || a.Recommended.Best == nil {
			t.add(fmt.Sprint(r.Line), r.Order, rate.Channel, rate.Total.String(), fmt.Sprintf("%d-%d", rate.Transit.DaysMin, rate.Transit.DaysMax),
				fmt.Sprint(len(a.Rates)), a.Status)
			return
		}
	}
	t.add(fmt.Sprint(r.Line), r.Order, "-", "-", "-", "0", "no channel serves it")
}

// progress is a bar on a terminal, and nothing elsewhere.
type progress struct {
	w    io.Writer
	mu   sync.Mutex
	done int
	all  int
	on   bool
}

func newProgress(w io.Writer, all int) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, all: all, on: ok && term.IsTerminal(int(f.Fd()))}
}

const barWidth = 40

func (p *progress) step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if !p.on {
		return
	}
	full := barWidth * p.done / p.all
	_, _ = fmt.Fprintf(p.w, "\r[%s%s] %d of %d", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), p.done, p.all)
}

func (p *progress) finish() {
	if p.on {
		_, _ = fmt.Fprintln(p.w)
	}
}

func readOrders(path string) ([]csvOrder, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usageError{err}
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.Comment = '#'
	r.FieldsPerRecord = 0
	head, err := r.Read()
	if err != nil {
		return nil, usage("%s has no header line: %w", path, err)
	}
	var out []csvOrder
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, usageError{fmt.Errorf("%s: %w", path, err)}
		}
		line, _ := r.FieldPos(0)
		o, err := orderOf(head, row)
		if err != nil {
			return nil, usage("%s line %d: %w", path, line, err)
		}
		o.line = line
		if out = append(out, o); len(out) > maxOrders {
			return nil, usage("%s holds more than %d orders", path, maxOrders)
		}
	}
	if len(out) == 0 {
		return nil, usage("%s holds no order", path)
	}
	return out, nil
}
