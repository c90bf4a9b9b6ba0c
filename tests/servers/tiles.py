"""A map server on this machine: raster tiles, a vector style with vector tiles, and ways to be down or slow."""

from __future__ import annotations

import gzip
import json
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GREEN = (30, 160, 60)
# Longer than any test lets an answer wait.
MOST_S = 120


def png(colour: tuple[int, int, int], size: int = 256) -> bytes:
    """A square of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + bytes(colour) * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def vector_tile() -> bytes:
    """A Mapbox vector tile of one layer, `land`, that holds one square over the whole tile."""

    def field(number: int, data: bytes) -> bytes:
        return bytes([number << 3 | 2]) + _varint(len(data)) + data

    def number(number: int, value: int) -> bytes:
        return bytes([number << 3]) + _varint(value)

    to, line, close = 9, 26, 15  # MoveTo × 1, LineTo × 3, ClosePath
    side = 4096 * 2  # zigzag of 4096
    path = [to, 0, 0, line, side, 0, 0, side, side - 1, 0, close]
    geometry = b"".join(_varint(step) for step in path)
    feature = number(3, 3) + field(4, geometry)
    layer = number(15, 2) + field(1, b"land") + field(2, feature) + number(5, 4096)
    return field(3, layer)


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


class MapServer:
    """What has been asked for, and how the server is feeling."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_broken = False
        self.style_is_broken = False
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.url = ""

    def hold(self) -> None:
        """Be slow: what is asked for from now on is answered when it is let go."""
        self.may_answer.clear()

    def let_go(self) -> None:
        self.may_answer.set()

    def tiles(self) -> list[str]:
        return [path for path in self.asked if path.endswith((".png", ".pbf"))]

    def style(self) -> dict[str, Any]:
        land = {"type": "vector", "tiles": [f"{self.url}/vector/{{z}}/{{x}}/{{y}}.pbf"], "maxzoom": 14}
        return {
            "version": 8,
            "glyphs": f"{self.url}/fonts/{{fontstack}}/{{range}}.pbf",
            "sources": {"land": {**land, "attribution": "© Kartverkstaden"}},
            "layers": [
                {"id": "ground", "type": "background", "paint": {"background-color": "#ffffff"}},
                {
                    "id": "land",
                    "type": "fill",
                    "source": "land",
                    "source-layer": "land",
                    "paint": {"fill-color": "rgb({}, {}, {})".format(*GREEN)},
                },
            ],
        }


@contextmanager
def running_map_server() -> Iterator[MapServer]:
    """A map server that answers until the block ends."""
    maps = MapServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            maps.asked.append(self.path)
            maps.may_answer.wait(MOST_S)
            if maps.is_broken:
                self._send(503, "text/plain", b"down")
            elif self.path == "/style.json":
                style = {"version": 8, "sources": [], "layers": "none"} if maps.style_is_broken else maps.style()
                self._send(200, "application/json", json.dumps(style).encode())
            elif self.path.endswith(".png"):
                self._send(200, "image/png", png(GREEN))
            elif self.path.startswith("/vector/"):
                self._send(200, "application/x-protobuf", gzip.compress(vector_tile()), **{"Content-Encoding": "gzip"})
            else:
                self._send(404, "text/plain", b"")

        def _send(self, status: int, kind: str, body: bytes, **headers: str) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Access-Control-Allow-Origin", "*")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the browser has gone on

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    maps.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield maps
    finally:
        maps.let_go()
        server.shutdown()
        server.server_close()
        thread.join()
