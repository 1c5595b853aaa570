package main

import (
	"bytes"
	"fmt"
)

// replaceBlock puts text between the marks of a block:
//
//	<!-- generated: NAME, by make generate; do not edit -->
//	<!-- end: NAME -->
func replaceBlock(doc []byte, name, text string) ([]byte, error) {
	begin := fmt.Appendf(nil, "<!-- generated: %s, by make generate; do not edit -->\n", name)
	end := fmt.Appendf(nil, "<!-- end: %s -->\n", name)
	from := bytes.Index(doc, begin)
	if from < 0 || bytes.Count(doc, begin) != 1 {
		return nil, fmt.Errorf("must hold this line once: %s", bytes.TrimSpace(begin))
	}
	from += len(begin)
	to := bytes.Index(doc[from:], end)
	if to < 0 {
		return nil, fmt.Errorf("must hold this line after the beginning of the block: %s", bytes.TrimSpace(end))
	}
	out := append([]byte{}, doc[:from]...)
	out = append(out, text...)
	return append(out, doc[from+to:]...), nil
}
