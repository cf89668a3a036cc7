"""Real backends under the load of shoppers, killed at random moments; and a ledger of all their labels.

A label counts as acknowledged when the answer said so. Afterwards every acknowledged label must be in the store, once
and as acknowledged, and the store must hold nothing that no shopper had sent.
"""
