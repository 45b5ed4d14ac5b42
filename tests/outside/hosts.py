"""Three hosts with one and the same environment found one cluster, and a host with a lost disk
joins it again (DESIGN section 5).

usage: hosts.py PROGRAM; needs root
"""

import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import apart  # noqa: E402
import pond  # noqa: E402


class Host(pond.Node):
    def __init__(self, folder, number):
        super().__init__(folder, apart.PORT)
        self.wrapper = ("nsenter", f"--net=/run/netns/duck{number}")
        self.address = f"10.0.0.{number}:{apart.PORT}"
        self.data = pathlib.Path(folder, f"data-{number}")
        self.log = pathlib.Path(folder, f"{number}.log")


class Hosts(pond.PondTest):
    def test_found_one_cluster_with_one_environment(self):
        self.nodes = hosts = [Host(self.folder, number) for number in (1, 2, 3)]
        environment = {"DUCK_JOIN": ",".join(it.address for it in hosts), "DUCK_EXPECT": 3,
                       "DUCK_LISTEN": "0.0.0.0", "DUCK_INSECURE": "yes"}
        for host in hosts:
            host.start(**environment)
        self.until_voters(hosts, 3)
        self.assertEqual([it.status()["address"] for it in hosts], [it.address for it in hosts])
        cluster = hosts[0].status()["cluster_id"]
        for lost in hosts:
            lost.kill()
            shutil.rmtree(lost.data)
            lost.start(**environment)
            self.until_voters(hosts, 3)
        self.assertEqual({it.status()["cluster_id"] for it in hosts}, {cluster})


if __name__ == "__main__":
    apart.enter()
    pond.main()
