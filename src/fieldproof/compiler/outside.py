"""Codes of what stands outside the language: a kind of statement or expression has one of its own."""

from __future__ import annotations

import ast

from fieldproof.compiler.diagnostics import Code

_STATEMENTS: dict[type[ast.stmt], Code] = {
    ast.While: Code.WHILE,
    ast.Try: Code.TRY,
    ast.TryStar: Code.TRY,
    ast.Raise: Code.RAISE,
    ast.With: Code.WITH,
    ast.Import: Code.INNER_IMPORT,
    ast.ImportFrom: Code.INNER_IMPORT,
    ast.FunctionDef: Code.INNER_FUNCTION,
    ast.AsyncFunctionDef: Code.INNER_FUNCTION,
    ast.ClassDef: Code.INNER_CLASS,
    ast.Delete: Code.DELETE,
    ast.Global: Code.GLOBAL,
    ast.Nonlocal: Code.GLOBAL,
    ast.Expr: Code.UNUSED_VALUE,
    ast.AnnAssign: Code.BARE_DECLARATION,
}
_EXPRESSIONS: dict[type[ast.expr], Code] = {
    ast.Dict: Code.DICTIONARY,
    ast.DictComp: Code.DICTIONARY,
    ast.Set: Code.SET,
    ast.SetComp: Code.SET,
    ast.Lambda: Code.LAMBDA,
    ast.JoinedStr: Code.FORMATTED_TEXT,
    ast.NamedExpr: Code.WALRUS,
    ast.Starred: Code.STARRED,
    ast.GeneratorExp: Code.GENERATOR,
    ast.Yield: Code.YIELD,
    ast.YieldFrom: Code.YIELD,
    ast.Await: Code.YIELD,
}


def get_statement_code(node: ast.stmt) -> Code:
    """Return the code of a statement that is outside the language."""
    return _STATEMENTS.get(type(node), Code.OUTSIDE)


def get_expression_code(node: ast.expr) -> Code:
    """Return the code of an expression that is outside the language."""
    return _EXPRESSIONS.get(type(node), Code.OUTSIDE)
