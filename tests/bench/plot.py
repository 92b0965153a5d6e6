"""Curves as SVG: panels side by side, x in powers of two, y from zero."""
import math

WIDTH, HEIGHT = 300, 260	# of a panel ...
LEFT, TOP, RIGHT, BOTTOM = 52, 30, 10, 70	# ... and around its curves
COLOURS = ("#1b6ca8", "#c8553d", "#4f772d", "#7b5ea7")
STYLE = ("text{font:11px sans-serif}.t{font-weight:bold}"
         "polyline{fill:none;stroke-width:1.6}line{stroke:#ddd}")


class Panel:
    """lines: {name: [(x, y)]}"""

    def __init__(self, title, x_is, y_is, lines):
        self.title, self.x_is, self.y_is = title, x_is, y_is
        self.lines = lines
        xs = [x for points in lines.values() for x, _ in points]
        self.ticks = sorted(set(xs))
        self.low, self.high = math.log2(min(xs)), math.log2(max(xs))
        self.step, self.top = scale(max(
            y for points in lines.values() for _, y in points))

    def x(self, value):
        part = (math.log2(value) - self.low) / (self.high - self.low or 1)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        return HEIGHT - BOTTOM - value / self.top * (HEIGHT - TOP - BOTTOM)


def scale(most):
    """A step that people like, and the multiple of it that holds them all."""
    raw = (most or 1) / 5
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= raw)
    return step, step * math.ceil(most / step)


def short(n):
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if n >= size:
            return f"{n / size:.3g}{unit}"
    return f"{n:g}"


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{words}</text>'


def draw(panel):
    out = [text(LEFT, 16, panel.title, ' class="t"')]
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for i in range(round(panel.top / panel.step) + 1):
        y = panel.y(i * panel.step)
        out.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{right}" '
                   f'y2="{y:.1f}"/>')
        out.append(text(LEFT - 5, y + 4, short(i * panel.step),
                        ' text-anchor="end"'))
    last = -99
    for value in panel.ticks:
        x = panel.x(value)
        if x - last > 30:
            out.append(text(x, bottom + 15, short(value),
                            ' text-anchor="middle"'))
            last = x
    out.append(text((LEFT + right) / 2, bottom + 30, panel.x_is,
                    ' text-anchor="middle"'))
    out.append(text(0, 0, panel.y_is, ' text-anchor="middle" '
                    f'transform="translate(11 {(TOP + bottom) / 2}) '
                    'rotate(-90)"'))
    at = LEFT
    for colour, (name, points) in zip(COLOURS, panel.lines.items()):
        where = " ".join(f"{panel.x(x):.1f},{panel.y(y):.1f}"
                         for x, y in points)
        out.append(f'<polyline points="{where}" stroke="{colour}"/>')
        out.append(text(at, bottom + 50, name, f' fill="{colour}"'))
        at += 6.5 * len(name) + 10
    return out


def svg(panels):
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" '
           f'viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}">',
           f"<style>{STYLE}</style>",
           '<rect width="100%" height="100%" fill="#fff"/>']
    for i, panel in enumerate(panels):
        out += [f'<g transform="translate({i * WIDTH} 0)">', *draw(panel),
                "</g>"]
    return "\n".join([*out, "</svg>", ""])
