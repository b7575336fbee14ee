"""The explorer's page: its controls, and a first figure, which plays before anything is asked."""

from __future__ import annotations

from ...errors import ConvanimError
from ...text.escaping import script
from ...write.inline import filled, inlined
from .answering import answer
from .controls import controls

WORKER = "worker.mjs"  # the file in which Python runs
FIRST = "op=conv&i=5&k=3&s=2&p=1&view=flat&theme=clear"


def page(query: str = FIRST, worker: str = "") -> str:
    """The page as HTML. Other links' figures come from the address `answer?QUERY` beside it, or from a `worker`.

    It begins with the figure of `query`. Raises ConvanimError if that can't be drawn.
    """
    told = answer(query)
    if "refusal" in told:
        raise ConvanimError(told["refusal"])
    return filled(
        "publish/explorer/page/explorer.html",
        css=inlined("publish/explorer/page/explorer.css") + inlined("write/player/player.css"),
        js=inlined("publish/explorer/page/explorer.mjs"),
        player=told["moving"]["html"],
        data=script({"controls": controls(), "query": query, "answer": told, "worker": worker}),
    )
