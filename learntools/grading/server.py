"""One process that has imported torch and the lesson, and forks another for each submission.

    python -m learntools.grading.server convolutions 12345

It reads one request after the other from its input, a line of JSON each, and answers with the lines of `child`, then
with how the process ended: {"end": "done"}, or {"end": "killed", "reason": "..."}. It has one thread and starts none:
only so may it be forked.

`relay` passes on the child's lines. After the child this process ends what the child has left running, and in a sandbox
it empties every folder that can be written.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import gc
import json
import os
import secrets
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from learntools.grading import sandbox
from learntools.grading.disk import tree
from learntools.grading.processes import end_all
from learntools.grading.relay import Channel, Relay, say

_DUMPABLE, _SUBREAPER = 4, 36  # prctl: who may look into this process; orphaned descendants become its children


def main() -> None:
    lesson, seed = sys.argv[1], sys.argv[2]
    os.environ["LEARNTOOLS_SEED"] = seed
    out = os.dup(1)
    os.dup2(2, 1)  # whatever is printed goes elsewhere
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.prctl(_SUBREAPER, 1, 0, 0, 0)
        libc.prctl(_DUMPABLE, 0, 0, 0, 0)  # its memory and its pipes are closed to its children
    _prepare(lesson, int(seed))
    server = _Server(lesson, (int(seed), int(seed) + 1), out)
    say(out, {"ready": True})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        del line
        if "warm" in request:
            _warm(request["warm"])
            say(out, {"end": "done"})
        else:
            server.serve(request)


def _prepare(lesson: str, seed: int) -> None:
    """Do once what every check would do again: import, load, and run the references and known mistakes."""
    import torch

    torch.set_num_threads(1)
    from learntools import lessons
    from learntools.core import assess
    from learntools.grading import shell

    assess.keep_observations()
    for exercise in lessons.exercises(lesson):
        assess.prepare(exercise, (seed, seed + 1))
    shell.new_shell()


def _warm(sources: list[str]) -> None:
    """Run cells as they were handed out, so that what they import and load is there already."""
    from learntools.grading.shell import new_shell

    shell = new_shell()
    for source in sources:
        shell.run(source)
    shell.run("1 / 0")  # the first traceback is slow
    gc.collect()
    gc.freeze()  # what is there by now is shared with every child


class _Server:
    def __init__(self, lesson: str, seeds: tuple[int, int], out: int):
        self.lesson, self.seeds, self.out = lesson, seeds, out
        self.at_home: dict[str, Any] = {}
        self.diagnosed: set[str] = set()

    def serve(self, request: dict[str, Any]) -> None:
        """One submission, from its folder to how it ended."""
        from learntools.grading import child

        self.at_home = self.at_home or tree()
        limits = child.Limits(**request["limits"])
        folder = Path(tempfile.mkdtemp(prefix="work-"))
        for name, content in request.pop("files").items():
            (folder / os.path.basename(name)).write_bytes(base64.b64decode(content))
        token = secrets.token_hex(16)
        reading, writing = (one.detach() for one in socket.socketpair())
        process = os.fork()
        if process == 0:
            os.environ.update(HOME=str(folder), TMPDIR=str(folder), LEARNTOOLS_HOME=str(folder / "learntools"))
            tempfile.tempdir = str(folder)
            os.chdir(folder)
            child.work(self.lesson, request["steps"], limits, self.seeds, token, writing)
        os.close(writing)
        relay = Relay(process, reading, self.out, limits, folder, Channel(token, request["steps"]))
        end = relay.run()
        os.close(reading)
        clean = end.get("clean", True) and end_all() and self._emptied(folder)
        if not clean:  # with this process, all that is in the sandbox ends
            say(self.out, {**end, "clean": False})
            os._exit(0)
        say(self.out, end)
        self._prepare_diagnosis(relay.wrong)

    def _prepare_diagnosis(self, wrong: set[str]) -> None:
        """Once a trained network was wrong, so that the next such submission finds read what its diagnosis needs."""
        from learntools import lessons
        from learntools.core import assess
        from learntools.core.kinds import MODEL

        for exercise in lessons.exercises(self.lesson):
            if exercise.kind == MODEL and exercise.name in wrong - self.diagnosed:
                self.diagnosed.add(exercise.name)
                assess.prepare_diagnosis(exercise, self.seeds)

    def _emptied(self, folder: Path) -> bool:
        """Whether nothing of the submission is left on a disk."""
        sandbox.remove(folder)
        for path in sorted(tree().keys() - self.at_home.keys()):
            sandbox.remove(Path(path))
        return not folder.exists() and tree() == self.at_home


if __name__ == "__main__":
    main()
