import io
import socket
from dataclasses import replace
from http.client import HTTPMessage
from urllib.request import Request

import pytest
import torch
from weights.server import NAME, names

from vostoolkit.errors import WeightsError
from vostoolkit.networks.fusion import FusionNetwork
from vostoolkit.weights import WEIGHTS, download_weights, find_weights, load_weights
from vostoolkit.weights.download import ask, question
from vostoolkit.weights.transfer import Redirects


@pytest.fixture
def got():
    """The progress that was reported."""
    return []


@pytest.fixture
def download(got):
    return lambda: download_weights(NAME, confirm=True, progress=got.append)


def knows(monkeypatch, **facts):
    monkeypatch.setitem(WEIGHTS, NAME, replace(WEIGHTS[NAME], **facts))


def test_what_comes_is_checked_kept_and_loads(served, download, folder, content, got):
    status = download()
    assert (status.path, status.problem) == (folder / "fusion.pth", "")
    assert names(folder) == ["fusion.pth"]
    assert find_weights(NAME).read_bytes() == content
    load_weights(FusionNetwork(), NAME)
    assert (got[0].done, got[-1].done) == (0, len(content))
    assert all(transfer.total == len(content) for transfer in got)
    assert served.asked[0]["Accept-Encoding"] == "identity"


def test_what_is_there_and_good_is_not_got_again(served, download):
    first = download()
    assert download() == first
    assert len(served.asked) == 1


def test_two_never_write_one_file(served, download, folder, content):
    refused = []

    def meanwhile(transfer):
        with pytest.raises(WeightsError, match=f"another process is downloading {NAME}") as error:
            download()
        refused.append(error)

    download_weights(NAME, confirm=True, progress=meanwhile)
    assert refused
    assert len(served.asked) == 1
    assert (folder / "fusion.pth").read_bytes() == content


def test_what_is_there_and_broken_is_replaced(served, folder, content):
    folder.mkdir()
    (folder / "fusion.pth").write_bytes(b"broken")
    asked = []
    download_weights(NAME, confirm=lambda text: not asked.append(text), progress=lambda t: None)
    assert "instead  of the file that is there: " in asked[0]
    assert (folder / "fusion.pth").read_bytes() == content


def test_nothing_is_asked_of_the_server_before_the_person_agrees(served, folder):
    asked = []
    with pytest.raises(WeightsError, match="wasn't downloaded: it wasn't agreed to"):
        download_weights(NAME, confirm=asked.append)
    assert served.asked == []
    assert not folder.exists()
    for part in (NAME, served.url, "GPL-3.0", "160 kB or more", str(folder), "Download it?"):
        assert part in asked[0]


@pytest.mark.parametrize(
    ("answer", "agrees"), [("y", True), ("Yes ", True), ("n", False), ("", False)]
)
def test_a_person_is_asked(monkeypatch, capsys, answer, agrees):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
    assert ask(question(WEIGHTS["xmem"])) is agrees
    assert "249 MB or more" in capsys.readouterr().out


def test_where_nobody_can_answer_it_says_how_to_agree(served, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(WeightsError, match=r"confirm=True\) or `vostoolkit weights download"):
        download_weights(NAME)
    assert served.asked == []


@pytest.mark.parametrize("stamp", [{}, {"etag": None, "modified": "Mon, 01 Jan 2024 00:00:00 GMT"}])
def test_a_broken_connection_is_gone_on_with(served, download, folder, content, got, stamp):
    served.__dict__.update(stamp, breaks_after=70_000)
    with pytest.raises(WeightsError, match=r"ended after 70 kB of 16. kB, which are kept: run the"):
        download()
    assert names(folder) == ["fusion.pth.partial", "fusion.pth.partial.json"]
    served.breaks_after = None
    got.clear()
    download()
    assert served.asked[1]["Range"] == "bytes=70000-"
    assert served.asked[1]["If-Range"] == (served.etag or served.modified)
    assert (got[0].kept, got[0].start) == (70_000, 70_000)
    assert names(folder) == ["fusion.pth"]
    assert (folder / "fusion.pth").read_bytes() == content


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"etag": '"1"'}, {"etag": '"2"'}),
        ({"etag": '"1"'}, {"etag": '"2"', "ignores_versions": True}),
        ({"etag": '"1"'}, {"has_ranges": False}),
        ({"etag": 'W/"1"'}, {}),
        ({"etag": None}, {}),
    ],
    ids=["another version", "careless server", "no ranges", "weak tag", "no tag"],
)
def test_what_cannot_be_gone_on_with_begins_anew(
    served, download, folder, content, got, before, after
):
    served.__dict__.update(before, breaks_after=70_000)
    with pytest.raises(WeightsError):
        download()
    (folder / "fusion.pth.partial").write_bytes(bytes(70_000))  # of another version
    served.__dict__.update(after, breaks_after=None)
    got.clear()
    download()
    assert (got[0].kept, got[0].start) == (70_000, 0)
    assert (folder / "fusion.pth").read_bytes() == content


def test_more_than_the_file_has_is_thrown_away(served, download, folder, content):
    served.breaks_after = 70_000
    with pytest.raises(WeightsError):
        download()
    (folder / "fusion.pth.partial").write_bytes(bytes(2 * len(content)))
    served.breaks_after = None
    download()
    assert [("Range" in headers) for headers in served.asked] == [False, True, False]
    assert (folder / "fusion.pth").read_bytes() == content


def test_a_partial_file_of_another_address_is_not_gone_on_with(served, download, folder, content):
    folder.mkdir()
    (folder / "fusion.pth.partial").write_bytes(b"somebody else's")
    download()
    assert "Range" not in served.asked[0]
    assert (folder / "fusion.pth").read_bytes() == content


def test_whole_bytes_that_were_never_checked_are_not_got_again(
    served, download, folder, monkeypatch
):
    def stop(transfer):
        if transfer.done == transfer.total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download_weights(NAME, confirm=True, progress=stop)
    assert "fusion.pth" not in names(folder)
    assert download().path == folder / "fusion.pth"


def test_a_length_that_nobody_says_will_do(served, download, folder, content, got):
    served.is_chunked = True
    download()
    assert got[-1].total is None
    assert (folder / "fusion.pth").read_bytes() == content


def test_a_broken_connection_without_a_length_is_noticed(served, download, folder):
    served.is_chunked, served.breaks_after = True, 70_000
    with pytest.raises(WeightsError, match=r"ended after .* kB, which are kept"):
        download()
    assert "fusion.pth" not in names(folder)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"status": 404}, r"isn't there \(404\): it may have moved"),
        ({"status": 403}, r"refuses .* \(403 Forbidden\): try again later"),
        ({"status": 503}, r"\(503 Service Unavailable\): try again later"),
        ({"kind": "text/html; charset=utf-8"}, "shows a web page instead of the file"),
        ({"moved_to": "file:///etc/hostname"}, "not allowed|unknown url type|redirect"),
        ({"claimed": 10**17}, "the disk of .* is full: 1e.08 GB are still to come"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_goes_wrong_is_said_with_the_way_out(served, download, folder, facts, said):
    served.__dict__.update(facts)
    with pytest.raises(WeightsError, match=said) as caught:
        download()
    message = str(caught.value)
    assert message.startswith(f"{NAME} wasn't downloaded: ")
    assert "in a browser from https://github.com/hkchengrex/MiVOS" in message
    assert "`vostoolkit weights add fusion.pth`" in message
    assert names(folder) == []


def test_a_redirect_is_followed_and_its_rest_too(served, download, folder, content):
    served.moved_to, served.breaks_after = "/moved", 70_000
    with pytest.raises(WeightsError, match=r"ended after"):
        download()
    served.breaks_after = None
    download()
    assert served.asked[-1]["Range"] == "bytes=70000-"
    assert (folder / "fusion.pth").read_bytes() == content


def test_a_redirect_away_from_https_is_refused():
    asked = Request("https://example.org/file.pth")
    with pytest.raises(WeightsError, match=r"redirects to http://example.org, which isn't https"):
        Redirects().redirect_request(asked, None, 302, "", HTTPMessage(), "http://example.org")


def test_no_network_is_said(monkeypatch, download, folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        knows(monkeypatch, url=f"http://127.0.0.1:{taken.getsockname()[1]}/file.pth")
        with pytest.raises(WeightsError, match=r"can't reach 127.0.0.1:.*: look at the network"):
            download()


def test_a_full_disk_is_said(served, download, folder):
    folder.mkdir()
    (folder / "fusion.pth.partial").symlink_to("/dev/full")
    with pytest.raises(WeightsError, match=r"is full: 16. kB are still to come"):
        download()


def test_another_size_is_refused_before_it_is_got(served, download, folder, monkeypatch):
    knows(monkeypatch, size=5)
    with pytest.raises(WeightsError, match=r"has \d+ bytes, but the published file 5\."):
        download()
    assert names(folder) == []


def test_another_checksum_is_never_kept_under_the_name(served, download, folder, monkeypatch):
    knows(monkeypatch, sha256="0" * 64)
    with pytest.raises(
        WeightsError, match=r"what came isn't mivos-fusion: its SHA-256 is.*refused"
    ):
        download()
    assert names(folder) == ["fusion.pth.refused"]


def test_another_network_is_never_kept_under_the_name(served, download, folder):
    held = io.BytesIO()
    torch.save(torch.nn.Linear(2, 2).state_dict(), held)
    served.content = held.getvalue()
    with pytest.raises(WeightsError, match=r"doesn't fit MiVOS fusion: 12 missing: conv1.0.weight"):
        download()
    assert names(folder) == ["fusion.pth.refused"]


def test_the_bar_shows_bytes_and_says_when_it_begins_anew(served, folder, capsys):
    served.breaks_after = 70_000
    with pytest.raises(WeightsError):
        download_weights(NAME, confirm=True)
    served.breaks_after, served.etag = None, '"2"'
    download_weights(NAME, confirm=True)
    said = capsys.readouterr()
    assert "mivos-fusion: 100%" in said.err
    assert "B/s" in said.err
    assert "it begins anew" in said.err
    assert said.out == ""
