"""Results and reports as text: for a terminal, for pipes, for programs.

Floor 7.  Every function takes values and returns text or plain dictionaries; none prints.
Invariant: text from an article never reaches a terminal with its control characters.
"""
