"""The same inputs as a run's, one after the other in this process: for the terminal and for pipes, without a store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from jdclass.batch.inputs import Scope, is_corpus, name_inputs, walk
from jdclass.batch.worker import ReaderLike, ReviewerLike, reviewed, with_id
from jdclass.document import Failure, Review, RoleDescription
from jdclass.store import Found

if TYPE_CHECKING:
    from jdclass.read.limits import Limits

__all__ = ["is_single", "review_stream", "stream_roles"]

BATCH = 32  # roles reviewed together; beyond that nothing is gained, and a pipe waits longer for its first line


def is_single(inputs: Sequence[Path]) -> bool:
    """Whether this is one file that is no corpus: one document, as far as its name and first bytes tell.

    Raises DocumentError where there is no such file.
    """
    return len(inputs) == 1 and not inputs[0].is_dir() and not is_corpus(name_inputs(inputs, {})[0].path)


def stream_roles(
    inputs: Sequence[Path | str],
    *,
    title: str | None = None,
    keep_contacts: bool = False,
    limits: Limits | None = None,
    open_reader: Callable[[], ReaderLike] | None = None,
) -> Iterator[RoleDescription | Failure]:
    """The role descriptions of files, folders and corpora, in the order of their names, each as a run would read it.

    A file that cannot be read is a Failure. Raises DocumentError, before anything is read, where an input does not
    exist.
    """
    scopes = name_inputs([Path(path) for path in inputs], {})
    return _roles(scopes, title=title, keep_contacts=keep_contacts, limits=limits, open_reader=open_reader)


def _roles(
    scopes: Sequence[Scope],
    *,
    title: str | None,
    keep_contacts: bool,
    limits: Limits | None,
    open_reader: Callable[[], ReaderLike] | None,
) -> Iterator[RoleDescription | Failure]:
    from jdclass.read.limits import DEFAULT_LIMITS

    limits = limits or DEFAULT_LIMITS
    reader = open_reader() if open_reader is not None else _child_reader(limits)
    try:
        seen: set[bytes] = set()  # an input given twice, or inside another, is read once
        for scope in scopes:
            for item in _sorted(scope):
                if isinstance(item, Failure):
                    yield item
                    continue
                if item.path in seen:
                    continue
                seen.add(item.path)
                path = os.fsdecode(item.path)
                if is_corpus(path):
                    from jdclass.read import read_path

                    # Line by line, so that a corpus of any size passes through.
                    found: Iterable[RoleDescription | Failure] = read_path(
                        Path(path), name=item.name, title=title, keep_contacts=keep_contacts, limits=limits
                    )
                else:
                    found = reader.read(Path(path), name=item.name, title=title, keep_contacts=keep_contacts)
                for role in found:
                    yield with_id(role, item)
    finally:
        reader.close()


def _child_reader(limits: Limits) -> ReaderLike:
    from jdclass.batch.reading import ChildReader

    return ChildReader(limits)


def _sorted(scope: Scope) -> list[Found | Failure]:
    from jdclass.read import can_read

    # No run folder is written, so there is none to leave out.
    found = [item for item in walk(scope, leave_out=Path(os.devnull), can_read=can_read) if item is not None]
    return sorted(found, key=lambda item: item.name if isinstance(item, Found) else item.path or "")


def review_stream(
    reviewer: ReviewerLike, roles: Iterable[RoleDescription | Failure]
) -> Iterator[tuple[RoleDescription | None, Review | Failure]]:
    """A review beside each role description, in their order; failures pass through, with None beside them.

    What goes wrong with one role is that role's Failure. Raises ModelError, LexiconError.
    """
    stream = iter(roles)
    while batch := list(islice(stream, BATCH)):
        results = iter(reviewed(reviewer, [role for role in batch if isinstance(role, RoleDescription)]))
        for role in batch:
            yield (None, role) if isinstance(role, Failure) else (role, next(results))
