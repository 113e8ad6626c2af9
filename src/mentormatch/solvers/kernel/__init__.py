"""The kernel: exact min-cost flow for sparse b-matching, compiled where numba is there.

An auction (:mod:`auction <mentormatch.solvers.kernel.auction>`) or old pairs and prices
(:mod:`warm <mentormatch.solvers.kernel.warm>`) give a start, shortest augmenting paths
(:mod:`augment <mentormatch.solvers.kernel.augment>`) finish it with integer prices that
prove it. :mod:`engine <mentormatch.solvers.kernel.engine>` makes it one of the engines.
Importing the others imports numba.
"""
