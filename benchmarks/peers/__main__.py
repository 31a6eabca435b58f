"""Make the peers' environments: `python -m benchmarks.peers --install optuna,hebo`. Without arguments: list them."""

import argparse
import subprocess
import sys

from benchmarks.peers import PEERS, REQUIREMENTS, environment


def install(script: str) -> None:
    """A virtual environment with what the script needs."""
    folder = environment(script)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    for words in REQUIREMENTS[script]:
        subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", *words.split()], check=True)


def main() -> None:
    """Install, or list."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--install", default="", help="scripts, with commas; `all` for every one")
    wanted = parser.parse_args().install
    for script in REQUIREMENTS if wanted == "all" else filter(None, wanted.split(",")):
        if script not in REQUIREMENTS:
            raise SystemExit(f"no peer script {script!r}; there are {', '.join(REQUIREMENTS)}")
        if REQUIREMENTS[script]:
            install(script)
    for name, peer in PEERS.items():
        there = not REQUIREMENTS[peer.script] or environment(peer.script).exists()
        print(f"{name:<16}{peer.script:<12}{'there' if there else 'not installed'}")


if __name__ == "__main__":
    main()
