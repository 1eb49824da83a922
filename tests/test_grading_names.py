"""Which names a cell makes, which it wants from others, and so which cells of a submission must run."""

from __future__ import annotations

import grading_class as made
import pytest
from grading_class import answer, bytes_of, code

from learntools.grading.key import DEMO, OWN
from learntools.grading.matching import match
from learntools.grading.names import meaning, names
from learntools.grading.planning import runs
from learntools.grading.submission import read

LESSON = "convolutions"
PARTLY = made.filled(LESSON, ["q1", "q3", "q4"])

# Names: what a cell makes, what it wants from others

NAMES = [
    # source, made, used
    ("x = y", "x", "y"),
    ("x = x + 1", "x", "x"),
    ("x += 1", "x", "x"),
    ("x = 1\nx += 1\nprint(x)", "x", "print"),
    ("x: int = y", "x", "int y"),
    ("x: int", "", "int"),
    ("a = b = c", "a b", "c"),
    ("(a, *b), c.d = e", "a b c", "c e"),
    ("a[i] = v", "a", "a i v"),
    ("a.b.c[0] += 1", "a", "a"),
    ("a.append(1)", "a", "a"),
    ("a.b.append(1)", "a", "a"),
    ("append(a)", "", "a append"),
    ("del a", "a", "a"),
    ("del a[0], b.c", "a b", "a b"),
    ("import a.b, c.d as e, f", "a e f", ""),
    ("from a.b import c, d as e", "c e", ""),
    ("from a import *", "*", ""),
    ("exec(text)", "*", "exec text"),
    ("if a:\n    b = 1\nelse:\n    c = 2", "b c", "a"),
    ("for i, (j, k) in pairs:\n    use(i, j)", "i j k", "pairs use"),
    ("while a:\n    a = step(a)", "a", "a step"),
    ("with open(p) as file, lock:\n    text = file.read()", "file text", "lock open p"),
    ("try:\n    a = b\nexcept Bad as error:\n    c = error\nfinally:\n    d = 1", "a c d", "Bad b error"),
    (
        "match p:\n    case {'a': x, **rest}: pass\n    case [y, *z] as w: pass\n    case Dot(u): pass",
        "rest u w x y z",
        "Dot p",
    ),
    ("[v for v in w if v > t]", "", "t w"),
    ("v = [v for v in v]", "v", "v"),
    ("{k: f(k) for k in ks}", "", "f ks"),
    ("sum(a * b for a, b in zip(c, d))", "", "c d sum zip"),
    ("[(y := f(x), x) for x in data]", "y", "data f"),
    ("if (n := len(a)) > 3:\n    pass", "n", "a len"),
    ("f = lambda x, y=z: x + y + w", "f", "w z"),
    ("f = lambda x: (lambda x: x + q)(x)", "f", "q"),
    ("def f(x, y=d, *, k=e) -> R:\n    return x + g", "f", "R d e g"),
    ("def f(x):\n    def g(x):\n        return x + h\n    return g(x)", "f", "h"),
    (
        "def f(x):\n    total = 0\n    def add(y):\n        nonlocal total\n        total += y + z\n    return add",
        "f",
        "z",
    ),
    ("def f():\n    global state\n    state += 1", "f state", "state"),
    ("def f(n):\n    return f(n - 1)", "f", ""),
    ("def f():\n    return later\nlater = 1", "f later", ""),
    ("print(late)\nlate = 1", "late", "late print"),
    ("@deco(arg)\ndef f():\n    pass", "f", "arg deco"),
    (
        "@deco\nclass A(B, metaclass=M):\n    n = m\n    k = n\n    def f(self, d=n):\n        return self.n + o",
        "A",
        "B M deco m o",
    ),
    ("class A:\n    x: int = y\n    def f(self):\n        x = 1\n        return x", "A", "int y"),
    ("async def f():\n    async with a as b:\n        await c(b)", "f", "a c"),
    ("await f(x)", "", "f x"),
    ("f'{a + b!r:>{w}} {c[\"k\"]}'", "", "a b c w"),
    ("f'{(lambda q: q + r)(1)}'", "", "r"),
    ("x = 'y'  # z", "x", ""),
    ("x = (y := 3) + z", "x y", "z"),
    ("print(*args, **kwargs)", "", "args kwargs print"),
    ("a if b else c", "", "a b c"),
    ("a[b:c, ..., d]", "", "a b c d"),
    ("# nothing", "", ""),
    ("", "", ""),
    ("return x", "", "x"),
    ("%time y = f(x)", "y", "f x"),
    ("%timeit f(x)", "", "f x"),
    ("%%time\ny = f(x)", "y", "f x"),
    ("%%capture out\ny = f(x)", "y", "f x"),
    ("%%timeit -n 1\ny = f(x)", "", "f x"),
    ("%%bash\necho y = f(x)", "", ""),
    ("%%writefile f.py\ny = f(x)", "", ""),
    ("y = 5 % 3\nprint('%d'\n      % y)", "y", "print"),
    ("if a:\n    %time y = f(x)", "y", "a f x"),
]


@pytest.mark.parametrize(("source", "made_here", "used"), NAMES)
def test_names_made_and_wanted(source, made_here, used):
    found = names(source)
    assert found.made == set(made_here.split())
    assert found.used == set(used.split())


def test_the_names_in_a_magic_count_as_wanted():
    assert {"folder", "pattern"} <= names("!ls {folder} | grep $pattern").used
    assert {"fit", "x"} <= names("%prun fit(x)").used
    assert "convolve" in names("convolve?").used
    assert names("!wget https://a.org/x/y.zip").used == names("%run x.py").used == {"get_ipython"}
    found = names("files = !ls {folder}")
    assert found.bound == {"files"}
    assert "folder" in found.used


def test_a_name_that_is_changed_or_deleted_is_made_but_not_bound():
    assert names("a.b = 1\nc.append(2)\ndel d\ne = 3").bound == {"e"}


@pytest.mark.parametrize(
    "source",
    [
        "x = ...",
        "x: int = ...",
        "x, y = ..., ...",
        "def x():\n    ...",
        "def x():\n    'words'\n    pass",
        "class x: ...",
        "def x(a):\n    raise NotImplementedError",
        "def x(a):\n    raise NotImplementedError('todo')",
        "x = y = ...",
        "if a:\n    x = ...\nelse:\n    x = ...",
        "def x(a):\n    'words'\n    return ...",
        "def x(a): pass",
        "(x := ...)",
    ],
)
def test_a_blank_is_known(source):
    assert "x" in names(source).blank


@pytest.mark.parametrize(
    "source",
    [
        "x = 3",
        "x = ...\nx = 3",
        "def x(a):\n    ...\n    return a",
        "def x(a):\n    return a[..., 0]",
        "x += ...",
        "if a:\n    x = 3\nelse:\n    x = ...",
        "class x:\n    y = 3",
        "def x(): return None",
        "x = y[...]",
        "for x in ...: pass",
        "x = [..., 3]",
        "import x",
        "def f():\n    global x\n    x = 3",
        "raise NotImplementedError\nx = 3",
    ],
)
def test_what_is_filled_is_no_blank(source):
    assert "x" in names(source).bound
    assert "x" not in names(source).blank


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("def f(:\n    pass", "f"),
        ("class A\n    x = 3", "A"),
        ("x = = 3", "x"),
        ("x: int = (3", "x"),
        ("async def f(", "f"),
        ("f(x", ""),
        ("x == (3", ""),
        ("print('a'", ""),
        ("if x: (", ""),
        ("  x = (", ""),
        ("nonlocal x\ny = 3", "y"),
    ],
)
def test_of_what_is_no_python_the_names_are_guessed(source, bound):
    assert names(source).bound == set(bound.split())


@pytest.mark.parametrize(
    "source",
    [
        "(" * 10_000,
        "-" * 100_000 + "1",
        "+".join(["1"] * 5000),
        "x = " + "[" * 90 + "]" * 90,
        "!ls\n" * 2000,
        "\0",
        "\\",
        "x = '\ud800'",
        "%" * 3000,
        "?" * 3000,
        "%%" + "a" * 90_000,
        "f" + "(lambda: f" * 90 + ")" * 90,
        "x" * 150_000,
        "x = " + "9" * 5000,
        "\x0c\x0b\x1c\u2028",
        "if 1:\n" * 99,
        "'\\d'",
        "def f(a, a): pass",
        "from x import *\ndef f(): from y import *",
        "x.a" + ".a" * 2000 + " = 3",
        "nonlocal x",
        "def f():\n    x\n    global x",
        "[x := 1 for x in y]",
        "async with a: pass",
    ],
)
def test_no_text_is_too_strange(source):
    names(source)
    meaning(source)


def test_layout_and_comments_do_not_change_what_code_means():
    one = "def f(a,b):  # adds\n  return (a+b)\n"
    assert meaning(one) == meaning("\n\ndef f(a, b):\n\n    return a + b  # done") != ""
    assert meaning(one) != meaning(one.replace("+", "-"))
    assert meaning("# nothing") == meaning("") == meaning("def f(") == ""


# Which cells run


def run_of(notebook):
    """The sources that would run, checks and answers left out."""
    cells = match(read(bytes_of(notebook)), made.key_of(LESSON)).cells
    return [item.cell.source for item, run in zip(cells, runs(cells), strict=True) if run and item.role in (DEMO, OWN)]


def test_of_the_lesson_only_what_an_answer_needs_runs():
    running = run_of(made.solved(LESSON))
    assert len(running) == 3
    for start, source in zip(("import torch", "size = q3.get()", "grown = q6.get()"), running, strict=True):
        assert source.startswith(start)


def test_a_demonstration_runs_when_a_cell_of_the_learners_needs_it():
    ring = made.having(PARTLY, "ring = torch.zeros").source
    assert ring not in run_of(PARTLY)
    assert ring in run_of(made.added(PARTLY, "reflection", code("print(ring.sum())")))
    assert ring in run_of(answer(PARTLY, "q9", "def convolution_matrix(kernel, height, width):\n    return ring"))
    assert ring in run_of(made.without(made.added(PARTLY, "reflection", code("ring")), made.having(PARTLY, ring).id))


def test_a_demonstration_that_may_make_anything_runs_once_it_was_changed():
    starred = made.edited(PARTLY, 'show_teaser("convolutions")', 'show_teaser("convolutions")\nfrom math import *')
    assert any("from math import *" in source for source in run_of(starred))
