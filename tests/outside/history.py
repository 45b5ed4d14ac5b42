"""What was answered from outside, and whether it can be true.

A history is a list of answers, each with the asker's own clock before it asked and after it heard.
check() gives the contradictions in it: to what docs/api.md says of `mode`, `token` and
`held_for_ms`. It knows nothing of how the answers come about.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Answer:
    """One answer to GET /status?hold=MS. Times are seconds of one clock."""
    node: str         # Its id.
    sent: float       # Before the question was sent.
    heard: float      # After the answer was read.
    is_goose: bool
    token: int        # Of the goose that it knows; 0: of none.
    held: float = 0   # Seconds, counted from `sent`: nobody else is goose until then.

    def __str__(self):
        what = "goose" if self.is_goose else "duck"
        hold = f", held for {1000 * self.held:.0f} ms" if self.held else ""
        return (f"{self.node}: {what}, token {self.token}{hold} "
                f"[{self.sent:.4f} .. {self.heard:.4f}]")


def tokens_go_back(claims):
    """A goose that answered before another one was asked has the smaller token, or is the same."""
    by_sent = sorted(claims, key=lambda it: it.sent)
    by_heard = sorted(claims, key=lambda it: it.heard)
    newest, ended = None, 0
    for later in by_sent:
        while ended < len(by_heard) and by_heard[ended].heard < later.sent:
            earlier = by_heard[ended]
            if newest is None or earlier.token > newest.token:
                newest = earlier
            ended += 1
        if newest is not None and later.token < newest.token:
            yield f"the token goes back:\n  {newest}\n  {later}"


def one_token_for_two(claims):
    """A token is that of one tenure, and so of one node."""
    owners = {}
    for claim in claims:
        owner = owners.setdefault(claim.token, claim)
        if owner.node != claim.node:
            yield f"two nodes have one token:\n  {owner}\n  {claim}"


def another_inside_a_hold(claims):
    """The hold is given when its answer is heard, at the latest, and ends `held` after it was sent.

    A claim was true at some instant between its two times; if both lie inside the hold, so did it.
    """
    holds = sorted((it for it in claims if it.sent + it.held > it.heard), key=lambda it: it.heard)
    by_sent = sorted(claims, key=lambda it: it.sent)
    running, begun = [], 0
    for claim in by_sent:
        while begun < len(holds) and holds[begun].heard <= claim.sent:
            running.append(holds[begun])
            begun += 1
        running = [it for it in running if it.sent + it.held > claim.sent]
        for hold in running:
            if hold.node != claim.node and claim.heard < hold.sent + hold.held:
                yield f"another goose inside a hold:\n  {hold}\n  {claim}"


def held_by_a_duck(answers):
    for answer in answers:
        if answer.held and not answer.is_goose:
            yield f"a duck holds:\n  {answer}"


def check(answers):
    """All contradictions, as text; none: the history can be true."""
    claims = [it for it in answers if it.is_goose]
    return [*tokens_go_back(claims), *one_token_for_two(claims), *another_inside_a_hold(claims),
            *held_by_a_duck(answers)]
