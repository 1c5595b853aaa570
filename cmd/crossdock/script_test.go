package main

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/gateway/httpapi"
)

// TestScripts holds the command line to its contract: what it prints, which exit code it
// has, and what it says when it is used wrongly. Besides testscript's own commands there are
//
//	start NAME ARGS…    runs crossdock in the background until it says ready; its address is
//	                    then $NAME, that of the simulators beside it $NAME_sandbox, and what
//	                    it complains of goes to the file NAME.stderr
//	stop NAME           ends it by SIGTERM, upon which its exit code must be 0
//	exits CODE ARGS…    runs crossdock, whose exit code must be CODE
//	await PATTERN ARGS… runs crossdock until what it prints matches
//	post URL BODY       makes a request with the sandbox's key, which must succeed
//	callback VAR ADAPTER puts the address that the adapter's carrier pushes to into $VAR
//	unzip FILE DIR      unpacks a claim's archive, which must be as its manifest says
//	pick VAR PATTERN    puts the group of PATTERN in the last output into $VAR
//
// and the example orders in examples/.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Values[background{}] = map[string]*exec.Cmd{}
			return os.CopyFS(filepath.Join(env.WorkDir, "examples"), configs.Examples())
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": startInScript, "stop": stopInScript, "exits": exitsInScript, "pick": pickInScript,
			"post": postInScript, "await": awaitInScript, "unzip": unzipInScript, "callback": callbackInScript,
		},
	})
}

// background is the key of a script's running processes, by name.
type background struct{}

const scriptLimit = time.Minute

func startInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME ARGS…")
	}
	name := args[0]
	cmd := exec.Command("crossdock", args[1:]...)
	log, err := os.Create(ts.MkAbs(name + ".stderr"))
	ts.Check(err)
	ts.Defer(func() { _ = log.Close() })
	cmd.Dir, cmd.Env, cmd.Stderr = ts.MkAbs("."), scriptEnv(ts), log
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Value(background{}).(map[string]*exec.Cmd)[name] = cmd
	ts.Defer(func() {
		_ = cmd.Process.Kill() // one that was stopped is gone
		_ = cmd.Wait()
	})
	late := time.AfterFunc(scriptLimit, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	for sc := bufio.NewScanner(out); sc.Scan(); {
		ts.Logf("[%s] %s", name, sc.Text())
		if url, ok := strings.CutPrefix(sc.Text(), "sandbox "); ok {
			ts.Setenv(name+"_sandbox", url)
		}
		if url, ok := strings.CutPrefix(sc.Text(), "ready "); ok {
			ts.Setenv(name, url)
			return
		}
	}
	ts.Fatalf("%s ended before it was ready, or was not within %s:\n%s", name, scriptLimit, ts.ReadFile(name+".stderr"))
}

// scriptEnv is the script's environment, for the variables that crossdock reads.
func scriptEnv(ts *testscript.TestScript) []string {
	env := os.Environ()
	for _, name := range []string{"CROSSDOCK_URL", "CROSSDOCK_KEY", "HOME", "TMPDIR"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

func stopInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: stop NAME")
	}
	cmd := ts.Value(background{}).(map[string]*exec.Cmd)[args[0]]
	if cmd == nil {
		ts.Fatalf("nothing runs under the name %s", args[0])
	}
	ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	late := time.AfterFunc(scriptLimit, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	if err := cmd.Wait(); err != nil {
		ts.Fatalf("%s after SIGTERM: %v, want exit code 0", args[0], err)
	}
}

func exitsInScript(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil {
		ts.Fatalf("usage: exits CODE ARGS…")
	}
	got := 0
	if err := ts.Exec("crossdock", args[1:]...); err != nil {
		e, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = e.ExitCode()
	}
	if got != want {
		ts.Fatalf("crossdock %s: exit code %d, want %d\n%s%s", strings.Join(args[1:], " "), got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

func pickInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pick VAR PATTERN")
	}
	m := regexp.MustCompile(`(?m)` + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) != 2 {
		ts.Fatalf("no %s in\n%s", args[1], ts.ReadFile("stdout"))
	}
	ts.Setenv(args[0], m[1])
}

func awaitInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await PATTERN ARGS…")
	}
	pattern := regexp.MustCompile(`(?m)` + args[0])
	for late := time.Now().Add(scriptLimit); ; time.Sleep(100 * time.Millisecond) { // real processes: there is no clock to fake
		if err := ts.Exec("crossdock", args[1:]...); err == nil && pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(late) {
			ts.Fatalf("not within %s: %s in\n%s", scriptLimit, args[0], ts.ReadFile("stdout"))
		}
	}
}

func postInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: post URL BODY")
	}
	c := &client{url: args[0], key: "sk_sandbox", http: http.DefaultClient}
	var body any
	if args[1] != "" {
		body = []byte(args[1])
	}
	ctx, cancel := context.WithTimeout(context.Background(), scriptLimit)
	defer cancel()
	_, err := c.do(ctx, http.MethodPost, "", body)
	ts.Check(err)
}

func callbackInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: callback VAR ADAPTER")
	}
	c := &client{url: ts.Getenv("CROSSDOCK_URL"), key: "sk_sandbox", http: http.DefaultClient}
	ctx, cancel := context.WithTimeout(context.Background(), scriptLimit)
	defer cancel()
	var list httpapi.ListBody[httpapi.Account]
	_, err := c.get(ctx, "/v1/accounts?limit=100", &list)
	ts.Check(err)
	for _, a := range list.Data {
		if a.Adapter == args[1] {
			ts.Setenv(args[0], a.CallbackURL)
			return
		}
	}
	ts.Fatalf("no account of %s", args[1])
}

func unzipInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: unzip FILE DIR")
	}
	files, err := unzipped([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	for name, data := range files {
		path := filepath.Join(ts.MkAbs(args[1]), filepath.FromSlash(name))
		ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
		ts.Check(os.WriteFile(path, data, 0o600))
	}
}
