"""What ``node_loss.py`` is made of: the articles and their model, runs of the indexer, searches.

The model is an index of the embedded engine that follows the same folder.
Invariant: an answer is compared in full, or counted as an error that was told.
"""
