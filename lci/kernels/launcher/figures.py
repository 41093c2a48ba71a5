"""Every figure appears exactly once, whatever library made it and whether it was shown, saved or both."""

from __future__ import annotations

import base64
import functools
import importlib
import importlib.abc
import importlib.machinery
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

#: Characters of a title, and bytes of a page that is shown within another.
_TITLE, _PAGE = 120, 10_000_000
_FRAMES = ("pandas", "polars")
_MIME = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}


#: Which figures of the running cell were saved, and which were displayed: the figures themselves, for a bare id may be
#: given to another one meanwhile.
_SAVED: dict[int, tuple[Any, Path]] = {}
_DISPLAYED: dict[int, Any] = {}


def install(shell: Any) -> None:
    """Watch what is displayed, and adapt plotting libraries when they are first imported."""
    formatter = shell.display_formatter
    plain = formatter.format

    @functools.wraps(plain)
    def watched(thing: Any, *args: Any, **kwargs: Any) -> Any:
        kind = getattr(sys.modules.get("matplotlib.figure"), "Figure", ())
        if isinstance(thing, kind):
            _DISPLAYED[id(thing)] = thing
        shown = plain(thing, *args, **kwargs)
        if isinstance(thing, kind):
            # Only when it is drawn its labels have their places.
            sys.modules["_lci_figure_notes"].note(thing)
            noted: dict[str, Any] = {"title": title} if (title := _title(thing)) else {}
        else:
            noted = _shape(thing)
        content, metadata = shown
        if page := _page_within(thing):
            content = {**content, "text/html": page}
            shown = content, metadata
        return (content, {**metadata, "lci": noted}) if noted and content else shown

    formatter.format = watched
    enable = shell.enable_matplotlib
    # `%matplotlib widget`, or any other: there is one backend.
    shell.enable_matplotlib = lambda *_, **__: enable("inline")
    # Before matplotlib's own, which is registered with the first figure and shows whatever is still open.
    shell.events.register("post_execute", _close_displayed)
    shell.events.register("post_run_cell", _show_saved_only)
    sys.meta_path.insert(0, _AfterImport(_ADAPTED))


def _title(figure: Any) -> str:
    """What a figure says that it shows: its title, else that of the first axes which have one, else their labels."""
    try:
        if figure.get_suptitle():
            return str(figure.get_suptitle())[:_TITLE]
        for axes in figure.axes:
            for place in ("center", "left", "right"):
                if axes.get_title(place):
                    return str(axes.get_title(place))[:_TITLE]
        labels = [(axes.get_ylabel(), axes.get_xlabel()) for axes in figure.axes]
        return next((f"{y} · {x}"[:_TITLE] for y, x in labels if x and y), "")
    except Exception:  # noqa: BLE001  # an artist of the user's own may do anything
        return ""


def _shape(thing: Any) -> dict[str, Any]:
    """Rows and columns of a frame: what is shown of it need not be all, and however long its HTML, it is no figure."""
    kind = type(thing)
    if kind.__module__.partition(".")[0] not in _FRAMES or kind.__name__ != "DataFrame":
        return {}
    return {"shape": [int(length) for length in thing.shape]}


def _close_displayed(*_: object) -> None:
    """A figure that was the last expression, or displayed by hand, is not shown again for being open."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return
    for manager in helpers.Gcf.get_all_fig_managers():
        if id(manager.canvas.figure) in _DISPLAYED:
            helpers.Gcf.destroy(manager)


def _show_saved_only(*_: object) -> None:
    """Show the file of each figure that was saved and closed but never displayed."""
    from IPython.display import display

    for figure, path in list(_SAVED.values()):
        mime = _MIME.get(path.suffix.lower())
        if mime is None or id(figure) in _DISPLAYED or _is_open(figure):
            continue
        try:
            content = path.read_bytes()
        except OSError:
            continue
        value = content.decode("utf-8", "replace") if mime.endswith("xml") else base64.b64encode(content).decode()
        name = _name_here(path)
        noted = {"file": name or path.name} | ({"title": title} if (title := _title(figure)) else {})
        if name is None:
            # Elsewhere it can be shown again from nowhere else.
            noted["path"] = str(path)
        display({mime: value}, raw=True, metadata={"lci": noted})
    _SAVED.clear()
    _DISPLAYED.clear()


def _name_here(path: Path) -> str | None:
    """The path as seen from the working directory; None where it lies elsewhere, or that directory is gone."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (OSError, ValueError):
        return None


def _is_open(figure: Any) -> bool:
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return helpers is not None and any(m.canvas.figure is figure for m in helpers.Gcf.get_all_fig_managers())


def _matplotlib(module: ModuleType) -> None:
    """There is one backend, the inline one: with any other a figure would not appear, or need a screen."""

    def use(backend: str, *, force: bool = True) -> None:
        """Keep the inline backend."""

    module.use = use  # type: ignore[attr-defined]  # a module's attribute
    # Code may have named another one in the environment.
    module.rcParams["backend"] = "module://matplotlib_inline.backend_inline"


def _pyplot(module: ModuleType) -> None:
    """The same for a change of mind after the first figure."""
    switch = module.switch_backend

    @functools.wraps(switch)
    def switch_backend(newbackend: str) -> None:  # noqa: ARG001 - there is one
        switch("module://matplotlib_inline.backend_inline")

    module.switch_backend = switch_backend  # type: ignore[attr-defined]  # a module's attribute


def _font_manager(module: ModuleType) -> None:  # noqa: ARG001 - the logger exists by its name
    """Fallback fonts lack some weights; telling so for each figure helps nobody."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def _matplotlib_figure(module: ModuleType) -> None:
    kind = module.Figure
    save = kind.savefig

    @functools.wraps(save)
    def savefig(self: Any, fname: Any, *args: Any, **kwargs: Any) -> Any:
        done = save(self, fname, *args, **kwargs)
        if isinstance(fname, str | Path):
            path = Path(fname).absolute()
            if not path.exists():
                path = path.with_name(f"{path.name}.png")
            _SAVED[id(self)] = (self, path)
        return done

    kind.savefig = savefig


def _pil_image(module: ModuleType) -> None:
    def show(self: Any, *_: object, **__: object) -> None:
        """Display the image in the notebook; there is no screen for a viewer."""
        from IPython.display import display

        display(self)

    module.Image.show = show


def _altair(module: ModuleType) -> None:
    """Vega-Lite as JSON: the default renderer's HTML loads scripts from the network."""
    version = str(getattr(module, "VEGALITE_VERSION", "6")).lstrip("v").split(".")[0]
    mime = f"application/vnd.vegalite.v{version}+json"
    module.renderers.register("lci", lambda spec, **_: {mime: spec, "text/plain": "<Chart>"})
    module.renderers.enable("lci")
    module.data_transformers.disable_max_rows()


def _plotly_renderers(module: ModuleType) -> None:
    """One renderer, whichever code names: the figure as JSON. Others need a browser, a network or a further program."""
    module.renderers.default = "plotly_mimetype"
    kind, show = type(module.renderers), module.show

    def keep(self: Any, name: str) -> None:
        """There is one."""

    kind.default = property(kind.default.fget, keep)

    @functools.wraps(show)
    def shown(fig: Any, renderer: Any = None, validate: bool = True, **_: Any) -> None:  # noqa: ARG001
        show(fig, renderer="plotly_mimetype", validate=validate)

    module.show = shown  # type: ignore[attr-defined]  # a module's attribute


def _bokeh_showing(module: ModuleType) -> None:
    """One page with its scripts in it: Bokeh's own way loads them into a notebook's page."""

    def show(obj: Any, *_: object, **__: object) -> None:
        page: Any = importlib.import_module("bokeh.embed").file_html
        inline: Any = importlib.import_module("bokeh.resources").INLINE
        from IPython.display import display

        display({"text/html": page(obj, inline, "Bokeh"), "text/plain": "<Bokeh figure>"}, raw=True)

    module.show = show  # type: ignore[attr-defined]  # a module's attribute


def _bokeh_output(module: ModuleType) -> None:
    """There is nothing to be loaded beforehand."""

    def output_notebook(*_: object, **__: object) -> None:
        """Do nothing: each figure brings its scripts."""

    module.output_notebook = output_notebook  # type: ignore[attr-defined]  # a module's attribute


def _page_within(thing: Any) -> str:
    """The page of the working directory that an `IFrame` shows, as pyvis makes one; empty for any other address."""
    kind = type(thing)
    if (kind.__module__, kind.__name__) != ("IPython.lib.display", "IFrame"):
        return ""
    try:
        path = Path(str(thing.src))
        inside = not path.is_absolute() and path.resolve().is_relative_to(Path.cwd())
        return path.read_text("utf-8", "replace") if inside and path.stat().st_size <= _PAGE else ""
    except (OSError, ValueError):
        return ""


def _tqdm_notebook(module: ModuleType) -> None:
    """Bars as text: those of widgets never move where no widget is drawn."""
    plain: Any = sys.modules["tqdm.std"].tqdm

    class Bar(plain):  # type: ignore[misc]  # a library's class
        """The plain bar, with an argument that only the other knows."""

        def __init__(self, *args: Any, display: bool = True, **kwargs: Any) -> None:  # noqa: ARG002
            super().__init__(*args, **kwargs)

    def count(*args: Any, **kwargs: Any) -> Bar:
        return Bar(range(*args), **kwargs)

    module.IProgress = module.IProgress or True  # type: ignore[attr-defined]  # `tqdm.auto` asks for it
    module.tqdm_notebook = module.tqdm = Bar  # type: ignore[attr-defined]
    module.tnrange = module.trange = count  # type: ignore[attr-defined]


_ADAPTED: dict[str, Callable[[ModuleType], None]] = {
    "matplotlib": _matplotlib,
    "matplotlib.pyplot": _pyplot,
    "matplotlib.figure": _matplotlib_figure,
    "matplotlib.font_manager": _font_manager,
    "PIL.Image": _pil_image,
    "altair": _altair,
    "plotly.io._renderers": _plotly_renderers,
    "bokeh.io.showing": _bokeh_showing,
    "bokeh.io.output": _bokeh_output,
    "tqdm.notebook": _tqdm_notebook,
}


class _AfterImport(importlib.abc.MetaPathFinder):
    """Runs a function on a module right after its first import."""

    def __init__(self, adapted: dict[str, Callable[[ModuleType], None]]) -> None:
        self._adapted = dict(adapted)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        adapt = self._adapted.pop(name, None)
        if adapt is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            adapt(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]  # this one loader only
        return spec
