package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// dieWithUs has the kernel kill a child when we die, however we die.
func dieWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// processorTime reads the first line of /proc/stat: user, nice, system, idle, iowait …
func processorTime() (t processorTimes) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return t
	}
	line, _, _ := strings.Cut(string(b), "\n")
	for i, f := range strings.Fields(line) {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			continue
		}
		t.all += n
		if i != 4 && i != 5 {
			t.busy += n
		}
	}
	return t
}
