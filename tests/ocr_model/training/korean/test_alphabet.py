from ocr_model.tags.korean_model import DIGIT, HANGUL, LETTER, MARK, is_hangul
from ocr_model.tags.vocabulary import vocabulary
from ocr_model.training.korean.alphabet import as_classes, korean_words, syllables


def test_every_syllable_of_a_field_name_has_a_class() -> None:
    alphabet = syllables()
    for name in vocabulary().field_names:
        assert HANGUL not in as_classes(name, alphabet)
    assert len(set(alphabet)) == len(alphabet)
    assert list(alphabet) == sorted(alphabet)
    assert all(any(map(is_hangul, word)) for word in korean_words())


def test_other_print_is_read_by_its_kind() -> None:
    read = as_classes("품번 : CW2288-1 뷁", "품번")
    assert read == f"품번{MARK}{LETTER * 2}{DIGIT * 4}{MARK}{DIGIT}{HANGUL}"
