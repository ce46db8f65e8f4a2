"""Lets PyPI's torchvision, which is linked against CUDA, be imported beside a CPU build of torch.

Its operators cannot be loaded there; two that it decorates as it is imported are declared instead, and cannot be
called. MONAI Label imports torchvision and calls none of them. Stands on PYTHONPATH, so that the processes that it
starts have this too.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.metadata import version

DECLARED = []


class DeclareOperators(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "torchvision":
            sys.meta_path.remove(self)
            import torch

            if torch.version.cuda is None and "+cpu" not in version("torchvision"):
                library = torch.library.Library("torchvision", "DEF")
                for operator in ("nms", "qnms"):
                    library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
                DECLARED.append(library)


sys.meta_path.insert(0, DeclareOperators())
