import json
import shutil

import pytest

from common.comparison.as_published import overlay, settings
from common.comparison.beginnings import Beginning, refuse_tested
from common.comparison.declared import plan_of
from common.comparison.dry_run import dry_run
from common.comparison.setup import begin, outlook, set_up
from common.datasets.prepared import STORE_CARD, read_prepared, write_prepared
from common.errors import BundleError, ConfigError, DatasetError, PlanError, SplitError, WeightsError
from common.features.configured import configured
from common.features.head import ACCUMULATION

from ..conftest import ROOT
from .conftest import table_of

pytestmark = pytest.mark.usefixtures("weights")


def keys(content, out):
    return [job.key for job in set_up(plan_of(content), out).jobs.values()]


def test_a_key_is_of_what_is_computed_not_of_where(content, data, tmp_path):
    before = keys(content, tmp_path / "a")
    assert len(set(before)) == len(before)
    moved = shutil.copytree(data.parent, tmp_path / "moved") / "data"
    elsewhere = {**content, "bundles": {"breast_us": str(moved)}, "head": {**content["head"], "num_workers": 0}}
    assert keys(elsewhere, tmp_path / "b") == before


@pytest.mark.parametrize(
    "change",
    [
        {"seeds": [5, 6, 7]},
        {"head": {"image_size": [64, 64], "max_epochs": 1}},
        {"scenarios": [{"trainable": "top", "learning_rates": [0.02, 0.002]}]},
        {"initialisations": {"pretrained": "other", "plain": "another"}},
        {"mode": "as_published"},
    ],
)
def test_another_setting_or_weight_is_another_key(content, tmp_path, change):
    assert not set(keys(content, tmp_path)) & set(keys({**content, **change}, tmp_path))


def test_other_data_are_another_key(content, tmp_path):
    other = {**content, "bundles": {"breast_us": str(table_of(tmp_path, patients=130))}}
    assert not set(keys(content, tmp_path)) & set(keys(other, tmp_path))


def test_a_training_is_head_keys_and_nothing_else(content, tmp_path):
    trial, job = next(iter(set_up(plan_of(content), tmp_path / "out").jobs.items()))
    assert job.command == (
        "python -m monai.bundle run --config_file bundles/breast_us/configs/train.json "
        f"--dataset_dir {content['bundles']['breast_us']} "
        f"--ckpt_dir {job.folder}/models --output_dir {job.folder}/eval "
        "--backbone resnet50 --pretrained good --trainable top --learning_rate 0.01 --fold 0 --seed 0 "
        "--image_size '[32, 32]' --max_epochs 1"
    )
    assert str(trial) == "breast_us pretrained resnet50 top 0.01 fold 0 seed 0"


def test_as_published_gives_one_input_resizes_by_the_nearest_pixel_and_frees_ten_layers(content, tmp_path):
    job = next(iter(set_up(plan_of({**content, "mode": "as_published"}), tmp_path).jobs.values()))
    assert "['bundles/breast_us/configs/train.json','common/overlays/as_published.json']" in job.arguments
    assert "--input_contract radimagenet_keras --train::deterministic_transforms::2::mode nearest" in job.command
    assert "--trainable top10" in job.command


@pytest.mark.parametrize(
    ("bundle", "batch", "steps"), [("breast_us", 16, 16), ("covid_ct", 32, 32), ("acl_mri", 512, 1)]
)
def test_as_published_a_step_is_of_256_images_and_of_1024_for_covid(content, bundle, batch, steps, monkeypatch):
    monkeypatch.chdir(ROOT)
    plan = plan_of({**content, "mode": "as_published"})
    given = {"batch_size": str(batch), **settings(plan, bundle, {"train": {"deterministic_transforms": []}})}
    parser = configured(repr([f"bundles/{bundle}/configs/train.json", *overlay(plan)]), given)
    assert parser.get_parsed_content(ACCUMULATION) == steps


def test_a_store_of_another_size_is_refused_before_anything_trains(content, tmp_path):
    folder = table_of(tmp_path, patients=90)
    card = {"index_sha256": read_prepared(folder).index_sha256, "image_size": [64, 64], "window": "none"}
    (folder / STORE_CARD).write_text(json.dumps(card))
    with pytest.raises(DatasetError, match=r"image_size \[64, 64\], this run asks for \[32, 32\]"):
        set_up(plan_of({**content, "bundles": {"breast_us": str(folder)}}), tmp_path / "out")


def test_a_dry_run_says_how_many_runs_and_what_they_could_tell_and_writes_nothing(content, tmp_path):
    told = dry_run(set_up(plan_of(content), tmp_path / "out"))
    assert "24 trainings, 12 evaluations on test" in told
    assert '"Equivalent" within 0.02 is out of reach with 150 patients, 50 of them positive' in told
    assert not (tmp_path / "out").exists()


def test_a_dry_run_counts_what_comes_after_training(content, tmp_path):
    told = dry_run(set_up(plan_of({**content, "sizes": [50, 100]}), tmp_path / "out"), masked=["breast_us"], refit=True)
    assert "48 trainings, 24 evaluations on test, 24 measurements of maps" in told  # refits are of one initialisation
    alone = {**content, "initialisations": {"plain": "poor"}}
    told = dry_run(set_up(plan_of(alone), tmp_path / "out"), refit=True)
    assert "12 trainings, 6 evaluations on test, 6 passes over mirror images of test parts, 6 trainings again" in told
    assert "trainings again" not in dry_run(set_up(plan_of(alone), tmp_path / "out"))


def test_a_dry_run_says_that_no_verdict_is_possible(content, tmp_path):
    few = {**content, "bundles": {"breast_us": str(table_of(tmp_path, patients=50))}}
    told = dry_run(set_up(plan_of(few), tmp_path / "out"))
    assert "breast_us: no verdict, since fewer than 20 patients are positive" in told


def test_who_has_both_classes_counts_for_both(content, tmp_path):
    """As in head CT: most patients with a haemorrhage have slices without; the verdict counts them so too."""
    data = read_prepared(table_of(tmp_path, patients=60))
    rows = [{**row, "label": "benign"} if row["image"].endswith("_1.png") else row for row in data.rows]
    rows = [
        row for row in rows if row["label"] == "malignant" or int(row["patient"]) % 3 == 0 or int(row["patient"]) < 6
    ]
    write_prepared(data.folder, description=data.description, root=data.root, rows=rows)
    setup = set_up(plan_of({**content, "bundles": {"breast_us": str(data.folder)}}), tmp_path / "out")
    its = setup.problems["breast_us"]
    assert (its.positives, its.negatives, its.patients) == (20, 24, 24)
    assert "no verdict" not in dry_run(setup)


def test_patients_are_counted_once(content, tmp_path):
    assert outlook(set_up(plan_of(content), tmp_path))["breast_us"].sentence.count("150 patients, 50 of them") == 1


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"bundles": {"brest_us": "data"}}, BundleError, "did you mean breast_us"),
        ({"bundles": {"breast_us": "/nowhere"}}, DatasetError, "there is no data set at /nowhere"),
        ({"folds": [0, 7]}, SplitError, "fold '7' does not exist"),
        ({"backbones": ["resnet5"]}, ConfigError, "backbone is one of"),
        ({"backbones": ["inception_v3"]}, ConfigError, "each from 75 for inception_v3"),
        ({"head": {"max_epochs": 0}}, ConfigError, "max_epochs is a whole number from 1"),
    ],
)
def test_what_cannot_be_trained_is_refused_before(content, tmp_path, change, error, message):
    with pytest.raises(error, match=message):
        set_up(plan_of({**content, **change}), tmp_path)


def test_a_fold_with_one_class_is_refused(content, tmp_path):
    data = read_prepared(table_of(tmp_path, patients=60))
    rows = [{**row, "fold": "0" if row["label"] == "malignant" else "1"} for row in data.rows]
    write_prepared(data.folder, description=data.description, root=data.root, rows=rows)
    with pytest.raises(SplitError, match=r"fold 0: its .* part"):
        set_up(plan_of({**content, "bundles": {"breast_us": str(data.folder)}}), tmp_path)


def test_a_task_of_several_classes_is_refused(content, tmp_path, monkeypatch):
    from common.comparison import problems

    own = {"task": "multiclass", "class_names": ["a", "b"]}
    monkeypatch.setattr(problems, "head", lambda _: own)
    with pytest.raises(PlanError, match="breast_us is multiclass"):
        set_up(plan_of(content), tmp_path)


def test_data_that_changed_half_way_are_refused(content, tmp_path):
    data = read_prepared(table_of(tmp_path, patients=150))
    content["bundles"] = {"breast_us": str(data.folder)}
    begin(set_up(plan_of(content), tmp_path / "out"))
    begin(set_up(plan_of(content), tmp_path / "out"))
    write_prepared(data.folder, description=data.description, root=data.root, rows=data.rows[:-2])
    with pytest.raises(DatasetError, match=r"breast_us \(index\) had sha256 \w{8} when"):
        set_up(plan_of(content), tmp_path / "out")
    set_up(plan_of(content), tmp_path / "other")


def test_weights_that_changed_half_way_are_refused(content, tmp_path):
    begin(set_up(plan_of(content), tmp_path / "out"))
    content["initialisations"]["plain"] = "poor too"
    with pytest.raises(WeightsError, match=r"plain \(resnet50\) had sha256"):
        set_up(plan_of(content), tmp_path / "out")


def test_a_plan_may_grow_in_the_same_folder(content, tmp_path):
    begin(set_up(plan_of(content), tmp_path))
    content["initialisations"]["third"] = "poor too"
    begin(set_up(plan_of({**content, "seeds": [0, 1, 2, 3]}), tmp_path))


def test_one_initialisation_under_two_names_is_refused(content, tmp_path):
    content["initialisations"]["again"] = "poor"
    with pytest.raises(PlanError, match="plain and again are the same"):
        set_up(plan_of(content), tmp_path)


def test_weights_that_have_seen_a_tested_image_are_refused(content, tmp_path):
    setup = set_up(plan_of(content), tmp_path)
    seen = Beginning(sha256="0", title="someone's weights", seen=frozenset({"000_0.png"}))
    with pytest.raises(WeightsError, match="someone's weights have seen 1 of the 300"):
        refuse_tested([seen], setup.problems.values())
