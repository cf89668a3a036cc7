"""The whole loop in about twenty minutes: shoppers, labels, versions, cycles, champions, and a table of figures."""
