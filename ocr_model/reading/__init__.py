"""The reading floor: pixels in, text and calibrated confidence out, on ONNX Runtime. Never imports torch."""
