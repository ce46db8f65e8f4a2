import hashlib
import http.server
import threading

import pytest

from common.errors import WeightsError
from common.weights.fetch import fetch, source_called
from common.weights.sources import SOURCES, File

CONTENT = bytes(range(256)) * 4096
"""A megabyte."""


class Server(http.server.BaseHTTPRequestHandler):
    """Serves `CONTENT` with ranges; breaks off, lies or changes as its class attributes say."""

    breaks_after: int | None = None
    declares: int | None = None
    tag = '"one"'
    asked: list

    def do_GET(self):
        wanted = self.headers.get("Range")
        type(self).asked.append(wanted)
        start = int(wanted.split("=")[1].rstrip("-")) if wanted and self.headers.get("If-Range") == self.tag else 0
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(self.declares or len(body)))
        self.send_header("ETag", self.tag)
        self.end_headers()
        self.wfile.write(body[: self.breaks_after])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    handler = type("Handler", (Server,), {"asked": []})
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    handler.url = f"http://127.0.0.1:{running.server_port}/w.pth"
    yield handler
    running.shutdown()


def source(server, **known):
    file = File("w.pth", url=server.url, **{"sha256": hashlib.sha256(CONTENT).hexdigest()[:8], **known})
    return SOURCES["imagenet", "resnet50"]._replace(files=(file,))


def test_a_file_is_fetched_verified_and_kept(server, tmp_path):
    path = fetch(source(server), tmp_path)
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in tmp_path.iterdir()] == ["w.pth"]
    assert fetch(source(server), tmp_path) == path
    assert len(server.asked) == 1


def test_what_broke_off_is_continued_where_it_stopped(server, tmp_path):
    server.breaks_after = 300_000
    with pytest.raises(
        WeightsError, match=r"did not give w.pth .300000 of 1048576 bytes came.: run it again to continue"
    ):
        fetch(source(server), tmp_path)
    server.breaks_after = None
    assert fetch(source(server), tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-"]


def test_a_file_that_changed_meanwhile_is_begun_again(server, tmp_path):
    server.breaks_after = 300_000
    with pytest.raises(WeightsError, match="run it again"):
        fetch(source(server), tmp_path)
    server.breaks_after, server.tag = None, '"two"'
    assert fetch(source(server), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("known", [{"sha256": "00000000"}, {"sha256": "", "md5": "0" * 32}])
def test_another_file_than_published_is_deleted(server, tmp_path, known):
    with pytest.raises(WeightsError, match=r"is published with .*; what came has sha256 .*: deleted"):
        fetch(source(server, **known), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_more_bytes_than_published_are_refused_before_they_come(server, tmp_path):
    with pytest.raises(WeightsError, match=r"w.pth has 1000 bytes; .* offers 1048576: refused"):
        fetch(source(server, size=1000), tmp_path)
    server.declares = 1 << 31
    with pytest.raises(WeightsError, match=r"at most 1073741824 bytes; .* offers 2147483648: refused"):
        fetch(source(server), tmp_path)


def test_offline_it_says_how_to_go_on(tmp_path):
    unreachable = SOURCES["imagenet", "resnet50"]._replace(files=(File("w.pth", url="http://127.0.0.1:9/w.pth"),))
    with pytest.raises(
        WeightsError, match=r"127.0.0.1 did not give w.pth .*offline: get .* on another machine, then python"
    ):
        fetch(unreachable, tmp_path)


def test_what_no_program_can_fetch_says_where_it_is(tmp_path):
    with pytest.raises(
        WeightsError, match=r"has no address that a program can fetch from: get RadImageNet-IRV2_notop.h5 in"
    ):
        fetch(source_called("radimagenet_keras_inception_resnet_v2"), tmp_path)
    with pytest.raises(WeightsError, match=r"weights are called one of radimagenet_resnet50, .*; got 'resnet50'"):
        source_called("resnet50")
