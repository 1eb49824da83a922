"""Images with captions: the learner's own in four kinds of captions file, Flickr8k, and COCO."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import re
import shutil
import threading
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from file_server import serving
from PIL import Image

from learntools.data import (
    Captioned,
    DataError,
    captioned,
    captioned_folder,
    coco_captions,
    download,
    flickr8k,
    unpaired_folders,
)

REAL = Path(__file__).resolve().parents[2] / "shared" / "real_data"
COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
SAID = {f"{name}.png": [f"A {name} square.", f"all {name}, of course"] for name in COLOURS}


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
    text.encode("utf-8")  # so that it can be printed


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


@pytest.fixture
def photos(tmp_path) -> Path:
    """red.png, green.png and blue.png, 12×8."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (12, 8), colour).save(folder / f"{name}.png")
    return folder


def written(path: Path, said: dict[str, list[str]], form: str = "json") -> Path:
    """A captions file in one of the four forms."""
    pairs = [(name, i, text) for name, its in said.items() for i, text in enumerate(its)]
    if form == "lines":
        path.write_text("".join(f"{name}#{i}\t{text}\n" for name, i, text in pairs), encoding="utf-8")
    elif form == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("image", "caption"), *((name, text) for name, _, text in pairs)])
    elif form == "json":
        path.write_text(json.dumps(said), encoding="utf-8")
    else:
        numbers = {name: 100 + i for i, name in enumerate(said)}
        annotations = [{"image_id": numbers[name], "id": i, "caption": text} for name, i, text in pairs]
        images = [{"id": number, "file_name": name, "height": 8, "width": 12} for name, number in numbers.items()]
        path.write_text(json.dumps({"info": {}, "images": images, "annotations": annotations[::-1]}), encoding="utf-8")
    return path


def dominant(images: torch.Tensor) -> list[str]:
    return [list(COLOURS)[int(image.float().mean((1, 2)).argmax())] for image in images]


# --- images with captions ---------------------------------------------------------------------------------------------


def test_captioned_is_a_set_like_the_others():
    images = torch.randint(0, 256, (3, 3, 8, 8), dtype=torch.uint8)
    found = Captioned(images, (("one", "1"), ("two",), ("three",)), ("a", "b", "c"))
    assert len(found) == 3
    assert repr(found) == "Captioned(3 images 3×8×8, 4 captions, on cpu)"
    assert found.floats().shape == (3, 3, 8, 8)
    assert torch.equal(found.floats([2, 0]), images[[2, 0]].float() / 127.5 - 1)
    assert torch.equal(found.floats(slice(1)), found.floats(torch.tensor([0])))
    moved = found.to("cpu")
    assert torch.equal(moved.images, images)
    assert moved.captions == found.captions
    with refused("no device 'toaster'"):
        found.to("toaster")
    with pytest.raises(AttributeError):
        found.names = ()


@pytest.mark.parametrize(
    ("images", "captions", "names", "sentence"),
    [
        (torch.zeros(1, 3, 8, 8), (("a",),), (), r"uint8 \(N, 3, S, S\), .* these are torch.float32, \(1, 3, 8, 8\)"),
        (torch.zeros(1, 8, 8, 3, dtype=torch.uint8), (("a",),), (), r"these are torch.uint8, \(1, 8, 8, 3\)"),
        (torch.zeros(1, 3, 8, 9, dtype=torch.uint8), (("a",),), (), r"these are torch.uint8, \(1, 3, 8, 9\)"),
        (torch.zeros(0, 3, 8, 8, dtype=torch.uint8), (), (), "at least one"),
        ("photos", (("a",),), (), "these are str"),
        (torch.zeros(2, 3, 8, 8, dtype=torch.uint8), (("a",),), (), "2 images, 1 times captions and 0 names"),
        (torch.zeros(2, 3, 8, 8, dtype=torch.uint8), (("a",), ("b",)), ("a",), "2 images, .* and 1 names"),
        (torch.zeros(2, 3, 8, 8, dtype=torch.uint8), (("a",), ()), (), "those of image 1 are not"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), ("a dog",), (), "tuple of strings for each image"),
    ],
)
def test_what_is_no_captioned_set_is_refused(images, captions, names, sentence):
    with refused(sentence):
        Captioned(images, captions, names)


# --- a folder and a captions file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["lines", "csv", "json", "coco"])
def test_four_kinds_of_captions_file_say_the_same(photos, tmp_path, silent, form):
    found = captioned_folder(photos, written(tmp_path / "captions", SAID, form), size=4)
    assert found.images.shape == (3, 3, 4, 4)
    assert found.images.dtype == torch.uint8
    assert found.names == ("red.png", "green.png", "blue.png"), "the file's order"
    assert dominant(found.images) == ["red", "green", "blue"]
    assert [sorted(its) for its in found.captions] == [sorted(its) for its in SAID.values()]


def test_images_are_cut_and_shrunk_as_those_of_other_folders(tmp_path, silent):
    rng = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for i, shape in enumerate([(400, 601, 3), (61, 33, 3), (9, 9, 3)]):
        Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(tmp_path / "photos" / f"{i}.jpg")
    file = written(tmp_path / "captions.json", {f"{i}.jpg": [f"noise {i}"] for i in range(3)})
    found = captioned_folder(tmp_path / "photos", file, size=16)
    assert torch.equal(found.images, unpaired_folders(tmp_path / "photos", tmp_path / "photos", size=16).a)


def test_a_limit_takes_the_first_that_can_be_used(photos, tmp_path):
    file = written(tmp_path / "captions.json", {"gone.png": ["gone"], **SAID})
    with warned(r"photos, 1 left out: gone\.png \(not there\)\."):
        found = captioned_folder(str(photos), str(file), limit=2, size=2)
    assert found.names == ("red.png", "green.png")


def test_what_cannot_be_used_is_left_out_and_one_warning_says_what(photos, tmp_path):
    (photos / "broken (1).png").write_bytes((photos / "red.png").read_bytes()[:40])
    said = {f"gone{i}.png": ["gone"] for i in range(1000)} | SAID
    said |= {
        "red.png": ["A red square.", "  ", ".", "all  red\n"],
        "green.png": ["", " . "],
        "broken (1).png": ["Broken."],
    }
    with warned(
        r"1,004 left out: gone0\.png, gone1\.png, gone2\.png and 997 more \(not there\); "
        r"red\.png and red\.png \(an empty caption\); green\.png \(without a caption\); "
        r"broken \(1\)\.png \(damaged, or not an image\)\."
    ):
        found = captioned_folder(photos, written(tmp_path / "captions.json", said), size=2)
    assert found.names == ("red.png", "blue.png")
    assert found.captions[0] == ("A red square.", "all red")


def test_when_nothing_is_left_it_says_why(photos, tmp_path):
    with refused(
        r"No image in .*photos can be used .*: red\.jpg, green\.jpg and blue\.jpg \(not there\)\. Give the folder"
    ):
        captioned_folder(photos, written(tmp_path / "c.json", {k.replace("png", "jpg"): v for k, v in SAID.items()}))
    with refused("can be used .*: there are no captions"):
        captioned_folder(photos, written(tmp_path / "c.json", {}))


def test_lines_as_flickr8k_writes_them(photos, tmp_path):
    (tmp_path / "t.txt").write_bytes(
        b"\xef\xbb\xbfred.png#0\tA red square .\r\nred.png#1\tred, with a\ttab\r\n\r\nno tab here\r\n#0\t\r\n"
        b"blue.png#0\t\r\nblue.png#11\tBlue \xe2\x80\xa9 all over\r\ngreen.png\tno number"
    )
    with warned(r"3 left out: line 4 and line 5 \(not a name, a tab and a caption\); blue\.png \(an empty caption\)\."):
        found = captioned_folder(photos, tmp_path / "t.txt", size=2)
    assert found.names == ("red.png", "blue.png", "green.png")
    assert found.captions == (("A red square .", "red, with a tab"), ("Blue all over",), ("no number",))


def test_csv_as_kaggle_has_it_and_as_people_write_it(photos, tmp_path):
    (tmp_path / "captions.txt").write_text(
        'image,caption\r\nred.png,"Red, says ""he"" ."\r\nred.png,red, without marks\r\nblue.png\r\n,nothing\r\n'
        "blue.png,blue\r\n"
    )
    with warned(r"2 left out: line 4 and line 5 \(not an image and a caption\)"):
        found = captioned_folder(photos, tmp_path / "captions.txt", size=2)
    assert dict(zip(found.names, found.captions, strict=True)) == {
        "red.png": ('Red, says "he" .', "red, without marks"),
        "blue.png": ("blue",),
    }
    (tmp_path / "own.csv").write_text('id,"Caption", "Image"\n1,"a, b",red.png\n2,c,blue.png\n')
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert captioned_folder(photos, tmp_path / "own.csv", size=2).captions == (("a, b",), ("c",))


def test_an_open_quotation_mark_swallows_nothing_in_silence(photos, tmp_path):
    (tmp_path / "c.csv").write_text('image,caption\nred.png,red\nblue.png,"blue\ngreen.png,green\n')
    with warned(r"line 4 \(several lines: is a quotation mark open\?\)"):
        found = captioned_folder(photos, tmp_path / "c.csv", size=2)
    assert found.names == ("red.png",)
    (tmp_path / "c.csv").write_text('image,caption\nred.png,"red\n' + "blue.png,blue blue blue\n" * 10_000)
    with refused(r"c\.csv cannot be read at line \d+ \(field larger.*\): look for a quotation mark"):
        captioned_folder(photos, tmp_path / "c.csv")


def test_what_is_not_utf8_is_left_out_or_said(photos, tmp_path):
    (tmp_path / "latin").write_bytes(
        "image,caption\nred.png,caf\xe9\nred.png,red\nblue.png,\xe9t\xe9\n".encode("latin-1")
    )
    with warned(r"2 left out: red\.png \(a caption that is not UTF-8\); blue\.png \(without a caption\)"):
        assert captioned_folder(photos, tmp_path / "latin", size=2).captions == (("red",),)
    (tmp_path / "wide").write_bytes("image,caption\nred.png,red\n".encode("utf-16"))
    with refused("wide is no captions file in UTF-8: give a text file of Flickr8k's lines"):
        captioned_folder(photos, tmp_path / "wide")
    (tmp_path / "json").write_text('{"red.png": ["a \\ud800 b", "red"]}')
    with warned(r"red\.png \(a caption that is not UTF-8\)"):
        captioned_folder(photos, tmp_path / "json", size=2)


def test_an_accent_is_found_however_it_is_written(photos, tmp_path, silent):
    (photos / "red.png").rename(photos / "cafe\u0301.png")
    found = captioned_folder(photos, written(tmp_path / "c.json", {"caf\u00e9.png": ["a café"]}), size=2)
    assert found.captions == (("a café",),)


def test_a_text_that_is_something_else_is_no_crash(photos, tmp_path):
    (tmp_path / "code.txt").write_text("x" * 500 + "\n\treturn 1\n" + "y" * 5000 + "\tan endless name\n\n../red\tup\n")
    with refused(
        r"No image in .* can be used .*: line 1 and line 2 \(not a name, a tab and a caption\); y+ and \.\./red"
    ):
        captioned_folder(photos, tmp_path / "code.txt")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is of no form that can be read here: give Flickr8k's lines"),
        (b"red.png a red square", "is of no form that can be read here"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is no captions file in UTF-8"),
        (b'{"red.png": ["red"', r"begins like JSON and is not \(.*line 1 column"),
        (b"[" * 100_000, "begins like JSON and is not"),
        (b'["red.png"]', "is JSON of another form: give Flickr8k's lines"),
        (b'{"red.png": 3}', "is JSON of another form"),
        (b'{"red.png": [3]}', "has captions or names that are no texts"),
        (b'{"images": [], "annotations": [{"id": 3}]}', "an entry has no 'image_id': take captions_"),
        (
            b'{"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 1, "bbox": []}]}',
            r"an entry has no 'caption': take captions_\*\.json, and not instances",
        ),
        (b'{"images": {"id": 1}, "annotations": []}', "is JSON of another form"),
    ],
)
def test_what_is_no_captions_file_is_said_in_a_sentence(photos, tmp_path, content, sentence):
    (tmp_path / "captions").write_bytes(content)
    with refused(sentence):
        captioned_folder(photos, tmp_path / "captions")


def test_a_caption_of_an_image_that_coco_does_not_list_is_named(photos, tmp_path):
    file = written(tmp_path / "c.json", SAID, "coco")
    content = json.loads(file.read_text())
    content["annotations"].append({"image_id": 7, "caption": "nobody's"})
    file.write_text(json.dumps(content))
    with warned(r"1 left out: image_id 7 \(of an image that is not listed\)"):
        assert len(captioned_folder(photos, file, size=2)) == 3


def test_a_wrong_path_size_limit_or_device_is_said_at_once(photos, tmp_path, monkeypatch):
    file = written(tmp_path / "captions.json", SAID)
    monkeypatch.chdir(tmp_path)
    with refused(r"There is no captions file no\.txt: correct the path, which starts from"):
        captioned_folder(photos, "no.txt")
    with refused(r"captions file .*photos cannot be read \("):
        captioned_folder(photos, photos)
    with refused("There is no folder elsewhere: correct the path, which starts from"):
        captioned_folder("elsewhere", file)
    with refused("captions.json is a file: give the folder that the images are in"):
        captioned_folder(file, file)
    for size in (0, 2.5, None):
        with refused("a whole number of pixels wide"):
            captioned_folder(photos, file, size=size)
    for limit in (0, -1, 1.5):
        with refused("how many images to take"):
            captioned_folder(photos, file, limit=limit)
    with refused("no device 'toaster'"):
        captioned_folder(photos, file, device="toaster")


# --- Flickr8k ---------------------------------------------------------------------------------------------------------

SPLIT = {"train": ["b.jpg", "a.jpg"], "dev": ["c.jpg"], "test": ["d.jpg"]}
ALL = "abcde"  # e.jpg has captions, and is in no split
UNPACKED = [
    *(f"flickr8k/Flicker8k_Dataset/{name}.jpg" for name in ALL),
    *(
        f"flickr8k/Flickr8k_text/{name}"
        for name in ("Flickr8k.token.txt", *(f"Flickr_8k.{s}Images.txt" for s in ("dev", "test", "train")))
    ),
]


def small_zips() -> dict[str, bytes]:
    """The two published files, with five images, and with what else lies in them."""
    text, photos = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(text, "w") as archive:
        archive.writestr(
            "Flickr8k.token.txt", "".join(f"{n}.jpg#{i}\tPhoto {n} no {i} .\r\n" for n in ALL for i in range(5))
        )
        for split, names in SPLIT.items():
            archive.writestr(f"Flickr_8k.{split}Images.txt", "\r\n".join(names) + "\r\n")
        for other in ("__MACOSX/._Flickr8k.token.txt", "CrowdFlowerAnnotations.txt", "readme.txt"):
            archive.writestr(other, "?")
    with zipfile.ZipFile(photos, "w") as archive:
        for i, name in enumerate(ALL):
            image = io.BytesIO()
            Image.new("RGB", (12, 8), (40 * i, 40 * i, 40 * i)).save(image, "JPEG")
            archive.writestr(f"Flicker8k_Dataset/{name}.jpg", image.getvalue())
            archive.writestr(f"__MACOSX/Flicker8k_Dataset/._{name}.jpg", "?")
        archive.writestr("noise.bin", np.random.default_rng(0).bytes(3 * download.CHUNK))  # so that there are chunks
        for name in ("../escaped.jpg ", "/escaped.txt", "x\\escaped.jpg"):
            archive.writestr(name, "?")
    return {"Flickr8k_text.zip": text.getvalue(), "Flickr8k_Dataset.zip": photos.getvalue()}


@pytest.fixture
def server(monkeypatch):
    with serving(small_zips()) as server:
        monkeypatch.setattr(captioned, "SOURCE", server.url)
        for name, content in server.content.items():
            monkeypatch.setitem(captioned.ARCHIVES, name, hashlib.md5(content).hexdigest())
        yield server


@pytest.fixture
def no_network(monkeypatch):
    monkeypatch.setattr(captioned, "SOURCE", "http://no-such-host.invalid")


def files_under(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_flickr8k_is_downloaded_once_unpacked_and_read(server, home, silent):
    found = flickr8k("train", size=4)
    assert found.names == ("b.jpg", "a.jpg"), "in the order of the published list"
    assert found.captions[0] == tuple(f"Photo b no {i} ." for i in range(5))
    assert found.images.float().mean((1, 2, 3)).tolist() == pytest.approx([40, 0], abs=3)
    assert flickr8k("dev", size=4).names == ("c.jpg",)
    assert flickr8k("test", size=4).names == ("d.jpg",)
    assert flickr8k(None, size=4, limit=4).names == ("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    assert len(flickr8k(None, size=4)) == 5
    assert server.asked == [("Flickr8k_text.zip", None), ("Flickr8k_Dataset.zip", None)]
    assert files_under(home / "cache") == UNPACKED, "what is needed and nothing else, the zips are gone"


def test_nothing_is_written_outside_of_the_root(server, tmp_path):
    flickr8k(size=4, root=tmp_path / "deep" / "root")
    assert files_under(tmp_path) == [f"deep/root/{name}" for name in UNPACKED]


def test_a_download_that_broke_off_is_said_and_goes_on_where_it_stopped(server, home):
    part = home / "cache" / "flickr8k" / "Flickr8k_Dataset.zip.part"
    server.stops_after["Flickr8k_Dataset.zip"] = 1000
    for kept in (1000, 2000):
        with refused(
            r"the connection ended after 0\.0 of 0\.8 MB: try again, or download http://.*/Flickr8k_Dataset\.zip"
        ):
            flickr8k(size=4)
        assert part.read_bytes() == server.content["Flickr8k_Dataset.zip"][:kept]
    server.stops_after.clear()
    assert len(flickr8k(size=4)) == 2
    assert [wanted for _, wanted in server.asked] == [None, None, "bytes=1000-", "bytes=2000-"]
    assert not part.exists()


def test_what_has_come_is_kept_when_the_server_sends_nothing(server, tmp_path):
    part = tmp_path / "flickr8k" / "Flickr8k_Dataset.zip.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(server.content[part.stem][:1000])
    server.stops_after[part.stem] = 0
    with refused(r"the connection ended after 0\.0 of 0\.8 MB"):
        flickr8k(size=4, root=tmp_path)
    assert part.stat().st_size == 1000


def test_a_server_that_cannot_resume_sends_all_again(server, tmp_path):
    part = tmp_path / "flickr8k" / "Flickr8k_Dataset.zip.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"?" * 2_000_000)  # longer than the file, and not its bytes
    server.resumes = False
    assert len(flickr8k(size=4, root=tmp_path)) == 2
    assert server.asked[-1] == (part.stem, "bytes=2000000-")


def test_a_whole_part_is_used_and_a_part_that_is_too_long_thrown_away(server, tmp_path):
    part = tmp_path / "flickr8k" / "Flickr8k_Dataset.zip.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(server.content[part.stem] + b"?")
    with refused("what came is not the published file"):
        flickr8k(size=4, root=tmp_path)
    assert not part.exists()
    part.write_bytes(server.content[part.stem])
    assert len(flickr8k(size=4, root=tmp_path)) == 2


def test_a_file_that_is_not_the_published_one_is_thrown_away(server, home):
    server.content["Flickr8k_Dataset.zip"] += b"?"
    with refused(
        r"Flickr8k cannot be had, for what came is not the published file \(its checksum differs\): try again"
    ):
        flickr8k()
    assert files_under(home / "cache") == [name for name in UNPACKED if "text" in name]


def test_without_a_network_it_says_where_to_get_the_set(no_network, home):
    there = re.escape(str(home / "cache" / "flickr8k" / "Flickr8k_text.zip"))
    with refused(
        r"cannot be had, for its server cannot be reached \(.+\): try again, or download "
        rf"http://no-such-host\.invalid/Flickr8k_text\.zip elsewhere and put it at {there}, or take photos .* your own"
    ):
        flickr8k()


def test_a_server_that_has_it_no_more_or_falls_silent_is_said(server, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    server.stops_after["Flickr8k_Dataset.zip"], server.waits = 1000, threading.Event()
    start = time.monotonic()
    with refused(r"cannot be reached \(timed out\)"):
        flickr8k()
    assert time.monotonic() - start < 10
    server.waits.set()
    server.content.clear()
    with refused(r"its server answered 404 \(Not Found\)"):
        flickr8k()


def test_a_place_that_cannot_be_written_is_said(server, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with refused(r"file/flickr8k cannot be written \((File exists|Not a directory)\)"):
        flickr8k(root=tmp_path / "file")
    notes = tmp_path / "flickr8k" / "Flickr8k_text" / "notes.txt"
    notes.parent.mkdir(parents=True)
    notes.write_text("?")
    with refused(r"Flickr8k_text is something else than the unpacked Flickr8k_text\.zip: move it away, or choose"):
        flickr8k(root=tmp_path)
    with refused("no split 'val': choose from 'train', 'dev' and 'test', or None"):
        flickr8k("val")
    with refused("no device 'toaster'"):
        flickr8k(device="toaster")
    assert server.asked == []


def test_zips_put_there_by_hand_are_used_and_kept(server, tmp_path):
    content = dict(server.content)
    (tmp_path / "flickr8k").mkdir()
    for name in content:
        (tmp_path / "flickr8k" / name).write_bytes(content[name][:-1])
    with refused(r"Flickr8k_text\.zip is not the published file .*: delete it or download it again, or unpack it to"):
        flickr8k(root=tmp_path)
    for name in content:
        (tmp_path / "flickr8k" / name).write_bytes(content[name])
    assert len(flickr8k(size=4, root=tmp_path)) == 2
    assert all((tmp_path / "flickr8k" / name).read_bytes() == content[name] for name in content)
    assert server.asked == []


@pytest.mark.parametrize("where", ["set", "above"])
def test_the_set_is_found_as_people_unpack_it(no_network, tmp_path, silent, where):
    for name, content in small_zips().items():
        zipfile.ZipFile(io.BytesIO(content)).extractall(
            tmp_path / "flickr8k" / Path(name).stem,
            [e for e in zipfile.ZipFile(io.BytesIO(content)).namelist() if "escaped" not in e],
        )
    (tmp_path / "another set" / "images").mkdir(parents=True)
    written(tmp_path / "another set" / "captions.txt", SAID, "csv")
    found = flickr8k(size=4, root=tmp_path if where == "above" else tmp_path / "flickr8k")
    assert found.names == ("b.jpg", "a.jpg")


def test_kaggles_copy_has_all_images_and_no_splits(no_network, photos, tmp_path, silent):
    photos.rename(tmp_path / "Images")
    written(tmp_path / "captions.txt", SAID, "csv")
    assert len(flickr8k(None, size=4, root=tmp_path)) == 3
    with refused(
        r"list of the images of split 'dev' is not there: take it from .*/Flickr8k_text\.zip .*, or take None"
    ):
        flickr8k("dev", size=4, root=tmp_path)


@pytest.mark.skipif(not (REAL / "flickr8k").is_dir(), reason="needs the copy of Flickr8k")
def test_the_real_flickr8k():
    """Of the images only a few hundred are there, and all of the captions and splits."""
    with warned(r"flickr8k/images, 5,626 left out: .* and 5,623 more \(not there\)\."):
        train = flickr8k("train", size=32, root=REAL)
    assert repr(train) == "Captioned(371 images 3×32×32, 1,855 captions, on cpu)"
    assert 20 < train.images.float().std() < 100
    with warned("not there"):
        dev = flickr8k("dev", size=16, root=REAL)
    with warned("not there"):
        test = flickr8k("test", size=16, root=REAL / "flickr8k")
    assert (len(dev), len(test)) == (58, 66)
    assert not set(train.names) & set(dev.names) | set(dev.names) & set(test.names) | set(train.names) & set(test.names)
    first = train.names.index("1000268201_693b08cb0e.jpg")
    assert train.captions[first][1] == "A girl going into a wooden building ."
    assert all(len(its) == 5 for its in train.captions + dev.captions + test.captions)


@pytest.mark.skipif(not (REAL / "flickr8k").is_dir(), reason="needs the copy of Flickr8k")
@pytest.mark.parametrize("form", ["lines", "csv", "json", "coco"])
def test_forty_thousand_real_captions_are_the_same_in_each_form(tmp_path, form):
    lost: dict[str, list[str]] = {}
    real = captioned.read_captions(REAL / "flickr8k" / "Flickr8k.token.txt", lost)
    assert (len(real), sum(map(len, real.values())), lost) == (8090, 40_450, {})
    found = captioned.read_captions(written(tmp_path / "captions", real, form), lost)
    assert list(found) == list(real)
    assert lost == {}
    for name, sentences in found.items():  # this COCO file has them backwards, and white space is for later
        its = sentences[::-1] if form == "coco" else sentences
        assert [sentence.strip() for sentence in its] == [sentence.strip() for sentence in real[name]]


# --- COCO -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inside", ["", "images"])
def test_coco_is_read_as_it_is_unpacked(photos, tmp_path, silent, inside):
    (tmp_path / "coco" / "annotations").mkdir(parents=True)
    written(tmp_path / "coco" / "annotations" / "captions_val2017.json", SAID, "coco")
    shutil.copytree(photos, tmp_path / "coco" / inside / "val2017")
    found = coco_captions(tmp_path / "coco", size=4)
    assert found.names == ("red.png", "green.png", "blue.png")
    assert dominant(found.images) == ["red", "green", "blue"]
    assert len(coco_captions(tmp_path / "coco", "val2017", 4, 1)) == 1
    with refused(r"no .*captions_train2014\.json: from cocodataset\.org.* take train2014\.zip and its annotations"):
        coco_captions(tmp_path / "coco", "train2014")


def test_coco_without_its_images_is_said(tmp_path):
    with refused("There is no folder .*coco: correct the path"):
        coco_captions(tmp_path / "coco")
    (tmp_path / "coco" / "annotations").mkdir(parents=True)
    written(tmp_path / "coco" / "annotations" / "captions_val2017.json", SAID, "coco")
    with refused("There is no folder .*val2017"):
        coco_captions(tmp_path / "coco")


@pytest.mark.skipif(not (REAL / "coco_mini").is_dir(), reason="needs the copy of some of COCO")
def test_some_of_the_real_coco(silent):
    found = captioned_folder(REAL / "coco_mini" / "images", REAL / "coco_mini" / "captions.json", size=32)
    assert repr(found) == "Captioned(80 images 3×32×32, 400 captions, on cpu)"
    assert found.names[0] == "000000000139.jpg"
    assert found.captions[0][0] == "A woman stands in the dining area at the table."
    assert 20 < found.images.float().std() < 100
