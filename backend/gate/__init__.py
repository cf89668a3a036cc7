"""The gate's log: which vehicles came and went, for how long that is kept, and what is known about them."""
