package main

import (
	"io"
)

// pushReport is the one line that a run of pushes prints.
type pushReport struct {
	head
	Messages   int            `json:"messages"`
	Scans      int            `json:"scans"` // each with one effect
	Parcels    int            `json:"parcels"`
	Carriers   map[string]int `json:"carriers"` // messages
	Duplicates int            `json:"duplicates"`
	Garbage    int            `json:"garbage"`
	Forged     int            `json:"forged"`
	Kills      int64          `json:"kills"`

	Sends      int         `json:"sends"`
	Unanswered int         `json:"sends_unanswered"`
	Ack        spans       `json:"ack"`          // outside of restarts
	Restarting int         `json:"ack_excluded"` // answers by a gateway that had just come up
	SendMS     int64       `json:"sending_ms"`   // until the last acknowledgement
	DrainMS    int64       `json:"draining_ms"`  // from then until everything was told
	AckRate    int         `json:"acks_per_s"`   // while sending
	TellRate   int         `json:"scans_per_s"`  // from the first message until everything was told
	CPUBusy    int         `json:"cpu_busy_pct"` // of the machine, while sending; -1 where it cannot be read
	Filed      filedCounts `json:"inbox"`

	Deliveries int `json:"deliveries"`
	Repeats    int `json:"repeats"` // deliveries of what had been done
	Failures   int `json:"subscriber_failures"`
	Restarts   int `json:"subscriber_restarts"`
}

// filedCounts are messages of the inbox that are not done.
type filedCounts struct {
	Quarantined int `json:"quarantined"`
	Refused     int `json:"refused"`
	Unmatched   int `json:"unmatched"`
	Received    int `json:"received"`
}

func (r *pushReport) fillSending(s *sender) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Sends, r.Unanswered, r.Restarting = s.sends, s.unanswered, s.restarting
	if len(s.acks) > 0 {
		r.Ack = spansOf(s.acks)
	}
	r.AckRate = perSecond(s.sends-s.unanswered, r.SendMS)
	r.TellRate = perSecond(s.stage.sink.told(), r.SendMS+r.DrainMS)
}

func perSecond(n int, ms int64) int { return int(int64(n) * 1000 / max(ms, 1)) }

func (r *pushReport) fillPlay(e *evidence) {
	p := e.play
	r.Messages, r.Scans, r.Parcels = len(p.messages), len(p.scans), len(p.parcels)
	r.Garbage, r.Forged = p.count(garbage), p.count(forged)
	r.Duplicates = p.count(news) - len(p.scans)
	r.Carriers = map[string]int{}
	for _, m := range p.messages {
		r.Carriers[m.of.parcel.carrier.Code]++
	}
	r.Filed = filedCounts{Quarantined: len(e.inbox["quarantined"]), Refused: len(e.inbox["refused"]),
		Unmatched: len(e.inbox["unmatched"]), Received: len(e.inbox["received"])}
	s := e.sink
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Deliveries, r.Repeats, r.Failures, r.Restarts = s.got, s.repeats, s.failures, s.restarts
}

func (r *pushReport) print(out, err io.Writer) error { return r.printLine(out, err, r) }

// processorTimes are what the machine's cores have done so far, in ticks.
type processorTimes struct{ busy, all int64 }

// busyShare is how busy the machine was between two moments, in percent.
func busyShare(from, to processorTimes) int {
	if to.all <= from.all {
		return -1
	}
	return int((to.busy - from.busy) * 100 / (to.all - from.all))
}
