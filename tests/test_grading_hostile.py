"""Whatever a submission does costs only the question that it belongs to, and never another student's grade.

Real notebooks of lesson 02 through the real grader, in the sandbox, and without it wherever a machine can bear that.
Most notebooks here are right but for a trouble of each question's own; every other point must be there, and the
student after that must get what is due.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import socket
import sys
import time
from pathlib import Path

import pytest
import torch
from grading_class import added, answer, at, bytes_of, code, filled, handed_in, key_of, solved
from safetensors.torch import load_file, save

from learntools.core import assess
from learntools.core.exercise import LEARNER_SEEDS
from learntools.core.scenario import draw
from learntools.core.verdict import CORRECT, ERROR, INCORRECT, NOT_ATTEMPTED, TOO_SLOW
from learntools.grading import GradingError, one, sandbox, server
from learntools.grading.child import Limits
from learntools.grading.copied import Own, taken_over
from learntools.grading.one import Graded, Grader
from learntools.grading.results import believed
from learntools.lessons import convolutions
from learntools.lessons.conditional_gan import reading, trained
from learntools.lessons.conditional_gan.trained import WEIGHTS as CGAN

LIMITS = Limits(check_seconds=10, memory=2**30, disk=16 * 2**20)
IMPATIENT = dataclasses.replace(LIMITS, cell_seconds=1.5, check_seconds=1.5, grace=0.5)
INTERRUPTING = dataclasses.replace(IMPATIENT, grace=20.0)  # to see that a cell is interrupted, and not ended
KEY = key_of("convolutions")
FULL = {name: cell.points for name, cell in KEY.questions.items()}
SECRET = "what only the instructor knows"


# In front of what no machine could bear: it goes no further among the processes of the machine that runs the tests.
FAR_AWAY = f"import os\nassert os.readlink('/proc/self/ns/pid') != {os.readlink('/proc/self/ns/pid')!r}\n"

# In front of what deletes folders: the notebook has one of its own, and so has `~`.
ELSEWHERE = (
    f"import os\nassert os.getcwd() != {os.getcwd()!r} and os.path.expanduser('~') != {os.path.expanduser('~')!r}\n"
)


@contextlib.contextmanager
def a_grader(is_isolated: bool | None, key=KEY):
    """A grader that has a sandbox, or has none, or what it finds."""
    found = Grader(key, seed=20, limits=LIMITS, isolated=is_isolated)
    with found:
        yield found


@pytest.fixture(scope="module")
def isolated():
    """One that all tests share, so that each shows that those before it have left nothing."""
    if not sandbox.available():
        pytest.skip("there is no bubblewrap here, or it may not work")
    with a_grader(True) as found:
        yield found


@pytest.fixture(scope="module")
def unprotected():
    with a_grader(False) as found:
        yield found


@pytest.fixture(params=["isolated", "unprotected"])
def grader(request):
    return request.getfixturevalue(request.param)


def graded(grader, notebook, files=None, limits=LIMITS) -> Graded:
    grader.limits = limits
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTORS_SECRET", SECRET)
        result = grader.grade(handed_in(bytes_of(notebook)), files or {})
    if grader._process is not None:
        assert (grader._process.args[0] == "bwrap") == grader.isolated
    return result


def points(result: Graded) -> dict[str, float]:
    return {name: item["points"] for name, item in result.questions.items()}


def but(*questions: str) -> dict[str, float]:
    """All points, and none for these questions."""
    return FULL | dict.fromkeys(questions, 0)


def about(result: Graded, question: str) -> str:
    """All that the instructor reads of a question."""
    cells = re.compile(rf"(answer cell|check of) {question}\b")
    found = [text for text in (*result.remarks, *result.flags) if cells.search(text)]
    return " ".join([result.questions[question]["message"], *found])


def printed(result: Graded) -> str:
    outputs = [item for cell in result.cells for item in cell["outputs"]]
    return "".join(item["text"] for item in outputs if item["output_type"] == "stream")


def instead(troubles: dict[str, str]):
    """The solved notebook with these in place of the answers to some questions."""
    notebook = solved("convolutions")
    for question, trouble in troubles.items():
        notebook = answer(notebook, question, trouble)
    return notebook


def before(troubles: dict[str, str]):
    """The solved notebook, with these in front of the answers to some questions."""
    notebook = solved("convolutions")
    for question, trouble in troubles.items():
        cell = at(notebook, f"{question}-answer")
        cell.source = f"{trouble}\n{cell.source}"
    return notebook


def within(troubles: dict[str, str]):
    """The solved notebook, in which the functions that some questions ask for do this whenever they are called."""
    notebook = solved("convolutions")
    for question, trouble in troubles.items():
        cell = at(notebook, f"{question}-answer")
        body = "".join(f"    {line}\n" for line in trouble.splitlines())
        cell.source = re.sub(r'("""\n)', lambda found, body=body: found[1] + body, cell.source, count=1)
        assert body in cell.source
    return notebook


def untouched(grader):
    """The next student gets what is due, and no word about the one before."""
    result = graded(grader, filled("convolutions", ["q1", "q6"]))
    assert points(result) == {name: FULL[name] if name in ("q1", "q6") else 0 for name in FULL}
    assert (result.remarks, result.flags, result.state) == ([], [], "graded")


def costs(grader, notebook, reasons: dict[str, str], outcome=ERROR, **how) -> Graded:
    """Each of these questions is lost, for a reason that is named, and no other; then the next student."""
    result = graded(grader, notebook, **how)
    assert points(result) == but(*reasons), result.remarks
    for question, reason in reasons.items():
        assert re.search(reason, about(result, question)), about(result, question)
        assert result.questions[question]["outcome"] == outcome
    untouched(grader)
    return result


def flags(grader, notebook, wanted: dict[str, str], **how) -> Graded:
    """Nothing is lost, and there is just one flag for each of these questions' cells; then the next student."""
    result = graded(grader, notebook, **how)
    assert points(result) == FULL, result.remarks
    assert len(result.flags) == len(wanted), result.flags
    for question, flag in wanted.items():
        assert re.search(f"{flag}.* [(]answer cell {question}[)]", " ".join(result.flags)), result.flags
    assert result.remarks == []
    untouched(grader)
    return result


# The good path


def test_a_solved_notebook_gets_all_points_and_no_word_and_says_how_long_it_took(grader):
    result = graded(grader, solved("convolutions"))
    assert points(result) == FULL
    assert (result.remarks, result.flags) == ([], [])
    assert 0 < result.seconds < LIMITS.seconds


# Cells that end


def test_a_cell_that_ends_its_process_costs_its_own_question_and_so_do_many(grader):
    troubles = {
        "q1": ("import os; os._exit(3)", r"ended its own Python process \(exit code 3\)"),
        "q2": ("import os; os.abort()", "SIGABRT"),
        "q3": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        "q4": ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
        "q5": ("import os; os.closerange(3, 256)", "ended its own|closed the grader's channel"),
        "q6": ("import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))", "limits of its own process"),
        "q7": ("import os; os.kill(os.getpid(), 15)", "SIGTERM"),
        "q9": ("import os, time; os.closerange(3, 256); time.sleep(600)", "closed the grader's channel"),
    }
    result = costs(
        grader,
        instead({name: trouble for name, (trouble, _) in troubles.items()}),
        {name: f"could not be judged.*{reason}" for name, (_, reason) in troubles.items()},
    )
    assert [remark for remark in result.remarks if "was left out" in remark] == result.remarks
    assert len(result.remarks) == len(troubles)


def test_a_cell_that_asks_python_to_end_costs_its_own_question(grader):
    troubles = {
        "q1": ("import sys; sys.exit(2)", "stopped with SystemExit: 2"),
        "q2": ("raise SystemExit", "stopped with SystemExit"),
        "q3": ("raise KeyboardInterrupt", "stopped with KeyboardInterrupt"),
        "q6": (
            "import _thread; _thread.interrupt_main(); import time; time.sleep(9)",
            "stopped with KeyboardInterrupt",
        ),
        "q9": ("raise BaseException('enough')", "stopped with BaseException: enough"),
    }
    notebook = instead({name: trouble for name, (trouble, _) in troubles.items()})
    costs(grader, notebook, {name: reason for name, (_, reason) in troubles.items()})


def test_exit_and_quit_are_ignored_and_said(grader):
    result = graded(grader, before({"q1": "exit()", "q3": "quit()"}))
    assert points(result) == FULL
    assert result.remarks == [
        f"The answer cell {name} asked for the notebook to end, which was ignored." for name in ("q1", "q3")
    ]
    untouched(grader)


def test_a_process_that_dies_during_a_check_costs_that_question_and_what_follows_uses_the_reference(grader):
    # The cell after the check of q3 takes `q3.get()`, and q4 is made with it; so with q6 and q8.
    troubles = {
        "q3": ("import os; os._exit(0)", "ended its own Python process"),
        "q6": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        "q8": ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
        "q10": ("import os; os.closerange(0, 256)", "ended its own|closed the grader's channel"),
    }
    notebook = within({name: trouble for name, (trouble, _) in troubles.items()})
    costs(grader, notebook, {name: f"could not be judged.*{reason}" for name, (_, reason) in troubles.items()})


def test_an_exit_or_a_question_during_a_check_is_an_error_of_that_answer(grader):
    reasons = {"q3": "asked Python to exit", "q6": "was interrupted", "q8": "waits for somebody to type"}
    troubles = {"q3": "raise SystemExit", "q6": "raise KeyboardInterrupt", "q8": "input('?')"}
    result = costs(grader, within(troubles), reasons)
    assert result.remarks == []


# The processes of the grader itself


EVERYBODY = f"""
{FAR_AWAY}
import os, socket
if socket.gethostname() == "class" and os.getpid() < 1000:
    os.kill(-1, 9)
"""

# Never without a look at who that is: an orphan has another parent.
KILL_PARENT = """
import os, time
if b"grading.server" in open(f"/proc/{os.getppid()}/cmdline", "rb").read():
    os.kill(os.getppid(), 9)
time.sleep(20)
"""


def test_killing_the_process_that_grades_costs_the_question_of_the_very_check_that_did_it(unprotected):
    costs(unprotected, within({"q3": KILL_PARENT}), {"q3": "ended the process that grades"})


def test_killing_all_that_can_be_killed_costs_one_question(isolated):
    costs(isolated, instead({"q6": EVERYBODY}), {"q6": "ended the process that grades"})


def test_stopping_the_process_that_grades_costs_one_question(isolated, monkeypatch):
    monkeypatch.setattr(one, "SILENT_SECONDS", 2)
    trouble = FAR_AWAY + "import signal; os.kill(os.getppid(), signal.SIGSTOP)"
    costs(isolated, instead({"q9": trouble}), {"q9": "stopped the process that grades"}, limits=IMPATIENT)


def test_a_fork_bomb_costs_one_question(isolated):
    bomb = FAR_AWAY + "import time\nfor _ in range(7):\n    os.fork()\ntime.sleep(600)"
    costs(isolated, instead({"q3": bomb}), {"q3": "started more than 16 processes"})


# Time


def test_loops_are_stopped_and_cost_their_own_questions(grader):
    troubles = {
        "q1": "while True: pass",
        "q3": "while True:\n    try:\n        while True: pass\n    except Exception: pass",
        "q6": "import time; time.sleep(1e9)",
    }
    result = costs(grader, instead(troubles), dict.fromkeys(troubles, "was stopped after 1.5 sec"), limits=INTERRUPTING)
    assert result.seconds > 3 * IMPATIENT.cell_seconds


def test_loops_that_cannot_be_interrupted_are_ended(isolated):
    troubles = {
        "q1": "while True:\n    try:\n        while True: pass\n    except: pass",
        "q3": "a = torch.rand(8000, 8000)\nfor _ in range(20):\n    a = a @ a",
        "q6": "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
        "q9": "import signal; signal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass",
    }
    reasons = dict.fromkeys(troubles, "did not end in time, and could not be interrupted|was stopped after 1.5 sec")
    costs(isolated, instead(troubles), reasons, limits=IMPATIENT)


def test_loops_within_a_check_cost_their_own_questions(isolated):
    troubles = {"q3": "while True: pass", "q6": "while True:\n    try: pass\n    except: pass"}
    result = costs(
        isolated, within(troubles), dict.fromkeys(troubles, "was stopped after 1.5 sec"), TOO_SLOW, limits=INTERRUPTING
    )
    assert result.remarks == []


def test_a_check_that_cannot_be_interrupted_is_ended(grader):
    trouble = "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"
    costs(grader, within({"q3": trouble}), {"q3": "did not end in time, and could not be"}, limits=IMPATIENT)


def test_a_cell_that_takes_long_but_ends_costs_nothing(grader):
    flags(
        grader, before({"q3": "import time; time.sleep(0.5)"}), {}, limits=dataclasses.replace(LIMITS, cell_seconds=5)
    )


def test_where_the_whole_notebook_takes_too_long_the_longest_cell_is_left_out(isolated):
    pause = "import time; time.sleep({})"
    notebook = before({"q1": pause.format(0.1), "q6": pause.format(2.5), "q8": pause.format(1.5)})
    limits = dataclasses.replace(LIMITS, seconds=3.5)
    costs(isolated, notebook, {"q6": "took longer than 3.5 seconds in all"}, limits=limits)


# Memory, files, disk


def test_using_up_memory_files_or_the_disk_costs_one_question_each(grader):
    troubles = {
        "q1": ("x = torch.zeros(50 * 2**30, dtype=torch.uint8)", "allocate memory"),
        "q2": ("hog = []\nwhile True: hog.append(bytearray(10**7))", "kept .* GB of memory"),
        "q3": ("x = bytearray()\nwhile True: x += b'x' * 10**6", "GB of memory"),
        "q4": ("held = []\nfor i in range(10**6): held.append(open('/dev/null'))", "left .* files open"),
        "q6": ("for i in range(1000): open(f'{i}', 'wb').write(b'x' * 10**6)", "wrote more than 16 MB"),
        "q7": ("for i in range(20_000): open(f'{i}', 'wb').close()", "made more than 5000 files"),
        "q9": (
            "with open('one', 'wb') as f:\n    while True: f.write(b'x' * 2**20)",
            "wrote more than 16 MB|too large",
        ),
    }
    notebook = instead({name: trouble for name, (trouble, _) in troubles.items()})
    costs(grader, notebook, {name: reason for name, (_, reason) in troubles.items()})


def test_memory_that_is_given_back_costs_nothing(grader):
    once = "x = bytearray(600 * 2**20)\ndel x"
    caught = "try:\n    x = torch.zeros(50 * 2**30)\nexcept RuntimeError:\n    pass"
    flags(grader, before({"q1": once, "q3": caught}), {})


def test_memory_within_a_check_is_an_error_of_that_answer(grader):
    troubles = {
        "q3": "torch.zeros(50 * 2**30, dtype=torch.uint8)",
        "q6": "global hog\nhog = []\nwhile True: hog.append(bytearray(10**7))",
    }
    costs(grader, within(troubles), dict.fromkeys(troubles, "asked for more memory"))


def test_memory_of_many_processes_counts_together_but_what_they_share_counts_once(isolated):
    fork = "import time\nfor _ in range(COUNT):\n    if os.fork() == 0:\n        x = bytearray(SIZE); time.sleep(60)\n"
    few = FAR_AWAY + fork.replace("COUNT", "4").replace("SIZE", "300 * 2**20") + "time.sleep(9)"
    result = graded(isolated, instead({"q3": few}))
    assert points(result) == but("q3")
    assert "used more than 1.0 GB of memory" in about(result, "q3")
    many = FAR_AWAY + fork.replace("COUNT", "8").replace("SIZE", "1") + "time.sleep(0.3)"
    result = graded(isolated, before({"q3": many}))
    assert points(result) == FULL
    assert result.remarks == ["The answer cell q3 left processes running until the end."]
    untouched(isolated)


# What is left running


LEFT = {
    "a thread": "import threading, time; threading.Thread(target=time.sleep, args=(1e6,)).start()",
    "a busy daemon": """
import threading
def spin():
    while True: pass
threading.Thread(target=spin, daemon=True).start()""",
    "a session of its own": "import subprocess; subprocess.Popen(['sleep', '1000'], start_new_session=True)",
    "a double fork": """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: time.sleep(1000)
    os._exit(0)""",
    "a copy of the notebook": "import os, time\nif os.fork() == 0: time.sleep(0.2)",
}


def test_what_is_left_running_costs_nothing_is_said_and_is_ended(grader):
    troubles = dict(zip(("q1", "q2", "q3", "q6", "q9"), LEFT.values(), strict=True))
    result = graded(grader, before(troubles))
    assert points(result) == FULL
    kinds = {"q1": "threads", "q2": "threads", "q3": "processes", "q6": "processes", "q9": "processes"}
    assert result.remarks == [f"The answer cell {name} left {kinds[name]} running until the end." for name in troubles]
    untouched(grader)
    assert not [process for process in descendants(grader) if b"sleep" in cmdline(process)]


def test_the_cell_that_left_something_running_pays_for_what_that_does_later(grader):
    later = (
        "import os, threading, time\ndef end():\n    time.sleep(0.15)\n    os._exit(1)\n"
        "threading.Thread(target=end).start()"
    )
    harmless = "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    slow = "import time; time.sleep(0.3)"
    notebook = before({"q2": harmless, "q3": later, "q6": slow})
    result = graded(grader, notebook)
    assert points(result) == but("q3"), result.remarks
    assert "what it left running" in about(result, "q3")
    assert "ended its own Python process" in about(result, "q3")
    untouched(grader)


def test_a_cell_that_ends_its_process_pays_itself_even_after_one_that_left_something_running(grader):
    notebook = before({"q1": LEFT["a thread"]})
    result = graded(grader, answer(notebook, "q6", "import os; os._exit(5)"))
    assert points(result) == but("q6")
    assert "exit code 5" in about(result, "q6")
    assert "left threads" in about(result, "q1")
    untouched(grader)


# The notebook's folder


MODEL = {"generator.safetensors": b"weights", "notes.txt": b"mine"}
WHOLE = "assert open('generator.safetensors').read() == 'weights' and open('notes.txt').read() == 'mine'"


def test_a_later_cell_finds_the_folder_and_its_files_as_they_were_handed_in(grader):
    troubles = {
        "q1": ("import os; os.remove('generator.safetensors')", "changed or deleted generator.safetensors"),
        "q2": ("open('generator.safetensors', 'wb').write(b'?')", "changed or deleted generator.safetensors"),
        "q3": ("os.chmod('generator.safetensors', 0)", "changed or deleted generator.safetensors"),
        "q4": (f"{ELSEWHERE}import shutil; shutil.rmtree(os.getcwd())", "deleted the notebook's folder"),
        "q5": (f"{ELSEWHERE}shutil.rmtree(os.path.expanduser('~'))", "deleted the notebook's folder"),
        "q6": ("os.chmod('.', 0)", "locked the notebook's folder"),
        "q7": ("os.chdir('/')", ""),
        "q8": ("os.makedirs('a/b'); os.chmod('a', 0); os.symlink('/', 'link')", ""),
        "q9": ("os.rename('notes.txt', 'elsewhere.txt')", "changed or deleted notes.txt"),
        "q10": ("", ""),
    }
    result = graded(grader, before({name: f"{WHOLE}\n{do}" for name, (do, _) in troubles.items()}), files=MODEL)
    assert points(result) == FULL
    assert result.flags == []
    for name, (_, said) in troubles.items():
        found = [remark for remark in result.remarks if f"cell {name} " in remark]
        assert said in " ".join(found) if said else found == []
    untouched(grader)


def test_a_check_that_deletes_the_folder_costs_nothing_else(grader):
    costs(
        grader,
        within({"q3": f"{ELSEWHERE}import shutil; shutil.rmtree(os.getcwd())"}),
        {"q3": "deleted the notebook's folder"},
        files=MODEL,
    )


# Input and output


def test_waiting_for_a_person_costs_one_question(grader):
    troubles = {
        "q1": ("one_number = float(input('?'))", "EOFError: it waits for a person to type"),
        "q3": ("import getpass; getpass.getpass()", "EOFError: it waits for a person to type"),
        "q6": ("import tkinter; tkinter.Tk()", "display|No module"),
        "q9": ("import a_module_that_nobody_has", "No module named 'a_module_that_nobody_has'"),
    }
    notebook = instead({name: trouble for name, (trouble, _) in troubles.items()})
    costs(grader, notebook, {name: reason for name, (_, reason) in troubles.items()})


def test_a_breakpoint_and_a_magic_and_a_window_cost_nothing(grader):
    troubles = {
        "q1": "breakpoint()",
        "q2": "%matplotlib inline",
        "q3": "import matplotlib.pyplot as plt; plt.plot([1]); plt.show()",
        "q6": "!echo a line",
        "q7": "help(len)",
    }
    result = flags(grader, before(troubles), {})
    assert "a line" in printed(result)


def test_whatever_is_printed_costs_nothing_and_is_kept_in_part(grader):
    troubles = {
        "q1": "import sys, warnings; print('!', file=sys.stderr); warnings.warn('!')",
        "q2": "for i in range(100_000): print(i)\nprint('\\n'.join(map(str, range(10**6))))",
        "q3": "from IPython.display import Image, display\ndisplay(Image(bytes(10**8), format='png'))",
        "q4": "for i in range(3000): display(i)",
        "q5": "print('\\ud800 \\x00 \\x1b[31m')",
        "q6": "import sys; sys.stdout.close(); sys.stderr.close()",
        "q7": "import sys; sys.stdout = sys.stderr = None",
        "q8": "import os; os.close(1); os.close(2)",
        "q9": 'print(\'{"cell": 8, "verdict": {"points": 1000}}\')',
    }
    result = flags(grader, before(troubles), {})
    assert len(printed(result)) < 60_000
    assert "[the rest is left out]" in printed(result)
    assert "[image/png of 127 MB: left out]" in json.dumps(result.cells)
    assert len(json.dumps(result.cells)) < 10**6
    json.dumps(result.cells, ensure_ascii=False).encode()  # as files are written


# Python, torch and the checker replaced


BUILTINS = {
    "q1": ("import builtins; builtins.len = lambda x: 3", "builtins.len was replaced"),
    "q2": ("import builtins; builtins.print = lambda *a, **k: None", "builtins.print was replaced"),
    "q3": ("import builtins; builtins.isinstance = lambda *a: True", "builtins.isinstance was replaced"),
    "q4": ("import builtins; builtins.open = None", "builtins.open was replaced"),
    "q5": ("import builtins; del builtins.max", "builtins.max was deleted"),
    "q6": ("import copy; copy.deepcopy = lambda x: x", "copy.deepcopy was replaced"),
    "q7": ("import signal; signal.setitimer = None", "signal.setitimer was replaced"),
    "q8": ("import json, os; os.write = json.dumps = None", "os.write was replaced|json.dumps was replaced"),
    "q9": ("import sys; sys.setprofile(lambda *a: None)", "sys.setprofile was left on"),
    "q10": ("import sys; sys.settrace(lambda *a: None)", "sys.settrace was left on"),
}
TORCH = {
    "q1": ("torch.allclose = lambda *a, **k: True", "torch.allclose was replaced"),
    "q2": ("torch.equal = lambda *a, **k: True", "torch.equal was replaced"),
    "q3": ("torch.Tensor.__eq__ = lambda a, b: torch.ones(a.shape, dtype=bool)", "torch.Tensor.__eq__ was replaced"),
    "q4": ("torch.Tensor.__sub__ = lambda a, b: a", "torch.Tensor.__sub__ was replaced"),
    "q5": ("torch.Tensor.any = lambda a: torch.tensor(False)", "torch.Tensor.any was replaced"),
    "q6": ("torch.nn.Module.state_dict = lambda self: {}", "torch.nn.modules.module.Module.state_dict was replaced"),
    "q7": ("torch.tensor = torch.as_tensor", "torch.tensor was replaced"),
    "q8": (
        "from torch.overrides import TorchFunctionMode\nclass Nosy(TorchFunctionMode):\n"
        "    def __torch_function__(self, f, t, a=(), k=None): return f(*a, **(k or {}))\nNosy().__enter__()",
        "intercepts torch's functions",
    ),
}
CHECKER = {
    "q1": ("import learntools.core.judge as j; j.judge = lambda *a: j.Finding(1.0)", "core.judge.judge was replaced"),
    "q2": ("import learntools.core.assess as j; j.judge = None", "core.assess.judge was replaced"),
    "q3": ("from learntools.core.verdict import Verdict; Verdict.points = 9", "Verdict.points was replaced"),
    "q4": ("from learntools.core.exercise import Exercise; Exercise.check = print", "Exercise.check was replaced"),
    "q5": (
        "from learntools.core.exercise import Exercise\n"
        "Exercise.assess.__code__ = (lambda self, answer, seeds=None: 1).__code__",
        "Exercise.assess was rewritten",
    ),
    "q6": ("import learntools.core.compare as c; c.RTOL = 1e9", "core.compare.RTOL was replaced"),
    "q7": ("import learntools.core.assess as a; a._kept.clear()", "assess._kept was changed"),
    "q8": ("import learntools.core.assess as a; a._kept = None", "assess._kept was changed"),
    "q9": ("import learntools.grading.child as c; c.speaker = None", "child.speaker was replaced"),
    "q10": ("import learntools.core.judge, importlib; importlib.reload(learntools.core.judge)", "judge was replaced"),
}
EXERCISES = {
    "q1": ("q1.points = 1000", "q1.points was changed"),
    "q2": ("q2.expect = []", "q2.expect was changed"),
    "q3": ("q3.expect.clear()", "q3.expect was changed"),
    "q4": ("q4.reference = lambda *a: 1", "q4.reference was changed"),
    "q5": ("q5.observe = lambda a, s: {}", "q5.observe was changed"),
    "q6": ("q6.check = q6.assess = lambda *a: 1000", "q6.(check|assess) was replaced"),
    "q7": ("object.__setattr__(q7.expect[0], 'judge', lambda *a: None)", "q7.expect.judge was changed"),
    "q8": ("q8.expect[0].judge.__closure__[0].cell_contents = 1e9", "judge was rewritten"),
    "q9": ("q9.mistakes.clear(); q9.seconds = 10**6", "q9.(mistakes|seconds) was changed"),
    "q10": ("import learntools.core.assess as a\nfor o in a._kept.values(): o.fields.clear()", "fields was changed"),
}
MODULES = {
    "q1": (
        "import sys, types; sys.modules['learntools.core.judge'] = types.ModuleType('x')",
        "core.judge was replaced",
    ),
    "q2": ("import sys; del sys.modules['learntools.core.assess']", "core.assess was deleted"),
    "q3": ("import sys; sys.modules = {}", "sys.modules was replaced"),
    "q4": ("import gc; gc.get_referrers(q4)", "gc.get_referrers was called"),
    "q5": ("import sys; sys._getframe(3).f_locals", "sys._getframe was called"),
    "q6": ("import sys; sys.addaudithook(lambda *a: 1 / 0)", "sys.addaudithook was called"),
    "q7": ("import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)", "clock .SIGALRM. was taken away"),
    "q8": ("import signal; signal.setitimer(signal.ITIMER_REAL, 0)", "clock .SIGALRM. was taken away"),
    "q9": ("import os; os.environ.clear()", "NBGRADER_EXECUTION was changed"),
    "q10": ("get_ipython().run_cell = lambda *a, **k: None", r"get_ipython\(\).run_cell was replaced"),
}


GROUPS = {"builtins": BUILTINS, "torch": TORCH, "checker": CHECKER, "exercises": EXERCISES, "modules": MODULES}


@pytest.mark.parametrize("name", GROUPS)
def test_what_is_replaced_is_flagged_put_back_and_earns_and_costs_nothing(grader, name):
    group = GROUPS[name]
    result = graded(grader, before({name: trouble for name, (trouble, _) in group.items()}))
    assert points(result) == FULL, result.remarks
    assert result.remarks == []
    for name, (_, flag) in group.items():
        assert re.search(flag, about(result, name)), about(result, name)
    others = [text for text in result.flags if not re.search("|".join(flag for _, flag in group.values()), text)]
    assert all("more things like that" in text or "was replaced" in text for text in others)
    untouched(grader)


@pytest.mark.parametrize("name", ["torch", "checker", "exercises"])
def test_what_is_replaced_makes_no_wrong_answer_right(grader, name):
    group = GROUPS[name]
    notebook = before({name: trouble for name, (trouble, _) in group.items()})
    wrong = {
        "q1": "one_number = 1",
        "q2": "painted = 2",
        "q3": "def output_size(*a, **k): return 3",
        "q5": "mystery_kernel = 'blur'",
    }
    for question, source in wrong.items():
        at(notebook, f"{question}-answer").source = group[question][0] + "\n" + source
    result = graded(grader, notebook)
    assert points(result) == but(*wrong)
    assert {result.questions[name]["outcome"] for name in wrong} == {INCORRECT}
    assert len(result.flags) >= len(group)


def test_all_builtins_replaced_cost_one_question(grader):
    every = (
        "import builtins\nfor name in [name for name in vars(builtins) if name[0] != '_' and name != 'setattr']:\n"
        "    setattr(builtins, name, None)"
    )
    imports = "import builtins; builtins.__import__ = None\nimport math"
    reasons = {"q3": "builtins.abs was replaced", "q6": "builtins.__import__ was replaced"}
    result = costs(grader, instead({"q3": every, "q6": imports}), reasons)
    assert len(result.flags) < 12


def test_an_answer_that_changes_the_checker_while_it_is_checked_earns_nothing_and_costs_no_other(grader):
    troubles = {
        "q3": "import learntools.core.assess as a, learntools.core.judge as j; a.judge = lambda *x: j.Finding(1.0)",
        "q4": "torch.equal = torch.allclose = lambda *a, **k: True",
        "q6": "q6.expect.clear()",
        "q8": "import builtins; builtins.len = lambda x: 1",
        "q9": "import sys; sys._getframe(2).f_locals",
        "q10": "import gc; gc.get_objects()",
    }
    result = costs(grader, within(troubles), dict.fromkeys(troubles, "reached into the checker"), INCORRECT)
    assert all(f"(check of {name})" in " ".join(result.flags) for name in troubles)


# Defaults


def test_defaults_that_are_left_changed_touch_no_later_question(grader):
    troubles = {
        "q1": ("torch.set_default_dtype(torch.float64)", "default dtype"),
        "q2": ("torch.set_grad_enabled(False)", "gradients"),
        "q3": ("torch.set_default_device('meta')", "default device"),
        "q4": ("torch.manual_seed(0); torch.set_num_threads(2)", ""),
        "q5": ("torch.inference_mode().__enter__()", ""),
        "q6": ("import sys; sys.setrecursionlimit(60)", ""),
        "q7": ("import sys; sys.path.clear(); sys.meta_path.clear()", ""),
        "q8": ("import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))", ""),
        "q9": ("import os; os.umask(0o777); import gc; gc.disable()", ""),
        "q10": ("import atexit; atexit.register(print, 'late'); import logging; logging.disable()", ""),
    }
    result = graded(grader, before({name: trouble for name, (trouble, _) in troubles.items()}))
    assert points(result) == FULL
    assert result.flags == []
    said = {name: words for name, (_, words) in troubles.items() if words}
    assert len(result.remarks) == len(said)
    assert all(words in about(result, name) for name, words in said.items())
    untouched(grader)


# The course's own answers


def test_the_courses_own_answers_are_closed_to_a_learners_cells(grader):
    closed = "no answer of your own|is closed"
    troubles = {
        "q1": ("one_number = q1.reference", closed),
        "q2": ("painted = q2.truth()", closed),
        "q3": ("output_size = q6.reference", closed),
        "q4": ("def convolve(*a, **k): return q4.reference(*a, **k)", closed),
        "q5": ("mystery_kernel = q5.solution()", ""),
        "q6": ("grown_size = q6.get()", ""),
        "q7": ("touches = q7.truth()", closed),
        "q8": ("def convolve_transposed(*a, **k): return q8.truth()(*a, **k)", closed),
        "q9": ("convolution_matrix = q9.mistakes['all of the image'][0] if q9.mistakes else 0", ""),
    }
    result = graded(grader, instead({name: trouble for name, (trouble, _) in troubles.items()}))
    assert points(result) == but(*troubles)
    for name, (_, said) in troubles.items():
        assert re.search(said, about(result, name)), about(result, name)
    assert "Solutions are closed" in printed(result)
    untouched(grader)


def test_get_gives_the_courses_answer_to_what_was_judged_above_as_at_home_and_to_nothing_else(grader):
    notebook = before({"q4": "assert q3.get()(10, 3) == 8", "q6": "assert not callable(q8.get())"})
    cell = at(notebook, "q9-answer")
    cell.source = re.sub(r'("""\n)', r"\1    assert q3.get()(10, 3) == 8\n", cell.source, count=1)
    notebook = answer(notebook, "q8", "convolve_transposed = ...\nstash = q10.get()")
    notebook = answer(notebook, "q3", "def output_size(*a, **k): return 3")
    result = graded(grader, notebook)
    assert points(result) == but("q3", "q8")
    assert (result.remarks, result.flags) == ([], [])


def test_a_trained_network_of_the_course_s_own_class_is_loaded_where_the_learners_class_is_wrong():
    notebook = answer(solved("conditional_gan"), "q2", "class ConditionalGenerator: pass")
    weights = load_file(CGAN)  # a learner's are others, and no half precision
    weights |= {name: value.float() * 1.001 for name, value in weights.items() if value.is_floating_point()}
    with a_grader(None, key_of("conditional_gan")) as other:
        result = graded(other, notebook, files={"04_conditional_gan.safetensors": save(weights)})
    assert {name for name, item in result.questions.items() if item["points"] == 0} == {"q2"}


def test_an_answer_that_knows_by_heart_what_is_asked_at_home_earns_nothing(grader):
    cases = [case for seed in LEARNER_SEEDS for some in draw(convolutions.q3.scenario, seed).values() for case in some]
    asked = {case: convolutions.q3.reference(*case) for case in cases}
    by_heart = f"def output_size(*case):\n    return {asked!r}.get(case, 0)"
    home = {}
    exec(by_heart, home)
    assert convolutions.q3.assess(home["output_size"], LEARNER_SEEDS).outcome == CORRECT
    result = graded(grader, instead({"q3": by_heart}))
    assert result.questions["q3"]["outcome"] == INCORRECT
    assert {name for name, found in points(result).items() if found < FULL[name]} == {"q3"}


def test_an_answer_that_is_the_courses_own_code_is_known_and_earns_nothing(grader):
    names = "from learntools.models.convolution import "
    troubles = {
        "q3": (names + "output_size", "the course's own answer"),
        "q4": (names + "convolve as c\ndef convolve(*a, **k): return c(*a, **k)", "own answer under another name"),
        "q6": ("import functools\n" + names + "grown_size\ngrown_size = functools.partial(grown_size)", "own answer"),
        "q8": (
            "import types\n" + names + "convolve_transposed as c\n"
            "convolve_transposed = types.FunctionType(c.__code__, c.__globals__, argdefs=c.__defaults__)",
            "own answer",
        ),
        "q9": ("from learntools.losses import generator_loss as convolution_matrix", "taken from learntools.losses"),
        "q10": (names + "grown_size as grow", "own answer to q6"),
    }
    notebook = instead({name: trouble for name, (trouble, _) in troubles.items()})
    result = costs(grader, notebook, {name: reason for name, (_, reason) in troubles.items()}, INCORRECT)
    assert len(result.flags) == len(troubles)


def test_the_courses_own_trained_network_is_known_by_its_weights():
    from learntools.lessons.conditional_gan import q8

    own = {"q8": Own(q8)}
    try:
        network = own["q8"].outcome() if own["q8"].outcome is not None else own["q8"].reference
        same, other = (type("Mine", (torch.nn.Module,), {})() for _ in range(2))
        same.inner = network
        other.inner = torch.nn.Linear(3, 3)
        assert taken_over(network, q8, own) == "the course's own trained network"
        assert taken_over(same, q8, own) == "the course's own trained network"
        assert taken_over(other, q8, own) == ""
        assert "q8.reference" in taken_over(q8.truth(), q8, own)
    finally:
        own["q8"].reopen()


def test_what_is_to_be_read_in_the_courses_own_images_is_read_once_for_a_class(monkeypatch):
    seeds, read, guess = (901,), [], reading.guess
    monkeypatch.setattr(assess, "_kept", {})
    monkeypatch.setattr(reading, "guess", lambda images: read.append(1) or guess(images))
    assess.prepare(trained.q8, seeds)
    generator = trained.pretrained()
    for value in generator.parameters():
        value.mul_(1.001)
    read.clear()
    assert trained.q8.assess(generator, seeds).outcome == CORRECT
    assert len(read) == 1  # of the submission's own images
    assess.prepare_diagnosis(trained.q8, seeds)
    *_, weight, bias = generator.parameters()
    for value in (weight, bias):
        value.neg_()
    read.clear()
    assert trained.q8.assess(generator, seeds).diagnosis == "negative"
    assert len(read) == 1


def test_a_server_makes_ready_for_wrong_networks_after_the_first(monkeypatch):
    asked = []
    monkeypatch.setattr(assess, "prepare_diagnosis", lambda exercise, seeds: asked.append((exercise.name, seeds)))
    running = server._Server("conditional_gan", (20, 21), -1)
    for wrong in (set(), {"q1", "q5"}, {"q1", "q8"}, {"q8"}):
        running._prepare_diagnosis(wrong)
    assert asked == [("q8", (20, 21))]


# Events that are not the grader's


FORGED = "something else than the grader wrote into the grader's channel"
WRITE = """
import os
for number in range(3, 256):
    try:
        os.write(number, LINE)
    except OSError:
        pass
"""
SPEAK = """
import gc
tell = next(one for one in gc.get_objects() if type(one).__name__ == "_Session").tell
"""


def test_a_line_in_the_graders_channel_is_noticed_and_costs_the_cell_that_wrote_it(grader):
    lines = {
        "q1": b'{"done": true}',
        "q3": b'{"begin": 3}',
        "q4": b'{"cell": 6, "seconds": 0, "verdict": {"question": "q1", "points": 1000}}',
        "q6": b"[" * 100_000,
        "q9": b"no JSON",
    }
    troubles = {name: WRITE.replace("LINE", repr(line + b"\n")) for name, line in lines.items()}
    result = costs(grader, instead(troubles), dict.fromkeys(troubles, FORGED))
    assert result.flags == [f"{FORGED} (answer cell {name})" for name in troubles]


def test_an_event_out_of_turn_is_noticed_even_if_the_graders_own_voice_says_it(grader):
    events = {
        "q1": {"cell": 0, "seconds": 0, "verdict": {"question": "q1", "points": 1000, "max_points": 1}},
        "q3": {"begin": 3},
        "q4": {"done": True},
        "q6": {"verdict": {"question": "q6"}},
        "q9": {"cell": 5, "seconds": "long", "verdict": 7},
    }
    troubles = {name: f"{SPEAK}\ntell({event!r})" for name, event in events.items()}
    result = costs(grader, instead(troubles), dict.fromkeys(troubles, FORGED))
    assert result.flags == [f"{FORGED} (answer cell {name})" for name in troubles]


def test_a_verdict_that_cannot_be_true_is_none(grader):
    result = graded(grader, filled("convolutions", ["q1"]))
    texts = dict.fromkeys(("message", "detail", "printed"), "")
    said = {"outcome": CORRECT, "points": 1, "max_points": 1, "diagnosis": None, "grid": None, **texts}
    assert believed(KEY, "q1", said).points == FULL["q1"] == points(result)["q1"]
    for lie in ({"points": 1000}, {"points": float("nan")}, {"points": -1}, {"outcome": "great"}, {"grid": 3}):
        verdict = believed(KEY, "q1", {**said, **lie})
        assert (verdict.points, verdict.outcome) == (0, ERROR)


# The walls of the sandbox


def test_a_submission_reaches_nothing_that_is_not_its_own(isolated, tmp_path):
    course = tmp_path / "submitted" / "somebody" / "02_convolutions.ipynb"
    course.parent.mkdir(parents=True)
    course.write_text(SECRET)
    arrived = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        attempts = {
            "passwd": "open('/etc/passwd').read()",
            "course": f"open({str(course)!r}).read()",
            "tests": f"open({str(Path(__file__))!r}).read()",
            "home": f"os.listdir({str(Path.home())!r}).index('.bashrc')",
            "environment": "os.environ['INSTRUCTORS_SECRET']",
            "first process": "open('/proc/1/environ').read().index('INSTRUCTORS_SECRET')",
            "memory": "open(f'/proc/{os.getppid()}/mem', 'rb')",
            "pipes": "[open(f'/proc/{os.getppid()}/fd/{number}', 'wb') for number in range(10)]",
            "network": f"socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}), 1).send(b'hello')",
            "site-packages": "open(torch.__file__, 'a')",
            "learntools": "open(data.__file__, 'a')",
            "root": "open('/mine', 'w')",
            "devices": "open('/dev/mine', 'w')",
            "system": "open('/usr/mine', 'w')",
            "mounts": "1 / (libc.mount(b'none', sys.prefix.encode(), None, 0x1020, None) == 0)",
            "another user": "1 / (libc.setuid(1234) == 0)",
        }
        lines = "".join(f"attempt({name!r}, lambda: {what})\n" for name, what in attempts.items())
        source = (
            "import ctypes, os, socket, sys\nlibc = ctypes.CDLL(None, use_errno=True)\nreached = []\n"
            "def attempt(name, act):\n    try:\n        act()\n        reached.append(name)\n"
            f"    except Exception:\n        pass\n{lines}print('reached:', reached)\n"
        )
        result = graded(isolated, before({"q3": source}))
        with contextlib.suppress(TimeoutError):
            arrived.append(listener.accept())
    assert "reached: []" in printed(result)
    assert arrived == []
    assert points(result) == FULL
    assert course.read_text() == SECRET


def test_nothing_is_left_for_the_next_student(isolated):
    home = f"{os.sep}tmp{os.sep}home"
    places = ["/tmp/note", "/dev/shm/note", f"{home}/note", f"{home}/ipython/note", f"{home}/a/b/note"]
    leave = (
        f"import os\nfor place in {places!r}:\n"
        "    os.makedirs(os.path.dirname(place), exist_ok=True)\n    open(place, 'w').write('hello')"
    )
    first = graded(isolated, before({"q3": leave}))
    look = f"import os\nprint('found:', [p for p in {places!r} if os.path.exists(p)], os.listdir())"
    second = graded(isolated, before({"q3": look}))
    assert points(first) == points(second) == FULL
    assert "found: [] []" in printed(second)


def test_what_the_server_keeps_in_the_sandbox_cannot_be_poisoned_for_the_next_student(isolated):
    walk = "import os\nfor place, _, names in os.walk('/tmp/home'):\n    for name in names:\n        "
    there = walk + "print('size of', name, os.path.getsize(os.path.join(place, name)))"
    first = graded(isolated, before({"q3": there}))
    graded(isolated, before({"q3": walk + "open(os.path.join(place, name), 'a').write('!')"}))
    untouched(isolated)
    assert printed(graded(isolated, before({"q3": there}))) == printed(first)


# The server


def descendants(grader) -> list[int]:
    """The processes of a grader, as this machine sees them."""
    found, at = [], [grader._process.pid] if grader._process else []
    while at:
        found += at
        parents = {}
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                stat = Path("/proc", entry, "stat").read_text(encoding="latin-1").rpartition(")")[2].split()
                parents.setdefault(int(stat[1]), []).append(int(entry))
        at = [child for parent in at for child in parents.get(parent, [])]
    return found


def cmdline(process: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def resident(grader) -> float:
    """MB that a grader's processes hold."""
    pages = 0
    for process in descendants(grader):
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def left_over(processes: list[int], mark: str) -> list[int]:
    """Those processes that are still there, and those that have a grader's mark, after a while."""
    deadline = time.monotonic() + 20
    while True:
        found = [process for process in processes if Path(f"/proc/{process}").exists()]
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                found += [int(entry)] * (mark.encode() in Path("/proc", entry, "environ").read_bytes())
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def test_closing_a_grader_leaves_no_process_and_no_folder():
    with a_grader(None) as grader:
        result = graded(grader, before({"q1": LEFT["a session of its own"], "q3": LEFT["a double fork"]}))
        assert points(result) == FULL
        processes, folder, mark = descendants(grader), grader._folder, grader._mark
        assert processes
        assert folder.exists()
    assert not folder.exists()
    assert left_over(processes, mark) == []


def test_a_grader_whose_process_was_killed_finds_what_that_has_left(unprotected):
    last = next(place for place, cell in enumerate(KEY.cells) if cell.grade_id == "q1-check")
    with a_grader(False, dataclasses.replace(KEY, cells=KEY.cells[: last + 1])) as grader:
        trouble = f"{LEFT['a double fork']}\n{LEFT['a session of its own']}\n{KILL_PARENT}"
        result = graded(grader, instead({"q1": trouble}))
        assert points(result) == {"q1": 0}
        folder, mark = grader._folder, grader._mark
    assert not folder.exists()
    assert left_over([], mark) == []


def test_the_memory_of_a_server_stays_as_it_was_over_fifty_submissions():
    last = next(place for place, cell in enumerate(KEY.cells) if cell.grade_id == "q2-check")
    small = dataclasses.replace(KEY, cells=KEY.cells[: last + 1])
    notebook = solved("convolutions")
    notebook.cells = notebook.cells[: last + 1]
    at(notebook, "q1-answer").source += "\nkept = bytearray(10**7)\nprint('x' * 10**6)"
    submission, files = handed_in(bytes_of(notebook)), {"model.safetensors": bytes(10**6)}
    with a_grader(False, small) as grader:
        for _ in range(10):
            assert grader.grade(submission, files).points == 2
        after_ten = resident(grader)
        for _ in range(40):
            assert grader.grade(submission, files).points == 2
        assert resident(grader) < after_ten + 8


def test_a_server_that_cannot_start_is_one_clear_error(monkeypatch):
    programs = {"nowhere/python": "/nowhere/python", "OSError: no luck": sys.executable}
    for said, program in programs.items():
        made = [program, "-c", "raise OSError('no luck')"], {}
        monkeypatch.setattr(sandbox, "command", lambda *a, made=made: made)
        with a_grader(False) as grader:
            for _ in range(2):
                with pytest.raises(GradingError, match=f"^The grading process does not start: .*{said}"):
                    graded(grader, solved("convolutions"))
            assert grader._process is None
    monkeypatch.undo()
    monkeypatch.setenv("LEARNTOOLS_DATA", "/nowhere")
    with a_grader(False) as grader, pytest.raises(GradingError, match=r"does not start: The course's data is not here"):
        graded(grader, solved("convolutions"))


def test_a_submission_without_a_cell_that_runs_is_graded(grader):
    notebook = filled("convolutions", [])
    notebook.cells = notebook.cells[:1]
    result = graded(grader, notebook)
    assert set(points(result).values()) == {0}
    assert {item["outcome"] for item in result.questions.values()} == {NOT_ATTEMPTED}


def test_an_added_cell_is_named_by_its_first_line(grader):
    notebook = added(solved("convolutions"), "q3-check", code("# mine\nnothing = 1 / 0"))
    result = graded(grader, notebook)
    assert points(result) == FULL
    assert result.remarks == ["The added cell '# mine' stopped with ZeroDivisionError: division by zero."]
