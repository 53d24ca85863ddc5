"""What one caller is answered to one call; and the rules that hold whatever the expected table says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.matrix.callers import Caller
from tests.matrix.calls import Call
from tests.matrix.outcome import Answer
from tests.matrix.places import Operation, Place
from tests.matrix.requests import CURSOR, Row, kinds_in, labels, text_of
from tests.matrix.served import Served

PICKED = "header X-Company"
OF_THE_GATE = {
    "token_required",
    "token_expired",
    "invalid_token",
    "password_change_required",
    "missing_permission",
}
"""Codes by which somebody is turned away before their request is looked at."""

UNREACHABLE = (503, "identity_provider_unreachable")
"""What the providers of the matrix come to: nobody answers where they are."""

TOLD: Mapping[str, str] = {
    "GET /auth/oidc/{provider}/start: query company": "people who are not signed in yet name their company",
    "POST /auth/register: body /company/code": "codes are unique, so whoever founds a company learns which are taken",
    "POST /auth/register: body /login": "logins are unique on the platform",
    "POST /users: body /login": "logins are unique on the platform",
}
"""Places where a foreign name is told from one that nobody has, and why that must be."""

NOTHING_THERE = {"foreign": "random", "foreign_code": "random_code"}


@dataclass
class Result:
    """The cells by row and caller; and what breaks a rule, whatever the expected table says."""

    cells: dict[Row, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    broken: list[str] = field(default_factory=list)
    requests: int = 0


class Cells:
    """What one caller is answered to one call, with every sort of id in every place."""

    def __init__(self, served: Served, result: Result, operation: Operation, call: Call, caller: Caller) -> None:
        self._served, self._result = served, result
        self._operation, self._call, self._caller = operation, call, caller
        self._rule = served.routes[operation].rule
        self._kinds = kinds_in(call, keyed=self._rule.keyed)
        self._refusal = caller.refusal(self._rule)
        self._traces = served.traces[caller.twin.code]

    async def fill(self) -> None:
        usual = {place: self._labels(place)[0] for place in self._kinds}
        answer = await self._cell("", "usual", usual)
        for place in self._kinds:
            await self._vary(place, usual, answer)
        if "cursor" in self._caller.side.named and self._refusal is None:
            for label in ("own", "foreign"):
                await self._cell(CURSOR, label, {**usual, CURSOR: label})

    async def _vary(self, place: Place, usual: Mapping[Place, str], answer: Answer) -> None:
        """Every other sort of id in this place. Whoever may not ask at all is answered the same each time."""
        answers: dict[str, Answer] = {}
        for label in self._labels(place)[1:]:
            if self._refusal and label not in ("foreign", "random"):
                self._note(place, label, answer)
                continue
            answers[label] = found = await self._cell(place, label, {**usual, place: label})
            if self._refusal and place != PICKED and found.shape() != answer.shape():
                self._break(place, label, "the refusal depends on the id")
        for foreign, random in NOTHING_THERE.items():
            if foreign not in answers or random not in answers or f"{self._operation}: {place}" in TOLD:
                continue
            there, nowhere = answers[foreign].shape(), answers[random].shape()
            if there != nowhere:
                self._break(place, foreign, f"it is told from what does not exist:\n    {there}\n    {nowhere}")

    async def _cell(self, place: Place, label: str, chosen: Mapping[Place, str]) -> Answer:
        texts = {where: text_of(self._caller, self._kind(where), which) for where, which in chosen.items()}
        answer = await self._served.ask(self._caller, self._operation, self._call, texts)
        self._result.requests += 1
        self._note(place, label, answer)
        for fault in self._faults(answer, elsewhere=place == PICKED):
            self._break(place, label, fault)
        return answer

    def _note(self, place: Place, label: str, answer: Answer) -> None:
        """Puts the answer into the table; of those who are turned away the status alone."""
        row = Row(self._operation, self._call.about, place, label)
        turned_away = (answer.status, answer.problem.get("code")) == self._refusal
        summary = str(answer.status) if turned_away else answer.summary(self._served.marks[self._caller.side.code])
        self._result.cells[row][self._caller.name] = summary

    def _faults(self, answer: Answer, *, elsewhere: bool) -> Iterable[str]:
        """`elsewhere`: the company that was picked is not the caller's, which is said before all else."""
        code, permission = answer.problem.get("code"), self._rule.permission
        if answer.status >= 500 and (answer.status, code) != UNREACHABLE:
            yield f"failed: {answer.response.text[:300]}"
        if elsewhere and code == "company_not_found":
            return
        if self._refusal and (answer.status, code) != self._refusal:
            yield f"must be refused with {self._refusal}, not {answer.status} {answer.code}"
        if code == "missing_permission" and self._refusal and answer.problem.get("permission") != permission:
            yield f"must name the permission {permission}"
        if not self._refusal and permission and self._is_turned_away(answer):
            yield f"must be let in, not refused with {answer.status} {answer.code}"
        if not self._caller.everywhere and (found := self._traces.found_in(answer.whole)):
            yield f"shows of the other company: {', '.join(found)}"

    def _is_turned_away(self, answer: Answer) -> bool:
        """Whether the gate has, though it should not."""
        named = answer.problem.get("permission", self._rule.permission)
        return answer.problem.get("code") in OF_THE_GATE and named == self._rule.permission

    def _kind(self, place: Place) -> str:
        return self._kinds.get(place, "cursor")

    def _labels(self, place: Place) -> list[str]:
        form = self._served.places[self._operation].get(place, "")
        found = labels(self._caller, self._kinds[place], form)
        if self._caller.everywhere and self._kinds[place] == "company":
            return [label for label in found if label not in NOTHING_THERE]
        return found

    def _break(self, place: Place, label: str, fault: str) -> None:
        where = f"{self._operation} [{self._call.about}] {place}={label} as {self._caller.name}"
        self._result.broken.append(f"{where}: {fault}")
