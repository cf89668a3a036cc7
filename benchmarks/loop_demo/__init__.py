"""The whole loop in about a quarter of an hour: shoppers, labels, versions, cycles, champions, and figures."""
