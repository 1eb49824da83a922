"""Images to translate: the course's emoji, folders of the learner's own, and the sets that are downloaded."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from file_server import serving
from PIL import Image

from learntools.data import (
    DataError,
    Pairs,
    Unpaired,
    download,
    emoji,
    emoji_pairs,
    emoji_styles,
    facades,
    horse2zebra,
    maps,
    online,
    paired_folder,
    paired_folders,
    to_float,
    unpaired,
    unpaired_folders,
)
from learntools.data.translation import shrunk

REPOSITORY = Path(__file__).resolve().parents[1]
REAL = REPOSITORY.parent / "shared" / "real_data"
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Every test has a cache of its own, and no proxy between it and its server."""
    monkeypatch.setenv("LEARNTOOLS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "home"


@contextlib.contextmanager
def refused(sentence: str):
    """A DataError of one clear sentence, in which this is found."""
    with pytest.raises(DataError, match=sentence) as error:
        yield
    text = str(error.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert "Traceback" not in text


@contextlib.contextmanager
def warned(sentence: str):
    """Exactly one warning, in which this is found, and which points at the caller's own line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    (warning,) = caught
    assert warning.category is UserWarning
    assert re.search(sentence, str(warning.message)), str(warning.message)
    assert str(warning.message).endswith(".")
    assert warning.filename == __file__


@pytest.fixture
def silent():
    """A warning is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def plain(colour, width: int = 16, height: int = 16) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


def halves(left, right, side: int = 16) -> Image.Image:
    both = plain(left, 2 * side, side)
    both.paste(right, (side, 0, 2 * side, side))
    return both


def saved(image: Image.Image, path: Path, **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


def colour_of(image: torch.Tensor) -> list[int]:
    return image.float().mean((1, 2)).round().int().tolist()


# --- pairs and sets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [emoji_pairs, emoji_styles])
@pytest.mark.parametrize(("split", "count"), [("train", 1384), ("test", 252)])
def test_the_emoji_come_in_pairs_of_two_splits(load, split, count):
    pairs = load(split, size=32)
    assert len(pairs) == len(pairs.a) == len(pairs.b) == count
    assert pairs.a.shape == pairs.b.shape == (count, 3, 32, 32)
    assert pairs.a.dtype == pairs.b.dtype == torch.uint8
    assert pairs.names == pairs.names_a == pairs.names_b
    assert len(pairs.names) == count


def test_line_art_is_the_input_and_colour_the_output():
    pairs = emoji_pairs("test")
    assert torch.equal(pairs.a[:, 0], pairs.a[:, 2]), "line art has no colour"
    assert not torch.equal(pairs.b[:, 0], pairs.b[:, 2])


def test_each_artist_keeps_the_frame_of_the_original():
    """Twemoji fill their square and OpenMoji leave a margin, so that nothing at all is nearer to b than a is."""
    pairs = emoji_styles("test", 64)
    assert torch.equal(pairs.a, emoji("twemoji", "test").images)
    assert torch.equal(pairs.b, emoji("openmoji", "test").images)
    a, b = pairs.floats()
    inked = [float((side < 0.8).any(dim=1).float().mean()) for side in (a, b)]
    assert inked[0] > 1.5 * inked[1]
    assert (1 - b).abs().mean() < (a - b).abs().mean()


def test_unpaired_keeps_both_sides_and_says_no_more_that_they_are_pairs():
    pairs = emoji_styles("test", size=16)
    sets = unpaired(pairs)
    assert type(sets) is Unpaired
    assert torch.equal(sets.a, pairs.a)
    assert torch.equal(sets.b, pairs.b)
    assert (sets.names_a, sets.names_b) == (pairs.names_a, pairs.names_b)


def test_two_sets_may_differ_in_number_and_pairs_may_not():
    one, other = torch.zeros(2, 3, 8, 8, dtype=torch.uint8), torch.zeros(5, 3, 8, 8, dtype=torch.uint8)
    assert len(Unpaired(one, other)) == 5
    with refused(r"as many images on each side, and here are 2 and 5"):
        Pairs(one, other)


def test_floats_are_of_both_sides_and_only_of_those_asked_for():
    pairs = emoji_pairs("test", size=16)
    a, b = pairs.floats([3, 1])
    assert torch.equal(a, to_float(pairs.a[[3, 1]]))
    assert torch.equal(b, to_float(pairs.b[[3, 1]]))
    assert pairs.floats()[0].shape == (252, 3, 16, 16)


@pytest.mark.parametrize("size", [8, 16, 24, 32])
def test_shrinking_keeps_the_mean(size):
    images = emoji_pairs("test").b
    # Where the sizes do not divide, neighbouring areas share a pixel, which then counts twice.
    allowed = 0.5 if 64 % size == 0 else 4
    difference = shrunk(images, size).float().mean((2, 3)) - images.float().mean((2, 3))
    assert difference.abs().max() < allowed
    assert shrunk(images, 64) is images


def test_what_cannot_be_a_set_of_images_is_said():
    fine = torch.zeros(2, 3, 8, 8, dtype=torch.uint8)
    with refused(r"'a' are uint8 \(N, C, H, W\), 0 to 255, and these are torch\.float32"):
        Unpaired(fine.float(), fine)
    with refused(r"no image in set 'b'"):
        Unpaired(fine, fine[:0])
    with refused(r"8×8 and 4×4"):
        Unpaired(fine, fine[..., :4, :4])
    with refused(r"8 to 64 pixels wide, not 128"):
        emoji_pairs("test", size=128)
    with refused(r"no split 'validation'"):
        emoji_styles("validation")
    for ask in (lambda: emoji_pairs("test", device="toaster"), lambda: emoji_pairs("test").to("toaster")):
        with refused(r"no device 'toaster' on this machine: choose from 'cpu'"):
            ask()


# --- a folder of pairs side by side -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("silent")
def test_each_file_is_a_pair_and_the_learner_says_which_half_is_the_input(tmp_path):
    for name in ("10", "2", "1"):
        saved(halves(RED, BLUE), tmp_path / f"{name}.png")
    pairs = paired_folder(tmp_path, 8)
    assert type(pairs) is Pairs
    assert pairs.a.shape == pairs.b.shape == (3, 3, 8, 8)
    assert pairs.a.dtype == torch.uint8
    assert pairs.a.is_contiguous()
    assert pairs.names == ("1", "2", "10")
    assert colour_of(pairs.a[0]) == [*RED]
    assert colour_of(pairs.b[0]) == [*BLUE]
    turned = paired_folder(str(tmp_path), 8, a="right")
    assert torch.equal(turned.a, pairs.b)
    assert torch.equal(turned.b, pairs.a)
    with refused(r"a is 'left' or 'right', not 'photo'"):
        paired_folder(tmp_path, a="photo")


def test_each_half_is_cut_to_the_square_in_its_middle(tmp_path):
    wide = plain(RED, 80, 10)  # halves of 40×10, whose middle is 10×10
    wide.paste(GREEN, (15, 0, 25, 10))
    wide.paste(BLUE, (55, 0, 65, 10))
    tall = plain(RED, 20, 30)
    tall.paste(GREEN, (0, 10, 10, 20))
    tall.paste(BLUE, (10, 10, 20, 20))
    saved(wide, tmp_path / "wide.png")
    saved(tall, tmp_path / "tall.png")
    pairs = paired_folder(tmp_path, 5)
    for i in range(2):
        assert (pairs.a[i] == torch.tensor(GREEN).view(3, 1, 1)).all()
        assert (pairs.b[i] == torch.tensor(BLUE).view(3, 1, 1)).all()


def test_a_pixel_is_the_mean_of_the_area_that_it_stands_for(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    saved(Image.fromarray(pixels), tmp_path / "noise.png")
    whole = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    ours = unpaired_folders(tmp_path, tmp_path, 16).a
    assert (ours.int() - shrunk(whole, 16).int()).abs().max() <= 1  # they round a half differently
    assert unpaired_folders(tmp_path, tmp_path, 100).a.shape == (1, 3, 100, 100)


def test_the_limit_counts_what_can_be_used(tmp_path):
    (tmp_path / "0.png").write_bytes(b"no image")
    for i in range(1, 6):
        saved(halves(RED, BLUE), tmp_path / f"{i}.png")
    with warned(r"0\.png"):
        assert paired_folder(tmp_path, 8, limit=2).names == ("1", "2")
    strange: list[Any] = [0, -1, 2.5, "8"]
    for impossible in strange:
        with refused(r"how many images to take, 1 or more, or None"):
            paired_folder(tmp_path, limit=impossible)
        with refused(r"whole number of pixels wide, 1 or more"):
            paired_folder(tmp_path, size=impossible)
    with refused(r"no device 'toaster'"):
        paired_folder(tmp_path, device="toaster")


def test_what_cannot_be_used_is_left_out_in_one_sentence(tmp_path):
    folder = tmp_path / "faces"
    good = saved(halves(RED, BLUE, 64), folder / "10.png").read_bytes()
    (folder / "1.png").write_bytes(good[: len(good) // 2])
    saved(plain(RED, 33, 16), folder / "2.png")
    saved(plain(RED, 1, 16), folder / "3.png")
    (folder / "4.jpg").write_bytes(b"")
    (folder / "5.JPG").write_bytes(b"hello" * 100)
    with warned(
        r"In .*faces, 5 files were left out: 1\.png \(damaged, or not an image\), "
        r"2\.png \(its width, 33, is odd, so it has no halves\), 3\.png \(its width, 1, .*\) and 2 more\.$"
    ):
        assert paired_folder(folder, 8).names == ("10",)
    (folder / "10.png").unlink()
    with refused(r"No image in .*faces can be used, for there is only 1\.png .* and 2 more: put whole images"):
        paired_folder(folder, 8)


def test_a_jpeg_that_breaks_off_is_left_out(tmp_path):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 128, 3), dtype=np.uint8))
    whole = saved(noise, tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    with warned(r"1 file was left out: half\.jpg \(damaged"):
        assert paired_folder(tmp_path, 8).names == ("whole",)


@pytest.mark.parametrize("times", [1.5, 3])  # Pillow warns from once its limit on, and refuses from twice on
def test_a_picture_too_large_to_unpack_is_left_out(tmp_path, monkeypatch, times):
    saved(halves(RED, BLUE), tmp_path / "small.png")
    bomb = saved(Image.new("1", (2000, 2000)), tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", int(2000 * 2000 / times))
    assert bomb.stat().st_size < 2000
    with warned(r"bomb\.png \(more pixels than is safe to unpack\)"):
        assert paired_folder(tmp_path, 8).names == ("small",)


# --- what images may be -----------------------------------------------------------------------------------------------


def one_image(folder: Path) -> torch.Tensor:
    return unpaired_folders(folder, folder, 8).a[0]


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize(
    ("mode", "colour", "name", "seen"),
    [
        ("L", 100, "x.png", (100, 100, 100)),
        ("1", 1, "x.png", WHITE),
        ("LA", (0, 51), "x.png", (204, 204, 204)),
        ("RGBA", (255, 0, 0, 51), "x.png", (255, 204, 204)),
        ("RGBA", (255, 0, 0, 0), "x.WEBP", WHITE),
        ("CMYK", (0, 255, 255, 0), "x.jpg", (255, 0, 0)),
        ("I;16", 257 * 100, "x.png", (100, 100, 100)),
        ("I;16", 65535, "x.png", WHITE),
        ("RGB", GREEN, "x.BMP", GREEN),
        ("RGB", GREEN, "x.JPEG", GREEN),
        ("P", 0, "x.gif", (0, 0, 0)),
    ],
)
def test_every_common_kind_of_image_is_read(tmp_path, mode, colour, name, seen):
    lossless = {"lossless": True} if name.endswith("WEBP") else {}
    saved(Image.new(mode, (16, 16), colour), tmp_path / name, **lossless)
    assert all(abs(ours - theirs) <= 2 for ours, theirs in zip(colour_of(one_image(tmp_path)), seen, strict=True))


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("transparency", [0, b"\x00\xff"])
def test_a_palette_with_a_transparent_colour_lies_on_white(tmp_path, transparency):
    image = Image.new("P", (16, 16), 0)
    image.putpalette([*RED, *BLUE])
    image.paste(1, (0, 0, 16, 8))
    saved(image, tmp_path / "x.png", transparency=transparency)
    pixels = one_image(tmp_path)
    assert colour_of(pixels[:, :4]) == [*BLUE]
    assert colour_of(pixels[:, 4:]) == [*WHITE]


def test_of_a_moving_picture_the_first_is_taken(tmp_path):
    saved(plain(RED), tmp_path / "x.gif", save_all=True, append_images=[plain(BLUE)])
    assert colour_of(one_image(tmp_path)) == [*RED]


def test_a_photograph_stands_as_its_camera_noted(tmp_path):
    lying = halves(RED, BLUE, 64)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it a quarter clockwise: left becomes up
    saved(lying, tmp_path / "x.jpg", exif=exif, quality=95)
    pairs = paired_folder(tmp_path, 8)
    for image in (pairs.a[0], pairs.b[0], one_image(tmp_path)):
        assert colour_of(image[:, :3])[0] > 240 > 15 > colour_of(image[:, -3:])[0], "red is above, not at the left"


def test_a_large_jpeg_decoded_small_is_the_same_picture(tmp_path):
    y, x = np.mgrid[0:256, 0:256]
    pixels = np.stack([x, y, 127 + 100 * np.sin(x / 4)], 2).astype(np.uint8)
    saved(Image.fromarray(pixels), tmp_path / "x.jpg", quality=95)
    saved(Image.fromarray(pixels), tmp_path / "png" / "x.png")
    both = unpaired_folders(tmp_path, tmp_path / "png", 64)
    assert (both.a.int() - both.b.int()).abs().max() <= 8


@pytest.mark.usefixtures("silent")
def test_what_is_no_image_is_not_mentioned(tmp_path):
    saved(halves(RED, BLUE), tmp_path / "1.PNG")
    for name in ("Thumbs.db", ".DS_Store", "notes.txt", "._1.png", ".hidden.jpg"):
        (tmp_path / name).write_bytes(b"?")
    (tmp_path / "folder.png").mkdir()
    assert paired_folder(tmp_path, 8).names == ("1",)


def test_a_folder_that_is_not_one_is_answered_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = saved(plain(RED), tmp_path / "set" / "train" / "x.png")
    with refused(r"no folder nowhere: correct the path, which starts from " + re.escape(str(tmp_path))):
        paired_folder("nowhere")
    with refused(r"x\.png is a file: give the folder"):
        paired_folder(file)
    with refused(r"no images right in .*set, and in it is train: give the folder that holds JPEG, PNG"):
        paired_folder(tmp_path / "set")
    (tmp_path / "empty").mkdir()
    with refused(r"no images right in .*empty, and in it is no folder"):
        unpaired_folders(tmp_path / "set" / "train", tmp_path / "empty")


# --- two folders ------------------------------------------------------------------------------------------------------


def test_the_same_name_in_two_folders_makes_a_pair(tmp_path):
    for name in ("2", "10", "only here"):
        saved(plain(RED), tmp_path / "photos" / f"{name}.jpg", quality=95)
    for name in ("10", "2", "only there"):
        saved(plain(BLUE), tmp_path / "maps" / f"{name}.png")
    saved(plain(GREEN), tmp_path / "maps" / "2.webp")
    with warned(
        r"3 files were left out: maps/2\.webp \(would be a pair with the partner of 2\.png\), "
        r"photos/only here\.jpg \(without a partner\) and maps/only there\.png \(without a partner\)\.$"
    ):
        pairs = paired_folders(tmp_path / "photos", tmp_path / "maps", 8)
    assert type(pairs) is Pairs
    assert pairs.names == ("2", "10")
    assert colour_of(pairs.b[0]) == [*BLUE]
    with refused(r"has a partner in .*: give the two images of a pair the same file name"):
        paired_folders(tmp_path / "photos", saved(plain(RED), tmp_path / "other" / "x.png").parent)


def test_a_pair_of_which_one_is_damaged_is_left_out_whole(tmp_path):
    for name in ("1", "2"):
        saved(plain(RED), tmp_path / "a" / f"{name}.png")
        saved(plain(BLUE), tmp_path / "b" / f"{name}.png")
    (tmp_path / "b" / "1.png").write_bytes(b"?")
    with warned(r"1 file was left out: 1\.png \(damaged"):
        assert paired_folders(tmp_path / "a", tmp_path / "b", 8).names == ("2",)


def test_two_folders_are_two_sets_and_one_warning_speaks_of_both(tmp_path):
    for i in range(3):
        saved(plain(RED), tmp_path / "a" / f"horse{i}.png")
    saved(plain(BLUE), tmp_path / "b" / "zebra.png")
    for folder in "ab":
        (tmp_path / folder / "bad.png").write_bytes(b"?")
    with warned(r"a and .*b, 2 files were left out: bad\.png \(.*\) and bad\.png \(.*\)\.$"):
        sets = unpaired_folders(tmp_path / "a", tmp_path / "b", 8)
    assert type(sets) is Unpaired
    assert (len(sets.a), len(sets.b)) == (3, 1)
    assert sets.names_a == ("horse0", "horse1", "horse2")
    with warned(r"bad"):
        assert len(unpaired_folders(tmp_path / "a", tmp_path / "b", 8, limit=2).a) == 2
    (tmp_path / "b" / "zebra.png").unlink()
    with refused(r"No image in .*b can be used, for there is only bad\.png \(damaged, or not an image\): put"):
        unpaired_folders(tmp_path / "a", tmp_path / "b", 8)


# --- downloads --------------------------------------------------------------------------------------------------------


ZIP = "facades.zip"


def small_zip() -> bytes:
    """Facades as they are in the zip: three pairs to train with (red photo, blue label map), two to test."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for split, count in (("train", 3), ("test", 2)):
            for side, colour in (("A", RED), ("B", BLUE)):
                for i in range(count):
                    image = io.BytesIO()
                    plain(colour).save(image, "JPEG", quality=95)
                    archive.writestr(f"facades/{split}{side}/{10 - i}_{side}.jpg", image.getvalue())
        archive.writestr("facades/readme.txt", os.urandom(3 * download.CHUNK))  # so that there are some chunks
        archive.writestr("facades/trainA/notes.txt", "?")
        archive.writestr("facades/trainC/1_C.jpg", "?")
        archive.writestr("other/facades/trainA/11_A.jpg", "?")
        for name in ("../escaped.jpg", "facades/trainA/../../../escaped.jpg", "/escaped.jpg", "facades\\trainA\\e.jpg"):
            archive.writestr(name, "?")
    return content.getvalue()


@pytest.fixture
def server(monkeypatch):
    content = small_zip()
    with serving({ZIP: content}) as server:
        monkeypatch.setattr(online, "SOURCE", server.url)
        monkeypatch.setitem(online.ARCHIVES, "facades", (len(content), hashlib.sha256(content).hexdigest()))
        yield server


def files_under(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


UNPACKED = sorted(
    f"facades/{split}{side}/{10 - i}_{side}.jpg"
    for split, n in (("train", 3), ("test", 2))
    for side in "AB"
    for i in range(n)
)


def test_a_set_is_downloaded_once_unpacked_and_read(server, home):
    pairs = facades("train", size=8)
    assert type(pairs) is Pairs
    assert pairs.names == ("8", "9", "10")
    assert colour_of(pairs.a[0])[2] > 250 > 5 > colour_of(pairs.a[0])[0], "a is the label map, B in the files"
    assert colour_of(pairs.b[0])[0] > 250 > 5 > colour_of(pairs.b[0])[2]
    assert len(facades("test", size=16)) == 2
    assert server.asked == [(ZIP, None)]
    assert files_under(home / "cache") == UNPACKED, "the images of four folders and nothing else, the zip is gone"


def test_names_that_lead_out_of_the_folder_are_ignored(server, tmp_path):
    facades(size=8, root=tmp_path / "deep" / "root")
    assert files_under(tmp_path) == [f"deep/root/{name}" for name in UNPACKED]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a way to kill a process at once")
def test_a_process_killed_in_the_middle_goes_on_where_it_stopped(server, tmp_path):
    server.stops_after[ZIP], server.waits = 2 * download.CHUNK, threading.Event()
    code = (
        "from learntools.data import online;"
        f"online.SOURCE = {server.url!r};"
        f"online.ARCHIVES['facades'] = {online.ARCHIVES['facades']!r};"
        f"online.facades(root={str(tmp_path)!r})"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    part = tmp_path / "facades.zip.part"
    deadline = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    server.waits.set()
    server.stops_after.clear()
    kept = part.stat().st_size
    assert download.CHUNK <= kept < len(server.content[ZIP])
    server.asked.clear()
    assert len(facades(size=8, root=tmp_path)) == 3
    assert server.asked == [(ZIP, f"bytes={kept}-")], "only the rest is asked for"
    assert not part.exists()


def test_a_connection_that_ends_early_is_said_and_what_came_is_kept(server, home):
    server.stops_after[ZIP] = 1000
    with refused(
        r"the connection ended after 0\.0 of 0\.8 MB: try again, or download http://.*/facades\.zip elsewhere"
    ):
        facades()
    assert (home / "cache" / "facades.zip.part").read_bytes() == server.content[ZIP][:1000]
    with refused(r"the connection ended"):
        facades()
    assert (home / "cache" / "facades.zip.part").stat().st_size == 2000
    server.stops_after.clear()
    facades(size=8)
    assert server.asked == [(ZIP, None), (ZIP, "bytes=1000-"), (ZIP, "bytes=2000-")]
    assert server.sent == len(server.content[ZIP])


def test_a_server_that_cannot_resume_sends_all_again(server, home):
    part = home / "cache" / "facades.zip.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"?" * 5000)  # not even the right bytes: they are overwritten
    server.resumes = False
    assert len(facades(size=8)) == 3
    assert server.asked == [(ZIP, "bytes=5000-")]
    assert server.sent == len(server.content[ZIP])


def test_a_whole_part_is_not_asked_for_again_and_one_that_is_too_long_is_thrown_away(server, home):
    part = home / "cache" / "facades.zip.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(server.content[ZIP])
    facades(size=8, root=part.parent)
    assert server.asked == []
    (home / "other").mkdir()
    (home / "other" / part.name).write_bytes(server.content[ZIP] + b"?")
    facades(size=8, root=home / "other")
    assert server.asked == [(ZIP, None)]


@pytest.mark.parametrize("change", [lambda b: b[:-1] + b"?", lambda b: b + b"?"], ids=["changed", "longer"])
def test_a_file_that_is_not_the_published_one_is_thrown_away(server, home, change):
    server.content[ZIP] = change(server.content[ZIP])
    with refused(r"what came is not the published file \(its checksum differs\): try again"):
        facades()
    assert files_under(home / "cache") == []


def test_a_download_that_cannot_be_names_the_file_the_place_and_the_emoji(server, home, monkeypatch):
    server.content.clear()
    there = re.escape(str(home / "cache" / "facades.zip"))
    with refused(
        rf"server answered 404 \(Not Found\): .*/facades\.zip elsewhere and put it at {there} \(or, unpacked, at .*\), "
        r"or use the course's own emoji, which need no network: emoji_pairs\(\)"
    ):
        facades()
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(online, "SOURCE", f"http://127.0.0.1:{taken.getsockname()[1]}")
        with refused(r"server cannot be reached \(.*refused.*\): try again"):
            facades()
    monkeypatch.setattr(online, "SOURCE", "http://no-such-host.invalid")
    for load in (facades, maps, horse2zebra):
        with refused(r"cannot be reached \(.+\): try again, or download http://no-such-host\.invalid/\w+\.zip"):
            load("test")


def test_a_server_that_falls_silent_is_not_waited_for_forever(server, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    server.stops_after[ZIP], server.waits = 1000, threading.Event()
    start = time.monotonic()
    with refused(r"cannot be reached \(timed out\)"):
        facades()
    assert time.monotonic() - start < 10
    server.waits.set()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's device that is always full")
def test_a_full_disk_is_said(server, tmp_path):
    (tmp_path / "facades.zip.part").symlink_to("/dev/full")
    with refused(r"cannot be written \(No space left on device\)"):
        facades(root=tmp_path)


def test_a_place_that_cannot_be_written_is_said_before_anything_is_asked_for(server, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with refused(r"file cannot be written \((File exists|Not a directory)\)"):
        facades(root=tmp_path / "file")
    (tmp_path / "facades").mkdir()
    (tmp_path / "facades" / "holiday.jpg").write_bytes(b"?")
    with refused(r"facades is something else than the set facades: move it away, or choose another root"):
        facades(root=tmp_path)
    with refused(r"no split 'val': choose from 'train' and 'test'"):
        facades("val")
    with refused(r"no device 'toaster'"):
        facades(device="toaster")
    assert server.asked == []
    (tmp_path / "facades" / "holiday.jpg").unlink()
    assert len(facades(size=8, root=tmp_path)) == 3, "an empty folder is no obstacle"


def test_a_zip_put_there_by_hand_is_used_and_kept(server, tmp_path):
    by_hand = tmp_path / "facades.zip"
    by_hand.write_bytes(server.content[ZIP][:-1])
    with refused(
        r"facades\.zip is not the published file .*: delete it or download it again, or unpack it to .*/facades"
    ):
        facades(root=tmp_path)
    by_hand.write_bytes(server.content[ZIP])
    assert len(facades(size=8, root=tmp_path)) == 3
    assert by_hand.read_bytes() == server.content[ZIP]
    assert server.asked == []


def test_a_folder_unpacked_by_hand_is_used_in_either_form(server, tmp_path):
    saved(plain(RED), tmp_path / "one" / "facades" / "trainA" / "1_A.jpg")
    saved(plain(BLUE), tmp_path / "one" / "facades" / "trainB" / "1_B.jpg")
    saved(halves(RED, BLUE), tmp_path / "two" / "facades" / "train" / "1.jpg")
    for form in ("one", "two"):
        pairs = facades(size=8, root=str(tmp_path / form))
        assert pairs.names == ("1",)
        assert colour_of(pairs.a[0])[2] > 240 > 15 > colour_of(pairs.a[0])[0], "the label map"
        assert colour_of(pairs.b[0])[0] > 240 > 15 > colour_of(pairs.b[0])[2], "the photo"
        (tmp_path / form / "facades").rename(tmp_path / form / "maps")
        turned = maps(size=8, root=tmp_path / form)
        assert torch.equal(turned.a, pairs.b), "of the maps A is the input"
    with refused(r"no folder .*testA: correct the path"):
        maps("test", root=tmp_path / "one")
    assert server.asked == []


def test_what_a_killed_process_left_half_unpacked_is_cleared_away(server, home):
    leftover = home / "cache" / "facades.0123.unpacking"
    at_work = home / "cache" / "facades.4567.unpacking"
    for folder in (leftover, at_work):
        (folder / "trainA").mkdir(parents=True)
    os.utime(leftover, (0, 0))  # long ago
    facades(size=8)
    assert not leftover.exists()
    assert at_work.exists()


def test_two_at_once_do_each_other_no_harm(server, home):
    server.stops_after[ZIP], server.waits = 2 * download.CHUNK, threading.Event()
    results = []
    threads = [threading.Thread(target=lambda: results.append(len(facades(size=8)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while len(server.asked) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    server.waits.set()
    for thread in threads:
        thread.join(30)
    assert results == [3, 3]
    assert files_under(home / "cache") == UNPACKED


# --- the real sets, where they are ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("silent")
@pytest.mark.skipif(not (REAL / "facades").is_dir(), reason="needs the real facades")
@pytest.mark.parametrize(("split", "size", "count"), [("train", 64, 400), ("test", 96, 106)])
def test_the_real_facades(split, size, count):
    pairs = facades(split, size, root=REAL)
    assert pairs.a.shape == pairs.b.shape == (count, 3, size, size)
    assert pairs.names == tuple(str(i) for i in range(1, count + 1))

    def blueness(images):
        return (images[:, 2].float() - images[:, 0].float()).mean((1, 2))

    # Background and wall of a label map are blue, and hardly any facade is.
    assert blueness(pairs.a).quantile(0.1) > 40 > blueness(pairs.b).quantile(0.9)


@pytest.mark.usefixtures("silent")
@pytest.mark.skipif(not (REAL / "horse2zebra").is_dir(), reason="needs the real horses and zebras")
@pytest.mark.parametrize(("split", "size", "horses", "zebras"), [("train", 64, 400, 400), ("test", 96, 120, 140)])
def test_the_real_horses_and_zebras(split, size, horses, zebras):
    sets = horse2zebra(split, size, root=REAL)
    assert sets.a.shape == (horses, 3, size, size)
    assert sets.b.shape == (zebras, 3, size, size)
    assert sets.names_a[0].startswith("n02381460")  # ImageNet's sorrel
    assert sets.names_b[0].startswith("n02391049")  # ImageNet's zebra
