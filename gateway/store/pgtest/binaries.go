package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// oldest is the first major version that we use.
const oldest = 15

// folders are where packages put the binaries; the newest version is tried first.
var folders = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/usr/local/bin",
	"/usr/libexec/postgresql*", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
}

// binaries finds the folder of initdb and postgres, or has them installed.
func binaries() (string, error) {
	found, err := find()
	if err == nil {
		return found, nil
	}
	if e := install(); e != nil {
		return "", errors.Join(err, e)
	}
	return find()
}

func find() (string, error) {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(p))
	}
	for _, pattern := range folders {
		more, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		for i := len(more) - 1; i >= 0; i-- {
			dirs = append(dirs, more[i])
		}
	}
	errs := []error{errors.New("no binaries of PostgreSQL were found")}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
			continue
		}
		v, err := version(filepath.Join(dir, "postgres"))
		if err == nil && v >= oldest {
			return dir, nil
		}
		if err == nil {
			err = fmt.Errorf("%s has version %d", dir, v)
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}

var majorVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

func version(postgres string) (int, error) {
	out, err := exec.Command(postgres, "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("%s --version: %w", postgres, err)
	}
	m := majorVersion.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("%s tells no version", postgres)
	}
	return strconv.Atoi(string(m[1]))
}

// clusterConf keeps Debian's packages from making and starting a server of the machine's own.
const clusterConf = "/etc/postgresql-common/createcluster.conf"

// install asks the system's package manager, where it may.
func install() error {
	if os.Geteuid() != 0 {
		return errors.New("not root, so nothing is installed")
	}
	apt, err := exec.LookPath("apt-get")
	if err != nil {
		return errors.New("no apt-get to install it with")
	}
	if _, err := os.Stat(clusterConf); errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(clusterConf), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(clusterConf, []byte("create_main_cluster = false\n"), 0o644); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	for _, args := range [][]string{
		{"update", "-q"},
		{"install", "-y", "-q", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", "postgresql"},
	} {
		// Several test binaries may come at once; apt-get waits for its lock.
		cmd := exec.CommandContext(ctx, apt, append([]string{"-o", "DPkg::Lock::Timeout=300"}, args...)...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, tail(out))
		}
	}
	return nil
}

// tail is the end of an output, enough to see what went wrong.
func tail(out []byte) []byte { return out[max(0, len(out)-2000):] }
