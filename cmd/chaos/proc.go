package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// readyTime is how long a process may take until it says where it serves.
const readyTime = 60 * time.Second

// process is one that we started, and that ends with us. It is signalled by its own handle
// only, so that no other process is ever hit.
type process struct {
	cmd   *exec.Cmd
	ready chan string   // the address at which it serves, once
	done  chan struct{} // closed when it has ended
	log   *tail
}

// spawner starts processes from one thread that lives as long as we do: the kernel ends a
// child with the thread that started it.
var spawner = sync.OnceValue(func() chan<- func() {
	jobs := make(chan func())
	go func() {
		runtime.LockOSThread()
		for job := range jobs {
			job()
		}
	}()
	return jobs
})

// start runs a program whose standard output says "ready URL" once it serves.
func start(path string, env []string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(path, args...), ready: make(chan string, 1), done: make(chan struct{}), log: &tail{}}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = p.log
	p.cmd.SysProcAttr = dieWithUs()
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	started := make(chan error)
	spawner() <- func() { started <- p.cmd.Start() }
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	go func() {
		defer close(p.done)
		p.read(out)
		_ = p.cmd.Wait() // its exit code is read where it matters
	}()
	return p, nil
}

func (p *process) read(out io.Reader) {
	for sc := bufio.NewScanner(out); sc.Scan(); {
		if url, ok := strings.CutPrefix(sc.Text(), "ready "); ok {
			select {
			case p.ready <- url:
			default:
			}
		}
	}
}

// await returns the address at which the process serves.
func (p *process) await() (string, error) {
	late := time.NewTimer(readyTime)
	defer late.Stop()
	select {
	case url := <-p.ready:
		return url, nil
	case <-p.done:
		return "", fmt.Errorf("the process ended before it served: %s", p.log)
	case <-late.C:
		return "", errors.New("the process does not serve within a minute")
	}
}

func (p *process) signal(s os.Signal) {
	_ = p.cmd.Process.Signal(s) // one that has ended needs none
}

// kill ends the process at once and waits for it.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

// stop asks the process to end, makes it after a while, and tells whether it ended by itself
// and well.
func (p *process) stop(patience time.Duration) bool {
	p.signal(syscall.SIGCONT)
	p.signal(syscall.SIGTERM)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.done:
		return p.cmd.ProcessState.Success()
	case <-timer.C:
		p.kill()
		return false
	}
}

// tail keeps the end of what a process wrote, and counts what must never be written.
type tail struct {
	mu     sync.Mutex
	buf    []byte
	panics int
}

const maxTail = 4 << 10

// Write takes a piece of the log.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, mark := range []string{"panic: ", "fatal error: ", `"msg":"adapter panicked"`} {
		t.panics += bytes.Count(b, []byte(mark))
	}
	t.buf = append(t.buf, b...)
	t.buf = t.buf[max(0, len(t.buf)-maxTail):]
	return len(b), nil
}

// String is the end of the log.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf))
}

func (t *tail) panicked() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.panics
}
