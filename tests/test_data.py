"""The shipped data is whole, honest about its splits, quick to load, and clear when something is wrong with it."""

import csv
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from learntools import data
from learntools.data import DataError, emoji, fashion_mnist, files, photo, photos, to_float, to_uint8, verify
from learntools.data.nouns import things

REPOSITORY = Path(__file__).resolve().parents[1]
SHIPPED = REPOSITORY / "data"
STYLES = ("line", "openmoji", "twemoji", "noto")
TRAIN_IMAGES = "FashionMNIST/raw/train-images-idx3-ubyte.gz"
TEST_IMAGES = "FashionMNIST/raw/t10k-images-idx3-ubyte.gz"
UNPACKED_TEST_IMAGES = TEST_IMAGES.removesuffix(".gz")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Every test has a cache of its own, and the repository's data unless it says otherwise."""
    monkeypatch.setenv("LEARNTOOLS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LEARNTOOLS_DATA", raising=False)
    return tmp_path / "home"


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A data folder that a test may spoil: links to the shipped files, in use by LEARNTOOLS_DATA."""
    folder = tmp_path / "data"
    for name in [*files.checksums(), files.CHECKSUMS]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(SHIPPED / name)
    monkeypatch.setenv("LEARNTOOLS_DATA", str(folder))
    return folder


def spoil(path: Path, content: bytes) -> None:
    path.unlink()  # a link: never write through it
    path.write_bytes(content)


def is_one_clear_sentence(error: pytest.ExceptionInfo[DataError]) -> bool:
    text = str(error.value)
    return text.endswith(".") and text[0].isupper() and "\n" not in text and "Traceback" not in text


def script(name: str):
    """data/build.py or data/emoji_bases.py as a module."""
    sys.path.insert(0, str(SHIPPED))
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # no __pycache__ among the data
    try:
        specification = importlib.util.spec_from_file_location(name, SHIPPED / f"{name}.py")
        assert specification
        assert specification.loader
        module = sys.modules[name] = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(SHIPPED))
        sys.dont_write_bytecode = writes_bytecode


# --- what ships -------------------------------------------------------------------------------------------------------


def test_every_shipped_file_is_what_the_checksums_say():
    assert verify() == []
    assert script("build").check(SHIPPED) == []


def test_the_data_folder_stays_small_enough_for_a_wheel():
    """42 MB of data sets, and 20 MB of trained weights and pictures."""
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) < 66e6


def test_the_datasheet_names_every_set_licence_and_licence_text():
    datasheet = (SHIPPED / "README.md").read_text(encoding="utf-8")
    for word in ("Fashion-MNIST", "OpenMoji", "Twemoji", "Noto", "CC BY-SA 4.0", "CC BY 4.0", "Apache", "MIT", "CC0"):
        assert word in datasheet
    for text in (SHIPPED / "licences").iterdir():
        assert text.name in datasheet


# --- Fashion-MNIST ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("split", "each"), [("train", 6000), ("test", 1000)])
def test_fashion_mnist_is_complete_and_balanced(split, each):
    clothes = fashion_mnist(split)
    assert clothes.images.shape == (10 * each, 1, 28, 28)
    assert clothes.images.dtype == torch.uint8
    assert clothes.labels.shape == (10 * each,)
    assert clothes.labels.dtype == torch.int64
    assert torch.bincount(clothes.labels).tolist() == [each] * 10
    assert clothes.images.min() == 0
    assert clothes.images.max() == 255
    assert len(clothes) == 10 * each
    assert len(clothes.classes) == 10


def test_images_and_labels_belong_together():
    clothes = fashion_mnist("test")
    mean = {name: clothes.images[clothes.labels == i].float().mean(0)[0] for i, name in enumerate(clothes.classes)}
    # Trousers have a gap between the legs, and a sneaker leaves the upper third of its picture black.
    assert mean["Trouser"][20:, 13:15].mean() < 0.5 * mean["Dress"][20:, 13:15].mean()
    assert mean["Sneaker"][:8].mean() < 5 < mean["Ankle boot"][:8].mean()


def test_torchvision_reads_the_same_images_and_names(tmp_path, home, monkeypatch):
    from torchvision.datasets import FashionMNIST

    def no_network(*_):
        raise AssertionError("asked for the network")

    monkeypatch.setattr(socket, "socket", no_network)
    data.fashion._load.cache_clear()
    ours = fashion_mnist("train"), fashion_mnist("test")
    shutil.copytree(SHIPPED / "FashionMNIST", tmp_path / "torchvision" / "FashionMNIST")
    unpacked_by_torchvision = FashionMNIST(tmp_path / "torchvision", train=False, download=True)
    assert torch.equal(unpacked_by_torchvision.data, ours[1].images[:, 0])
    assert torch.equal(unpacked_by_torchvision.targets, ours[1].labels)
    assert tuple(unpacked_by_torchvision.classes) == ours[1].classes
    # Our cache has torchvision's layout, so it needs no unpacking at all.
    from_our_cache = FashionMNIST(home / "cache", train=True, download=False)
    assert torch.equal(from_our_cache.data, ours[0].images[:, 0])


def test_fashion_mnist_is_unpacked_once(home):
    unpacked = home / "cache" / UNPACKED_TEST_IMAGES.replace("t10k", "train")
    written = set()
    for _ in range(3):  # the first fills the cache, the others read it; what the session keeps is forgotten each time
        data.fashion._load.cache_clear()
        fashion_mnist("train")
        written.add(unpacked.stat().st_mtime_ns)
    assert len(written) == 1
    assert unpacked.stat().st_size == 16 + 60_000 * 784


def test_spoiling_a_set_spoils_no_other():
    first = fashion_mnist("test")
    first.images.zero_()
    first.labels.zero_()
    assert fashion_mnist("test").images.any()
    assert fashion_mnist("test").labels.any()
    drawn = emoji("line", "test")
    drawn.images.zero_()
    drawn.table[0]["name"] = "spoilt"
    assert emoji("line", "test").images.any()
    assert emoji("line", "test").names[0] != "spoilt"


# --- floats and batches -----------------------------------------------------------------------------------------------


def test_floats_span_minus_one_to_one_and_come_back_exactly():
    every = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    x = to_float(every)
    assert x.dtype == torch.float32
    assert x.min() == -1
    assert x.max() == 1
    assert torch.equal(to_uint8(x), every)
    assert to_uint8(torch.tensor([-3.0, 3.0])).tolist() == [0, 255]
    with pytest.raises(DataError, match="once only"):
        to_float(x)
    with pytest.raises(DataError, match="once only"):
        to_uint8(every)


def test_floats_takes_only_the_images_asked_for():
    clothes = fashion_mnist("test")
    index = torch.tensor([5, 0])
    assert torch.equal(clothes.floats(index), to_float(clothes.images[index]))
    assert clothes.floats(slice(0, 3)).shape == (3, 1, 28, 28)
    assert len(clothes.floats()) == 10_000


def test_an_epoch_shows_every_image_once_in_an_order_that_a_seed_fixes():
    clothes = fashion_mnist("test")
    in_order = [y for _, y in clothes.batches(4096, shuffle=False)]
    assert [len(y) for y in in_order] == [4096, 4096, 1808]
    assert torch.equal(torch.cat(in_order), clothes.labels)

    def epoch(seed):
        order = torch.Generator().manual_seed(seed)
        return torch.cat([y for _, y in clothes.batches(2000, generator=order)])

    assert torch.equal(epoch(1), epoch(1))
    assert not torch.equal(epoch(1), epoch(2))
    assert torch.bincount(epoch(3)).tolist() == [1000] * 10
    x, _ = next(clothes.batches(100))
    assert x.dtype == torch.float32
    assert (x.amin(), x.amax()) == (-1, 1)
    for impossible in (0, 10_001):
        with pytest.raises(DataError, match="from 1 to 10000"):
            next(clothes.batches(impossible))


# --- emoji ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_every_style_draws_every_emoji_on_white(style):
    drawn = emoji(style, None)
    assert drawn.images.shape == (1636, 3, 64, 64)
    assert drawn.images.dtype == torch.uint8
    assert drawn.alpha.shape == (1636, 1, 64, 64)
    assert len(drawn.names) == len(drawn.table) == len({row["code_point"] for row in drawn.table}) == 1636
    assert (drawn.alpha.flatten(1).amax(1) > 127).all(), "an emoji is empty"
    assert ((drawn.images == 255) | (drawn.alpha > 0)).all(), "the paper is not white"
    assert (drawn.images.flatten(1).amin(1) < 235).all(), "an emoji cannot be seen on white"


@pytest.mark.parametrize(("style", "count"), [("fluent", 157), ("blob", 134), ("emojione", 133)])
def test_an_artist_of_scenes_alone_has_drawn_things_and_says_which(style, count):
    drawn = emoji(style, None)
    assert len(drawn) == len(drawn.names) == len(drawn.table) == count
    assert (drawn.alpha.flatten(1).amax(1) > 127).all(), "an emoji is empty"
    assert len(emoji(style)) + len(emoji(style, "test")) == count
    wanted = {thing.emoji for found in things().values() for thing in found}
    assert wanted >= set(drawn.names)
    assert ("zebra" in drawn.names) == (style == "fluent")


def test_line_art_is_grey():
    line = emoji("line", None).images
    assert torch.equal(line[:, 0], line[:, 1])
    assert torch.equal(line[:, 0], line[:, 2])


def test_neither_flags_nor_skin_tones_are_among_the_emoji():
    table = emoji("line", None).table
    assert {row["group"] for row in table}.isdisjoint({"flags", "component", "extras-openmoji", "extras-unicode"})
    skin_tones = {f"1F3F{i}" for i in "BCDEF"}
    assert all(skin_tones.isdisjoint(row["code_point"].split("-")) for row in table)


def test_the_same_position_is_the_same_emoji_in_line_art_and_colour():
    ink = (255 - emoji("line", None).images[:, 0].float()).flatten(1)
    dark = (255 - emoji("openmoji", None).images.float().amax(1)).flatten(1)
    # How much of the outline's ink is dark in the coloured drawing too, with its own and with its neighbour's outline.
    own = (ink * dark).sum(1) / (ink * ink).sum(1)
    neighbour = (ink * dark.roll(1, 0)).sum(1) / (ink * ink).sum(1)
    # Measured: 1.01 and 0.39 in the median; below 0.99 in one of ten, where the colour drawing has coloured outlines.
    assert own.median() > 0.95
    assert own.quantile(0.15) > 0.95
    assert neighbour.median() < 0.5


@pytest.mark.parametrize(("one", "other", "measured"), [("twemoji", "noto", 5), ("openmoji", "noto", 53)])
def test_the_same_position_is_the_same_emoji_for_every_artist(one, other, measured):
    def features(style):
        pictures = emoji(style, None).images.float()
        if style == "openmoji":
            pictures = pictures[:, :, 8:-8, 8:-8]  # OpenMoji draws smaller than the others
        small = torch.nn.functional.adaptive_avg_pool2d(pictures, 8).flatten(1)
        small = small - small.mean(0)  # what all emoji of this artist share says nothing about which one it is
        return small / small.norm(dim=1, keepdim=True)

    def median_rank(likeness):
        """How many of the 1,636 look more like the emoji than its namesake does; by chance 818."""
        return (likeness > likeness.diagonal()[:, None]).sum(1).float().median()

    likeness = features(one) @ features(other).T
    assert median_rank(likeness) < 1.5 * measured
    # One cell further there is mostly a relative (a face beside a face), hence 290 to 330 and not 818.
    assert median_rank(likeness.roll(1, 1)) > 200


def test_the_two_splits_are_the_whole_and_share_no_base_emoji():
    train, test, both = emoji("line"), emoji("line", "test"), emoji("line", None)
    assert (len(train), len(test), len(both)) == (1384, 252, 1636)
    assert {row["base"] for row in train.table}.isdisjoint(row["base"] for row in test.table)
    assert sorted(train.names + test.names) == sorted(both.names)
    assert torch.equal(both.images[[int(row["index"]) for row in test.table]], test.images)


def test_no_family_of_variants_dominates_the_test():
    bases = [row["base"] for row in emoji("line", "test").table]
    assert max(bases.count(each) for each in bases) <= 6
    assert len(set(bases)) == 217


def test_the_split_is_a_hash_of_the_base_emoji_and_nothing_else():
    bases = script("emoji_bases")
    with open(SHIPPED / "emoji" / "emoji.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["base"] == bases.base(row["code_point"])
            assert row["split"] == bases.split(row["base"])
            assert bases.base(row["base"]) == row["base"]


@pytest.mark.parametrize(
    ("variant", "original"),
    [("👩‍🚀", "🧑‍🚀"), ("👨‍🚀", "🧑‍🚀"), ("🏃‍♀️‍➡️", "🏃"), ("👨‍🦰", "🧑"), ("👱‍♀️", "🧑"), ("💙", "❤️"), ("🕕", "🕛"),
     ("👨‍👩‍👧", "👪"), ("👩‍❤️‍👨", "💑"), ("➡️", "⬆️"), ("🌘", "🔴"), ("🐈‍⬛", "🐈"), ("7️⃣", "0️⃣")],
)  # fmt: skip
def test_a_variant_stands_on_the_side_of_its_original(variant, original):
    bases = script("emoji_bases")
    assert bases.base(bases.code_points(variant)) == bases.base(bases.code_points(original))


def test_unlike_emoji_have_bases_of_their_own():
    bases = script("emoji_bases")
    assert len({bases.base(bases.code_points(each)) for each in "🐶🐱🍓🧙🧛👶🤖🎅👮🙅😀😭"}) == 12


def test_no_test_drawing_is_a_training_drawing_turned_or_mirrored():
    def small(split):
        return torch.nn.functional.avg_pool2d(255 - emoji("line", split).images[:, :1].float(), 2)

    train, test = small("train").flatten(1), small("test")
    closest = torch.full((len(test),), torch.inf)
    for turned in range(4):
        for picture in (test.rot90(turned, (2, 3)), test.rot90(turned, (2, 3)).flip(3)):
            ink = torch.maximum(picture.flatten(1).norm(dim=1)[:, None], train.norm(dim=1)[None])
            closest = torch.minimum(closest, (torch.cdist(picture.flatten(1), train) / ink).amin(1))
    assert closest.min() > 0.15  # 0 is a copy; the families in data/emoji_bases.py were below


def test_labels_are_the_unicode_groups():
    drawn = emoji("noto", "test")
    assert [drawn.classes[i] for i in drawn.labels] == [row["group"] for row in drawn.table]


# --- photographs ------------------------------------------------------------------------------------------------------


def test_there_are_enough_free_photographs_each_with_its_credit():
    assert len(photos()) >= 6
    for name, credit in photos().items():
        pixels = photo(name)
        assert pixels.dtype == torch.uint8
        assert pixels.shape == (3, credit.height, credit.width)
        assert min(pixels.shape[1:]) <= 512
        assert pixels.float().std() > 15
        assert credit.licence in ("CC0 1.0", "public domain")
        assert credit.source
        assert credit.title
        assert credit.author


# --- when something is wrong ------------------------------------------------------------------------------------------


def test_an_unknown_name_is_answered_with_the_known_ones():
    for ask, known in [
        (lambda: fashion_mnist("validation"), "'train' and 'test'"),
        (lambda: emoji("apple"), "'openmoji', 'line', 'twemoji', 'noto'"),
        (lambda: emoji("noto", "validation"), "'train', 'test' and None"),
        (lambda: photo("dog"), "'cat'"),
        (lambda: fashion_mnist("test", device="cuda:99"), "'cpu'"),
        (lambda: emoji("line", "test", device="toaster"), "'cpu'"),
        (lambda: fashion_mnist("test").to("cuda:99"), "'cpu'"),
    ]:
        with pytest.raises(DataError, match=known) as error:
            ask()
        assert is_one_clear_sentence(error)


def test_without_a_data_folder_the_message_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.setenv("LEARNTOOLS_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="LEARNTOOLS_DATA") as error:
        fashion_mnist("test")
    assert str(tmp_path / "nowhere") in str(error.value)
    assert is_one_clear_sentence(error)
    assert verify() == [str(error.value)]


def test_an_installed_wheel_finds_its_own_copy(tmp_path, monkeypatch):
    shipped = tmp_path / "site-packages" / "learntools" / "shipped"
    shipped.mkdir(parents=True)
    monkeypatch.setattr(files, "__file__", str(shipped.parent / "data" / "files.py"))
    with pytest.raises(DataError, match="reinstall") as error:
        files.folder()
    assert is_one_clear_sentence(error)
    shutil.copy(SHIPPED / files.CHECKSUMS, shipped)
    assert files.folder() == shipped


def test_a_damaged_list_of_checksums_is_named(copied):
    for damage in (b"0123\n", b"\xff\xfe"):
        spoil(copied / files.CHECKSUMS, damage)
        with pytest.raises(DataError, match="list of checksums") as error:
            photo("cat")
        assert is_one_clear_sentence(error)
        assert verify() == [str(error.value)]


def test_a_missing_file_is_named(copied):
    (copied / TEST_IMAGES).unlink()
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte\.gz is missing") as error:
        fashion_mnist("test")
    assert is_one_clear_sentence(error)


@pytest.mark.parametrize("damage", [lambda b: b[:-5000], lambda b: b[:1000] + b"?" + b[1001:], lambda b: b""])
@pytest.mark.parametrize(
    ("name", "load"),
    [
        (TEST_IMAGES, lambda: fashion_mnist("test")),
        ("emoji/line.webp", lambda: emoji("line")),
        ("emoji/emoji.csv", lambda: emoji("line")),
        ("photos/cat.jpg", lambda: photo("cat")),
    ],
)
def test_a_damaged_file_is_named_and_nothing_of_it_is_kept(copied, home, damage, name, load):
    spoil(copied / name, damage((SHIPPED / name).read_bytes()))
    with pytest.raises(DataError, match="is damaged") as error:
        load()
    assert name in str(error.value)
    assert is_one_clear_sentence(error)
    assert not (home / "cache" / UNPACKED_TEST_IMAGES).exists()
    assert verify() == [str(error.value)]
    spoil(copied / name, (SHIPPED / name).read_bytes())
    load()  # repaired: works again in the same session


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b[:5000] + b"?" + b[5001:], lambda b: b"", lambda b: b + b"0"]
)
def test_a_damaged_cache_is_noticed_and_replaced(copied, home, damage):
    truth = fashion_mnist("test").images
    cached = home / "cache" / UNPACKED_TEST_IMAGES
    whole = cached.read_bytes()
    cached.write_bytes(damage(whole))
    data.fashion._load.cache_clear()
    assert torch.equal(fashion_mnist("test").images, truth)
    assert cached.read_bytes() == whole


def test_a_cache_folder_that_cannot_be_written_only_costs_time(tmp_path, monkeypatch):
    (tmp_path / "a file").write_text("not a folder")
    monkeypatch.setenv("LEARNTOOLS_HOME", str(tmp_path / "a file" / "home"))
    data.fashion._load.cache_clear()
    assert len(fashion_mnist("test")) == 10_000


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a way to kill a process at once")
def test_a_process_killed_while_it_writes_leaves_no_bad_cache(home):
    killed_before_the_last_step = (
        "import os, signal, files;"  # files.py by itself: it needs no torch
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
        f"files.read_gzip({TEST_IMAGES!r})"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "learntools" / "data")}
    process = subprocess.run([sys.executable, "-c", killed_before_the_last_step], env=environment)
    assert process.returncode == -signal.SIGKILL
    folder = (home / "cache" / UNPACKED_TEST_IMAGES).parent
    (leftover,) = folder.iterdir()
    assert leftover.suffix == ".part"
    os.utime(leftover, (0, 0))  # long ago
    data.fashion._load.cache_clear()
    fashion_mnist("test")
    assert (folder / leftover.name.split(".")[0]).stat().st_size == 16 + 10_000 * 784
    assert not leftover.exists()


def test_the_build_script_finds_a_missing_a_damaged_and_a_foreign_file(copied):
    (copied / "photos" / "cat.jpg").unlink()
    spoil(copied / "emoji" / "emoji.csv", b"index\n")
    (copied / "photos" / "holiday.jpg").write_bytes(b"")
    assert script("build").check(copied) == [
        "missing: photos/cat.jpg",
        "not listed: photos/holiday.jpg",
        "damaged: emoji/emoji.csv",
    ]


# --- cost of importing ------------------------------------------------------------------------------------------------


def test_importing_the_data_package_brings_nothing_heavy():
    code = (
        "import sys, torch; before = set(sys.modules); import learntools.data;print(*sorted(set(sys.modules) - before))"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    output = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    modules = output.stdout.split()
    heavy = {"PIL", "torchvision", "matplotlib", "pandas"}
    assert heavy.isdisjoint(module.split(".")[0] for module in modules)
    ours = {module.split(".")[1] for module in modules if module.startswith("learntools.")}
    assert ours.isdisjoint({"core", "lessons", "training", "grading", "authoring"})
