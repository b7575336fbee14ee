"""The explorer's page: its controls, and a first figure, which plays before anything is asked."""

from __future__ import annotations

from ...text.escaping import script
from ...write.inline import filled, inlined
from .answering import answer
from .controls import controls

FIRST = "op=conv&i=5&k=3&s=2&p=1&view=flat&theme=clear"


def page(query: str = FIRST) -> str:
    """The page as HTML, which asks `answer?QUERY` beside it for figures of other links.

    It begins with the figure of `query`, which must be one that can be drawn.
    """
    told = answer(query)
    return filled(
        "publish/explorer/page/explorer.html",
        css=inlined("publish/explorer/page/explorer.css") + inlined("write/player/player.css"),
        js=inlined("publish/explorer/page/explorer.mjs"),
        player=told["moving"]["html"],
        data=script({"controls": controls(), "query": query, "answer": told}),
    )
