"""SVG charts of a run: plain shapes and text, no script."""

import html
import math

import summary
from engines import QUERIES

COLOURS = {"footfall": "#0b7285", "duckdb": "#e8a33d", "clickhouse": "#c2410c",
           "sqlite": "#6b7280"}
FONT = 'font-family="sans-serif" font-size="12" fill="#1f2937"'


def document(width, height, title, description, shapes):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'role="img" aria-labelledby="title desc" {FONT}>\n'
            f'<title id="title">{html.escape(title)}</title>\n'
            f'<desc id="desc">{html.escape(description)}</desc>\n'
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n' +
            "\n".join(shapes) + "\n</svg>\n")


def text(x, y, words, anchor="start", more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>'
            f"{html.escape(words)}</text>")


def line(x1, y1, x2, y2, colour="#e5e7eb", width=1):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width}"/>')


class LogScale:
    """Positions on a logarithmic axis of whole decades."""

    def __init__(self, values, start, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self._start = start
        self._end = end

    def __call__(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self._start + share * (self._end - self._start)

    def decades(self):
        return [10.0 ** power for power in range(self.low, self.high + 1)]


def number(value):
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def legend(engines, x, y):
    shapes = []
    for name in engines:
        shapes.append(f'<rect x="{x}" y="{y - 10}" width="12" height="12" '
                      f'fill="{COLOURS[name]}"/>')
        shapes.append(text(x + 17, y, summary.TITLES[name]))
        x += 110
    return shapes


def by_engine(result, key):
    """{engine: {query: ms}}, the best of all layouts."""
    found = {}
    for name in COLOURS:
        for query in QUERIES:
            if query in result[key]:
                value = summary.best(result[key][query], result["threads"], engine=[name])
                if value is not None:
                    found.setdefault(name, {})[query] = value
    return found


def latency(result, key, title):
    found = by_engine(result, key)
    values = [value for row in found.values() for value in row.values()]
    queries = [query for query in QUERIES if query in found["footfall"]]
    bar = 13
    group = bar * len(found) + 16
    height = 76 + group * len(queries) + 24
    scale = LogScale(values, 340, 740)
    shapes = [text(16, 24, title, more=' font-size="15" font-weight="bold"')]
    shapes += legend(found, 16, 48)
    for value in scale.decades():
        shapes.append(line(scale(value), 64, scale(value), height - 28))
        shapes.append(text(scale(value), height - 10, number(value) + " ms", "middle"))
    for i, query in enumerate(queries):
        top = 72 + i * group
        shapes.append(text(16, top + group / 2 - 4,
                           f"{query} {summary.MEANINGS[query]}"))
        for j, (name, row) in enumerate(found.items()):
            if query not in row:
                continue
            y = top + j * bar
            end = max(scale(row[query]), 342)
            shapes.append(f'<rect x="340" y="{y}" width="{end - 340:.1f}" '
                          f'height="{bar - 2}" fill="{COLOURS[name]}"/>')
            shapes.append(text(end + 5, y + 10, summary.ms(row[query]),
                               more=' font-size="10"'))
    description = "; ".join(
        f"{query}: " + ", ".join(f"{summary.TITLES[name]} {summary.ms(row[query])} ms"
                                 for name, row in found.items() if query in row)
        for query in queries)
    return document(800, height, title, description, shapes)


def panel(query, points, sizes, left, top, values):
    """One query's lines over the number of events."""
    width, height = 180, 130
    x = LogScale(sizes, left + 40, left + width)
    y = LogScale(values, top + height, top + 10)
    shapes = [text(left + 40, top, query, more=' font-weight="bold"')]
    for value in y.decades():
        shapes.append(line(left + 40, y(value), left + width, y(value)))
        shapes.append(text(left + 36, y(value) + 4, number(value), "end",
                           ' font-size="10"'))
    for value in x.decades():
        shapes.append(text(x(value), top + height + 14, number(value), "middle",
                           ' font-size="10"'))
    for name, row in points.items():
        places = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in row)
        shapes.append(f'<polyline points="{places}" fill="none" '
                      f'stroke="{COLOURS[name]}" stroke-width="2"/>')
        shapes += [f'<circle cx="{x(size):.1f}" cy="{y(value):.1f}" r="3" '
                   f'fill="{COLOURS[name]}"/>' for size, value in row]
    return shapes


def growth(result):
    title = "Milliseconds of each query over the number of events"
    rows = result["growth"]
    sizes = [row["events"] for row in rows]
    names = [name for name in COLOURS if any(name in row["ms"] for row in rows)]
    values = [value for row in rows for engine in row["ms"].values()
              for value in engine.values()]
    shapes = [text(16, 24, title, more=' font-size="15" font-weight="bold"')]
    shapes += legend(names, 16, 48)
    described = []
    for i, query in enumerate(QUERIES):
        points = {name: [(row["events"], row["ms"][name][query]) for row in rows
                         if query in row["ms"].get(name, {})] for name in names}
        points = {name: row for name, row in points.items() if row}
        if not points:
            continue
        shapes += panel(query, points, sizes, 10 + i % 4 * 196, 80 + i // 4 * 176, values)
        described.append(f"{query}: " + ", ".join(
            f"{summary.TITLES[name]} " + " ".join(
                f"{summary.ms(value)} ms at {number(size)}" for size, value in row)
            for name, row in points.items()))
    return document(800, 430, title, "; ".join(described), shapes)


def write(result, out):
    """latency.svg, scan.svg and, of a run over several sizes, growth.svg."""
    size = number(result["events"])
    charts = {
        "latency": latency(result, "queries", f"Latency over {size} events, best of all "
                                              "layouts, logarithmic"),
        "scan": latency(result, "scan", f"The same with a filter that forces a scan, "
                                        f"{size} events"),
    }
    if len(result.get("growth", [])) > 1:
        charts["growth"] = growth(result)
    for name, svg in charts.items():
        (out / f"{name}.svg").write_text(svg, encoding="utf-8")
