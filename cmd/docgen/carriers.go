package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// levels are the words of the matrix.
var levels = map[adapters.Level]string{adapters.LevelCan: "yes", adapters.LevelCannot: "no", adapters.LevelNotYet: "not yet"}

// capabilities is the matrix of carriers and operations, and the words behind each cell.
func capabilities(specs []adapters.Spec) string {
	t := table{head: []string{"carrier"}}
	for _, op := range adapters.Operations() {
		t.head = append(t.head, strings.ReplaceAll(string(op), "_", " "))
	}
	why := table{head: []string{"carrier", "operation", "", "how far, or why not"}}
	for _, s := range specs {
		row := []string{code(s.Code)}
		for _, op := range adapters.Operations() {
			support := s.Support[op]
			row = append(row, levels[support.Level])
			if support.Level != "" {
				why.add(code(s.Code), strings.ReplaceAll(string(op), "_", " "), levels[support.Level], support.Reason)
			}
		}
		t.add(row...)
	}
	for _, row := range t.rows {
		for i, cell := range row {
			if cell == "" {
				row[i] = levels[adapters.LevelCannot] // what a carrier does not list, it has not
			}
		}
	}
	return t.String() + "\n<details><summary>How far each goes, and why not</summary>\n\n" + why.String() + "\n</details>\n"
}

// channels lists every service of every carrier.
func channels(specs []adapters.Spec) string {
	t := table{head: []string{"channel", "service", "kind", "mode", "orders of", "priced by", "a parcel up to", "parcels"}}
	for _, s := range specs {
		for _, v := range s.Services {
			platforms := "any platform"
			if len(v.Platforms) > 0 {
				platforms = strings.Join(v.Platforms, ", ")
			}
			t.add(code(s.Channel(v.Name)), v.Title, word(v.Kind), mode(v), platforms, pricedBy(s, v),
				upTo(v.Requirements.MaxWeight), count(v.Requirements.MaxParcels))
		}
	}
	return t.String()
}

func word(s string) string { return strings.ReplaceAll(s, "_", " ") }

// mode is how a service carries, which one that only tracks does not.
func mode(v adapters.Service) string {
	if !v.Carries() {
		return "-"
	}
	return word(v.Mode)
}

func pricedBy(s adapters.Spec, v adapters.Service) string {
	switch {
	case v.Kind == "inbound":
		return "its inbound plan"
	case !v.Carries():
		return "nothing, it only tracks"
	case v.CardPriced:
		return "a rate card"
	case s.Support[adapters.OpRate].Level == adapters.LevelCan:
		return "a live quote"
	default:
		return "-"
	}
}

func upTo(w normalize.Weight) string {
	if w == 0 {
		return "-"
	}
	return w.In(normalize.Kilogram) + " kg"
}

func count(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

// statuses lists the tables by which scans are read.
func statuses(specs []adapters.Spec) string {
	t := table{head: []string{"carrier", "reads", "known", "source", "read on"}}
	for _, s := range specs {
		if v := s.Statuses; len(v.Codes) > 0 {
			t.add(code(s.Code), map[string]string{adapters.ReadsCode: "codes", adapters.ReadsWords: "words"}[v.Reads],
				fmt.Sprint(len(v.Codes)), v.Source, string(v.Date))
		}
	}
	return t.String()
}

// purchases tells the class of each carrier against buying twice, and of services that are
// sold otherwise.
func purchases(specs []adapters.Spec) string {
	t := table{head: []string{"what", "class", "because", "a lost purchase may appear for", "source"}}
	for _, s := range specs {
		if s.OnlyTracks() {
			continue
		}
		addPurchase(&t, code(s.Code), s.Purchase)
		own := map[string][]string{} // services by the words of their class, in order
		var order []string
		for _, v := range s.Services {
			if v.Purchase == nil {
				continue
			}
			key := fmt.Sprintf("%+v", *v.Purchase)
			if own[key] == nil {
				order = append(order, key)
			}
			own[key] = append(own[key], v.Name)
		}
		for _, key := range order {
			var names []string
			for _, name := range own[key] {
				names = append(names, s.Channel(name))
			}
			addPurchase(&t, code(names...), s.PurchaseOf(own[key][0]))
		}
	}
	return t.String()
}

func addPurchase(t *table, what string, p adapters.Purchase) {
	class := string(p.Class)
	if class == "" {
		class = string(adapters.ClassE) // unknown is never sent again
	}
	t.add(what, class, p.Reason, span(p.QuietPeriod), p.Source)
}

func span(d time.Duration) string {
	switch {
	case d == 0:
		return "-"
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	default:
		return fmt.Sprintf("%d s", d/time.Second)
	}
}
