"""Several hosts on one machine, and what goes wrong among them."""
