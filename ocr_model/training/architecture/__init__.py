"""The four stages of a scene text recognizer, each selectable: transformation, features, sequence, prediction.

The split follows Baek et al., "What Is Wrong With Scene Text Recognition Model Comparisons?" (ICCV 2019),
https://github.com/clovaai/deep-text-recognition-benchmark. It needs torch; the reading floor does not import it.
"""

from ocr_model.training.architecture.network import NetworkConfig, RecognitionNetwork

__all__ = ["NetworkConfig", "RecognitionNetwork"]
