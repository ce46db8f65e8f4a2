"""Draws with a planted truth, to see whether the intervals and verdicts of `common.statistics` keep their word."""
