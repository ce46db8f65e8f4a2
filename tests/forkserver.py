"""Runs `python -m monai.bundle` and scripts in forks of a process that has imported torch and monai (4 s).

A request is a line of JSON on stdin: `{"program": "monai.bundle" or a script, "arguments": [...], "output": path,
"cwd": path}`; the answer is its pid, and a second line its exit code once it has ended. The parent never computes, so a
fork inherits no threads.
"""

import importlib
import json
import os
import runpy
import signal
import sys
import traceback

WARM = ("monai.bundle", "ignite.handlers", "common.networks", "common.handlers", "common.report.evaluation")
"""Modules that a bundle imports and a fork then has."""


def serve() -> None:
    for name in WARM:
        importlib.import_module(name)
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(request)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def become(request: dict) -> None:
    """Be the program with these arguments, and exit as it does."""
    output = os.open(request["output"], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(request["cwd"])
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are born ignoring Ctrl-C
    program = request["program"]
    sys.argv = [program, *request["arguments"]]
    code = 0
    try:
        if program.endswith(".py"):
            runpy.run_path(program, run_name="__main__")
        else:
            runpy.run_module(program, run_name="__main__", alter_sys=True)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        code = 1
        try:
            sys.excepthook(*sys.exc_info())
        except BaseException:
            traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve()
