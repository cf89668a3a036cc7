from ocr_model.errors import ImageError, ModelError, ReaderError


def test_an_image_error_is_a_value_error_with_a_kind() -> None:
    error = ImageError("too_small", "the picture is small")
    assert isinstance(error, ReaderError)
    assert isinstance(error, ValueError)
    assert error.kind == "too_small"
    assert str(error) == "the picture is small"


def test_a_model_error_is_no_value_error() -> None:
    assert issubclass(ModelError, ReaderError)
    assert not issubclass(ModelError, ValueError)
