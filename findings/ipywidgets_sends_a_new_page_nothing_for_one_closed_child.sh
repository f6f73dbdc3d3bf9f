#!/bin/sh
# ipywidgets: a page that is loaded anew asks for the states of all widgets at once. If one box still holds a child
# that was closed, or one widget is made by another thread while states are read, nothing at all is answered.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ipywidgets==8.1.9 comm==0.2.3
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import sys
from importlib.metadata import version

import comm
from comm.base_comm import BaseComm

answers = []


class Channel(BaseComm):
    def publish_msg(self, msg_type, data=None, **others):
        if self.comm_id == "page" and msg_type == "comm_msg":
            answers.append(data)


comm.create_comm = Channel
import ipywidgets

ipywidgets.register_comm_target()
logging.getLogger("Comm").setLevel(logging.CRITICAL)
manager = comm.get_comm_manager()
manager.comm_open(None, "", {"metadata": {"version": "1.0.0"}, "content": {
    "comm_id": "page", "target_name": "jupyter.widget.control", "data": {}}})


def states_sent():
    answers.clear()
    manager.comm_msg(None, "", {"content": {"comm_id": "page", "data": {"method": "request_states"}}})
    return len(answers[0]["states"]) if answers else None


class MakesOne(ipywidgets.HTML):
    """Makes a widget while its state is read, as another thread may at that moment."""

    armed = False

    def get_state(self, *given, **named):
        if self.armed:
            self.armed = False
            ipywidgets.HTML("made meanwhile")
        return super().get_state(*given, **named)


child, maker = ipywidgets.HTML("child"), MakesOne("maker")
box = ipywidgets.VBox([child])
whole = states_sent()
maker.armed = True
meanwhile = states_sent()
after = states_sent()
child.close()
closed = states_sent()
box.children = ()
emptied = states_sent()
print(f"ipywidgets {version('ipywidgets')}, states that a page gets")
for words, found in (("all there", whole), ("one made meanwhile", meanwhile), ("asked once more", after),
                     ("a box holds a closed child", closed), ("the box is emptied", emptied)):
    print(f"  {words}: {found}")
sys.exit(not (whole and meanwhile is None and after and closed is None and emptied))
PYTHON
