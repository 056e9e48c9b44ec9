"""The page that describes the gateway's interface, made from its OpenAPI document."""

from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "code{font-size:1rem}td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}"
)


def render_page(document: Mapping[str, Any]) -> str:
    """Return one HTML page without scripts and without anything loaded from elsewhere."""
    information = document["info"]
    sections = "".join(
        _render_operation(method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )
    title = escape(information["title"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1><p>{escape(information['description'])} "
        f'<a href="/openapi.json">OpenAPI document</a></p>{sections}</html>'
    )


def _render_operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    body = "".join(
        f"<p>Body: <code>{escape(kind)}</code>, at most {content['schema']['maxLength']} bytes.</p>"
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
    )
    answers = "".join(
        f"<tr><th>{escape(status)}</th><td>{escape(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    return (
        f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>"
        f"<p>{escape(operation.get('description', operation['summary']))}</p>{body}<table>{answers}</table>"
    )
