"""Words that begin with a dash: ``-london`` means "not london", and is no option.

Floor 9.  Invariant: the words keep their order, because order matters in a query.
"""

from __future__ import annotations

import click

from .app import Command


class WordsCommand(Command):
    """A command whose arguments are query words.  An argument of one dash and two or more
    characters is a word, unless all its characters are flags; two dashes begin an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, self._words_last(ctx, args))

    def _words_last(self, ctx: click.Context, args: list[str]) -> list[str]:
        """``args`` as options, ``--`` and then the words in the order they were typed."""
        valued, flags = self._options(ctx)
        options: list[str] = []
        words: list[str] = []
        waiting = iter(args)
        for word in waiting:
            if word == "--":
                words.extend(waiting)
            elif word.startswith("--") or word in valued or _is_flag(word, flags):
                options.append(word)
                if word in valued:
                    options.extend(value for value in [next(waiting, None)] if value is not None)
            else:
                words.append(word)
        return [*options, "--", *words] if words else options

    def _options(self, ctx: click.Context) -> tuple[frozenset[str], frozenset[str]]:
        """The options that take a value, and the letters and digits that are flags."""
        valued: set[str] = set()
        flags: set[str] = set()
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option):
                takes_value = not (parameter.is_flag or parameter.count)
                for name in (*parameter.opts, *parameter.secondary_opts):
                    if takes_value:
                        valued.add(name)
                    elif not name.startswith("--"):
                        flags.add(name[1:])
        return frozenset(valued), frozenset(flags)


def _is_flag(word: str, flags: frozenset[str]) -> bool:
    """Whether a word of one dash is a flag, several flags, or a letter that should be one."""
    if not word.startswith("-") or word == "-":
        return False
    letters = word[1:]
    return len(letters) == 1 or (len(set(letters)) == len(letters) and flags.issuperset(letters))
