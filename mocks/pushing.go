package mocks

// Pushing is a carrier of the sandbox that pushes, with what one needs to send its messages
// in its stead: to a gateway under test, a hundred thousand of them, in any order.
type Pushing struct {
	Pusher
	Code, Account string
	Secret        string // what the carrier signs with, or shows; empty where it has none
	Signed        bool   // the secret covers what is said
	URL           string // where the messages go; empty until a gateway has told
}

// Pushing returns the carriers that push, sorted by code.
func (s *Sandbox) Pushing() []Pushing {
	var out []Pushing
	b := s.now.Load()
	for _, code := range b.codes() {
		c := b.counters[code]
		if p, ok := c.carrier.(Pusher); ok {
			url, _ := s.callbacks.of(code, c.account.ID)
			_, unsigned := p.(Unsigned)
			out = append(out, Pushing{Pusher: p, Code: code, Account: c.account.ID, Secret: c.account.PushSecret,
				Signed: c.account.PushSecret != "" && !unsigned, URL: url})
		}
	}
	return out
}

// Scan adds a raw event to a parcel of a carrier, as POST /_control/scan does, for whoever
// asks the carrier for it. It is false where there is no such carrier, or no room.
func (s *Sandbox) Scan(carrier, number string, scan Scan) bool {
	b := s.now.Load()
	c := b.counters[carrier]
	return c != nil && b.scan(c, number, scan) == nil
}
