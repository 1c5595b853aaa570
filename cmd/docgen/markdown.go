package main

import "strings"

// table is a table in Markdown.
type table struct {
	head []string
	rows [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// String writes the table. Cells may hold anything but a line's end.
func (t *table) String() string {
	var b strings.Builder
	write := func(cells []string) {
		b.WriteString("|")
		for _, c := range cells {
			b.WriteString(" " + cellText.Replace(c) + " |")
		}
		b.WriteString("\n")
	}
	write(t.head)
	b.WriteString("|" + strings.Repeat("---|", len(t.head)) + "\n")
	for _, r := range t.rows {
		write(r)
	}
	return b.String()
}

var cellText = strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;")

// code sets words in the font of code, each by itself.
func code(words ...string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "`" + w + "`"
	}
	return strings.Join(out, ", ")
}
