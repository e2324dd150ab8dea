"""subscription, mail, run-due and runs, with a real SMTP server on the other side."""

import json
import logging
import os
import pathlib
import re
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "net"))
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
warnings.simplefilter("ignore", UserWarning)

from program import ProgramTest  # noqa: E402
from smtp_server import PASSWORD, SmtpServer  # noqa: E402

FRIDAY = "2025-11-21T12:00:00Z"
# Eight o'clock in Paris.
MONDAY = "2025-11-24T07:00:00Z"
LINK = re.compile(r"https://app\.example\.com/unsubscribe\?token=([\w.-]+)")


class SubscriptionTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.smtp = SmtpServer(self.path("smtp"))
        self.smtp.start()
        self.addCleanup(self.smtp.stop)
        self.key = self.path("key", os.urandom(32))
        self.fill()

    def on_keyed_store(self, *words, **options):
        return self.on_store(*words, "--key-file", self.key, **options)

    def settings(self, **members):
        return {
            "version": 1,
            "from": "reports@example.com",
            "from_name": "Réports",
            "host": "localhost",
            "port": self.smtp.ports["starttls"],
            "user": "reports",
            "ca_file": self.smtp.ca_file,
            "unsubscribe_url": "https://app.example.com/unsubscribe",
            **members,
        }

    def set_mail(self, password=PASSWORD, **members):
        settings = {k: v for k, v in self.settings(**members).items() if v is not None}
        self.on_keyed_store(
            "mail", "set", self.path("smtp.json", json.dumps(settings)),
            "--password-file", self.path("password", password + "\n"),
        )

    def save(self, *recipients, **members):
        subscription = {
            "version": 1,
            "name": "weekly",
            "report": "logins",
            "schedule": {"every": "week", "on": ["monday"], "timezone": "Europe/Paris"},
            "recipients": list(recipients) or ["ana@example.com"],
            **members,
        }
        file = self.path("subscription.json", json.dumps(subscription))
        self.on_store("subscription", "save", file, "--now", FRIDAY)

    def run_due(self, now, expect=0):
        done = self.on_keyed_store("run-due", "--now", now, "--json", expect=expect)
        return json.loads(done.out)

    def runs(self):
        return json.loads(self.on_store("runs", "list", "--json").out)["runs"]

    def recipients_of(self, run):
        detail = json.loads(self.on_store("runs", "show", run["id"], "--json").out)["detail"]
        return {entry["address"]: entry for entry in detail["recipients"]}

    def test_a_report_arrives_when_it_is_due(self):
        self.set_mail()
        self.save(subject="Wöchentlich")
        listed = self.on_store("subscription", "list").out
        self.assertRegex(listed, r"weekly +logins +1 +active +2025-11-24T07:00:00.000Z")
        early = self.run_due("2025-11-24T06:59:59Z")
        self.assertEqual(early, {"runs": [], "next_due": "2025-11-24T07:00:00.000Z"})
        ran = self.run_due(MONDAY)
        self.assertEqual([run["status"] for run in ran["runs"]], ["completed"])
        self.assertEqual(ran["next_due"], "2025-12-01T07:00:00.000Z")
        self.assertEqual(self.run_due(MONDAY)["runs"], [])

        (mail,) = self.smtp.received()
        self.assertTrue(mail["tls"])
        self.assertEqual(mail["user"], "reports")
        self.assertEqual(mail["to"], ["ana@example.com"])
        self.assertEqual(mail["defects"], [])
        self.assertTrue(mail["ascii"])
        self.assertEqual(mail["bare_newlines"], 0)
        headers = mail["headers"]
        self.assertEqual(headers["subject"], "Wöchentlich")
        self.assertEqual(headers["from"], "Réports <reports@example.com>")
        self.assertEqual(headers["date"], "Mon, 24 Nov 2025 07:00:00 +0000")
        self.assertEqual(headers["list-unsubscribe-post"], "List-Unsubscribe=One-Click")
        self.assertRegex(headers["list-unsubscribe"], f"^<{LINK.pattern}>$")
        text, html, attachment = mail["parts"]
        self.assertEqual(text["type"], "text/plain")
        self.assertIn("ana@example.com", text["text"])
        self.assertRegex(text["text"], LINK)
        self.assertEqual(html["type"], "text/html")
        self.assertIn("ana@example.com", html["text"])
        self.assertRegex(html["text"], LINK)
        self.assertNotIn("<script", html["text"])
        self.assertEqual(attachment["filename"], "weekly.csv")
        self.assertEqual(attachment["disposition"], "attachment")
        csv = self.on_store("report", "run", "logins", "--now", MONDAY, "--format", "csv")
        self.assertEqual(attachment["text"].encode(), csv.stdout)

    def test_charts_are_shown_inline(self):
        definition = {"version": 1, "name": "by-day", "kind": "table", "rows": [{"time": "day"}],
               "columns": [{"name": "events", "agg": "count"}]}
        self.on_store("report", "save", self.path("r.json", json.dumps(definition)))
        self.set_mail()
        self.save(report="by-day", formats=["html"])
        self.run_due(MONDAY)
        (mail,) = self.smtp.received()
        self.assertEqual(
            mail["structure"],
            ["multipart/alternative", "text/plain", "multipart/related", "text/html",
             "image/svg+xml"],
        )
        html, chart = mail["parts"][1:]
        self.assertIn('<img src="cid:chart"', html["text"])
        self.assertEqual(chart["content_id"], "<chart>")
        self.assertIn("</svg>", chart["text"])

    def test_range_segment_and_formats(self):
        segment = {"version": 1, "name": "ana",
                   "where": {"field": "person.id", "op": "is", "value": "ana@example.com"}}
        self.on_store("segment", "save", self.path("s.json", json.dumps(segment)))
        self.set_mail()
        self.save(formats=["csv"], range={"last": "7d"}, segment="ana")
        self.run_due(MONDAY)
        # Everything happened on the Friday before, and so not within a week of this one.
        self.run_due("2025-12-01T07:00:00Z")
        first, second = self.smtp.received()
        self.assertEqual(first["structure"], ["multipart/mixed", "text/plain", "text/csv"])
        self.assertIn("ana@example.com", first["parts"][1]["text"])
        self.assertNotIn("ben@example.com", first["parts"][1]["text"])
        self.assertEqual(len(second["parts"][1]["text"].splitlines()), 1)

    def test_each_recipient_has_a_fate(self):
        self.set_mail()
        self.save("gone@example.com", "grey-1@example.com", "ana@example.com",
                  "spam@example.com")
        ran = self.run_due(MONDAY)
        (run,) = ran["runs"]
        self.assertEqual(run["status"], "retrying")
        fates = self.recipients_of(run)
        self.assertEqual(
            {address: (fate["status"], fate["code"]) for address, fate in fates.items()},
            {"gone@example.com": ("refused", 550), "grey-1@example.com": ("waiting", 451),
             "ana@example.com": ("sent", 250), "spam@example.com": ("rejected", 554)},
        )
        self.assertEqual(fates["gone@example.com"]["reply"], "5.1.1 no such mailbox")
        self.assertEqual(self.run_due("2025-11-24T07:04:00Z")["runs"], [])
        ran = self.run_due("2025-11-24T07:06:00Z", expect=1)
        (run,) = ran["runs"]
        self.assertEqual(run["status"], "failed")
        self.assertEqual(run["error"], "2 of 4 recipients did not get it")
        self.assertEqual(run["attempts"], 2)
        self.assertEqual(self.recipients_of(run)["grey-1@example.com"]["status"], "sent")
        self.assertEqual(
            [mail["to"] for mail in self.smtp.received()],
            [["ana@example.com"], ["grey-1@example.com"]],
        )
        # The address that does not exist gets nothing from now on, until somebody says so.
        shown = json.loads(self.on_store("subscription", "show", "weekly", "--json").out)
        self.assertEqual(
            shown["suppressed"],
            [{"address": "gone@example.com", "state": "refused",
              "since": "2025-11-24T07:00:00.000Z", "reason": "550 5.1.1 no such mailbox"}],
        )
        self.run_due("2025-12-01T07:00:00Z", expect=1)
        fates = self.recipients_of(self.runs()[0])
        self.assertEqual(fates["gone@example.com"]["status"], "suppressed")
        self.assertEqual(fates["gone@example.com"]["attempts"], 0)
        self.on_store("subscription", "restore", "weekly", "GONE@example.com")
        shown = json.loads(self.on_store("subscription", "show", "weekly", "--json").out)
        self.assertEqual(shown["suppressed"], [])
        self.error_of("subscription", "restore", "weekly", "eve@example.com",
                      "--db", self.db, code="NOT_FOUND")

    def test_a_lost_reply_is_sent_again_under_the_same_id(self):
        self.set_mail()
        self.save("drop-1@example.com")
        (run,) = self.run_due(MONDAY)["runs"]
        self.assertEqual(run["status"], "retrying")
        entry = self.recipients_of(run)["drop-1@example.com"]
        self.assertIn("may have been accepted", entry["reply"])
        (run,) = self.run_due("2025-11-24T07:10:00Z")["runs"]
        self.assertEqual(run["status"], "completed")
        first, second = self.smtp.received()
        self.assertEqual(first["headers"]["message-id"], second["headers"]["message-id"])
        self.assertEqual(first["headers"]["message-id"], f"<{entry['message_id']}>")
        self.run_due("2025-12-01T07:00:00Z")
        third = self.smtp.received()[2]
        self.assertNotEqual(first["headers"]["message-id"], third["headers"]["message-id"])

    def test_a_session_that_ends_is_taken_up_later(self):
        self.set_mail()
        self.save("busy@example.com", "ana@example.com")
        (run,) = self.run_due(MONDAY)["runs"]
        self.assertEqual(run["status"], "retrying")
        fates = self.recipients_of(run)
        self.assertEqual(fates["busy@example.com"]["code"], 421)
        self.assertEqual(fates["ana@example.com"]["attempts"], 0)

    def test_what_cannot_work_fails_at_once(self):
        cases = {
            "the server does not accept the user name and password":
                {"password": "wrong-secret-word"},
            "the server offers no STARTTLS": {"port": self.smtp.ports["plain"]},
            "the server offers no AUTH": {"port": self.smtp.ports["open"]},
            "certificate": {"ca_file": None},
        }
        self.save()
        for number, (error, change) in enumerate(cases.items()):
            self.set_mail(**change)
            now = f"2026-0{number + 1}-12T07:00:00Z"
            (run,) = self.run_due(now, expect=1)["runs"]
            self.assertEqual(run["status"], "failed", error)
            self.assertIn(error, run["error"])
            entry = self.recipients_of(run)["ana@example.com"]
            self.assertEqual(entry["status"], "failed")
            shown = self.on_store("runs", "show", run["id"], "--json").out
            self.assertNotIn("wrong-secret-word", shown)
        self.assertEqual(self.smtp.received(), [])

    def test_unsubscribing(self):
        self.set_mail()
        self.save("ana@example.com", "ben@example.com")
        self.run_due(MONDAY)
        token = LINK.search(self.smtp.received()[0]["headers"]["list-unsubscribe"]).group(1)
        self.assertGreater(len(token), 64)
        # Looking does not unsubscribe.
        shown = self.on_store("subscription", "unsubscribe", token, "--json").out
        self.assertEqual(
            json.loads(shown),
            {"subscription": "weekly", "address": "ana@example.com", "state": "active"},
        )
        for _ in range(2):
            done = self.on_store("subscription", "unsubscribe", token, "--confirm", "--json")
            self.assertEqual(json.loads(done.out)["state"], "unsubscribed")
        self.run_due("2025-12-01T07:00:00Z")
        self.assertEqual(
            [mail["to"][0] for mail in self.smtp.received()],
            ["ana@example.com", "ben@example.com", "ben@example.com"],
        )
        fates = self.recipients_of(self.runs()[0])
        self.assertEqual(fates["ana@example.com"]["status"], "unsubscribed")
        # Saving it again does not subscribe anybody.
        self.save("ana@example.com", "ben@example.com")
        self.run_due("2025-12-08T07:00:00Z")
        self.assertEqual(len(self.smtp.received()), 4)
        self.on_store("subscription", "restore", "weekly", "ana@example.com")
        self.run_due("2025-12-15T07:00:00Z")
        self.assertEqual(len(self.smtp.received()), 6)
        for wrong in (token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), "x",
                      "0" * 32 + token[32:], token + "A" * 100):
            self.error_of("subscription", "unsubscribe", wrong, "--confirm", "--db", self.db,
                          code="NOT_FOUND")
        # The store knows a hash of it only.
        for file in pathlib.Path(self.db).iterdir():
            self.assertNotIn(token.split(".")[1].encode(), file.read_bytes())

    def test_pause_resume_run_and_delete(self):
        self.set_mail()
        self.save()
        self.on_store("subscription", "pause", "weekly")
        self.assertEqual(self.run_due("2025-12-03T00:00:00Z")["runs"], [])
        self.on_store("subscription", "resume", "weekly", "--now", "2025-12-03T00:00:00Z")
        self.assertEqual(
            self.run_due("2025-12-03T00:00:00Z")["next_due"], "2025-12-08T07:00:00.000Z"
        )
        done = self.on_keyed_store(
            "subscription", "run", "weekly", "--now", "2025-12-03T00:00:00Z", "--json"
        )
        run = json.loads(done.out)
        self.assertEqual((run["trigger"], run["status"]), ("manual", "completed"))
        self.assertEqual(len(self.smtp.received()), 1)
        self.assertEqual(self.runs()[0]["id"], run["id"])
        table = self.on_store("runs", "list", "--job", "subscription:weekly").out
        self.assertIn("completed", table)
        self.on_store("subscription", "delete", "weekly")
        self.assertEqual(self.runs(), [])
        self.error_of("subscription", "show", "weekly", "--db", self.db, code="NOT_FOUND")
        self.error_of("subscription", "delete", "weekly", "--db", self.db, code="NOT_FOUND")
        self.error_of("subscription", "run", "weekly", "--db", self.db, code="NOT_FOUND")
        self.error_of("subscription", "pause", "weekly", "--db", self.db, code="NOT_FOUND")
        self.error_of("runs", "show", run["id"], "--db", self.db, code="NOT_FOUND")

    def test_bad_subscriptions_name_the_place(self):
        base = {
            "version": 1, "name": "weekly", "report": "logins",
            "schedule": {"every": "day"}, "recipients": ["ana@example.com"],
        }
        cases = [
            ("$.version", {"version": 2}),
            ("$.name", {"name": "a b"}),
            ("$.report", {"report": ""}),
            ("$.report", {"report": "nothing"}),
            ("$.schedule", {"schedule": None}),
            ("$.schedule.every", {"schedule": {"every": "minute"}}),
            ("$.schedule.timezone", {"schedule": {"every": "day", "timezone": "X"}}),
            ("$.recipients", {"recipients": []}),
            ("$.recipients", {"recipients": ["a@example.com"] * 501}),
            ("$.recipients[0]", {"recipients": ["ana@example.com\r\nBcc: e@example.com"]}),
            ("$.recipients[0]", {"recipients": [1]}),
            ("$.recipients[1]", {"recipients": ["ana@example.com", "ANA@example.com"]}),
            ("$.formats", {"formats": []}),
            ("$.formats[0]", {"formats": ["pdf"]}),
            ("$.formats[1]", {"formats": ["csv", "csv"]}),
            ("$.subject", {"subject": "a\nb"}),
            ("$.subject", {"subject": ""}),
            ("$.paused", {"paused": 1}),
            ("$.segment", {"segment": "nobody"}),
            ("$.range.last", {"range": {"last": "soon"}}),
            ("$.colour", {"colour": "red"}),
        ]
        for path, change in cases:
            changed = {k: v for k, v in {**base, **change}.items() if v is not None}
            file = self.path("bad.json", json.dumps(changed))
            error = self.error_of("subscription", "save", file, "--db", self.db)
            self.assertEqual(error["path"], path, change)
        self.assertEqual(self.on_store("subscription", "list", "--json").out.strip(),
                         '{"subscriptions":[]}')

    def test_mail_settings(self):
        self.error_of("mail", "show", "--db", self.db, code="NOT_FOUND")
        self.set_mail()
        shown = json.loads(self.on_store("mail", "show", "--json").out)
        self.assertEqual(shown, {**self.settings(), "password": "set"})
        for file in pathlib.Path(self.db).iterdir():
            self.assertNotIn(PASSWORD.encode(), file.read_bytes(), file)
        # The password stays with the account that it belongs to.
        change = self.path("c.json", json.dumps(self.settings(from_name="Reports")))
        self.on_store("mail", "set", change)
        self.assertIn('"password":"set"', self.on_store("mail", "show", "--json").out)
        for other in ({"host": "mail.example.com"}, {"port": 25}, {"user": "eve"},
                      {"security": "tls"}):
            file = self.path("o.json", json.dumps(self.settings(**other)))
            error = self.error_of("mail", "set", file, "--db", self.db)
            self.assertEqual(error["path"], "$.user", other)
        # Without the host's key there is no secret.
        password = self.path("password", PASSWORD)
        error = self.error_of("mail", "set", change, "--password-file", password,
                              "--db", self.db, code="FAILED_PRECONDITION")
        self.assertNotIn(PASSWORD, error["message"])
        self.save()
        done = self.on_store("run-due", "--now", MONDAY, "--json", expect=1)
        self.assertIn("under a key of the host", json.loads(done.out)["runs"][0]["error"])
        other_key = self.path("other", os.urandom(32))
        done = self.on_store("run-due", "--now", "2025-12-01T07:00:00Z", "--json",
                             "--key-file", other_key, expect=1)
        self.assertIn("sealed with another key", json.loads(done.out)["runs"][0]["error"])
        self.error_of("run-due", "--key-file", self.path("short", "x" * 31), "--db", self.db,
                      code="INVALID_ARGUMENT")
        self.assertEqual(self.smtp.received(), [])

    def test_bad_mail_settings_name_the_place(self):
        cases = [
            ("$.version", {"version": 2}),
            ("$.from", {"from": "Reports <reports@example.com>"}),
            ("$.from_name", {"from_name": "a\r\nBcc: eve@example.com"}),
            ("$.host", {"host": "mail.example.com/x"}),
            ("$.port", {"port": 0}),
            ("$.port", {"port": "25"}),
            ("$.security", {"security": "ssl"}),
            ("$.security", {"security": "none", "host": "mail.example.com"}),
            ("$.allow_plain_text", {"allow_plain_text": 1}),
            ("$.connect_timeout", {"connect_timeout": "1h"}),
            ("$.timeout", {"timeout": "soon"}),
            ("$.proxy", {"proxy": "http://user:word@proxy.example.com:3128"}),
            ("$.unsubscribe_url", {"unsubscribe_url": "http://app.example.com/"}),
            ("$.unsubscribe_url", {"unsubscribe_url": "https://a b"}),
            ("$.password", {"password": "in the wrong place"}),
        ]
        for path, change in cases:
            file = self.path("bad.json", json.dumps(self.settings(user="", **change)))
            error = self.error_of("mail", "set", file, "--db", self.db)
            self.assertEqual(error["path"], path, change)
            self.assertNotIn("wrong place", error["message"])
        allowed = self.settings(user="", security="none", host="mail.example.com",
                                allow_plain_text=True)
        self.on_store("mail", "set", self.path("ok.json", json.dumps(allowed)))

    def test_a_report_that_is_gone(self):
        definition = {"version": 1, "name": "mine", "kind": "table",
                      "columns": [{"name": "n", "agg": "count"}]}
        self.on_store("report", "save", self.path("r.json", json.dumps(definition)))
        self.set_mail()
        self.save(report="mine")
        self.on_store("report", "delete", "mine")
        (run,) = self.run_due(MONDAY, expect=1)["runs"]
        self.assertIn("mine", run["error"])
        self.assertEqual(self.smtp.received(), [])

    def test_without_mail_settings(self):
        self.save()
        (run,) = self.run_due(MONDAY, expect=1)["runs"]
        self.assertEqual(run["error"], "there are no mail settings")
