"""`configs/logging.conf`, whose `class` and `args` Python evaluates as code (`logging.config.fileConfig`)."""

import configparser
import re
from pathlib import Path

_LEVEL = r"NOTSET|DEBUG|INFO|WARNING|ERROR|CRITICAL"
_NAMES = r"[\w.]*(?:, ?[\w.]+)*"

_SECTIONS = (
    (r"loggers|handlers|formatters", {"keys": _NAMES}),
    (r"logger_\w+", {"level": _LEVEL, "handlers": _NAMES, "qualname": r"[\w.]+", "propagate": r"[01]"}),
    (r"handler_\w+", {"class": r"(?:logging\.)?StreamHandler", "level": _LEVEL, "formatter": r"\w+",
                      "args": r"\(sys\.std(?:out|err),\)|\(\)"}),
    (r"formatter_\w+", {"class": r"logging\.Formatter", "format": r"[ -~]*", "datefmt": r"[ -~]*"}),
)  # fmt: skip
"""By name of the section, what may stand in it: a console, and how its lines look. A handler of another class may write
files, send mail or open connections."""


def check_logging(path: Path) -> list[str]:
    """Return what the file has beyond messages on the console, a line each."""
    parser = configparser.RawConfigParser(default_section="\0")
    try:
        parser.read_string(path.read_text(encoding="ascii"))
    except (configparser.Error, UnicodeDecodeError) as error:
        return [f"not a configuration of logging: {str(error).splitlines()[0]}"]
    return [
        f"[{section}] {key} = {value!a} is more than messages on the console"
        for section in parser.sections()
        for key, value in parser.items(section)
        if not _is_known(section, key, value)
    ]


def _is_known(section: str, key: str, value: str) -> bool:
    rules = next((rules for name, rules in _SECTIONS if re.fullmatch(name, section, re.ASCII)), {})
    return key in rules and re.fullmatch(rules[key], value, re.ASCII) is not None
