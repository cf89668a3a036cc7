"""Hosts as network namespaces of one Linux machine, joined by a bridge in a namespace of its own (`ip netns`)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

# Where the kernel has no netem, a narrow link is slow all the same.
_SLOW: Final = ("netem delay 400ms", "tbf rate 192kbit burst 4kb latency 5s")


class NamespacesMissingError(RuntimeError):
    """No namespaces can be made here; the text says why."""


@dataclass(frozen=True)
class Host:
    """A host of the network."""

    name: str
    address: str
    namespace: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """The command line that starts a program on the host.

        In a session of its own, by which Linux shares out the processors: one busy host leaves the others theirs.
        """
        return ("setsid", "ip", "netns", "exec", self.namespace)

    def kill_all(self) -> None:
        """End all programs on the host with `kill -9`, and what they start meanwhile."""
        while pids := _run(["ip", "netns", "pids", self.namespace]).split():
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            time.sleep(0.05)


class HostNetwork:
    """Hosts that reach each other, and are reached from this machine; a context manager that removes them by name.

    Needs root and the programs `ip` and `tc`.

    Args:
        names: Of the hosts.
    """

    def __init__(self, *names: str) -> None:
        self._tag = f"hosts{os.getpid()}"
        self._switch = f"{self._tag}-switch"
        # Runs at the same moment have different networks.
        self._subnet = f"10.{200 + os.getpid() // 250 % 50}.{os.getpid() % 250}"
        self.addresses = f"{self._subnet}.0/24"
        self._outer = f"h{os.getpid()}"  # an interface's name has at most 15 characters
        self.hosts = {
            name: Host(name, f"{self._subnet}.{10 + number}", f"{self._tag}-{name}")
            for number, name in enumerate(names)
        }

    def __enter__(self) -> Self:
        """Make the hosts.

        Raises:
            NamespacesMissingError: They cannot be made here.
        """
        if sys.platform != "linux" or os.geteuid() != 0:
            raise NamespacesMissingError("needs Linux and root, to make network namespaces")
        if shutil.which("ip") is None or shutil.which("tc") is None:
            raise NamespacesMissingError("needs the programs ip and tc (Debian package iproute2)")
        try:
            self._make()
        except subprocess.CalledProcessError as error:
            self.__exit__()
            raise NamespacesMissingError(f"no network namespaces can be made: {error.stderr.strip()}") from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(subprocess.CalledProcessError):
            _ip(f"link delete dev {self._outer}")
        for namespace in (*(host.namespace for host in self.hosts.values()), self._switch):
            with suppress(subprocess.CalledProcessError):
                _ip(f"netns delete {namespace}")

    def cut(self, name: str) -> None:
        """Take a host off the network: what is sent to it or by it is lost."""
        _ip(f"-n {self._switch} link set dev {name} down")

    def join(self, name: str) -> None:
        """Bring a host back."""
        _ip(f"-n {self._switch} link set dev {name} up")

    def slow_down(self, name: str) -> str:
        """Make what is sent to and by a host arrive late; return how.

        Raises:
            NamespacesMissingError: The kernel knows no such queue.
        """
        for queue in _SLOW:
            with suppress(subprocess.CalledProcessError):
                _run(["tc", "-n", self._switch, "qdisc", "replace", "dev", name, "root", *queue.split()])
                _run(
                    ["tc", "-n", self.hosts[name].namespace, "qdisc", "replace", "dev", "eth0", "root", *queue.split()]
                )
                return queue
        raise NamespacesMissingError("the kernel has neither netem nor tbf")

    def speed_up(self, name: str) -> None:
        """End what `slow_down` began."""
        for namespace, device in self._ends(name):
            with suppress(subprocess.CalledProcessError):
                _run(["tc", "-n", namespace, "qdisc", "delete", "dev", device, "root"])

    def _ends(self, name: str) -> tuple[tuple[str, str], tuple[str, str]]:
        """Namespace and device of both ends of a host's link."""
        return (self._switch, name), (self.hosts[name].namespace, "eth0")

    def _make(self) -> None:
        _ip(f"netns add {self._switch}")
        _ip(f"-n {self._switch} link add bridge type bridge")
        _ip(f"-n {self._switch} link set dev bridge up")
        _ip(f"link add {self._outer} type veth peer name outside netns {self._switch}")
        _ip(f"-n {self._switch} link set dev outside master bridge up")
        _ip(f"address add {self._subnet}.1/24 dev {self._outer}")
        _ip(f"link set dev {self._outer} up")
        for host in self.hosts.values():
            _ip(f"netns add {host.namespace}")
            _ip(f"-n {host.namespace} link add eth0 type veth peer name {host.name} netns {self._switch}")
            _ip(f"-n {self._switch} link set dev {host.name} master bridge up")
            _ip(f"-n {host.namespace} address add {host.address}/24 dev eth0")
            _ip(f"-n {host.namespace} link set dev lo up")
            _ip(f"-n {host.namespace} link set dev eth0 up")


def _ip(arguments: str) -> None:
    _run(["ip", *arguments.split()])


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
