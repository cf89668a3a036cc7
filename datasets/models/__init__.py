"""The models in the store, and which of them serves or reads in shadow."""
