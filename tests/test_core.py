"""The exercise engine: outcomes, diagnosis, guards, limits, and that nobody is ever stuck."""

from __future__ import annotations

import builtins
import json
import os
import queue
import random
import resource
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest
import torch
from contrast import ENOUGH, contrast, of_hex
from torch import nn
from torch.nn import functional as F

from learntools.core import close, equal, exercise, grad, leaf, shape, true
from learntools.core.limits import memory_limit
from learntools.core.progress import record_file, summarise
from learntools.core.verdict import Points, Verdict


def loss_of_d(real, fake):
    """The reference, as a learner reads it."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


@exercise(answer="d_loss", points=2, seconds=2)
class q1:
    """D's loss."""

    hints = ["A first idea.", "A second idea."]
    reference = loss_of_d

    def scenario(rng):
        return {"real": rng.normal(16, 1, scale=3), "fake": rng.normal(16, 1, scale=3)}

    def observe(answer, s):
        real, fake = leaf(s.real), leaf(s.fake)
        loss = answer(real, fake)
        return {"loss": loss, "d_real": grad(loss, real), "d_fake": grad(loss, fake)}

    expect = [
        shape("loss", (), why="one number"),
        close("loss"),
        close("d_real", share=0.5),
        close("d_fake", share=0.5),
    ]
    mistakes = {
        "swapped": (lambda real, fake: loss_of_d(fake, real), "The labels of d_loss are swapped."),
        "crash": (lambda real, fake: real.item(), "d_loss asks a whole batch for one item."),
    }


@exercise(answer="size", points=1)
class q2:
    hints = ["One.", "Two."]
    reference = (3, 14)
    mistakes = {"turned": ((14, 3), "Rows come before columns in size.")}


@exercise(answer="choice", points=1)
class q3:
    hints = ["One.", "Two."]
    options = {"a": "Not a, because.", "b": "b it is.", "c": "Not c, because."}
    reference = "b"


@exercise(answer="guess", points=1)
class q4:
    hints = ["One.", "Two."]

    def outcome():
        return (torch.ones(2, 3) @ torch.ones(3, 4)).shape

    mistakes = {"inner": ((2, 3), "guess keeps the inner size, which is summed over.")}


@exercise(answer="Net", points=2)
class q5:
    hints = ["One.", "Two."]
    reference = nn.Flatten

    def scenario(rng):
        return {"x": rng.normal(5, 2, 3)}

    def observe(answer, s):
        return {"shape": list(answer()(s.x).shape)}

    expect = [equal("shape")]


@exercise(answer="model", points=2, kind="model")
class q6:
    hints = ["One.", "Two."]
    reference = nn.Linear(3, 1)

    def scenario(rng):
        return {"x": rng.normal(4, 3)}

    def observe(answer, s):
        answer.train()
        loss = answer(s.x).pow(2).sum()
        loss.backward()
        with torch.no_grad():
            for value in answer.parameters():
                value.zero_()
                value.requires_grad_(False)
        return {"fits": True, "shape": list(answer(s.x).shape)}

    expect = [true("fits"), equal("shape")]


RIGHT = {
    "as the reference": loss_of_d,
    "cross-entropy": lambda r, f: (
        F.binary_cross_entropy_with_logits(r, torch.ones_like(r))
        + F.binary_cross_entropy_with_logits(f, torch.zeros_like(f))
    ),
    "a loop": lambda r, f: sum((F.softplus(-a) + F.softplus(b)).squeeze() / len(r) for a, b in zip(r, f, strict=True)),
    "a module": lambda r, f: nn.BCEWithLogitsLoss()(torch.cat([r, -f]), torch.ones(32, 1)) * 2,
    "another order of arguments": lambda real, fake: F.softplus(fake).mean() - F.logsigmoid(real).mean(),
    "a callable object": type("Loss", (nn.Module,), {"forward": lambda self, r, f: loss_of_d(r, f)})(),
}


@pytest.mark.parametrize("answer", RIGHT.values(), ids=list(RIGHT))
def test_any_right_spelling_passes(answer):
    verdict = q1.assess(answer)
    assert verdict.outcome == "correct", verdict
    assert verdict.points == 2


def blank_body(real, fake):
    """Docstring."""
    ...


def blank_variable(real, fake):
    value = ...
    return value.mean()


def blank_argument(real, fake):
    return F.softplus(..., beta=1).mean()


def blank_raise(real, fake):
    raise NotImplementedError


def blank_return(real, fake):
    return ...


@pytest.mark.parametrize("answer", [..., blank_body, blank_variable, blank_argument, blank_raise, blank_return])
def test_a_blank_is_not_attempted_wherever_it_stands(answer):
    assert q1.assess(answer).outcome == "not attempted"


def test_a_blank_inside_a_class_is_not_attempted():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.Linear(2, 2), ...)

        def forward(self, x):
            return self.net(x)

    assert q5.assess(Net).outcome == "not attempted"


@pytest.mark.parametrize("answer", [[3, ...], {"a": ...}, (..., ...)])
def test_a_blank_inside_a_value_is_not_attempted(answer):
    assert q2.assess(answer).outcome == "not attempted"


def test_a_leftover_ellipsis_in_a_right_answer_does_no_harm():
    def answer(real, fake):
        ...
        return loss_of_d(real[..., :], fake[...])

    assert q1.assess(answer).correct


def test_indexing_with_an_ellipsis_is_no_blank():
    assert q1.assess(lambda real, fake: real[..., 0].mean()).outcome == "incorrect"


def test_a_wrong_answer_is_named_not_just_refused():
    labels = torch.zeros(16, 1)
    verdict = q1.assess(
        lambda r, f: F.binary_cross_entropy_with_logits(r, labels) + F.binary_cross_entropy_with_logits(f, 1 - labels)
    )
    assert verdict.outcome == "incorrect"
    assert verdict.diagnosis == "swapped"
    assert verdict.message == "The labels of d_loss are swapped."


def test_a_common_crash_has_its_own_sentence():
    verdict = q1.assess(lambda real, fake: torch.tensor(real.item()))
    assert (verdict.outcome, verdict.diagnosis) == ("error in your code", "crash")


def test_two_mistakes_at_once_are_told_by_what_is_off():
    verdict = q1.assess(lambda r, f: F.softplus(r) + F.softplus(-f))
    assert verdict.diagnosis is None
    assert "`d_loss`" in verdict.message
    assert "(16, 1), expected ()" in verdict.message


def test_partial_credit_follows_the_shares():
    half = q1.assess(lambda r, f: F.softplus(-r).mean() + F.softplus(f.detach()).mean())
    assert half.outcome == "incorrect"
    assert half.points == 1.5


STRANGE = {
    "a class where a function is expected": (nn.Linear, "is a class"),
    "a number": (3, "asks for a function"),
    "text": ("d_loss", "asks for a function"),
    "a generator": (lambda r, f: (x for x in r), "generator"),
    "None": (lambda r, f: print(), "None"),
    "a function as result": (lambda r, f: loss_of_d, "parentheses"),
    "NaN": (lambda r, f: loss_of_d(r, f) * float("nan"), "NaN"),
    "too few arguments": (lambda r: r, "positional argument"),
    "an own exception": (lambda r, f: (_ for _ in ()).throw(KeyError("weights")), "KeyError"),
    "exit": (lambda r, f: sys.exit(), "exit"),
    "interrupt": (lambda r, f: (_ for _ in ()).throw(KeyboardInterrupt), "interrupted"),
    "input": (lambda r, f: input("?"), "input()"),
    "ten gigabytes": (lambda r, f: torch.zeros(2_500_000_000) + r.mean(), "memory"),
    "ten gigabytes of bytes": (lambda r, f: bytearray(10**10), "memory"),
    "changes its input": (lambda r, f: (loss_of_d(r.clone(), f), r.data.mul_(2))[0], "changes `r`"),
}


@pytest.mark.parametrize(("answer", "said"), STRANGE.values(), ids=list(STRANGE))
def test_strange_and_hostile_answers_get_a_clear_sentence(answer, said):
    verdict = q1.assess(answer)
    assert verdict.outcome in ("incorrect", "error in your code"), verdict
    assert said in verdict.message
    assert "learntools" not in verdict.message + verdict.detail
    assert "Traceback" not in verdict.text()
    assert len(verdict.message.split()) >= 6


NO_MODELS = {
    "what load_state_dict gives back": (
        lambda: nn.Linear(3, 1).load_state_dict(nn.Linear(3, 1).state_dict()),
        "report",
    ),
    "its weights": (lambda: nn.Linear(3, 1).state_dict(), "dictionary"),
    "its class": (lambda: nn.Linear, "is the class"),
    "nothing": (lambda: None, "`model` is None, Python's word for nothing"),
}


@pytest.mark.parametrize(("made", "said"), NO_MODELS.values(), ids=list(NO_MODELS))
def test_what_is_no_network_is_called_by_its_name(made, said):
    verdict = q6.assess(made())
    assert said in verdict.message
    assert "_Incompatible" not in verdict.message


def test_writing_into_a_weight_that_learns_is_told_from_other_changes_in_place():
    def written(real, fake):
        nn.Linear(1, 1).weight.mul_(2)

    assert "`with torch.no_grad():`" in q1.assess(written).message


async def promised(real, fake):
    return loss_of_d(real, fake)


def endless(real, fake):
    return endless(real, fake)


def test_a_coroutine_and_endless_recursion_get_a_clear_sentence():
    assert "async" in q1.assess(promised).message
    assert "calls itself" in q1.assess(endless).message


def loop(real, fake):
    while True:
        pass


def stubborn_loop(real, fake):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            pass


def nested_stubborn_loop(real, fake):
    while True:
        try:
            while True:
                try:
                    real.add(1)
                except BaseException:
                    continue
        except BaseException:
            continue


@pytest.mark.parametrize("answer", [loop, stubborn_loop, nested_stubborn_loop])
def test_an_endless_loop_is_stopped_in_time(answer):
    start = time.perf_counter()
    verdict = q1.assess(answer)
    assert verdict.outcome == "too slow"
    assert time.perf_counter() - start < 5
    assert sys.gettrace() is None
    assert q1.assess(loss_of_d).correct


def test_a_debuggers_trace_function_is_given_back():
    def tracer(frame, event, arg):
        return None

    sys.settrace(tracer)
    try:
        q1.assess(loss_of_d)
        assert sys.gettrace() is tracer
        q1.assess(stubborn_loop)
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(None)


def test_an_endless_loop_is_stopped_in_a_thread_too():
    found: list[Verdict] = []
    worker = threading.Thread(target=lambda: found.append(q1.assess(loop)))
    worker.start()
    worker.join(8)
    assert [verdict.outcome for verdict in found] == ["too slow"]


def test_checks_in_several_threads_put_back_what_was_there_before_any_of_them():
    """They take turns, as what they put back belongs to the whole process."""
    inside, met = threading.Lock(), threading.Event()

    def slow(real, fake):
        if inside.acquire(blocking=False):
            time.sleep(0.02)
            inside.release()
        else:
            met.set()
        return loss_of_d(real, fake)

    def state():
        memory = resource.getrlimit(resource.RLIMIT_AS)
        return memory, builtins.input, sys.stdout, sys.stderr, torch.get_num_threads(), random.getstate()

    before, found = state(), []
    workers = [threading.Thread(target=lambda: found.append(q1.assess(slow).correct)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert found == [True] * 4
    assert not met.is_set()
    assert state() == before


def test_a_check_within_a_check_takes_no_turn_of_its_own():
    assert q1.assess(lambda real, fake: loss_of_d(real, fake) if q2.assess((3, 14)).correct else None).correct


def test_a_check_does_not_wait_for_ever_for_its_turn(monkeypatch):
    monkeypatch.setattr("learntools.core.guard.PATIENCE", 0.1)
    found = queue.SimpleQueue()

    def waits_for_another(real, fake):
        worker = threading.Thread(target=lambda: found.put(q2.assess((3, 14)).correct))
        worker.start()
        worker.join()
        return loss_of_d(real, fake)

    assert q1.assess(waits_for_another).correct
    assert found.get_nowait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is set on Linux alone")
@pytest.mark.parametrize("first_to_end", ["the first", "the second"])
def test_limits_of_memory_that_overlap_leave_none_behind(first_to_end):
    before = resource.getrlimit(resource.RLIMIT_AS)
    begun, first_may_end, second_may_end = threading.Barrier(3), threading.Event(), threading.Event()

    def limited(may_end):
        with memory_limit():
            begun.wait(5)
            may_end.wait(5)

    ends = [first_may_end, second_may_end]
    workers = [threading.Thread(target=limited, args=(end,)) for end in ends]
    for worker in workers:
        worker.start()
    begun.wait(5)
    assert resource.getrlimit(resource.RLIMIT_AS)[0] not in (before[0], resource.RLIM_INFINITY)
    for place in (0, 1) if first_to_end == "the first" else (1, 0):
        assert resource.getrlimit(resource.RLIMIT_AS) != before
        ends[place].set()
        workers[place].join(5)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is set on Linux alone")
def test_a_limit_of_memory_outlasts_one_within_and_ends_with_its_own_block():
    before = resource.getrlimit(resource.RLIMIT_AS)
    with memory_limit():
        outer = resource.getrlimit(resource.RLIMIT_AS)
        with memory_limit(2**40):
            assert resource.getrlimit(resource.RLIMIT_AS) == outer
        assert resource.getrlimit(resource.RLIMIT_AS) == outer
        cut_off = memory_limit(2**30)  # its end never comes: the time is up in the midst of it
        cut_off.__enter__()
        assert resource.getrlimit(resource.RLIMIT_AS)[0] < outer[0]
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    with memory_limit():
        assert resource.getrlimit(resource.RLIMIT_AS)[0] > 0
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_the_learners_own_line_is_shown_and_no_other():
    def wrong(real, fake):
        return real.no_such_method()

    verdict = q1.assess(wrong)
    assert "return real.no_such_method()" in verdict.detail
    assert str(wrong.__code__.co_firstlineno + 1) in verdict.detail


def test_a_check_leaves_no_trace_in_the_session():
    def vandal(real, fake):
        random.seed(0)
        np.random.seed(0)
        torch.manual_seed(0)
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        np.seterr(all="raise")
        warnings.simplefilter("error")
        os.environ["LEARNTOOLS_TEST"] = "1"
        os.chdir("/")
        print("noise")
        sys.stderr.write("more noise")
        warnings.warn("and a warning", stacklevel=1)
        raise ValueError("and out")

    def state():
        return (
            random.getstate(),
            np.random.get_state()[1].tolist(),
            torch.get_rng_state().tolist(),
            torch.is_grad_enabled(),
            torch.get_default_dtype(),
            torch.get_num_threads(),
            np.geterr(),
            list(warnings.filters),
            os.environ.get("LEARNTOOLS_TEST"),
            os.getcwd(),
            sys.stdout,
            sys.stderr,
        )

    before = state()
    with torch.no_grad():
        q1.assess(vandal)
        assert not torch.is_grad_enabled()
    q1.assess(loss_of_d)
    assert state() == before


def test_the_learners_objects_are_as_they_were():
    network = nn.Sequential(nn.Linear(1, 4), nn.BatchNorm1d(4), nn.Dropout())
    network.eval()
    network[0].weight.requires_grad_(False)
    network(torch.randn(3, 1)).sum().backward()
    optimiser = torch.optim.Adam(network[1].parameters())
    optimiser.step()
    array, seen, counter = np.arange(3.0), [1, 2], {"calls": 0}
    generator = torch.Generator().manual_seed(3)

    def meddling(real, fake):
        nonlocal counter
        network.train()
        network.requires_grad_(True)
        network(real).sum().backward()
        optimiser.step()
        network[0].weight.data.zero_()
        network.zero_grad()
        network.add_module("extra", nn.Linear(1, 1))
        array[:] = 7
        seen.append(3)
        counter = {"calls": 1}
        torch.randn(3, generator=generator)
        return loss_of_d(real, fake)

    def picture():
        return (
            {name: value.tolist() for name, value in network.state_dict().items()},
            [None if p.grad is None else p.grad.tolist() for p in network.parameters()],
            [p.requires_grad for p in network.parameters()],
            [m.training for m in network.modules()],
            str(optimiser.state_dict()),
            array.tolist(),
            seen,
            counter,
            generator.get_state().tolist(),
        )

    before = repr(picture())
    assert q1.assess(meddling).correct
    assert repr(picture()) == before


def test_a_trained_model_survives_an_observation_that_breaks_it():
    model = nn.Linear(3, 1).eval()
    weight = model.weight.detach().clone()
    assert q6.assess(model).correct
    assert torch.equal(model.weight, weight)
    assert not model.training
    assert model.weight.requires_grad
    assert model.weight.grad is None


def test_a_graph_that_waits_for_backward_stays_valid():
    network = nn.Linear(1, 1)
    loss = network(torch.ones(2, 1)).pow(2).sum()
    q1.assess(lambda real, fake: loss_of_d(network(real) * 0 + real, fake))
    loss.backward()
    assert network.weight.grad is not None


def test_values_are_alike_in_any_container():
    for answer in ((3, 14), [3, 14], np.array([3, 14]), torch.tensor([3.0, 14.0]), torch.Size([3, 14])):
        assert q2.assess(answer).correct, answer
    assert q2.assess([14, 3]).diagnosis == "turned"


def test_a_wrong_value_does_not_give_the_answer_away():
    verdict = q2.assess((3, 15))
    assert verdict.outcome == "incorrect"
    assert "14" not in verdict.text()


def test_a_choice_answers_each_option_and_names_them_to_a_stranger():
    assert q3.assess(" B ").correct
    assert q3.assess("a").message == "Not a, because."
    assert "'a', 'b', 'c'" in q3.assess("d").message
    assert "'a', 'b', 'c'" in q3.assess(2).message


def test_a_prediction_is_held_against_what_really_happens():
    assert q4.assess((2, 4)).correct
    assert q4.assess((2, 3)).diagnosis == "inner"


def test_a_class_may_also_be_a_function_that_builds_the_network():
    assert q5.assess(nn.Flatten).correct
    assert q5.assess(lambda: nn.Sequential(nn.Flatten())).correct
    assert "parentheses" in q5.assess(nn.Flatten()).message


def test_the_answer_is_found_by_name_where_check_is_called():
    d_loss = loss_of_d  # noqa: F841 - found by its name
    assert q1.check().correct


def test_an_answer_that_does_not_exist_is_not_attempted():
    verdict = q4.check()
    assert verdict.outcome == "not attempted"
    assert "`guess`" in verdict.message


def test_get_gives_the_learners_answer_once_it_passes_and_the_reference_until_then():
    assert q1.get() is loss_of_d
    d_loss = lambda real, fake: real.sum()
    assert q1.get() is loss_of_d
    d_loss = RIGHT["cross-entropy"]
    assert q1.get() is d_loss
    assert tuple(q4.get()) == (2, 4)


def test_hints_come_one_by_one_and_end_politely(capsys):
    q2._hints_given = 0
    assert "One." in q2.hint().body
    assert "Two." in q2.hint().body
    assert "q2.solution()" in q2.hint().body
    assert "One." in q2.hint(1).body
    assert "no more" in q2.hint(99).heading
    assert capsys.readouterr().out.count("One.") == 2


def test_without_a_notebook_the_solution_is_the_references_own_source(capsys):
    assert "F.softplus(-real).mean()" in q1.solution().code
    assert "(3, 14)" in q2.solution().body
    assert "'b'" in q3.solution().body
    q4.solution()
    assert "(2, 4)" in capsys.readouterr().out.replace("[2, 4]", "(2, 4)")


def test_a_broken_checker_says_that_it_is_broken():
    @exercise(answer="x")
    class q9:
        hints = ["One.", "Two."]
        reference = loss_of_d

        def observe(answer, s):
            return {"x": s.no_such_thing}

        expect = [close("x")]

    verdict = q9.assess(lambda r, f: 1)
    assert verdict.outcome == "our fault"
    assert "not your doing" in verdict.message


def test_an_exercise_that_lacks_a_part_is_refused_when_it_is_written():
    with pytest.raises(TypeError, match="reference"):

        @exercise(answer="x")
        class q9:
            hints = []

    with pytest.raises(TypeError, match="observe"):

        @exercise(answer="x")
        class q10:
            reference = loss_of_d


def test_a_verdict_is_shown_once_in_words_and_escaped(capsys):
    verdict = q1.check(lambda real, fake: real.no_such("<script>"))
    shown = capsys.readouterr().out
    assert shown.count("q1 · error in your code") == 1
    assert "\x1b" not in shown
    assert "<script>" not in verdict.html()
    assert "&lt;script&gt;" in verdict.html()
    assert "error in your code" in verdict.html()


def test_what_the_answer_printed_is_shown_beside_a_failure():
    def answer(real, fake):
        print("shape is", tuple(real.shape))
        return real.mean()

    assert "shape is (16, 1)" in q1.assess(answer).text()


@pytest.mark.parametrize("mode", ["autograde", "validate"])
def test_under_nbgrader_a_check_is_a_bare_number_and_silent(monkeypatch, capfd, mode):
    monkeypatch.setenv("NBGRADER_EXECUTION", mode)
    points = q1.check(loss_of_d)
    assert isinstance(points, Points)
    assert float(repr(points)) == 2
    assert "correct" in points._repr_html_()
    assert repr(q1.check(...)) == "0.0"
    warns = lambda r, f: warnings.warn("x", stacklevel=1) or sys.stderr.write("y")
    assert float(repr(q1.check(warns))) == 0
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_points_never_leave_their_range():
    base = {"lesson": "l", "question": "q", "answer": "a", "outcome": "correct", "max_points": 2.0, "message": ""}
    assert Points(Verdict(points=3.0, **base)) == 2
    assert Points(Verdict(points=-1.0, **base)) == 0


def test_graded_runs_draw_scenarios_that_the_learner_has_not_seen(monkeypatch):
    seen = []

    @exercise(answer="x")
    class q9:
        hints = ["One.", "Two."]
        reference = lambda x: x

        def scenario(rng):
            return {"x": rng.normal(3)}

        def observe(answer, s):
            seen.append(s.x.tolist())
            return {"x": answer(s.x)}

        expect = [close("x")]

    q9.assess(lambda x: x)
    q9.assess(lambda x: x)
    known = {tuple(x) for x in seen}
    assert len(known) == 2
    seen.clear()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    q9.assess(lambda x: x)
    assert not known & {tuple(x) for x in seen}


def test_the_record_survives_damage_and_two_writers(monkeypatch, tmp_path):
    monkeypatch.setenv("LEARNTOOLS_HOME", str(tmp_path))
    record_file().write_bytes(b'{"lesson": "test_core", "question"\n\xff\xfe\n[]\n{"lesson": 1}\n{"half')
    workers = [threading.Thread(target=lambda: [q2.check((3, 14)) for _ in range(20)]) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    lines = record_file().read_bytes().splitlines()
    assert sum(json.loads(line)["outcome"] == "correct" for line in lines[5:]) == 40
    q1.check(lambda r, f: 0)
    table = summarise([("test_core", "q1", "d_loss"), ("test_core", "q2", "size"), ("test_core", "q3", "choice")])
    assert [row.state for row in table.rows] == ["tried", "solved", "open"]
    assert "1 of 3 solved" in repr(table)
    assert "1 of 3 solved" in table._repr_html_()


def test_a_home_that_cannot_be_written_does_not_stop_a_check(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LEARNTOOLS_HOME", str(tmp_path / "file"))
    assert q2.check((3, 14)).correct


def test_opening_a_lesson_loads_nothing_heavy():
    heavy = (
        "torchvision",
        "matplotlib",
        "ipywidgets",
        "timm",
        "accelerate",
        "torchmetrics",
        "IPython",
        "torch._dynamo",
    )
    code = (
        "import sys, learntools.lessons.convolutions, learntools.lessons.simple_gan;"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_torchs_own_not_implemented_error_is_no_blank():
    verdict = q1.assess(lambda real, fake: F.pad(real, (1, 1, 1, 1), mode="replicate").mean())
    assert verdict.outcome == "error in your code"

    class Net(nn.Module):
        def foward(self, x):
            return x

    verdict = q5.assess(Net)
    assert verdict.outcome == "error in your code"
    assert "`forward`" in verdict.message


@pytest.mark.parametrize(
    "answer",
    [
        lambda r, f, i=0: r[..., i + 0].mean(),
        lambda r, f, i=0: r[..., i * 2 : i * 2 + 1].mean(),
        lambda r, f: r[..., len(r) - 16 :].mean(),
        lambda r, f: r[0, ..., max(0, -1)].mean(),
    ],
)
def test_arithmetic_after_an_ellipsis_in_brackets_is_no_blank(answer):
    assert q1.assess(answer).outcome == "incorrect"


def test_an_empty_hook_does_not_make_a_class_blank():
    class Net(nn.Module):
        def hook(self):
            pass

        def forward(self, x):
            return x

    assert q5.assess(Net).outcome == "incorrect"


def test_an_answer_that_replaces_a_buffer_or_a_weight_is_judged_and_undone():
    class Averaging(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("ema", torch.zeros(3))
            self.weight = nn.Parameter(torch.ones(3))

        def forward(self, x):
            self.ema = self.ema + 1
            self.weight = nn.Parameter(torch.zeros(3))
            return x

    network = Averaging()
    weight, ema = network.weight, network.ema
    assert q1.assess(lambda real, fake: loss_of_d(network(real), fake)).correct
    assert network.weight is weight
    assert network.ema is ema
    assert ema.tolist() == [0, 0, 0]


def test_the_default_device_is_given_back():
    def answer(real, fake):
        torch.set_default_device("meta")
        return loss_of_d(real, fake)

    q1.assess(answer)
    assert torch.empty(1).device.type == "cpu"


def test_a_whole_number_is_held_to_be_whole():
    @exercise(answer="count", points=1)
    class q9:
        hints = ["One.", "Two."]
        reference = 784

    assert not q9.assess(784.6).correct
    assert q9.assess(784.0).correct


def test_a_machine_without_a_home_folder_does_not_stop_a_check(monkeypatch):
    from pathlib import Path

    def nobody():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("LEARNTOOLS_HOME")
    monkeypatch.setattr(Path, "home", nobody)
    assert q2.check((3, 14)).correct


def test_every_heading_can_be_read_white_on_its_colour():
    from learntools.core.verdict import _COLOUR, OUTCOMES

    assert set(_COLOUR) == set(OUTCOMES)
    for colour in (*_COLOUR.values(), "#0550ae"):
        assert contrast((255, 255, 255), of_hex(colour)) >= ENOUGH
