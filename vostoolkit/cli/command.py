"""What a command is: its name, its help, its options and what it does."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A command of the program; ``run`` returns the exit code."""

    name: str
    summary: str
    description: str
    run: Callable[[argparse.Namespace], int]
    options: Callable[[argparse.ArgumentParser], None] = lambda parser: None
    examples: str = ""


def add_commands(parser: argparse.ArgumentParser, commands: tuple[Command, ...]) -> None:
    """Nothing; the parser knows the commands, and what it parses holds the chosen one's ``run``."""
    choices = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for command in commands:
        of_command = choices.add_parser(
            command.name,
            help=command.summary,
            description=command.description,
            epilog=command.examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        of_command.set_defaults(run=command.run)
        command.options(of_command)
