"""`manage.py serve`: everything from an empty database to an address to open."""

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http import HTTPStatus

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

SECONDS_TO_START = 30
SECONDS_TO_STOP = 15


class Command(BaseCommand):
    """Bring the database up to date, load the collection, and serve until Ctrl-C."""

    help = "Migrates, loads the collection, gathers static files, and serves with gunicorn until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen."""
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default: 8000)")
        parser.add_argument("--workers", type=int, default=2, help="gunicorn's worker processes (default: 2)")

    def handle(self, *, host: str, port: int, workers: int, **options) -> None:
        """Prepare and serve. Raises CommandError where the port is taken or the server does not start."""
        self._require_free_port(host, port)
        self._say("Bringing the database up to date …")
        call_command("migrate", verbosity=0, interactive=False)
        self._say("Loading the collection …")
        call_command("load_collection", stdout=self.stdout, verbosity=0)
        self._say("Gathering static files …")
        call_command("collectstatic", verbosity=0, interactive=False)
        self._say("Starting the web server …")
        self._serve(host, port, workers)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _require_free_port(self, host: str, port: int) -> None:
        with socket.socket() as probe:
            # As the server will bind it: a port that only waits for old connections to end is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise CommandError(
                    f"Port {port} is taken or not allowed ({error.strerror}). Choose another: make run PORT={port + 1}"
                ) from error

    def _serve(self, host: str, port: int, workers: int) -> None:
        """Run gunicorn until it ends or this process is asked to stop; both ways end gunicorn first."""
        # Set for both: a process started in the background by a script inherits an ignored SIGINT.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _interrupt)
        command = [sys.executable, "-m", "gunicorn", "handbook.wsgi", "--bind", f"{host}:{port}"]
        command += ["--workers", str(workers), "--threads", "6", "--log-level", "warning"]
        # A Russian letter takes six characters of an address. Too long a question is told so by the page, not refused
        # here; a proxy before a public server has its own limit.
        command += ["--limit-request-line", "0"]
        server = subprocess.Popen(command, preexec_fn=_end_with_parent if sys.platform == "linux" else None)
        try:
            nearby = "127.0.0.1" if host == "0.0.0.0" else host
            self._wait_until_it_answers(server, f"http://{nearby}:{port}/healthz")
            self._say(
                f"\n  Open      http://{host}:{port}/\n  Account   make admin   (in another terminal; then /admin/)"
            )
            self._say("  Stop      Ctrl-C\n")
            server.wait()
        except KeyboardInterrupt:
            self._say("\nStopping …")
        finally:
            if server.poll() is None:
                server.terminate()
                try:
                    server.wait(SECONDS_TO_STOP)
                except subprocess.TimeoutExpired:
                    server.kill()
                    server.wait()
        self._say("Stopped.")

    def _wait_until_it_answers(self, server: subprocess.Popen, address: str) -> None:
        for _attempt in range(SECONDS_TO_START * 10):
            if server.poll() is not None:
                break
            try:
                with urllib.request.urlopen(address, timeout=5) as answer:
                    if answer.status == HTTPStatus.OK:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise CommandError("The web server did not start; the lines above say why.")


def _end_with_parent() -> None:
    """Have Linux end the server when this command is killed: an orphan would hold the port and lose its database."""
    import ctypes

    parent_death_signal = 1  # PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)


def _interrupt(signal_number: int, frame: object) -> None:
    raise KeyboardInterrupt
