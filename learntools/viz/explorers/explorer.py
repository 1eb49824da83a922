"""A picture that answers to the hand: a page of JavaScript in the notebook, and one Python function that draws.

    def frame(state):                                    # what the learner has set → what is to be seen
        return {"image": G(noise(state["seed"])), "words": "A shirt."}

    Explorer("latent", "Walk through the noise", {"seed": 0}, frame)    # the last line of a cell

The page asks for a frame whenever something is moved, one at a time, so that a slow machine skips frames instead of
falling behind. It runs wherever anywidget does: JupyterLab, Notebook 7, VS Code, Colab, Kaggle. Where there is no
widget manager (an exported page, GitHub), the first frame stays as a picture.

A frame is a dictionary: tensors of images are sent as bytes, other tensors as floats, and the rest as it is. `words`
is one sentence below the picture, which screen readers hear.
"""

from __future__ import annotations

import base64
import functools
import html
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from learntools.viz.images import to_pixels

HERE = Path(__file__).resolve().parent
STILL = 150  # pixels, the height of each image in the still picture
Frame = dict[str, Any]


class Explorer:
    """One explorer; shown by being the last line of a cell.

    Args:
        name: of its page, `NAME.js` in this folder.
        title: a line above it.
        state: what can be set, with its first values; what JSON can carry.
        frame: state → frame. A ValueError in it is shown as its sentence.
        still: state → HTML for where nothing can be moved; by default the images of the first frame.
    """

    def __init__(
        self,
        name: str,
        title: str,
        state: dict[str, Any],
        frame: Callable[[dict[str, Any]], Frame],
        still: Callable[[dict[str, Any]], str] | None = None,
    ):
        self.name, self.title, self.state = name, title, dict(state)
        self._frame, self._still = frame, still

    def frame(self, **changes: Any) -> Frame:
        """What is to be seen after these changes of the state.

        Raises:
            ValueError: there is nothing of that name to set, or its value makes no sense.
        """
        unknown = changes.keys() - self.state.keys()
        if unknown:
            raise ValueError(f"{self.title}: {sorted(unknown)[0]!r} cannot be set; {', '.join(self.state)} can.")
        wanted = {**self.state, **changes}
        with torch.no_grad():
            found = self._frame(wanted)
        self.state = wanted
        return found

    def __repr__(self) -> str:
        return f"<{self.title}: run this in a notebook to move it>"

    def still(self) -> str:
        """HTML that shows the first frame, for where there is no widget manager."""
        frame = self.frame()
        words = str(frame.get("words", ""))
        body = (
            self._still(dict(self.state)) if self._still is not None else side_by_side(frame, f"{self.title}: {words}")
        )
        caption = html.escape(words)
        return (
            f'<figure style="margin:.5em 0"><b>{html.escape(self.title)}</b><div>{body}</div>'
            f'<figcaption style="opacity:.85">{caption} <i>(Run this cell in a notebook to move it.)</i></figcaption>'
            "</figure>"
        )

    def widget(self) -> Any:
        """The anywidget behind it; each call makes a new one."""
        shown = _widget(self.name)(first=packed(self.frame()), state=self.state, title=self.title)
        shown.on_msg(self._answer)
        return shown

    def _answer(self, shown: Any, question: dict[str, Any], buffers: list[Any]) -> None:
        """The frame that the page has asked for, or why there is none."""
        asked = {"view": question.get("view"), "number": question.get("number")}
        try:
            content = packed(self.frame(**question["state"]))
        except ValueError as error:
            shown.send({**asked, "error": str(error)})
        except Exception as error:
            shown.send({**asked, "error": f"This could not be drawn: {type(error).__name__}: {error}"})
        else:
            shown.send({**asked, "values": content["values"], "arrays": content["arrays"]}, content["buffers"])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle = {"text/plain": repr(self), "text/html": self.still()}
        try:
            found = self.widget()._repr_mimebundle_(include=include, exclude=exclude)
        except ImportError:  # without anywidget there is still a picture
            return bundle
        data = found[0] if isinstance(found, tuple) else found
        return bundle | {kind: value for kind, value in (data or {}).items() if kind.startswith("application/")}


def applied(network: Callable[..., torch.Tensor], *inputs: torch.Tensor) -> torch.Tensor:
    """What a network makes of these, on its own device; float32 on the CPU."""
    weights = next(network.parameters(), None) if isinstance(network, torch.nn.Module) else None
    device = weights.device if weights is not None else torch.device("cpu")
    return network(*(item.to(device) for item in inputs)).detach().float().cpu()


def packed(frame: Frame) -> dict[str, Any]:
    """A frame on its way to the page: `values` for JSON, and of each tensor its name, shape, kind and bytes."""
    values: dict[str, Any] = {}
    arrays, buffers = [], []
    for name, value in frame.items():
        if not isinstance(value, torch.Tensor):
            values[name] = value
            continue
        if value.ndim == 3 and value.shape[0] in (1, 3):
            content, kind = to_pixels(value), "uint8"
        else:
            content, kind = value.detach().float().cpu().numpy(), "float32"
        arrays.append({"name": name, "shape": list(content.shape), "kind": kind})
        buffers.append(content.tobytes())
    return {"values": values, "arrays": arrays, "buffers": buffers}


@functools.cache
def _widget(name: str) -> Any:
    """The class of one kind of explorer; anywidget is imported here, and not with the course."""
    import anywidget
    import traitlets

    page = "\n".join((HERE / file).read_text(encoding="utf-8") for file in ("page.js", f"{name}.js"))
    traits = {
        "_esm": page,
        "_css": (HERE / "page.css").read_text(encoding="utf-8"),
        "first": traitlets.Dict().tag(sync=True),
        "state": traitlets.Dict().tag(sync=True),
        "title": traitlets.Unicode().tag(sync=True),
    }
    return type(f"{name.title()}Page", (anywidget.AnyWidget,), traits)


def side_by_side(frame: Frame, alt: str) -> str:
    """The images of a frame side by side, as one `<img>`."""
    import numpy as np
    from PIL import Image

    images = [to_pixels(item) for item in frame.values() if isinstance(item, torch.Tensor) and item.ndim == 3]
    drawn = []
    for pixels in images:
        image = Image.fromarray(pixels).convert("RGBA")
        times = max(1, round(STILL / image.height))
        drawn.append(np.asarray(image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)))
    height = max(item.shape[0] for item in drawn)
    # What is between and below them is transparent, in the colour of the page around.
    cells = [np.pad(item, ((0, height - len(item)), (0, 8 * (item is not drawn[-1])), (0, 0))) for item in drawn]
    file = io.BytesIO()
    Image.fromarray(np.concatenate(cells, axis=1)).save(file, "PNG")
    content = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{content}" style="max-width:100%">'


def within(value: Any, least: float, most: float, name: str) -> float:
    """A number that came from a page, held between two bounds.

    Raises:
        ValueError: it is no number.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number from {least:g} to {most:g}, and this is {value!r}.") from None
    if number != number:
        raise ValueError(f"{name} must be a number from {least:g} to {most:g}.")
    return min(max(number, least), most)
