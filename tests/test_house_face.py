import ast
import json
import subprocess
import sys
from importlib.metadata import metadata, version
from pathlib import Path

import mentormatch as mm

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "mentormatch"


def fresh(code):
    """Run code in a new interpreter and return what it printed, read as JSON."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def stub_names():
    """The public names that type checkers see."""
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text("utf-8"))
    imported = {
        name.asname or name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    }
    return imported | {"__version__"}


def test_the_public_face_is_sorted():
    """`__all__` is sorted and says each name once."""
    assert list(mm.__all__) == sorted(set(mm.__all__))


def test_the_stub_tells_the_same_names():
    """Type checkers see exactly the names that are there at run time."""
    assert stub_names() == set(mm.__all__)


def test_every_public_name_can_be_had():
    """Each public name leads to something, and `dir` shows it."""
    for name in mm.__all__:
        assert getattr(mm, name) is not None
        assert name in dir(mm)


def test_a_name_that_is_not_there_is_an_attribute_error():
    """`hasattr` works as it does for any module."""
    assert not hasattr(mm, "no_such_name")


def test_names_stay_what_they_are_after_all_modules_are_imported():
    """No public name turns into the module of the same name, whatever is imported in between."""
    code = """
import importlib, json, pkgutil, types
import mentormatch as mm
before = {name: getattr(mm, name) for name in mm.__all__}
for module in pkgutil.walk_packages(mm.__path__, "mentormatch."):
    importlib.import_module(module.name)
after = {name: getattr(mm, name) for name in mm.__all__}
print(json.dumps([name for name in mm.__all__
                  if before[name] is not after[name] or isinstance(after[name], types.ModuleType)]))
"""
    assert fresh(code) == []


def test_no_public_name_is_a_submodule():
    """A function and a module of one name would take turns; there is no such pair."""
    modules = {path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert not modules & set(mm.__all__)


def test_the_import_loads_nothing_heavy():
    """`import mentormatch` loads neither numpy nor any other library."""
    code = """
import json, sys
before = set(sys.modules)
import mentormatch
mentormatch.__all__, mentormatch.__version__, dir(mentormatch)
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""
    loaded = set(fresh(code))
    assert loaded - set(sys.stdlib_module_names) == {"mentormatch"}


def test_the_import_takes_no_time():
    """`import mentormatch` takes less than a tenth of a second."""
    code = """
import json, time
started = time.perf_counter()
import mentormatch
print(json.dumps(time.perf_counter() - started))
"""
    assert min(fresh(code) for _ in range(3)) < 0.1


def test_the_import_changes_nothing():
    """Importing every module adds no warnings filter, no log handler and no signal handler."""
    code = """
import json, logging, signal, warnings
import numpy, scipy, pydantic, sklearn, narwhals, networkx, joblib
import importlib, pkgutil
def state():
    signals = [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)]
    return len(warnings.filters), len(logging.getLogger().handlers), signals
before = state()
import mentormatch
for module in pkgutil.walk_packages(mentormatch.__path__, "mentormatch."):
    if not module.name.startswith("mentormatch.cli"):
        importlib.import_module(module.name)
print(json.dumps([before, state()]))
"""
    before, after = fresh(code)
    assert before == after


def test_the_version_is_told_once():
    """The version of the distribution is the version of the package."""
    assert version("mentor-matching") == mm.__version__


def test_the_distribution_says_what_it_is():
    """The distribution is MIT, for Python 3.11 or later, and carries its types."""
    told = metadata("mentor-matching")
    assert told["Requires-Python"] == ">=3.11"
    assert told["License-Expression"] == "MIT"
    assert (PACKAGE / "py.typed").is_file()
