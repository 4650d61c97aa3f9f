"""A reader process that may be killed: one file at a time, under limits of time and memory.

A hostile file can hang a parser or end its process, and no exception handler helps against either. So a batch worker
keeps one `ReaderChild`; when it passes the limits or dies it is replaced, and the file is a Failure with a named error.

The two speak in frames over pipes: four bytes of length, then JSON. On Linux the child's address space is limited as
well; elsewhere the time limit stands alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from jdclass.document import Block, Fact, Failure, RoleDescription, Source
from jdclass.read.failures import MemoryLimitError, ReaderDiedError, TimeLimitError
from jdclass.read.limits import DEFAULT_LIMITS, Limits

__all__ = ["ReaderChild", "role_from_dict", "role_to_dict"]

_LENGTH = struct.Struct(">I")
#: After so many files a child is replaced, so that what its libraries leak stays small.
FILES_A_CHILD = 200
_START_SECONDS = 60.0  # for a machine under load to start Python; not part of a file's time


def role_to_dict(role: RoleDescription) -> dict[str, Any]:
    """A role description as plain values; `role_from_dict` reads them back."""
    return {
        "id": role.id,
        "title": role.title,
        "blocks": [[block.text, block.kind, block.level, block.place, block.section] for block in role.blocks],
        "source": role.source.to_dict(),
        "employer": role.employer,
        "band": role.band,
        "facts": [[fact.name, fact.value, fact.place] for fact in role.facts],
    }


def role_from_dict(data: dict[str, Any]) -> RoleDescription:
    """A role description from the values of `role_to_dict`. Raises KeyError or TypeError for others."""
    return RoleDescription(
        id=data["id"],
        title=data["title"],
        blocks=tuple(Block(*block) for block in data["blocks"]),
        source=Source.from_dict(data["source"]),
        employer=data["employer"],
        band=data["band"],
        facts=tuple(Fact(*fact) for fact in data["facts"]),
    )


def _send(stream: IO[bytes], value: Any) -> None:
    # Surrogates of strange file names survive JSON's escapes.
    data = json.dumps(value).encode("ascii")
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    """The next frame; None at the end of the stream."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    data = stream.read(_LENGTH.unpack(head)[0])
    return json.loads(data)


class ReaderChild:
    """A reader in a process of its own. Use it from one thread, and close it, or use it as a context manager.

    It starts with the first file and starts again after every kill.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._files = 0

    def __enter__(self) -> ReaderChild:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(
        self, path: Path, *, name: str | None = None, title: str | None = None, keep_contacts: bool = False
    ) -> list[RoleDescription | Failure]:
        """The roles of one file, as `read_path` gives them; at least one item, a Failure where nothing was read."""
        return list(self.stream(path, name=name, title=title, keep_contacts=keep_contacts))

    def stream(
        self, path: Path, *, name: str | None = None, title: str | None = None, keep_contacts: bool = False
    ) -> Iterator[RoleDescription | Failure]:
        """The roles of one file as they come, so that a file of many records is not held whole.

        The time limit is of each item. When it passes, what came before stands and one Failure follows.
        """
        name = str(path) if name is None else name
        if self._files >= FILES_A_CHILD:
            self.close()
        self._files += 1
        try:
            process = self._started()
            assert process.stdin is not None
            _send(process.stdin, {"path": os.fsdecode(path), "name": name, "title": title, "keep": keep_contacts})
        except (OSError, ValueError) as error:
            self.close()
            yield Failure(name, None, ReaderDiedError.__name__, f"the reader process did not start: {error}")
            return
        complete = False
        try:
            while True:
                try:
                    frame = self._frames.get(timeout=self.limits.seconds)
                except queue.Empty:
                    complete = True
                    self.close()
                    told = f"reading took longer than the limit of {self.limits.seconds:g} seconds"
                    yield Failure(name, None, TimeLimitError.__name__, told)
                    return
                if frame is None:
                    complete = True
                    yield self._died(name)
                    return
                if "role" in frame:
                    yield role_from_dict(frame["role"])
                elif "failure" in frame:
                    failure = Failure.from_dict(frame["failure"])
                    yield failure
                else:
                    complete = True
                    if frame.get("spent"):
                        self.close()
                    return
        finally:
            if not complete:  # the caller stopped in the middle: what is still to come must not meet the next file
                self.close()

    def close(self) -> None:
        """End the process; the next read starts another."""
        process, self._process, self._files = self._process, None, 0
        if process is None:
            return
        if process.poll() is None:
            with contextlib.suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, signal.SIGKILL)  # with the tesseract that it may have started
                else:
                    process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        home = str(Path(__file__).resolve().parents[2])
        paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
        process = subprocess.Popen(
            [sys.executable, "-m", "jdclass.read.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,
        )
        self._process, self._files = process, 1
        frames: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._frames = frames
        threading.Thread(target=_pump, args=(process.stdout, frames), daemon=True).start()
        assert process.stdin is not None
        _send(process.stdin, asdict(self.limits))
        try:
            ready = frames.get(timeout=_START_SECONDS)
        except queue.Empty:
            raise OSError(f"no answer within {_START_SECONDS:g} seconds") from None
        if ready is None:
            raise OSError("it ended at once")
        return process

    def _died(self, name: str) -> Failure:
        process = self._process
        code = process.wait() if process is not None else None
        self.close()
        if code is not None and code < 0:
            try:
                how = f"by signal {signal.Signals(-code).name}"
            except ValueError:
                how = f"by signal {-code}"
        else:
            how = f"with exit code {code}"
        told = f"the reader process ended {how}: the file is damaged, or wants more memory than the limit"
        return Failure(name, None, ReaderDiedError.__name__, told)


def _pump(stream: IO[bytes], frames: queue.SimpleQueue[Any]) -> None:
    """Move frames to the queue; a thread, since pipes cannot be waited for with a time limit everywhere."""
    try:
        while (frame := _receive(stream)) is not None:
            frames.put(frame)
    except (OSError, ValueError):
        pass
    frames.put(None)


# The child's own side


def _limit_memory(limits: Limits) -> None:
    if sys.platform != "linux":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = limits.memory_bytes if hard == resource.RLIM_INFINITY else min(limits.memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent(parent: int) -> None:
    """End when the parent is gone, also in the middle of a file."""
    while os.getppid() == parent:
        time.sleep(2)
    os._exit(1)


def main() -> int:
    """Serve files until the parent closes the pipe. Exit code 0."""
    from jdclass.read.doors import read_path

    # Frames go out by a descriptor of their own: whatever a library prints must not fall among them.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = sys.stdin.buffer
    settings = _receive(requests)
    if settings is None:
        return 0
    limits = Limits(**settings)
    _limit_memory(limits)
    if hasattr(os, "getppid"):
        threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    _send(out, {"ready": True})
    while (request := _receive(requests)) is not None:
        spent = False
        try:
            for item in read_path(
                Path(request["path"]),
                name=request["name"],
                title=request["title"],
                keep_contacts=request["keep"],
                limits=limits,
            ):
                if isinstance(item, Failure):
                    spent = spent or item.error == MemoryLimitError.__name__
                    _send(out, {"failure": item.to_dict()})
                else:
                    _send(out, {"role": role_to_dict(item)})
        except MemoryError:
            spent = True
            told = f"reading wants more memory than the limit of {limits.memory_bytes:,} bytes"
            _send(out, {"failure": Failure(request["name"], None, MemoryLimitError.__name__, told).to_dict()})
        except Exception as error:  # a fault of ours: the file is a failure row, the batch goes on
            told = f"a fault in jdclass while reading, please report it: {type(error).__name__}: {error}"
            _send(out, {"failure": Failure(request["name"], None, ReaderDiedError.__name__, told).to_dict()})
        _send(out, {"done": True, "spent": spent})
    return 0


if __name__ == "__main__":
    sys.exit(main())
