"""Beyond one memory: people in Parquet files, taken apart by hard rules, each part solved by itself.

Who shares no value of a key may not be matched, so the people fall apart into blocks
between which no pair is possible (:mod:`components <mentormatch.scale.components>`). DuckDB
holds the people and hands them out block by block (:mod:`store <mentormatch.scale.store>`),
blocks are matched here or by the workers that joblib finds (:mod:`work <mentormatch.scale.work>`),
and pairs go to a Parquet file as they come.
"""

from mentormatch.scale.blocks import match_blocks
from mentormatch.scale.result import ScaleResult

__all__ = ["ScaleResult", "match_blocks"]
