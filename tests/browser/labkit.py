"""Drive a real JupyterLab, Notebook 7 or Voila with a real Chromium, offline.

Needs: nbformat, playwright (PyPI; its own browsers are NOT needed) and a
Chromium on PATH (Debian's package).  Knows nothing about the project under test.
Every process it starts is its own and is ended by pid.
"""

from __future__ import annotations

import ast
import contextlib
import json
import math
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat

CHROMIUM_ARGS = [
    "--no-sandbox",  # root in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",  # no calls home from a closed network
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--no-default-browser-check",
]

# Errors that the applications themselves log at start-up, on an empty notebook too.
NOT_OURS = (
    "reading 'schema'",  # Notebook 7.6
    "RUNTIME-012",
)  # Voila 0.5.13 beside Notebook 7.6

# Settings of our own JupyterLab: no news pop-up; every cell really in the DOM.
LAB_SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}


def chromium_path() -> str | None:
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        found = name and shutil.which(name)
        if found:
            return found
    return None


def free_port() -> int:
    with contextlib.closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def write_notebook(path, cells, *, kernel="python3") -> Path:
    """cells: code strings, or ("markdown", text)."""
    nb = nbformat.v4.new_notebook()
    nb.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    for c in cells:
        nb.cells.append(
            nbformat.v4.new_markdown_cell(c[1]) if isinstance(c, tuple) else nbformat.v4.new_code_cell(c)
        )
    nbformat.write(nb, path)
    return Path(path)


class Server:
    """A server of our own on 127.0.0.1. app: "lab", "notebook" or "voila"."""

    def __init__(
        self,
        root,
        app="lab",
        *,
        state=None,
        settings=None,
        env=None,
        extra=(),
        python=sys.executable,
        boot_timeout=60,
    ):
        self.root = Path(root).resolve()
        self.app = app
        self.port = free_port()
        self.token = secrets.token_hex(16)
        self.state = Path(state or self.root / f".state-{app}-{self.port}")
        self.state.mkdir(parents=True, exist_ok=True)
        for plugin, values in {**LAB_SETTINGS, **(settings or {})}.items():
            f = self.state / "settings" / (plugin + ".jupyterlab-settings")
            f.parent.mkdir(parents=True, exist_ok=True)
            f.write_text(json.dumps(values))
        e = {
            k: v
            for k, v in os.environ.items()
            if k.upper() not in {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "JUPYTER_TOKEN"}
        }
        # Nothing of the user's (config, trust database, workspaces, history) leaks in or is written.
        e.update(
            JUPYTER_CONFIG_DIR=str(self.state / "config"),
            JUPYTER_DATA_DIR=str(self.state / "data"),
            JUPYTER_RUNTIME_DIR=str(self.state / "runtime"),
            IPYTHONDIR=str(self.state / "ipython"),
            JUPYTERLAB_WORKSPACES_DIR=str(self.state / "workspaces"),
            JUPYTERLAB_SETTINGS_DIR=str(self.state / "settings"),
        )
        e.update(env or {})
        if app == "voila":
            cmd = [
                "-m",
                "voila",
                "--no-browser",
                f"--port={self.port}",
                "--Voila.ip=127.0.0.1",
                str(self.root),
            ]
        else:
            cmd = [
                "-m",
                {"lab": "jupyterlab", "notebook": "notebook"}[app],
                "--no-browser",
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.port={self.port}",
                "--ServerApp.port_retries=0",
                f"--IdentityProvider.token={self.token}",
                "--ServerApp.allow_root=True",
                f"--ServerApp.root_dir={self.root}",
                "--LabApp.expose_app_in_browser=True",
                "--LabApp.extension_manager=readonly",
                "--LanguageServerManager.autodetect=False",
            ]
            if app == "notebook":
                cmd.append("--JupyterNotebookApp.expose_app_in_browser=True")
        self._log = open(self.state / "server.log", "wb")
        t0 = time.monotonic()
        self.proc = subprocess.Popen(
            [python, *cmd, *extra],
            env=e,
            cwd=self.root,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        while True:
            if self.proc.poll() is not None:
                raise RuntimeError(f"server exited:\n{self.log()[-3000:]}")
            try:
                urllib.request.urlopen(self.url("" if app == "voila" else "api/status"), timeout=5).close()
                break
            except urllib.error.HTTPError as err:
                if err.code < 500:
                    break
            except OSError:
                pass
            if time.monotonic() - t0 > boot_timeout:
                self.stop()
                raise TimeoutError(f"server not up after {boot_timeout} s:\n{self.log()[-3000:]}")
            time.sleep(0.1)
        self.boot_s = time.monotonic() - t0

    def url(self, path=""):
        u = f"http://127.0.0.1:{self.port}/{path}"
        return u if self.app == "voila" else u + ("&" if "?" in path else "?") + f"token={self.token}"

    def log(self):
        return (self.state / "server.log").read_text(errors="replace")

    def stop(self):
        if self.proc.poll() is None:
            self.proc.send_signal(signal.SIGTERM)  # the server ends its kernels itself
            try:
                self.proc.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.proc.pid, signal.SIGKILL)  # our own session, nothing else
                self.proc.wait()
        self._log.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()


@contextlib.contextmanager
def browser(headless=True, args=(), webgl=False):
    """A Chromium. webgl=True uses a software GL (slow) for deck.gl-like widgets."""
    from playwright.sync_api import sync_playwright

    base = list(CHROMIUM_ARGS)
    if webgl:
        base.remove("--disable-gpu")
        base += [
            "--use-gl=angle",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
            "--ignore-gpu-blocklist",
        ]
    with sync_playwright() as pw:
        b = pw.chromium.launch(executable_path=chromium_path(), headless=headless, args=base + list(args))
        try:
            yield b
        finally:
            b.close()


# -- a closed network ---------------------------------------------------------
def _mercator_path(geojson) -> str:
    """SVG path, in a 0..1 Web Mercator square, of the polygons of a FeatureCollection."""

    def xy(lon, lat):
        s = math.sin(math.radians(max(-85.05, min(85.05, lat))))
        return f"{lon / 360 + 0.5:.5f} {0.5 - math.log((1 + s) / (1 - s)) / (4 * math.pi):.5f}"

    out = []
    for f in geojson["features"]:
        g = f["geometry"]
        for poly in [g["coordinates"]] if g["type"] == "Polygon" else g["coordinates"]:
            out += ["M" + "L".join(xy(*p[:2]) for p in ring) + "Z" for ring in poly]
    return "".join(out)


class Network:
    """Lets a page (or context) reach 127.0.0.1 only. XYZ map tiles are drawn here as SVG
    (plain grid, or with land polygons); anything else outside is refused and written down."""

    def __init__(self, target, *, tiles="draw", land=None):
        self.tiles_served, self.refused, self.tiles = 0, [], tiles
        self._path = _mercator_path(json.loads(Path(land).read_text())) if land else ""
        target.route(
            lambda url: not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")),
            self._handle,
        )

    def _handle(self, route):
        url = route.request.url.split("?")[0]
        parts = url.rsplit(".", 1)[0].replace("@2x", "").split("/")[-3:]
        if self.tiles == "draw" and len(parts) == 3 and all(p.isdigit() for p in parts):
            z, x, y = map(int, parts)
            n = 2**z
            body = (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#cfe3ee"/>'
                f'<svg width="256" height="256" viewBox="{x / n} {y / n} {1 / n} {1 / n}"><path d="{self._path}" fill="#f4f1e6" '
                f'stroke="#9aa" stroke-width="{0.004 / n}"/></svg><rect width="256" height="256" fill="none" stroke="#0002"/>'
                f'<text x="6" y="16" font-size="11" fill="#0006">{z}/{x}/{y}</text></svg>'
            )
            self.tiles_served += 1
            return route.fulfill(
                body=body,
                content_type="image/svg+xml",
                headers={"access-control-allow-origin": "*", "cache-control": "no-store"},
            )
        self.refused.append(url)
        route.abort()


# -- one notebook -------------------------------------------------------------
_PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden) "
_READY = """name => { const p = window.jupyterapp && jupyterapp.shell.currentWidget;
  return !!p && p.context && p.context.path === name && p.context.isReady && p.sessionContext.session
    && p.sessionContext.session.kernel && p.sessionContext.session.kernel.status === 'idle'; }"""


class Notebook:
    """A notebook that is open in a JupyterLab or Notebook 7 page (see open_lab)."""

    def __init__(self, server, page, name):
        self.server, self.page, self.name = server, page, name
        self.console = []  # (type, text); "pageerror" for uncaught JS
        self._on_console = lambda m: self.console.append((m.type, m.text))
        self._on_error = lambda e: self.console.append(("pageerror", str(e)))
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)
        if (
            page.url.startswith("http://127.0.0.1") and server.app == "lab"
        ):  # Lab is already loaded: no reload
            page.evaluate(
                "p => jupyterapp.commands.execute('docmanager:open', {path: p, factory: 'Notebook'}).then(() => null)",
                name,
            )
        elif server.app == "lab":
            page.goto(server.url(f"lab/tree/{name}?reset"))
        else:
            page.goto(server.url(f"notebooks/{name}"))
        page.wait_for_function(_READY, arg=name, timeout=60_000)
        page.wait_for_selector(_PANEL + ".jp-Cell")

    def close(self):
        """Ends the kernel and closes the tab; the page stays usable for the next notebook."""
        with contextlib.suppress(Exception):
            self.page.evaluate("""async () => { const p = jupyterapp.shell.currentWidget;
                await p.sessionContext.shutdown(); p.context.model.dirty = false; p.close(); }""")
        self.page.remove_listener("console", self._on_console)
        self.page.remove_listener("pageerror", self._on_error)

    # running
    def start_all(self):
        """Run all cells; returns at once."""
        self.page.evaluate("() => { window.__run = jupyterapp.commands.execute('notebook:run-all-cells'); }")

    def wait_done(self, timeout=60):
        """Wait for start_all() to finish. True if no cell failed."""
        return self.page.evaluate(
            """ms => Promise.race([window.__run.then(r => r !== false),
            new Promise((_, no) => setTimeout(() => no(new Error('cells still running after ' + ms + ' ms')), ms))])""",
            timeout * 1000,
        )

    def run_all(self, timeout=60, check=True):
        self.start_all()
        self.wait_done(timeout)
        if check and self.errors():
            raise AssertionError(f"cell errors: {self.errors()}")
        return self

    def interrupt(self):
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")

    def cell(self, i):
        return self.page.locator(_PANEL + ".jp-Cell").nth(i)

    def outputs(self, i):
        return self.page.evaluate(
            "i => jupyterapp.shell.currentWidget.content.widgets[i].model.outputs.toJSON()", i
        )

    def errors(self):
        """[cell index, exception name, message] of each error output."""
        return self.page.evaluate("""() => jupyterapp.shell.currentWidget.content.widgets.flatMap((w, i) =>
            w.model.type !== 'code' ? [] : w.model.outputs.toJSON().filter(o => o.output_type === 'error').map(o => [i, o.ename, o.evalue]))""")

    def js_errors(self):
        """Uncaught JS errors and widget-manager errors; tiles that failed to load don't count."""
        return [
            t
            for k, t in self.console
            if not any(x in t for x in NOT_OURS)
            and (k == "pageerror" or k == "error" and "Failed to load resource" not in t)
        ]

    def save(self):
        self.page.evaluate("() => jupyterapp.shell.currentWidget.context.save().then(() => null)")
        return nbformat.read(self.server.root / self.name, as_version=4)

    # the kernel
    def eval(self, expr, timeout=30):
        """A Python expression's value in this notebook's kernel (as JSON). Fails if the kernel is busy too long."""
        got = self.page.evaluate(
            """async ([x, ms]) => { const k = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                 const f = k.requestExecute({code: '', silent: true, store_history: false, user_expressions: {x}});
                 const late = new Promise((_, no) => setTimeout(() => no(new Error('kernel gave no answer in ' + ms + ' ms')), ms));
                 return (await Promise.race([f.done, late])).content.user_expressions.x; }""",
            [f"__import__('json').dumps({expr}, default=str)", timeout * 1000],
        )
        if got["status"] != "ok":
            raise RuntimeError(f"{expr}: {got.get('ename')}: {got.get('evalue')}")
        return json.loads(ast.literal_eval(got["data"]["text/plain"]))

    def exec(self, code, timeout=60):
        """Run code in the kernel, outside any cell; returns what it printed."""
        return self.page.evaluate(
            """async ([code, ms]) => { const k = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                 const f = k.requestExecute({code, store_history: false}); let out = '';
                 f.onIOPub = m => { if (m.header.msg_type === 'stream') out += m.content.text;
                                    if (m.header.msg_type === 'error') out += m.content.ename + ': ' + m.content.evalue; };
                 const late = new Promise((_, no) => setTimeout(() => no(new Error('kernel gave no answer in ' + ms + ' ms')), ms));
                 await Promise.race([f.done, late]); return out; }""",
            [code, timeout * 1000],
        )

    def wait_eval(self, expr, want=True, timeout=15):
        """Ask the kernel again and again until the expression equals `want`."""
        end = time.monotonic() + timeout
        while (got := self.eval(expr)) != want:
            if time.monotonic() > end:
                raise AssertionError(f"{expr} is {got!r}, not {want!r}, after {timeout} s")
            self.page.wait_for_timeout(100)
        return got

    # the page
    def field(self, label):
        """The input with this widget description."""
        return self.page.locator(_PANEL).get_by_label(label, exact=True)

    def button(self, text):
        return self.page.locator(_PANEL + ".jp-OutputArea").get_by_role("button", name=text, exact=True)

    def map(self, nth=0, timeout=30):
        m = self.page.locator(_PANEL + ".leaflet-container").nth(nth)
        m.wait_for(state="visible", timeout=timeout * 1000)
        m.scroll_into_view_if_needed()
        self.page.wait_for_timeout(300)  # controls are added one tick after the container
        return m

    def xy(self, m, fx, fy):
        b = m.bounding_box()
        return b["x"] + b["width"] * fx, b["y"] + b["height"] * fy

    def click(self, m, *points, pause=120):
        """Click the map at fractions of its box, moving the mouse there first as a hand does."""
        for p in points:
            self.page.mouse.move(*self.xy(m, *p), steps=4)
            self.page.mouse.down()
            self.page.mouse.up()
            self.page.wait_for_timeout(pause)

    def drag(self, m, a, b):
        self.page.mouse.move(*self.xy(m, *a), steps=4)
        self.page.mouse.down()
        self.page.mouse.move(*self.xy(m, *b), steps=8)
        self.page.mouse.up()
        self.page.wait_for_timeout(100)

    def draw(self, m, kind, points, control="geoman", toolbar=True):
        """Draw "point", "line", "polygon" or "rectangle". toolbar=False: the tool is armed already.
        Keep points right of x = 0.3: an armed tool lays a button row beside the toolbar."""
        tool = {"point": "marker", "line": "polyline"}.get(kind, kind)
        if toolbar:
            m.locator(
                f".leaflet-pm-icon-{tool}" if control == "geoman" else f"a.leaflet-draw-draw-{tool}"
            ).click()
            self.page.wait_for_timeout(150)
        if kind == "point":
            self.click(m, points[0])
        elif kind == "line":
            self.click(m, *points, points[-1])  # the last vertex again ends it
        elif kind == "polygon":
            self.click(m, *points, points[0])  # the first vertex closes it
        elif control == "geoman":
            self.click(m, *points)  # two clicks
        else:
            self.drag(m, *points)  # press, drag, release
        self.page.wait_for_timeout(250)

    def shot(self, path, what=None):
        (what or self.page).screenshot(path=str(path))
        return path


def open_lab(server, browser_, *, viewport=(1280, 900), **network):
    """A page with a closed network. Open notebooks in it with Notebook(server, page, name)."""
    page = browser_.new_page(viewport={"width": viewport[0], "height": viewport[1]})
    page.network = Network(page, **network)
    return page
