"""A lesson's teaser picture, taken from its executed notebook: what the course shows is what its code made.

learntools run simple_gan && learntools pictures simple_gan
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from PIL import Image

from learntools.authoring.course import Lesson
from learntools.authoring.script import AuthoringError

WIDTH = 1000
BYTES = 150_000


def take(lesson: Lesson, folder: Path) -> Path:
    """Save the last picture of the cell tagged `picture` as `data/pictures/NN_topic.png` of the checkout `folder`.

    Raises:
        AuthoringError: the notebook was not run in full, or has no such picture.
    """
    notebook = folder / "build" / f"{lesson.stem}.ipynb"
    again = f"run `learntools run {lesson.name}` first."
    if not notebook.is_file():
        raise AuthoringError(f"There is no build/{notebook.name}: {again}")
    executed = nbformat.read(notebook, as_version=4)
    if executed.metadata.get("learntools", {}).get("quick"):
        raise AuthoringError(f"build/{notebook.name} comes from a quick run, which trains too little: {again}")
    target = folder / "data" / "pictures" / f"{lesson.stem}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(shrink(_last_picture(executed, lesson)))
    return target


def _last_picture(notebook: NotebookNode, lesson: Lesson) -> bytes:
    cells = [cell for cell in notebook.cells if "picture" in cell.metadata.get("tags", [])]
    if not cells:
        raise AuthoringError(f"solutions/{lesson.script.name} has no cell with the tag 'picture'.")
    found = [output.data["image/png"] for output in cells[-1].outputs if "image/png" in output.get("data", {})]
    if not found:
        raise AuthoringError(f"The cell tagged 'picture' of {lesson.name} shows no PNG image.")
    return base64.b64decode(found[-1])


def shrink(png: bytes, width: int = WIDTH, most: int = BYTES) -> bytes:
    """The picture as a PNG of at most `width` pixels across and fewer than `most` bytes.

    Where full colour is too large, 256 colours are tried, and then fewer pixels.
    """
    image = Image.open(io.BytesIO(png))
    image = image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGBA")
    while True:
        if image.width > width:
            image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
        for candidate in (image, image.convert("RGBA").quantize(256, Image.Quantize.FASTOCTREE)):
            buffer = io.BytesIO()
            candidate.save(buffer, "PNG", optimize=True)
            if buffer.tell() < most:
                return buffer.getvalue()
        width = int(image.width * 0.85)
