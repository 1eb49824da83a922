"""`learntools …`: look at the machine, build and run the course's notebooks, see that its exercises hold.

    learntools doctor
    learntools run convolutions --quick

Every command imports what it needs when it is called, and what is heavy only once it is sure to be needed:
`learntools --help` answers at once.
"""

from __future__ import annotations

import contextlib
import importlib
import platform
import shlex
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from learntools.authoring.run import Question

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Models that Create: a workshop course on generative models.",
)
LessonName = Annotated[str, typer.Argument(help="such as convolutions, 02 or 02_convolutions", metavar="LESSON")]
LessonOrAll = Annotated[str, typer.Argument(help="one lesson only, such as convolutions or 02", metavar="[LESSON]")]


@app.command()
def doctor() -> None:
    """See whether everything that a learner needs is here, in one screen."""
    findings = list(_examine())
    for finding in findings:
        mark = "✗" if finding.stops else "·" if finding.advice else "✓"
        print(f"{mark} {finding.about:<12} {finding.found}" + (f"\n    {finding.advice}" if finding.advice else ""))
    stopped = [finding.about for finding in findings if finding.stops]
    print(f"\nNot ready: see {', '.join(stopped)}." if stopped else "\nReady.")
    raise typer.Exit(bool(stopped))


@dataclass(frozen=True)
class Finding:
    """One line of the doctor: what it is about, what was found, what to do about it, and whether it stops a learner."""

    about: str
    found: str
    advice: str = ""
    stops: bool = False


def _examine() -> Iterator[Finding]:
    import learntools
    from learntools import platforms

    yield Finding("Python", platform.python_version())
    yield Finding("learntools", f"{learntools.__version__} in {Path(learntools.__file__).parent}")
    torch_works = True
    for name in ("torch", "torchvision"):  # a torchvision made for another torch shows only when it is imported
        try:
            yield Finding(name, importlib.import_module(name).__version__)
        except Exception as error:
            torch_works = False
            advice = "Install the two together: pip install --upgrade torch torchvision"
            yield Finding(name, f"does not import: {str(error).partition(chr(10))[0][:90]}", advice, stops=True)
    place = platforms.where()
    yield Finding("platform", place)
    if torch_works:
        yield Finding("device", platforms.hardware())
        yield Finding("lessons", _lessons())
    yield _notebook_programs(hosted=place in ("kaggle", "colab", "vscode"))
    yield _kernel()
    if torch_works:
        yield _data()
    yield _record(platforms.home())


def _lessons() -> str:
    from learntools import lessons

    return ", ".join(f"{name} ({len(lessons.exercises(name))} questions)" for name in lessons.names())


def _notebook_programs(hosted: bool) -> Finding:
    """What opens notebooks here; hosts bring a page of their own, but not the kernel."""
    wanted = ("jupyterlab", "notebook", "ipykernel", "ipywidgets")
    found = {name: _version(name) for name in wanted}
    said = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    ready = bool(found["ipykernel"]) and bool(hosted or found["jupyterlab"] or found["notebook"])
    return Finding("Jupyter", said or "none", "" if ready else _LAB_ADVICE, stops=not ready)


def _kernel() -> Finding:
    """Whether a notebook that is opened from here runs in this very Python."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        command = Path(KernelSpecManager().get_kernel_spec("python3").argv[0])
    except Exception:  # no Jupyter, or no kernel of that name: the line above says so
        return Finding("kernel", "none called python3", _LAB_ADVICE)
    # A bare `python3` means whichever Python starts Jupyter.
    same = len(command.parts) == 1 or _identity(command) == _identity(Path(sys.executable))
    advice = f"Notebooks would run in it, not in {sys.executable}: choose another kernel there."
    return Finding("kernel", "python3 is this Python" if same else f"python3 is {command}", "" if same else advice)


def _identity(python: Path) -> tuple[Path, Path]:
    """The program and its environment: those of two virtual environments may be the same file."""
    return python.resolve(), python.parent.resolve()


def _data() -> Finding:
    from learntools import data
    from learntools.data import files

    problems = data.verify()
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return Finding("data", "not whole", problems[0] + more, stops=True)
    return Finding("data", f"{len(files.checksums())} files in {files.folder()}, all whole")


def _record(home: Path) -> Finding:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return Finding("record", f"{home} can be written")
    except OSError as error:
        advice = "Checks work, but are not remembered. Set LEARNTOOLS_HOME to a folder of yours."
        return Finding("record", f"{home} cannot be written ({error.strerror})", advice)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


_LAB_ADVICE = "pip install 'learntools[lab]'"


@app.command()
def notebooks(
    check: Annotated[bool, typer.Option("--check", help="write nothing; say what differs from the scripts")] = False,
) -> None:
    """Build notebooks/ from the scripts in solutions/."""
    with _sentences():
        from learntools import authoring

        folder = authoring.root()
        from learntools.authoring.notebooks import build_all

        built = build_all(authoring.lessons(folder), folder, check=check)
    for item in built:
        print(f"{item.name:<36} {item.state}" + (f"\n    {item.reason}" if item.reason else ""))
    raise typer.Exit(not all(item.good for item in built))


@app.command()
def run(
    lesson: LessonName,
    learner: Annotated[bool, typer.Option("--learner", help="the untouched notebook, without answers")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="cut every training to two seconds")] = False,
) -> None:
    """Execute a lesson's notebook in a real kernel; write it as .ipynb and .html into build/."""
    with _sentences():
        from learntools import authoring

        folder = authoring.root()
        from learntools.authoring.run import run as execute

        found = authoring.lesson(lesson, folder)
        kind = "learner's notebook" if learner else "solved notebook"
        print(f"{found.name}: {kind}{', quick' if quick else ''}, {len(found.exercises)} questions", flush=True)
        result = execute(found, folder / "build", learner=learner, quick=quick, watch=_show_question)
    for problem in result.problems:
        print(f"  ✗ {problem}")
    for remark in result.remarks:
        print(f"  · {remark}")
    as_expected = sum(question.good for question in result.questions)
    print(f"{as_expected} of {len(result.questions)} as expected, {result.seconds:.0f} s in all")
    print(f"slowest cell: {result.slowest}")
    print(f"build/{result.notebook.name} · build/{result.html.name}")
    raise typer.Exit(not result.good)


def _show_question(question: Question) -> None:
    mark = "✓" if question.good else "✗"
    wish = "" if question.good else f", expected: {question.expected}"
    line = f"  {mark} {question.name:<4} {question.answer:<28} {question.outcome}{wish}"
    print(f"{line:<58} {question.seconds:6.2f} s", flush=True)


@app.command()
def scorecard(
    lesson: LessonOrAll = "",
    as_json: Annotated[bool, typer.Option("--json", help="print the rows as a JSON list and nothing else")] = False,
) -> None:
    """Prove every exercise: its reference passes, its blank is not attempted, its known mistakes are named."""
    with _sentences():
        from learntools import authoring

        folder = authoring.root()
        from learntools import scorecard

        chosen = [authoring.lesson(lesson, folder)] if lesson else authoring.lessons(folder)
        rows = [row for item in chosen for row in scorecard.rows(item)]
    print(scorecard.as_json(rows) if as_json else scorecard.as_table(rows))
    if as_json:
        for flaw in (flaw for row in rows for flaw in row.flaws):
            print(flaw, file=sys.stderr)
    raise typer.Exit(not all(row.perfect for row in rows))


@app.command()
def pictures(lesson: LessonOrAll = "") -> None:
    """Take each lesson's teaser picture from its executed notebook in build/ into data/pictures/."""
    with _sentences():
        from learntools import authoring

        folder = authoring.root()
        from learntools.authoring.pictures import take

        chosen = [authoring.lesson(lesson, folder)] if lesson else authoring.lessons(folder)
        for item in chosen:
            if not lesson and '"picture"' not in item.script.read_text(encoding="utf-8"):
                continue
            picture = take(item, folder)
            print(f"data/pictures/{picture.name}  {picture.stat().st_size / 1000:.0f} kB")


@app.command()
def train(
    recipe: Annotated[str, typer.Argument(help="such as conditional_gan; a wrong name lists all", metavar="RECIPE")],
    seconds: Annotated[float | None, typer.Option(help="how long to train; the recipe knows a usual time")] = None,
    steps: Annotated[int | None, typer.Option(help="how many steps to train, instead of a time")] = None,
    seed: Annotated[int, typer.Option(help="of the weights at the start and of all random numbers")] = 0,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 or mps; by default the fastest here")] = None,
    precision: Annotated[str | None, typer.Option(help="fp32, bf16 or fp16; chosen by default")] = None,
    channels_last: Annotated[bool | None, typer.Option(help="how images lie in memory; chosen by default")] = None,
    compiled: Annotated[bool | None, typer.Option(help="use torch.compile, which pays for long trainings only")] = None,
    out: Annotated[Path | None, typer.Option(help="a folder for checkpoints and the trained weights")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on with the training in --out, if there is one")] = False,
    save_every: Annotated[float, typer.Option(help="seconds between two checkpoints")] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="print the metrics as JSON on the last line")] = False,
) -> None:
    """Train one of the course's recipes, and measure what comes out."""
    with _sentences():
        from learntools.training.command import train_named

        finished = train_named(
            recipe, seconds=seconds, steps=steps, seed=seed, device=device, precision=precision, out=out, resume=resume,
            channels_last=channels_last, compiled=compiled, save_every=save_every, as_json=as_json,
        )  # fmt: skip
    raise typer.Exit(not finished)


@app.command()
def progress() -> None:
    """Show what you have solved, tried and not yet opened."""
    import learntools

    print(learntools.progress())


@app.command()
def report(
    path: Annotated[Path, typer.Argument(help="the file to write", metavar="FILE")] = Path("learntools-report.html"),
    name: Annotated[str, typer.Option(help="your name, to stand on the page")] = "",
) -> None:
    """Write what you have done on one page, to print or to save as PDF."""
    import learntools

    try:
        print(learntools.report(path, name))
    except (OSError, ValueError) as error:
        _stop(str(error))


@app.command()
def kaggle(
    folder: Annotated[Path, typer.Argument(help="a new folder, or one that this command wrote", metavar="DIR")],
    owner: Annotated[str, typer.Option(help="your name, as in kaggle.com/NAME", envvar="KAGGLE_USERNAME")] = "",
) -> None:
    """Write folders that Kaggle's own command can push: a dataset, and a notebook for each lesson."""
    with _sentences():
        from learntools import authoring

        checkout = authoring.root()
        from learntools.authoring.kaggle import OWNER, export

        made = export(folder, checkout, owner)
    for name, size in made.files.items():
        if name.endswith(".whl"):
            said = "the package, the data inside" if "/learntools-" in name else "which Kaggle's machines lack"
            print(f"{name}  {size / 1e6:.0f} MB, {said}")
    for name, title in made.titles.items():
        print(f"{name}/  {title}")
    place = shlex.quote(str(folder))
    print(f"\nNext: kaggle datasets create -p {place}/dataset")
    print(f"      (from the second time on: kaggle datasets version -p {place}/dataset -m WHAT_IS_NEW)")
    print(f"Then, for each notebook: kaggle kernels push -p {place}/{next(iter(made.titles))}")
    print("All of it is private until you share it on kaggle.com.")
    if made.owner == OWNER:
        print(f"First of all, put in your name on Kaggle: learntools kaggle {place} --owner NAME")


course_app = typer.Typer(no_args_is_help=True, help="Make an nbgrader course from the lessons.")
app.add_typer(course_app, name="course")
CourseFolder = Annotated[Path, typer.Argument(help="the course's folder", metavar="COURSE")]


@course_app.command("new")
def course_new(
    folder: Annotated[Path, typer.Argument(help="a folder that does not exist yet", metavar="DIR")],
    lessons: Annotated[list[str] | None, typer.Option(help="such as 02; again for more; default: all")] = None,
    db: Annotated[str, typer.Option(help="the gradebook, such as postgresql://user@host/name; default: a file")] = "",
    roster: Annotated[Path | None, typer.Option(help="CSV with the columns id, first_name, last_name, email")] = None,
) -> None:
    """A ready nbgrader course: sources with solutions, configuration, gradebook."""
    with _sentences():
        from learntools.grading import command

        command.new(folder, [name for item in lessons or () for name in item.replace(",", " ").split()], db, roster)


@course_app.command("roster")
def course_roster(
    course: CourseFolder,
    students: Annotated[Path, typer.Argument(help="CSV with the columns id, first_name, last_name, email")],
) -> None:
    """Enter students into the gradebook, or correct their names."""
    with _sentences():
        from learntools.grading import command

        command.roster(course, students)


@app.command()
def grade(
    course: CourseFolder,
    lesson: LessonName,
    workers: Annotated[int, typer.Option(help="processes here, of 1 GB each; 0: one for each core", min=0)] = 0,
    scheduler: Annotated[str, typer.Option(help="address of a Dask scheduler, such as tcp://host:8786")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="keep what was graded; grade only what is new")] = False,
    student: Annotated[
        list[str] | None, typer.Option(help="grade this one anew, keep the rest; again for more", metavar="NAME")
    ] = None,
) -> None:
    """Grade everything that was handed in for a lesson, in parallel, into nbgrader's gradebook."""
    with _sentences():
        from learntools.grading import command

        judged = command.grade(course, lesson, workers=workers, scheduler=scheduler, resume=resume, again=student or ())
    raise typer.Exit(not judged)


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    """End the command with one sentence where the course's own tools cannot do as asked."""
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] in _LAB:
            _stop(f"This command needs {error.name}, which is not installed: pip install 'learntools[lab]'")
        if (error.name or "").partition(".")[0] in _GRADING:
            _stop(f"This command needs {error.name}, which is not installed: pip install 'learntools[grading]'")
        raise
    except Exception as error:
        if type(error).__name__ not in ("AuthoringError", "DataError", "GradingError", "TrainingError"):
            raise
        _stop(str(error))


#: what the extras `grading` and `lab` bring
_GRADING = ("nbgrader", "dask", "distributed", "sqlalchemy")
_LAB = ("jupytext", "nbformat", "nbclient", "nbconvert", "jupyter_client", "ipykernel")


def _stop(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise typer.Exit(2)


def main() -> None:
    """The entry point of the command `learntools`."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show ✓
    app()
