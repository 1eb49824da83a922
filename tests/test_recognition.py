"""The recogniser's front door: any picture in, names and probabilities out. (The network: test_translation_metrics.)"""

from __future__ import annotations

import datetime
import io
import struct
import threading
import time
import urllib.error
import urllib.request
import warnings
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from learntools.data import DataError, photo, picture, pictures, square, to_float
from learntools.models import recognition
from learntools.models.recognition import (
    Label,
    RecogniserError,
    alexnet,
    centre_crop,
    classes,
    efficientnet_lite0,
    label,
    preprocess,
    resize,
    resnet101,
)
from learntools.models.stages import CHANNELS, Stages

PHOTOS = Path(__file__).resolve().parents[2] / "shared" / "real_data" / "imagenet_photos"
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """A warning on the learner's screen is a failure; no proxy stands between a test and its own server."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("shape", [(2, 3, 96, 96), (1, 3, 101, 77)])
def test_the_stages_alone_are_those_of_the_whole_network(shape):
    x = torch.rand(shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
    whole = efficientnet_lite0()
    found = Stages(7)(x)
    maps = whole.bn1(whole.conv_stem(x))
    for stage, block in enumerate(whole.blocks):
        maps = block(maps)
        assert maps.shape[1] == CHANNELS[stage]
        torch.testing.assert_close(found[stage], maps, rtol=1e-3, atol=1e-3)
    assert len(found) == 7


def test_few_stages_are_the_first_of_many_and_learn_nothing():
    x = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    torch.manual_seed(5)
    few, many = Stages(2), Stages(4)
    assert torch.rand(()) == torch.rand((), generator=torch.Generator().manual_seed(5)), "a seed has noticed"
    assert [torch.equal(a, b) for a, b in zip(few(x), many(x), strict=False)] == [True, True]
    assert not any(value.requires_grad for value in few.parameters())
    empty = Stages(2, trained=False)
    empty.load_state_dict(few.state_dict())
    torch.testing.assert_close(empty(x)[1], few(x)[1])


def refused(source, sentence: str) -> str:
    with pytest.raises(DataError, match=sentence) as error:
        picture(source)
    text = str(error.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert ":" in text, "what is wrong, and after the colon the way out"
    return text


def saved(image: Image.Image, name: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def colour(pixels: torch.Tensor) -> tuple[int, ...]:
    return tuple(pixels.float().mean((1, 2)).round().int().tolist())


def noise(height: int = 6, width: int = 8, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 256, (3, height, width), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)


# --- a picture of the learner's ---------------------------------------------------------------------------------------


def test_every_spelling_of_the_same_pixels_is_the_same_picture(tmp_path):
    pixels = noise()
    array = pixels.permute(1, 2, 0).numpy()
    content = saved(Image.fromarray(array))
    path = tmp_path / "a picture.png"
    path.write_bytes(content)
    for source in (
        pixels,
        array,
        pixels[None],
        array[None],
        pixels.permute(1, 2, 0),
        np.ascontiguousarray(pixels.numpy()),
        array.astype(np.int64),
        array.astype(np.float64) / 255,
        array.astype(np.uint16) * 257,
        pixels / 255,
        (pixels / 255).double().requires_grad_(),
        array[:, ::-1][:, ::-1],
        Image.fromarray(array),
        content,
        bytearray(content),
        memoryview(content),
        io.BytesIO(content),
        path,
        str(path),
    ):
        found = picture(source)
        assert found.dtype == torch.uint8
        assert found.is_contiguous()
        assert torch.equal(found, pixels), type(source)
    with path.open("rb") as file:
        assert torch.equal(picture(file), pixels)


def test_the_picture_is_a_copy():
    pixels, array = noise(), noise().permute(1, 2, 0).numpy()
    for source in (pixels, array):
        found = picture(source)
        found.zero_()
        assert source.max() > 0
    image = Image.new("RGB", (5000, 10), RED)
    assert picture(image).shape == (3, 4, 2048)
    assert image.size == (5000, 10)


def test_grey_transparent_and_black_and_white_arrays():
    grey = noise()[0]
    for source in (grey, grey.numpy(), grey[None], grey[..., None], grey.numpy()[..., None]):
        assert torch.equal(picture(source), grey.expand(3, -1, -1))
    assert colour(picture(np.array([[True, False], [False, True]]))) == (128, 128, 128)
    clear = torch.zeros(6, 5, 4, dtype=torch.uint8)
    clear[..., 0], clear[..., 3] = 255, 51
    assert colour(picture(clear)) == (255, 204, 204)
    assert colour(picture(clear.permute(2, 0, 1))) == (255, 204, 204)


def test_where_both_ends_could_be_channels_arrays_have_them_last_and_tensors_first():
    values = np.arange(3 * 7 * 3, dtype=np.uint8).reshape(3, 7, 3)
    assert picture(values).shape == (3, 3, 7)
    assert torch.equal(picture(values), torch.from_numpy(values).permute(2, 0, 1))
    assert torch.equal(picture(torch.from_numpy(values)), torch.from_numpy(values))


def test_half_precision_rounds_to_the_nearest_byte():
    assert picture(torch.full((2, 2), 0.5, dtype=torch.bfloat16))[0, 0, 0] == 128
    assert picture(torch.full((2, 2), 1.0 + 1e-6)).max() == 255


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (torch.rand(3, 4, 4) * 2 - 1, r"from -[01].* to .*: data\.to_uint8 makes bytes of them"),
        (torch.rand(3, 4, 4) * 255, "from 0 to 1"),
        (torch.rand(3, 4, 4) * 6 - 3, "from 0 to 1"),
        (torch.full((3, 4, 4), float("nan")), "NaN"),
        (torch.full((3, 4, 4), float("inf")), "infinite"),
        (torch.full((3, 4, 4), 300), "from 300 to 300"),
        (np.full((4, 4, 3), -1), "from -1 to -1"),
        (torch.zeros(5, 3, 4, 4), r"batch of 5 pictures: .*batch\[0\]"),
        (torch.zeros(5, 6, 7), r"\(5, 6, 7\)"),
        (torch.zeros(7), r"\(7,\)"),
        (torch.zeros(3, 0, 4), r"\(3, 0, 4\)"),
        (torch.tensor(1.0), r"\(\)"),
        (np.array(["cat"]), "holds no pixels"),
        (np.zeros((3, 3), complex), "holds no pixels"),
        (torch.zeros(3, 3, dtype=torch.complex64), "holds no pixels"),
        (None, "nothing"),
        (7, "an int"),
        ([[0, 1], [1, 0]], "A list is no picture"),
        ({"cat": 3}, "A dict is no picture"),
        (b"", "is empty"),
        (b"Dear diary, no picture today.", "not an image"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "HEIC.*export it as JPEG"),
        (io.StringIO("text"), "opened as text"),
    ],
)
def test_what_is_no_picture_is_one_sentence_with_the_way_out(source, sentence):
    refused(source, sentence)


def test_files_that_cannot_be_read_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.jpg").write_text("milk, eggs")
    (tmp_path / "empty.png").touch()
    whole = saved(Image.fromarray(noise(64, 64).permute(1, 2, 0).numpy()), "JPEG", quality=95)
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    refused("notes.jpg", r"notes\.jpg is damaged, or not an image that can be read here: .* as JPEG or PNG")
    refused("empty.png", r"empty\.png is empty")
    refused(tmp_path / "half.jpg", r"half\.jpg is damaged")
    refused("nowhere.jpg", r"no file nowhere\.jpg: correct the path, which starts from ")
    refused(tmp_path, "is a folder")
    refused("bad\0name", "cannot be read")


@pytest.mark.parametrize(
    ("mode", "value", "name", "seen"),
    [
        ("L", 100, "PNG", (100, 100, 100)),
        ("1", 1, "PNG", WHITE),
        ("P", 0, "GIF", (0, 0, 0)),
        ("LA", (0, 51), "PNG", (204, 204, 204)),
        ("RGBA", (255, 0, 0, 51), "PNG", (255, 204, 204)),
        ("CMYK", (0, 255, 255, 0), "JPEG", RED),
        ("I;16", 257 * 100, "PNG", (100, 100, 100)),
        ("RGB", BLUE, "WEBP", BLUE),
        ("RGB", BLUE, "TIFF", BLUE),
    ],
)
def test_every_common_kind_of_file_is_read_and_its_image_too(mode, value, name, seen):
    image = Image.new(mode, (16, 12), value)
    for source in (saved(image, name), image):
        found = picture(source)
        assert found.shape == (3, 12, 16)
        assert all(abs(ours - theirs) <= 3 for ours, theirs in zip(colour(found), seen, strict=True)), (mode, source)


def test_an_image_of_floats_follows_the_rule_for_floats():
    assert colour(picture(Image.fromarray(np.full((4, 5), 0.2, np.float32)))) == (51, 51, 51)
    refused(Image.fromarray(np.full((4, 5), 77.0, np.float32)), "from 0 to 1")


def test_a_photo_stands_upright_and_a_moving_picture_stands_still():
    lying = Image.new("RGB", (64, 32), RED)
    lying.paste(BLUE, (32, 0, 64, 32))
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter clockwise: left becomes up
    for content in (saved(lying, "JPEG", exif=exif, quality=95), saved(lying, "PNG", exif=exif)):
        for found in (picture(content), picture(Image.open(io.BytesIO(content)))):
            assert found.shape == (3, 64, 32)
            assert colour(found[:, :20])[0] > 240 > 15 > colour(found[:, -20:])[0]
    frames = [Image.new("RGB", (8, 8), BLUE)]
    moving = saved(Image.new("RGB", (8, 8), RED), "GIF", save_all=True, append_images=frames)
    assert colour(picture(moving)) == RED


def claimed(side: int) -> bytes:
    """The beginning of a PNG that says that it is so large; nobody should begin to unpack it."""
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    parts = b"".join(struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (head, data))
    return b"\x89PNG\r\n\x1a\n" + parts


def test_a_huge_photo_is_shrunk_and_turned_and_a_bomb_is_refused():
    exif = Image.Exif()
    exif[0x0112] = 6
    large = Image.new("RGB", (9000, 3000), RED)
    large.paste(BLUE, (4500, 0, 9000, 3000))
    for content in (saved(large, "JPEG", exif=exif), saved(large, "PNG", exif=exif, compress_level=1)):
        found = picture(content)
        assert found.shape == (3, 2048, 683)
        assert colour(found[:, :1000])[0] > 240 > 15 > colour(found[:, -1000:])[0]
    for side in (20_000, 7_000):  # beyond Pillow's own limit, and below it
        refused(claimed(side), "more pixels than is safe to unpack: save a copy")


def test_a_long_strip_takes_little_memory_to_label():
    strip = torch.zeros(3, 2, 20_000, dtype=torch.uint8)
    assert preprocess(strip).shape == (1, 3, 224, 224)


def test_uploads_of_either_generation_of_widgets():
    content, other = saved(Image.new("RGB", (8, 8), RED)), saved(Image.new("RGB", (8, 8), BLUE))
    entry = {"name": "red.png", "type": "image/png", "size": len(content), "content": memoryview(content)}
    eight = (entry,)
    seven = {"red.png": {"metadata": {"name": "red.png"}, "content": content}}
    for value in (eight, list(eight), entry, seven, {"red.png": content}):
        assert colour(picture(value)) == RED
    assert colour(picture((entry, {**entry, "content": other}))) == BLUE, "the last one"
    for nothing in ((), {}, []):
        refused(nothing, "Nothing has been uploaded yet")


def test_a_widget_itself_is_an_upload_too():
    widgets = pytest.importorskip("ipywidgets")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of ipywidgets' own, outside of a notebook
        upload = widgets.FileUpload()
        refused(upload, "Nothing has been uploaded yet")
        content = saved(Image.new("RGB", (8, 8), RED))
        now = datetime.datetime.now(datetime.UTC)
        entry = {"name": "a.png", "type": "image/png", "size": 9, "content": memoryview(content), "last_modified": now}
        upload.set_trait("value", (entry,))
        assert colour(picture(upload)) == RED
        assert colour(picture(widgets.Image(value=content))) == RED


def test_the_square_in_the_middle():
    wide = torch.zeros(3, 10, 40, dtype=torch.uint8)
    wide[0, :, 15:25] = 255
    assert square(wide, 5).shape == (3, 5, 5)
    assert colour(square(wide, 5)) == RED
    assert square(wide, 30).shape == (3, 30, 30)
    for impossible in (0, 2.5, "8"):
        with pytest.raises(DataError, match="1 or more"):
            square(wide, impossible)


# --- from the web -----------------------------------------------------------------------------------------------------


@pytest.fixture
def server():
    """A web server on this machine: a picture, a page, something endless, and something slow."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/missing.png":
                self.send_error(404)
                return
            kind = "text/html; charset=utf-8" if self.path == "/page" else "image/png"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            with self.server.lock:
                self.server.agents.append(self.headers["User-Agent"])
            try:
                if self.path == "/red.png?size=8":
                    self.wfile.write(saved(Image.new("RGB", (8, 8), RED)))
                elif self.path == "/text.png":
                    self.wfile.write(b"sorry, we are closed")
                elif self.path == "/endless":
                    for _ in range(40):
                        self.wfile.write(b"x" * 1_000_000)
                elif self.path == "/slow":
                    for _ in range(100):
                        self.wfile.write(b"x")
                        self.wfile.flush()
                        time.sleep(0.05)
                elif self.path == "/silent":
                    time.sleep(2)
            except OSError:
                pass  # the learner's side has hung up, as it should

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        found.agents, found.lock = [], threading.Lock()
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


def at(server, path: str) -> str:
    return f"http://127.0.0.1:{server.server_port}{path}"


def test_an_address_is_downloaded_once_and_says_who_asks(server):
    assert colour(picture(at(server, "/red.png?size=8"))) == RED
    assert colour(picture("  " + at(server, "/red.png?size=8").replace("http", "HTTP", 1))) == RED
    assert all("learntools" in agent for agent in server.agents)


def test_what_the_web_gives_instead_of_a_picture_is_said(server, monkeypatch):
    refused(at(server, "/missing.png"), r"127\.0\.0\.1 does not give this picture \(404")
    refused(at(server, "/page"), "has a web page, not a picture: copy the address of the picture itself")
    refused(at(server, "/text.png"), "not an image")
    refused(at(server, "/endless"), "larger than 30 MB")
    monkeypatch.setattr(pictures, "PATIENCE", 0.3)
    start = time.monotonic()
    refused(at(server, "/slow"), "too slow")
    monkeypatch.setattr(pictures, "TIMEOUT", 0.3)
    refused(at(server, "/silent"), "cannot be reached")
    assert time.monotonic() - start < 4


def test_without_a_network_the_sentence_says_what_needs_none(monkeypatch):
    def offline(*args, **kwargs):
        raise urllib.error.URLError(OSError(-2, "Name or service not known"))

    monkeypatch.setattr(urllib.request, "urlopen", offline)
    said = refused("https://example.org/cat.jpg", r"example\.org cannot be reached \(Name or service not known\)")
    assert "photo('cat')" in said
    monkeypatch.undo()
    refused("http://", "cannot be reached")
    refused("http://[::1/cat.png", "cannot be reached")


# --- labels -----------------------------------------------------------------------------------------------------------


def test_the_courses_cat_is_a_cat_and_its_espresso_an_espresso():
    found = label(photo("cat"))
    assert len(found) == 5
    assert found[0].name in ("tabby", "tiger cat", "Egyptian cat")
    assert [item.probability for item in found] == sorted((item.probability for item in found), reverse=True)
    assert 0.5 < sum(item.probability for item in found) <= 1
    assert all(classes()[item.index] == item.name for item in found)
    assert label(photo("coffee"), top=1)[0].name in ("espresso", "cup", "coffee mug")


def test_a_label_prints_nicely_and_cannot_be_changed():
    item = Label("tabby", 0.4321, 281)
    assert str(item) == repr(item) == "tabby 43.2%"
    assert f"{[item]}" == "[tabby 43.2%]"
    with pytest.raises(AttributeError):
        item.name = "lion"  # pyright: ignore


def test_the_network_is_kept_and_what_goes_in_is_left_alone():
    cat = photo("cat")
    before, random = cat.clone(), torch.get_rng_state()
    first = label(cat)
    assert recognition._kept() is recognition._kept()
    assert label(cat) == first
    assert torch.equal(cat, before)
    assert torch.equal(random, torch.get_rng_state())
    assert efficientnet_lite0() is not recognition._kept()


def test_all_thousand_classes_have_a_name_of_their_own_in_plain_english():
    names = classes()
    assert len(names) == len(set(names)) == 1000
    assert (names[0], names[1], names[281], names[504], names[967]) == (
        "tench",
        "goldfish",
        "tabby",
        "coffee mug",
        "espresso",
    )
    assert not any("_" in name or "," in name or name != name.strip() for name in names)
    assert names[134] == "crane (large long-necked wading bird)"
    assert names[517] == "crane (lifts and moves heavy objects)"
    assert sum(item.probability for item in label(photo("cat"), top=1000)) == pytest.approx(1, abs=1e-4)


def test_preprocessing_is_the_crop_of_the_picture_in_the_courses_range():
    cat = photo("cat")
    assert torch.equal(preprocess(cat), centre_crop(to_float(cat))[None])
    assert torch.equal(preprocess(cat.permute(1, 2, 0).numpy()), preprocess(cat))


def test_resizing_keeps_the_range_and_the_kind_of_number():
    x = noise(20, 30)[None]
    small = resize(x, 7, 5)
    assert small.shape == (1, 3, 7, 5)
    assert small.dtype == torch.uint8
    sharp = torch.zeros(1, 1, 8, 8)
    sharp[..., 4:] = 1
    assert (float(resize(sharp, 31, 31).min()), float(resize(sharp, 31, 31).max())) == (0, 1)
    floats = resize(x.float(), 7, 5)
    assert (floats - small).abs().max() <= 0.51


class Fixed(nn.Module):
    """A network of the learner's own: it notes what it was shown, and has a favourite."""

    def __init__(self, count: int = 1000):
        super().__init__()
        self.weight, self.norm = nn.Parameter(torch.zeros(1)), nn.BatchNorm1d(1)
        self.count, self.seen = count, []

    def forward(self, x):
        self.seen.append((x, torch.is_grad_enabled(), self.training))
        return torch.eye(self.count)[[7]] * 9 + self.weight


def test_another_network_is_asked_in_eval_mode_and_left_as_it_was():
    network = Fixed().train()
    network.norm.eval()
    assert label(photo("cat"), top=1, network=network)[0].index == 7
    ((x, grad, training),) = network.seen
    assert x.shape == (1, 3, 224, 224)
    assert (grad, training) == (False, False)
    assert (network.training, network.norm.training) == (True, False)
    network.preprocess = lambda image: torch.full((1, 3, 5, 5), 0.25)
    label(photo("cat"), network=network)
    assert torch.equal(network.seen[-1][0], torch.full((1, 3, 5, 5), 0.25))


def test_what_cannot_be_labelled_is_said():
    for top in (0, 1001, 2.5, "5"):
        with pytest.raises(ValueError, match="`top` is a whole number from 1 to 1,000"):
            label(photo("cat"), top=top)
    with pytest.raises(ValueError, match=r"\(1, 1000\) logits, and this network gives \(1, 10\)"):
        label(photo("cat"), network=Fixed(10))
    with pytest.raises(DataError, match=r"no file holiday\.jpg"):
        label("holiday.jpg")


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the photos for verification are not here")
def test_real_photographs_are_labelled_straight_from_their_files():
    paths = sorted(PHOTOS.glob("*.jpg"))[1::2]  # the other half is in test_translation_metrics
    found = [(int(path.name[:3]), label(path)) for path in paths]
    assert len(found) == 100
    assert sum(labels[0].index == truth for truth, labels in found) >= 85
    assert sum(truth in [item.index for item in labels] for truth, labels in found) >= 94


# --- torchvision's ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [alexnet, resnet101])
def test_without_a_network_the_big_ones_are_one_sentence(make, monkeypatch, tmp_path):
    def offline(*args, **kwargs):
        raise urllib.error.URLError(OSError(-2, "Name or service not known"))

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(urllib.request, "urlopen", offline)
    with pytest.raises(RecogniserError, match=r"\(Name or service not known\): .* which needs none: label\(image\)\.$"):
        make()


def test_alexnet_is_fed_in_torchvisions_way(monkeypatch, tmp_path):
    """With weights that the test makes: what is tried is the way from the file to the labels."""
    from torchvision import models

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    chosen = models.AlexNet_Weights.DEFAULT
    with torch.random.fork_rng():
        torch.manual_seed(0)
        weights = models.alexnet().state_dict()
    file = tmp_path / "hub" / "checkpoints" / Path(chosen.url).name
    file.parent.mkdir(parents=True)
    torch.save(weights, file)
    random = torch.get_rng_state()
    network = alexnet()
    assert torch.equal(random, torch.get_rng_state())
    assert not network.training
    cat = photo("cat")
    x = network.preprocess(cat)
    assert x.shape == (1, 3, 224, 224)
    own = preprocess(cat)
    mean, std = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    difference = (x * std + mean) - (own / 2 + 0.5)  # torchvision resizes bilinearly
    assert difference.abs().mean() < 0.02
    with torch.no_grad():
        expected = network(x)[0].softmax(0)
    found = label(cat, network=network)
    assert found[0].probability == pytest.approx(float(expected.max()), rel=1e-4)
    assert found[0].index == int(expected.argmax())
