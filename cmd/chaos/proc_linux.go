package main

import "syscall"

// dieWithUs has the kernel kill a child when we die, however we die.
func dieWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
