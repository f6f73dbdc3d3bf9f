"""The address of a whole service in the place of a layer's: its layers are offered."""

from widget_tools import choose, fill, find, options, press, see, seen

from gpwidgets import demo
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.protocol.values import LayerReference
from gpwidgets.widgets.form.form import TaskForm

INPUT = {
    "name": "Places",
    "dataType": "GPFeatureRecordSetLayer",
    "direction": "esriGPParameterDirectionInput",
}


def test_a_service_offers_its_layers(server: demo.DemoServer) -> None:
    form = TaskForm(TaskInfo.from_json({"name": "T", "parameters": [INPUT]}))
    service = f"{server.url}/Hosted/Earthquakes/FeatureServer"
    choose(form, "Places", "A layer on a server (URL)")
    fill(form, "Address of the layer for Places", service)
    press(form, "Let the server read it")
    see(form, "This is a service of 1 layer: choose it.")
    name = options(form, "Layers of the service for Places")[1]
    assert name.startswith("0: ")
    choose(form, "Layers of the service for Places", name)
    assert find(form, "Address of the layer for Places").value == f"{service}/0"
    press(form, "Let the server read it")
    seen(lambda: form.values.get("Places") == LayerReference(f"{service}/0"))


def test_a_service_that_cannot_be_read_is_said(server: demo.DemoServer) -> None:
    form = TaskForm(TaskInfo.from_json({"name": "T", "parameters": [INPUT]}))
    choose(form, "Places", "A layer on a server (URL)")
    fill(form, "Address of the layer for Places", f"{server.url}/Hosted/Nothing/FeatureServer/")
    press(form, "Read it here")
    see(form, "Hosted/Nothing/FeatureServer not found")
