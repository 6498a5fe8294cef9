"""Fingerprints of how aggregates fold: a snapshot that other rules made, or that holds another state, is
ignored. To fold anew costs little; to go on from what other rules folded would be wrong for ever.
"""

import ast
import hashlib
import importlib
import inspect
import textwrap
from functools import cache
from typing import Any

import msgspec

from tta import domain

DOMAIN = f"{domain.__name__}."


def fingerprint(evolve: Any, kept: tuple[type, ...]) -> bytes:
    """8 bytes over the schemas of what a snapshot holds (`kept`), and over the rules that
    fold it: the syntax of `evolve`, and of every module of the domain that it or the state imports, or that
    those import.

    Docstrings, comments and layout do not count. Any other change of those modules does.
    """
    schemas = _plain(msgspec.json.schema_components(kept))
    reached = sorted(_reached(frozenset({evolve.__module__, *(each.__module__ for each in kept)})))
    rules = [_syntax(textwrap.dedent(inspect.getsource(evolve))), *(_rules(name) for name in reached)]
    return hashlib.sha256(f"{schemas}{rules}".encode()).digest()[:8]


def _reached(names: frozenset[str]) -> frozenset[str]:
    """Name the modules of the domain among these, and all that they import, directly or through others."""
    found: set[str] = set()
    left = [name for name in names if name.startswith(DOMAIN)]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _imported(name)
    return frozenset(found)


@cache
def _imported(name: str) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(_source(name))):
        if isinstance(node, ast.ImportFrom) and node.module == domain.__name__:
            found |= {DOMAIN + each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(DOMAIN):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names if each.name.startswith(DOMAIN)}
    return frozenset(found)


@cache
def _rules(name: str) -> str:
    return _syntax(_source(name))


def _source(name: str) -> str:
    return inspect.getsource(importlib.import_module(name))


def _syntax(source: str) -> str:
    return ast.dump(_WithoutTexts().visit(ast.parse(source)))


class _WithoutTexts(ast.NodeTransformer):
    """Drops every text that stands alone as a statement: docstrings, of attributes too."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node


def _plain(schema: Any) -> Any:
    """Drop the descriptions, which are docstrings."""
    if isinstance(schema, dict):
        return {
            key: _plain(each)
            for key, each in schema.items()
            if not (key == "description" and isinstance(each, str))
        }
    return [_plain(each) for each in schema] if isinstance(schema, list | tuple) else schema
