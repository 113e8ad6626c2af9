import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "mentormatch"

TELLERS = {"matching", "explain", "plot", "report", "evaluation", "program"}
"""What may be shown to others, and therefore sees no rules."""

KNOWERS = {"constraints", "network", "solvers", "problem", "coordinator"}
"""What knows the rules, or the prices that betray them."""


def contracts():
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    return {contract["name"]: contract for contract in tools["importlinter"]["contracts"]}


def there():
    """The parts that exist by now."""
    return {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}


def test_the_contracts_hold():
    """Every import goes one way, and nothing that is shown reaches what knows the rules."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_contract_covers_every_part_that_is_there():
    """A part that tells or knows joins the contract on the day it comes into being."""
    contract = contracts()["An explanation cannot reveal what it cannot see"]
    sources = {name.removeprefix("mentormatch.") for name in contract["source_modules"]}
    forbidden = {name.removeprefix("mentormatch.") for name in contract["forbidden_modules"]}
    assert sources == TELLERS & there()
    assert forbidden == KNOWERS & there()
    assert not contract.get("ignore_imports")


def test_no_contract_has_an_exception():
    """No contract lets a single import through."""
    assert not any(contract.get("ignore_imports") for contract in contracts().values())


def test_the_layers_name_every_part():
    """Each part of the package stands in one of the two stacks, and no optional layer is a misspelling."""
    stacks = contracts()
    layers = [
        part.strip("() ")
        for name in ("One pipeline, one direction", "Solvers stand on arrays alone")
        for layer in stacks[name]["layers"]
        for part in layer.split("|")
    ]
    assert there() - {"_version", "__init__"} <= set(layers)
