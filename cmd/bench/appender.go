package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/cainiao"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/inbox"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

const (
	linkSecret  = "a secret of LINK"
	linkPartner = "CP0001"
	linkSender  = "CNCTP"
)

// runAppender is the process that takes callbacks in: the API's own handler, the inbox and the
// store, without the worker that reads them later. profile is a file or empty.
func runAppender(ctx context.Context, address, profile string) error {
	db, err := store.Open(ctx, store.Options{URL: address})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	handler, path, err := callbackHandler(db)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	defer func() { _ = srv.Close() }()
	go func() { _ = srv.Serve(ln) }() // ends by Close
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if _, err := fmt.Fprintf(os.Stdout, "callbacks %s %s\n", ln.Addr(), path); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// callbackHandler is the API over one account of Cainiao, and the path that it pushes to.
func callbackHandler(db *store.DB) (http.Handler, string, error) {
	logger := slog.New(slog.DiscardHandler)
	spec := cainiao.Spec()
	settings := fmt.Sprintf("logistic_provider_id: %s\nlink_secret: %s\nfrom_code: %s\n", linkPartner, linkSecret, linkSender)
	adapter, err := spec.New([]byte(settings), adapters.Deps{HTTP: &http.Client{}, Logger: logger})
	if err != nil {
		return nil, "", err
	}
	id := accounts.ID("bench", spec.Code, "main")
	a := &accounts.Account{ID: id, Tenant: "bench", Name: "main", Adapter: spec.Code, Default: true, Enabled: true,
		CallbackToken: accounts.CallbackToken(db.Meta().DataKey, id, 0), Spec: spec, Ops: adapters.OpsOf(adapter)}
	registry, err := accounts.NewRegistry([]adapters.Spec{spec}, []*accounts.Account{a})
	if err != nil {
		return nil, "", err
	}
	in, err := inbox.New(inbox.Deps{Registry: registry, Store: db, Logger: logger})
	if err != nil {
		return nil, "", err
	}
	return httpapi.New(httpapi.Deps{Registry: registry, Store: db, Inbox: in, Logger: logger, Version: "bench"}), "/callbacks/" + spec.Code + "/" + a.CallbackToken, nil
}

// callbackBody is a scan of Cainiao's, with its digest, in about 1 KiB.
func callbackBody(n int) []byte {
	scan := `{"time":"2026-11-21 08:00:00","timeZone":"+08:00","actionCode":"PU_PICKUP_SUCCESS","desc":"Received by logistics company"}`
	message := fmt.Sprintf(`{"orderCode":"LP%014d","trackingNumber":"LP%014dCN","traceDetailList":[%s,%s,%s]}`, n, n, scan, scan, scan)
	sum := md5.Sum([]byte(message + linkSecret))
	return []byte(url.Values{"msg_type": {"cnge.track.push"}, "partner_code": {linkPartner}, "from_code": {linkSender},
		"logistics_interface": {message}, "data_digest": {base64.StdEncoding.EncodeToString(sum[:])}}.Encode())
}

// bodies are as many different ones as matter.
const bodies = 256

// appender is the process that takes callbacks in, and the senders to it.
type appender struct {
	*child
	requests [][]byte
	conns    []*sender
}

// sender is a connection that is kept. It writes requests as bytes, since the client of
// net/http would take more of the CPUs than what is measured.
type sender struct {
	conn net.Conn
	in   *bufio.Reader
}

func startAppender(ctx context.Context, self, address, profile string, senders int) (*appender, error) {
	c, err := start(ctx, "the gateway's inbox", nil, self, modeAppender, address, profile)
	if err != nil {
		return nil, err
	}
	a := &appender{child: c}
	line, err := c.expect("callbacks ")
	if err != nil {
		a.close()
		return nil, err
	}
	host, path, _ := strings.Cut(line, " ")
	a.requests = requestsTo(host, path)
	for range senders {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
		if err != nil {
			a.close()
			return nil, err
		}
		a.conns = append(a.conns, &sender{conn, bufio.NewReader(conn)})
	}
	return a, nil
}

func requestsTo(host, path string) [][]byte {
	out := make([][]byte, bodies)
	for i := range out {
		b := callbackBody(i)
		out[i] = fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: LINK\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: %d\r\n\r\n%s",
			path, host, len(b), b)
	}
	return out
}

func (a *appender) close() {
	for _, s := range a.conns {
		_ = s.conn.Close()
	}
	a.stop()
}

// sendLimit bounds one callback, from its first byte to its answer.
const sendLimit = 10 * time.Second

// send makes one request, which must be acknowledged in Cainiao's words.
func (s *sender) send(request []byte) error {
	if err := s.conn.SetDeadline(time.Now().Add(sendLimit)); err != nil {
		return err
	}
	if _, err := s.conn.Write(request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(s.in, nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err == nil && (resp.StatusCode != http.StatusOK || !bytes.Contains(b, []byte(`"success":true`))) {
		err = fmt.Errorf("a callback was answered with %d %s", resp.StatusCode, b)
	}
	return err
}

// round sends n callbacks by all senders, each waiting for its answer before it sends again.
func (a *appender) round(ctx context.Context, n int) (appended, error) {
	before, err := a.cpu()
	if err != nil {
		return appended{}, err
	}
	took := make([]time.Duration, n)
	errs := make([]error, len(a.conns))
	var next atomic.Int64
	var work sync.WaitGroup
	begin := time.Now()
	for i, s := range a.conns {
		work.Go(func() {
			for at := next.Add(1) - 1; at < int64(n) && errs[i] == nil && ctx.Err() == nil; at = next.Add(1) - 1 {
				sent := time.Now()
				errs[i] = s.send(a.requests[at%bodies])
				took[at] = time.Since(sent)
			}
		})
	}
	work.Wait()
	wall := time.Since(begin)
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		return appended{}, err
	}
	after, err := a.cpu()
	return appended{round{(after - before) / time.Duration(n), wall, n}, p99(took)}, err
}
