"""A Spark cluster on this machine: a master, two workers, and a Connect server, all on loopback.

    python -m pipelines.cluster up      and the lines to set MINGYUAN_ENGINE to
    python -m pipelines.cluster down    ends the processes whose numbers it wrote, and no others

For trying out what a campus's own cluster would do; the pip package holds everything but Java.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError

from pipelines.errors import Misconfigured, Problem
from pipelines.paths import ROOT

FOLDER = ROOT / "data" / "spark"
HOST, MASTER, CONNECT, PAGE = "127.0.0.1", 7077, 15002, 8080
WORKERS, CORES, MEMORY_MB = 2, 2, 2048
"""Of each worker half is left for whoever does without the Connect server, which keeps what it was given."""
PATIENCE = 300

_DEPLOY = "org.apache.spark.deploy"
_CONNECT_SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
_SLOW_MACHINES = "-Dspark.worker.timeout=600 -Dspark.network.timeout=600s"
_SERVER = {
    "spark.master": f"spark://{HOST}:{MASTER}",
    "spark.connect.grpc.binding.address": HOST,
    "spark.connect.grpc.binding.port": str(CONNECT),
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.executor.memory": "768m",
    "spark.executor.cores": "1",
    "spark.cores.max": str(WORKERS),
    "spark.ui.enabled": "false",
    "spark.network.timeout": "600s",
    "spark.executor.heartbeatInterval": "60s",
    "spark.sql.shuffle.partitions": "8",
}


def up() -> None:
    """Start everything and wait until it answers.

    Raises:
        Misconfigured: Spark or Java is not here, or a cluster of ours is running already.
        Problem: it did not answer in time; what was started is ended again.

    """
    home = _spark_home()
    if _written():
        raise Misconfigured(f"{FOLDER.name}: a cluster is running already — `make cluster-down` ends it")
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        _start(
            home,
            "master",
            [f"{_DEPLOY}.master.Master", "--host", HOST, "--port", str(MASTER), "--webui-port", str(PAGE)],
        )
        for number in range(1, WORKERS + 1):
            _start(home, f"worker-{number}", _worker(number))
        _wait("the workers", lambda: _alive_workers() == WORKERS)
        settings = [word for name, value in _SERVER.items() for word in ("--conf", f"{name}={value}")]
        server = [
            f"{_DEPLOY}.SparkSubmit",
            *settings,
            "--class",
            _CONNECT_SERVER,
            "--name",
            "mingyuan",
            "spark-internal",
        ]
        _start(home, "connect", server, memory="1g")
        _wait("the Connect server", lambda: _listens(CONNECT))
    except BaseException:  # an interrupt too leaves no process behind, and goes on
        down()
        raise


def down() -> None:
    """End what :func:`up` started, by the numbers it wrote."""
    for name, number in _written().items():
        if _is_ours(number):
            os.killpg(number, signal.SIGTERM)
            print(f"ended {name} ({number})")
    (FOLDER / "processes.json").unlink(missing_ok=True)


def _worker(number: int) -> list[str]:
    place = ["--webui-port", str(PAGE + number), "--work-dir", str(FOLDER / f"work-{number}")]
    return [
        f"{_DEPLOY}.worker.Worker",
        "--host",
        HOST,
        "--cores",
        str(CORES),
        "--memory",
        f"{MEMORY_MB}m",
        *place,
        f"spark://{HOST}:{MASTER}",
    ]


def _start(home: Path, name: str, command: list[str], memory: str = "256m") -> None:
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": memory,
        "SPARK_DAEMON_JAVA_OPTS": _SLOW_MACHINES,
        "PYSPARK_PYTHON": sys.executable,
    }
    with (FOLDER / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [home / "bin" / "spark-class", *command], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    (FOLDER / "processes.json").write_text(json.dumps(_written() | {name: process.pid}), encoding="utf-8")


def _written() -> dict[str, int]:
    file = FOLDER / "processes.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def _is_ours(number: int) -> bool:
    """Whether the process still is what was started, and not another that got its number."""
    command = Path(f"/proc/{number}/cmdline")
    return command.exists() and b"spark" in command.read_bytes()


def _alive_workers() -> int:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{PAGE}/json/", timeout=2) as answer:
            return int(json.load(answer)["aliveworkers"])
    except (URLError, OSError):
        return 0


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _wait(what: str, is_there: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE
    while not is_there():
        if time.monotonic() > patience:
            raise Problem(f"{what} did not answer within {PATIENCE} seconds — see {FOLDER.name}/*.log")
        time.sleep(0.5)


def _spark_home() -> Path:
    found = find_spec("pyspark")
    if found is None or found.origin is None or not (Path(found.origin).parent / "bin" / "spark-class").exists():
        raise Misconfigured("Spark is not installed here — `make cluster` installs it")
    if shutil.which("java") is None:
        raise Misconfigured("Spark needs Java 17 — apt-get install openjdk-17-jre-headless")
    return Path(found.origin).parent


def main(command: str) -> int:
    """What the Makefile calls; one line, and an exit code, if it cannot be done."""
    try:
        {"up": up, "down": down}[command]()
    except Problem as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    if command == "up":
        print(f"MINGYUAN_ENGINE=sc://{HOST}:{CONNECT} mingyuan run")
        print(f"MINGYUAN_ENGINE=spark://{HOST}:{MASTER} mingyuan run")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
