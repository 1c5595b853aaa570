package httpapi

import "github.com/crossdock-hub/crossdock/gateway/store"

type documentOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte `contentType:"application/octet-stream"`
}

// documentBytes serves a paper as an attachment of its own type, never to be sniffed.
func documentBytes(d store.Document) *documentOutput {
	return &documentOutput{ContentType: contentType(d.Format), Disposition: disposition(string(d.Type) + "-" + d.ID + "." + d.Format), Body: d.Data}
}
