"""Services and folders, tasks found through them, and what is said about tasks."""

import pytest

import gpwidgets as gp
from gpwidgets.errors import BadReply, ResourceNotFound


def test_a_server_lists_its_folders_and_services(server) -> None:
    root = gp.GPService(server.url)
    assert root.is_folder
    assert root.folders == ["Secured"]
    assert {"Elevation", "Proximity", "Awkward names"} <= set(root.services)


def test_a_folder_lists_its_services_with_its_name(server) -> None:
    folder = gp.GPService(server.url).folder("Secured")
    assert folder.is_folder
    assert folder.services == ["Secured/Analysis", "Secured/Waiting"]


@pytest.mark.parametrize("tail", ["", "/", "?f=pjson", "/Viewshed", "/Viewshed/submitJob?Distance=5"])
def test_a_service_is_found_from_whatever_address_was_copied(server, tail: str) -> None:
    service = gp.GPService(server.url_of("Elevation") + tail)
    assert not service.is_folder
    assert service.tasks == ["Viewshed"]


def test_tasks_are_reached_through_services_and_share_the_session(server) -> None:
    root = gp.GPService(server.url)
    service = root.service("Waiting")
    task = service["SlowCount"]
    assert task.session is service.session is root.session
    assert task(Seconds=0, Steps=1).Steps_Done == 1


def test_a_folder_has_no_tasks_and_says_what_it_has(server) -> None:
    with pytest.raises(gp.GPError, match=r"folder; its services are: .*Elevation"):
        gp.GPService(server.url).tasks  # noqa: B018 - reading it is what is tested


def test_a_service_that_does_not_exist_is_told(server) -> None:
    with pytest.raises(ResourceNotFound, match="Nowhere"):
        gp.GPService(f"{server.url}/Nowhere/GPServer").tasks  # noqa: B018


def test_the_address_of_a_service_is_enough_for_its_only_task(server) -> None:
    assert gp.GPTask(server.url_of("Elevation")).name == "Viewshed"


def test_of_several_tasks_one_has_to_be_named(server) -> None:
    with pytest.raises(gp.GPError, match="has 2 tasks; name one of: Count words - quickly, "):
        gp.GPTask(server.url_of("Awkward names"))


def test_a_folder_is_no_task(server) -> None:
    with pytest.raises(gp.GPError, match="name a service and a task"):
        gp.GPTask(server.url + "/Secured")


def test_a_task_that_does_not_exist_is_told(server) -> None:
    with pytest.raises((gp.ServerError, BadReply)):
        gp.GPTask(server.url_of("Elevation") + "/Nothing")


def test_a_task_tells_what_it_takes_and_gives(server) -> None:
    task = gp.GPTask(server.url_of("Viewshed"))
    assert task.is_asynchronous
    assert [parameter.name for parameter in task.inputs][:2] == ["Input_Points", "Distance"]
    assert [parameter.name for parameter in task.outputs] == ["Viewshed_Result", "Viewshed_Raster"]
    assert task.service.tasks == ("Viewshed",)
    assert "Input_Points" in repr(task)
    assert not gp.GPTask(server.url_of("BufferPoints")).is_asynchronous


def test_defaults_are_python_values_and_leave_out_what_has_none(server) -> None:
    defaults = gp.GPTask(server.url_of("ParameterGallery")).defaults()
    assert defaults["Input_Linear_Unit"] == gp.LinearUnit(10, "esriMiles")
    assert defaults["Input_Boolean"] is False
    assert defaults["Input_Choice"] == "PLANAR"
    assert "Input_String" not in defaults
    assert "Input_Points" not in defaults


def test_defaults_pass_the_check_of_their_own_task(server) -> None:
    for name in ("ParameterGallery", "HotSpots", "SlowCount", "Count words - quickly"):
        task = gp.GPTask(server.url_of(name))
        assert task.check(task.defaults()).keys() == task.defaults().keys()


def test_nothing_is_asked_of_the_service_before_it_is_needed(own_server) -> None:
    asked = own_server.faults.add("delay", on="service", seconds=0)
    task = gp.GPTask(own_server.url_of("SlowCount"))
    task(Seconds=0, Steps=1)
    assert asked.hits == 0
    assert task.service.current_version == pytest.approx(11.5)
    assert task.service is task.service
    assert asked.hits == 1
