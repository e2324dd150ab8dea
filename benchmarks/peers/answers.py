"""One form of each answer, in which the engines' answers must be equal."""

import datetime
import json

DAY_MS = 86_400_000
EPOCH = datetime.date(1970, 1, 1).toordinal()


def _day(text):
    return datetime.date.fromisoformat(text).toordinal() - EPOCH


def _ms(text):
    time = datetime.datetime.fromisoformat(text)
    return round(time.timestamp() * 1000)


def _numbers(values):
    return tuple(int(float(value)) for value in values)


def _from_footfall(query, rows):
    """Rows of a report, as dictionaries, to the rows that SQL gives."""
    if query == "Q2":
        return [(_day(day), people) for day, people in (row.values() for row in rows)]
    if query == "Q3":
        return [tuple(row["people"] for row in sorted(rows, key=lambda r: r["step"]))]
    if query == "Q4":
        cohorts = {}
        for row in rows:
            # Weeks from Monday; 1 January 1970 was a Thursday.
            week = (_day(row["cohort"]) - 4) // 7
            cohorts.setdefault(week, {})[row["k"]] = row["returned"]
        return [(week, *(returned.get(k, 0) for k in range(8)))
                for week, returned in cohorts.items()]
    if query == "Q6":
        return [(person, _ms(first), _ms(last), logins)
                for person, first, last, logins in (row.values() for row in rows)]
    if query == "Q7":
        countries = {}
        for row in rows:
            values = list(row.values())
            countries.setdefault(values[0], {})[row["step"]] = row["people"]
        return [(country, *(people.get(step, 0) for step in range(1, 5)))
                for country, people in countries.items()]
    return [tuple(row.values()) for row in rows]


def _from_sql(query, rows):
    if query in ("Q1", "Q6", "Q7"):
        return [(row[0], *_numbers(row[1:])) for row in rows]
    return [_numbers(row) for row in rows]


def canonical(query, engine, text):
    """The answer as a sorted list of tuples, of numbers but for a first string."""
    lines = text.splitlines()
    if engine == "footfall":
        rows = _from_footfall(query, [json.loads(line) for line in lines])
    else:
        rows = _from_sql(query, [line.split("\t") for line in lines])
    if not rows:
        raise SystemExit(f"{query}: {engine} answers nothing")
    return sorted(rows)


def difference(one, other):
    """What tells two canonical answers apart, in a few words."""
    if len(one) != len(other):
        return f"{len(one)} rows beside {len(other)}"
    for a, b in zip(one, other):
        if a != b:
            return f"{a} beside {b}"
    return None
