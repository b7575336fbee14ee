"""The input of all writers: a scene with a theme, a time for each step, and a resolution. Independent of formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from .errors import ConvanimError, short_repr
from .geometry.parameters import integer
from .labels.labelling import Labelling
from .scene import Scene
from .scene.choice import only
from .text.lang import language
from .themes.theme import Theme, pixel_size

if TYPE_CHECKING:
    from .render.agg import Canvas


@dataclass(frozen=True)
class Clip:
    """A figure ready to play: one frame per step, `step_ms` milliseconds each, at `dpi` pixels per inch.

    At 150 dpi, as in the guide, a cell is 29.5 pixels wide. The last step is held for `hold_ms` more, and the figure is
    played `loop` times; 0 means forever. `fps` is the frame rate of a video, or None to derive it from the times of the
    steps. `labelling` is the figure without its labels, for other arrangements of it. `thinned` are the steps that an
    animation plays if it leaves some out; single pictures, storyboards and texts have all steps.
    """

    scene: Scene
    theme: Theme
    step_ms: int
    dpi: float
    hold_ms: int
    loop: int
    fps: int | None
    labelling: Labelling = field(repr=False)
    thinned: tuple[int, ...] = field(default=(), repr=False)

    @cached_property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return pixel_size(self.scene.box.width, self.scene.box.height, self.dpi)

    def __len__(self) -> int:
        """The number of steps: in most views, the number of output cells."""
        return self.scene.steps

    @property
    def poster(self) -> int:
        """The step that explains most, for still pictures; counted from 0."""
        return self.scene.poster

    @property
    def played(self) -> Self:
        """The clip that an animation plays: about 100 of more than 1,000 steps, unless the option `steps` is given."""
        return replace(self, scene=chosen(self.scene, self.thinned), thinned=()) if self.thinned else self

    @property
    def is_detail(self) -> bool:
        """Whether only a part of the figure's maps is drawn."""
        return self.labelling.op.whole is not self.labelling.op

    def duration(self, step: int) -> int:
        """The time of a step in milliseconds. The last step is held longer."""
        return self.step_ms + (self.hold_ms if step == self.scene.steps - 1 else 0)

    @property
    def formula(self) -> tuple[str, ...]:
        """The formula of the output's size in letters and with its numbers, a line for each that differs.

        "o = floor((i + 2p − k)/s) + 1 = ... = 3"
        """
        return self.labelling.formula()

    def equation(self, step: int) -> str:
        """The computation of a step's value, in numbers or symbols: "3·0 + 2·1 + 1·2 = 4"; "" for a figure without
        values.

        Raises ConvanimError for a step out of range.
        """
        self.check_step(step)
        return self.labelling.equation(self.labelling.scene.step_of(self.scene.number(step)))

    @property
    def alt(self) -> str:
        """The alternative text, for readers who don't see the figure: its title, motion, sizes and result."""
        from .text.alt import text

        return text(self.scene, self.labelling.op, self.labelling.texts)

    def check_step(self, step: int) -> None:
        """Raise ConvanimError for a step out of range."""
        number = integer(step)
        if number is None or not 0 <= number < self.scene.steps:
            more = ' of a detail; poster= moves it to another step, and focus="off" draws all' if self.is_detail else ""
            raise ConvanimError(f"step={short_repr(step)}: this figure has steps 0 to {self.scene.steps - 1}{more}")

    def canvas(self) -> Canvas:
        """A fresh canvas that draws this figure's steps."""
        from .render.agg import Canvas

        return Canvas(self.scene, self.theme, self.size)

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def chosen(scene: Scene, numbers: Sequence[int]) -> Scene:
    """The scene restricted to these steps. Its description says how many of all steps it has."""
    n, whole = f"{len(numbers):,}", f"{scene.whole:,}"
    left_out = language(scene.lang).say("description.chosen", n=n, whole=whole)
    return replace(only(scene, numbers), description=f"{scene.description} {left_out}".strip())
