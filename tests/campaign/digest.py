"""Print a hash of every table of a run; a second process does so to be compared with the first."""

import hashlib
import sys

from simkit.campaign.campaign_run import CampaignRun
from simkit.campaign.run import run_campaign
from simkit.params import load_scenario, load_strategy


def digests(run: CampaignRun) -> dict[str, str]:
    """Return a hash of the content of each table, its column types included."""
    found = {}
    for name, table in sorted(run.tables.items()):
        content = hashlib.sha256(str(table.schema).encode())
        for column in table.to_pydict().values():
            content.update(repr(column).encode())
        found[name] = content.hexdigest()
    return found


def small_run(strategy: str) -> CampaignRun:
    """Play a shipped strategy on a small bank, in full detail."""
    scenario = load_scenario("city_bank").model_copy(update={"scale": 0.003})
    return run_campaign(scenario, load_strategy(strategy), draw=1, replication=2, detail="full")


if __name__ == "__main__":
    for table, digest in digests(small_run(sys.argv[1])).items():
        sys.stdout.write(f"{table} {digest}\n")
