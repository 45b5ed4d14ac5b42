#!/usr/bin/env python3
"""A duck in another language: a node of a cluster, written from docs/protocol.md alone.

usage: duck.py --port PORT --data DIR --join HOST:PORT[,HOST:PORT...] [--cluster NAME] [--voter]

Joins, stays, and prints each change of the goose. Without --voter it only listens (section 9). With
--voter it follows the rules of section 8: it votes, keeps a record, and may be the goose. Its port
answers GET /status with a few of the keys that the program has. Needs Debian's python3-websockets;
speaks to loopback only. rules.py has the rules.
"""

import argparse
import asyncio
import contextlib
import http
import json
import os
import random
import signal

import websockets

from record import MS, S, Record, now
from rules import Rules, say

VERSION = "0.1.0"
FRAME_BYTES_MAX = 262_144

MESSAGES = {"heartbeat": {"round", "promise_us", "cause"}, "heartbeat_reply": {"round"},
            "vote_request": {"pre", "asked", "round", "promise_us"},
            "vote_reply": {"pre", "asked", "round", "ballot"},
            "release": {"incarnation", "term", "reason"}, "notice": {"cause"},
            "rejected": {"refusal"}}
ENVELOPE = {"saves": int, "term": int, "stamp": dict, "body": dict}


def fault_in(frame):
    """What is wrong with it, in words; None: it can be read. (An example: it looks no deeper.)"""
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        return "no object with a type"
    if frame["type"] not in MESSAGES:
        return None
    for key, kind in ENVELOPE.items():
        if not isinstance(frame.get(key), kind):
            return f"{key}: is missing, or no {kind.__name__}"
    missing = MESSAGES[frame["type"]] - frame["body"].keys()
    return f"body: {', '.join(sorted(missing))}: is missing" if missing else None


class Link:
    """One WebSocket connection, after both hellos."""

    def __init__(self, socket, theirs, dialled):
        self.socket, self.theirs, self.dialled = socket, theirs, dialled

    @property
    def who(self):
        return self.theirs["incarnation"]


class Duck:
    """The rules with their links."""

    def __init__(self, options):
        self.options = options
        self.address = f"localhost:{options.port}"
        self.record = Record(options.data, options.cluster, options.voter)
        self.links = {}  # id -> Link
        self.rules = Rules(self.record, options.voter, lambda: list(self.links))
        self.targets = options.join.split(",")
        self.told = None
        self.ended = asyncio.Event()
        self.woken = asyncio.Event()

    def hello(self, to=None):
        hello = {"type": "hello", "protocol": [1, 1], "features": [], "version": VERSION,
                 "cluster": self.record.cluster, "incarnation": self.rules.me,
                 "saves": self.record.saves, "address": self.address,
                 "may_lead": self.record.may_lead}
        if self.record.cluster_id:
            hello["cluster_id"] = self.record.cluster_id
        return hello | ({"to": to} if to else {})

    def step(self, what, *arguments):
        """One event: saves what has changed, then says what rests on it, then tells people."""
        before = self.record.vitals()
        if self.rules.role == "leader":
            self.rules.tick()  # what has ended, ended before this event
        what(*arguments)
        if self.record.vitals() != before:
            try:
                self.record.save()
            except OSError as error:  # nothing is said any more
                say(f"the disk refuses: {error}")
                os._exit(74)
        out, self.rules.out = self.rules.out, []
        for to, kind, body, with_config in out:
            link = self.links.get(to)
            if link:
                self.post(link, self.rules.frame(kind, body, with_config))
        self.tell()
        self.woken.set()

    @staticmethod
    def post(link, frame):
        text = json.dumps(frame, separators=(",", ":"))
        asyncio.ensure_future(quietly(link.socket.send(text)))

    def tell(self):
        rules = self.rules
        seen = rules.goose and (rules.goose["id"], self.record.term)
        if seen == self.told:
            return
        self.told = seen
        if not seen:
            return say(f"there is no goose: {rules.cause['code']}")
        member = rules.member(seen[0])
        where = member["address"] if member else seen[0]
        where = "this node" if seen[0] == rules.me["id"] else where
        return say(f"{where} is the goose, term {seen[1]}, token {rules.token()}: "
                   f"{rules.cause['code']}")

    # Links.

    async def greet(self, socket, dialled, to=None):
        """Both hellos, and then what comes over the link until it ends."""
        await socket.send(json.dumps(self.hello(to)))
        theirs = json.loads(await asyncio.wait_for(socket.recv(), 5))
        if theirs.get("type") != "hello":
            return await socket.close(1002, "the first frame is no hello")
        link = Link(socket, theirs, dialled)
        why = self.why_not(link)
        if why:
            return await socket.close(1008, why)
        if theirs.get("cluster_id") is None or self.record.cluster_id is None:
            return await self.meet_fresh(link)
        if theirs.get("keeper"):
            self.step(self.rules.receive, link.who, json.loads(await socket.recv()))
            return await socket.close(1000, "the proof is taken")
        return await self.serve(link)

    def why_not(self, link):
        """Section 3."""
        theirs, mine = link.theirs, self.record
        low, high = theirs["protocol"]
        if low > 1 or high < 1:
            return (f"no common protocol version: this node speaks 1, you {low} to {high}; "
                    "upgrade this node first")
        if link.who["id"] == mine.id:
            return "this node has the same id"
        if theirs.get("to") not in (None, mine.id):
            return f"this is node {mine.id}, not {theirs['to']}"
        if mine.cluster_id and theirs.get("cluster_id") not in (None, mine.cluster_id):
            return f"this node is in cluster {mine.cluster} ({mine.cluster_id})"
        return None

    async def meet_fresh(self, link):
        """Section 4: one side is in no cluster yet."""
        if self.record.cluster_id is None:
            if link.theirs.get("cluster_id") is None:
                await link.socket.send(json.dumps(
                    {"type": "welcome", "cluster": self.record.cluster, "fresh": True}))
            frame = json.loads(await asyncio.wait_for(link.socket.recv(), 20))
            if frame["type"] == "invite":
                self.targets.append(frame["address"])
            elif frame["type"] == "welcome" and not frame["fresh"]:
                self.consider(frame)
            return await link.socket.close(1000, "that was all")
        welcome = {"type": "welcome", "cluster": self.record.cluster, "fresh": False,
                   "cluster_id": self.record.cluster_id, "config": self.rules.config}
        goose = self.rules.goose and self.rules.member(self.rules.goose["id"])
        if goose:
            welcome["goose"] = {"id": goose["id"], "address": goose["address"]}
        await link.socket.send(json.dumps(welcome))
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(link.socket.wait_closed(), 20)
        return None

    def consider(self, welcome):
        config = welcome["config"]
        is_one_of_it = any(it["id"] == self.record.id for it in config["members"])
        if welcome["cluster"] != self.record.cluster or self.record.cluster_id:
            return
        if config["term"] > 0 or is_one_of_it:  # else it never had a goose
            say(f"joins cluster {welcome['cluster']} ({welcome['cluster_id']})")
            self.step(self.rules.enrol, welcome["cluster"], welcome["cluster_id"], config)

    async def serve(self, link):
        node = link.who["id"]
        why = self.rules.refusal(link.who, link.theirs["saves"])
        if why:
            rejected = self.rules.frame("rejected", {"refusal": why}, False)
            await link.socket.send(json.dumps(rejected))
            return await link.socket.close(1008, why)
        self.rules.met(link.who, link.theirs["saves"])
        self.bind(link)
        if self.rules.role == "leader":
            self.step(self.rules.notify_others)
        try:
            async for text in link.socket:
                frame = json.loads(text)
                fault = fault_in(frame)
                if fault:
                    return await link.socket.close(1007, fault)
                await self.take(link, frame)
        finally:
            if self.links.get(node) is link:
                del self.links[node]
        return None

    def bind(self, link):
        """Of two links between two nodes both use the one that the lower id has dialled."""
        node = link.who["id"]
        other = self.links.get(node)
        if other is None or other.who != link.who:
            self.links[node] = link
            if other:  # of an older life
                asyncio.ensure_future(close_late(other.socket))
        else:
            mine_counts = self.record.id < node
            kept = link if link.dialled == mine_counts else other
            self.links[node] = kept
            late = other if kept is link else link
            asyncio.ensure_future(close_late(late.socket))

    async def take(self, link, frame):
        kind = frame.get("type")
        if kind in MESSAGES:
            self.step(self.rules.receive, link.who, frame)
        elif kind == "call":  # this goose takes no requests
            problem = {"type": "unknown_node", "title": "No such target", "status": 404,
                       "detail": f"This goose takes no {frame['target']}."}
            await link.socket.send(json.dumps({"type": "reply", "id": frame["id"], "status": 404,
                                               "body": json.dumps(problem)}))
        elif kind not in ("unsupported", "welcome", "invite", "reply"):
            await link.socket.send(json.dumps({"type": "unsupported", "unsupported": kind}))

    async def dial(self, address, to=None):
        async with websockets.connect(f"ws://{address}/peer", compression=None, open_timeout=2,
                                      ping_interval=15, ping_timeout=15,
                                      max_size=FRAME_BYTES_MAX) as socket:
            await self.greet(socket, True, to)

    async def keep_dialling(self):
        """The voters by id; as long as there is no cluster, whoever may know of one."""
        waits = {}  # address -> the next wait, and when it is over
        dialling = {}
        while True:
            goals = {it: None for it in self.targets} if self.record.cluster_id is None else {
                it["address"]: it["id"] for it in self.rules.config["members"]
                if it["id"] != self.record.id and it["id"] not in self.links}
            for address, to in goals.items():
                wait, at = waits.get(address, (50 * MS, 0))
                if now() < at or (address in dialling and not dialling[address].done()):
                    continue
                dialling[address] = asyncio.ensure_future(quietly(self.dial(address, to)))
                waits[address] = min(2 * wait, 2 * S), now() + wait - random.randrange(wait // 2)
            for address in [it for it in waits if it not in goals]:
                del waits[address]
            await asyncio.sleep(0.02)

    async def keep_time(self):
        while True:
            self.woken.clear()
            self.step(self.rules.tick)
            self.woken.clear()
            wake = self.rules.campaign_at
            if self.rules.role == "leader":
                wake = min(wake, self.rules.lease_end())
            wait = min(max(wake - now(), MS), S) / S
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.woken.wait(), wait)

    # The port.

    def status(self):
        rules = self.rules
        leads = rules.leads()
        goose = rules.member(rules.goose["id"]) if rules.goose else None
        known = goose and (leads or rules.role != "leader")
        return {"mode": "goose" if leads else "duck", "id": self.record.id,
                "address": self.address, "cluster": self.record.cluster,
                "cluster_id": self.record.cluster_id, "term": self.record.term,
                "token": rules.token() if leads else None,
                "held_for_ms": 0,
                "lease_ms": max(0, rules.lease_end() - now()) // MS if leads else None,
                "goose": {"id": goose["id"], "address": goose["address"]} if known else None,
                "cause_code": rules.cause["code"]}

    async def answer(self, path, _headers):
        """What is no link is a question."""
        path, _, _unknown = path.partition("?")
        if path == "/peer":
            return None
        if path != "/status":
            return http.HTTPStatus.NOT_FOUND, [], b"{}\n"
        headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        return http.HTTPStatus.OK, headers, json.dumps(self.status()).encode() + b"\n"

    async def run(self):
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.ended.set)
        async with websockets.serve(lambda socket, _path: quietly(self.greet(socket, False)),
                                    "localhost", self.options.port, compression=None,
                                    ping_interval=15, ping_timeout=15, max_size=FRAME_BYTES_MAX,
                                    process_request=self.answer, close_timeout=1):
            tasks = [asyncio.ensure_future(it) for it in (self.keep_time(), self.keep_dialling())]
            ended = asyncio.ensure_future(self.ended.wait())
            done, _ = await asyncio.wait([*tasks, ended], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {ended}:
                task.result()  # a disk that refuses ends the node: nothing is said any more
            self.step(self.rules.stop)
            await asyncio.sleep(0.1)  # for the release to go out
            for task in tasks:
                task.cancel()


async def quietly(coroutine):
    """A link that ends is nothing special."""
    with contextlib.suppress(OSError, asyncio.TimeoutError, websockets.WebSocketException,
                             json.JSONDecodeError):
        await coroutine


async def close_late(socket):
    """So that nothing is lost that was sent on it."""
    await asyncio.sleep(2)
    await socket.close(1000, "the other link between us is used")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", required=True, help="a directory of its own")
    parser.add_argument("--join", required=True, help="HOST:PORT,... of nodes of the cluster")
    parser.add_argument("--cluster", default="default")
    parser.add_argument("--voter", action="store_true", help="vote, and be the goose if elected")
    asyncio.run(Duck(parser.parse_args()).run())


if __name__ == "__main__":
    main()
