"""The stock MONAI Label app, driven in this process: HTTP without a port."""

import contextlib
import io
import json
import os
import runpy
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from httpx import Response
from PIL import Image

from common.commands import causes

_CPU = Path(__file__).parent / "cpu_torchvision"
runpy.run_path(str(_CPU / "sitecustomize.py"))
# MONAI Label looks for dcmqi's program, and downloads it where there is none.
os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
os.environ["MONAI_LABEL_DATASTORE_FILE_EXT"] = json.dumps(["*.nii.gz", "*.nii", "*.png", "*.jpg", "*.dcm"])
os.environ["MONAI_LABEL_DATASTORE_AUTO_RELOAD"] = "false"

from monailabel.app import app  # noqa: E402
from monailabel.config import settings  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

STOCK_APP = Path(sys.prefix) / "monailabel" / "sample-apps" / "monaibundle"


class Server:
    """A running app with some bundles."""

    def __init__(self, client: TestClient, folder: Path) -> None:
        self.client = client
        self.folder = folder

    def model(self, bundle: str) -> Path:
        return self.folder / "app" / "model" / bundle

    def put_image(self, path: Path) -> str:
        """Put an image into the datastore, and return the name by which it is asked for."""
        with path.open("rb") as file:
            said = self.client.put(
                "/datastore/image", params={"image": path.name.partition(".")[0]}, files={"file": file}
            )
        assert said.status_code == 200, said.text
        return said.json()["image"]

    def put_label(self, image: str, path: Path) -> None:
        with path.open("rb") as file:
            said = self.client.put("/datastore/label", params={"image": image, "tag": "final"}, files={"label": file})
        assert said.status_code == 200, said.text

    def infer(self, bundle: str, image: str | Path, **params):
        """Return the answer to `POST /infer`, about an image of the datastore or a file that goes along."""
        sent = {"data": {"params": json.dumps(params)}}
        if isinstance(image, str):
            return self.client.post(f"/infer/{bundle}", params={"image": image}, **sent)
        with image.open("rb") as file:
            return self.client.post(f"/infer/{bundle}", files={"file": (image.name, file)}, **sent)

    def refusal(self, ask: Callable[[], Response]) -> str:
        """Return what the log of a real server would say of a request that is answered with 500."""
        assert ask().status_code == 500
        quiet, self.client = self.client, TestClient(app)  # which raises what uvicorn logs
        try:
            ask()
        except Exception as error:
            return " from ".join(str(cause) for cause in causes(error))
        finally:
            self.client = quiet
        raise AssertionError("answered at the second try")

    def scores(self, bundle: str, image: str | Path, **params) -> dict[str, float]:
        """Return the probability of each class."""
        said = self.infer(bundle, image, **params)
        assert said.status_code == 200, said.text
        return {entry["label"]: entry["score"] for entry in said.json()["prediction"]}

    def mask(self, bundle: str, image: str | Path, *, ending: str, **params) -> np.ndarray | nibabel.Nifti1Image:
        """Return the mask: `(H, W)` of a picture, else the NIfTI."""
        said = self.infer(bundle, image, **params)
        assert said.status_code == 200, said.text
        content = said.content[said.content.index(b"\r\n\r\n", said.content.index(b'name="image"')) + 4 :]
        content = content[: content.rindex(b"\r\n--")]
        if ending == ".png":
            return np.asarray(Image.open(io.BytesIO(content)))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"mask{ending}")
            path.write_bytes(content)
            mask = nibabel.load(path)
            mask.get_fdata()
            return mask

    def train(self, bundle: str, **params) -> Response:
        """Train now, in this process."""
        return self.client.post(f"/train/{bundle}", params={"run_sync": True}, json={"device": "cpu", **params})


@contextlib.contextmanager
def serving(folder: Path, bundles: Sequence[Path], *, studies: str = "", **changed: Any) -> Iterator[Server]:
    """Yield the stock app, in `folder`, with copies of exported bundles.

    Args:
        folder: Where the app and its local studies go.
        bundles: Their folders.
        studies: The address of a DICOMweb server, in place of local studies.
        changed: Settings of MONAI Label.
    """
    shutil.copytree(STOCK_APP, folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    for bundle in bundles:
        shutil.copytree(bundle, folder / "app" / "model" / bundle.name)
    (folder / "studies").mkdir()
    chosen = {
        "MONAI_LABEL_APP_DIR": str(folder / "app"),
        "MONAI_LABEL_STUDIES": studies or str(folder / "studies"),
        "MONAI_LABEL_APP_CONF": {
            "models": ",".join(bundle.name for bundle in bundles),
            "zoo_source": "local",
            "sam2": "false",
        },
        **changed,
    }
    before = {name: getattr(settings, name) for name in chosen}
    os.environ["PYTHONPATH"] = str(_CPU)  # for the processes that the app starts
    _choose(chosen)
    try:
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Server(client, folder)
    finally:
        _choose(before)


def _choose(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
