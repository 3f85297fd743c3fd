"""A headless browser that looks at a page: what it measures there, and what it shows."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from itertools import count
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


class Page:
    """A page in a browser that is looked at, pointed at and typed at: by real events, as of a mouse."""

    def __init__(self, to: int, back: int):
        self._to, self._back, self._rest, self._session = to, back, b"", ""
        self._numbers = count(1)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the DevTools protocol, and its result."""
        message: dict[str, Any] = {"id": next(self._numbers), "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == message["id"]:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._back, 1 << 16)
            assert part, "the browser is gone"
            self._rest += part
        text, self._rest = self._rest.split(b"\0", 1)
        return dict(json.loads(text))

    def open(self, path: Path, width: int, height: int) -> None:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.resize(width, height)
        self.call("Page.navigate", url=path.as_uri())
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def ask(self, expression: str) -> Any:
        """The value of an expression in JavaScript, which may be a promise."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        found = self.call("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait(self, condition: str) -> None:
        """Until a condition in JavaScript holds, a minute at most."""
        looking = f"""new Promise(done => {{
            const from = Date.now();
            const look = () => {{
                const held = Boolean({condition});
                if (held || Date.now() - from > 60000) done(held); else setTimeout(look, 20);
            }};
            look();
        }})"""
        assert self.ask(looking), condition

    def place(self, selector: str, across: float = 0.5, down: float = 0.5) -> tuple[float, float]:
        """A point of an element, by the shares of its width and height, after scrolling there."""
        found = self.ask(f"""(() => {{
            const one = document.querySelector({json.dumps(selector)});
            one.scrollIntoView({{block: "center"}});
            const box = one.getBoundingClientRect();
            return [box.x + {across} * box.width, box.y + {down} * box.height];
        }})()""")
        return found[0], found[1]

    def point(self, selector: str, across: float = 0.5, down: float = 0.5) -> None:
        x, y = self.place(selector, across, down)
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, selector: str) -> None:
        x, y = self.place(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def drag(self, start: tuple[float, float], by: tuple[float, float], steps: int = 4) -> None:
        """Down at a place of the window, along, and up, as with a mouse."""
        (x, y), held = start, {"button": "left", "buttons": 1, "clickCount": 1}
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.call("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, **held)
        for k in range(1, steps + 1):
            at = {"x": x + by[0] * k / steps, "y": y + by[1] * k / steps}
            self.call("Input.dispatchMouseEvent", type="mouseMoved", **at, **held)
        self.call("Input.dispatchMouseEvent", type="mouseReleased", **at, **held)

    def swipe(self, start: tuple[float, float], by: tuple[float, float], steps: int = 4) -> None:
        """The same with a finger."""
        (x, y), touch = start, "Input.dispatchTouchEvent"
        self.call(touch, type="touchStart", touchPoints=[{"x": x, "y": y}])
        for k in range(1, steps + 1):
            at = {"x": x + by[0] * k / steps, "y": y + by[1] * k / steps}
            self.call(touch, type="touchMove", touchPoints=[at])
        self.call(touch, type="touchEnd", touchPoints=[])

    def press(self, key: str, *, shift: bool = False, control: bool = False) -> None:
        for kind in ("keyDown", "keyUp"):
            held = 8 * shift + 2 * control
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, modifiers=held)

    def picture(self, path: Path) -> None:
        """The whole page as a PNG."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        found = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip={**size, "scale": 1})
        path.write_bytes(b64decode(found["data"]))


@contextmanager
def opened(page: str, folder: Path, *, width: int = 1100, height: int = 900) -> Iterator[Page]:
    """A browser with a page, so many pixels wide."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    (theirs_in, to), (back, theirs_out) = os.pipe(), os.pipe()
    high = [fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (theirs_in, theirs_out)]

    def exchange() -> None:  # the browser reads from 3 and writes to 4
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    command = [str(PROGRAM), *_FLAGS, "--remote-debugging-pipe", f"--user-data-dir={folder / 'profile'}"]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    browser = subprocess.Popen(command, pass_fds=(3, 4), preexec_fn=exchange, **quiet)
    for one in (theirs_in, theirs_out, *high):
        os.close(one)
    try:
        shown = Page(to, back)
        shown.open(path, width, height)
        yield shown
    finally:
        browser.kill()
        browser.wait()
        os.close(to)
        os.close(back)
