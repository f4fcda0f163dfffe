"""The engines that ``compare.py`` measures side by side, and the steps they are measured in.

Each engine is one module with the same two classes (``base``): a builder that is fed articles,
and a reader that answers questions.  Invariant: nothing here knows a figure it did not measure.
"""
