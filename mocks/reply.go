package mocks

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
)

// reply is a carrier's answer before it is sent, so that a fault can still spoil it.
type reply struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func newReply() *reply { return &reply{header: http.Header{}} }

func (p *reply) Header() http.Header { return p.header }

func (p *reply) WriteHeader(status int) {
	if p.status == 0 {
		p.status = status
	}
}

func (p *reply) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	return p.body.Write(b)
}

// head writes status and headers with the length of the whole body.
func (p *reply) head(w http.ResponseWriter) {
	p.WriteHeader(http.StatusOK)
	for k, v := range p.header {
		w.Header()[k] = v
	}
	if p.body.Len() > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(p.body.Len()))
	}
	w.WriteHeader(p.status)
}

func (p *reply) send(w http.ResponseWriter) {
	p.head(w)
	w.Write(p.body.Bytes()) // a caller who left is not our fault
}

// sendHalf promises the whole body and breaks off in its middle.
func (p *reply) sendHalf(w http.ResponseWriter) {
	if p.body.Len() < 2 {
		cut(w)
		return
	}
	p.head(w)
	w.Write(p.body.Bytes()[:p.body.Len()/2])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// cut breaks the connection before a byte of the reply: a reset on a TCP connection, an
// abort elsewhere.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) // Close sends RST
	}
	conn.Close()
}

// proxyPage answers as something in front of the carrier would: not in the carrier's form.
func proxyPage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	text := http.StatusText(status)
	fmt.Fprintf(w, "<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d %s</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n",
		status, text, status, text)
}
