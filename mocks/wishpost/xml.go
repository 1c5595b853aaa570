package wishpost

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// node is an XML element, read or to be written. The platform's clients differ in roots and in
// the case of names, so that nothing stricter fits.
type node struct {
	name     string
	attrs    []string // name, value, name, value
	text     string
	children []node
}

const maxDepth = 12

// readXML reads one element with all that is in it.
func readXML(body []byte) (node, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			return node{}, err
		}
		if start, ok := token.(xml.StartElement); ok {
			n, err := readNode(d, start, 0)
			if err != nil {
				return node{}, err
			}
			return n, onlySpace(d)
		}
	}
}

// onlySpace fails where anything follows the root.
func onlySpace(d *xml.Decoder) error {
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if _, element := token.(xml.StartElement); err != nil || element {
			return errors.New("more than one root")
		}
	}
}

func readNode(d *xml.Decoder, start xml.StartElement, depth int) (node, error) {
	n := node{name: start.Name.Local}
	if depth > maxDepth {
		return n, errors.New("too deep")
	}
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return n, err
		}
		switch v := token.(type) {
		case xml.StartElement:
			child, err := readNode(d, v, depth+1)
			if err != nil {
				return n, err
			}
			n.children = append(n.children, child)
		case xml.CharData:
			text.Write(v)
		case xml.EndElement:
			n.text = strings.TrimSpace(text.String())
			return n, nil
		}
	}
}

// get is the text of the first child of this name, "" if there is none.
func (n node) get(name string) string {
	for _, c := range n.children {
		if c.name == name {
			return c.text
		}
	}
	return ""
}

// all are the children of this name.
func (n node) all(name string) []node {
	var out []node
	for _, c := range n.children {
		if c.name == name {
			out = append(out, c)
		}
	}
	return out
}

// leaf is an element with text alone.
func leaf(name, text string, attrs ...string) node {
	return node{name: name, text: text, attrs: attrs}
}

// write appends the element.
func (n node) write(out *bytes.Buffer) {
	out.WriteString("<" + n.name)
	for i := 0; i+1 < len(n.attrs); i += 2 {
		out.WriteString(" " + n.attrs[i] + `="`)
		xml.EscapeText(out, []byte(n.attrs[i+1])) // a buffer takes all
		out.WriteString(`"`)
	}
	out.WriteString(">")
	xml.EscapeText(out, []byte(n.text))
	for _, c := range n.children {
		c.write(out)
	}
	out.WriteString("</" + n.name + ">")
}
