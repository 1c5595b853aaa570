package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// server is a PostgreSQL that we started.
type server struct {
	url  string
	dir  string
	cmd  *exec.Cmd
	life io.WriteCloser // the server lives as long as this is open
	done chan error
}

const (
	startTime = time.Minute
	stopTime  = 30 * time.Second
)

// guard starts the server in the folder $0. Each line of its standard input restarts it as
// pg_ctl -m immediate does; when the input ends it stops the server and removes the folder:
// when we say so, and also when the test binary dies without a word.
const guard = `"$@" & pid=$!; while read -r _; do kill -QUIT $pid; wait $pid; "$@" & pid=$!; done; kill -QUIT $pid; wait $pid; rm -rf "$0"`

// startServer makes a cluster and starts it. A port that is free now may be taken a moment
// later, so that there are some tries.
func startServer(bin string) (*server, error) {
	var errs []error
	for range 3 {
		s, err := tryServer(bin)
		if err == nil {
			return s, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

func tryServer(bin string) (*server, error) {
	dir, err := os.MkdirTemp("", "crossdock-pg-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir}
	attr, err := unprivileged(dir)
	var password string
	if err == nil {
		password, err = initCluster(bin, dir, attr)
	}
	if err == nil {
		err = s.launch(bin, password, attr)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// unprivileged gives the folder to a user that is not root, as PostgreSQL demands.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
			return nil, err
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, errors.New("root may not run PostgreSQL, and there is neither a user postgres nor nobody")
}

func initCluster(bin, dir string, attr *syscall.SysProcAttr) (password string, err error) {
	password = rand.Text()
	file := filepath.Join(dir, "password")
	if err := os.WriteFile(file, []byte(password), 0o644); err != nil {
		return "", err
	}
	cmd := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "crossdock",
		"-A", "scram-sha-256", "--pwfile", file, "--no-locale", "-E", "UTF8", "--no-sync")
	cmd.Dir, cmd.SysProcAttr = dir, attr
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, tail(out))
	}
	return password, os.Remove(file)
}

func (s *server) launch(bin, password string, attr *syscall.SysProcAttr) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd = exec.Command("sh", "-c", guard, s.dir, filepath.Join(bin, "postgres"), "-D", filepath.Join(s.dir, "data"),
		"-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "max_wal_size=256MB")
	s.cmd.Dir, s.cmd.SysProcAttr, s.cmd.Stdout, s.cmd.Stderr = "/", attr, log, log
	life, err := s.cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.life, s.done = life, make(chan error, 1)
	go func() { s.done <- s.cmd.Wait() }()
	u := url.URL{Scheme: "postgres", User: url.UserPassword("crossdock", password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), Path: "/postgres", RawQuery: "sslmode=disable"}
	s.url = u.String()
	if err := s.await(); err != nil {
		out, _ := os.ReadFile(log.Name()) // only to explain the error
		return errors.Join(fmt.Errorf("start PostgreSQL: %w\n%s", err, tail(out)), s.end())
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// await returns when the server answers.
func (s *server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

// end stops the process and waits for it.
func (s *server) end() error {
	if err := s.life.Close(); err != nil {
		return err
	}
	select {
	case <-s.done: // by the signal, and nothing in the folder is wanted any more
		return nil
	case <-time.After(stopTime):
		return errors.New("PostgreSQL does not stop")
	}
}

func (s *server) stop() error { return errors.Join(s.end(), os.RemoveAll(s.dir)) }
