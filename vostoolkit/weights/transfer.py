"""A file from an address into a partial file that a later attempt goes on with."""

import errno
import http.client
import json
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from vostoolkit.errors import WeightsError
from vostoolkit.weights.units import in_bytes

_PIECE = 1 << 18
_PATIENCE_S = 30.0
_PART, _BEYOND = 206, 416
_GONE = (404, 410)


@dataclass(frozen=True)
class Transfer:
    """How far a download is, in bytes; ``total`` is None where the server doesn't say.

    ``kept`` bytes were there from an earlier attempt. It went on from byte ``start``, which is 0 if
    the file has changed since, or if the server can only begin anew.
    """

    kept: int
    start: int
    done: int
    total: int | None


Progress: TypeAlias = Callable[[Transfer], None]


@dataclass(frozen=True)
class _Origin:
    """What a partial file is a part of: an address, its version there, and the whole size."""

    url: str
    version: str | None
    total: int | None


@dataclass(frozen=True, eq=False)
class _Answer:
    """What the server sends: from which byte on, of which version, and the bytes themselves."""

    start: int
    origin: _Origin
    stream: http.client.HTTPResponse


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, though never from https to anything else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The request for the new address."""
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise WeightsError(f"{req.host} redirects to {newurl}, which isn't https: refused")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(url: str, partial: Path, *, size: int | None, progress: Progress) -> None:
    """Nothing; the partial file then holds all bytes of the address.

    Bytes of an earlier attempt are kept if the server can send the rest of the same version.
    ``size`` is what the file should have, if known.

    Raises:
        WeightsError: no network, no such file, another size, or the connection or disk gave out;
            what has come is kept.
    """
    kept = partial.stat().st_size if partial.is_file() else 0
    before = _read_origin(partial, url)
    if before is not None and before.total == kept > 0:
        return
    answer = _ask(url, kept, before)
    if answer is None:  # what was kept is no beginning of the file
        _forget(partial)
        answer = _ask(url, 0, None)
    if answer is None:
        raise WeightsError(f"{_host(url)} sends nothing of {url}: try again later")
    with answer.stream:
        total = answer.origin.total
        if None not in (size, total) and size != total:
            raise WeightsError(f"{url} has {total} bytes, but the published file {size}")
        _check_space(partial, (total or size or 0) - answer.start)
        if not answer.start:  # first, so that older bytes never count as this version's
            partial.write_bytes(b"")
        _write_origin(partial, answer.origin)
        _copy(answer, partial, kept, progress)


def discard(partial: Path) -> None:
    """Nothing; what is known of the partial file's origin is gone, the file itself stays."""
    _origin_path(partial).unlink(missing_ok=True)


def _ask(url: str, kept: int, before: _Origin | None) -> _Answer | None:
    """The server's answer; None if it has nothing behind the bytes that are kept."""
    headers = {"User-Agent": "vostoolkit", "Accept-Encoding": "identity"}
    if kept and before is not None and before.version is not None:
        headers |= {"Range": f"bytes={kept}-", "If-Range": before.version}
    # Neither files nor FTP: an address from a redirect may not read this machine.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        Redirects(),
    ):
        opener.add_handler(handler)
    try:
        stream = opener.open(urllib.request.Request(url, headers=headers), timeout=_PATIENCE_S)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == _BEYOND:
                return None
            raise WeightsError(_said(url, error)) from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise WeightsError(
            f"can't reach {_host(url)} ({reason}): look at the network, or set its proxy"
        ) from error
    answer = _understood(url, kept, stream)
    if answer is None or (answer.start and answer.origin != before):  # another version after all
        stream.close()
        return None
    return answer


def _understood(url: str, kept: int, stream: http.client.HTTPResponse) -> _Answer | None:
    """What the answer is a part of; None if it doesn't follow the bytes that are kept."""
    if stream.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        stream.close()
        raise WeightsError(f"{url} shows a web page instead of the file")
    start, length = 0, stream.headers.get("Content-Length")
    total = int(length) if length else None
    if stream.status == _PART:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", stream.headers.get("Content-Range", ""))
        if found is None or int(found[1]) != kept:
            return None
        start, total = kept, int(found[2])
    tag = stream.headers.get("ETag")
    is_exact = tag is not None and not tag.startswith("W/")
    version = tag if is_exact else stream.headers.get("Last-Modified")
    return _Answer(start, _Origin(url, version, total), stream)


def _copy(answer: _Answer, partial: Path, kept: int, progress: Progress) -> None:
    """Nothing; all that the server sends is behind what the partial file has."""
    done, total = answer.start, answer.origin.total
    progress(Transfer(kept, answer.start, done, total))
    try:
        with partial.open("ab") as file:
            while piece := _piece(answer, done):
                file.write(piece)
                done += len(piece)
                progress(Transfer(kept, answer.start, done, total))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _full(partial, (total or done) - done) from error


def _piece(answer: _Answer, done: int) -> bytes:
    """The next bytes, none at the end."""
    try:
        piece = answer.stream.read(_PIECE)
    except (OSError, http.client.HTTPException):
        raise _ended(answer.origin, done) from None
    if not piece and done < (answer.origin.total or 0):
        raise _ended(answer.origin, done)
    return piece


def _ended(origin: _Origin, done: int) -> WeightsError:
    of = "" if origin.total is None else f" of {in_bytes(origin.total)}"
    return WeightsError(
        f"the connection to {_host(origin.url)} ended after {in_bytes(done)}{of}, which are kept: "
        "run the same again to go on from there"
    )


def _check_space(partial: Path, wanted: int) -> None:
    if shutil.disk_usage(partial.parent).free < wanted:
        raise _full(partial, wanted)


def _full(partial: Path, wanted: int) -> WeightsError:
    free = shutil.disk_usage(partial.parent).free
    return WeightsError(
        f"the disk of {partial.parent} is full: {in_bytes(wanted)} are still to come and "
        f"{in_bytes(free)} are free. What has come is kept: make room and run the same again, or "
        "set $VOSTOOLKIT_WEIGHTS to a folder on another disk"
    )


def _said(url: str, error: urllib.error.HTTPError) -> str:
    if error.code in _GONE:
        return f"{url} isn't there ({error.code}): it may have moved"
    return f"{_host(url)} refuses {url} ({error.code} {error.reason}): try again later"


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _origin_path(partial: Path) -> Path:
    return partial.with_name(f"{partial.name}.json")


def _read_origin(partial: Path, url: str) -> _Origin | None:
    """What the partial file is a part of, if that is known and it's of this address."""
    try:
        origin = _Origin(**json.loads(_origin_path(partial).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return origin if origin.url == url else None


def _write_origin(partial: Path, origin: _Origin) -> None:
    _origin_path(partial).write_text(json.dumps(asdict(origin)))


def _forget(partial: Path) -> None:
    partial.unlink(missing_ok=True)
    discard(partial)
