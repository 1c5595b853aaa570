//go:build !linux

package main

import "syscall"

// dieWithUs is nothing that this system knows: whoever kills us must stop our children too.
func dieWithUs() *syscall.SysProcAttr { return nil }

// processorTime is not known here.
func processorTime() processorTimes { return processorTimes{} }
