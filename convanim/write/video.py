"""Videos, for programs that play no pictures: H.264 in MP4, VP9 in WebM, by ffmpeg, which imageio brings (the extra
`video`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ConvanimError
from .files import replacing

if TYPE_CHECKING:
    from ..clip import Clip

FEWEST_FPS, USUAL_FPS, MOST_FPS = (
    10,
    30,
    60,
)  # fewer stutter in some players; where no number fits all times, the usual one
# The colour space of HD, stated for players. Date and machine are left out, so that a figure gives the same file
COLOURS = [
    "-vf",
    "scale=out_color_matrix=bt709:out_range=tv",
    "-colorspace",
    "bt709",
    "-color_primaries",
    "bt709",
    "-color_trc",
    "bt709",
    "-fflags",
    "+bitexact",
    "-flags:v",
    "+bitexact",
    "-map_metadata",
    "-1",
]
# the codec, and its options: chosen on the guide's figures for thin lines that stay sharp in half a GIF's bytes. Few
# frames differ from
# the one before, so that a whole one a minute is enough to jump to; the index stands at the beginning, so that a page
# plays before it has all
CODECS: dict[str, tuple[str, list[str]]] = {
    ".mp4": (
        "libx264",
        [
            "-crf",
            "35",
            "-preset",
            "veryslow",
            "-tune",
            "animation",
            "-threads",
            "1",
            "-x264-params",
            "keyint=600:scenecut=0:ref=16:bframes=3:b-pyramid=none:weightp=0:psy=0:rc-lookahead=20",
            "-movflags",
            "+faststart",
        ],
    ),
    ".webm": (
        "libvpx-vp9",
        ["-crf", "36", "-b:v", "0", "-deadline", "good", "-cpu-used", "5", "-threads", "1", "-g", "600"],
    ),
}


def write(clip: Clip, path: Path) -> None:
    """Write the whole clip, once, or as many times as it is to be played; a transparent background is painted in
    the theme's colour.
    """
    import imageio.v2 as imageio

    codec, options = CODECS[path.suffix.lower()]
    with replacing(path) as file, tempfile.TemporaryDirectory() as folder:
        made = Path(
            folder, f"video{path.suffix.lower()}"
        )  # ffmpeg goes back in what it writes, and knows a format by its name
        try:
            video: Any = imageio.get_writer(
                made,
                format="FFMPEG",
                mode="I",
                fps=frames_a_second(clip),
                codec=codec,
                pixelformat="yuv420p",
                macro_block_size=1,
                quality=None,
                bitrate=None,
                ffmpeg_log_level="error",
                output_params=[*COLOURS, *options],
            )
            with video:
                for picture, count in _pictures(clip):
                    for _ in range(count):
                        video.append_data(picture)
        except (OSError, RuntimeError) as error:
            raise ConvanimError(f"ffmpeg can't write {path.name}: {error}") from None
        with made.open("rb") as whole:
            shutil.copyfileobj(whole, file)


def check(clip: Clip) -> None:
    """Raise ConvanimError where ffmpeg is missing, and for steps that are shorter than a frame."""
    try:
        import imageio_ffmpeg

        imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        raise ConvanimError('a video needs ffmpeg, which an extra brings: pip install "convanim[video]"') from None
    fps = frames_a_second(clip)
    if clip.step_ms * fps < 1000:
        raise ConvanimError(
            f"step_ms={clip.step_ms}: with {fps} frames a second each step needs {-(-1000 // fps)} ms: take more,"
            " or a larger fps"
        )


def frames_a_second(clip: Clip) -> int:
    """What is asked for, or the fewest from 10 on that give each step a whole number of frames; 30 if none up to 60
    does.
    """
    if clip.fps is not None:
        return clip.fps
    times = {clip.duration(0), clip.duration(len(clip) - 1)}
    return next((fps for fps in range(FEWEST_FPS, MOST_FPS + 1) if not any(ms * fps % 1000 for ms in times)), USUAL_FPS)


def frames(clip: Clip) -> Iterator[int]:
    """How many frames each step is seen for: the step that is on at a frame's time, so that nothing adds up."""
    fps, time, shown = frames_a_second(clip), 0, 0
    for step in range(len(clip)):
        time += clip.duration(step)
        until = (time * fps + 500) // 1000
        yield until - shown
        shown = until


def _pictures(clip: Clip) -> Iterator[tuple[np.ndarray[Any, np.dtype[np.uint8]], int]]:
    """Each step's picture with its sides made even by the background's colour, which the codecs need, and for how many
    frames it is seen.
    """
    canvas, (width, height) = clip.canvas(), clip.size
    ground = np.frombuffer(bytes.fromhex(clip.theme.background[1:]), np.uint8)
    picture = np.empty((height + height % 2, width + width % 2, 3), np.uint8)
    picture[:] = ground
    for _ in range(max(clip.loop, 1)):
        for step, count in enumerate(frames(clip)):
            pixels = canvas.draw(step)
            share = pixels[..., 3:] / 255 if clip.theme.transparent else 1.0
            picture[:height, :width] = (
                pixels[..., :3] * share + ground * (1 - share) + 0.5 if clip.theme.transparent else pixels[..., :3]
            )
            yield picture, count
