"""Numbers as Grafana writes them."""

_SHORT = ((1e9, " Bil"), (1e6, " Mil"), (1e3, " K"), (1, ""))
_SECONDS = ((86_400, " days"), (3_600, " hours"), (60, " mins"), (1, " s"), (1e-3, " ms"))
_BYTES = ((2**30, " GiB"), (2**20, " MiB"), (2**10, " KiB"), (1, " B"))


def written(value: float, unit: str) -> str:
    """`unit` as the dashboard names it; three digits that count."""
    if unit == "percentunit":
        return f"{_digits(100 * value)}%"
    scale = {"short": _SHORT, "s": _SECONDS, "bytes": _BYTES}[unit]
    divisor, word = next(((least, word) for least, word in scale if abs(value) >= least or (value == 0 and least == 1)), scale[-1])
    return f"{_digits(value / divisor)}{word}"


def _digits(value: float) -> str:
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
