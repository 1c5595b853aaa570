package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFolder makes this process the only gateway on a data folder, until the returned file
// is closed or the process ends. SQLite has one writer, and leases found at the start must
// be nobody's.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "serve.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(fmt.Errorf("another gateway runs on the data folder %s; stop it, or give --data another folder", dir), f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the data folder cannot be locked: %w", err), f.Close())
	}
	return f, nil
}
