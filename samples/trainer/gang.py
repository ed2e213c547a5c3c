"""Several replicas that train one model: rank 0 adds up what all computed and tells all the sum.

Messages are JSON with their length in front. JSON keeps every bit of a float, so the replicas hold the same weights.
"""

import json
import socket
import struct
import time

JOIN_SECONDS = 60.0
ANSWER_SECONDS = 300.0
MOST_MESSAGE_BYTES = 16 * 1024 * 1024


class GangError(Exception):
    """A replica went away, or never came."""


class Solo:
    """A gang of one."""

    workers_before = 0

    def __init__(self, gpus):
        self.gpus = gpus

    def agree_on(self, state):
        return state

    def gather(self, parts):
        return parts

    def share(self, total):
        return total

    def close(self):
        pass


class Leader:
    """Rank 0: waits for the others, and hears all of them at each step."""

    workers_before = 0

    def __init__(self, gpus, world_size, address, port):
        self._members = []
        listener = socket.create_server(("127.0.0.1" if _is_loopback(address) else "", port))
        listener.settimeout(JOIN_SECONDS)
        joined = {}
        try:
            while len(joined) < world_size - 1:
                member, _ = listener.accept()
                member.settimeout(ANSWER_SECONDS)
                member.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                hello = _receive(member)
                joined[hello["rank"]] = (member, hello["gpus"])
        except TimeoutError as error:
            raise GangError(f"only {len(joined) + 1} of {world_size} replicas came in {JOIN_SECONDS:.0f} s") from error
        finally:
            listener.close()
        self.gpus = gpus
        before = {}
        for rank in sorted(joined):
            member, count = joined[rank]
            before[rank] = self.gpus
            self.gpus += count
            self._members.append(member)
        for rank, member in zip(sorted(joined), self._members):
            _send(member, {"gpus": self.gpus, "workers_before": before[rank]})

    def agree_on(self, state):
        """The state of rank 0 is the gang's: the others may run where its checkpoint is not."""
        for member in self._members:
            _send(member, state)
        return state

    def gather(self, parts):
        for member in self._members:
            parts = parts + _receive(member)
        return parts

    def share(self, total):
        for member in self._members:
            _send(member, total)
        return total

    def close(self):
        for member in self._members:
            member.close()


class Member:
    """Any other rank: computes its shards and hears the sum."""

    def __init__(self, gpus, rank, address, port):
        self._leader = _connect(address, port)
        _send(self._leader, {"rank": rank, "gpus": gpus})
        told = _receive(self._leader)
        self.gpus = told["gpus"]
        self.workers_before = told["workers_before"]

    def agree_on(self, _):
        return _receive(self._leader)

    def gather(self, parts):
        _send(self._leader, parts)
        return None

    def share(self, _):
        return _receive(self._leader)

    def close(self):
        self._leader.close()


def join(gpus, environment):
    """The gang that the training operator's variables describe."""
    world_size = int(environment.get("WORLD_SIZE", "1"))
    if world_size <= 1:
        return Solo(gpus)
    rank = int(environment.get("RANK", "0"))
    address, port = environment["MASTER_ADDR"], int(environment["MASTER_PORT"])
    return Leader(gpus, world_size, address, port) if rank == 0 else Member(gpus, rank, address, port)


def _is_loopback(address):
    return address == "localhost" or address.startswith("127.")


def _connect(address, port):
    deadline = time.monotonic() + JOIN_SECONDS
    while True:
        try:
            leader = socket.create_connection((address, port), timeout=5.0)
            leader.settimeout(ANSWER_SECONDS)
            leader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return leader
        except OSError as error:
            if time.monotonic() > deadline:
                raise GangError(f"rank 0 does not answer at {address}:{port}: {error}") from error
            time.sleep(0.1)


def _send(peer, message):
    body = json.dumps(message).encode()
    try:
        peer.sendall(struct.pack("!I", len(body)) + body)
    except OSError as error:
        raise GangError(f"a replica went away: {error}") from error


def _receive(peer):
    (length,) = struct.unpack("!I", _read(peer, 4))
    if length > MOST_MESSAGE_BYTES:
        raise GangError("a message that no replica sends")
    return json.loads(_read(peer, length))


def _read(peer, count):
    pieces = []
    while count > 0:
        try:
            piece = peer.recv(min(count, 65536))
        except OSError as error:
            raise GangError(f"a replica went away: {error}") from error
        if not piece:
            raise GangError("a replica went away")
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)
