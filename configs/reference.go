package configs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// maxSecretFile bounds a file that ${file:P} names; keys and certificates are smaller.
const maxSecretFile = 64 << 10

var (
	reference   = regexp.MustCompile(`\$?\$\{[^}]*\}`)
	wellFormed  = regexp.MustCompile(`^\$\{(env|file):([^}]+)\}$`)
	errTooLarge = fmt.Errorf("is larger than %d bytes", maxSecretFile)
)

// resolver replaces ${env:X} and ${file:P} in the texts of the tree.
type resolver struct {
	faults *faults
	vars   map[string]string
	dir    string // where relative paths begin: the folder of the configuration file
}

// resolve replaces the references below n. What comes out is not read again, and $${ is
// a plain ${.
func (r resolver) resolve(n *node, path string) {
	for i, v := range n.vals {
		at := fmt.Sprintf("%s[%d]", path, i)
		if n.kind == mappingKind {
			at = join(path, n.keys[i])
		}
		r.resolve(v, at)
	}
	if n.kind != scalarKind || !strings.Contains(n.text, "${") {
		return
	}
	n.plain = false
	n.text = reference.ReplaceAllStringFunc(n.text, func(ref string) string {
		if escaped, ok := strings.CutPrefix(ref, "$$"); ok {
			return "$" + escaped
		}
		text, err := r.lookup(ref)
		if err != nil {
			r.faults.add(n, path, "%s", err)
		}
		return text
	})
}

func (r resolver) lookup(ref string) (string, error) {
	m := wellFormed.FindStringSubmatch(ref)
	if m == nil {
		return "", errors.New("a reference is ${env:NAME} or ${file:PATH}; write $${ for a plain ${")
	}
	if m[1] == "env" {
		v, ok := r.vars[m[2]]
		if !ok || v == "" {
			return "", fmt.Errorf("the environment variable %s is not set", m[2])
		}
		return v, nil
	}
	text, err := readSecret(filepath.Join(r.base(m[2]), m[2]))
	if err != nil {
		return "", fmt.Errorf("the file %s %w", m[2], err)
	}
	return text, nil
}

func (r resolver) base(path string) string {
	if filepath.IsAbs(path) {
		return ""
	}
	return r.dir
}

// readSecret reads a small file and cuts the newline that editors put at its end.
func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", bareCause(err))
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", bareCause(err))
	}
	if len(b) > maxSecretFile {
		return "", errTooLarge
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if text == "" {
		return "", errors.New("is empty")
	}
	return text, nil
}

// bareCause drops the path that *os.PathError repeats.
func bareCause(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}
