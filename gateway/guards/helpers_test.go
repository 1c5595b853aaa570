package guards

import (
	"io"
	"log/slog"
	"runtime"
)

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func exit() { runtime.Goexit() }
