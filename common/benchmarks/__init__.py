"""Speed as ratios: a bundle beside its rivals, measured in turns on one machine in one run."""
