"""The rules of section 8 of docs/protocol.md. Comments name the rule that stands behind a line."""

import random
import secrets
import sys
import time

from election import Election, key_of, majority, none_yet
from leading import Leading
from record import MS, S, now, stamp_of

TERM_JUMP_MAX = 1 << 20
EVERY_TERM = 1 << 64


def say(text):
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


class Rules(Election, Leading):
    """One node. Reads no socket: what comes in is a call, what goes out lies in `out` until the
    record is saved. `linked` gives the ids of the nodes to which a link stands."""

    def __init__(self, record, votes, linked):
        self.record, self.votes, self.linked = record, votes, linked
        self.me = {"id": record.id, "starts": record.starts, "nonce": secrets.token_hex(8)}
        self.out = []  # (to, type, body, with configuration)
        self.free_at = now() + record.promise_max  # rule 6: it has forgotten its promises
        self.promises = {}  # incarnation -> (term, until): rule 4
        self.released = {}  # incarnation -> the highest term: rule 8
        self.last_release = None
        self.barred = {}  # id -> why nobody else of it is heard any more: rule 9
        self.counter = 0
        self.stagger = 0
        self.role, self.goose, self.cause = "follower", None, none_yet()
        self.campaign_at = self.free_at + self.draw()
        self.round = self.granted = self.refused = None
        self.rounds, self.deadlines, self.acknowledged, self.notice_at = {}, {}, {}, 0

    # What follows from the record.

    @property
    def config(self):
        return self.record.config or {"term": 0, "version": 0, "members": [], "promise_us": S}

    @property
    def promise(self):
        return self.config["promise_us"]

    def member(self, node):
        return next((it for it in self.config["members"] if it["id"] == node), None)

    def may_lead(self, node):
        member = self.member(node)
        return member is not None and member["may_lead"]

    def others(self):
        return [it["id"] for it in self.config["members"] if it["id"] != self.me["id"]]

    def is_majority(self, nodes):
        voters = [it["id"] for it in self.config["members"]]
        return len([it for it in voters if it in nodes]) >= majority(len(voters))

    def draw(self):
        """A random wait, drawn anew for each try: else two candidates collide for ever."""
        return random.randrange(min(self.promise // 4, 250 * MS) + 1)

    def turn(self):
        """One turn of those who stand in line: longer than a save takes."""
        return max(2 * MS, self.promise // 20)

    def barred_until(self, node):
        """When the last promise to anybody else than `node` is over."""
        ends = [until for (who, _, _), (_, until) in self.promises.items() if who != node]
        return max([now(), *ends])

    def token(self):
        return self.config["token_base"] + self.record.term

    # What goes out.

    def send(self, to, kind, body, with_config=False):
        self.out.append((to, kind, body, with_config))

    def frame(self, kind, body, with_config):
        frame = {"type": kind, "saves": self.record.saves, "term": self.record.term,
                 "stamp": {"term": self.config["term"], "version": self.config["version"]}}
        if with_config:
            frame["config"] = self.config
        return frame | {"body": body}

    # Rule 9: who may speak.

    def refusal(self, who, saves):
        node, starts, nonce = key_of(who)
        if node == self.me["id"]:
            return "clone"
        known = self.record.seen.get(node)
        if known is None:
            return None
        if self.barred.get(node) and (starts, nonce) != (known["starts"], known["nonce"]):
            return self.barred[node]
        if starts < known["starts"]:
            return "old_incarnation"
        if starts == known["starts"] and nonce != known["nonce"]:
            self.barred[node] = "clone"
            return "clone"
        if starts > known["starts"] and saves <= known["saves"]:
            self.barred[node] = "old_copy"
            return "old_copy"
        return None

    def met(self, who, saves):
        known = self.record.seen.setdefault(who["id"], dict(who, saves=0))
        known.update(who, saves=max(saves, known["saves"]))

    def takes(self, who, frame):
        """Rule 9, of a message. False: it was refused."""
        body, furthest = frame["body"], frame["term"]
        furthest = max(furthest, body.get("asked", 0), (frame.get("config") or {}).get("term", 0))
        why = self.refusal(who, frame["saves"])
        if why is None and furthest > self.record.term + TERM_JUMP_MAX:
            why = "term_jump"
        if why is not None:
            self.send(who["id"], "rejected", {"refusal": why})
            return False
        self.met(who, frame["saves"])
        return True

    # Rule 0: release, configuration, term, itself.

    def receive(self, who, frame):
        kind, body = frame["type"], frame["body"]
        if kind == "rejected":
            return say(f"refused by {who['id']}: {body['refusal']}")
        if kind == "release":  # judged by the incarnation that it names, not by who sends it
            if self.hear(body):
                self.succeed()
            return None
        if not self.takes(who, frame):
            return None
        if body.get("release"):
            self.hear(body["release"])
        if frame.get("config"):
            self.install(frame)
        if kind != "vote_request":
            self.adopt(who, frame["term"])
        return getattr(self, "on_" + kind)(who, frame, body)

    def hear(self, release):
        """True: this node is the first that may follow the one released."""
        who, until = release["incarnation"], release["term"]
        if release["reason"] == "dead":
            until = EVERY_TERM
        key = key_of(who)
        if who["id"] == self.me["id"] or self.released.get(key, -1) >= until:
            return False
        self.released[key], self.last_release = until, release
        if key in self.promises and self.promises[key][0] <= until:
            del self.promises[key]
        if self.role != "follower" or self.goose != who or until < self.record.term:
            return False
        dead = release["reason"] == "dead"
        self.follow(None, none_yet() | {"code": "proof_of_death" if dead else "handover",
                                        "previous": who["id"], "release": release["reason"]})
        first = release.get("successor")
        before = [it for it in self.linked() if self.may_lead(it) and it != who["id"]
                  and (it == first or it < self.me["id"])]
        before = 0 if first == self.me["id"] else len(before)
        self.campaign_at = now() + before * self.turn()
        return before == 0

    def install(self, frame):
        """Rule 7. A leader installs nothing, unless the message deposes it."""
        config = frame["config"]
        is_newer = stamp_of(config) > stamp_of(self.config)
        if not is_newer or (self.role == "leader" and frame["term"] <= self.record.term):
            return
        if self.role == "candidate":
            self.lose()  # its votes were given under the older one
        self.record.data["config"] = config
        if config["term"] > self.record.term:
            self.raise_term(config["term"])

    def adopt(self, who, term):
        """Rule 1."""
        if term > self.record.term and self.member(who["id"]):
            self.raise_term(term)

    def raise_term(self, term):
        if self.role == "leader":
            self.step_down("newer_term")
        elif self.role == "candidate":
            self.lose()
        self.record.data.update(term=term, voted_for=None)
        self.follow(None, self.cause)

    def follow(self, goose, cause):
        self.role, self.goose, self.cause = "follower", goose, cause
        self.campaign_at = max(self.barred_until(self.me["id"]),
                               now() + self.promise if goose else now()) + self.stagger

    def tick(self):
        """Time has passed. A lease that has ended, ended before anything else that happens."""
        self.promises = {who: it for who, it in self.promises.items() if it[1] > now()}
        if now() >= self.free_at and self.barred_until(None) <= now() + self.promise:
            self.record.data["promise_max"] = min(self.record.promise_max, self.promise)  # rule 6
        if self.role == "leader" and not self.leads():
            self.step_down("lost_majority")
        if now() < self.campaign_at or not self.config["members"]:
            return
        if self.role == "leader":
            self.send_round()
        elif self.role == "candidate":
            self.lose()
        else:
            self.ask()

    def enrol(self, cluster, cluster_id, config):
        self.record.data.update(cluster=cluster, cluster_id=cluster_id, config=config,
                                term=max(self.record.term, config["term"]))
        self.campaign_at = now() + self.draw()
