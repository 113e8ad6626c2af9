"""Text models as people bring them: asked once, held to what they promise, and never quoted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

import numpy as np

from mentormatch.errors import Cancelled, Fault, InputError
from mentormatch.scoring.text import unit_rows

if TYPE_CHECKING:
    from mentormatch.scoring.protocols import Floats


@runtime_checkable
class Embedder(Protocol):
    """A text model: anything with ``encode(texts)``, such as those of sentence-transformers and model2vec.

    ``encode`` gets a list of texts, all different and none empty, in sorted order, and returns an
    array (texts × dimensions) of finite numbers, the dimensions being its own choice; anything
    that :func:`numpy.asarray` takes will do. A plain callable that does the same is as good.
    """

    def encode(self, texts: list[str], /) -> Any:
        """Return a row of numbers for each text."""
        ...


Embed: TypeAlias = Callable[[list[str]], Any]
"""A text model as a plain callable."""

if TYPE_CHECKING:
    TextModel: TypeAlias = Embedder | Embed | None
else:
    TextModel = Any  # settings are validated by pydantic, which knows no protocols; the scorer looks itself


def calls(embedder: Any) -> Embed | None:
    """Return what to call: ``encode`` if there is one, else the object itself; None for what is no text model."""
    if isinstance(embedder, str | bytes | type):
        return None
    method = getattr(embedder, "encode", None)
    found: Embed | None = method if callable(method) else embedder if callable(embedder) else None
    return found


def embedded(embedder: Any, texts: Sequence[str | None], name: str) -> Any:
    """Return the unit vectors of a text model as CSR, in whole numbers; no row for a missing text or a zero vector.

    Parameters
    ----------
    embedder
        The text model.
    texts
        A text for each person; None, or white space alone, is none.
    name
        The scorer's, for errors.

    Raises
    ------
    InputError
        The model failed, or returned anything but finite numbers with a row for each text. The
        message has the kind of error, and nothing that the model said: it may quote a text.
    """
    from scipy import sparse

    told = [text if text and not text.isspace() else None for text in texts]
    different = sorted({text for text in told if text is not None})
    if not different:
        return sparse.csr_matrix((len(told), 0))
    failure, vectors = _asked(embedder, different)
    if vectors is None:
        raise InputError(Fault(("scorers", name), "embedder", f'the embedder of scorer "{name}" {failure}'))
    row = {text: k for k, text in enumerate(different)}
    people = [k for k, text in enumerate(told) if text is not None]
    table = np.zeros((len(told), vectors.shape[1]))
    table[people] = vectors[[row[text] for text in told if text is not None]]
    return unit_rows(sparse.csr_matrix(table))


def _asked(embedder: Any, texts: list[str]) -> tuple[str, Floats | None]:
    """Return what is wrong, or the model's vectors, each with 1 as its largest number."""
    call = calls(embedder)
    if call is None:  # __post_init__ of the scorer tells it first
        return "has no encode and cannot be called", None
    try:
        given = np.asarray(call(list(texts)))
        shape, kind = given.shape, given.dtype.kind
        vectors = given.astype(np.float64) if kind in "biuf" else None
    except Cancelled:
        raise
    except Exception as error:  # noqa: BLE001 - anything may come out of somebody else's model
        return f"raised {type(error).__name__}", None
    if len(shape) != 2 or shape[0] != len(texts) or not shape[1]:
        return f"returned an array of shape {shape} for {len(texts)} texts; it must have a row for each", None
    if vectors is None:
        return "returned an array of something other than numbers", None
    if not np.isfinite(vectors).all():
        return "returned numbers that are not finite", None
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return "", np.divide(vectors, largest, out=np.zeros_like(vectors), where=largest > 0)
