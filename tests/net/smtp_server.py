#!/usr/bin/env python3
"""A real SMTP server (aiosmtpd) for tests, with TLS under an authority made for the run.

    smtp_server.py DIR COMMAND...   runs COMMAND beside it, with FOOTFALL_SMTP set to DIR

DIR gets "server.json" (the ports, the authority's file, user and password) and
"received.ndjson": one line for each message that the server took over, with its envelope
and what an independent parser reads in it. From Python, SmtpServer does the same.

The local part of a recipient says how it is treated:

    grey-N   451 for the first N attempts          gone    550
    spam     554 after the message                 later   451 after the message
    busy     421, and the connection ends          slow    no answer for a while
    drop-N   takes the message over and ends the connection without a word, N times

Servers: "starttls" and "tls" want AUTH over TLS, "plain" has neither, "open" has STARTTLS
but no AUTH, "endless" never stops greeting.
"""

import asyncio
import collections
import email
import email.policy
import hashlib
import json
import os
import ssl
import subprocess
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult

USER = "reports"
PASSWORD = "correct horse battery"


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def make_certificates(folder):
    """An authority, and a certificate for the name localhost that it signed."""
    at = lambda name: os.path.join(folder, name)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", 2, "-subj", "/CN=Test authority",
            "-keyout", at("ca.key"), "-out", at("ca.pem"))
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=localhost", "-keyout", at("server.key"),
            "-out", at("server.csr"))
    with open(at("names"), "w", encoding="utf-8") as out:
        out.write("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-in", at("server.csr"), "-CA", at("ca.pem"),
            "-CAkey", at("ca.key"), "-CAcreateserial", "-days", 2,
            "-extfile", at("names"), "-out", at("server.pem"))


def describe(part):
    body = part.get_payload(decode=True) or b""
    return {
        "type": part.get_content_type(),
        "charset": part.get_content_charset(),
        "disposition": part.get_content_disposition(),
        "filename": part.get_filename(),
        "content_id": part["Content-ID"],
        "size": len(body),
        "text": body.decode("utf-8", "replace"),
    }


def read_message(data):
    """What a parser that knows nothing of Footfall makes of the bytes."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    parts = [part for part in message.walk() if not part.is_multipart()]
    defects = [str(d) for part in message.walk() for d in part.defects]
    return {
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "structure": [part.get_content_type() for part in message.walk()],
        "parts": [describe(part) for part in parts],
        "defects": defects,
        "longest_line": max(map(len, data.split(b"\r\n"))),
        "bare_newlines": data.replace(b"\r\n", b"").count(b"\n"),
        "ascii": data.isascii(),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


class Handler:
    def __init__(self, name, received):
        self.name, self.received = name, received
        self.attempts = collections.Counter()

    @staticmethod
    def number(address, word):
        local = address.split("@")[0]
        return int(local[len(word):]) if local.startswith(word) else None

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        grey = self.number(address, "grey-")
        if grey is not None:
            self.attempts[address] += 1
            if self.attempts[address] <= grey:
                return "451 4.7.1 greylisted, come back later"
        if local == "gone":
            return "550 5.1.1 no such mailbox"
        if local == "slow":
            await asyncio.sleep(20)
        if local == "busy":
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
            return "421 4.3.2 the service closes"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        local = envelope.rcpt_tos[0].split("@")[0]
        if local == "spam":
            return "554 5.7.1 not wanted"
        if local == "later":
            return "451 4.3.0 not now"
        self.received({
            "server": self.name,
            "tls": session.ssl is not None,
            "user": (session.auth_data or b"").decode() or None,
            "hello": session.host_name,
            "peer": session.peer[1],
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            **read_message(envelope.original_content),
        })
        drop = self.number(envelope.rcpt_tos[0], "drop-")
        if drop is not None:
            self.attempts[envelope.rcpt_tos[0]] += 1
            if self.attempts[envelope.rcpt_tos[0]] <= drop:
                server.transport.abort()
        return "250 2.0.0 taken over"


def authenticate(server, session, envelope, mechanism, data):
    login, password = data.login.decode(), data.password.decode()
    if (login, password) == (USER, PASSWORD):
        return AuthResult(success=True, auth_data=data.login)
    return AuthResult(success=False, handled=False)


async def greet_endlessly(reader, writer):
    try:
        while True:
            writer.write(b"220-" + b"x" * 1000 + b"\r\n")
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


class SmtpServer:
    """Runs in a thread of this process, from start() or `with` to stop()."""

    def __init__(self, folder):
        self.folder = folder
        self.loop = asyncio.new_event_loop()
        self.lock = threading.Lock()
        self.thread = None
        self.ports = {}
        self.servers = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()

    @property
    def ca_file(self):
        return os.path.join(self.folder, "ca.pem")

    def received(self):
        """All messages so far, as read_message has them, with their envelopes."""
        with self.lock, open(self._log, encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    @property
    def _log(self):
        return os.path.join(self.folder, "received.ndjson")

    def _record(self, message):
        with self.lock, open(self._log, "a", encoding="utf-8") as out:
            out.write(json.dumps(message) + "\n")

    def start(self):
        os.makedirs(self.folder, exist_ok=True)
        make_certificates(self.folder)
        open(self._log, "w", encoding="utf-8").close()
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(os.path.join(self.folder, "server.pem"),
                            os.path.join(self.folder, "server.key"))
        auth = {"authenticator": authenticate, "auth_required": True}
        starttls = {"tls_context": tls, "require_starttls": True}
        kinds = {
            "starttls": (starttls | auth, None),
            "tls": ({**auth, "auth_require_tls": False}, tls),
            "plain": ({}, None),
            "open": (starttls | {"auth_exclude_mechanism": ["LOGIN", "PLAIN"]}, None),
        }

        async def serve():
            for name, (options, context) in kinds.items():
                handler = Handler(name, self._record)
                server = await self.loop.create_server(
                    lambda handler=handler, options=options: SMTP(
                        handler, hostname="mail.example.com", **options),
                    "127.0.0.1", 0, ssl=context)
                self.ports[name] = server.sockets[0].getsockname()[1]
                self.servers.append(server)
            endless = await asyncio.start_server(greet_endlessly, "127.0.0.1", 0)
            self.servers.append(endless)
            self.ports["endless"] = endless.sockets[0].getsockname()[1]

        self.loop.run_until_complete(serve())
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        facts = os.path.join(self.folder, "server.json")
        with open(facts + ".new", "w", encoding="utf-8") as out:
            json.dump({"ports": self.ports, "ca_file": self.ca_file, "user": USER,
                       "password": PASSWORD}, out)
        # Whoever waits for it finds it complete.
        os.rename(facts + ".new", facts)

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

        async def close():
            for server in self.servers:
                server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.loop.run_until_complete(close())
        self.loop.close()


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    import logging
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    folder = os.path.abspath(sys.argv[1])
    with SmtpServer(folder):
        return subprocess.run(sys.argv[2:], env={**os.environ, "FOOTFALL_SMTP": folder}).returncode


if __name__ == "__main__":
    sys.exit(main())
