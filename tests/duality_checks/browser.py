"""A headless browser that looks at a page: what it measures there, and what it shows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NEEDED = pytest.mark.skipif(PROGRAM is None, reason="no Chromium: install Debian's package chromium")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    # No host has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
# Old windows are never narrower than 500 pixels: the page is put in a frame of the width asked for.
_FRAME = """<!doctype html><body style="margin:0">
<iframe style="border:0; width:%dpx; height:4000px" srcdoc="%s"></iframe>
<script>document.querySelector("iframe").onload = event => {
  const page = event.target.contentDocument, all = [...page.querySelectorAll("body *")];
  const wide = all.filter(one => one.getBoundingClientRect().right > %d && !one.closest(".scroll, svg"));
  const shown = one => one.getBoundingClientRect().width > 50 && one.getBoundingClientRect().height > 50;
  const found = {
    width: page.documentElement.scrollWidth,
    overflowing: wide.map(one => one.tagName + "." + one.className),
    pictures: [...page.querySelectorAll("svg")].filter(shown).map(one => one.getAttribute("aria-label")),
    headings: [...page.querySelectorAll("h1, h2")].map(one => one.textContent),
    text: page.body.innerText,
  };
  document.title = JSON.stringify(found);
};</script>"""


def _run(folder: Path, *arguments: str) -> str:
    profile = folder / "profile"
    shutil.rmtree(profile, ignore_errors=True)
    command = [str(PROGRAM), *_FLAGS, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def measured(page: str, folder: Path, *, width: int) -> dict[str, Any]:
    """What is on a page that is so many pixels wide."""
    frame = folder / "frame.html"
    frame.write_text(_FRAME % (width, escape(page), width), encoding="utf-8")
    dom = _run(folder, "--dump-dom", frame.as_uri())
    title = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert title, "the page did not load"
    text = title[1].replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&")
    return dict(json.loads(text))


def screenshot(page: str, folder: Path, *, scheme: str, width: int = 1100, height: int = 2000) -> np.ndarray:
    """The pixels of a page, height x width x 3 in 0..255, for a reader who prefers light or dark."""
    from matplotlib.image import imread

    source, target = folder / "page.html", folder / "page.png"
    source.write_text(page, encoding="utf-8")
    choice = f"--blink-settings=preferredColorScheme={1 if scheme == 'light' else 0}"
    _run(folder, choice, f"--window-size={width},{height}", f"--screenshot={target}", source.as_uri())
    return (imread(target)[..., :3] * 255).round().astype(int)


def share(pixels: np.ndarray, color: str, within: int = 12) -> float:
    """The share of pixels that are close to a colour."""
    wanted = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])
    return float((np.abs(pixels - wanted).max(axis=-1) <= within).mean())
