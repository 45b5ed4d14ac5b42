"""All nodes are stopped and come back at other addresses, with the data that they had."""

import pond


class Moved(pond.PondTest):
    def stopped(self, count, **variables):
        """A cluster that has been; all of it has ended."""
        nodes = self.cluster(count, **variables)
        return self.stop(nodes)

    def stop(self, nodes):
        status = self.until_one_goose(nodes).status()
        self.cluster_id, self.token = status["cluster_id"], status["token"]
        self.voters = {it["address"] for it in status["members"] if it["voter"]}
        self.end_all()
        return nodes

    def move(self, *nodes):
        """To ports that nobody had before."""
        before = {it.port for it in self.nodes}
        for node in nodes:
            while node.port in before:
                node.port = pond.free_port()
            before.add(node.port)
            node.address = f"localhost:{node.port}"

    def assert_same_cluster(self, nodes, voters):
        """It has a goose again, which all nodes know, and whose addresses for them are right."""
        self.until_voters(nodes, voters)
        goose = self.until_one_goose(nodes)
        status = goose.status()
        self.assertEqual(status["cluster_id"], self.cluster_id)
        self.assertGreater(status["token"], self.token)
        mine = {it.address for it in nodes}
        for node in nodes:
            pond.until(f"{node.address} knows where the voters are", lambda it=node: mine >= {
                member["address"] for member in it.status()["members"] if member["voter"]})

    def test_but_for_one_that_all_are_told_of(self):
        for count in (3, 5):
            with self.subTest(nodes=count):
                nodes = self.stopped(count)
                self.move(*nodes[1:])
                for node in nodes:
                    node.start(DUCK_JOIN=nodes[0].address)
                self.assert_same_cluster(nodes, count)
                self.end_all()

    def test_and_are_told_of_the_new_address_of_one(self):
        for count in (3, 5):
            with self.subTest(nodes=count):
                nodes = self.stopped(count)
                self.move(*nodes)
                for node in nodes:
                    node.start(DUCK_JOIN=nodes[-1].address)
                self.assert_same_cluster(nodes, count)
                self.end_all()

    def test_where_the_one_that_all_know_may_not_lead(self):
        first = self.first()
        nodes = [first, self.joined(first), self.joined(first, DUCK_WITNESS=1)]
        self.until_voters(nodes, 3)
        self.stop(nodes)
        self.move(*nodes)
        for node in nodes:
            node.start(DUCK_JOIN=nodes[-1].address)
        self.assert_same_cluster(nodes, 3)

    def test_where_the_one_that_all_know_does_not_vote(self):
        nodes = self.stopped(4)
        observer = next(it for it in nodes if it.address not in self.voters)
        self.move(*nodes)
        for node in nodes:
            node.start(DUCK_JOIN=observer.address)
        self.assert_same_cluster(nodes, 3)

    def test_to_where_another_one_has_been(self):
        nodes = self.stopped(3)
        ports = [it.port for it in nodes]
        for node, port in zip(nodes, [*ports[1:], ports[0]]):
            node.port, node.address = port, f"localhost:{port}"
            node.start()
        self.assert_same_cluster(nodes, 3)

    def test_by_two_that_change_places(self):
        first, second, third = nodes = self.stopped(3)
        first.port, second.port = second.port, first.port
        first.address, second.address = second.address, first.address
        for node in nodes:
            node.start()
        self.assert_same_cluster(nodes, 3)
        third.kill()  # The two have to do with each other then.
        self.until_one_goose([first, second])

    def test_a_goose_alone_is_found_through_a_duck(self):
        goose = self.first()
        duck = self.joined(goose)
        pond.until("it has joined", lambda: (duck.status() or {}).get("goose"))
        goose.kill()
        self.move(goose)
        goose.start()
        pond.until("it is the goose again", goose.is_goose)
        newcomer = self.node()
        duck.kill()
        duck.start(DUCK_JOIN=goose.address)
        pond.until("it is back", lambda: (duck.status() or {}).get("goose"))
        newcomer.start(DUCK_JOIN=duck.address)
        self.until_voters([goose, duck, newcomer], 3)


if __name__ == "__main__":
    pond.main()
