package amazonfba

import (
	"net/http"
	"slices"
	"time"
)

const maxOperations = 100_000

// operation is work that a call started. Its outcome is decided when it starts; that and its
// effect can be seen when it ends.
type operation struct {
	id, name string
	ends     time.Time
	problems []opProblem
	effect   func()
	ended    bool
}

// opProblem is what an operation has to say. SUCCESS may have warnings.
type opProblem struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Details  string `json:"details"`
	Severity string `json:"severity"`
}

func failure(code, message string) opProblem { return opProblem{code, message, "", "ERROR"} }

type started struct {
	Plan      string `json:"inboundPlanId,omitempty"`
	Operation string `json:"operationId"`
}

// start begins an operation. effect happens at its end, unless one of the problems is an error.
func (c *Carrier) start(name string, now time.Time, problems []opProblem, effect func()) started {
	if problems == nil {
		problems = []opProblem{}
	}
	o := &operation{id: uuid(c.desk.Serial(12)), name: name, ends: now.Add(c.delay), problems: problems, effect: effect}
	if len(c.operations) >= maxOperations {
		c.forget()
	}
	c.operations[o.id] = o
	c.pending = append(c.pending, o)
	c.settle(now)
	return started{Operation: o.id}
}

// forget makes room: what has ended is of no use to anyone by then.
func (c *Carrier) forget() {
	for id, o := range c.operations {
		if o.ended {
			delete(c.operations, id)
		}
	}
}

// settle lets happen what has ended by now. All operations take the same time, so that they end
// in the order of their start.
func (c *Carrier) settle(now time.Time) {
	for len(c.pending) > 0 && !now.Before(c.pending[0].ends) {
		o := c.pending[0]
		c.pending = c.pending[1:]
		o.ended = true
		if !o.failed() && o.effect != nil {
			o.effect()
		}
		o.effect = nil
	}
}

func (o *operation) failed() bool {
	return slices.ContainsFunc(o.problems, func(p opProblem) bool { return p.Severity == "ERROR" })
}

// getOperation is getInboundOperationStatus.
func (c *Carrier) getOperation(in *request) (any, *problem) {
	id := in.PathValue("operationId")
	if len(id) < 36 || len(id) > 38 {
		return nil, bad("The operationId is malformed.")
	}
	o := c.operations[id]
	if o == nil {
		return nil, &problem{http.StatusNotFound, "NotFound", "The requested operation does not exist.", ""}
	}
	out := struct {
		Name     string      `json:"operation"`
		ID       string      `json:"operationId"`
		Status   string      `json:"operationStatus"`
		Problems []opProblem `json:"operationProblems"`
	}{o.name, o.id, "IN_PROGRESS", []opProblem{}}
	switch {
	case o.ended && o.failed():
		out.Status, out.Problems = "FAILED", o.problems
	case o.ended:
		out.Status, out.Problems = "SUCCESS", o.problems
	}
	return out, nil
}

// uuid makes 36 characters of a serial number of 12 digits.
func uuid(serial string) string { return "00000000-0000-4000-8000-" + serial }

// newID makes 38 characters: two letters of what it is, and a UUID.
func (c *Carrier) newID(kind string) string { return kind + uuid(c.desk.Serial(12)) }
