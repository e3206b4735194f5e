"""Pages of the documentation site that are made from the code while it is built: every option, every public name.

An MkDocs hook (see mkdocs.yml). Nothing here is committed as text, so that it cannot fall behind the code: the command
line is read from the Typer application, the public names from `__all__` of each package.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import tradewar

COMMANDS = "reference/command-line.md"
FORMATS = "reference/formats.md"


def public_packages() -> list[str]:
    """`tradewar` and each package below it that names what it exports."""
    below = [module.name for module in pkgutil.iter_modules(tradewar.__path__, "tradewar.") if module.ispkg]
    return ["tradewar", *(name for name in below if getattr(importlib.import_module(name), "__all__", None))]


def home(package: str, name: str) -> str:
    """Dotted path of the definition behind an exported name; constants are looked for where the package imports from.

    Raises LookupError where no module of the package defines the name.
    """
    value = getattr(importlib.import_module(package), name)
    if inspect.ismodule(value):  # tradewar.brief and tradewar.sweep: packages that are called
        return f"{value.__name__}._CallablePackage.__call__"
    if inspect.isclass(value) or inspect.isfunction(value):
        return f"{value.__module__}.{value.__qualname__}"
    for around in (package, "tradewar"):  # what a package hands on may be defined in another
        for module in pkgutil.walk_packages(importlib.import_module(around).__path__, f"{around}."):
            if not module.name.endswith("__main__") and defines(module.name, name):
                return f"{module.name}.{name}"
    raise LookupError(f"{package}.{name} is exported, but no module of {package} defines it")


def defines(module: str, name: str) -> bool:
    """True where the module assigns the name itself instead of importing it."""
    source = inspect.getsource(importlib.import_module(module))
    return any(line.startswith((f"{name} =", f"{name}:")) for line in source.splitlines())


def exported(package: str) -> list[str]:
    """Public names of a package, without the version, which is text."""
    return [name for name in importlib.import_module(package).__all__ if name != "__version__"]


def package_page(package: str, elsewhere: dict[str, str]) -> str:
    """One page: what the package is for, then every name it exports.

    A name that another package exports too (`elsewhere`: home -> page) is described there, and linked from here.
    """
    about = (importlib.import_module(package).__doc__ or "").strip().split("\n\n")[0]
    homes = {name: home(package, name) for name in exported(package)}
    links = [f"- [`{name}`]({elsewhere[at]}#{at})" for name, at in homes.items() if at in elsewhere]
    entries = [entry(name, at) for name, at in homes.items() if at not in elsewhere]
    return "\n".join([f"# {package}", "", about, "", *links, "", *entries])


def entry(name: str, at: str) -> str:
    """What mkdocstrings replaces by the description of one name; a called package is headed by its own name."""
    heading = f"    options:\n      heading: {name}\n      toc_label: {name}\n" if at.endswith("__call__") else ""
    return f"::: {at}\n{heading}"


def leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command as it is typed, with its Click object."""
    for part, below in getattr(command, "commands", {}).items():
        if hasattr(below, "commands"):
            yield from leaves(below, f"{name} {part}")
        else:
            yield f"{name} {part}", below


def cell(text: object) -> str:
    """Text that stands inside one cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("[", "\\[").replace("<", "&lt;")


def command_section(name: str, command: Any) -> str:
    """Heading, help and the table of arguments and options of one command."""
    lines = [f"## {name}", "", " ".join((command.help or "").replace("[", "\\[").split()), ""]
    lines += ["| argument or option | meaning | default |", "|---|---|---|"]
    for option in command.params:
        spelled = ", ".join(f"`{text}`" for text in (*option.opts, *option.secondary_opts))
        typed = spelled if option.param_type_name == "option" else f"`{(option.metavar or option.name).upper()}`"
        default = "required" if option.required else "" if option.default is None else f"`{option.default}`"
        lines.append(f"| {typed} | {cell(getattr(option, 'help', None) or '')} | {cell(default)} |")
    lines.append("| `--help` | show this on the terminal | |")
    return "\n".join([*lines, ""])


def command_page() -> str:
    """Every command with every option, from the application itself."""
    from typer.main import get_command

    from tradewar.cli.app import app

    sections = [command_section(name, command) for name, command in leaves(get_command(app), "tradewar")]
    start = [
        "# Every command and option",
        "",
        "Made from the program itself. [Commands](../commands.md) explains them.",
        "",
    ]
    return "\n".join([*start, *sections])


def format_page() -> str:
    """Every table that people write, from its declaration."""
    from tradewar.cli.app import declared
    from tradewar.io.declare import describe

    lines = [
        "# Every table and column",
        "",
        "Made from the declarations that the readers use. `tradewar template NAME`",
    ]
    lines += ["prints an empty table to fill in.", ""]
    for name, spec in declared().items():
        lines += [f"## {name}", "", f"`{spec.name}.csv`: one row is {cell(spec.what)}.", ""]
        lines += ["| column | what it holds |", "|---|---|"]
        lines += [f"| `{column.name}` | {cell(describe(column))} |" for column in spec.columns]
        lines += ["", f"No two rows have the same {', '.join(spec.key)}.", ""] if spec.key else [""]
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """Address within the site -> Markdown of every page made from the code."""
    made = {COMMANDS: command_page(), FORMATS: format_page()}
    rows = ["# Python", "", "Every public name, by package.", "", "| package | names |", "|---|---|"]
    elsewhere: dict[str, str] = {}
    for package in reversed(public_packages()):  # `tradewar` last: what it shows of its packages is described there
        made[f"reference/{package}.md"] = package_page(package, elsewhere)
        elsewhere |= {home(package, name): f"{package}.md" for name in exported(package)}
    for package in public_packages():
        names = ", ".join(f"`{name}`" for name in exported(package))
        rows.append(f"| [{package}]({package}.md) | {names} |")
    made["reference/index.md"] = "\n".join([*rows, ""])
    return made


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the package pages into the navigation, beneath the page that lists them."""
    for section in config.nav or []:
        for entries in section.values():
            for entry in entries if isinstance(entries, list) else []:
                if entry == {"Python": "reference/index.md"}:
                    below = [{package: f"reference/{package}.md"} for package in public_packages()]
                    entry["Python"] = [{"Public names": "reference/index.md"}, *below]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those of the docs folder."""
    for address, text in pages().items():
        files.append(File.generated(config, address, content=text))
    return files
