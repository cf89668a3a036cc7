"""From trained weights to a model that serves: graphs, quantization, calibration, turns and format prior."""
