"""The workers of a Dask cluster as an executor."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from ..errors import ConvanimError


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of the scheduler at an address such as "tcp://10.0.0.5:8786". Dask does again what lost workers had.

    Raises ConvanimError if the library is missing, or if no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ConvanimError("Dask is not installed: pip install 'convanim[dask]'") from None
    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError, TypeError) as error:
        raise ConvanimError(f"no Dask scheduler answers at {address!r}: {type(error).__name__}: {error}") from None
    with client:
        yield client.get_executor(pure=False)  # the same job again is another one
