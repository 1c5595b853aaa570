package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
	"github.com/crossdock-hub/crossdock/mocks/cainiao"
	"github.com/crossdock-hub/crossdock/mocks/dhlexpress"
	"github.com/crossdock-hub/crossdock/mocks/yanwen"
)

// fleet are the five carriers, each with an address of its own: the simulators, which answer
// from memory in the carrier's wire format and check what they are sent. Carriers with a
// live quote are fewer than five, so that two of them are there twice.
var fleet = []mocks.Maker{yanwen.New, dhlexpress.New, cainiao.New, yanwen.New, dhlexpress.New}

// carriers is the process of the five. It prints what each published, then "ready".
func carriers(ctx context.Context) error {
	published := make([]mocks.PublishedAccount, len(fleet))
	for i, maker := range fleet {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		box := mocks.New(mocks.Options{RequestsPerSecond: -1}, maker)
		defer box.Close()
		srv := &http.Server{Handler: box, ReadHeaderTimeout: 5 * time.Second}
		defer func() { _ = srv.Close() }()
		go func() { _ = srv.Serve(ln) }() // ends by Close
		published[i] = box.Accounts("http://" + ln.Addr().String())[0]
	}
	b, err := json.Marshal(published)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(os.Stdout, "published %s\nready\n", b); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
