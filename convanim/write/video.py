"""Videos, for programs that play no pictures: H.264 in MP4, VP9 in WebM, by ffmpeg (the extra `video`).

Each step is one frame, which is seen for the step's time. So a video costs about as much time as a GIF. A given `fps`
repeats frames instead, for programs that need them evenly.
"""

from __future__ import annotations

import math
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from ..errors import ConvanimError
from ..progress import Progress, counted, stepwise

if TYPE_CHECKING:
    from ..clip import Clip

Picture = np.ndarray[Any, np.dtype[np.uint8]]
# HD's colours, said so that players need not guess. Without what tells of the machine or the time, the same figure is
# the same file
COLOURS = shlex.split("-colorspace bt709 -color_primaries bt709 -color_trc bt709")
SAME_BYTES = shlex.split("-fflags +bitexact -flags:v +bitexact -map_metadata -1")
CRF, CRF_SECONDS = 39.2, 1.0  # the quality of frames that are seen for a second
# x264 gives frames that are seen for longer more bits: a frame of t seconds is as good at a crf that is larger by this
# times log2(t) (6 x (1 - qcomp), qcomp = 0.6; ratecontrol.c, which takes times from 10 ms to 1 s for what they are)
CRF_PER_OCTAVE, LEAST_SECONDS = 2.4, 0.01
# The options of the codecs: chosen on the guide's figures for thin lines that stay sharp in half a GIF's bytes. Few
# frames differ much from the one before, so that a whole one in 600 is enough to jump to. Frames stand in the order in
# which they are seen (no B-frames): MP4 takes its length from the last one in the file. The index stands at the
# beginning, so that a page plays before it has all
H264 = shlex.split(
    "-f mp4 -c:v libx264 -preset medium -tune animation -threads 1 -movflags +faststart -x264-params"
    " keyint=600:scenecut=0:ref=6:bframes=0:weightp=0:psy=0:rc-lookahead=20"
)
LONGEST_REASON = 300  # characters of what ffmpeg says, from the end
VP9 = shlex.split("-f webm -c:v libvpx-vp9 -crf 36 -b:v 0 -deadline good -cpu-used 5 -threads 1 -g 600")


def write_mp4(clip: Clip, file: BinaryIO, progress: Progress | None) -> None:
    """Write the whole clip as MP4, once, or as many times as it is to be played.

    A transparent background is painted in the theme's colour.
    """
    _write(clip, file, progress, [*H264, "-crf", f"{_crf(clip):.2f}"])


def write_webm(clip: Clip, file: BinaryIO, progress: Progress | None) -> None:
    """Write the whole clip as WebM, as `write_mp4` does."""
    _write(clip, file, progress, VP9)


def check(clip: Clip) -> None:
    """Raise ConvanimError where ffmpeg is missing, and for steps that are shorter than a frame."""
    _ffmpeg()
    if clip.fps is not None and clip.step_ms * clip.fps < 1000:
        raise ConvanimError(
            f"step_ms={clip.step_ms}: with {clip.fps} frames per second each step needs {-(-1000 // clip.fps)} ms: take"
            " more, or a larger fps"
        )


def _ffmpeg() -> str:
    """The path of ffmpeg."""
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        raise ConvanimError('a video needs ffmpeg: pip install "convanim[video]"') from None


def _crf(clip: Clip) -> float:
    """The quality that is the same for frames of any time."""
    seconds = clip.step_ms / 1000 if clip.fps is None else 1 / clip.fps
    return CRF + CRF_PER_OCTAVE * math.log2(min(max(seconds, LEAST_SECONDS), CRF_SECONDS) / CRF_SECONDS)


def _write(clip: Clip, file: BinaryIO, progress: Progress | None, codec: list[str]) -> None:
    """Let ffmpeg write into a file without a name, and copy it."""
    width, height = _even(clip)
    rate = f"1000/{clip.step_ms}" if clip.fps is None else str(clip.fps)
    source = f"-f rawvideo -pix_fmt rgb24 -s {width}x{height} -framerate {rate} -i pipe:0"
    filters = "scale=out_color_matrix=bt709:out_range=tv"
    timed: list[str] = []
    if clip.fps is None:  # a frame is neither repeated nor left out, and times are counted in milliseconds
        filters = f"{_times(clip)},{filters}" if clip.hold_ms else filters
        # ffmpeg before 7.1 gives a frame whose time was set no duration: players then leave the last one out, and x264
        # draws it badly. So times are set only where they are irregular, and durations for all
        timed = shlex.split(f"-fps_mode passthrough -enc_time_base 1/1000 -bsf:v setts=duration={clip.step_ms}/1000/TB")
    with _made(file) as (place, kept):
        command = [
            *(_ffmpeg(), "-v", "error", "-nostdin", "-y", *source.split(), "-vf", filters, *timed),
            *("-pix_fmt", "yuv420p", *COLOURS, *SAME_BYTES, *codec, place),
        ]
        _run(command, kept, _pictures(clip, progress))


def _run(command: list[str], kept: tuple[int, ...], pictures: Iterator[Picture]) -> None:
    """Run ffmpeg on pictures. It ends with this call, however that ends, and says nothing but in an error's message."""
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            pass_fds=kept,
            start_new_session=True,  # Ctrl-C is for this process alone
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # the same on Windows
        ) as ffmpeg:
            assert ffmpeg.stdin is not None
            try:
                for picture in pictures:
                    ffmpeg.stdin.write(picture.data)
                ffmpeg.stdin.close()
                failed = ffmpeg.wait() != 0
            except OSError:  # it has closed its end, and says why
                failed = True
            finally:
                ffmpeg.kill()
        if failed:
            said.seek(0)
            why = " ".join(said.read().decode(errors="replace").split())
            raise ConvanimError(f"ffmpeg can't write the video: {why[-LONGEST_REASON:] or 'it ended early'}")


@contextmanager
def _made(file: BinaryIO) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A place for ffmpeg, which goes back in what it writes, and descriptors that it needs. What is there in the end is
    added to the file.

    Where the system can (Linux), the place has no name, so that even a killed process leaves nothing.
    """
    if Path("/proc/self/fd").is_dir():
        with tempfile.TemporaryFile() as made:
            yield f"/proc/self/fd/{made.fileno()}", (made.fileno(),)
            made.seek(0)
            shutil.copyfileobj(made, file)
        return
    with tempfile.TemporaryDirectory(prefix="convanim-") as folder:
        path = Path(folder, "video")
        yield str(path), ()
        with path.open("rb") as made:
            shutil.copyfileobj(made, file)


def _times(clip: Clip) -> str:
    """The filter that gives each frame its time in milliseconds, counted through all rounds.

    ffmpeg gives the last frame the time of a step: where the last step is held, it is one more frame, a step before the
    round ends.
    """
    a_round = clip.step_ms * len(clip) + clip.hold_ms
    count = len(_order(clip))
    held = f"+eq(mod(N\\,{count})\\,{len(clip)})*{clip.hold_ms - clip.step_ms}" if count > len(clip) else ""
    return f"settb=1/1000,setpts=floor(N/{count})*{a_round}+mod(N\\,{count})*{clip.step_ms}{held}"


def _order(clip: Clip) -> list[int]:
    """The step of each frame of a round."""
    if clip.fps is not None:
        return [step for step, count in enumerate(frames(clip, clip.fps)) for _ in range(count)]
    return [*range(len(clip)), *([len(clip) - 1] if clip.hold_ms else [])]


def frames(clip: Clip, fps: int) -> Iterator[int]:
    """How many frames each step is seen for: the step that is on at a frame's time, so that nothing adds up."""
    time, shown = 0, 0
    for step in range(len(clip)):
        time += clip.duration(step)
        until = (time * fps + 500) // 1000
        yield until - shown
        shown = until


def _even(clip: Clip) -> tuple[int, int]:
    """(width, height) made even, which the codecs need."""
    width, height = clip.size
    return width + width % 2, height + height % 2


def _pictures(clip: Clip, progress: Progress | None) -> Iterator[Picture]:
    """The picture of each frame, with the background's colour where its sides were made even; each overwrites the one
    before.
    """
    canvas, (width, height) = clip.canvas(), clip.size
    ground = np.frombuffer(bytes.fromhex(clip.theme.background[1:]), np.uint8)
    across, down = _even(clip)
    picture = np.empty((down, across, 3), np.uint8)
    picture[:] = ground
    before = None
    for step in counted(_order(clip) * max(clip.loop, 1), stepwise(progress, len(clip))):
        if step != before:
            pixels = canvas.draw(step)
            if clip.theme.transparent:
                share = pixels[..., 3:] / 255
                picture[:height, :width] = pixels[..., :3] * share + ground * (1 - share) + 0.5
            else:
                for channel in range(3):  # much quicker than all at once: each pixel's bytes lie apart
                    picture[:height, :width, channel] = pixels[..., channel]
        before = step
        yield picture
