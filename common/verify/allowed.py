"""What a configuration may name: what our own bundles use, and components that do nothing but compute.

A list of what is allowed, since what is not can never be listed: `torch.os` is the module `os`, `monai.utils` imports
by name, `torch.hub` runs what it downloads, `LoadImaged` unpickles `.npy`. A test takes each name of `OURS` out: a
bundle then fails. `COMPUTE` are classes of torch and MONAI that open no file and no connection and look no name up,
whatever their arguments.
"""

from typing import NamedTuple


class Allowed(NamedTuple):
    """Modules to import, `_target_` by text, names in expressions, attributes of objects, names that are not called."""

    modules: frozenset[str]
    targets: frozenset[str]
    names: frozenset[str]
    attributes: frozenset[str]
    values: frozenset[str]

    def of(self, package: str) -> "Allowed":
        """Return the same, as a bundle writes it whose copy of `common` is called `package`."""
        renamed = [frozenset(_renamed(name, package) for name in names) for names in self]
        return Allowed(*renamed)


def _renamed(name: str, package: str) -> str:
    first, dot, rest = name.partition(".")
    return f"{package}{dot}{rest}" if first == "common" else name


_MODULES = """
    common common.datasets.items common.datasets.seeded common.distributed common.locks common.metrics.validation
    common.networks common.pretraining.agreement common.report.evaluation common.report.inference
    common.report.out_of_range common.report.pretraining common.report.saliency common.report.segmentation.evaluation
    common.report.segmentation.inference common.runs common.weights copy os sys
"""

_TARGETS = """
    Activationsd AsDiscreted CastToTyped Compose DataLoader Dataset LrScheduleHandler MeanDice Resized
    SupervisedEvaluator SupervisedTrainer TensorBoardStatsHandler ValidationHandler
    common.datasets.readable.ReadableDataset common.datasets.seeded.EpochSampler common.datasets.seeded.SeededDataset
    common.datasets.shares.share_of common.datasets.shares.together
    common.distributed.Share common.handlers.AfterEachStep common.handlers.BestModel
    common.handlers.CollectAppearance common.handlers.CollectMasks common.handlers.CollectPredictions
    common.handlers.EpochLog common.handlers.FiniteLoss common.handlers.TrainingState
    common.inferers.BackendInferer common.inferers.PrecisionInferer common.io.ReadImaged
    common.losses.TaskLoss common.metrics.counts.CountedScore
    common.metrics.validation.AucOfLogits common.metrics.validation.ScoreOfAll common.networks.Classifier
    common.networks.Segmenter common.pretraining.ShardedDataset common.report.saliency.WriteSaliency common.runs.Run
    common.transforms.AugmentedBatch common.transforms.CropCaptiond common.transforms.RandomAffine
    common.transforms.ReadLabeld common.transforms.ReadMaskd common.transforms.Served common.transforms.ToSourced
    ignite.handlers.ProgressBar ignite.metrics.EpochMetric ignite.metrics.Loss monai.losses.DiceCELoss
    monai.optimizers.WarmupCosineSchedule torch.optim.Adam torch.optim.SGD torch.optim.lr_scheduler.ReduceLROnPlateau
    torch.utils.data.DataLoader
"""

_NAMES = """
    len max min str float common.bundle_root common.check_command_line common.check_knobs common.first_process
    common.trained common.datasets.items.evenly common.datasets.items.read_every common.datasets.items.read_folder
    common.datasets.items.read_items common.datasets.items.read_masked common.datasets.seeded.light_worker
    common.distributed.SameBuffers common.distributed.device common.distributed.join common.distributed.leave
    common.distributed.rank common.distributed.replicated common.distributed.share common.distributed.world
    common.locks.hold common.metrics.validation.logits_and_labels common.networks.begin_as_identity
    common.pretraining.agreement.check_store common.report.evaluation.write_evaluation
    common.report.inference.write_inference common.report.out_of_range.write_reference
    common.report.pretraining.write_pretraining common.report.segmentation.evaluation.write_evaluation
    common.report.segmentation.inference.threshold_of common.report.segmentation.inference.write_inference
    common.runs.check_data common.runs.check_settings common.weights.load_network copy.deepcopy
    monai.data.list_data_collate monai.handlers.from_engine monai.utils.set_determinism os.sched_getaffinity
    sys.stderr.isatty torch.cuda.is_available torch.device torch.uint8
"""

_ATTRIBUTES = "to run precision parameters requires_grad data state metrics float type prepared"

_VALUES = """
    common.datasets.seeded.light_worker common.metrics.validation.logits_and_labels monai.data.list_data_collate
    torch.uint8
"""

OURS = Allowed(*(frozenset(words.split()) for words in (_MODULES, _TARGETS, _NAMES, _ATTRIBUTES, _VALUES)))
"""What the bundles and overlays of this repository use, and nothing else."""

_COMPUTE = """
    CenterSpatialCropd EnsureTyped NormalizeIntensityd RandAdjustContrastd RandAffined RandFlipd RandGaussianNoised
    RandRotate90d RandRotated RandScaleIntensityd RandShiftIntensityd RandZoomd ScaleIntensityd ScaleIntensityRanged
    SimpleInferer SpatialPadd monai.losses.DiceFocalLoss monai.losses.DiceLoss monai.losses.FocalLoss
    monai.losses.TverskyLoss torch.nn.BCEWithLogitsLoss torch.nn.CrossEntropyLoss torch.optim.AdamW torch.optim.NAdam
    torch.optim.RAdam torch.optim.RMSprop torch.optim.lr_scheduler.CosineAnnealingLR
    torch.optim.lr_scheduler.ExponentialLR torch.optim.lr_scheduler.MultiStepLR torch.optim.lr_scheduler.StepLR
"""

COMPUTE = frozenset(_COMPUTE.split())
"""Targets that somebody's own bundle may well use; each was read: tensors and numbers in, tensors out."""
