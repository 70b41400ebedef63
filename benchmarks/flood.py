"""A hundred warnings at once, over thirty regions: until the last relay stands, as a ratio to bare requests.

    python -m benchmarks.flood [WARNINGS] [ROOMS] [MEMBERS] [TIMES]

Each author says three, one after the other, all authors at the same time; each warning is for one region, so
there are as many relays. Everybody has the keys. How it is measured, and what bare is: benchmarks/warning.py.
"""

from __future__ import annotations

import asyncio
import sys

from benchmarks.figures import told
from benchmarks.warning import crowd

EACH = 3  # an author's further ones would wait


async def main(warnings: int = 100, rooms: int = 30, members: int = 20, times: int = 20) -> None:
    async with crowd(rooms, members, -(-warnings // EACH)) as place:
        said = 0

        async def say() -> None:
            """All at once: the warnings are dealt out to the authors, and to the regions."""
            nonlocal said
            texts = [
                f"#swsdanger #r{n % rooms} a grey van waits by bridge {said + n}" for n in range(warnings)
            ]
            said += warnings
            hands = [texts[n :: len(place.authors)] for n in range(len(place.authors))]

            async def one(number: int) -> None:
                for text in hands[number]:
                    await place.authors[number].say(place.lounge, text)

            await asyncio.gather(*(one(number) for number in range(len(place.authors))))

        ours = [await place.ours(say, warnings) for _ in range(times)]
        await place.bot.end()
        limit = [await place.bare(say, warnings, 1) for _ in range(times + 1)][1:]
    what = f"{warnings} warnings at once to {rooms} rooms x {members} members"
    print(f"{what}, {times} times: median (quartiles), ratio")
    print(told("bare requests", limit))
    print(told("the bot", ours, limit))


if __name__ == "__main__":
    asyncio.run(main(*(int(word) for word in sys.argv[1:])))
