"""A layer on a server, by its address: read by the task's own server, or here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import ipywidgets as w

from gpwidgets.datatypes.layer_addresses import holds_token, layer_given
from gpwidgets.protocol.frame_info import is_truncated
from gpwidgets.protocol.urls import is_service_url
from gpwidgets.protocol.values import LayerReference
from gpwidgets.tasks.inputs.signing import token_auth
from gpwidgets.texts import later, tr, trn
from gpwidgets.widgets.editors.features.sources.feature_source import Source, row
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import WIDE, lean, wide
from gpwidgets.widgets.kit.secret_text import SecretText, UnechoedText

#: Rows read here at most.
MOST = 5_000


class LayerSource(Source):
    """Address and where clause; a token is passed on only with this input, to who reads the layer."""

    label: ClassVar[str] = later("A layer on a server (URL)")

    def build(self) -> list[w.Widget]:
        """Make boxes for address, where clause and token, and the two ways to read."""
        self._found: LayerReference | None = None  # with the token that its address held
        self._make_boxes()
        self.use: w.Button = self.button(
            tr("Let the server read it"),
            "check",
            tr(
                "The task's server reads the layer for {title}, with the token if there is one",
                title=self.title,
            ),
            self._use,
        )
        self.read: w.Button = self.button(
            tr("Read it here"),
            "download",
            tr("Read its features for {title}, to be seen on the map", title=self.title),
            self._read,
        )
        self._reading = self.own(Background("gpwidgets-layer", failed=self.show_error, button=self.read))
        for box in (self.url, self.where, self.token):
            box.observe(self._touch, names="value")
        self.layers: w.Dropdown = lean(
            w.Dropdown,
            tooltip=tr("Layers of the service for {title}", title=self.title),
            layout=wide(display="none"),
        )
        self.layers.observe(self._choose, names="value")
        return [self.url, self.layers, row(self.where, self.token), row(self.use, self.read)]

    def _make_boxes(self) -> None:
        flex = {"width": "auto", "min_width": "0"}
        self.url: UnechoedText = lean(
            UnechoedText,
            placeholder=tr("https://…/FeatureServer/0 or …/MapServer/0"),
            tooltip=tr("Address of the layer for {title}", title=self.title),
            continuous_update=False,  # a token in it is taken out when the whole address is there
            layout=WIDE,
        )
        self.where: w.Text = lean(
            w.Text,
            placeholder=tr("only rows where, such as POP > 1000"),
            tooltip=tr("Where clause for the layer of {title}", title=self.title),
            layout={"flex": "2 1 150px", **flex},
        )
        self.token: SecretText = lean(
            SecretText,
            placeholder=tr("token, if needed"),
            tooltip=tr("Token for the layer of {title}; wiped as soon as it is used", title=self.title),
            layout={"flex": "1 1 100px", **flex},
        )

    def _touch(self, _change: object) -> None:
        self.touched: bool = bool(self.url.value.strip())
        if holds_token(self.url.value):
            self._found = layer_given(LayerReference(self.url.value.strip()))
            self.url.value = self._found.url
            self.say(tr("The token was taken out of the address; it is used with this layer only."))

    def take_pending(self) -> None:
        """Say that the address waits: only the user knows who is to read the layer."""
        if self._reading.working:
            raise ValueError(tr("The layer is being read; wait a moment."))
        raise ValueError(
            tr(
                'The address of the layer is not used yet: press "{use}" or "{read}".',
                use=self.use.description,
                read=self.read.description,
            )
        )

    def settle(self) -> None:
        """Read no further: the input has a value."""
        super().settle()
        self.stop_reading(self._reading)

    def drop(self) -> None:
        self.stop_reading(self._reading)
        self.url.value = self.where.value = ""
        self.token.take()
        self._found = None
        super().drop()

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.url

    def _reference(self) -> LayerReference:
        url = self.url.value.strip()
        if not url.lower().startswith(("http://", "https://")):
            raise ValueError(
                tr("Give the address of a layer; it begins with https:// and ends with a number.")
            )
        auth = self._found.auth if self._found is not None and self._found.url == url else None
        layer: LayerReference = layer_given(LayerReference(url, filter=self.where.value.strip(), auth=auth))
        return layer

    def _choose(self, change: Any) -> None:
        if change["new"]:
            self.url.value = change["new"]

    def _offer(self, reference: LayerReference, found: Sequence[tuple[str, str]]) -> None:
        """Offer the layers of a service whose address was given without the number of one."""
        if not found:
            raise ValueError(tr("{url} names no layers.", url=reference.url))
        self.layers.options = [(tr("choose a layer"), ""), *found]
        self.layers.layout.display = ""
        self.say(
            trn(
                "This is a service of {count} layer: choose it.",
                "This is a service of {count} layers: choose one.",
                len(found),
                count=len(found),
            )
        )

    def _use(self) -> None:
        if is_service_url(self.url.value):
            self._read()  # which layers it has, to choose one
            return
        reference, token = self._reference(), self.token.take().strip()
        self.url.value = reference.url
        if token:
            reference = replace(reference, auth=token_auth(token))
        self.give(reference)
        if reference.auth is not None:
            self.say(
                tr("The task's server gets the token with each run, to read the layer. It is not saved.")
            )

    def _read(self) -> None:
        if self._reading.working:
            return
        from gpwidgets.tasks.results import layer_rows

        reference, token = self._reference(), self.token.take().strip()
        self.url.value = reference.url  # without a token that was typed as a part of it
        self.say(tr("Reading the layer…"))
        task: Any = self.editor.context.task
        session = task.session if task is not None else None
        if is_service_url(reference.url):
            self._reading.start(
                lambda: layer_rows.layers_of(reference, session, token),
                lambda found: self._offer(reference, found),
            )
            return
        self._reading.start(
            lambda: layer_rows.read_reference(reference, session, token, limit=MOST), self._take
        )

    def _take(self, frame: Any) -> None:
        self.give(frame)
        if is_truncated(frame):
            self.say(tr("The first {most:,} rows; the layer has more.", most=MOST))
