from common.datasets.prepare import How, prepare
from common.datasets.pseudonyms import LENGTH, pseudonymise
from common.phantoms import PHANTOMS


def rows(*patients):
    return [{"patient": patient, "study": f"{patient}-1" if patient else "", "label": "benign"} for patient in patients]


def test_a_pseudonym_depends_on_the_patient_and_on_the_secret_alone():
    first, again, other = rows("7", "7", "8"), rows("8", "7"), rows("7")
    for each in (first, again):
        pseudonymise(each, "secret")
    pseudonymise(other, "another secret")
    assert first[0] == first[1] == again[1]
    assert first[2] == again[0]
    assert len({first[0]["patient"], first[2]["patient"], other[0]["patient"], first[0]["study"]}) == 4
    assert all(len(row["patient"]) == LENGTH and row["patient"] != "7" for row in first)
    assert all(row["label"] == "benign" for row in first)


def test_an_unknown_patient_stays_unknown():
    unknown = rows("")
    pseudonymise(unknown, "secret")
    assert unknown == rows("")


def test_a_prepared_data_set_keeps_its_folds_and_loses_its_ids(tmp_path):
    PHANTOMS["busbra"](tmp_path / "original", patients=12, seed=0, difficulty=0.0)
    plain = prepare("busbra", tmp_path / "original", tmp_path / "plain")
    coded = prepare("busbra", tmp_path / "original", tmp_path / "coded", how=How(salt="secret"))
    assert [row["fold"] for row in coded.rows] == [row["fold"] for row in plain.rows]
    links = {(row["patient"], code["patient"]) for row, code in zip(plain.rows, coded.rows, strict=True)}
    assert len(links) == len({patient for patient, _ in links}) == len({code for _, code in links})
    assert not {patient for patient, _ in links} & {code for _, code in links}
