'''A lesson's script as cells: prose, demonstrations, answers with their solutions marked, and checks.

The script is in jupytext's percent format and also runs as plain Python:

    # %% [markdown]
    # # 02 · Convolutions
    # %%
    from learntools.lessons.convolutions import q1
    # %% answer="q1"
    def output_size(n, kernel):
        """How many places the kernel fits."""
        ### BEGIN SOLUTION: size = ...
        size = n - kernel + 1
        ### END SOLUTION
        return size
    # %% check="q1"
    q1.check()
    # %% tags=["train"]
    ...

The learner's cell holds, instead of a region, what its first line says after the colon, else `...`. The tags are
`train` (shortened in a quick run, skipped in a graded one), `demo` (skipped in a graded run) and `picture` (its last
image is the lesson's teaser). An answer in words, which a person grades, is a markdown cell:

    # %% [markdown] written="reflection" points=2
'''

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

BLANK = "..."
_BEGIN = re.compile(r"^(?P<indent>\s*)### BEGIN SOLUTION(?:: (?P<instead>.*\S))?\s*$")
_END = re.compile(r"^\s*### END SOLUTION\s*$")
_MARKER = re.compile(r"(BEGIN|END) SOLUTION")


class AuthoringError(Exception):
    """A lesson's script cannot be built, run or found as asked; the message says what to change, and where."""


@dataclass(frozen=True)
class Cell:
    """One cell of a script.

    Attributes:
        kind: `markdown` or `code`.
        source: as the author wrote it, solutions and their markers included.
        answer, check: the question (`q1`) whose answer or check stands here, empty otherwise.
        written, points: the name of an answer in words that a person grades, and what it is worth; empty, 0 otherwise.
        tags: Jupyter's cell tags.
    """

    kind: str
    source: str
    answer: str = ""
    check: str = ""
    tags: tuple[str, ...] = ()
    written: str = ""
    points: float = 0.0

    @property
    def solved(self) -> str:
        """The source with the solutions and without their markers."""
        return self._rewritten(solved=True)

    @property
    def blank(self) -> str:
        """What the learner gets: a blank for every solution."""
        return self._rewritten(solved=False)

    def solutions(self) -> list[list[str]]:
        """The lines of every solution region.

        Raises:
            AuthoringError: a region is not closed, not opened, or within another.
        """
        regions: list[list[str]] = []
        inside = False
        for line in self.source.splitlines():
            if _BEGIN.match(line):
                if inside:
                    raise AuthoringError(f"{self}: BEGIN SOLUTION stands inside a region that is still open.")
                inside = True
                regions.append([])
            elif _END.match(line):
                if not inside:
                    raise AuthoringError(f"{self}: END SOLUTION has no BEGIN SOLUTION before it.")
                inside = False
            elif _MARKER.search(line) and line.lstrip().startswith("#"):
                raise AuthoringError(f"{self}: write {line.strip()!r} as '### BEGIN SOLUTION' or '### END SOLUTION'.")
            elif inside:
                regions[-1].append(line)
        if inside:
            raise AuthoringError(f"{self}: BEGIN SOLUTION has no END SOLUTION after it.")
        return regions

    def __str__(self) -> str:
        """How a message names this cell."""
        if self.answer or self.check:
            return f"the {'answer' if self.answer else 'check'} cell of {self.answer or self.check}"
        first = next((line.strip() for line in self.source.splitlines() if line.strip()), "")
        return f"the {self.kind} cell that begins {first[:50]!r}"

    def _rewritten(self, solved: bool) -> str:
        self.solutions()  # for its complaints
        lines: list[str] = []
        inside = False
        for line in self.source.splitlines():
            begin = _BEGIN.match(line)
            if begin:
                inside = True
                if not solved:
                    lines.append(begin["indent"] + (begin["instead"] or BLANK))
            elif _END.match(line):
                inside = False
            elif solved or not inside:
                lines.append(line)
        return "\n".join(lines)


def read(path: Path) -> list[Cell]:
    """The cells of the script at `path`, in order."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AuthoringError(f"There is no script {path.parent.name}/{path.name}.") from None
    return parse(text)


def parse(text: str) -> list[Cell]:
    """The cells of a script's text, in order; empty ones are left out."""
    import jupytext

    # A comment such as "# cat and dog" is not a shell command: what the author wrote stays as it is.
    form = {"extension": ".py", "format_name": "percent", "comment_magics": False}
    notebook = jupytext.reads(text, fmt=form)
    return [_cell(cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells if cell.source.strip()]


def _cell(kind: str, source: str, metadata: dict) -> Cell:
    cell = Cell(
        kind=kind,
        source=source,
        answer=str(metadata.get("answer", "")),
        check=str(metadata.get("check", "")),
        tags=tuple(metadata.get("tags", ())),
        written=str(metadata.get("written", "")),
        points=float(metadata.get("points", 0)),
    )
    if kind not in ("markdown", "code"):
        raise AuthoringError(f"{cell}: only markdown and code cells are known.")
    if kind == "markdown" and (cell.answer or cell.check):
        raise AuthoringError(f"{cell}: an answer or a check is a code cell.")
    if cell.written and (kind != "markdown" or not cell.points):
        raise AuthoringError(f"{cell}: a written answer is a markdown cell, and says how many points it is worth.")
    if cell.answer and cell.check:
        raise AuthoringError(f"{cell}: it cannot be a check as well.")
    return cell
