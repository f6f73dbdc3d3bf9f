"""A JupyterLab, Notebook or Voila of the tests' own, which neither read nor write anything of the user's."""

import json
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

_SETTINGS = {
    # The news pop-up would lie over the corner of a map, and unseen cells would not be in the page.
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}
_NOT_INHERITED = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "JUPYTER_TOKEN", "PYTHONWARNINGS"}


def chromium_path() -> str | None:
    """Where a Chromium is; None when there is none."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class LabServer:
    """JupyterLab on this machine, with notebooks below `root`; a context manager.

    Parameters
    ----------
    root
        Folder with the notebooks.
    state
        Folder for configuration, settings, trust database and log.
    app
        ``jupyterlab`` or ``notebook``.
    """

    def __init__(self, root: Path, state: Path, app: str = "jupyterlab") -> None:
        self._app = app
        self.root = root.resolve()
        self.state = state
        self._port = _free_port()
        self._token = secrets.token_hex(16)
        for plugin, values in _SETTINGS.items():
            file = state / "settings" / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))

    def url(self, path: str = "") -> str:
        """Address of a page, with the token."""
        return f"http://127.0.0.1:{self._port}/{path}{'&' if '?' in path else '?'}token={self._token}"

    def __enter__(self) -> "LabServer":
        self._log = (self.state / "server.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._app, *self._options()],
            env=self._environment(),
            cwd=self.root,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait_until_up()
        return self

    def _options(self) -> list[str]:
        return [
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self._port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self._token}",
            "--ServerApp.allow_root=True",
            f"--ServerApp.root_dir={self.root}",
            "--LabApp.expose_app_in_browser=True",  # lets the tests run its commands
            "--JupyterNotebookApp.expose_app_in_browser=True",
            "--LabApp.extension_manager=readonly",
            "--LanguageServerManager.autodetect=False",
        ]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name.upper() not in _NOT_INHERITED}
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
            "GPWIDGETS_HISTORY": "history",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
        }
        return kept | {name: str(self.state / folder) for name, folder in folders.items()}

    def _wait_until_up(self, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise RuntimeError(f"JupyterLab ended:\n{self.log()[-3000:]}")
            try:
                urllib.request.urlopen(self._alive, timeout=5).close()
            except (urllib.error.URLError, TimeoutError):
                self._process_wait(0.1)
            else:
                return
        self.__exit__()
        raise TimeoutError(f"JupyterLab did not start:\n{self.log()[-3000:]}")

    @property
    def _alive(self) -> str:
        """An address that answers once the server is up."""
        return self.url("api/status")

    def _process_wait(self, seconds: float) -> None:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return

    def log(self) -> str:
        """What the server has written."""
        return (self.state / "server.log").read_text(errors="replace")

    def __exit__(self, *_exception: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)  # it ends its kernels itself
            self._process_wait(10)
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()


class VoilaServer(LabServer):
    """Voila on this machine, with notebooks below `root`."""

    def __init__(self, root: Path, state: Path) -> None:
        super().__init__(root, state, app="voila")

    def _options(self) -> list[str]:
        return [
            "--no-browser",
            "--Voila.ip=127.0.0.1",
            f"--port={self._port}",
            f"--Voila.root_dir={self.root}",
            "--show_tracebacks=True",
        ]

    @property
    def _alive(self) -> str:
        return self.url()
