#!/usr/bin/env python3
"""Kills `footfall run-due` with SIGKILL while it delivers, over three simulated weeks.

A subscription goes to several recipients every weekday at eight in Berlin, across the
change of the clock, through a real SMTP server with STARTTLS and AUTH. The program is
called every simulated half hour and killed in the middle of many deliveries. At the end
every recipient has got each of the reports, each at its time, under one Message-ID; more
than once only where a kill fell between the server's reply and the mark that it was sent.

subscription_kill_test.py CLI SMTP_SERVER_FOLDER WORK_DIR; FOOTFALL_CRASH_SEED repeats the
random choices of a run.
"""

import collections
import datetime
import json
import logging
import os
import signal
import subprocess
import sys
import time
import warnings
import zoneinfo

from harness import check, fail, main, run, seeded_random

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
UTC = datetime.timezone.utc
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
# The clock goes back on Sunday, 26 October.
FIRST_DAY = datetime.date(2025, 10, 13)
RECIPIENTS = [f"person-{number}@example.com" for number in range(4)] + ["grey-1@example.com"]
STEP = datetime.timedelta(minutes=30)


class Test:
    def __init__(self, cli, server_folder, work):
        self.cli, self.work = cli, work
        self.db = os.path.join(work, "db")
        self.key = os.path.join(work, "key")
        self.random = seeded_random()
        sys.path.insert(0, server_folder)
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        warnings.simplefilter("ignore", UserWarning)
        import smtp_server

        self.password = smtp_server.PASSWORD
        self.smtp = smtp_server.SmtpServer(os.path.join(work, "smtp"))

    def write(self, name, content):
        path = os.path.join(self.work, name)
        with open(path, "wb") as out:
            out.write(content)
        return path

    def prepare(self):
        self.write("key", os.urandom(32))
        first = datetime.datetime.combine(FIRST_DAY, datetime.time(), UTC)
        events = "".join(
            json.dumps({"time": int(first.timestamp() * 1000) - hour * 3600_000,
                        "person": f"person-{hour % 7}@example.com", "type": "track",
                        "name": "saved"}) + "\n"
            for hour in range(1, 60))
        run(self.cli, "ingest", "--now", first.isoformat(), "--db", self.db,
            self.write("events", events.encode()))
        settings = {"version": 1, "from": "reports@example.com", "host": "localhost",
                    "port": self.smtp.ports["starttls"], "user": "reports",
                    "ca_file": self.smtp.ca_file,
                    "unsubscribe_url": "https://app.example.com/unsubscribe"}
        run(self.cli, "mail", "set", self.write("mail", json.dumps(settings).encode()),
            "--password-file", self.write("password", self.password.encode()),
            "--key-file", self.key, "--db", self.db)
        subscription = {"version": 1, "name": "daily", "report": "users",
                        "schedule": {"every": "week", "on": WEEKDAYS, "at": "08:00",
                                     "timezone": "Europe/Berlin"},
                        "recipients": RECIPIENTS}
        run(self.cli, "subscription", "save",
            self.write("subscription", json.dumps(subscription).encode()),
            "--now", first.isoformat(), "--db", self.db)
        return first

    def run_due(self, now, kill=None):
        """True when the program was killed, which `kill` waits for the moment of."""
        process = subprocess.Popen(
            [self.cli, "run-due", "--now", now.isoformat(), "--key-file", self.key,
             "--json", "--db", self.db],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if kill is not None:
            kill(process)
            process.kill()
        _, error = process.communicate()
        if process.returncode == -signal.SIGKILL:
            return True
        if process.returncode != 0:
            fail(f"run-due ended with {process.returncode}: {error.decode()}")
        return False

    def at_random(self, length):
        return lambda process: time.sleep(self.random.uniform(0.1, 1.1) * length)

    def after_a_message(self, length):
        """Waits until the server has taken over at least one message more."""
        before = len(self.smtp.received())

        def wait(process):
            while process.poll() is None and len(self.smtp.received()) == before:
                time.sleep(0.001)
            time.sleep(self.random.uniform(0, 0.1) * length)

        return wait

    def due_times(self):
        days = [FIRST_DAY + datetime.timedelta(days=day) for day in range(21)]
        return [datetime.datetime.combine(day, datetime.time(8), BERLIN)
                for day in days if day.weekday() < 5]

    def deliver(self, first):
        """Three weeks of half hours; answers how many kills there were, and how many of
        them in a delivery."""
        kills = in_delivery = 0
        now = first
        end = first + datetime.timedelta(days=21)
        due = {time_.astimezone(UTC) for time_ in self.due_times()}
        length = None  # Of a delivery, the opening of the store included.
        while now < end:
            if now not in due:
                # Nothing but retries: one call in a few, so that the test stays short.
                if any(now - hour * STEP in due for hour in range(1, 4)):
                    self.run_due(now)
                now += STEP
                continue
            if length is None:
                started = time.monotonic()
                self.run_due(now)
                length = time.monotonic() - started
            else:
                for _ in range(self.random.choice([1, 1, 2, 3])):
                    before = len(self.smtp.received())
                    kill = self.random.choice([self.at_random, self.after_a_message])
                    if self.run_due(now, kill(length)):
                        kills += 1
                        in_delivery += len(self.smtp.received()) > before
                        check(self.cli, self.db)
                self.run_due(now)
            now += STEP
        return kills, in_delivery

    def judge(self, kills):
        due = [time_.astimezone(UTC) for time_ in self.due_times()]
        copies = collections.defaultdict(collections.Counter)
        for mail in self.smtp.received():
            if mail["defects"]:
                fail(f"a message has defects: {mail['defects']}")
            day = email_date(mail["headers"]["date"])
            copies[(day, mail["to"][0])][mail["headers"]["message-id"]] += 1
        wanted = {(day, recipient) for day in due for recipient in RECIPIENTS}
        if set(copies) != wanted:
            fail(f"missing {sorted(wanted - set(copies))[:5]}, "
                 f"not due {sorted(set(copies) - wanted)[:5]}")
        ids = collections.Counter()
        again = 0
        for key, messages in copies.items():
            if len(messages) != 1:
                fail(f"{key} came under {len(messages)} ids")
            ids.update(messages.keys())
            again += sum(messages.values()) - 1
        if max(ids.values()) != 1:
            fail("two reports share an id")
        if again > kills:
            fail(f"{again} copies after {kills} kills")
        return len(copies), again

    def judge_log(self, kills):
        runs = json.loads(run(self.cli, "runs", "list", "--json", "--db", self.db))["runs"]
        statuses = collections.Counter(entry["status"] for entry in runs)
        done = [entry["due"] for entry in runs if entry["status"] == "completed"]
        if len(done) != len(set(done)) or len(done) != len(self.due_times()):
            fail(f"{len(done)} runs completed: {statuses}")
        if set(statuses) - {"completed", "interrupted"} or statuses["interrupted"] > kills:
            fail(f"the log says {statuses} after {kills} kills")
        return statuses

    def run(self):
        with self.smtp:
            first = self.prepare()
            kills, in_delivery = self.deliver(first)
            delivered, again = self.judge(kills)
            statuses = self.judge_log(kills)
            if in_delivery < 3:
                fail(f"only {in_delivery} of {kills} kills fell into a delivery")
        print(f"{delivered} reports at their times, {kills} kills of which {in_delivery} in "
              f"a delivery, {again} sent again under the same id; {dict(statuses)}")


def email_date(text):
    from email.utils import parsedate_to_datetime

    return parsedate_to_datetime(text).astimezone(UTC)


if __name__ == "__main__":
    main(Test, 3, __doc__)
