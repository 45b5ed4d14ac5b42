"""`members` asks for page after page, and believes no list that does not end."""

import http.server
import json
import threading
import unittest
import urllib.parse

import pond


def member(number):
    return {"id": f"{number:016x}", "address": f"localhost:{number}", "voter": number == 1,
            "mode": "duck", "connected": True, "version": "0.1.0"}


class FakeNode(http.server.BaseHTTPRequestHandler):
    """A node with many members. `server.next_of(page)`: where its next page begins."""

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        self.server.asked.append(self.path)
        body = json.dumps(self.members(url) if url.path == "/members" else self.status()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def members(self, url):
        after = int(urllib.parse.parse_qs(url.query).get("after", ["0"])[0], 16)
        page = [member(number) for number in range(after + 1, after + 1 + self.server.page)]
        page = [it for it in page if int(it["id"], 16) <= self.server.count]
        follows = self.server.next_of(after + self.server.page)
        return {"members": page} | ({"next": f"{follows:016x}"} if follows is not None else {})

    def status(self):
        return {"mode": "duck", "peers": [], "id": member(1)["id"], "cluster": "default",
                "address": "localhost:1", "goose": None, "members": [],
                "cause": "", "cause_code": "", "sequence": 0, "healthy": True, "draining": False,
                "guarded": True,
                "insecure": False, "protocol": {"min": 1, "max": 1}, "version": "0.1.0",
                "starts": 1}

    def log_message(self, *_):
        pass


class Members(unittest.TestCase):
    def fake(self, count, page, next_of=None):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), FakeNode)
        server.count, server.page, server.asked = count, page, []
        server.next_of = next_of or (lambda last: last if last < count else None)
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        return server, ("members", "--node", f"127.0.0.1:{server.server_port}")

    def test_are_asked_for_page_by_page(self):
        server, command = self.fake(1050, 500)
        code, out, err = pond.call(*command)
        self.assertEqual(code, 0, err)
        lines = out.splitlines()
        self.assertEqual(len(lines), 1 + 1050, "a heading, and each of them once")
        for number in (1, 500, 501, 1000, 1001, 1050):
            self.assertIn(f"localhost:{number} ", lines[number])
        self.assertEqual(server.asked[:3], ["/members", f"/members?after={500:016x}",
                                            f"/members?after={1000:016x}"])

    def test_as_json_are_one_line_a_page(self):
        _, command = self.fake(7, 3)
        code, out, err = pond.call(*command, "--json")
        self.assertEqual(code, 0, err)
        pages = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([len(page["members"]) for page in pages], [3, 3, 1])

    def test_that_begin_again_are_not_believed(self):
        server, command = self.fake(9, 3, next_of=lambda last: min(last, 6))
        code, out, err = pond.call(*command)
        self.assertEqual((code, out), (76, ""))
        self.assertIn("does not end", err)
        self.assertLess(len(server.asked), 5)

    def test_without_end_are_not_believed(self):
        server, command = self.fake(10**9, 1, next_of=lambda last: last)
        code, out, err = pond.call(*command)
        self.assertEqual((code, out), (76, ""))
        self.assertIn("does not end", err)
        self.assertLess(len(server.asked), 200)


if __name__ == "__main__":
    pond.main()
