"""Builds this folder's data from the packages it comes from, or checks it.

    python data/build.py --check            # is every file what checksums.sha256 says? (standard library only)
    python data/build.py                    # download the packages once, then write everything
    python data/build.py --into FOLDER      # write somewhere else, to compare: diff -r

Building asks for npm, apt-get, dpkg-deb (so Debian bookworm or a relative) and pip, and for the Python packages in
BUILD_REQUIREMENTS; using the data asks for none of them. Packages are kept in --cache, are pinned by version and by
SHA-256, and may be laid there by hand. The same packages and requirements give the same bits.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import hashlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import emoji_bases

# Another version of these may encode the same pixels into other bytes: then --check fails after a build, harmlessly.
BUILD_REQUIREMENTS = ("numpy==2.4.6", "pillow==13.0.0", "resvg-py==0.5.0")

HERE = Path(__file__).resolve().parent
CHECKSUMS = "checksums.sha256"
WRITTEN_BY_HAND = {"README.md", "build.py", "train.py", "emoji_bases.py", ".gitattributes", CHECKSUMS}
CELL, COLUMNS = 64, 40  # an atlas is a grid of CELL×CELL pictures, COLUMNS in a row, in the table's order
SHORT_SIDE = 512  # of a photograph, in pixels, at most


@dataclass(frozen=True)
class Package:
    """One package file: what the client calls it, what it must hash to, and the command that downloads it."""

    file: str
    sha256: str
    command: tuple[str, ...]


def npm(name: str, version: str, sha256: str) -> Package:
    file = f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"
    return Package(file, sha256, ("npm", "pack", "--silent", f"{name}@{version}"))


def debian(name: str, version: str, sha256: str) -> Package:
    return Package(f"{name}_{version}_all.deb", sha256, ("apt-get", "download", f"{name}={version}"))


def wheel(name: str, version: str, python: str, platform: str, file: str, sha256: str) -> Package:
    options = ("--no-deps", "--only-binary=:all:", "--python-version", python, "--platform", platform)
    return Package(file, sha256, (sys.executable, "-m", "pip", "download", "--quiet", *options, f"{name}=={version}"))


FASHION = debian(
    "dataset-fashion-mnist",
    "0.0~git20200523.55506a9-1",
    "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
)
OPENMOJI = npm("openmoji", "17.0.0", "55ee7d13485dec86e9f38c1f3a645a13382d33ff97c0cd845ee824b0aef45e68")
TWEMOJI = npm("emoji-datasource-twitter", "16.0.0", "f64a530c63bca463bd8317fdc4615ce63a53a0c65018e4ce2d848aaba7a28877")
NOTO = npm("emoji-datasource-google", "16.0.0", "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438")
#: artists of the things in scenes alone
OF_SCENES = {
    "fluent": npm(
        "@iconify-json/fluent-emoji-flat", "1.2.6", "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175"
    ),
    "blob": npm("@iconify-json/noto-v1", "1.2.5", "2bf62c26c2c2884aa99e90aec942cdaee17a5921f05690694f4978ad4b017c37"),
    "emojione": npm(
        "@iconify-json/emojione", "1.2.3", "26a14f44284407e8bcde91799388dca2bfd91dbcd55a97f425524a1c5b73610e"
    ),
}
SKIMAGE = wheel(
    "scikit-image",
    "0.26.0",
    "3.11",
    "manylinux_2_28_x86_64",
    "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
)
SCIPY = wheel(
    "scipy",
    "1.9.3",  # the last series with the raccoon inside the wheel
    "3.10",
    "manylinux_2_17_x86_64",
    "scipy-1.9.3-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "d01e1dd7b15bd2449c8bfc6b7cc67d630700ed655654f0dfcf121600bad205c9",
)
WALLPAPERS = debian(
    "lomiri-wallpapers-16.04",
    "20.04.0-2",
    "a99ff6a3bfe451e4cc0682ecb3cc82e71740626d59e4845ae34a0a0e45421eab",
)


@dataclass(frozen=True)
class Photo:
    """One photograph: where it lies in which package, and what its packagers say of its author and licence."""

    name: str
    package: Package
    path: str
    title: str
    author: str
    licence: str
    source: str


SKIMAGE_DATA = "skimage/data/"
PHOTOS = [
    Photo("astronaut", SKIMAGE, SKIMAGE_DATA + "astronaut.png", "Astronaut Eileen Collins in an orange space suit",
          "NASA", "public domain", "NASA Great Images, https://flic.kr/p/r9qvLn"),
    Photo("brick", SKIMAGE, SKIMAGE_DATA + "brick.png", "A brick wall",
          "CC0Textures", "CC0 1.0", "https://cc0textures.com/view.php?tex=Bricks25"),
    Photo("cat", SKIMAGE, SKIMAGE_DATA + "chelsea.png", "Chelsea the cat",
          "Stéfan van der Walt", "CC0 1.0", "scikit-image, data.chelsea"),
    Photo("coffee", SKIMAGE, SKIMAGE_DATA + "coffee.png", "A cup of coffee on a wooden table",
          "Rachel Michetti", "CC0 1.0", "scikit-image, data.coffee (courtesy of Pikolo Espresso Bar)"),
    Photo("dandelions", WALLPAPERS, "usr/share/backgrounds/seeding_by_Clements_Engelhardt.jpg",
          "Dandelions in a meadow at sunset",
          "Clemens Engelhardt", "CC0 1.0", "Lomiri wallpapers, 16.04/seeding_by_Clements_Engelhardt.jpg"),
    Photo("galaxies", SKIMAGE, SKIMAGE_DATA + "hubble_deep_field.jpg", "The Hubble eXtreme Deep Field",
          "NASA", "public domain", "http://hubblesite.org/newscenter/archive/releases/2012/37/image/a/"),
    Photo("photographer", SKIMAGE, SKIMAGE_DATA + "camera.png", "A photographer with a camera on a tripod",
          "Lav Varshney", "CC0 1.0", "scikit-image, data.camera"),
    Photo("raccoon", SCIPY, "scipy/misc/face.dat", "A raccoon among leaves",
          "not named", "public domain", "raccoon-procyon-lotor.jpg at http://www.public-domain-image.com"),
    Photo("rocket", SKIMAGE, SKIMAGE_DATA + "rocket.jpg", "A Falcon 9 rocket on its pad at dusk",
          "SpaceX", "public domain", "https://www.flickr.com/photos/spacexphotos/16511594820/"),
]  # fmt: skip


# --- packages ---------------------------------------------------------------------------------------------------------


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fetch(package: Package, cache: Path) -> Path:
    """The package's file in the cache, downloaded if it is not there. Stops if it is not the file we built from."""
    path = cache / package.file
    if not path.exists():
        print("downloading", package.file)
        subprocess.run(package.command, cwd=cache, check=True, stdout=subprocess.DEVNULL)
    if sha256(path.read_bytes()) != package.sha256:
        sys.exit(f"{path} is not the file this data was built from: its SHA-256 should be {package.sha256}.")
    return path


def contents(package: Package, cache: Path, wanted: tuple[str, ...]) -> dict[str, bytes]:
    """{path in the package: bytes} of the files whose path starts with one of `wanted`."""
    path = fetch(package, cache)
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist() if name.startswith(wanted)}
    if path.suffix == ".deb":
        # dpkg-deb knows every compression that a .deb may use.
        unpacked = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], check=True, capture_output=True)
        stream = io.BytesIO(unpacked.stdout)
    else:
        stream = io.BytesIO(path.read_bytes())
    found = {}
    with tarfile.open(fileobj=stream) as archive:
        for member in archive:
            name = member.name.removeprefix("./")
            if member.isfile() and name.startswith(wanted):
                found[name] = archive.extractfile(member).read()  # pyright: ignore[reportOptionalMemberAccess]
    return found


# --- Fashion-MNIST ----------------------------------------------------------------------------------------------------


# {file: (when the authors packed it, in seconds since 1970, and the MD5 of their file, which torchvision asks for)}
AUTHORS_FILES = {
    "train-images-idx3-ubyte": (1504176606, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
    "train-labels-idx1-ubyte": (1504176606, "25c81989df183df01b3e8a0aad5dffbe"),
    "t10k-images-idx3-ubyte": (1504176627, "bef4ecab320f06d8554ea6380940ec79"),
    "t10k-labels-idx1-ubyte": (1504176627, "bb300cfdad3c16e7a12a480ee83cd310"),
}


def build_fashion(into: Path, cache: Path) -> None:
    """The authors' four files, byte for byte.

    Debian's package holds the same compressed data without the name and date that gzip noted in the header. They are
    put back, because torchvision unpacks a local file only if its MD5 is that of the authors' file.
    """
    folder = "usr/share/datasets/fashion-mnist/"
    packed = contents(FASHION, cache, (folder,))
    for name, (date, md5) in AUTHORS_FILES.items():
        raw = packed[f"{folder}{name}.gz"]
        has_name = bytes([0x08])
        restored = raw[:3] + has_name + date.to_bytes(4, "little") + raw[8:10] + name.encode("ascii") + b"\0" + raw[10:]
        assert hashlib.md5(restored).hexdigest() == md5, f"{name} is not the authors' file"
        write(into / "FashionMNIST" / "raw" / f"{name}.gz", restored)


# --- emoji ------------------------------------------------------------------------------------------------------------


def build_emoji(into: Path, cache: Path) -> None:
    """One table, and one atlas for each style with the emoji in the table's order."""
    import numpy as np

    openmoji = contents(OPENMOJI, cache, ("package/data/openmoji.json", "package/color/svg/", "package/black/svg/"))
    twemoji = contents(TWEMOJI, cache, ("package/emoji.json", "package/img/twitter/64/"))
    noto = contents(NOTO, cache, ("package/emoji.json", "package/img/google/64/"))
    pictures = {
        "twemoji": drawn(twemoji, "twitter"),
        "noto": drawn(noto, "google"),
    }
    listed = [
        emoji
        for emoji in json.loads(openmoji["package/data/openmoji.json"])
        if not emoji["skintone"]
        and emoji["group"] not in ("flags", "component")
        and not emoji["group"].startswith("extras")
        and all(plain(emoji["hexcode"]) in found for found in pictures.values())
    ]
    write_table(into / "emoji" / "emoji.csv", listed)
    codes, more = [emoji["hexcode"] for emoji in listed], OF_SCENES.items()
    art = {
        "line": [rasterise(line_art(openmoji, code)) for code in codes],
        "openmoji": [rasterise(openmoji[f"package/color/svg/{code}.svg"].decode()) for code in codes],
        **{style: [decode(found[plain(code)]) for code in codes] for style, found in pictures.items()},
        **{style: of_scenes(contents(package, cache, ("package/icons.json",)), listed) for style, package in more},
    }
    for style, cells in art.items():
        write(into / "emoji" / f"{style}.webp", atlas(np.stack(cells)))


def plain(hexcode: str) -> str:
    """Packages differ in where they write FE0F ("draw in colour"); without it they agree."""
    return "-".join(part for part in hexcode.upper().split("-") if part != "FE0F")


def drawn(package: dict[str, bytes], artist: str) -> dict[str, bytes]:
    """{plain code points: PNG} of the emoji that this artist has drawn."""
    return {
        plain(emoji["unified"]): package[f"package/img/{artist}/64/{emoji['image']}"]
        for emoji in json.loads(package["package/emoji.json"])
        if emoji[f"has_img_{artist}"]
    }


def of_scenes(package: dict[str, bytes], listed: list[dict]) -> list:
    """An Iconify set's drawings of the things in scenes, uint8 (64, 64, 4) each, and empty cells for all the others."""
    import numpy as np

    spec = importlib.util.spec_from_file_location("nouns", HERE.parent / "learntools" / "data" / "nouns.py")
    assert spec is not None
    assert spec.loader is not None
    nouns = importlib.util.module_from_spec(spec)
    sys.modules["nouns"] = nouns  # where dataclasses look their module up
    spec.loader.exec_module(nouns)
    wanted = {drawn.emoji for found in nouns.things().values() for drawn in found}
    icons = json.loads(package["package/icons.json"])
    cells = []
    for name in (emoji["annotation"] for emoji in listed):
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        icon = icons["icons"].get(icons["aliases"].get(slug, {"parent": slug})["parent"])
        if name not in wanted or icon is None:
            cells.append(np.zeros((CELL, CELL, 4), np.uint8))
            continue
        width, height = (icon.get(side, icons.get(side, 16)) for side in ("width", "height"))
        side = max(width, height)  # one that is narrower belongs into the middle of its cell
        left, top = icon.get("left", 0) - (side - width) / 2, icon.get("top", 0) - (side - height) / 2
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {side} {side}">'
        cells.append(rasterise(f"{head}{icon['body']}</svg>"))
    return cells


def line_art(openmoji: dict[str, bytes], code: str) -> str:
    """OpenMoji's line drawing as SVG."""
    if code == "1F195":
        # The package's line drawing of the NEW button is empty; the outline in its colour drawing is redrawn in black.
        colour = openmoji[f"package/color/svg/{code}.svg"].decode()
        before, after = colour.split('<g id="color"')[0], colour.split('<g id="color-foreground"')[1]
        return (before + '<g id="color-foreground"' + after).replace("#d22f27", "#000")
    return openmoji[f"package/black/svg/{code}.svg"].decode()


def rasterise(svg: str):
    """SVG → uint8 (64, 64, 4), anti-aliased. OpenMoji's canvas of 72 units becomes the cell: line and colour align."""
    import resvg_py

    # No emoji holds text; reading the system's fonts would only make the result depend on the machine.
    return decode(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=CELL, height=CELL, skip_system_fonts=True)))


def decode(png: bytes):
    """PNG → uint8 (64, 64, 4): red, green, blue, alpha (not premultiplied)."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        pixels = np.array(image.convert("RGBA"))
    assert pixels.shape == (CELL, CELL, 4), "an emoji is of another size"
    assert pixels[..., 3].any(), "an emoji is empty"
    return pixels


def atlas(cells) -> bytes:
    """uint8 (N, 64, 64, 4) → a lossless WebP of COLUMNS cells in a row; cells after the last are transparent."""
    import numpy as np
    from PIL import Image

    rows = -(-len(cells) // COLUMNS)
    grid = np.zeros((rows * COLUMNS, CELL, CELL, 4), np.uint8)
    # Colour where nothing is drawn would cost bytes and mean nothing.
    grid[: len(cells)] = np.where(cells[..., 3:] > 0, cells, 0)
    sheet = grid.reshape(rows, COLUMNS, CELL, CELL, 4).swapaxes(1, 2).reshape(rows * CELL, COLUMNS * CELL, 4)
    stream = io.BytesIO()
    # Every setting is lossless. This one takes 9 s for the largest atlas; the best takes 130 s and saves 0.2 %.
    Image.fromarray(sheet).save(stream, "WEBP", lossless=True, quality=80, method=5)
    return stream.getvalue()


def write_table(path: Path, listed: list[dict]) -> None:
    """emoji.csv: one row for each emoji, in OpenMoji's order, which is Unicode's."""
    rows = []
    for index, emoji in enumerate(listed):
        base = emoji_bases.base(emoji["hexcode"])
        tags = dict.fromkeys(
            tag.strip() for tag in f"{emoji['tags']},{emoji['openmoji_tags']}".split(",") if tag.strip()
        )
        rows.append(
            {
                "index": index,
                "emoji": emoji["emoji"],
                "code_point": emoji["hexcode"],
                "name": emoji["annotation"],
                "tags": ", ".join(tags),
                "group": emoji["group"],
                "subgroup": emoji["subgroups"],
                "base": base,
                "split": emoji_bases.split(base),
            }
        )
    write_csv(path, rows)


# --- photographs ------------------------------------------------------------------------------------------------------


def build_photos(into: Path, cache: Path) -> None:
    """One JPEG for each photograph, and the table of their credits."""
    from PIL import Image

    rows = []
    for photo in PHOTOS:
        raw = contents(photo.package, cache, (photo.path,))[photo.path]
        if photo.path.endswith("face.dat"):
            image = Image.frombytes("RGB", (1024, 768), bz2.decompress(raw))
        else:
            image = Image.open(io.BytesIO(raw))
        original = image.size
        if min(image.size) > SHORT_SIDE:
            scale = SHORT_SIDE / min(image.size)
            image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
        if photo.path.endswith(".jpg") and image.size == original:
            content, change = raw, "none"
        else:
            stream = io.BytesIO()
            # Saved anew, and so without what a camera writes beside the picture (place, time, owner).
            image.convert("RGB").save(stream, "JPEG", quality=92, subsampling=0, optimize=True, exif=b"")
            content = stream.getvalue()
            change = "saved as JPEG" if image.size == original else f"reduced from {original[0]}×{original[1]}, JPEG"
        write(into / "photos" / f"{photo.name}.jpg", content)
        rows.append(
            {
                "name": photo.name,
                "file": f"{photo.name}.jpg",
                "title": photo.title,
                "author": photo.author,
                "licence": photo.licence,
                "source": photo.source,
                "package": f"{photo.package.file} {photo.path}",
                "change": change,
                "height": image.height,
                "width": image.width,
            }
        )
    write_csv(into / "photos" / "photos.csv", rows)


# --- files ------------------------------------------------------------------------------------------------------------


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{len(content):>10,}  {path}")


def write_csv(path: Path, rows: list[dict]) -> None:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write(path, stream.getvalue().encode("utf-8"))


def shipped(folder: Path) -> list[str]:
    """Every file that the checksums cover: all but what people write, and Python's own caches."""
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(
        name.as_posix()
        for name in names
        if name.as_posix() not in WRITTEN_BY_HAND and not {"__pycache__", "pictures"} & set(name.parts)
    )


def write_checksums(folder: Path) -> None:
    lines = [f"{sha256((folder / name).read_bytes())}  {name}\n" for name in shipped(folder)]
    write(folder / CHECKSUMS, "".join(lines).encode("ascii"))


def check(folder: Path) -> list[str]:
    """What is missing, damaged or not listed; empty when all is well."""
    listed = {}
    for line in (folder / CHECKSUMS).read_text(encoding="ascii").splitlines():
        digest, name = line.split("  ", 1)
        listed[name] = digest
    there = set(shipped(folder))
    return (
        [f"missing: {name}" for name in sorted(listed.keys() - there)]
        + [f"not listed: {name}" for name in sorted(there - listed.keys())]
        + [
            f"damaged: {name}"
            for name in sorted(listed.keys() & there)
            if sha256((folder / name).read_bytes()) != listed[name]
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare the files with their checksums, build nothing")
    parser.add_argument("--into", type=Path, default=HERE, help="where to write (default: this folder)")
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/learntools-build"), help="where packages are kept")
    arguments = parser.parse_args()
    if arguments.check:
        problems = check(arguments.into)
        print("\n".join(problems) or f"All {len(shipped(arguments.into))} files are what {CHECKSUMS} says.")
        sys.exit(bool(problems))
    cache = arguments.cache.expanduser().resolve()
    cache.mkdir(parents=True, exist_ok=True)
    into = arguments.into.resolve()
    if into != HERE:  # what is not built from packages: licence texts, and weights, which train.py makes
        for given in sorted([*(HERE / "licences").iterdir(), *(HERE / "weights").iterdir()]):
            write(into / given.relative_to(HERE), given.read_bytes())
    build_fashion(into, cache)
    build_emoji(into, cache)
    build_photos(into, cache)
    write_checksums(into)


if __name__ == "__main__":
    main()
