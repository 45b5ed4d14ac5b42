"""Leading: rounds, the lease, the rewrite of the configuration, the release (rules 5, 7, 8)."""

from election import key_of, majority, none_yet
from record import MS, now, stamp_of

OBSERVERS_IN_ROUNDS = 8


def counted(promise):
    """How long a leader may count on a promise: clocks run 1 % wrong, each way (rule 5)."""
    return promise * 99 // 101 - MS


class Leading:
    """The part of Rules that leads."""

    def lead(self):
        self.role, self.goose = "leader", self.me
        self.cause = self.cause | {"electors": sorted(self.granted)}
        if self.config["term"] == 0:
            self.cause["code"] = "founded"
        self.rounds = {self.round: (self.round_at, self.promise)}
        self.deadlines, self.acknowledged, self.notice_at = {}, {}, 0
        for voter in self.granted:  # a vote is the first acknowledgement
            self.deadlines[voter] = self.round_at + counted(self.promise)
        if not self.leads():
            self.role, self.goose = "candidate", None
            return self.lose()
        if self.config["term"] == 0 or len(self.config["members"]) % 2 == 0 or not self.others():
            self.claim()  # rule 7 says why not later
        return self.send_round()

    def claim(self):
        """The configuration's term becomes the leader's own, with the second round."""
        self.record.data["config"] = dict(self.config, term=self.record.term,
                                          version=self.config["version"] + 1)
        self.notice_at = 0

    def rounds_to(self):
        observers = [it for it in sorted(self.linked()) if not self.member(it)]
        removed = {it["id"] for it in self.config["removed"]}
        return self.others() + [it for it in observers if it not in removed][:OBSERVERS_IN_ROUNDS]

    def send_round(self):
        if len(self.rounds) > 1 and self.config["term"] != self.record.term:
            self.claim()
        number = self.new_round()
        self.rounds[number] = now(), self.promise  # stamped before it is sent
        self.deadlines[self.me["id"]] = now() + counted(self.promise)
        while len(self.rounds) > 64:
            del self.rounds[min(self.rounds)]
        self.campaign_at = now() + self.promise // 10
        self.record.data["promise_max"] = max(self.record.promise_max, self.promise)
        self.bind_self()
        for node in self.rounds_to():
            behind = self.acknowledged.get(node) != stamp_of(self.config)
            self.send(node, "heartbeat", {"round": number, "promise_us": self.promise,
                                          "cause": self.cause}, behind)
        if now() >= self.notice_at:
            self.notice_at = now() + self.promise
            self.notify_others()

    def bind_self(self):
        """Rule 4: a leader has promised itself until its lease ends, also when deposed."""
        self.promises[key_of(self.me)] = self.record.term, self.lease_end()

    def notify_others(self):
        """Whoever gets no rounds hears who leads, and when nobody does any more."""
        body = {"cause": self.cause} | ({"leader": self.me} if self.role == "leader" else {})
        for node in set(self.linked()) - set(self.rounds_to()):
            self.send(node, "notice", body, True)

    def on_heartbeat(self, who, frame, body):
        reply = {"round": body["round"]}
        if self.released.get(key_of(who), -1) >= frame["term"]:
            reply["refused"] = "incarnation_was_released"
        elif frame["term"] < self.record.term:
            reply["refused"] = "term_is_old"
        elif frame["term"] > self.record.term or not self.may_lead(who["id"]):
            return  # from no voter of this node's configuration
        else:
            if self.role == "candidate":
                self.lose()
            if self.votes:
                self.give_promise(who, frame["term"], body["promise_us"])
            self.follow(who, body["cause"])
        if self.votes:  # who only listens must not acknowledge: it would be promoted
            self.send(who["id"], "heartbeat_reply", reply)

    def on_heartbeat_reply(self, who, frame, body):
        sent = self.rounds.get(body["round"])
        is_mine = self.role == "leader" and frame["term"] == self.record.term
        if not is_mine or body.get("refused") or sent is None:
            return
        stamped, promise = sent
        deadline = stamped + counted(promise)
        self.deadlines[who["id"]] = max(deadline, self.deadlines.get(who["id"], 0))
        stamp = stamp_of(frame["stamp"])
        self.acknowledged[who["id"]] = max(stamp, self.acknowledged.get(who["id"], stamp))
        self.bind_self()

    def on_notice(self, who, frame, body):
        if self.member(self.me["id"]) or frame["term"] < self.record.term:
            return  # voters believe rounds
        if body.get("leader"):
            self.follow(body["leader"], body["cause"])
            self.campaign_at = now() + 2 * self.promise  # so long is it believed
        elif self.goose == who:
            self.follow(None, body["cause"])

    def step_down(self, code):
        self.follow(None, none_yet() | {"code": code, "previous": self.me["id"]})
        self.campaign_at = now() + self.promise + self.draw()
        self.notify_others()

    def stop(self):
        """Gives the office up: the release tells everybody that they need not wait."""
        if self.role != "leader":
            return
        to = self.rounds_to()
        present = [it for it in self.others() if self.may_lead(it)
                   and self.acknowledged.get(it) == stamp_of(self.config)]
        release = {"incarnation": self.me, "term": self.record.term, "reason": "stopped",
                   "successor": present[0] if present else None}
        self.step_down("handover")  # first withdrawn, then said
        self.promises.pop(key_of(self.me), None)
        self.released[key_of(self.me)] = self.record.term
        for node in to:
            self.send(node, "release", release)

    def lease_end(self):
        """Rule 5: what a majority of the voters reaches; the leader itself reaches every time."""
        if self.role != "leader":
            return 0
        needed = majority(len(self.config["members"])) - 1
        if needed == 0:
            return self.deadlines.get(self.me["id"], 0)
        ends = sorted((self.deadlines.get(it, 0) for it in self.others()), reverse=True)
        return ends[needed - 1]

    def leads(self):
        return now() < self.lease_end()
