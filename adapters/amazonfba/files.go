package amazonfba

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// fileHosts are where Amazon keeps what it links to. A link to anywhere else is not followed,
// since an answer must not be able to send us round our own network.
var fileHosts = []string{".amazonaws.com", ".amazon.com", ".media-amazon.com"}

// mayFetch tells whether a link is one of Amazon's, or lies on the host that we speak to anyway.
func (c *client) mayFetch(link string) bool {
	u, err := url.Parse(link)
	if err != nil || u.User != nil || u.Host == "" || len(link) > 8192 {
		return false
	}
	if base, err := url.Parse(c.base); err == nil && u.Scheme == base.Scheme && u.Host == base.Host {
		return true
	}
	if u.Scheme != "https" || u.Port() != "" {
		return false
	}
	for _, suffix := range fileHosts {
		if strings.HasSuffix(strings.ToLower(u.Hostname()), suffix) {
			return true
		}
	}
	return false
}

// fetch follows a link. No token goes along: it is the link that is the key.
func (c *client) fetch(ctx context.Context, link string) (data []byte, format string, err error) {
	if !c.mayFetch(link) {
		return nil, "", c.bad("the link to the file is missing, or leads away from Amazon")
	}
	reply, err := c.rest.Do(ctx, rest.Call{Op: op, Method: http.MethodGet, Path: link})
	if err != nil {
		return nil, "", err
	}
	if !reply.OK() {
		// Asking for a new link is right: this one lived for seconds.
		return nil, "", c.rest.Fail(op, normalize.KindUnavailable, reply, "", "the link to the file does not work")
	}
	data, format = unwrap(reply.Body)
	if format == "" {
		return nil, "", c.bad("the file is neither a PDF nor an archive of one")
	}
	return data, format, nil
}

// unwrap tells what a file is. An archive of a single PDF is that PDF; whether Amazon sends
// archives at all is unconfirmed.
func unwrap(b []byte) (data []byte, format string) {
	switch {
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return b, "pdf"
	case bytes.HasPrefix(bytes.TrimSpace(b[:min(len(b), 64)]), []byte("^XA")):
		return b, "zpl"
	case !bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return nil, ""
	}
	archive, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, ""
	}
	if len(archive.File) == 1 && strings.HasSuffix(strings.ToLower(archive.File[0].Name), ".pdf") {
		if pdf, ok := unzip(archive.File[0]); ok && bytes.HasPrefix(pdf, []byte("%PDF-")) {
			return pdf, "pdf"
		}
		return nil, ""
	}
	return b, "zip"
}

func unzip(f *zip.File) ([]byte, bool) {
	r, err := f.Open()
	if err != nil {
		return nil, false
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(io.LimitReader(r, rest.MaxReply+1))
	return b, err == nil && len(b) <= rest.MaxReply
}
