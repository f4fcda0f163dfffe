"""A server on loopback and a real browser, for the tests that look at pages as people do."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from corpus import Place
from serving import patience

from searchkit.web.app import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_START_SECONDS = 30
_WATCH = """
window.faults = [];
document.addEventListener("securitypolicyviolation", function (event) {
  window.faults.push(event.violatedDirective + " " + event.blockedURI);
});
"""


@contextmanager
def serving(index: Place) -> Iterator[str]:
    """The pages over the index at ``index``, on a free port of loopback."""
    import uvicorn

    app = create_app(index, workers=1, **patience(index))
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        given_up = time.monotonic() + _START_SECONDS
        while not server.started:
            assert time.monotonic() < given_up, "the server does not start"
            assert thread.is_alive(), "the server has ended"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium: ``SEARCHKIT_CHROMIUM``, else that of the system.  Where there is none, the test is
    skipped, or fails if ``SEARCHKIT_REQUIRE_BROWSER`` is set."""
    where = os.environ.get("SEARCHKIT_CHROMIUM") or shutil.which("chromium") or ""
    if not Path(where).is_file():
        said = "no Chromium: install the package chromium, or set SEARCHKIT_CHROMIUM to its path"
        if os.environ.get("SEARCHKIT_REQUIRE_BROWSER"):
            pytest.fail(said)
        pytest.skip(said)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=where, args=["--no-sandbox"])
        try:
            yield one
        finally:
            one.close()


class Visit:
    """A page of its own, and what went wrong on it: errors of scripts, of the console, of what was
    loaded, breaches of the Content Security Policy, dialogs."""

    def __init__(self, browser: Browser, *, width: int = 1280, scripts: bool = True) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        self.context.add_init_script(_WATCH)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", self._console)
        self.page.on("dialog", self._dialog)
        self._scripts = scripts

    def _console(self, message: object) -> None:
        text = str(getattr(message, "text", message))
        # A page with a status of 400 or 404 is told of in the console, too.
        if getattr(message, "type", "") in ("error", "warning") and "status of 4" not in text:
            self.faults.append(f"console: {text}")

    def _dialog(self, dialog: object) -> None:
        self.faults.append(f"dialog: {getattr(dialog, 'message', '')}")
        dismiss = getattr(dialog, "dismiss", None)
        assert dismiss is not None
        dismiss()

    def seen(self) -> list[str]:
        """All that went wrong so far."""
        breaches = self.page.evaluate("window.faults || []") if self._scripts else []
        return [*self.faults, *(f"policy: {breach}" for breach in breaches)]


@contextmanager
def visiting(browser: Browser, *, width: int = 1280, scripts: bool = True) -> Iterator[Page]:
    """A page for one test, on which nothing may go wrong."""
    visit = Visit(browser, width=width, scripts=scripts)
    try:
        yield visit.page
        assert visit.seen() == []
    finally:
        visit.context.close()
