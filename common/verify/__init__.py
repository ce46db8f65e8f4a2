"""Bundles inspected without running anything of theirs: what they are, and what they could do."""
