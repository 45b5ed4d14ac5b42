"""What goes wrong ends with one clear sentence and the exit code of the documentation."""

import os
import shutil
import socket
import stat
import unittest

import pond


class Start(pond.PondTest):
    def test_beyond_loopback_is_refused_without_insecure(self):
        for host in ("0.0.0.0", "::", "192.0.2.1"):
            with self.subTest(host=host):
                node = self.node().start("--listen", host, "--advertise", f"192.0.2.1:{4001}")
                self.assert_ends(node, pond.CONFIGURATION, host, "--insecure")
                self.assertFalse((node.data / "record").exists())

    def test_beyond_loopback_founds_nothing_by_itself(self):
        node = self.node().start("--listen", "0.0.0.0", "--insecure", "--advertise", "127.0.0.1:1")
        self.assert_ends(node, pond.CONFIGURATION, "init", "join")

    def test_beyond_loopback_needs_an_address_to_be_reached_at(self):
        node = self.node().start("--listen", "0.0.0.0", "--insecure")
        self.assert_ends(node, pond.CONFIGURATION, "--advertise", f":{node.port}")

    def test_beyond_loopback_works_with_init_and_insecure(self):
        node = self.node()
        words = ["--listen", "0.0.0.0", "--insecure", "--advertise", f"127.0.0.1:{node.port}"]
        code, out, err = pond.call("init", "--data", node.data, "--port", node.port,
                                   "--cluster", "lab", *words)
        self.assertEqual(code, 0, err)
        self.assertIn("lab", out)
        node.start(*words)
        status = pond.until("it is the goose", lambda: node.is_goose() and node.status())
        self.assertTrue(status["insecure"])
        self.assertEqual(status["cluster"], "lab")
        self.assertIn("insecure", node.command("status")[1])

    def test_in_another_cluster_is_refused(self):
        first = self.first(DUCK_CLUSTER="one")
        node = self.node()
        code, _, err = pond.call("init", "--data", node.data, "--cluster", "two",
                                 "--port", node.port)
        self.assertEqual(code, 0, err)
        node.start(DUCK_CLUSTER="three", DUCK_JOIN=first.address)
        self.assert_ends(node, pond.CONFIGURATION, "two", "three")

    def test_join_of_a_cluster_with_another_name_joins_nothing(self):
        first = self.first(DUCK_CLUSTER="one")
        node = self.node().start(DUCK_CLUSTER="two", DUCK_JOIN=first.address)
        self.assert_ends(node, pond.CONFIGURATION, "one", "two")
        self.assertEqual(first.status()["peers"], [])

    def test_in_a_directory_that_is_in_use(self):
        first = self.first()
        node = self.node()
        node.data = first.data
        node.start()
        self.assert_ends(node, pond.IN_USE, first.data, first.pid())
        self.assert_refused(pond.call("reset", "--data", first.data),
                            pond.IN_USE, first.data, first.pid())
        self.assertTrue(first.is_goose())

    def test_with_a_copy_of_a_running_nodes_data_is_told_to_that_node(self):
        nodes = self.cluster(3)
        goose = self.until_one_goose(nodes)
        first = next(it for it in nodes if it is not goose)
        pond.until("it has saved all", lambda: (
            first.status()["config"] == goose.status()["config"]))
        second = self.node()
        second.data.mkdir()
        for name in ("record", "record.held"):
            shutil.copy(first.data / name, second.data)
        second.start()
        pond.until("the first one is told", lambda: (
            "1008 refused: of an older incarnation, as another process runs with the same id"
            in (first.status() or {}).get("cause", "")))
        status = pond.until("the second one has its place", lambda: (
            (it := second.status()) and it["goose"] and it))
        self.assertEqual(status["id"], first.status()["id"])
        self.assertEqual(sum(it.is_goose() for it in self.nodes), 1)

    def test_with_a_damaged_record(self):
        node = self.first()
        node.kill()
        record = node.data / "record"
        text = bytearray(record.read_bytes())
        text[len(text) // 2] ^= 1
        record.write_bytes(text)
        node.start()
        self.assert_ends(node, pond.DISK, record)
        self.assert_refused(pond.call("record", "--data", node.data), pond.DISK, record)
        # Reset is the way out, and keeps what was there.
        code, out, err = pond.call("reset", "--data", node.data)
        self.assertEqual(code, 0, err)
        self.assertEqual((node.data / "record.reset-1").read_bytes(), bytes(text))
        self.assertIn("record.reset-1", out)
        node.start()
        pond.until("it is the goose", node.is_goose)

    def test_with_a_record_that_vanished(self):
        node = self.first()
        node.kill()
        (node.data / "record").unlink()
        node.start()
        self.assert_ends(node, pond.DISK, node.data)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_in_a_directory_that_cannot_be_written(self):
        node = self.node()
        node.data.mkdir()
        os.chmod(node.data, stat.S_IRUSR | stat.S_IXUSR)
        node.start()
        self.assert_ends(node, pond.DISK, node.data)

    def test_on_a_port_that_is_in_use(self):
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with self.subTest(host=host), socket.socket(family) as taken:
                node = self.node()
                taken.bind((host, node.port))
                taken.listen()
                node.start()
                self.assert_ends(node, pond.IN_USE, node.port, host, "another process")
                self.assertFalse((node.data / "record").exists(), "it listens before it writes")

    def test_with_a_bad_value(self):
        for words, variables, parts in (
                (["--promise", "1000"], {}, ["--promise", "1000", "unit"]),
                ([], {"DUCK_PROMISE": "1h"}, ["DUCK_PROMISE", "1h", "50ms"]),
                (["--join", "localhost"], {}, ["--join", "localhost", "port"]),
                (["--prot", "1"], {}, ["--prot", "--port"]),
                (["--init"], {}, ["--init"])):
            with self.subTest(words=words, variables=variables):
                self.assert_ends(self.node().start(*words, **variables), pond.USAGE, *parts)


class Warnings(pond.PondTest):
    def test_name_unknown_variables_and_the_port_of_kubernetes(self):
        node = self.node()
        words = ["--port", str(node.port), "--data", str(node.data)]
        node.start(*words, DUCK_JION="localhost:1", DUCK_INIT="yes", DUCK_SERVICE_HOST="10.0.0.1",
                   DUCK_PORT="tcp://10.0.0.1:80")
        pond.until("it is the goose", node.is_goose)
        self.assertIn("DUCK_JION is no setting of this version: ignored; did you mean DUCK_JOIN?",
                      node.words())
        self.assertIn("DUCK_INIT is no setting of this version", node.words())
        self.assertIn("tcp://10.0.0.1:80", node.words())
        self.assertNotIn("DUCK_SERVICE_HOST", node.words())

    def test_of_each_setting_the_log_names_the_source(self):
        node = self.first(DUCK_LOG_FORMAT="logfmt")
        for part in ("DUCK_PORT", str(node.port), "DUCK_DATA", str(node.data), "default"):
            self.assertIn(part, node.words())


class Clients(pond.PondTest):
    def test_without_a_node_say_nobody(self):
        address = f"localhost:{pond.free_port()}"
        for words in (["status"], ["members"], ["remove", "0123456789abcdef"], ["handover"],
                      ["leave"], ["wait", "--timeout", "100ms"]):
            with self.subTest(words=words):
                self.assert_refused(pond.call(*words, "--node", address), pond.NOBODY, address)

    def test_with_quiet_say_nothing_but_the_exit_code(self):
        self.assertEqual(pond.call("status", "--quiet", "--node", f"localhost:{pond.free_port()}"),
                         (pond.NOBODY, "", ""))
        self.assert_refused(pond.call("status", "--quiet", "--timeout", "5"), pond.USAGE,
                            "--timeout", "unit")
        node = self.first()
        self.assertEqual(node.command("status", "--quiet"), (0, "", ""))
        duck = self.joined(node)
        pond.until("it has joined", lambda: (s := duck.status()) and s["goose"])
        self.assertEqual(duck.command("status", "--quiet"), (1, "", ""))

    def test_of_a_frozen_node_say_try_again(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            address = f"127.0.0.1:{silent.getsockname()[1]}"
            self.assert_refused(pond.call("status", "--timeout", "200ms", "--node", address),
                                pond.TRY_AGAIN, address)

    def test_find_the_node_by_port(self):
        node = self.first()
        code, out, _ = pond.call("status", env=pond.environment(DUCK_PORT=node.port))
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith(f"GOOSE  {node.address}  term 1  token "), out)
        self.assertNotIn("\x1b", out, "no colour in a pipe")

    def test_print_json_exactly_as_the_node_gave_it(self):
        node = self.first()
        code, out, _ = node.command("status", "--json")
        self.assertEqual(code, 0)
        self.assertEqual(out.count("\n"), 1)
        self.assertTrue(out.startswith('{"mode":"goose","peers":[]'), out)

    def test_print_the_record(self):
        node = self.first()
        code, out, err = pond.call("record", "--data", node.data)
        self.assertEqual(code, 0, err)
        self.assertEqual(out, (node.data / "record").read_text())
        code, out, _ = pond.call("record", "--data", node.data, "--json")
        self.assertIn(node.status()["id"], out)
        none = node.data / "none"
        self.assert_refused(pond.call("record", "--data", none), 1, none)

    def test_reset_of_nothing_is_no_error(self):
        code, out, _ = pond.call("reset", "--data", f"{self.folder}/none")
        self.assertEqual(code, 0)
        self.assertIn("nothing to reset", out)

    def test_init_founds_once_only(self):
        words = ["init", "--data", f"{self.folder}/data", "--port", pond.free_port()]
        self.assertEqual(pond.call(*words)[0], 0)
        before = pond.call("record", "--data", f"{self.folder}/data")[1]
        self.assert_refused(pond.call(*words), pond.CONFIGURATION, "default")
        self.assertEqual(pond.call("record", "--data", f"{self.folder}/data")[1], before)


if __name__ == "__main__":
    pond.main()
