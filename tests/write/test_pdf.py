"""PDFs, read back by PDFium."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from helpers.formats import FIGURES, saved
from oracle.pictures import differences

pytestmark = pytest.mark.places


SHARP = 4  # PDFium draws no line thinner than a pixel, so pages are looked at in this many pixels for one


def pages(path, size):
    """Each page of a PDF as PDFium draws it, `size` (width, height) in pixels."""
    document = pypdfium2.PdfDocument(str(path))
    try:
        drawn = [
            page.render(scale=(size[0] * SHARP - 1e-3) / page.get_size()[0]).to_pil().convert("RGB")
            for page in document
        ]
        return [np.asarray(picture.resize(size, Image.BOX)) for picture in drawn], [
            page.get_size() for page in document
        ]
    finally:
        document.close()


def sharp(a, step):
    """A frame, drawn in as many pixels for one."""
    return np.asarray(Image.fromarray(replace(a, dpi=a.dpi * SHARP).frame(step)).resize(a.size, Image.BOX))


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "transparent"])
def test_every_page_of_a_pdf_shows_its_step(name, tmp_path):
    a = FIGURES[name]()
    pictures, sizes = pages(saved(tmp_path, a, ".pdf"), a.size)
    assert len(pictures) == len(a) and {tuple(size) for size in sizes} == {sizes[0]}
    assert sizes[0] == pytest.approx([side * 72 / 150 for side in a.size], abs=0.01)
    for step in sorted({a.poster, len(a) - 1}):
        assert not differences(pictures[step], sharp(a, step)), step
        assert len(a) == 1 or differences(pictures[step], sharp(a, (step + 1) % len(a))), (
            "the comparison sees another step"
        )


def test_a_pdf_has_the_title_the_description_and_no_background_where_it_is_transparent(tmp_path):
    a = FIGURES["transparent"](title="Größe <&> (x) \\ 卷积", description="a \u202e b")
    document = pypdfium2.PdfDocument(str(saved(tmp_path, a, ".pdf")))
    told = document.get_metadata_dict()
    assert (told["Title"], told["Subject"], told["CreationDate"]) == (a.scene.title, a.scene.description, "")
    shown = np.asarray(document[0].render(scale=1, fill_color=(255, 0, 255, 255)).to_pil().convert("RGB"))
    assert (shown[2, 2] == (255, 0, 255)).all()
    document.close()


def test_single_pages_and_posters_of_a_pdf(tmp_path):
    a = FIGURES["classic"]()
    for step, path in (
        (3, a.save(tmp_path / "x.pdf", step=3)[0]),
        (a.poster, a.save(tmp_path / "p.pdf", step="poster")[0]),
    ):
        pictures, _ = pages(path, a.size)
        assert len(pictures) == 1 and not differences(pictures[0], sharp(a, step))
    assert len(a.save(tmp_path / "{step}.pdf")) == 9
