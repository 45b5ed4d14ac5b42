"""What nodes say to each other: read from the loopback device while they say it."""

import json
import socket
import struct
import time
from dataclasses import dataclass

ETH_P_ALL = 3
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
IP_HEADERS = {4: (20, 9, slice(12, 16)), 6: (40, 6, slice(8, 24))}
ROOM_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Message:
    when: int  # CLOCK_MONOTONIC, in nanoseconds, when it went into the device
    source: int  # the ports
    target: int
    text: str


class Sniffer:
    """with Sniffer() as it: ...; then it.messages() of all that was said meanwhile."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM_BYTES)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind(("lo", 0))
        self.packets = []
        return self

    def __exit__(self, *_):
        """All is read at the end: nothing is to be disturbed meanwhile."""
        offset = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.monotonic_ns()
        self.socket.setblocking(False)
        try:
            while True:
                data, told, _, address = self.socket.recvmsg(65536, 64)
                if address[2] == socket.PACKET_OUTGOING:  # each comes in again
                    seconds, nanoseconds = struct.unpack("qq", told[0][2][:16])
                    self.packets.append((seconds * 10**9 + nanoseconds - offset, data))
        except BlockingIOError:
            self.socket.close()

    def messages(self):
        for when, data in self.packets:
            bytes_of_header, place_of_kind, _ = IP_HEADERS[data[0] >> 4]
            if data[place_of_kind] != socket.IPPROTO_TCP:
                continue
            tcp = data[bytes_of_header:]
            source, target = struct.unpack(">HH", tcp[:4])
            for text in sentences(tcp[(tcp[12] >> 4) * 4:]):
                yield Message(when, source, target, text)


def sentences(payload):
    """What is in one segment: messages begin with segments."""
    if payload.startswith((b"GET /peer", b"HTTP/1.1 101")):
        payload = payload.partition(b"\r\n\r\n")[2]
    while len(payload) > 2 and payload[0] == 0x81:  # a whole text
        size, begin = payload[1] & 0x7F, 2
        if size == 126:
            size, begin = struct.unpack(">H", payload[2:4])[0], 4
        if size == 127:
            return
        mask = bytes(4)
        if payload[1] & 0x80:
            mask, begin = payload[begin:begin + 4], begin + 4
        text = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload[begin:begin + size]))
        payload = payload[begin + size:]
        try:
            yield in_words(json.loads(text))
        except ValueError:
            return


def in_words(frame):
    body = frame.get("body")
    if not isinstance(body, dict):
        return str(frame.get("type"))
    words = [str(frame.get("type"))]
    if body.get("pre"):
        words.append("(pre-vote)")
    for key in ("asked", "ballot", "reason", "refused"):
        if key in body:
            words.append(f"{key} {body[key]}" if key == "asked" else str(body[key]))
    return " ".join(words)
