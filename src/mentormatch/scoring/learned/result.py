"""What was learned: weights that can be read, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from mentormatch.errors import Fault, InputError, StateError
from mentormatch.scoring.frame import frame_backend
from mentormatch.scoring.learned.examine import NO_BETTER, WORSE, LearnedReport
from mentormatch.scoring.learned.figures import Floats, Measures
from mentormatch.scoring.learned.fit import Model
from mentormatch.scoring.learned.reading import read_values


@dataclass(frozen=True)
class LearnedWeight:
    """One criterion.

    Attributes
    ----------
    name
        The criterion's.
    weight
        Its learned share of the weight; all shares sum to 1.
    preset
        Its share in the preset.
    coefficient
        What a value of 1 instead of 0 adds to the log odds of a good pair; 0 or more.
    mean
        What unknown counts as.
    range
        What was 0 and what was 1 in the table; (0, 1) unless told otherwise.
    """

    name: str
    weight: float
    preset: float
    coefficient: float
    mean: float
    range: tuple[float, float] = (0.0, 1.0)


class LearnedScorers(Mapping[Any, float]):
    """``{scorer: weight}`` that knows it was learned, so that a run can say so; it cannot be changed."""

    __slots__ = ("_weights", "learned")

    _weights: dict[Any, float]
    learned: Learned

    def __init__(self, weights: Mapping[Any, float], learned: Learned) -> None:
        object.__setattr__(self, "_weights", dict(weights))
        object.__setattr__(self, "learned", learned)

    def __setattr__(self, _name: str, _value: object) -> NoReturn:
        raise AttributeError("learned weights cannot be changed")

    def __getitem__(self, scorer: Any) -> float:
        return float(self._weights[scorer])

    def __iter__(self) -> Any:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)

    def __repr__(self) -> str:
        return f"LearnedScorers({self._weights!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._weights, self.learned)


@dataclass(frozen=True, repr=False)
class Learned:
    """Learned weights and their report; made by :func:`learn`.

    Attributes
    ----------
    criteria
        A :class:`LearnedWeight` each, sorted by name.
    intercept
        Log odds of a good pair where every value is 0.
    pull
        How hard the preset pulls: a coefficient keeps about 1 / (1 + pull) of its own way. None: the preset's
        weights as they are.
    freedom
        Effective degrees of freedom, those of the intercept and the scale among them.
    seed
        As given.
    report
        The cross-validation: AUC, Brier score and calibration error with intervals, beside those of the preset
        and of the base rate.
    """

    criteria: tuple[LearnedWeight, ...]
    intercept: float
    pull: float | None
    freedom: float
    seed: int
    report: LearnedReport

    @property
    def weights(self) -> dict[str, float]:
        """Each criterion's learned share of the weight; they sum to 1."""
        return {one.name: one.weight for one in self.criteria}

    @property
    def verdict(self) -> str:
        """What the report comes to; see :attr:`LearnedReport.verdict`."""
        return self.report.verdict

    def scorers(self, scorers: Iterable[Any] | None = None, *, anyway: bool = False) -> LearnedScorers:
        """Return ``{scorer: weight}`` for ``scorers=``: the score stays a weighted mean, and is explained as ever.

        Parameters
        ----------
        scorers
            The scorers that were learned of, as objects or names (a mapping's weights are not looked at);
            None: their names, which does for those of this library without arguments.
        anyway
            True: also where the report speaks against it.

        Raises
        ------
        StateError
            The report says no better than the base rate, or worse than the preset.
        InputError
            A scorer is missing, or was not learned of.
        """
        if self.verdict in {NO_BETTER, WORSE} and not anyway:
            raise StateError(f"the learned weights are {self.verdict}: keep the preset, or say anyway=True")
        weights = self.weights
        if scorers is None:
            return LearnedScorers(weights, self)
        named = {getattr(one, "name", one): one for one in scorers}
        faults = [
            Fault(("scorers", str(name)[:60]), "not_learned", "was not learned of")
            for name in named
            if name not in weights
        ]
        faults += [
            Fault(("scorers", name), "missing", "was learned of and is not among the scorers")
            for name, weight in weights.items()
            if weight and name not in named
        ]
        if faults:
            raise InputError(faults)
        return LearnedScorers({one: weights[name] for name, one in named.items()}, self)

    def chances(self, values: Any, pairs: Iterable[Any] | None = None) -> Floats:
        """Return the chance that each pair would be a good one, 0 to 1, calibrated as the report says.

        Parameters
        ----------
        values, pairs
            As in :func:`learn`: a table of the same criteria, or a problem or score matrix and its pairs.

        Raises
        ------
        InputError
            Something is wrong with the values, or they are not of the same criteria.
        """
        ranges = {one.name: one.range for one in self.criteria}
        read = read_values(values, pairs, ranges, tuple(ranges))
        return self._model().chances(read.values)

    def _model(self) -> Model:
        coefficients = np.array([one.coefficient for one in self.criteria])
        means = np.array([one.mean for one in self.criteria])
        return Model(self.intercept, coefficients, means, np.inf if self.pull is None else self.pull, self.freedom)

    # --- to be read ---------------------------------------------------------------------------------------------

    def to_text(self) -> str:
        """Return the weights and the report as a page of plain text."""
        report = self.report
        wide = max(len(one.name) for one in self.criteria)
        over_preset, over_base = report.over_preset, report.over_base
        lines = [
            f"Learned from {report.pairs} pairs, {report.good} of them good: {self.verdict}.",
            "",
            f"{'criterion':{wide}s}  weight  preset",
            *(f"{one.name:{wide}s}  {one.weight:6.1%}  {one.preset:6.1%}" for one in self.criteria),
            "",
            f"{'cross-validated':15s}  {'AUC':22s}  {'Brier score':22s}  calibration error",
            *(_line(name, one) for name, one in self._ways().items()),
            "",
            f"Brier score less than the preset's by {over_preset}, than the base rate's by {over_base}.",
            f"Held out whole: {report.groups} {report.group_kind}, in {report.folds} parts, {report.repeats} times.",
            "Intervals are of 95 %.",
        ]
        return "\n".join(lines)

    def _ways(self) -> dict[str, Measures]:
        return {"learned": self.report.learned, "preset": self.report.preset, "base rate": self.report.base}

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the criteria as a table: criterion, weight, preset, coefficient and mean.

        Parameters
        ----------
        backend
            ``"pandas"``, ``"polars"`` or ``"pyarrow"``; None: the first that is installed.

        Raises
        ------
        InputError
            No such library is installed.
        """
        import narwhals as nw

        library: Any = frame_backend(backend)
        columns = {
            "criterion": [one.name for one in self.criteria],
            "weight": [one.weight for one in self.criteria],
            "preset": [one.preset for one in self.criteria],
            "coefficient": [one.coefficient for one in self.criteria],
            "mean": [one.mean for one in self.criteria],
        }
        return nw.from_dict(columns, backend=library).to_native()

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, with its version; :meth:`from_dict` reads it."""
        from mentormatch.scoring.learned.codec import written

        return written(self)

    @classmethod
    def from_dict(cls, data: Any) -> Learned:
        """Return what :meth:`to_dict` wrote.

        Raises
        ------
        InputError
            It is not that; every fault is told.
        """
        from mentormatch.scoring.learned.codec import read

        return read(data)

    def to_json(self) -> str:
        """Return it as JSON, to be kept from one round to the next."""
        import json

        return json.dumps(self.to_dict(), indent=1, sort_keys=True, allow_nan=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Learned:
        """Return what :meth:`to_json` wrote.

        Raises
        ------
        InputError
            It is not that; every fault is told.
        """
        from mentormatch import strict_json

        data, problem = strict_json.decode(text)
        if problem:
            raise InputError(Fault(("learned",), "no_json", problem))
        return cls.from_dict(data)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Learned: {len(self.criteria)} criteria from {self.report.pairs} pairs; {self.verdict}>"


def _line(name: str, one: Measures) -> str:
    return f"{name:15s}  {one.auc!s:22s}  {one.brier!s:22s}  {one.calibration}"


def told(scorers: Any) -> dict[str, Any] | None:
    """Return what a manifest says of learned weights; None where the scorers were not learned."""
    if not isinstance(scorers, LearnedScorers):
        return None
    learned = scorers.learned
    return {"criteria": list(learned.weights), "pairs": learned.report.pairs, "verdict": learned.verdict}
