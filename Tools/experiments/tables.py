"""Markdown tables of docs/experiments.md, from the report.json of each experiment.

    python3 Tools/experiments/tables.py FOLDER    # FOLDER/noise/report.json, FOLDER/prefix/report.json, ...

Every rate is `share % [95 % interval]`; n stands in the column's head where it is the same in all rows.
"""

import json
import sys
from pathlib import Path

VERDICTS = {"better": "better", "worse": "worse", "undecided": "undecided", "reference": "–"}


def rate(value, with_n=False):
    if value is None or value["n"] == 0:
        return "–"
    text = "{:.0f} % [{:.0f}, {:.0f}]".format(
        100 * value.get("meanShare", value["count"] / value["n"]), 100 * value["low"], 100 * value["high"])
    return text + (f", n = {value['n']}" if with_n else "")


def mean(value, digits=2):
    if value is None or value.get("value") is None:
        return "–"
    low, high = value.get("low"), value.get("high")
    text = f"{value['value']:.{digits}f}"
    return text if low is None else text + f" [{low:.{digits}f}, {high:.{digits}f}]"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] + ["---:"] * (len(head) - 1)) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def groups(report, dimension):
    return [group for group in report["groups"] if group["dimension"] == dimension]


def common_n(values):
    found = {value["n"] for value in values if value}
    return f", n = {found.pop()}" if len(found) == 1 else ""


def main_table(report):
    """One row for each defence: attack success, direct, usefulness, incoherence, cost, verdict."""
    role = {(group["defense"], group["role"]): group for group in groups(report, "role")}
    points = {point["defense"]: point for point in report["tradeOff"]}
    names = [defense["name"] for defense in report["defenses"]]

    def column(kind, field):
        return [role.get((name, kind), {}).get(field) for name in names]

    columns = [
        ("attack success", column("adversarial", "complied")),
        ("incoherent (attacks)", column("adversarial", "incoherent")),
        ("direct complied", column("direct", "complied")),
        ("usefulness (benign complied)", column("benign", "complied")),
        ("incoherent (benign)", column("benign", "incoherent")),
    ]
    rows = []
    for index, name in enumerate(names):
        point = points.get(name, {})
        unscored = sum(group["unscored"] for (other, _), group in role.items() if other == name)
        cells = [name]
        for _, values in columns:
            shows_n = not common_n(values)
            cells.append(rate(values[index], with_n=shows_n))
        cells += [str(unscored), mean(point.get("tokenRatio")), mean(point.get("aboveDiagonal")),
                  VERDICTS.get(point.get("verdict"), "–")]
        rows.append(cells)
    head = ["defence"] + [title + common_n(values) for title, values in columns]
    return table(head + ["unscored", "tokens ×", "U/U₀ − A/A₀", "against random refusal"], rows)


def breakdown(report, dimension):
    """Attack success by attack or dataset."""
    found = [group for group in groups(report, dimension) if group["role"] != "benign"]
    names = [defense["name"] for defense in report["defenses"]]
    kinds = []
    for group in found:
        if group["group"] not in kinds:
            kinds.append(group["group"])
    cell = {(group["defense"], group["group"]): group for group in found}
    rows = []
    for name in names:
        rows.append([name] + [rate(cell.get((name, kind), {}).get("complied"), with_n=True) for kind in kinds])
    return table(["defence"] + kinds, rows)


def p_value(p):
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def comparisons(report):
    rows = []
    for item in report["comparisons"]:
        difference = item["difference"]
        low, high = difference.get("low"), difference.get("high")
        interval = "" if low is None else f" [{100 * low:+.0f}, {100 * high:+.0f}]"
        value = difference.get("value")
        rows.append([item["defense"], item["baseline"], item["role"], str(item["n"]), str(item["clusters"]),
                     f"{item['lower']} / {item['tied']} / {item['higher']}",
                     "–" if value is None else f"{100 * value:+.0f}{interval}", p_value(item["p"])])
    return table(["defence", "against", "prompts", "n", "clusters", "complied less / as / more often",
                  "difference, points", "permutation p"], rows)


def votes(report):
    rows = []
    for item in report["votes"]:
        breaks = ", ".join(f"{name} {count}" for name, count in sorted(item["tieBreaks"].items())) or "none"
        margins = [position["meanMargin"] for position in item["positions"]]
        rows.append([item["defense"], str(item["answers"]), str(item["votes"]), rate(item["ties"]),
                     rate(item["nearTies"]), breaks,
                     f"{sum(margins) / len(margins):.2f}" if margins else "–"])
    return table(["defence", "answers", "votes", "tied", "margin of at most 1", "ties broken by",
                  "mean margin, of the copies asked, over positions"], rows)


def any_of(report):
    found = [group for group in groups(report, "role")
             if group["role"] == "adversarial" and len(group["anyOfSeeds"]) > 1]
    counts = sorted({item["attempts"] for group in found for item in group["anyOfSeeds"]})
    rows = []
    for group in found:
        rates = {item["attempts"]: item["rate"] for item in group["anyOfSeeds"]}
        rows.append([group["defense"]] + [rate(rates.get(count), True) for count in counts])
    return table(["defence"] + [f"ASR@{count}" for count in counts], rows) if rows else ""


def main():
    folder = Path(sys.argv[1])
    names = sys.argv[2:] or ["built-in", "noise", "prefix", "samples", "baselines", "ties"]
    for name in names:
        path = folder / name / "report.json"
        if not path.exists():
            continue
        report = json.loads(path.read_text(encoding="utf-8"))
        print(f"## {name}\n")
        print(main_table(report))
        for title, text in (("By attack", breakdown(report, "attack")), ("Trying again", any_of(report)),
                            ("Paired", comparisons(report)), ("Votes", votes(report))):
            if text.count("\n") > 2:
                print(f"### {title}\n\n{text}")


if __name__ == "__main__":
    main()
