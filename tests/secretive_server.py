"""A server that asks for a sign-in, gives a cookie, and repeats every secret in whatever it says."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from bad_server import GPAnswers, Request, Wire, parameter
from marks import forms_of, found

FEATURES = {
    "geometryType": "esriGeometryPoint",
    "spatialReference": {"wkid": 4326},
    "fields": [],
    "features": [],
}


@dataclass(frozen=True)
class Marks:
    """The secrets of one server, each unlike all others.

    Attributes
    ----------
    password, token, key
        What signs in at this server; an issued token is `token`.
    layer
        Token of the layer that is given as an input.
    hidden
        Value of the hidden input.
    cookie
        What the server sets.
    result
        Value of the hidden output.
    """

    password: str
    token: str
    key: str
    layer: str
    hidden: str
    cookie: str
    result: str

    @classmethod
    def of(cls, place: str) -> Marks:
        """Marks with everything in them that is written in another way somewhere."""
        made = {one.name: f'{one.name[:2]}-{place}/"7?&<é\\+~' for one in fields(cls)}
        made |= {name: f"{name}-{place}-7c1+/~" for name in ("token", "layer", "cookie")}
        return cls(**made | {"key": f"AAPK{place}-7c1_key"})

    def all(self) -> list[str]:
        """All of them."""
        return [getattr(self, one.name) for one in fields(self)]


class Secretive(GPAnswers):
    """A service of one task; what nobody has sent yet, it does not know."""

    def __init__(self, marks: Marks) -> None:
        inputs = [parameter("Text"), parameter("Hidden", "GPStringHidden")]
        inputs += [parameter("Layer", "GPFeatureRecordSetLayer", defaultValue=FEATURES)]
        kinds = {"Said": "GPString", "Rows": "GPFeatureRecordSetLayer", "Secret": "GPStringHidden"}
        super().__init__([*inputs, *(parameter(name, kind, "Output") for name, kind in kinds.items())])
        self.marks = marks
        self.sent: set[str] = set()
        self._kinds = kinds

    @property
    def _sent(self) -> str:
        """All secrets that were sent, in all forms."""
        return " ".join(form for mark in sorted(self.sent) for form in forms_of(mark))

    def usual(self, kind: str, request: Request) -> Any:
        if kind in ("job", "results"):
            said = {"type": "esriJobMessageTypeInformative", "description": f"canary message {self._sent}"}
            self.messages = [said]
            field = {"name": "said", "type": "esriFieldTypeString", "alias": self._sent}
            row = {"attributes": {"said": f"canary row {self._sent}"}, "geometry": {"x": 1, "y": 2}}
            rows = {**FEATURES, "fields": [field], "features": [row]}
            values = {"Said": f"canary said {self._sent}", "Rows": rows, "Secret": self.marks.result}
            self.results = {
                name: {"dataType": self._kinds[name], "value": value} for name, value in values.items()
            }
        return super().usual(kind, request)

    def __call__(self, request: Request, wire: Wire) -> None:
        text = "\n".join([request.text, *request.fields.values()])
        self.sent |= {mark for mark in self.marks.all() if found([mark], text)}
        kind = self.kind_of(request.path)
        cookie = {"Set-Cookie": f"agwtoken={self.marks.cookie.encode().decode('latin-1')}; Path=/"}
        if kind == "token":
            wire.reply(self._issued(request), headers=cookie)
        elif kind == "info" or self._lets_in(request):
            wire.reply(self.usual(kind, request), headers=cookie)
        else:
            wire.reply({"error": {"code": 499, "message": "Token Required", "details": []}}, headers=cookie)

    def _issued(self, request: Request) -> Any:
        if request.fields.get("password") != self.marks.password:
            return {"error": {"code": 400, "message": "Unable to generate token.", "details": [request.text]}}
        return {"token": self.marks.token, "expires": 4102444800000}

    def _lets_in(self, request: Request) -> bool:
        given = f"{request.fields.get('token')} {request.headers.get('x-esri-authorization')}"
        return self.marks.token in given or self.marks.key in given


def layer_answers(token: str) -> Any:
    """Answers of another server with a layer, which asks for a token of its own."""
    about = {"name": "Places", "type": "Feature Layer", "geometryType": "esriGeometryPoint", "fields": []}

    def answer(request: Request, wire: Wire) -> None:
        refused = {"error": {"code": 499, "message": "Token Required", "details": []}}
        wire.reply(about if token in request.text else refused)

    return answer
