"""Small plots of measures over the number of ducks, as SVG written by hand."""

WIDTH, HEIGHT, COLUMNS = 340, 220, 2
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 34, 36  # of one plot, around its axes
COLOURS = ["#1f5fa8", "#c0562a", "#3b7d4f"]
STYLE = ("text { font: 12px sans-serif; fill: #333 } .title { font-weight: bold }"
         " .axis { stroke: #888; fill: none } .aim { stroke: #b00; stroke-dasharray: 5 4 }")


def round_up(value):
    """The next of 1, 2, 5, 10, 20 ..."""
    power = 1e-6
    while True:
        for step in (1, 2, 5):
            if step * power >= value:
                return step * power
        power *= 10


def number(value):
    return f"{value:,.6f}".rstrip("0").rstrip(".")


class Plot:
    """One plot: lines through (ducks, value), and an aim that they should stay below."""

    def __init__(self, title, lines, aim=None):
        self.title, self.lines, self.aim = title, lines, aim
        points = [point for line in lines.values() for point in line]
        self.x_max = max(x for x, _ in points)
        self.y_max = round_up(max([y for _, y in points] + ([aim] if aim else [])) * 1.02)

    def place(self, x, y):
        return (LEFT + (WIDTH - LEFT - RIGHT) * x / self.x_max,
                HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / self.y_max)

    def draw(self):
        left, bottom = self.place(0, 0)
        right, top = self.place(self.x_max, self.y_max)
        yield f'<text class="title" x="{left}" y="16">{self.title}</text>'
        yield f'<path class="axis" d="M{left} {top}V{bottom}H{right}"/>'
        for part in (0, 0.5, 1):
            x, y = self.place(self.x_max * part, self.y_max * part)
            yield (f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">'
                   f'{number(self.y_max * part)}</text>')
            yield (f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">'
                   f'{number(self.x_max * part)}</text>')
        yield f'<text x="{right}" y="{bottom + 31}" text-anchor="end">ducks</text>'
        if self.aim:
            y = self.place(0, self.aim)[1]
            yield f'<path class="aim" d="M{left} {y:.1f}H{right}"/>'
        for index, ((name, points), colour) in enumerate(zip(self.lines.items(), COLOURS)):
            places = [self.place(x, y) for x, y in points]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            for x, y in places:
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
            yield (f'<text x="{left + 8}" y="{top + 12 + 15 * index}" style="fill:{colour}">'
                   f'{name}</text>')


def svg(plots):
    rows = -(-len(plots) // COLUMNS)
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{COLUMNS * WIDTH}" '
           f'height="{rows * HEIGHT}" viewBox="0 0 {COLUMNS * WIDTH} {rows * HEIGHT}">')
    yield f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>'
    for index, plot in enumerate(plots):
        x, y = WIDTH * (index % COLUMNS), HEIGHT * (index // COLUMNS)
        yield f'<g transform="translate({x},{y})">'
        yield from plot.draw()
        yield "</g>"
    yield "</svg>"
