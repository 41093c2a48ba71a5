"""What a kernel can do at every level of isolation, and what it may not, on real kernels of an ordinary user."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lci.core.conversation import LocalIsolation
from tests.kernels.ordinary import LEVELS, Ordinary, why_not

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module", params=LEVELS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Ordinary]:
    level: LocalIsolation = request.param
    if reason := why_not(level):
        pytest.skip(f"no {level} here: {reason}")
    made = Ordinary(level)
    yield made
    made.close()


CHANGE = """
import os
from pathlib import Path
p, done = Path('given/data.csv'), []
for name, act in {
    'write': lambda: p.write_text('x'), 'append': lambda: p.open('a').write('x'), 'truncate': lambda: os.truncate(p, 0),
    'real': lambda: Path(os.path.realpath(p)).write_text('x'), 'gone': lambda: os.unlink(os.path.realpath(p)),
    'fd': lambda: open(f"/proc/self/fd/{os.open(p, os.O_RDONLY)}", 'w').write('x'),
}.items():
    try:
        act()
        done.append(name)
    except OSError:
        pass
print(done)
"""


def test_a_file_in_place_is_read_where_code_cannot_change_it_and_nowhere_else(kernel: Ordinary) -> None:
    """B34, B35: the app's user owns it and could; bound read-only, or behind Landlock, code of that user cannot."""
    if kernel.level == "rlimits":
        assert "FileNotFoundError" in kernel.run("open('given/data.csv')").error
        return
    assert kernel.fine("print(open('given/data.csv').read())") == "given"
    assert kernel.fine(CHANGE) == "[]"
    assert (kernel.home / "data.csv").read_text() == "given"


WORK = {
    "duckdb": ("import duckdb; print(duckdb.sql('select sum(i) from range(1000) t(i)').fetchall()[0][0])", "499500"),
    "duckdb in a file": (
        "import duckdb\nwith duckdb.connect('d.duckdb') as c: c.execute('create table t as select 1 as a')\n"
        "with duckdb.connect('d.duckdb') as c: print(c.sql('select a from t').fetchall()[0][0])",
        "1",
    ),
    "parquet": (
        "import pandas as pd; pd.DataFrame({'a': [1, 2]}).to_parquet('t.parquet')\n"
        "print(pd.read_parquet('t.parquet').a.sum())",
        "3",
    ),
    "excel": (
        "import pandas as pd; pd.DataFrame({'a': [1, 2]}).to_excel('t.xlsx'); print(len(pd.read_excel('t.xlsx')))",
        "2",
    ),
    "joblib": (
        "import joblib; print(sum(joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(i) for i in range(-4, 0))))",
        "10",
    ),
    "a pool of forks": (
        "import multiprocessing as m\nwith m.get_context('fork').Pool(2) as p: print(sum(p.map(abs, [-1, -2, -3])))",
        "6",
    ),
    "shared memory": (
        "from multiprocessing import shared_memory as s\nm = s.SharedMemory(create=True, size=64)\n"
        "m.buf[0] = 7; print(m.buf[0]); m.close(); m.unlink()",
        "7",
    ),
    "threads of a model": (
        "import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier as R\n"
        "print(R(10, n_jobs=2, random_state=0).fit(np.eye(20), range(20)).score(np.eye(20), range(20)) > 0.5)",
        "True",
    ),
    "a subprocess": (
        "import subprocess as s\nprint(s.run(['sh', '-c', 'echo $((6 * 7))'], capture_output=True, text=True).stdout)",
        "42",
    ),
    "a temporary file": (
        "import tempfile as t\nwith t.NamedTemporaryFile('w+') as f:\n    f.write('x'); f.seek(0); print(f.read())",
        "x",
    ),
    "a file in the workspace": ("open('kept.txt', 'w').write('y'); print(open('kept.txt').read())", "y"),
    "renaming across folders": (
        "import os; os.makedirs('sub', exist_ok=True); open('a', 'w').close(); os.rename('a', 'sub/a')\n"
        "print(os.listdir('sub'))",
        "['a']",
    ),
    "the home folder": (
        "import os; p = os.path.expanduser('~/n'); open(p, 'w').write('z'); print(open(p).read())",
        "z",
    ),
    "SQLite": (
        "import sqlite3\nc = sqlite3.connect('s.db'); c.execute('create table if not exists t(a)'); c.commit()\n"
        "print(c.execute('select count(*) from t').fetchone()[0])",
        "0",
    ),
    "awaiting": ("import asyncio; await asyncio.sleep(0); print('awaited')", "awaited"),
    "a shell command": ("!echo hello", "hello"),
}


@pytest.mark.parametrize("what", WORK)
def test_ordinary_work_works_at_every_level(kernel: Ordinary, what: str) -> None:
    """B34: what isolation there is must not break what people do."""
    source, expected = WORK[what]
    assert kernel.fine(source).splitlines()[-1] == expected


def test_a_figure_is_drawn(kernel: Ordinary) -> None:
    """B34"""
    done = kernel.run("import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('中文'); plt.show()")
    assert (done.status, done.mimes.count("image/png"), done.stderr) == ("ok", 1, "")


def test_the_level_in_force_is_told(kernel: Ordinary) -> None:
    """B34"""
    facts = kernel.run("1").kernel
    assert facts is not None
    folder = "/mnt/data" if kernel.level == "bubblewrap" else str(kernel.work)
    assert (facts["isolation"], facts["network"], facts["working_directory"]) == (kernel.level, False, folder)


def test_an_endless_loop_and_its_children_are_interrupted(kernel: Ordinary) -> None:
    """B3, B34"""
    kernel.fine("kept = 3")
    done = kernel.run("print('go', flush=True)\nwhile True: pass", interrupt_at="go")
    assert (done.status, kernel.fine("print(kept)")) == ("interrupted", "3")
    done = kernel.run(
        "import subprocess; print('go', flush=True); subprocess.run(['sleep', '60'])",
        interrupt_at="go",
    )
    assert (done.status, kernel.fine("print(kept)")) == ("interrupted", "3")


def test_a_restart_empties_memory_and_keeps_files(kernel: Ordinary) -> None:
    """B4"""
    kernel.fine("gone = 1; open('stays', 'w').close()")
    kernel.restart()
    assert kernel.fine("import os; print('gone' in dir(), os.path.exists('stays'))") == "False True"


DEATHS = {
    "by exit code": ("import os; os._exit(3)", "exited", 3, "exit code 3"),
    "by a crash": ("import ctypes; ctypes.string_at(0)", "crashed", -11, "signal 11"),
    "by its own hand": ("import os; os.kill(os.getpid(), 9)", "killed", -9, "signal 9"),
    "by a polite signal": ("import os, signal; signal.signal(15, signal.SIG_DFL); os.kill(os.getpid(), 15)", "killed",
                           -15, "signal 15"),
}  # fmt: skip


@pytest.mark.parametrize("death", DEATHS)
def test_a_death_is_explained_and_the_next_cell_works(kernel: Ordinary, death: str) -> None:
    """B4"""
    source, cause, code, words = DEATHS[death]
    done = kernel.run(source)
    assert (done.status, done.cause, done.facts["exit_code"]) == ("died", cause, code)
    assert words in done.sentence
    assert kernel.fine("print(1 + 1)") == "2"


def test_killing_the_parent_leaves_the_app_alive(kernel: Ordinary) -> None:
    """B4: at no level is the app the parent of what runs code."""
    generation = kernel.run("1").generation
    done = kernel.run("import os, time; os.kill(os.getppid(), 9); time.sleep(0.5); print('still here')")
    assert done.status in ("ok", "died", "error"), done
    assert kernel.fine("print(1 + 1)") == "2"
    assert kernel.process.poll() is None
    expected = {"bubblewrap": ("ok", 0), "landlock": ("error", 0), "rlimits": ("died", 1)}
    assert (done.status, kernel.run("1").generation - generation) == expected[kernel.level]


def test_daemons_end_with_the_kernel_even_without_their_mark(kernel: Ordinary) -> None:
    """B33"""
    daemon = "import os, time\nif os.fork(): os._exit(0)\nos.setsid()\nprint('pid', flush=True)\ntime.sleep(300)"
    token = f"daemon-of-{kernel.root.name}"
    kernel.fine(
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {daemon!r}, {token!r}], start_new_session=True, env={{}}).wait()"
    )
    found = [p for p in psutil.process_iter(["cmdline"]) if token in (p.info["cmdline"] or [])]
    assert found
    kernel.restart()
    assert psutil.wait_procs(found, timeout=20)[1] == []


#: What an attempt gives at each level: whether it is refused.
REFUSED = {
    "reading the person's files": ("open({home!r} + '/.ssh/id_rsa').read()", (True, True, False)),
    "writing outside": ("open({home!r} + '/planted', 'w').close()", (True, True, False)),
    "writing to the machine's own /tmp": ("open('/tmp/planted-{name}', 'x').close()", (False, True, False)),
    "connecting over TCP": ("import socket; socket.create_connection(('127.0.0.1', {port}), 5)", (True, True, False)),
    "listening over TCP": ("import socket; socket.create_server(('127.0.0.1', 0))", (False, True, False)),
    "a datagram": (
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
        (False, True, False),
    ),
}  # fmt: skip


@pytest.mark.parametrize("attempt", REFUSED)
def test_what_is_refused_at_each_level(kernel: Ordinary, attempt: str) -> None:
    """B34"""
    source, expected = REFUSED[attempt]
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = kernel.run(source.format(home=str(kernel.home), name=kernel.root.name, port=server.getsockname()[1]))
        server.settimeout(0)
        reached = _accepted(server)
    planted = Path(f"/tmp/planted-{kernel.root.name}")
    outside = planted.exists()
    planted.unlink(missing_ok=True)
    assert (done.status == "error") is expected[LEVELS.index(kernel.level)], done
    # In a namespace of its own the same thing may succeed, but nobody outside notices.
    assert not (kernel.level == "bubblewrap" and (reached or outside))


def _accepted(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True
