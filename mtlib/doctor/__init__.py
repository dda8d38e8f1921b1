"""Why was my bind refused? Mistakes as data, and a triage that names the one that makes exactly these bytes."""

from typing import Any

from mtlib.doctor.diagnosis import THROW_AWAY, Diagnosis, Evidence
from mtlib.doctor.doctor import diagnose, explain_refusal

__all__ = ["THROW_AWAY", "Diagnosis", "Evidence", "diagnose", "explain_refusal", "read_patient"]


def __getattr__(name: str) -> Any:
    """`read_patient` is imported when it is asked for, as it needs this package."""
    if name != "read_patient":
        raise AttributeError(name)
    from mtlib.clinic.reading import read_patient

    return read_patient
