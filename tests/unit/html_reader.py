"""What an HTML page has: tags that are open at its end, ids, links, headings, rows, and what it would load or run."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = frozenset({"meta", "br", "wbr"})
_LOADS = frozenset({"script", "link", "img", "iframe", "object", "embed"})


class HtmlReader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.labels: set[str] = set()
        self.loads: list[str] = []
        self.headings: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.open += [tag] if tag not in _VOID else []
        self.ids += [given["id"]] if "id" in given else []
        self.links |= {given["href"].removeprefix("#")} if tag == "a" else set()
        self.labels |= {given["aria-labelledby"]} if "aria-labelledby" in given else set()
        self.loads += [tag] if tag in _LOADS or "src" in given or any(name.startswith("on") for name in given) else []
        self.headings += [tag] if tag in {"h1", "h2"} else []
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> ends another one"
