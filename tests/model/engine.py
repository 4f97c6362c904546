"""The engine under the verbs of the reference model: names become rows, seats become steps, refusals stay refusals."""

from datetime import datetime, timedelta
from typing import Any

from agreements.commands import lifecycle
from tests import builders, light
from tests.model import county
from tests.model.model import Node
from workflow import clock
from workflow.commands import bulk, cases, copies, migrations, people, staffing, steps
from workflow.models import Case, Posting, Substitution
from workflow.rules import canonical

VERDICTS = {"approved": "approve", "returned": "return", "refused": "refuse"}


class Engine:
    """One case of the product. `ids`: the step of each seat, set by whoever compares the two."""

    def __init__(self, world: builders.World, mode: str, persons: int) -> None:
        self.world, self.mode, self.now = world, mode, world.now
        self.case_id = light.agreement(world, mode, persons=persons).pk
        self.version, self.content = 1, 0
        self.ids: dict[Node, int] = {}

    def how(self, who: str) -> dict[str, Any]:
        return {"actor": self.world.people[who], "now": self.now}

    def pk(self, who: str) -> int:
        return int(self.world.people[who].pk)

    def decide(self, who: str, seat: Node, verdict: str, to: str = "", resume: str = "with_me") -> None:
        more = {} if verdict == "approved" else {"comment": "改", "to": to, "resume": resume, "reason_code": "other"}
        steps.decide(self.ids[seat], verdict=VERDICTS[verdict], **more, **self.how(who))

    def bulk(self, who: str, seats: list[Node]) -> None:
        seen = Case.objects.values_list("hashes", flat=True).get(pk=self.case_id)
        steps.decide_many([bulk.Item(self.ids[seat], seen) for seat in seats], **self.how(who))

    def claim(self, who: str, seat: Node) -> None:
        steps.claim(self.ids[seat], **self.how(who))

    def release(self, who: str, seat: Node) -> None:
        steps.release(self.ids[seat], **self.how(who))

    def ask(self, who: str, seat: Node, user: str, where: str) -> None:
        if where == "opinion":
            steps.delegate(self.ids[seat], to=self.pk(user), **self.how(who))
        else:
            steps.add_signer(self.ids[seat], users=[self.pk(user)], where=where, **self.how(who))

    def answer(self, who: str, seat: Node) -> None:
        steps.give_opinion(self.ids[seat], leaning="agree", text="同意", **self.how(who))

    def reassign(self, who: str, seat: Node, user: str) -> None:
        steps.reassign(self.ids[seat], to=self.pk(user), **self.how(who))

    def hand_over(self, leaver: str, to: str) -> None:
        steps.hand_over(self.world.people[leaver], self.world.people[to], **self.how("security_admin"))

    def drop(self, who: str, seat: Node) -> None:
        steps.drop_signer(self.ids[seat], reason="不必了", **self.how(who))

    def hold(self, who: str, on: bool, seat: Node | None = None) -> None:
        step = self.ids[seat] if seat else None
        if on:
            cases.hold(self.case_id, cause="dispute", step_id=step, **self.how(who))
        else:
            cases.resume(self.case_id, step_id=step, **self.how(who))

    def end(self, who: str, move: str) -> None:
        more = {"reason": "另有安排"} if move == "withdraw" else {"document_no": "云移〔2026〕2号"}
        getattr(lifecycle, move)(self.case_id, **more, **self.how(who))

    def change(self, aspect: str, **facts: Any) -> None:
        self.content += 1
        with cases.change(self.case_id, verb="test.change", sighted=False, **self.how("clerk")) as work:
            work.event("subject.changed", aspects=[aspect])
            work.case.facts = work.case.facts | facts
            work.case.hashes = work.case.hashes | {aspect: canonical.digest(str(self.content))}

    def override(self, who: str, key: str) -> None:
        cases.override(self.case_id, group=key, reason="蓄水在即，专题会议定", **self.how(who))

    def migrate(self, who: str, _route: Any) -> None:
        """To the other version, which is published first: that changes no running case (P7)."""
        made = county.publish(self.world, self.mode, 3 - self.version)
        cases.migrate(self.case_id, to=made, **self.how(who))
        self.version = 3 - self.version

    def take_back(self, who: str, seat: Node) -> None:
        steps.take_back(self.ids[seat], **self.how(who))

    def lend(self, lender: str, user: str, role: str) -> None:
        posting = Posting.objects.get(user=self.world.people[lender], role=role)
        substitute = self.world.people[user]
        loan = Substitution.objects.filter(posting=posting, substitute=substitute, revoked_at=None).first()
        if loan:
            people.revoke(loan.pk, **self.how(lender))
        else:
            until = clock.date_of(self.now) + timedelta(days=60)
            people.lend(posting.pk, substitute=substitute, until=until, **self.how(lender))

    def leave(self, who: str, role: str) -> None:
        last = Posting.objects.filter(user=self.world.people[who], role=role, valid_until=None).latest("id")
        staffing.end_post(last, **self.how("security_admin"))

    def join(self, who: str, role: str, unit: str) -> None:
        staffing.post(self.world.people[who], role, self.world.units[unit], **self.how("security_admin"))

    def revert(self, who: str) -> None:
        migrations.revert(self.case_id, **self.how(who))
        self.version = 3 - self.version

    def nudge(self, who: str, seat: Node) -> None:
        steps.nudge(self.ids[seat], **self.how(who))

    def copy(self, who: str, user: str) -> None:
        cases.copy_to(self.case_id, users=[self.pk(user)], **self.how(who))

    def read(self, who: str) -> None:
        assert copies.mark_read(self.case_id, **self.how(who))

    def later(self) -> datetime:
        """Time goes on between two commands."""
        self.now += timedelta(minutes=7)
        return self.now
