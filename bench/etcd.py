"""A cluster of Debian's etcd on loopback."""

from cluster import Asker, Cluster, Member, Setting, free_ports, http_json

STATUS = (b"POST /v3/maintenance/status HTTP/1.1\r\nHost: localhost\r\n"
          b"Content-Length: 2\r\n\r\n{}")


class Peer(Member):
    def __init__(self, name, folder, client, peer, cluster, arguments):
        self.port = client
        url = f"http://127.0.0.1:{client}"
        super().__init__(name, [
            "etcd", "--name", name, "--data-dir", f"{folder}/{name}",
            "--listen-client-urls", url, "--advertise-client-urls", url,
            "--listen-peer-urls", f"http://127.0.0.1:{peer}",
            "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
            "--initial-cluster", cluster, *arguments])

    def asker(self):
        return Asker(self.port, STATUS, http_json)

    def named(self, answer):
        """Members call each other by ids that they draw: known once it has answered."""
        if "header" not in answer:
            return None
        self.name = answer["header"]["member_id"]
        leader = answer.get("leader", "0")
        return None if leader == "0" else leader


class Etcd(Cluster):
    NEEDS = {"etcd": "etcd-server"}

    def start(self):
        ports = free_ports(2 * self.size)
        clients, peers = ports[:self.size], ports[self.size:]
        cluster = ",".join(f"m{i}=http://127.0.0.1:{peer}" for i, peer in enumerate(peers))
        for i in range(self.size):
            self.members.append(
                Peer(f"m{i}", self.folder, clients[i], peers[i], cluster, self.arguments))


SETTINGS = [
    Setting("etcd", Etcd),
    Setting("etcd, heartbeat 10 ms, election 100 ms", Etcd,
            ("--heartbeat-interval", "10", "--election-timeout", "100")),
]
