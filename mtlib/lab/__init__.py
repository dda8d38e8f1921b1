"""What a notebook needs on top of the library: the byte inspector, views, figures, predictions, exercises,
and sample keys.

Figures are in `mtlib.lab.figures`. Names are loaded when they are first used, so that an exercise needs no widgets.
An argument of a wrong type is a LocalError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtlib.lab.arguments import typed
from mtlib.lazy import lazily

if TYPE_CHECKING:
    from mtlib.lab.bind import inspect_bind
    from mtlib.lab.comparison import compare
    from mtlib.lab.controls import EndpointChoice, Menus
    from mtlib.lab.course import checkup, course_map
    from mtlib.lab.exchanges import key_exchange, published_exchange
    from mtlib.lab.exercises import check, contract, hint, keep, material, mine
    from mtlib.lab.exercises_dc import ACTIONS
    from mtlib.lab.exercises_labs import alike, names
    from mtlib.lab.form_widget import DoctorForm
    from mtlib.lab.inspector import Inspector
    from mtlib.lab.my_bind import my_bind_file
    from mtlib.lab.patients import TWELVE, closed, with_seal
    from mtlib.lab.plates.board import Board
    from mtlib.lab.plates.bugs import Bugs
    from mtlib.lab.plates.clock import Clock
    from mtlib.lab.plates.horizon import Horizon
    from mtlib.lab.plates.lanes import Lanes
    from mtlib.lab.plates.machine import MODES, Machine, columns
    from mtlib.lab.plates.packet import Packet
    from mtlib.lab.plates.rho import Rho
    from mtlib.lab.plates.ribbons import Ribbons
    from mtlib.lab.plates.staircase import Staircase
    from mtlib.lab.plates.stills import Bench, Boxes, Comb, Diffusion, Growth, Layers, SmallClocks, Stripes, Who, Zeros
    from mtlib.lab.plates.stills_labs import Candidates, Pairs, Price, Scores
    from mtlib.lab.plates.theft import Theft
    from mtlib.lab.plates.triage import Triage
    from mtlib.lab.plates.twins import ROWS, Twins, readers
    from mtlib.lab.plates.widget import plate
    from mtlib.lab.plates.wires import Wires
    from mtlib.lab.predicting import blocks, choose, cut, number, order, several, text
    from mtlib.lab.prediction import predict
    from mtlib.lab.receivers import TOO_LONG, Game, hasty, hasty_judge, last_blocks, sealed, trusting
    from mtlib.lab.recorded import RECORDED, RECORDED_SIZES
    from mtlib.lab.samples import DAY, NOW, sample
    from mtlib.lab.scoring import EQUALITIES, SETS, scoreboard
    from mtlib.lab.standalone import alone
    from mtlib.lab.tripping import put, stranger, tripped
    from mtlib.lab.troubles import TROUBLES, bind_with, calls, case, client_of, over_the_permanent_key, seen, settle
    from mtlib.lab.views import Conversation, Sent
    from mtlib.lab.wrong_fields import CASES, MOST, PAUSE, experiment, rehearsal

__all__ = [
    "ACTIONS", "CASES", "DAY", "EQUALITIES", "MODES", "MOST", "NOW", "PAUSE", "RECORDED", "RECORDED_SIZES", "ROWS",
    "SETS", "TOO_LONG", "TROUBLES", "TWELVE", "Bench", "Board", "Boxes", "Bugs", "Candidates", "Clock", "Comb",
    "Conversation", "Diffusion", "DoctorForm", "EndpointChoice", "Game", "Growth", "Horizon", "Inspector", "Lanes",
    "Layers", "Machine", "Menus", "Packet", "Pairs", "Price", "Rho", "Ribbons", "Scores", "Sent", "SmallClocks",
    "Staircase", "Stripes", "Theft", "Triage", "Twins", "Who", "Wires", "Zeros", "alike", "alone", "bind_with",
    "blocks", "calls", "case", "check", "checkup", "choose", "client_of", "closed", "columns", "compare", "contract",
    "course_map", "cut", "experiment", "hasty", "hasty_judge", "hint", "inspect_bind", "keep", "key_exchange",
    "last_blocks", "material", "mine", "my_bind_file", "names", "number", "order", "over_the_permanent_key", "plate",
    "predict", "published_exchange", "put", "readers", "rehearsal", "sample", "scoreboard", "sealed", "seen", "settle",
    "several", "stranger", "text", "tripped", "trusting", "with_seal",
]  # fmt: skip

__getattr__, __dir__ = lazily(__name__, {
    "standalone": "alone",
    "bind": "inspect_bind",
    "comparison": "compare",
    "controls": "EndpointChoice Menus",
    "course": "checkup course_map",
    "exchanges": "key_exchange published_exchange",
    "exercises": "check contract hint keep material mine",
    "exercises_dc": "ACTIONS",
    "exercises_labs": "alike names",
    "form_widget": "DoctorForm",
    "inspector": "Inspector",
    "my_bind": "my_bind_file",
    "patients": "TWELVE closed with_seal",
    "plates.board": "Board",
    "plates.bugs": "Bugs",
    "plates.clock": "Clock",
    "plates.horizon": "Horizon",
    "plates.lanes": "Lanes",
    "plates.machine": "MODES Machine columns",
    "plates.packet": "Packet",
    "plates.rho": "Rho",
    "plates.ribbons": "Ribbons",
    "plates.staircase": "Staircase",
    "plates.stills": "Bench Boxes Comb Diffusion Growth Layers SmallClocks Stripes Who Zeros",
    "plates.stills_labs": "Candidates Pairs Price Scores",
    "plates.theft": "Theft",
    "plates.triage": "Triage",
    "plates.twins": "ROWS Twins readers",
    "plates.widget": "plate",
    "plates.wires": "Wires",
    "predicting": "blocks choose cut number order several text",
    "prediction": "predict",
    "receivers": "TOO_LONG Game hasty hasty_judge last_blocks sealed trusting",
    "recorded": "RECORDED RECORDED_SIZES",
    "samples": "DAY NOW sample",
    "scoring": "EQUALITIES SETS scoreboard",
    "tripping": "put stranger tripped",
    "troubles": "TROUBLES bind_with calls case client_of over_the_permanent_key seen settle",
    "views": "Conversation Sent",
    "wrong_fields": "CASES MOST PAUSE experiment rehearsal",
}, typed)  # fmt: skip
