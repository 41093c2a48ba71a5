"""The cell that has a stock kernel do what the kernel here did: a block for each setting, with the reason above it."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

from lci.core.cjk import FONT_FAMILIES
from lci.notebook.words import Words

# All of it stands in a function: a name that it bound would be there for cells that failed for want of it.
_CODE = {
    "exit": """\
import warnings
global exit, quit

def exit(code=None):
    raise SystemExit(code)

async def run_code(code, result=None, run_code=shell.run_code, **options):
    ended = await run_code(code, result, **options)
    if result is not None and ends_well(result.error_in_exec):
        result.error_in_exec = None
    return ended

def showtraceback(*args, show=shell.showtraceback, **options):
    if not ends_well(sys.exc_info()[1]):
        show(*args, **options)

def ends_well(error):
    return type(error) is SystemExit and error.code in (None, 0)

quit = exit
shell.run_code, shell.showtraceback = run_code, showtraceback
warnings.filterwarnings("ignore", "To exit: use", UserWarning)
""",
    "streams": """\
import codecs
import io

class Bytes(io.BufferedIOBase):
    def __init__(self, stream):
        self.stream, self.decoder = stream, codecs.getincrementaldecoder("utf-8")("replace")

    def writable(self):
        return True

    def write(self, content):
        self.stream.write(self.decoder.decode(bytes(content)))
        return len(content)

    def flush(self):
        self.stream.flush()

    def close(self):
        self.flush()

own = sys.stdout, sys.stderr

def cell_begins(*_):
    for stream in own:
        stream.set_parent(shell.display_pub.parent_header)

def flush(*_):
    for stream in (sys.stdout, sys.stderr):
        if not stream.closed:
            stream.flush()

type(sys.stdout).reconfigure = lambda *_, **__: None
type(sys.stdout).buffer = property(Bytes)
shell.events.register("pre_run_cell", cell_begins)
shell.events.register("post_run_cell", flush)
""",
    "once": """\
displayed = []

def formatted(thing, *args, format=shell.display_formatter.format, **options):
    if type(thing).__module__ == "matplotlib.figure":
        displayed.append(thing)
    return format(thing, *args, **options)

def close_displayed(*_):
    while displayed:
        sys.modules["matplotlib.pyplot"].close(displayed.pop())

shell.display_formatter.format = formatted
shell.events.register("post_execute", close_displayed)
""",
    "backend": """\
with suppress(ImportError):
    import matplotlib.pyplot
    shell.run_line_magic("matplotlib", "inline")
    matplotlib.use = matplotlib.pyplot.switch_backend = lambda *_, **__: None
    shell.enable_matplotlib = lambda *_, **__: ("inline", "inline")
""",
    "fonts": f"""\
with suppress(ImportError):
    import logging
    from matplotlib import font_manager, rcParams
    families, installed = {FONT_FAMILIES}, font_manager.get_font_names()
    rcParams["font.family"] += [family for family in families if family in installed]
    logging.getLogger("matplotlib.font_manager").setLevel("ERROR")  # else each text warns of the weights they lack
""",
    "altair_rows": """\
with suppress(ImportError):
    import altair
    altair.data_transformers.disable_max_rows()
""",
    "plotly": """\
with suppress(ImportError):
    import plotly.io
    plotly.io.renderers.default = "plotly_mimetype"
    kind, show = type(plotly.io.renderers), plotly.io.show
    kind.default = property(kind.default.fget, lambda *_: None)
    plotly.io.show = lambda figure, *_, **__: show(figure)
""",
    "pictures": """\
with suppress(ImportError):
    import PIL.Image
    PIL.Image.Image.show = lambda picture, *_, **__: display(picture)
""",
    "bokeh": """\
with suppress(ImportError):
    import bokeh.embed, bokeh.io, bokeh.plotting, bokeh.resources

    def show(figure, *_, **__):
        page = bokeh.embed.file_html(figure, bokeh.resources.INLINE, "Bokeh")
        display({"text/html": page, "text/plain": "<Bokeh figure>"}, raw=True)

    bokeh.io.show = bokeh.plotting.show = show
    bokeh.io.output_notebook = bokeh.plotting.output_notebook = lambda *_, **__: None
""",
    "bars": """\
with suppress(ImportError):
    import tqdm.notebook, tqdm.std

    class Bar(tqdm.std.tqdm):
        def __init__(self, *args, display=True, **options):
            super().__init__(*args, **options)

    tqdm.notebook.IProgress = tqdm.notebook.IProgress or True  # without it `tqdm.auto` warns
    tqdm.notebook.tqdm = tqdm.notebook.tqdm_notebook = tqdm.tqdm_notebook = Bar
    tqdm.notebook.trange = tqdm.notebook.tnrange = lambda *args, **options: Bar(range(*args), **options)
""",
}

#: What blocks have in common, by how they use it.
_NAMES = {
    "sys.": "import sys",
    "suppress(": "from contextlib import suppress",
    "shell.": "shell = get_ipython()",
}


def settings_source(settings: Sequence[str], words: Words) -> str:
    """The source of the cell with these settings, which are names of `needs.SETTINGS`."""
    blocks = [f"# {_line(words.settings[name])}\n{_CODE[name]}" for name in settings]
    code = "\n".join(blocks)
    names = "\n".join(line for name, line in _NAMES.items() if name in code)
    body = indent(f"{names}\n\n{code}", "    ").rstrip()
    return f"# {_line(words.settings_note)}\ndef _settings():\n{body}\n\n_settings()\ndel _settings"


def saved_source(file: str, words: Words) -> str:
    """The source of a cell that shows a picture from its file."""
    kind = "SVG" if file.lower().endswith(".svg") else "Image"
    return f"# {_line(words.shown_from_file)}\nimport IPython.display as _shown\n\ndisplay(_shown.{kind}({file!r}))"


def _line(text: str) -> str:
    return " ".join(text.split())
