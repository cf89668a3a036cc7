"""What crops look like to the recognizer: feature vectors, neighbours, lists worth a look, and a map.

All of it is derived from the crops by one model and lies beside the index, in a folder that may be removed at any time.
"""
