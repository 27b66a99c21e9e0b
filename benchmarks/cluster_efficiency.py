"""How well two workers of a Dask cluster are used.

Wall time says little on a machine on which other work runs, but it slows the runs as it slows the study around them. So what is measured
is the share of the workers' time that went into runs.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from distributed import LocalCluster

from benchmarks.table import Figure
from simkit.params import load_study
from simkit.study import run_study
from simkit.study.cluster import disconnect

_PLAN = "smoke"
_STRATEGY = "community_events"  # its runs take as long as those of do_nothing, so that none is alone at the end
_WORKERS = 2


def cluster_efficiency(folder: Path, scale: float, replications: int) -> Figure:
    """Return the seconds that runs took, over the wall time of the study times the workers; these are started before."""
    update = {"scale": scale, "replications": replications, "strategies": (_STRATEGY,)}
    plan = load_study(_PLAN).model_copy(update=update)
    with LocalCluster(n_workers=_WORKERS, threads_per_worker=1, dashboard_address=":0") as workers:  # type: ignore[no-untyped-call]
        address = workers.scheduler_address
        run_study(plan.model_copy(update={"scale": 0.001}), store=folder / "start", cluster=address, progress=False)
        began = perf_counter()
        study = run_study(plan, store=folder / "made", cluster=address, progress=False)
        seconds = perf_counter() - began
        disconnect()
    share = float(study.runs["seconds"].sum()) / seconds / _WORKERS
    mean = study.runs["seconds"].mean()
    return Figure(f"two workers of a cluster, in runs of {mean:.1f} s", share * 100, "% of their time", 90, 95)
