"""Why was my bind refused? Mistakes as data, and a triage that names the one that makes exactly these bytes."""

from mtlib.doctor.diagnosis import THROW_AWAY, Diagnosis, Evidence
from mtlib.doctor.doctor import diagnose, explain_refusal
from mtlib.doctor.patient import read_patient

__all__ = ["THROW_AWAY", "Diagnosis", "Evidence", "diagnose", "explain_refusal", "read_patient"]
