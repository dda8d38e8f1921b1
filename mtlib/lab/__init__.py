"""What a notebook needs on top of the library: the byte inspector, views, figures, predictions, exercises,
and sample keys.

Figures stand in `mtlib.lab.figures`. Names are loaded when they are first used, so that an exercise needs no widgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtlib.lazy import lazily

if TYPE_CHECKING:
    from mtlib.lab.bind import inspect_bind
    from mtlib.lab.comparison import compare
    from mtlib.lab.controls import EndpointChoice, Menus
    from mtlib.lab.course import checkup, course_map
    from mtlib.lab.exchanges import key_exchange, published_exchange
    from mtlib.lab.exercises import check, contract, hint, keep, material, mine
    from mtlib.lab.exercises_dc import ACTIONS
    from mtlib.lab.form_widget import DoctorForm
    from mtlib.lab.inspector import Inspector
    from mtlib.lab.my_bind import my_bind_file
    from mtlib.lab.predicting import blocks, choose, cut, number, order, several, text
    from mtlib.lab.prediction import predict
    from mtlib.lab.samples import DAY, NOW, sample
    from mtlib.lab.views import Conversation, Sent

__all__ = [
    "ACTIONS", "DAY", "NOW", "Conversation", "DoctorForm", "EndpointChoice", "Inspector", "Menus", "Sent", "blocks",
    "check", "checkup", "choose", "compare", "contract", "course_map", "cut", "hint", "inspect_bind", "keep",
    "key_exchange", "material", "mine", "my_bind_file", "number", "order", "predict", "published_exchange",
    "sample", "several", "text",
]  # fmt: skip

__getattr__, __dir__ = lazily(__name__, {
    "bind": "inspect_bind",
    "comparison": "compare",
    "controls": "EndpointChoice Menus",
    "course": "checkup course_map",
    "exchanges": "key_exchange published_exchange",
    "exercises": "check contract hint keep material mine",
    "exercises_dc": "ACTIONS",
    "form_widget": "DoctorForm",
    "inspector": "Inspector",
    "my_bind": "my_bind_file",
    "predicting": "blocks choose cut number order several text",
    "prediction": "predict",
    "samples": "DAY NOW sample",
    "views": "Conversation Sent",
})  # fmt: skip
