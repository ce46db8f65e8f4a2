"""One exception class per kind of mistake a user can make.

A message is one line: the rule, the value received, the way out. Commands print it without a traceback.
"""


class UserError(Exception):
    """Root of the errors that a user can mend; shown as one line, exit code 1."""


class ImageError(UserError):
    """An image file that cannot be used: missing, unreadable, truncated, or not an image."""


class MaskError(UserError):
    """A lesion mask that cannot be used with its image."""


class DatasetError(UserError):
    """A data set folder that is missing, not prepared, edited by hand, or of another kind than asked for."""


class SplitError(UserError):
    """A fold that does not exist, is empty, or lacks a class."""


class LabelError(UserError):
    """A label that the configuration does not know."""


class WeightsError(UserError):
    """A weights file that does not fit the network, or is not what it claims to be."""


class ConfigError(UserError):
    """A key on the command line, or a value in a configuration, that does not exist."""


class BundleError(UserError):
    """A bundle that does not exist, exists already, or cannot be called so."""


class RunError(UserError):
    """A run that cannot go on: a loss that is not finite, no trained model, a state that cannot be read."""


class PlanError(UserError):
    """A plan of a comparison that asks for what does not exist, or for an unequal contest."""


class ExportError(UserError):
    """A bundle that cannot leave this repository, or that does not do elsewhere what it does here."""


class StorageError(UserError):
    """A file that could not be written: no space left, or no permission."""


class TrustError(UserError):
    """A bundle that is not what it says it is, or could do more than a bundle needs to."""
