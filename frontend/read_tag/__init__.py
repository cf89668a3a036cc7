"""The shopper's page: a photo goes in, code, confidence and price come out, the correction is kept."""
