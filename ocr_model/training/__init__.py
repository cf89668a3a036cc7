"""Training a recognizer: the network, its trainer, its targets and its evaluation. Needs torch."""
