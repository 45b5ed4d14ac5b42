"""An ensemble of Debian's ZooKeeper on loopback."""

from pathlib import Path

from cluster import SOMEBODY, Asker, Cluster, Member, Setting, free_ports

JAR = "/usr/share/java/zookeeper.jar"


class Server(Member):
    def __init__(self, number, port, config):
        self.port = port
        super().__init__(str(number), [
            "java", "-cp", JAR, "-Dzookeeper.admin.enableServer=false",
            "-Djava.net.preferIPv4Stack=true",
            "org.apache.zookeeper.server.quorum.QuorumPeerMain", config])

    def asker(self):
        return Asker(self.port, b"srvr", lambda file: file.read(), keeps=False)

    def named(self, answer):
        """A follower does not say whom it follows; who looks for a leader says no mode."""
        if b"Mode: leader" in answer:
            return self.name
        return SOMEBODY if b"Mode: follower" in answer else None


class ZooKeeper(Cluster):
    NEEDS = {JAR: "zookeeper", "java": "default-jre-headless"}

    def start(self):
        ports = free_ports(3 * self.size)
        clients, peers, polls = (ports[i::3] for i in range(3))
        ensemble = [f"server.{i}=127.0.0.1:{peers[i]}:{polls[i]}" for i in range(self.size)]
        for i in range(self.size):
            data = Path(self.folder, str(i))
            data.mkdir()
            Path(data, "myid").write_text(f"{i}\n")
            lines = [f"dataDir={data}", f"clientPort={clients[i]}",
                     "clientPortAddress=127.0.0.1", "4lw.commands.whitelist=srvr",
                     *self.arguments, *ensemble]
            config = Path(self.folder, f"{i}.cfg")
            config.write_text("\n".join(lines) + "\n")
            self.members.append(Server(i, clients[i], config))


SETTINGS = [
    Setting("ZooKeeper", ZooKeeper, ("tickTime=2000", "initLimit=10", "syncLimit=5"), size_max=3),
    Setting("ZooKeeper, tick 100 ms, syncLimit 2", ZooKeeper,
            ("tickTime=100", "initLimit=100", "syncLimit=2"), size_max=3),
]
