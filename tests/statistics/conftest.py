"""Properties are checked without a time limit: the first example of a function may have to import SciPy."""

from hypothesis import settings

settings.register_profile("no time limit", deadline=None)
settings.load_profile("no time limit")
