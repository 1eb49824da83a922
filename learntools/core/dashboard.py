"""The dashboard as a widget: it follows every check of its notebook, and those of other notebooks on request.

    shown = widget(lambda: summarise(questions))
    follow()                                     # after each check: every dashboard on the page is brought up to date

Where there is no widget manager, its HTML stands there as it was.
"""

from __future__ import annotations

import contextlib
import functools
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learntools.core.progress import Progress

HERE = Path(__file__).resolve().parent
# The newest few: a cell that is run again makes another one, and the one before is on no page any more.
_shown: deque[tuple[Any, Callable[[], Progress]]] = deque(maxlen=3)


def widget(look: Callable[[], Progress]) -> Any:
    """A new dashboard of what `look()` finds.

    Raises:
        ImportError: anywidget is not installed.
    """
    found = look()
    made = _widget()(page=found._repr_html_(), advice=found.advice)
    made.on_msg(lambda shown, content, buffers: _refresh(made, look))
    _shown.append((made, look))
    return made


def follow() -> None:
    """Bring every dashboard up to date; a check does not fail because one cannot be."""
    for shown, look in list(_shown):
        with contextlib.suppress(Exception):
            _refresh(shown, look)


def _refresh(shown: Any, look: Callable[[], Progress]) -> None:
    found = look()
    shown.advice = found.advice  # first: the page redraws when `page` comes
    shown.page = found._repr_html_()


@functools.cache
def _widget() -> Any:
    """The widget's class; anywidget is imported here, and not with every check."""
    import anywidget
    import traitlets

    traits = {
        "_esm": (HERE / "dashboard.js").read_text(encoding="utf-8"),
        "_css": (HERE / "dashboard.css").read_text(encoding="utf-8"),
        "page": traitlets.Unicode().tag(sync=True),
        "advice": traitlets.Unicode().tag(sync=True),
    }
    return type("Dashboard", (anywidget.AnyWidget,), traits)
