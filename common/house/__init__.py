"""The house: what every bundle must be, told from its files, mended by a machine where it can be, and new bundles."""
