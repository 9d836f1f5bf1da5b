"""The control that RESTA is compared with: random characters in the user's text."""

import random
import string


def perturbed(text: str, percent: float, seed: int, index: int) -> str:
    """`text` with `percent` % of its characters replaced.

    This is SmoothLLM's swap (arXiv 2310.03684, `RandomSwapPerturbation` of its code): the number of
    positions is truncated to an integer, positions are drawn without replacement, characters from
    `string.printable`; so a character may be replaced by itself. Equal arguments give equal texts.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"{percent} %")
    numbers = random.Random(f"perturbation {seed} {index}")
    characters = list(text)
    for position in numbers.sample(range(len(text)), int(len(text) * percent / 100)):
        characters[position] = numbers.choice(string.printable)
    return "".join(characters)


def perturbed_all(texts: list[str], percent: float, seed: int) -> list[str]:
    return [perturbed(text, percent, seed, index) for index, text in enumerate(texts)]
