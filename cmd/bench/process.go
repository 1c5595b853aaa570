package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	startLimit = 30 * time.Second
	stopLimit  = 10 * time.Second
	// tick is the unit of /proc/PID/stat: 10 ms on every Linux that Go runs on.
	tick = 10 * time.Millisecond
)

// child is a process of ours. It is ended by its own id and no other way.
type child struct {
	name   string
	cmd    *exec.Cmd
	lines  chan string
	stderr *tail
}

// tail keeps the last bytes of what a process complained of.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if over := len(t.b) - 4096; over > 0 {
		t.b = t.b[over:]
	}
	return len(p), nil
}

// start runs a program whose lines of standard output are read one by one.
func start(ctx context.Context, name string, env []string, program string, args ...string) (*child, error) {
	c := &child{name: name, cmd: exec.CommandContext(ctx, program, args...), lines: make(chan string, 16), stderr: &tail{}}
	c.cmd.Env, c.cmd.Stderr = append(os.Environ(), env...), c.stderr
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(syscall.SIGTERM) }
	c.cmd.WaitDelay = stopLimit
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	go func() {
		defer close(c.lines)
		for sc := bufio.NewScanner(out); sc.Scan(); {
			c.lines <- sc.Text()
		}
		_, _ = io.Copy(io.Discard, out) // a line longer than a scanner takes
	}()
	return c, nil
}

// expect returns what follows prefix on the next line that begins with it.
func (c *child) expect(prefix string) (string, error) {
	limit := time.After(startLimit)
	for {
		select {
		case line, open := <-c.lines:
			if !open {
				return "", fmt.Errorf("%s ended: %w\n%s", c.name, errors.Join(c.cmd.Wait(), errors.New("before it was ready")), c.stderr.b)
			}
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return rest, nil
			}
		case <-limit:
			return "", fmt.Errorf("%s was not ready within %s", c.name, startLimit)
		}
	}
}

// stop asks the process to end, and makes it end where it does not.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	kill := time.AfterFunc(stopLimit, func() { _ = c.cmd.Process.Kill() })
	defer kill.Stop()
	for range c.lines { // the reader ends with the process
	}
	_ = c.cmd.Wait() // how it ended says nothing of what was measured
}

// cpu is the time that all threads of the process have used so far.
func (c *child) cpu() (time.Duration, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(c.cmd.Process.Pid) + "/stat")
	if err != nil {
		return 0, fmt.Errorf("the CPU time of %s cannot be read (this needs Linux): %w", c.name, err)
	}
	return parseStat(string(b))
}

// parseStat reads utime and stime, fields 14 and 15. The name, field 2, may hold blanks.
func parseStat(stat string) (time.Duration, error) {
	at := strings.LastIndexByte(stat, ')')
	if at < 0 {
		return 0, errors.New("no process status")
	}
	fields := strings.Fields(stat[at+1:])
	if len(fields) < 13 {
		return 0, errors.New("a short process status")
	}
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, errors.New("a process status without times")
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}
