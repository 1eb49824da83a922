"""The Chromium of this machine, for every test that needs one: where it is, and the one list of its flags."""

from __future__ import annotations

import resource
import shutil
import subprocess
from pathlib import Path

import pytest

PATH = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needed = pytest.mark.skipif(PATH is None, reason="there is no Chromium here: apt-get install chromium")
FLAGS = (
    "--no-sandbox",  # tests may be run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",  # in a container /dev/shm may be 64 MB
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


def pdf(page: Path, profile: Path) -> bytes:
    """An HTML page as Chromium prints it; what Chromium complains of is in the failure."""
    target = profile.with_suffix(".pdf")
    options = [f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={target}"]
    done = subprocess.run(
        [PATH or "", "--headless", *FLAGS, *options, page.resolve().as_uri()],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=_at_large,
    )
    assert done.returncode == 0, f"Chromium ended with {done.returncode}:\n{done.stderr[-2000:]}"
    return target.read_bytes()


def _at_large() -> None:
    """Chromium reserves addresses by the hundred gigabytes, and traps (SIGTRAP) where it may not."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
