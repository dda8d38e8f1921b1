"""What a notebook needs on top of the library: the byte inspector, views, figures, exercises, and sample keys.

Figures stand in `mtlib.lab.figures`. Names are loaded when they are first used, so that an exercise needs no widgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtlib.lazy import lazily

if TYPE_CHECKING:
    from mtlib.lab.bind import inspect_bind
    from mtlib.lab.comparison import compare
    from mtlib.lab.controls import EndpointChoice, VirtualClock
    from mtlib.lab.exercises import check, contract, hint, keep, material, mine, predict
    from mtlib.lab.exercises_dc import ACTIONS
    from mtlib.lab.form_widget import DoctorForm
    from mtlib.lab.inspector import Inspector
    from mtlib.lab.my_bind import my_bind_file
    from mtlib.lab.readiness import checkup
    from mtlib.lab.samples import DAY, NOW, sample
    from mtlib.lab.views import Conversation, Ige, KeySchedule, Sent

__all__ = [
    "ACTIONS", "DAY", "NOW", "Conversation", "DoctorForm", "EndpointChoice", "Ige", "Inspector", "KeySchedule", "Sent",
    "VirtualClock", "check", "checkup", "compare", "contract", "hint", "inspect_bind", "keep", "material", "mine",
    "my_bind_file", "predict", "sample",
]  # fmt: skip

__getattr__, __dir__ = lazily(__name__, {
    "bind": "inspect_bind",
    "comparison": "compare",
    "controls": "EndpointChoice VirtualClock",
    "exercises": "check contract hint keep material mine predict",
    "exercises_dc": "ACTIONS",
    "form_widget": "DoctorForm",
    "inspector": "Inspector",
    "my_bind": "my_bind_file",
    "readiness": "checkup",
    "samples": "DAY NOW sample",
    "views": "Conversation Ige KeySchedule Sent",
})  # fmt: skip
