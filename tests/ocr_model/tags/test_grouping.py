from ocr_model.tags.grouping import group_lines
from ocr_model.tags.layout import Layout
from ocr_model.tags.parts import parts_of
from ocr_model.tags.tag import TextLine
from tests.ocr_model.tags.printed_tags import lines_of


def groups(*lines: TextLine) -> list[set[str]]:
    texts = [line.text for line in lines]
    found = group_lines(Layout.of([line.corners for line in lines]), texts, [parts_of(text) for text in texts])
    assert sorted(i for group in found for i in group) == list(range(len(lines)))
    return [{texts[i] for i in group} for group in found]


def test_lines_near_each_other_are_one_tag() -> None:
    assert groups(*lines_of("NIKE\nCN8490-100\nSIZE 260")) == [{"NIKE", "CN8490-100", "SIZE 260"}]


def test_lines_far_from_each_other_are_two() -> None:
    assert len(groups(*lines_of("NIKE\nCN8490-100"), *lines_of("GW6173", 900.0, 600.0))) == 2


def test_a_column_of_sizes_belongs_to_the_code_beside_it() -> None:
    assert len(groups(*lines_of("CN8490-100"), *lines_of("US 9\nUK 8", 360.0))) == 1


def test_two_codes_as_far_apart_are_two_tags() -> None:
    assert len(groups(*lines_of("CN8490-100"), *lines_of("GW6173", 360.0))) == 2


def test_repeated_fields_part_neighbours() -> None:
    found = groups(*lines_of("NIKE\nCN8490-100\nWHITE/RED\n\nNIKE\nCN8490-101\nWHITE/RED"))
    assert found == [{"NIKE", "CN8490-100", "WHITE/RED"}, {"NIKE", "CN8490-101", "WHITE/RED"}]


def test_a_tag_may_print_its_code_twice() -> None:
    assert len(groups(*lines_of("STYLE A02424C\nUS 8  UK 8\nMADE IN VIETNAM\n품번 A02424C\n색상 WHITE"))) == 1


def test_unlike_codes_some_lines_apart_are_two_tags() -> None:
    near, far = "STYLE CN8490-100\nSIZE 260", "ARTICLE GW6173\nSIZE 265"
    assert len(groups(*lines_of(near), *lines_of(far, 0.0, 150.0))) == 2
    assert len(groups(*lines_of("03754-001\nUS 8"), *lines_of("09807-636\nEUR 40", 0.0, 150.0))) == 2


def test_unlike_brands_sizes_or_prices_some_lines_apart_are_two_tags() -> None:
    for one, other in (("NIKE", "PUMA"), ("KR 250", "KR 260"), ("129,000원", "99,000원")):
        assert len(groups(*lines_of(one), *lines_of(other, 0.0, 120.0))) == 2
    assert len(groups(*lines_of("NIKE\n\n\n\nAIR JORDAN"))) == 1
    assert len(groups(*lines_of("KR 250\n\n\n\nKOREA 250"))) == 1


def test_boxes_of_one_shoe_in_several_sizes_are_several_tags() -> None:
    assert len(groups(*lines_of("CN8490-100\nKR 250"), *lines_of("CN8490-100\nKR 260", 0.0, 150.0))) == 2
