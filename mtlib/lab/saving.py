"""An extension of the Jupyter server: what it leaves out when a lesson is saved, and what it adds when one is opened.

The number of a widget means nothing once its kernel has ended. A reopened notebook would show "model not found" in
place of the table that is saved with the widget, so the number is left out. The version of Python is not the reader's
change, so it is left out, too. It is added when a lesson is opened; else JupyterLab would add it, and call the lesson
modified. `./run` sets the extension up.
"""

from __future__ import annotations

import inspect
from typing import Any

WIDGET = "application/vnd.jupyter.widget-view+json"
KEPT = ("file_extension", "name", "pygments_lexer")


def lean(model: dict[str, Any], **rest: Any) -> None:
    """A hook of Jupyter's before a file is saved: takes out of a notebook, in place, all that ends with its kernel."""
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


def told(model: dict[str, Any], about: dict[str, Any]) -> None:
    """Put the kernel's facts `about` its language into a notebook of Python that is opened, in place."""
    notebook = model.get("content")
    if model.get("type") == "notebook" and isinstance(notebook, dict):
        metadata = notebook.get("metadata", {})
        if metadata.get("language_info", {}).get("name") == about["name"]:
            metadata["language_info"] = dict(about)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "mtlib.lab.saving"}]


def _load_jupyter_server_extension(server: Any) -> None:
    from ipykernel.ipkernel import IPythonKernel

    manager, get, about = server.contents_manager, server.contents_manager.get, IPythonKernel.language_info

    async def later(*arguments: Any, **options: Any) -> dict[str, Any]:
        model: dict[str, Any] = await get(*arguments, **options)
        told(model, about)
        return model

    def at_once(*arguments: Any, **options: Any) -> dict[str, Any]:
        model: dict[str, Any] = get(*arguments, **options)
        told(model, about)
        return model

    manager.register_pre_save_hook(lean)
    manager.get = later if inspect.iscoroutinefunction(get) else at_once
