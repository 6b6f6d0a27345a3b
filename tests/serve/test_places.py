"""Who waits for a place and how long: a queue under load, simulated."""

from __future__ import annotations

import asyncio
import random

import numpy as np

from semsearch.serve.places import Places
from tests.serve.clock import in_no_time

_LONGEST = 0.5
_MEAN = 0.05  # seconds of an answer


class _Service:
    """Two places, and answers that take as long as real ones: most about the mean, some much longer."""

    def __init__(self, longest: float = _LONGEST) -> None:
        self.places = Places(2, longest)
        self.chance = random.Random(0)
        self.accepted: list[tuple[float, float]] = []  # when it came, and how long until the answer
        self.waits: list[float] = []
        self.refused: list[tuple[float, float]] = []

    async def ask(self, *, patient: bool = True, takes: float | None = None) -> bool:
        loop = asyncio.get_running_loop()
        came = loop.time()
        if not await self.places.take(patient=patient):
            self.refused.append((came, loop.time() - came))
            return False
        self.waits.append(loop.time() - came)
        takes = self.chance.lognormvariate(np.log(_MEAN), 0.3) if takes is None else takes
        try:
            await asyncio.sleep(takes)
        finally:
            self.places.leave(takes)
        self.accepted.append((came, loop.time() - came))
        return True

    async def offered(self, rate: float, seconds: float) -> None:
        asked = set()
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            asked.add(asyncio.create_task(self.ask()))
            await asyncio.sleep(self.chance.expovariate(rate))
        await asyncio.gather(*asked)


def test_at_twice_the_load_the_accepted_hardly_wait_and_nothing_is_wasted() -> None:
    service = _Service()

    async def load() -> None:
        for _ in range(300):
            await service.ask()
        service.alone = np.percentile([took for _, took in service.accepted], 99)  # type: ignore[attr-defined]
        service.accepted.clear()
        await service.offered(2 * 2 / _MEAN, 120)

    in_no_time(load())
    times = np.array([took for _, took in service.accepted])
    assert np.percentile(times, 99) < 4 * service.alone  # type: ignore[attr-defined]
    assert len(times) / 120 > 0.9 * 2 / (_MEAN * np.exp(0.3**2 / 2)), "places are hardly ever empty"
    assert max(took for _, took in service.refused) <= _LONGEST + 0.001
    assert np.percentile([took for _, took in service.refused], 95) < 2 * _MEAN, "they are told soon"


def test_a_burst_is_taken_up() -> None:
    service = _Service()

    async def burst() -> None:
        assert all(await asyncio.gather(*(service.ask(takes=_MEAN) for _ in range(20))))

    in_no_time(burst())
    assert max(service.waits) > 8 * _MEAN, "the last of them waited for all the others"
    assert not service.refused


def test_nobody_waits_longer_than_the_bound() -> None:
    service = _Service()

    async def burst() -> None:
        await asyncio.gather(*(service.ask(takes=_MEAN) for _ in range(100)))

    in_no_time(burst())
    assert max(service.waits) <= _LONGEST
    assert len(service.accepted) + len(service.refused) == 100
    assert len(service.accepted) >= 20


def test_a_queue_that_stands_is_served_from_the_other_end_until_it_has_gone() -> None:
    service = _Service()
    places = service.places

    async def load() -> None:
        await service.offered(2 * 2 / _MEAN, 5)
        assert places.crowded
        busy = [asyncio.create_task(service.ask(takes=_MEAN)) for _ in range(2)]
        await asyncio.sleep(0)
        first, second = (asyncio.create_task(service.ask(takes=_MEAN)) for _ in range(2))
        await asyncio.sleep(0)
        assert not await service.ask(patient=False), "what can wait does not wait while it stands"
        began = asyncio.get_running_loop().time()
        await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(first, second, *busy)
        assert service.accepted[-2][0] <= began
        await asyncio.sleep(_LONGEST * 1.01)
        assert await service.ask()
        assert not places.crowded
        assert await service.ask(patient=False)

    in_no_time(load())


def test_the_newest_begins_first_while_the_queue_stands() -> None:
    order = list[str]()

    async def load() -> None:
        service = _Service()
        await service.offered(2 * 2 / _MEAN, 5)
        busy = [asyncio.create_task(service.ask(takes=_MEAN)) for _ in range(2)]
        await asyncio.sleep(_MEAN / 10)

        async def named(name: str) -> None:
            if await service.places.take():
                order.append(name)
                service.places.leave()

        waiting = []
        for name in ("old", "new"):
            waiting.append(asyncio.create_task(named(name)))
            await asyncio.sleep(_MEAN / 10)
        await asyncio.gather(*waiting, *busy)

    in_no_time(load())
    assert order == ["new", "old"]


def test_who_gives_up_waiting_leaves_no_place_taken() -> None:
    async def load() -> None:
        service = _Service()
        busy = [asyncio.create_task(service.ask(takes=0.1)) for _ in range(2)]
        await asyncio.sleep(0.01)
        gone = [asyncio.create_task(service.ask()) for _ in range(50)]
        await asyncio.sleep(0.01)
        for number, each in enumerate(gone):
            if number == 25:
                await asyncio.gather(*busy)  # some are cancelled when their turn has just come
            each.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        assert all(await asyncio.gather(service.ask(takes=0.1), service.ask(takes=0.1)))
        assert service.waits[-2:] == [0, 0]
        assert service.places.waiting == 0

    in_no_time(load())
