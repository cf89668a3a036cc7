import subprocess
import sys

import pytest

import ocr_model


def test_all_names_exist() -> None:
    for name in ocr_model.__all__:
        assert getattr(ocr_model, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        _ = ocr_model.nothing


def test_importing_is_cheap() -> None:
    code = (
        "import sys, ocr_model; print(sorted({'torch', 'onnxruntime', 'pi_heif'} & set(sys.modules)));"
        "ocr_model.Recognizer; print('onnxruntime' in sys.modules, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "True False"]
