"""Jobs to answers: in this process, or in parallel by joblib, where a dead worker costs no more than its jobs' time.

In joblib one dead worker aborts the whole call. So `Pool.run` gives the answers that have come, then raises
`WorkersDied`; the caller knows which jobs were out, runs their units again, each alone, and goes on in a new call.

joblib's backends are the seam to more machines: all that is asked of one is `joblib.parallel_config(backend=...)`.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import re
import signal
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any

from jdclass.batch import worker
from jdclass.batch.worker import Answer, Job, Setup
from jdclass.document import ModelName
from jdclass.errors import JdclassError, MissingExtraError

__all__ = ["STALLED_SECONDS", "ClockJumped", "Pool", "WorkersDied", "open_pool"]

STALLED_SECONDS = 1800.0  # without any answer for so long, workers that seem alive are taken for dead
CLUSTER_SECONDS = 30  # how long a scheduler, and then its first worker, is waited for
WAVE = 8  # jobs a worker of one call, with backends that cannot stream answers

#: By name, as the packages that define them need not be there: dask's and Ray's.
_DEATHS = {"KilledWorker", "WorkerCrashedError"}


class WorkersDied(Exception):
    """A worker process ended, or none has answered for long; the jobs that were out are lost. Caught by the batch."""


class ClockJumped(WorkersDied):
    """The jobs that were out are lost to a clock that was set: joblib times by it. No worker is to blame."""


class _Patience:
    """How long there was no answer, by a clock that nobody can set."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.since = time.monotonic()

    def answered(self) -> None:
        self.since = time.monotonic()

    def over(self) -> bool:
        return time.monotonic() - self.since > self.seconds / 2


@contextmanager
def _deaths(patience: _Patience) -> Iterator[None]:
    try:
        yield
    except BrokenExecutor as error:
        codes = re.search(r"SIG\w+\(-\d+\)|EXIT\(\d+\)", str(error))
        raise WorkersDied(codes[0] if codes else type(error).__name__) from error
    except (TimeoutError, multiprocessing.TimeoutError) as error:
        if patience.over():
            raise WorkersDied("no answer") from error
        raise ClockJumped("the clock was set") from error
    except Exception as error:
        if type(error).__name__ in _DEATHS:
            raise WorkersDied(type(error).__name__) from error
        raise


@contextmanager
def _interrupt_held() -> Iterator[None]:
    """Processes started within inherit a blocked Ctrl-C; one that comes meanwhile reaches this process afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_trackers() -> None:
    """Start the helpers that count shared resources before any worker is started.

    On its way multiprocessing lets Ctrl-C through again: within `_interrupt_held` it would come to all that follow.
    """
    from multiprocessing import resource_tracker

    from joblib.externals.loky.backend import resource_tracker as loky_tracker

    resource_tracker.ensure_running()
    loky_tracker.ensure_running()


class Pool:
    """Where jobs run; `workers` is how many at a time. Made by `open_pool`."""

    def __init__(
        self, setup: bytes, workers: int, call: Callable[[Iterable[Any]], Iterator[Any]] | None, stalled: float
    ) -> None:
        self.workers = workers
        self._setup = setup
        self._stalled = stalled
        self._call = call  # joblib's, None in this process

    def introduce(self) -> tuple[str, ModelName]:
        """Fingerprint and model of the run. All workers that are up open theirs meanwhile. Raises WorkersDied."""
        if self._call is None:
            return worker.introduce(self._setup)
        from joblib import delayed

        with _deaths(_Patience(self._stalled)):
            first, *_ = self._call(delayed(worker.introduce)(self._setup) for _ in range(self.workers))
        name: tuple[str, ModelName] = first
        return name

    def run(self, jobs: Iterable[Job]) -> Iterator[Answer]:
        """The answers in the order they come; jobs are asked for as workers become free, from any thread.

        Raises WorkersDied when a worker was lost, and with it the answers of all jobs that were out.
        """
        if self._call is None:
            for job in jobs:
                yield worker.work(self._setup, job)
            return
        from joblib import delayed

        patience = _Patience(self._stalled)
        with _deaths(patience):
            answers = self._call(delayed(worker.work)(self._setup, job) for job in jobs)
            try:
                for answer in answers:
                    patience.answered()
                    yield answer
                    patience.answered()
            finally:
                if isinstance(answers, Generator):
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")  # joblib's, that nobody waits for the rest: so it is meant
                        answers.close()


def _joblib_call(workers: int, stalled: float) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """A call of joblib in the active configuration: tasks to results in the order they come."""
    from joblib import Parallel

    # Of its own jobs a backend keeps two a worker ahead: enough to be busy, little to lose.
    options: dict[str, Any] = {"n_jobs": workers, "batch_size": 1, "pre_dispatch": "2 * n_jobs", "timeout": stalled}

    def stream(tasks: Iterable[Any]) -> Iterator[Any]:
        with _interrupt_held():
            results: Iterator[Any] = Parallel(return_as="generator_unordered", **options)(tasks)
        return results

    def waves(tasks: Iterable[Any]) -> Iterator[Any]:
        rest = iter(tasks)
        while wave := list(islice(rest, WAVE * workers)):
            with _interrupt_held():
                results = Parallel(**options)(wave)
            yield from results

    try:
        Parallel(return_as="generator_unordered", **options)
    except ValueError:  # this backend gives lists only
        return waves
    return stream


@contextmanager
def open_pool(
    setup: Setup,
    *,
    workers: int,
    backend: str | None = None,
    scheduler: str | None = None,
    stalled: float = STALLED_SECONDS,
) -> Iterator[Pool]:
    """A pool of `workers` processes (1: this one), or one of another backend of joblib, by its name.

    "dask" connects to the scheduler at the given address and uses all workers there. Any other name must be registered
    with joblib. Raises MissingExtraError without dask, JdclassError where no scheduler answers or joblib does not know
    the backend.
    """
    packed = pickle.dumps(setup)
    if backend is None and workers == 1:
        try:
            yield Pool(packed, 1, None, stalled)
        finally:
            worker.close()
        return
    from joblib import effective_n_jobs, parallel_config

    if backend in (None, "loky"):
        _start_trackers()
        with parallel_config(backend="loky", n_jobs=max(2, workers)):  # one job alone must be no job of this process
            own = pickle.dumps(setup._replace(parent=os.getpid()))
            yield Pool(own, workers, _joblib_call(max(2, workers), stalled), stalled)
    elif backend == "dask":
        with _dask_client(scheduler) as client, parallel_config(backend=_dask_backend(client)):
            with _deaths(_Patience(stalled)):
                number = effective_n_jobs(-1)
            yield Pool(packed, number, _joblib_call(number, stalled), stalled)
    else:
        try:
            configuration = parallel_config(backend=backend, n_jobs=max(2, workers))
        except ValueError as error:
            raise JdclassError(f"backend {backend!r} is not one that joblib knows: {error}") from error
        with configuration:
            yield Pool(packed, workers, _joblib_call(max(2, workers), stalled), stalled)


@contextmanager
def _dask_client(scheduler: str | None) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("--backend dask needs dask: pip install 'jdclass[dask]'") from error
    if scheduler is None:
        raise JdclassError("--backend dask needs the address of a scheduler: --scheduler tcp://HOST:8786")
    make: Any = Client  # its own types say nothing
    try:
        client = make(scheduler, set_as_default=False, timeout=CLUSTER_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise JdclassError(f"{scheduler}: no dask scheduler answers there: {error}") from error
    try:
        yield client
    finally:
        client.close()


class _Lost:
    """What stands for the answer of a job that dask gave up on."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def _dask_backend(client: Any) -> Any:
    """joblib's backend for dask, told when dask gives up on a job (KilledWorker); by itself it would wait for ever."""
    from joblib._dask import DaskDistributedBackend

    class Backend(DaskDistributedBackend):
        def effective_n_jobs(self, n_jobs: int) -> int:
            # joblib runs what has only one worker in the process that asks, which must outlive every job.
            return max(2, int(super().effective_n_jobs(n_jobs)))

        def submit(self, func: Any, callback: Callable[[Any], None] | None = None) -> Any:
            future = super().submit(func, callback)
            if callback is not None:
                future.add_done_callback(lambda done: done.exception() and callback(_Lost(done.exception())))
            return future

        def retrieve_result_callback(self, out: Any) -> Any:
            if isinstance(out, _Lost):
                raise out.error
            return super().retrieve_result_callback(out)

    return Backend(client=client, wait_for_workers_timeout=CLUSTER_SECONDS)
