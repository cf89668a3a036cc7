"""The page "Gate": which vehicles came and went."""
