package mocks

import (
	"net/http"
	"slices"
)

func (s *Sandbox) postFault(w http.ResponseWriter, r *http.Request) {
	var f Fault
	if !read(w, r, &f) {
		return
	}
	b := s.now.Load()
	if field, problem := f.check(b.codes()); field != "" {
		refuse(w, http.StatusUnprocessableEntity, field, problem)
		return
	}
	id := b.faults.add(f)
	if id == "" {
		refuse(w, http.StatusUnprocessableEntity, "", "too many faults; delete some")
		return
	}
	answer(w, map[string]string{"id": id})
}

func (s *Sandbox) getFaults(w http.ResponseWriter, _ *http.Request) {
	answer(w, page[Fault]{s.now.Load().faults.all()})
}

func (s *Sandbox) getFault(w http.ResponseWriter, r *http.Request) {
	all := s.now.Load().faults.all()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.ID == r.PathValue("id") })
	if i < 0 {
		refuse(w, http.StatusNotFound, "", "no fault of this id")
		return
	}
	answer(w, all[i])
}

// deleteFaults serves both forms: with an id one fault, without all.
func (s *Sandbox) deleteFaults(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	n := s.now.Load().faults.remove(id)
	if id != "" && n == 0 {
		refuse(w, http.StatusNotFound, "", "no fault of this id")
		return
	}
	answer(w, map[string]int{"deleted": n})
}
