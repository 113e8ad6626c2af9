"""How property tests run: never against the clock, and in the checks always the same way."""

import os

from hypothesis import settings

settings.register_profile("here", deadline=None)
settings.register_profile("checks", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("checks" if os.environ.get("CI") else "here")
