"""The model table of the original project, trained anew on equal budgets."""
