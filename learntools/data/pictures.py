"""One picture of the learner's own, whatever it comes as.

    picture("holiday.jpg")                     # uint8 (3, H, W); a path, or the bytes of a file
    picture("https://example.org/cat.png")     # downloaded: at most 30 MB and 30 seconds
    picture(upload)                            # an ipywidgets FileUpload, or its value
    picture(pixels)                            # Pillow, NumPy or torch
    square("holiday.jpg", 64)                  # the square in its middle, uint8 (3, 64, 64)

Files may be grey, colour, CMYK, 16 bits, with a palette or transparency (put on white); they are turned as the camera
noted, and of a moving picture the first is taken. More than 2,048 pixels a side are shrunk to that, as no network here
looks at more. An array holds bytes 0 to 255, or floats 0 to 1.
"""

from __future__ import annotations

import http.client
import io
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import torch
from torch import Tensor

from learntools.data.files import DataError

if TYPE_CHECKING:
    from PIL import Image

SIDE = 2048  # pixels; what is larger is shrunk to this
UNPACKED = 40_000_000  # pixels of a file that cannot be shrunk while it is unpacked, which takes 4 bytes for each
DOWNLOAD = 30_000_000  # bytes
TIMEOUT = 10  # seconds without a sign of the server
PATIENCE = 30  # seconds in all
CHUNK = 1 << 16  # bytes
AGENT = "learntools (teaching material; one picture at a time)"  # some servers answer nobody who does not say who asks
#: Modes of Pillow that can be shrunk as they are.
_SMOOTH = ("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr")


class UnreadableError(Exception):
    """Why a file gives no picture: in a few words, and as the rest of a sentence that begins with its name."""

    def __init__(self, why: str, sentence: str):
        super().__init__(why)
        self.sentence = sentence


def picture(source: Any) -> Tensor:
    """The picture as uint8 (3, H, W), 0 to 255; a copy, on the CPU.

    source: a path; an address that begins with http:// or https://; the bytes of a file, or an open one; a Pillow
        image; a FileUpload of ipywidgets 7 or 8 or its value, of which the last file is taken; or a NumPy array or
        torch tensor (H, W), (H, W, C) or (C, H, W), with C = 1, 3, or 4 (transparency). Where both ends could be the
        channels, they come last in an array and first in a tensor. Values are bytes 0 to 255, 16-bit numbers 0 to
        65,535 (as uint16), floats 0 to 1, or True and False.

    Raises DataError, one sentence with the way out, for anything else, and for what cannot be read.
    """
    from PIL import Image

    if isinstance(source, Tensor) or type(source).__module__ == "numpy":
        return _from_numbers(source)
    if isinstance(source, Image.Image):
        return _from_pillow(source)
    if isinstance(source, str) and source.strip().lower().startswith(("http://", "https://")):
        address = source.strip()
        return _from_bytes(_download(address), f"What {_host(address)} sends")
    if isinstance(source, (str, os.PathLike)):
        return _from_path(Path(source).expanduser())
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _from_bytes(bytes(source), "This file")
    if callable(getattr(source, "read", None)):
        return _from_open(source)
    if isinstance(source, (Mapping, tuple, list)):
        return picture(_last_upload(source))
    if type(source).__module__.startswith("ipywidgets"):
        return picture(source.value)
    raise DataError(
        f"A picture is a path, an address, a Pillow image, an array or what was uploaded, and this is {_kind(source)}: "
        "give one of those."
    )


def square(source: Any, size: int) -> Tensor:
    """The square in the middle of what `picture` takes, uint8 (3, size, size). Raises DataError as `picture` does."""
    from PIL import Image

    if not isinstance(size, int) or size < 1:
        raise DataError(f"A picture is a whole number of pixels wide, 1 or more, not {size!r}.")
    pixels = picture(source).permute(1, 2, 0).numpy()
    return middle(Image.fromarray(pixels), 0, pixels.shape[1], size)


def middle(image: Image.Image, left: int, right: int, size: int) -> Tensor:
    """The square in the middle of an image's columns `left` to `right`, uint8 (3, size, size).

    Pillow's BOX filter takes the mean over areas; what is smaller is enlarged bicubically.
    """
    import numpy as np
    from PIL import Image

    side = min(right - left, image.height)
    x, y = left + (right - left - side) // 2, (image.height - side) // 2
    how = Image.Resampling.BOX if side >= size else Image.Resampling.BICUBIC
    pixels = np.array(image.resize((size, size), how, box=(x, y, x + side, y + side)))
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()


def upright(file: Path | BinaryIO, at_least: int | None = None, longest: int | None = None) -> Image.Image:
    """The image in RGB on white, turned as its EXIF says.

    at_least: a JPEG is decoded at a half, a quarter or an eighth, as long as both sides keep so many pixels.
    longest: more pixels than that on the longer side are shrunk to it, and far too many refused.

    Raises UnreadableError.
    """
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata is no concern of ours
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as image:
                if at_least:
                    image.draft(None, (at_least, at_least))
                if longest and image.width * image.height > UNPACKED:
                    raise Image.DecompressionBombError
                if longest and image.mode in _SMOOTH and "transparency" not in image.info:
                    _shrink(image, longest)  # before any copy of it is made
                result = _on_white(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise UnreadableError(
            "more pixels than is safe to unpack",
            "has more pixels than is safe to unpack: save a copy of it with at most 5,000 pixels a side.",
        ) from None
    except PermissionError:
        raise UnreadableError("you may not read it", "may not be read by you: copy it to a folder of yours.") from None
    except Exception:  # a damaged file makes Pillow raise OSError, SyntaxError, ValueError, struct.error and others
        raise UnreadableError(
            "damaged, or not an image",
            "is damaged, or not an image that can be read here: open it in another program, and save it as JPEG or "
            "PNG.",
        ) from None
    if longest:
        _shrink(result, longest)
    return result


def _shrink(image: Image.Image, longest: int) -> None:
    """In place, so that the file's own notes, such as how it is to be turned, stay with it."""
    from PIL import Image

    if max(image.size) > longest:
        image.thumbnail((longest, longest), Image.Resampling.BICUBIC)


def _on_white(image: Image.Image) -> Image.Image:
    import numpy as np
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits a pixel, which convert() would clip at 255 instead of scaling
        grey = (np.asarray(image).clip(0, 65535).astype(np.uint32) + 128) // 257
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    drawn = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn).convert("RGB")


# --- files ------------------------------------------------------------------------------------------------------------


def _from_path(path: Path) -> Tensor:
    start = "" if path.is_absolute() else f", which starts from {Path.cwd()}"
    try:
        with path.open("rb") as file:
            return _from_open(file, str(path))
    except FileNotFoundError:
        raise DataError(f"There is no file {path}: correct the path{start}.") from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder: give the path of one picture in it.") from None
    except (OSError, ValueError) as error:  # no permission (Windows says so of folders too), a path with a null byte
        why = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read ({why}): give the path of a picture that you may open.") from None


def _from_open(file: Any, name: str = "This file") -> Tensor:
    start = file.read(16)
    if isinstance(start, str):
        raise DataError(f"{name} was opened as text: open it with mode 'rb'.")
    if not start:
        raise DataError(f"{name} is empty: save or download the picture again.")
    if start[4:8] == b"ftyp" and start[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        raise DataError(f"{name} is a HEIC, as phones save them, which cannot be read here: export it as JPEG.")
    if not (hasattr(file, "seekable") and file.seekable()):
        return _from_bytes(start + file.read(), name)
    file.seek(-len(start), os.SEEK_CUR)
    try:
        return _tensor(upright(file, at_least=SIDE, longest=SIDE))
    except UnreadableError as why:
        raise DataError(f"{name} {why.sentence}") from None


def _from_bytes(content: bytes, name: str) -> Tensor:
    return _from_open(io.BytesIO(content), name)


def _from_pillow(image: Image.Image) -> Tensor:
    from PIL import ImageOps

    if 0 in image.size:
        raise DataError("This image has no pixels: open or cut it again.")
    if image.mode == "F":
        import numpy as np

        return _from_numbers(np.asarray(image))
    try:
        result = _on_white(ImageOps.exif_transpose(image))
    except Exception as error:  # a lazily opened file that is damaged or closed; see `upright`
        raise DataError(f"This image cannot be read ({type(error).__name__}): open its file again.") from None
    _shrink(result, SIDE)
    return _tensor(result)


def _tensor(image: Image.Image) -> Tensor:
    import numpy as np

    return torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous()


def _last_upload(value: Any) -> Any:
    """The content of the file that was chosen last: `value` is that of a FileUpload, or {name: bytes} as on Colab."""
    if isinstance(value, Mapping) and "content" in value:
        found: list[Any] = [value]
    else:
        found = list(value.values()) if isinstance(value, Mapping) else list(value)
    if not found:
        raise DataError("Nothing has been uploaded yet: choose a picture first, then run this cell again.")
    last = found[-1]["content"] if isinstance(found[-1], Mapping) and "content" in found[-1] else found[-1]
    if not isinstance(last, (bytes, bytearray, memoryview)):
        raise DataError(
            f"{_kind(value).capitalize()} is no picture: give one picture by itself, and numbers as a tensor or array."
        )
    return last


def _download(address: str) -> bytes:
    """The bytes at an address. Raises DataError."""
    host = _host(address)
    end = time.monotonic() + PATIENCE
    content = bytearray()
    try:
        request = urllib.request.Request(address, headers={"User-Agent": AGENT})
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            if answer.headers.get_content_type() == "text/html":
                raise DataError(
                    f"At this address {host} has a web page, not a picture: copy the address of the picture itself."
                )
            while chunk := answer.read1(CHUNK):  # what has come, however little: a slow server must not hold us
                content += chunk
                if len(content) > DOWNLOAD:
                    raise DataError(
                        f"What {host} sends is larger than {DOWNLOAD // 1_000_000} MB: save a smaller copy yourself, "
                        "and give its path."
                    )
                if time.monotonic() > end:
                    raise TimeoutError("too slow")
    except urllib.error.HTTPError as error:
        error.close()
        raise DataError(
            f"{host} does not give this picture ({error.code} {error.reason}): open the address in a browser, save "
            "the picture, and give its path."
        ) from None
    except (OSError, http.client.HTTPException, ValueError) as error:  # no network, no such host, no sound address
        why = getattr(error, "reason", None) or error
        why = getattr(why, "strerror", None) or why
        raise DataError(
            f"{host} cannot be reached ({why}): without a network, give the path of a picture of yours, or take "
            "photo('cat'), which comes with the course."
        ) from None
    return bytes(content)


def _host(address: str) -> str:
    try:
        return urllib.parse.urlsplit(address).hostname or "This address"
    except ValueError:
        return "This address"


# --- numbers ----------------------------------------------------------------------------------------------------------


def _from_numbers(values: Any) -> Tensor:
    is_tensor = isinstance(values, Tensor)
    x = values.detach().cpu() if is_tensor else _as_tensor(values)
    x = _channels_first(x, is_tensor)
    pixels = _bytes(x)
    if len(pixels) == 4:
        opaque = pixels[3:].float() / 255
        pixels = (pixels[:3] * opaque + 255 * (1 - opaque)).round().to(torch.uint8)
    return pixels.expand(3, -1, -1).clone(memory_format=torch.contiguous_format)


def _as_tensor(values: Any) -> Tensor:
    import numpy as np

    array = np.asarray(values)
    if array.dtype == np.uint16:
        array = ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if array.dtype.kind not in "buif":
        raise DataError(f"An array of {array.dtype} holds no pixels: give bytes 0 to 255, or floats 0 to 1.")
    kind = np.float32 if array.dtype.kind == "f" else np.bool_ if array.dtype.kind == "b" else np.int64
    return torch.from_numpy(np.array(array if array.dtype == np.uint8 else array.astype(kind), order="C"))


def _channels_first(x: Tensor, first_wins: bool) -> Tensor:
    """(C, H, W), C = 1, 3 or 4, of any layout that `picture` takes."""
    if x.ndim == 4 and len(x) == 1:
        x = x[0]
    if x.ndim == 4:
        raise DataError(f"This is a batch of {len(x)} pictures: give one of them, such as batch[0].")
    if x.ndim == 2:
        x = x[None]
    elif x.ndim == 3:
        first, last = x.shape[0] in (1, 3, 4), x.shape[2] in (1, 3, 4)
        x = x.permute(2, 0, 1) if last and not (first and first_wins) else x
    if x.ndim != 3 or x.shape[0] not in (1, 3, 4) or 0 in x.shape:
        raise DataError(
            f"A picture is (H, W), (H, W, 3) or (3, H, W), and this is {tuple(x.shape)}: bring it into one of those."
        )
    return x


def _bytes(x: Tensor) -> Tensor:
    if x.dtype == torch.uint8:
        return x
    if x.dtype == torch.bool:
        return x.to(torch.uint8) * 255
    if x.is_complex() or x.is_quantized:
        raise DataError(f"A tensor of {x.dtype} holds no pixels: give bytes 0 to 255, or floats 0 to 1.")
    if x.dtype == torch.uint16:
        return ((x.to(torch.int64) + 128) // 257).to(torch.uint8)
    if not x.is_floating_point():
        low, high = int(x.min()), int(x.max())
        if low < 0 or high > 255:
            raise DataError(f"These whole numbers run from {low} to {high}: a picture's are bytes, from 0 to 255.")
        return x.to(torch.uint8)
    x = x.float()
    if not x.isfinite().all():
        raise DataError("This picture has values that are no numbers (NaN or infinite): look where they come from.")
    low, high = float(x.min()), float(x.max())
    if low < -1e-3 and low >= -1.01 and high <= 1.01:
        raise DataError(
            f"These floats run from {low:.2g} to {high:.2g}, as networks like them, and those of a picture from 0 to "
            "1: data.to_uint8 makes bytes of them."
        )
    if low < -1e-3 or high > 1 + 1e-3:
        raise DataError(
            f"These floats run from {low:.4g} to {high:.4g}, and those of a picture from 0 to 1: bytes are of the type "
            "uint8."
        )
    return (x * 255).round().clamp(0, 255).to(torch.uint8)


def _kind(value: Any) -> str:
    name = type(value).__name__
    return "nothing (None)" if value is None else f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
