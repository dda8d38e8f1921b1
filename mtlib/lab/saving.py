"""What JupyterLab leaves out of a lesson when it saves one.

The number of a widget means nothing after its kernel: reopened, a notebook would say "model not found" where the table
beside the widget says everything. And which version of Python ran a lesson is nothing that its reader changed.
A Jupyter server that has this module among its extensions leaves both out; `./run` sets that up.
"""

from __future__ import annotations

from typing import Any

WIDGET = "application/vnd.jupyter.widget-view+json"
KEPT = ("file_extension", "name", "pygments_lexer")


def lean(model: dict[str, Any], **rest: Any) -> None:
    """A hook of Jupyter's, before a file is saved: takes out of a notebook, in place, what is only true for now."""
    notebook = model.get("content")
    if model.get("type") != "notebook" or not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        return
    about = notebook.get("metadata", {})
    about.pop("widgets", None)
    if "language_info" in about:
        about["language_info"] = {name: about["language_info"][name] for name in KEPT if name in about["language_info"]}
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            shown = output.get("data", {})
            if "text/html" in shown:
                shown.pop(WIDGET, None)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "mtlib.lab.saving"}]


def _load_jupyter_server_extension(server: Any) -> None:
    server.contents_manager.register_pre_save_hook(lean)
