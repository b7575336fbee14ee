"""matplotlib's parts, imported without the lines about its own folders that it writes to standard error.

It looks for a folder for its settings and its list of fonts, and says so where none can be written, as in many
containers. convanim uses neither.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import ConvanimError


@contextmanager
def quiet() -> Iterator[None]:
    """What is imported inside says errors alone; one that ends the import is a ConvanimError."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    except OSError as error:  # there is no temporary folder either
        raise ConvanimError(f"matplotlib can't be imported: {error}") from None
    finally:
        logger.setLevel(level)
