"""What the tasks hand to the queue."""

from typing import Any

import pytest

from notifications import delivery, relay, tasks


@pytest.mark.parametrize(("every", "kept"), [(1, 60), (15, 60), (120, 480)])
def test_a_worker_whose_clock_is_a_minute_ahead_still_sends(
    settings: Any, monkeypatch: pytest.MonkeyPatch, every: int, kept: int
) -> None:
    settings.RELAY_SECONDS, sent = every, []
    monkeypatch.setattr(relay, "relay", lambda: None)
    monkeypatch.setattr(delivery, "owed", lambda now: [7])

    def handed_out(args: tuple[int], **options: Any) -> None:
        sent.append((args, options))

    monkeypatch.setattr(tasks.deliver, "apply_async", handed_out)
    tasks.relay()
    assert sent == [((7,), {"expires": kept})]
