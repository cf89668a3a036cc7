"""From a whole photo to its lines, barcodes and tag cards."""
