"""A strict reader of HTML: balanced elements, their text, what is loaded from elsewhere."""

from html.parser import HTMLParser

VOID = frozenset({"meta", "br", "hr", "img", "input", "link", "path"})


class PageReader(HTMLParser):
    """What a page holds; `faults` lists elements that are closed wrongly."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        """(element it stands in, text)."""
        self.feed(page)
        self.close()
        self.faults += [f"<{tag}> never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of every element of one kind."""
        return [attrs for name, attrs in self.tags if name == tag]

    def text(self) -> str:
        """What a reader sees: text outside scripts and styles."""
        return " ".join(text for tag, text in self.texts if tag not in {"script", "style"})

    def outside(self) -> list[str]:
        """Addresses that the page would load or link to, in-page links left out."""
        found = [
            value
            for _, attrs in self.tags
            for name in ("src", "href", "action", "data", "srcset", "poster")
            if (value := attrs.get(name)) is not None
        ]
        return [value for value in found if not value.startswith("#")]
