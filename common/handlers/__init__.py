"""What happens around the epochs of a run."""

from .after_each_step import AfterEachStep
from .appearance import CollectAppearance
from .best_model import BestModel
from .epoch_log import EpochLog
from .finite_loss import FiniteLoss
from .masks import CollectMasks
from .predictions import CollectPredictions
from .training_state import TrainingState

__all__ = [
    "AfterEachStep",
    "BestModel",
    "CollectAppearance",
    "CollectMasks",
    "CollectPredictions",
    "EpochLog",
    "FiniteLoss",
    "TrainingState",
]
