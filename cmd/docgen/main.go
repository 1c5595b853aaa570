// Command docgen writes the tables of the documentation from the code that they describe:
// what each carrier can do, its channels, its purchase class, and every setting.
//
//	go run ./cmd/docgen          writes them (make generate)
//	go run ./cmd/docgen -check   fails where they are stale
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/crossdock-hub/crossdock/adapters/all"
	"github.com/crossdock-hub/crossdock/configs"
)

// The files that hold generated text, below the root of the module.
const (
	readmeFile   = "README.md"
	settingsFile = "configs/zz_gen_settings.md"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "docgen: "+err.Error())
		os.Exit(1)
	}
}

func run(args []string) error {
	fs := flag.NewFlagSet("docgen", flag.ContinueOnError)
	root := fs.String("root", ".", "folder of the module")
	check := fs.Bool("check", false, "write nothing, and fail where a file is stale")
	if err := fs.Parse(args); err != nil {
		return err
	}
	files, err := generate(*root)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range []string{readmeFile, settingsFile} {
		path := filepath.Join(*root, name)
		if *check {
			errs = append(errs, current(path, name, files[name]))
		} else {
			errs = append(errs, os.WriteFile(path, files[name], 0o644))
		}
	}
	return errors.Join(errs...)
}

// generate returns the files as they should be, by their names.
func generate(root string) (map[string][]byte, error) {
	readme, err := os.ReadFile(filepath.Join(root, readmeFile))
	if err != nil {
		return nil, err
	}
	specs := all.Specs()
	for name, text := range map[string]string{
		"capabilities": capabilities(specs), "channels": channels(specs), "purchases": purchases(specs),
		"statuses": statuses(specs),
	} {
		if readme, err = replaceBlock(readme, name, text); err != nil {
			return nil, fmt.Errorf("%s: %w", readmeFile, err)
		}
	}
	return map[string][]byte{readmeFile: readme, settingsFile: settings(configs.Fields(), specs)}, nil
}

// current tells whether a file is as it should be.
func current(path, name string, want []byte) error {
	got, err := os.ReadFile(path)
	if err == nil && string(got) == string(want) {
		return nil
	}
	return fmt.Errorf("%s is stale: run make generate", name)
}
