"""The reading floor: pixels in, text and calibrated confidence out, on ONNX Runtime. It never imports torch."""
