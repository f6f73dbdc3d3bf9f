"""There is one value that stands for no value."""

import copy
import pickle

from gpwidgets.protocol.values import UNSET


def test_it_stays_the_only_one_of_its_kind() -> None:
    others = (copy.copy(UNSET), copy.deepcopy([UNSET])[0], pickle.loads(pickle.dumps(UNSET)), type(UNSET)())
    assert all(one is UNSET for one in others)


def test_it_is_no_value_and_says_so() -> None:
    assert not UNSET
    assert UNSET is not None
    assert repr(UNSET) == "UNSET"
