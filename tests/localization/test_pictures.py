from common.localization.pictures import chosen


def test_the_best_the_middle_and_the_worst_are_shown_each_once():
    dice = [0.5, 0.1, 0.9, 0.4, 0.6, 0.2, 0.8, 0.3, 0.7]
    rows = chosen(dice, 2)
    assert [dice[rows[f"best_{number}"]] for number in (1, 2)] == [0.9, 0.8]
    assert [dice[rows[f"worst_{number}"]] for number in (1, 2)] == [0.1, 0.2]
    assert {dice[rows[f"median_{number}"]] for number in (1, 2)} == {0.4, 0.5}


def test_of_few_images_there_are_few_pictures_and_of_none_asked_for_none():
    assert len(chosen([0.5, 0.1, 0.9, 0.4], 10)) == 3
    assert set(chosen([0.5], 4).values()) == {0}
    assert chosen([0.5, 0.1, 0.9], 0) == {}
