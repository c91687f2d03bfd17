"""The stage's ES modules as one import map, for a page without a server.

Modules import each other by `./name.mjs`. From a file on disk no browser follows that, so each
module becomes a data: URL and the map gives it the bare name `name`, which is what the imports
are rewritten to. Nothing else in a module is touched, and modules that import each other in a
circle work as they do when they are served.
"""

import base64
import json
import re
from collections.abc import Mapping

# `from "./name.mjs"` and `import "./name.mjs"`, at the end of a statement: prose in a comment
# (`import("./name.mjs").Type`) has a bracket in between.
_IMPORT = re.compile(r"""(\bfrom|^import)(\s*)(["'])\./([\w-]+)\.mjs\3""", re.M)
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.S | re.M)
_BOUND_TO_A_SERVER = re.compile(r"\bimport\.meta\b|\bimport\(")


def import_map(entry: str, files: Mapping[str, bytes]) -> str:
    """A JSON import map of `entry` (a name without ending) and of all that it needs.

    Raises:
        ValueError: a module imports one that is not among `files`, or needs its own address.
    """
    urls: dict[str, str] = {}
    waiting = [(entry, "the page")]
    while waiting:
        name, asker = waiting.pop()
        if name in urls:
            continue
        if f"{name}.mjs" not in files:
            raise ValueError(f"{asker} imports {name}.mjs, which is not among the stage's modules")
        source = files[f"{name}.mjs"].decode()
        if found := _BOUND_TO_A_SERVER.search(_COMMENT.sub("", source)):
            raise ValueError(f"{name}.mjs says {found[0]!r}, which does nothing in a file on disk")
        waiting += [(match[4], f"{name}.mjs") for match in _IMPORT.finditer(source)]
        urls[name] = _data_url(_IMPORT.sub(r"\1\2\3\4\3", source), name)
    return json.dumps({"imports": dict(sorted(urls.items()))})


def _data_url(source: str, name: str) -> str:
    """`sourceURL` is what the browser's tools call it, instead of by all of its content."""
    whole = f"{source}\n//# sourceURL={name}.mjs\n"
    return f"data:text/javascript;charset=utf-8;base64,{base64.b64encode(whole.encode()).decode()}"
