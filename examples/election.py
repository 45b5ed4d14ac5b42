"""Voting and campaigning: rules 2, 3, 4 and 6, and who is the first to follow (rule 8)."""

import random

from record import MS, now, stamp_of


def majority(count):
    return count // 2 + 1


def key_of(incarnation):
    return incarnation["id"], incarnation["starts"], incarnation["nonce"]


def none_yet():
    return {"code": "none_yet", "quiet_us": 0, "heard": 0, "of": 0, "electors": []}


class Election:
    """The part of Rules that asks for votes, and gives them."""

    def give_promise(self, to, term, length):
        old_term, old_until = self.promises.get(key_of(to), (0, 0))
        self.promises[key_of(to)] = max(term, old_term), max(now() + length, old_until)
        self.record.data["promise_max"] = max(self.record.promise_max, length)

    def ballot(self, who, frame, body):
        """The table of section 5.4."""
        if not self.member(who["id"]):
            return "candidate_is_no_voter"
        if not self.may_lead(who["id"]):
            return "candidate_may_not_lead"
        if not self.votes or not self.member(self.me["id"]):
            return "voter_is_no_voter"
        if self.released.get(key_of(who), -1) >= body["asked"]:
            return "incarnation_was_released"
        if stamp_of(frame["stamp"]) < stamp_of(self.config):
            return "configuration_is_old"
        if now() < self.free_at:
            return "restarted"
        if self.barred_until(who["id"]) > now():
            return "promised_to_another"
        if body["asked"] < self.record.term:
            return "term_is_old"
        voted = self.record.voted_for
        if body["asked"] == self.record.term and voted not in (None, who["id"]):
            return "vote_is_given"
        return "granted"

    def on_vote_request(self, who, frame, body):
        if body["asked"] != frame["term"] + (1 if body["pre"] else 0):
            return
        ballot = self.ballot(who, frame, body)
        if ballot not in ("promised_to_another", "restarted", "incarnation_was_released"):
            self.adopt(who, frame["term"])
        if ballot == "granted" and not body["pre"]:
            self.record.data["voted_for"] = who["id"]
            self.give_promise(who, body["asked"], body["promise_us"])
            if self.goose != who:
                self.follow(None, self.cause)
        self.send(who["id"], "vote_reply",
                  {"pre": body["pre"], "asked": body["asked"], "round": body["round"],
                   "ballot": ballot}, stamp_of(frame["stamp"]) < stamp_of(self.config))

    def new_round(self):
        """Ids that no life of this node ever uses again."""
        self.counter += 1
        return (self.record.starts % (1 << 16) << 36) + self.counter

    def ask(self):
        """Asks for pre-votes."""
        if self.stand():
            self.request_votes(pre=True)
            self.check_votes()

    def stand(self):
        """Becomes a pre-candidate; False: it may not campaign, or not yet."""
        free_at = max(self.free_at, self.barred_until(self.me["id"]))
        may_campaign = self.votes and self.may_lead(self.me["id"])
        if self.goose is None and not may_campaign:
            return self.tell_voters()
        if self.goose is not None:
            self.follow(None, none_yet() | {"code": "promise_ran_out",
                                            "previous": self.goose["id"],
                                            "quiet_us": self.promise})
        self.stagger = self.draw()
        if not may_campaign or free_at > now():
            self.campaign_at = max(free_at, now() + self.promise // 10) + self.stagger
            return False
        self.role, self.round = "asking", self.new_round()
        self.granted, self.refused = {self.me["id"]}, set()
        self.campaign_at = now() + self.promise // 2 + self.stagger
        return True

    def tell_voters(self):
        """Section 5.6: who asks for no votes tells its configuration, which may be the newest."""
        for node in self.others():
            self.send(node, "notice", {"cause": self.cause}, True)
        wait = self.promise if self.votes else random.randrange(1, 8 * self.promise)
        self.campaign_at = now() + wait
        return False

    def succeed(self):
        """Rule 8: the first in line campaigns at once, if it is linked to a majority."""
        if not self.is_majority({*self.linked(), self.me["id"]}):
            self.ask()
        elif self.stand():
            self.campaign()

    def campaign(self):
        self.role, self.round, self.round_at = "candidate", self.new_round(), now()
        self.granted, self.refused = {self.me["id"]}, set()
        self.record.data.update(term=self.record.term + 1, voted_for=self.me["id"],
                                promise_max=max(self.record.promise_max, self.promise))
        self.campaign_at = now() + self.promise // 2 + self.draw()
        self.request_votes(pre=False)
        self.check_votes()

    def request_votes(self, pre):
        body = {"pre": pre, "asked": self.record.term + (1 if pre else 0), "round": self.round,
                "promise_us": self.promise}
        if self.last_release:
            body["release"] = self.last_release
        for node in self.others():
            self.send(node, "vote_request", body, True)

    def on_vote_reply(self, who, _frame, body):
        asked = self.record.term + (1 if self.role == "asking" else 0)
        is_answer = body["round"] == self.round and body["asked"] == asked \
            and body["pre"] == (self.role == "asking")
        if self.role not in ("asking", "candidate") or not is_answer:
            return
        (self.granted if body["ballot"] == "granted" else self.refused).add(who["id"])
        self.check_votes()

    def check_votes(self):
        if self.is_majority(self.granted):
            if self.role == "asking":
                self.campaign()
            else:
                self.lead()
        elif self.role == "candidate" and self.refused and \
                not self.is_majority(self.granted | (set(self.linked()) - self.refused)):
            self.lose()

    def lose(self):
        """Its voters have promised; nothing else frees them before the promise runs out."""
        release = {"incarnation": self.me, "term": self.record.term, "reason": "lost_election"}
        self.released[key_of(self.me)] = self.record.term
        for node in self.others():
            self.send(node, "release", release)
        self.follow(None, self.cause)
        self.campaign_at = now() + 2 * MS + self.draw()
