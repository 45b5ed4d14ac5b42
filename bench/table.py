"""Tables for people: how the figures of many rounds are told."""

import math
import statistics


def quantiles(values):
    """(median, p90, worst)"""
    ordered = sorted(values)
    p90 = ordered[min(len(ordered) - 1, round(0.9 * (len(ordered) - 1)))]
    return statistics.median(ordered), p90, ordered[-1]


def figure(value, unit, digits=1):
    return "never" if math.isinf(value) else f"{value:,.{digits}f} {unit}"


def table(head, rows):
    """The lines of a Markdown table."""
    def line(cells):
        return f"| {' | '.join(map(str, cells))} |"
    return [line(head), "|---" * len(head) + "|", *map(line, rows)]


class Row:
    """One measure with an aim: bench/run's tables."""

    def __init__(self, what, aim, values, unit, digits=1):
        self.what, self.aim, self.values, self.unit, self.digits = what, aim, values, unit, digits

    def markdown(self):
        texts = [figure(value, self.unit, self.digits) for value in quantiles(self.values)]
        if len(self.values) == 1:
            texts[1:] = ["", ""]
        return f"| {self.what} | {self.aim} | {' | '.join(texts)} |"


class Missing:
    def __init__(self, what, why):
        self.what, self.why = what, why

    def markdown(self):
        return f"| {self.what} | | not measured: {self.why} | | |"
