"""Subscriptions, mail, and what runs by itself."""

import email
import email.policy
import logging
import os
import re
import sys
import tempfile
import threading
import warnings

import footfall

from support import NOW, SOURCE, StoreTest, track

sys.path.insert(0, str(SOURCE / "tests/net"))
MONDAY = 1763971200000  # 2025-11-24T08:00:00Z

WEEKLY = {
    "version": 1,
    "name": "weekly",
    "report": "logins",
    "schedule": {"every": "week", "on": ["monday"]},
    "recipients": ["ana@example.com", "gone@example.com"],
}
MAIL = {
    "version": 1,
    "from": "reports@example.com",
    "unsubscribe_url": "https://example.com/u",
}


class SubscriptionsTest(StoreTest):
    def setUp(self):
        super().setUp()
        self.store.ingest([track("ana", 10), track("bo", 5)], now=NOW)
        self.mails = []

    def send(self, sender, to, message):
        self.mails.append((sender, to, email.message_from_bytes(
            message, policy=email.policy.default)))
        return 550 if to.startswith("gone@") else 250

    def subscribe(self):
        self.store.mail_set(MAIL)
        self.store.mail_transport(self.send)
        self.store.subscription_save(WEEKLY, now=NOW)

    def test_the_hosts_transport_gets_the_report(self):
        self.subscribe()
        (row,) = self.store.subscription_list()
        self.assertEqual((row["name"], row["recipients"]), ("weekly", 2))
        self.assertEqual(self.store.run_due(now=NOW)["runs"], [])
        ran = self.store.run_due(now=MONDAY)
        self.assertEqual([run["status"] for run in ran["runs"]], ["failed"])
        self.assertEqual(ran["next_due"], "2025-12-01T08:00:00.000Z")
        sender, to, mail = self.mails[0]
        self.assertEqual((sender, to), ("reports@example.com", "ana@example.com"))
        self.assertEqual(mail["to"], "ana@example.com")
        (attachment,) = mail.iter_attachments()
        self.assertEqual(attachment.get_filename(), "weekly.csv")
        self.assertIn("ana,", attachment.get_content())

        (run,) = self.store.runs("subscription:weekly", limit=5)
        self.assertEqual(self.store.runs("subscription:other"), [])
        recipients = self.store.run_show(run["id"])["detail"]["recipients"]
        self.assertEqual([r["status"] for r in recipients], ["sent", "refused"])
        shown = self.store.subscription_show("weekly")
        self.assertEqual(shown["definition"]["report"], "logins")
        self.assertEqual(shown["suppressed"][0]["address"], "gone@example.com")
        self.store.subscription_restore("weekly", "gone@example.com")
        self.assertEqual(self.store.subscription_show("weekly")["suppressed"], [])

    def test_unsubscribing(self):
        self.subscribe()
        self.store.run_due(now=MONDAY)
        link = self.mails[0][2]["list-unsubscribe"]
        token = re.match(r"<https://example\.com/u\?token=(.+)>$", link).group(1)
        answer = self.store.unsubscribe(token, confirm=False)
        self.assertEqual(answer, {"subscription": "weekly", "address": "ana@example.com",
                                  "state": "active"})
        answer = self.store.unsubscribe(token, confirm=True, now=MONDAY)
        self.assertEqual(answer["state"], "unsubscribed")
        with self.assertRaises(footfall.NotFoundError):
            self.store.unsubscribe(token + "x", confirm=True)

    def test_pausing_running_and_deleting(self):
        self.subscribe()
        self.store.subscription_pause("weekly", now=NOW)
        self.assertEqual(self.store.run_due(now=MONDAY)["next_due"], None)
        self.store.subscription_pause("weekly", False, now=MONDAY)
        run = self.store.subscription_run("weekly", now=MONDAY)
        self.assertEqual(run["trigger"], "manual")
        self.assertEqual(len(self.mails), 2)
        cancel = footfall.Cancel()
        cancel.request()
        run = self.store.subscription_run("weekly", now=MONDAY, cancel=cancel)
        self.assertEqual(run["status"], "interrupted")
        self.store.subscription_delete("weekly")
        self.assertEqual(self.store.runs(), [])
        with self.assertRaises(footfall.NotFoundError):
            self.store.subscription_show("weekly")

    def test_a_transport_that_raises_is_tried_again(self):
        def broken(sender, to, message):
            raise OSError("no way out")

        self.subscribe()
        self.store.mail_transport(broken)
        stderr, sys.stderr = sys.stderr, open(os.devnull, "w")
        try:
            (run,) = self.store.run_due(now=MONDAY)["runs"]
        finally:
            sys.stderr.close()
            sys.stderr = stderr
        self.assertEqual(run["status"], "retrying")
        self.store.mail_transport(self.send)
        (run,) = self.store.run_due(now=MONDAY + 3600_000)["runs"]
        self.assertEqual(run["attempts"], 2)

    def test_the_scheduler_runs_by_the_clock(self):
        sent = threading.Event()
        self.store.mail_set(MAIL)
        self.store.mail_transport(lambda *_: sent.set() or 250)
        # Saved in the past, so that it is due by now.
        self.store.subscription_save(WEEKLY, now=NOW)
        self.store.scheduler_start()
        self.assertTrue(sent.wait(60))
        with self.assertRaises(footfall.FailedPreconditionError):
            self.store.scheduler_start()
        self.store.scheduler_stop()

    def test_smtp_and_its_password(self):
        from smtp_server import PASSWORD, SmtpServer

        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        warnings.simplefilter("ignore", UserWarning)
        with tempfile.TemporaryDirectory() as folder, SmtpServer(folder) as smtp:
            settings = {**MAIL, "host": "localhost", "port": smtp.ports["starttls"],
                        "user": "reports", "ca_file": smtp.ca_file}
            with self.assertRaises(footfall.FailedPreconditionError):
                self.store.mail_set(settings, PASSWORD)
            with self.assertRaises(footfall.InvalidArgumentError):
                self.store.set_secrets_key(b"short")
            self.store.set_secrets_key(os.urandom(32))
            self.store.mail_set(settings, PASSWORD)
            self.assertEqual(self.store.mail_show(), {**settings, "password": "set"})
            self.store.subscription_save(WEEKLY, now=NOW)
            self.store.run_due(now=MONDAY)
            (mail,) = smtp.received()
            self.assertEqual((mail["tls"], mail["user"]), (True, "reports"))
            self.store.set_secrets_key(None)
            run = self.store.subscription_run("weekly", now=MONDAY)
            self.assertIn("under a key of the host", run["error"])


if __name__ == "__main__":
    import unittest

    unittest.main()
