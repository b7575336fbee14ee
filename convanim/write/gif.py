"""GIF files: frames are written one by one, each only where it differs from the previous frame."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

from ..errors import ConvanimError
from ..progress import Progress, counted
from .frame_diff import bounds

if TYPE_CHECKING:
    from ..clip import Clip
    from ..render.agg import Canvas, Rectangle
    from ..themes.theme import Theme

TICK_MS = 10  # GIF counts time in hundredths of a second
SHORTEST_MS = 20  # browsers show anything faster at ten frames per second
LARGEST_SIDE = 0xFFFF
TOLERANCE = (
    20  # most that a channel of an anti-aliased pixel may differ from frame(i), of 255: fewer colours, a smaller file
)
LIMIT = 24  # the same for colours that come up later, before they get a place in the palette
MOST_COLOURS = 600  # that may come into a palette
SPARE = 3  # places in a palette that are kept free at least
FLAT_RUNS = 8  # such stretches in all, at least; fewer are an edge that happens to be level
FLAT = 4  # neighbouring pixels of one colour that make it a flat colour, which stays exact
LEAST_ALPHA = 64  # of 255: what is thinner is transparent, where a background is; a GIF has nothing between
NOTHING = 0xFF000000  # of a packed pixel: transparent
SLOTS = 1 << 14  # size of the colour lookup table
KEEP, CLEAR, TAKE_BACK = 1 << 2, 2 << 2, 3 << 2  # disposal methods

Array = np.ndarray[Any, np.dtype[Any]]


def write(clip: Clip, file: BinaryIO, progress: Progress | None) -> None:
    """Write the whole clip as a GIF."""
    canvas = clip.canvas()
    steps = clip.scene.steps
    palette = Palette(_colours([_packed(canvas.draw(step), clip.theme) for step in sorted({0, steps // 2})]))
    file.write(b"GIF89a" + struct.pack("<HHBBB", *clip.size, 0xF0 | palette.bits - 1, 0, 0))
    start = file.tell()
    file.write(palette.table())
    if steps > 1 and clip.loop != 1:
        again = max(clip.loop - 1, 0)  # number of repetitions, 0 means forever
        file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", again) + b"\x00")
    for block in _frames(clip, canvas, palette, progress):
        file.write(block)
    file.write(b"\x3b")
    file.seek(start)
    file.write(palette.table())  # with the colours that came up on the way


def check(clip: Clip) -> None:
    """Raise ConvanimError if a GIF can't store the clip: times that are no multiple of its unit, and sides that are too
    long.
    """
    ms, last, (width, height) = clip.step_ms, clip.duration(clip.scene.steps - 1), clip.size
    if ms % TICK_MS or ms < SHORTEST_MS:
        low = max(ms // TICK_MS * TICK_MS, SHORTEST_MS)
        raise ConvanimError(
            f"step_ms={ms}: a GIF counts in steps of {TICK_MS} ms, and browsers slow down anything under {SHORTEST_MS}"
            f" ms; take step_ms={low}" + (f" or {low + TICK_MS}" if low < ms else "") + ", or write .svg"
        )
    if clip.theme.transparent and clip.scene.steps > 1 and ms < 2 * SHORTEST_MS:
        raise ConvanimError(
            f"step_ms={ms}: a GIF with a transparent background draws some steps in two parts, and each takes at least"
            f" {SHORTEST_MS} ms; take step_ms={2 * SHORTEST_MS}, or write .webp or .apng"
        )
    if clip.hold_ms % TICK_MS:
        raise ConvanimError(
            f"hold_ms={clip.hold_ms}: a GIF counts in steps of {TICK_MS} ms; take a multiple of it, or write .svg"
        )
    if last // TICK_MS > LARGEST_SIDE:
        word = f"step_ms={ms}" if not clip.hold_ms else f"step_ms={ms} with hold_ms={clip.hold_ms}"
        raise ConvanimError(f"{word}: a GIF's frame lasts at most {LARGEST_SIDE * TICK_MS} ms")
    if max(width, height) > LARGEST_SIDE:
        raise ConvanimError(
            f"the picture would be {width}x{height} pixels, and a GIF's side has at most {LARGEST_SIDE}: take a"
            " smaller dpi"
        )


def _frames(clip: Clip, canvas: Canvas, palette: Palette, progress: Progress | None) -> Iterator[bytes]:
    """The frames' blocks, each made on demand, so that memory is that of one frame."""
    steps = counted(range(clip.scene.steps), progress)
    screen = _Screen(clip.size, palette)
    if clip.theme.transparent:
        yield from _passing(clip, canvas, screen, steps)
        return
    for step in steps:
        pixels = canvas.draw(step)
        area = canvas.changed if step else screen.whole  # the canvas has drawn other steps before, for the palette
        yield screen.block(_packed(pixels[area], clip.theme), area, clip.duration(step))


def _passing(clip: Clip, canvas: Canvas, screen: _Screen, steps: Iterator[int]) -> Iterator[bytes]:
    """The blocks on a transparent background, where no pixel can be made transparent again by writing over it.

    The first step is a block that is cleared. Then comes the ground, all that every later step has. Each step is laid
    over it and taken back. Marks that stay are added to the ground, before the step in which they appear.
    """
    whole, theme = screen.whole, clip.theme
    yield screen.block(_packed(canvas.draw(next(steps)), theme), whole, clip.duration(0), CLEAR)
    for step in steps:
        ms = clip.duration(step)
        if step == 1 or canvas.grows(step):
            yield screen.block(_packed(canvas.ground(step), theme), whole, SHORTEST_MS)
            ms -= SHORTEST_MS
        pixels, area = canvas.draw(step), canvas.drawn
        yield screen.block(_packed(pixels[area], theme), area, ms, TAKE_BACK)


class _Screen:
    """The picture that the frames so far show: the colour of each pixel, and its index in the palette, 0 if unknown."""

    def __init__(self, size: tuple[int, int], palette: Palette) -> None:
        width, height = size
        self.whole = slice(0, height), slice(0, width)
        self._colours = np.full((height, width), NOTHING, np.uint32)
        self._indices = np.zeros((height, width), np.uint8)
        self._palette = palette

    def block(self, part: Array, area: Rectangle, ms: int, after: int = KEEP) -> bytes:
        """The block of a frame that shows these colours in this area, and what becomes of it after its time."""
        shown, last = self._indices[area], self._colours[area]
        own, index = self._palette, self._indexed(part, last, shown)
        changed = part != last if index is None else index != shown
        y0, y1, x0, x1 = bounds(changed)
        box = np.s_[y0:y1, x0:x1]
        if index is None:  # new colours, the nearest ones too far, and no room: a palette for this frame alone
            own = Palette(_colours([part[box]]))
            pixels = own.nearest(part[box])
        else:
            pixels = _stretches(index[box], changed[box])
        if after == KEEP:
            last[:] = part
            if index is None:
                shown[box] = 0
            else:
                shown[:] = index
        corner = area[1].start + x0, area[0].start + y0
        return _frame(pixels, corner, ms, own, local=own is not self._palette, after=after)

    def _indexed(self, part: Array, last: Array, shown: Array) -> Array | None:
        """The indices of these colours in the palette, or None if it can't take them.

        A pixel keeps its index if its colour stays, or if the palette has no exact match and the old colour is near.
        """
        places = np.flatnonzero(part != last)
        index: Array = shown.copy()
        if not places.size:
            return index
        colours, old = part.ravel()[places], index.ravel()[places]
        new = np.ones(places.size, bool)  # where a run of one colour begins
        new[1:] = (colours[1:] != colours[:-1]) | (places[1:] != places[:-1] + 1)
        first = np.flatnonzero(new)
        lengths = np.diff(first, append=places.size)
        found = self._palette.find(colours[first], lengths)
        if found is None:
            return None
        known = np.insert(self._palette.colours, 0, NOTHING)
        blended = np.repeat(known[found] != colours[first], lengths)
        found = np.repeat(found, lengths)
        unsure = np.flatnonzero(blended & (old != 0) & (old != found))
        near = unsure[_near(colours[unsure], known[old[unsure]])]
        found[near] = old[near]
        index.ravel()[places] = found
        return index


def _stretches(index: Array, changed: Array) -> Array:
    """The pixels to write: whole stretches of one index in which any pixel changed, which pack better than parts of
    them; all others are transparent.
    """
    new = np.ones(index.shape, bool)  # where a stretch begins; each row begins one
    np.not_equal(index[:, 1:], index[:, :-1], out=new[:, 1:])
    ends = np.append(np.flatnonzero(new)[1:], index.size) - 1
    counts = np.cumsum(changed, dtype=np.int32)[ends]  # how many pixels changed up to the end of each
    written = np.diff(counts, prepend=0) > 0
    return np.repeat(index.ravel()[ends] * written, np.diff(ends, prepend=-1)).reshape(index.shape)


class Palette:
    """At most 255 colours, packed as 0xBBGGRR, after index 0 for transparent; a small table finds the index of a colour
    that it had before.

    Its size in the file is a power of two; what that leaves free is for colours that come up later.
    """

    def __init__(self, colours: Array) -> None:
        self.colours = colours
        self.bits = min(8, max(2, int(colours.size + SPARE).bit_length()))
        self._known = {colour: n for n, colour in enumerate(colours.tolist(), 1)}
        # the colours found last, each in the one slot that is its own: a table that fits a processor's cache
        self._keys = np.full(SLOTS, NOTHING, np.uint32)
        self._values = np.zeros(SLOTS, np.uint8)
        self._enter(colours, np.arange(1, colours.size + 1))

    def table(self) -> bytes:
        """The colour table, filled up to a power of two."""
        return (b"\0\0\0" + _split(self.colours).astype(np.uint8).tobytes()).ljust(3 << self.bits, b"\0")

    def find(self, colours: Array, lengths: Array) -> Array | None:
        """For the colours of runs of these lengths, the index of a colour within LIMIT of each; None if there is none
        and no room for one.

        New flat colours become colours of the palette, as long as there is room.
        """
        slots = _slots(colours)
        index: Array = np.where(self._keys[slots] == colours, self._values[slots], np.uint8(0))
        missing = np.flatnonzero((index == 0) & (colours != NOTHING))
        if missing.size:
            found = self._looked_for(colours[missing], lengths[missing])
            if found is None:
                return None
            index[missing] = found
        return index

    def nearest(self, picture: Array) -> Array:
        """The index of each pixel's nearest colour, however far that is."""
        pixels = picture.ravel()
        first = np.flatnonzero(np.r_[True, pixels[1:] != pixels[:-1]])  # of each run, which are far fewer than pixels
        colours, which = np.unique(pixels[first], return_inverse=True)
        index = _distance(_split(colours), _split(self.colours)).argmin(1) + 1
        found: Array = np.where(colours == NOTHING, 0, index).astype(np.uint8)[which]
        return np.repeat(found, np.diff(first, append=pixels.size)).reshape(picture.shape)

    def _looked_for(self, colours: Array, lengths: Array) -> Array | None:
        """The index of colours of runs of these lengths that have no slot; see `find`."""
        every = colours.tolist()
        new = sorted(set(every).difference(self._known))
        if new and not self._learn(np.array(new, np.uint32), _often(colours, lengths)):
            return None
        values = np.fromiter(map(self._known.__getitem__, every), np.uint8, len(every))
        self._enter(colours, values)
        return values

    def _learn(self, new: Array, flat: Array) -> bool:
        """Choose the index of new colours, flat ones first; False if one is far from all and there is no room."""
        channels = _split(new)
        for colour in np.intersect1d(new, flat) if flat.size else ():
            self._add(colour)
        far = _distance(channels, _split(self.colours))
        while (least := far.min(1)).max() > LIMIT:
            if not self._add(new[least.argmax()]):
                return False
            far = np.column_stack([far, _distance(channels, _split(self.colours[-1:]))])
        self._known |= zip(new.tolist(), (far.argmin(1) + 1).tolist(), strict=True)
        return True

    def _add(self, colour: Any) -> bool:
        """Give a colour a place; whether there was room."""
        if self.colours.size + 1 >= 1 << self.bits:
            return False
        self.colours = np.append(self.colours, colour)
        self._known[int(colour)] = self.colours.size
        return True

    def _enter(self, colours: Array, index: Array) -> None:
        slots = _slots(colours)
        self._keys[slots], self._values[slots] = colours, index


def _slots(colours: Array) -> Array:
    """The place of each colour in a table of SLOTS, spread by multiplication (Knuth, 6.4)."""
    return colours * np.uint32(2_654_435_769) >> np.uint32(32 - SLOTS.bit_length() + 1)


def _packed(pixels: Array, theme: Theme) -> Array:
    """uint8 (height, width, 4) as one number 0xBBGGRR a pixel, NOTHING where it is transparent, mixed with the theme's
    background.
    """
    packed = pixels.view("<u4")[..., 0] & np.uint32(0xFFFFFF)
    if theme.transparent:
        alpha = pixels[..., 3]
        thin = (alpha < 255) & (alpha >= LEAST_ALPHA)
        share = alpha[thin, None].astype(np.uint32)
        mixed = (
            pixels[thin, :3] * share
            + np.frombuffer(bytes.fromhex(theme.background[1:]), np.uint8) * (255 - share)
            + 127
        ) // 255
        packed[thin] = mixed @ np.array([1, 1 << 8, 1 << 16], np.uint32)
        packed[alpha < LEAST_ALPHA] = NOTHING
    return packed


def _split(colours: Array) -> Array:
    return np.stack([colours & 255, colours >> 8 & 255, colours >> 16], -1).astype(np.int16)


def _runs(picture: Array) -> tuple[Array, Array]:
    """The colour and the length of each run of equal opaque pixels, row by row."""
    row = picture[picture != NOTHING].ravel()
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])[: row.size]
    return row[starts], np.diff(starts, append=row.size)


def _often(colours: Array, lengths: Array) -> Array:
    """The colours of runs that areas have, not edges alone."""
    flat = colours[lengths >= FLAT]
    if flat.size < FLAT_RUNS:
        return flat[:0]
    certain, times = np.unique(flat, return_counts=True)
    return certain[times >= FLAT_RUNS]


def _colours(frames: list[Array]) -> Array:
    """Colours for these frames: every flat one as it is, and anti-aliased ones so that none is further than TOLERANCE
    away.

    Each colour taken is the one that stands for most pixels that are left; where more than 255 are needed, the
    tolerance grows.
    """
    runs = [_runs(frame) for frame in frames]
    edges = [colours for colours, _ in runs]
    certain = _often(*(np.concatenate(part) for part in zip(*runs, strict=True)))
    certain = certain if certain.size <= 255 else certain[:0]
    colours, counts = _thinned(*np.unique(np.concatenate(edges), return_counts=True))
    # the candidates; rarer colours take the nearest one
    often = np.sort(np.argsort(-counts, kind="stable")[:MOST_COLOURS])
    channels = _split(colours)
    distance = _distance(channels[often], channels)
    to_certain = _distance(channels, _split(certain)).min(1, initial=255)
    for tolerance in range(TOLERANCE, 256, 8):
        near = distance <= tolerance
        left, chosen = to_certain > tolerance, list(certain)
        weight: Array = near @ np.where(left, counts, 0)
        while weight.any() and len(chosen) < 255:
            best = int(weight.argmax())
            covered = left & near[best]
            weight = weight - near[:, covered] @ counts[covered]
            weight[best] = 0
            left &= ~covered
            chosen.append(colours[often[best]])
        if not left.any() or len(chosen) < 255:
            break
    return _with_rare(np.array(chosen, np.uint32), colours)


def _with_rare(chosen: Array, colours: Array) -> Array:
    """The chosen colours, and of the others those that none of them comes near, as long as there is room."""
    far = _distance(_split(colours), _split(chosen)).min(1, initial=255)
    while far.max(initial=0) > LIMIT and chosen.size < 255:
        rare = colours[far.argmax()]
        chosen = np.append(chosen, rare)
        far = np.minimum(far, _distance(_split(colours), _split(rare[None]))[:, 0])
    return chosen


def _thinned(colours: Array, counts: Array) -> tuple[Array, Array]:
    """Of colours that differ by less than 4 in every channel, the most frequent, with the counts of all."""
    order = np.argsort(-counts, kind="stable")
    _, first, group = np.unique(colours[order] & 0xFCFCFC, return_index=True, return_inverse=True)
    return colours[order][first], np.bincount(group, counts[order])


def _distance(one: Array, other: Array) -> Array:
    """The largest difference of any channel between each of these colours and each of those, as uint8."""
    far = np.zeros((len(one), len(other)), np.uint8)
    for channel in range(3):
        np.maximum(far, np.abs(one[:, None, channel] - other[None, :, channel]).astype(np.uint8), out=far)
    return far


def _near(one: Array, other: Array) -> Array:
    """Whether no channel of packed colours differs by more than LIMIT from the other's, one by one."""
    near = np.ones(one.shape, bool)
    for shift in (0, 8, 16):
        far = (one >> shift & 255) - (other >> shift & 255) + LIMIT  # unsigned: less than 0 is large
        near &= far <= 2 * LIMIT
    return near


def _frame(index: Array, at: tuple[int, int], ms: int, palette: Palette, *, local: bool, after: int = KEEP) -> bytes:
    """One frame: how long it is seen and what then becomes of it, where it lies, its palette if it has its own, and its
    pixels.
    """
    height, width = index.shape
    control = b"\x21\xf9\x04" + struct.pack("<BHBB", after | 1, ms // TICK_MS, 0, 0)  # 0 is transparent
    where = b"\x2c" + struct.pack("<HHHHB", *at, width, height, 0x80 | palette.bits - 1 if local else 0)
    image = Image.frombytes("P", (width, height), np.ascontiguousarray(index).tobytes())
    pixels = image.tobytes("gif", "P", palette.bits, 0)
    return control + where + (palette.table() if local else b"") + bytes([palette.bits]) + pixels + b"\0"
