"""The program of docs/deploy_onnx.md says of an image what the bundle's network says."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from common.export.network import trained_network
from tests.conftest import ROOT


def test_the_program_on_the_page_answers_as_the_network_does(exported, trained_bundle, tmp_path):
    program, picture = tmp_path / "classify.py", tmp_path / "image.png"
    (text,) = re.findall(r"```python\n(.+?)```", (ROOT / "docs/deploy_onnx.md").read_text(), re.DOTALL)
    program.write_text(text)
    assert len([line for line in text.splitlines() if line.strip()]) <= 20
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32), dtype=np.uint8)
    Image.fromarray(pixels).save(picture)
    done = subprocess.run(
        [sys.executable, str(program), str(exported.folder), str(picture)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    with torch.no_grad():
        network = trained_network(trained_bundle, trained_bundle / "models/model.pt")
        probabilities = network(torch.from_numpy(pixels / np.float32(255))[None, None]).softmax(1)[0].tolist()
    names = json.loads((trained_bundle / "models/model.json").read_text())["class_names"]
    said = dict(line.split(": ") for line in done.stdout.splitlines())
    assert {name: float(value) for name, value in said.items()} == pytest.approx(
        dict(zip(names, probabilities, strict=True)), abs=1e-4
    )
