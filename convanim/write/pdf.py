"""PDF files: a page per step, as vectors and outlines. Static content and glyphs are stored once."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from ..progress import Progress, counted
from ..render.pdf_marks import Ink, opacity
from ..themes.theme import GUIDE_DPI

if TYPE_CHECKING:
    from ..clip import Clip
    from ..scene import Raster

INCH = 72  # points; at dpi=300 a page is twice as large as the guide's
CATALOGUE, PAGES, RESOURCES, INFO = 1, 2, 3, 4  # objects that are written last, because they depend on the others


def write(clip: Clip, file: BinaryIO, progress: Progress | None) -> None:
    """Write all steps, a page each."""
    _document(clip, file, counted(range(len(clip)), progress))


def pages(clip: Clip, steps: Iterator[int]) -> Iterator[bytes]:
    """The given steps as a file each."""
    for step in steps:
        file = io.BytesIO()
        _document(clip, file, iter([step]))
        yield file.getvalue()


def _document(clip: Clip, file: BinaryIO, steps: Iterator[int]) -> None:
    width, height = (side * INCH / GUIDE_DPI for side in clip.size)
    book = Book(file)
    forms: dict[object, int] = {}
    box = clip.scene.box
    most = abs(box.x) + abs(box.y) + box.width + box.height  # no mark is further from the origin of a form
    bounds = f"[-{most:.0f} -{most:.0f} {most:.0f} {most:.0f}]"

    def form(key: object, made: Callable[[], str]) -> str:
        if key not in forms:
            text = made()  # may define others
            forms[key] = book.stream(text, f"/Type /XObject /Subtype /Form /BBox {bounds} /Resources {RESOURCES} 0 R")
        return f"F{forms[key]}"

    def image(raster: Raster) -> str:
        key = raster.rows, raster.columns, raster.pixels
        if key not in forms:
            forms[key] = book.stream(raster.pixels, _image(raster))
        return f"F{forms[key]}"

    ink, pages = Ink(clip.scene, clip.theme, form, image), []
    for step in steps:
        content = book.stream(ink.page(step, width, height))
        pages.append(
            book.object(
                f"<< /Type /Page /Parent {PAGES} 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] /Resources {RESOURCES} 0"
                f" R /Group << /S /Transparency /CS /DeviceRGB >> /Contents {content} 0 R >>"
            )
        )
    states = {
        opacity(value): value for value in sorted({1.0, *(style.opacity for style in clip.theme.styles.values())})
    }
    listed = " ".join(f"/F{number} {number} 0 R" for number in forms.values())
    opaque = " ".join(f"/{name} << /ca {value:.3f} >>" for name, value in states.items())
    scene = clip.scene
    book.object(f"<< /XObject << {listed} >> /ExtGState << {opaque} >> >>", RESOURCES)
    book.object(
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{number} 0 R' for number in pages)}] >>", PAGES
    )
    book.object(
        f"<< /Title {_text(scene.title)} /Subject {_text(scene.description)} /Creator {_text('convanim')} >>", INFO
    )
    book.object(
        f"<< /Type /Catalog /Pages {PAGES} 0 R /Lang {_text(scene.lang)} /ViewerPreferences << /DisplayDocTitle true"
        " >> >>",
        CATALOGUE,
    )
    book.close()


class Book:
    """The objects of a PDF file, written one after the other, and the table of where they are."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places = {CATALOGUE: 0, PAGES: 0, RESOURCES: 0, INFO: 0}
        self._at = 0
        self._write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")  # 1.4 has opacity; the second line says that it isn't text

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._at += len(data)  # a pipe can't tell

    def object(self, text: str | bytes, number: int | None = None) -> int:
        """Write an object and give its number, a new one if it has none yet."""
        number = number or len(self._places) + 1
        self._places[number] = self._at
        body = text.encode("ascii") if isinstance(text, str) else text
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        return number

    def stream(self, content: str | bytes, more: str = "") -> int:
        """Write a compressed stream of operators or pixels."""
        data = zlib.compress(content.encode("ascii") if isinstance(content, str) else content, 9)
        return self.object(
            b"<< %b /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (more.encode("ascii"), len(data), data)
        )

    def close(self) -> None:
        """Write the table of the objects' places, and where it is."""
        start, count = self._at, len(self._places) + 1
        rows = (f"{self._places[number]:010} 00000 n \n" for number in range(1, count))
        self._write("".join(chain([f"xref\n0 {count}\n0000000000 65535 f \n"], rows)).encode("ascii"))
        self._write(
            b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
            % (count, CATALOGUE, INFO, start)
        )


def _image(raster: Raster) -> str:
    """What a picture's stream says of it: its size, and that its pixels stay sharp."""
    space = {1: "/DeviceGray", 3: "/DeviceRGB"}[raster.channels]
    return (
        f"/Type /XObject /Subtype /Image /Width {raster.columns} /Height {raster.rows} /ColorSpace {space}"
        " /BitsPerComponent 8 /Interpolate false"
    )


def _text(text: str) -> str:
    """A text as PDF has it in any language: UTF-16, in hexadecimal digits."""
    return f"<feff{text.encode('utf-16-be', 'replace').hex()}>"
