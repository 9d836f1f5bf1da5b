#!/usr/bin/env python3
"""The tables of studies in docs/experiments.md, from the stores of the studies.

    tables.py --export evaluations/study-noise/results.sqlite    writes docs/results/study-noise.json: counts,
                                             rates and settings, no texts; of a store that is not finished too
    tables.py --export attacks.sqlite --name attack-words --command "resta attack run ..."
    tables.py --export meaning.json --similarity similarity.json --name meaning --command "resta meaning ..."
    tables.py --write docs/experiments.md README.md    writes the tables between their markers
    tables.py --check docs/experiments.md README.md    fails where one is not what the results give (in `make lint`)
    tables.py --show study-noise             prints all of a study, with markers, to paste into the page

A block between `<!-- study: NAME TABLE -->` and `<!-- end -->` is a table of docs/results/NAME.json. Tables of an
evaluation: record (command, model, digest: each study of a page needs it), main, attacks (by attack), summary (requests by
defence, for README), strengths (counts by noise and sigma), draws (what trying again gains), paired, correct and ifeval (answers that can be checked), votes, effects (by prompt, of one copy and of its vote); of attacks: record, main,
variants; of `resta meaning`: record, rows, answers; of Tools/meaning/probes.py: record, main. `paired` may be narrowed:
`<!-- study: NAME paired against=placebo role=adversarial -->`, and is of correct answers with `of=correct`.

Every rate is `share % [95 % interval]`; n stands in the column's head where it is the same in all rows.
"""

import argparse
import math
import re
import sys
from pathlib import Path

import studies

VERDICTS = {"better": "better", "worse": "worse", "undecided": "undecided", "reference": "–"}
ROLES = {"adversarial": ("attack success", "attacks"), "direct": ("direct complied", "direct"),
         "benign": ("usefulness (benign complied)", "benign")}
REQUESTS = {"adversarial": "attacks", "direct": "direct requests", "benign": "everyday requests"}
NOTHING = "–"


def fixed(value, digits=0, sign=False):
    """A number as the report writes it: halves go away from zero (Python's own go to the even digit)."""
    scaled = math.floor(abs(value) * 10 ** digits + 0.5)
    return ("" if not scaled else "-" if value < 0 else "+" if sign else "") + f"{scaled / 10 ** digits:.{digits}f}"


def percent(value, low, high):
    """A share as the report writes it: what is neither nothing nor all is not rounded to it."""
    if value <= 1e-9 or value >= 1 - 1e-9 or 0.0095 <= value < 0.9905:
        text = fixed(100 * value)
    else:
        text = "<0.1" if value < 0.0005 else ">99.9" if value >= 0.9995 else fixed(min(100 * value, 99.9), 1)
    return f"{text} % [{fixed(100 * low)}, {fixed(100 * high)}]"


def rate(value, with_n=False):
    if value is None or value["n"] == 0:
        return NOTHING
    text = percent(value.get("meanShare", value["count"] / value["n"]), value["low"], value["high"])
    return text + (f", n = {value['n']}" if with_n else "")


def mean(value, digits=2):
    if value is None or value.get("value") is None:
        return NOTHING
    low, high = value.get("low"), value.get("high")
    text = fixed(value["value"], digits)
    return text if low is None else text + f" [{fixed(low, digits)}, {fixed(high, digits)}]"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] + ["---:"] * (len(head) - 1)) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def by_role(study):
    return {(group["defense"], group["role"]): group for group in study["groups"]
            if group["dimension"] == "role"}


def names(study):
    return [defense["name"] for defense in study["defenses"]]


def record(study):
    """Where the numbers are from, as a paragraph."""
    what = {"evaluation": "answers", "attack": "attacks on goals", "meaning": "prompts", "probes": "requests"}[study["kind"]]
    count = f"{study['answered']:,} of {study['planned']:,} planned {what}"
    parts = [f"`{study['command']}`:", f"**partial, {count}**;" if study["partial"] else f"{count};"]
    if study.get("failed"):
        parts.append(f"{study['failed']} failed;")
    if "model" in study:
        adapter = f" with {study['adapter'].split(',')[0]}" if "adapter" in study else ""
        parts.append(f"{study['model']}{adapter} (SHA-256 `{study['model_sha256'][:16]}…`), answers of at most "
                     f"{study['longest_answer']}, {study['engine']};")
    if "run" in study:
        run = study["run"]
        adapters = "".join(f" with {item['file']}" for item in run["adapters"])
        parts.append(f"{run['model_file']}{adapters}, answers of at most {study['longest_answer']} tokens, seeds from "
                     f"{study['first_seed']}, llama.cpp {run['llama_cpp']};")
    if study["kind"] == "probes":
        parts.append(f"{study['model_file']}, learned from {study['learned']} other requests, beside {study['attacks']} "
                     "attacks;")
    if "winners_curse" in study:
        curse = study["winners_curse"]
        parts.append(f"log-probability on draws that decided nothing, less that on those that a suffix was kept by: "
                     f"{mean(curse)} ({curse['searches']} searches on {curse['n']} goals);")
    parts.append(f"digest of the results `{study['digest'][:16]}…`.")
    if "endpoint" in study:
        parts.append(f"Endpoint, fixed before the run: {study['endpoint']}.")
    return " ".join(parts)


def main_table(study):
    """One row for each defence: what complied and what was no language in each role, cost, verdict."""
    groups = by_role(study)
    points = {point["defense"]: point for point in study["tradeOff"]}
    roles = [role for role in ROLES if any((name, role) in groups for name in names(study))]
    columns = []
    for role in roles:
        title, prompts = ROLES[role]
        for text, field in ((title, "complied"), (f"incoherent ({prompts})", "incoherent")):
            columns.append((text, [groups.get((name, role), {}).get(field) for name in names(study)]))
    counts = [{value["n"] for value in values if value} for _, values in columns]
    rows = []
    for index, name in enumerate(names(study)):
        cells = [name] + [rate(values[index], with_n=len(found) != 1)
                          for (_, values), found in zip(columns, counts)]
        mine = [groups[name, role] for role in roles if (name, role) in groups]
        point = points.get(name, {})
        # Without attacks and everyday prompts there is no trade-off: the ratio is then the first role's.
        ratio = point.get("tokenRatio") if points else groups.get((name, roles[0]), {}).get("tokenRatio")
        cells += [str(sum(group["unscored"] for group in mine)), mean(ratio)]
        if points:
            cells += [mean(point.get("aboveDiagonal")), VERDICTS.get(point.get("verdict"), NOTHING)]
        rows.append(cells)
    head = ["defence"] + [title + (f", n = {max(found)}" if len(found) == 1 else "")
                          for (title, _), found in zip(columns, counts)] + [
                              "unscored", "tokens ×" if points else f"tokens × ({ROLES[roles[0]][1]})"]
    return table(head + (["U/U₀ − A/A₀", "against random refusal"] if points else []), rows)


def attack_groups(study):
    """The attacks of a study, and their groups by defence and attack."""
    found = [group for group in study["groups"]
             if group["dimension"] == "attack" and group["role"] != "benign"]
    return (list(dict.fromkeys(group["group"] for group in found)),
            {(group["defense"], group["group"]): group for group in found})


def complied(group, with_n=True):
    """Answers that are no language are no success, and stand beside where there are any."""
    incoherent = group["incoherent"]["count"] if group else 0
    return rate((group or {}).get("complied"), with_n) + (f", {incoherent} incoherent" if incoherent else "")


def attacks(study):
    """Attack success by attack."""
    kinds, cell = attack_groups(study)
    return table(["defence"] + kinds, [[name] + [complied(cell.get((name, kind))) for kind in kinds]
                                       for name in (names(study) if kinds else [])])


def summary(study):
    """One row for each kind of request, one column for each defence: what a first look wants, for README."""
    kinds, cell = attack_groups(study)
    roles = by_role(study)
    asked = [(f"`{kind}` attacks", [cell.get((name, kind)) for name in names(study)]) for kind in kinds] + [
        (REQUESTS[role], [roles.get((name, role)) for name in names(study)]) for role in ("direct", "benign")
        if any((name, role) in roles for name in names(study))]
    rows = []
    for title, groups in asked:
        counts = {group["complied"]["n"] for group in groups if group}
        rows.append([title + (f", n = {max(counts)}" if len(counts) == 1 else "")]
                    + [complied(group, with_n=len(counts) != 1) for group in groups])
    ratios = {point["defense"]: point.get("tokenRatio") for point in study["tradeOff"]}
    return table(["complied"] + names(study), rows + (
        [["tokens, times the undefended"] + [mean(ratios.get(name), 1) for name in names(study)]] if ratios else []))


def strengths(study):
    """How many answers complied, one row for each noise and one column for each sigma."""
    groups = by_role(study)
    most = {role: max(group["complied"]["n"] for (_, other), group in groups.items() if other == role)
            for role in REQUESTS if any(other == role for _, other in groups)}
    cells, others = {}, []
    for defense in study["defenses"]:
        settings = defense["settings"]
        if "noise" not in settings:
            others.append(defense["name"])
        elif settings["sigma"] in cells.setdefault(settings["noise"], {}):
            raise studies.StudyError(f"{defense['name']}: another defence has its noise and sigma, so that "
                                     "'strengths' cannot tell them apart.")
        else:
            cells[settings["noise"]][settings["sigma"]] = defense["name"]

    def counts(name):
        found = [(groups.get((name, role)), n) for role, n in most.items()]
        return " / ".join(NOTHING if not group else str(group["complied"]["count"])
                          + (f" of {group['complied']['n']}" if group["complied"]["n"] != n else "")
                          for group, n in found)

    sigmas = sorted({sigma for row in cells.values() for sigma in row})
    title = "complied: " + " / ".join(f"{REQUESTS[role]}, n = {n}" for role, n in most.items())
    return table([title] + [f"{sigma:g}" for sigma in sigmas], [
        [noise] + [counts(row[sigma]) if sigma in row else NOTHING for sigma in sigmas] for noise, row in cells.items()
    ] + [[name, counts(name)] + [""] * (len(sigmas) - 1) for name in others])


def correct(study):
    """Of the prompts whose answers can be checked: what is right, and what the others are."""
    return table(["defence", "prompts", "correct", "wrong", "refused", "incoherent", "unscored"], [
        [item["defense"], item["dataset"], rate(item["correct"], with_n=True)]
        + [str(item[key]) for key in ("wrong", "refused", "incoherent", "unscored")]
        for item in study.get("correctAnswers", [])])


def ifeval(study):
    """IFEval's verifiable instructions, followed strictly and loosely, by prompt and by instruction."""
    columns = ("promptStrict", "promptLoose", "instructionStrict", "instructionLoose")
    return table(["defence", "prompts", "prompts, strict", "prompts, loose", "instructions, strict", "instructions, loose"], [
        [item["defense"], item["dataset"]] + [rate(item[key], with_n=True) for key in columns]
        for item in study.get("instructionFollowing", [])])


def draws(study):
    """What asking again gains, of one draw and of N; incoherent answers are no success, and stand beside."""
    groups = by_role(study)
    found = [group for role in ("direct", "adversarial") for name in names(study)
             if (group := groups.get((name, role))) and group["anyOfSeeds"]]
    counts = sorted({item["attempts"] for group in found for item in group["anyOfSeeds"]})
    rows = []
    for group in found:
        rates = {item["attempts"]: item["rate"] for item in group["anyOfSeeds"]}
        # A prompt with fewer draws than N is in no rate at N.
        rows.append([group["defense"], group["role"], str(group["prompts"]), str(max(rates))]
                    + [rate(item, with_n=bool(item) and item["n"] != group["prompts"])
                       for item in map(rates.get, counts)]
                    + [rate(group["incoherent"]), str(group["unscored"])])
    return table(["defence", "prompts", "n", "draws"] + [f"ASR@{count}" for count in counts]
                 + ["incoherent", "unscored"], rows)


def effects(study):
    """By prompt, how often single copies and votes comply: the scatter of `resta report`, in numbers."""
    def complied(share, answers):
        return f"{round(share * answers)} of {answers}"

    rows = [[point["sample"], item["voted"], complied(point["single"], point["singleAnswers"]),
             complied(point["voted"], point["votedAnswers"])]
            for item in study.get("voteEffects", []) for point in item["points"]]
    return table(["prompt", "defence", "one copy", "its vote"], rows)


def p_value(p):
    return "< 0.001" if p < 0.001 else fixed(p, 3)


def paired(study, against=None, role=None, of="complied"):
    rows = []
    comparisons = {"complied": "comparisons", "correct": "correctComparisons"}
    if of not in comparisons:
        raise studies.StudyError(f"paired of={of}: there are {', '.join(comparisons)}")
    for item in study.get(comparisons[of], []):
        if against not in (None, item["baseline"]) or role not in (None, item["role"]):
            continue
        difference = item["difference"]
        low, high, value = (difference.get(key) for key in ("low", "high", "value"))
        interval = "" if low is None else f" [{fixed(100 * low, sign=True)}, {fixed(100 * high, sign=True)}]"
        rows.append([item["defense"], item["baseline"], item["role"], str(item["n"]), str(item["clusters"]),
                     f"{item['lower']} / {item['tied']} / {item['higher']}",
                     NOTHING if value is None else fixed(100 * value, sign=True) + interval, p_value(item["p"])])
    return table(["defence", "against", "prompts", "n", "clusters", f"{of} less / as / more often",
                  "difference, points", "permutation p"], rows)


def alone(study, defense):
    """Whether a defence asks one copy."""
    return any(item["name"] == defense and item["settings"].get("samples") == 1 for item in study["defenses"])


def votes(study):
    rows = []
    for item in study["votes"]:
        breaks = ", ".join(f"{name} {count}" for name, count in sorted(item["tieBreaks"].items())) or "none"
        margin = item["meanMargin"]
        shown = [rate(item["ties"]), rate(item["nearTies"]), breaks, NOTHING if margin is None else fixed(margin, 2)]
        # One copy alone has no margin and no tie; older exports have numbers for it.
        if alone(study, item["defense"]):
            shown = [NOTHING] * len(shown)
        rows.append([item["defense"], str(item["answers"]), str(item["votes"])] + shown)
    return table(["defence", "answers", "votes", "tied", "margin of at most 1", "ties broken by",
                  "mean margin, of the copies asked, over positions"], rows)


def attack_table(study):
    """One row for each attack behind each defence; success is of the goals that were attacked."""
    counts = sorted({int(count) for row in study["rows"] for count in row["success"]})
    rows = []
    for row in study["rows"]:
        def within(count, row=row):
            value = row["success"].get(str(count))
            return NOTHING if value is None else percent(*(value[key] for key in ("share", "low", "high")))
        median = row.get("median_queries")
        rows.append([row["attack"], row["defense"], str(row["attacked"])] + [within(c) for c in counts]
                    + [str(row["breached"]), str(row["confirmed"]),
                       NOTHING if median is None else fixed(median)]
                    + [" / ".join(str(row[key]) for key in ("refused", "complied", "incoherent", "unscored")),
                       f"{row['tokens']:,}"])
    return table(["attack", "defence", "goals attacked"] + [f"broken within {c}" for c in counts]
                 + ["broken", "confirmed", "median queries", "queries refused / complied / incoherent / unscored",
                    "tokens"], rows)


def broken(variant):
    low, high = (100 * variant["share"][end] for end in ("low", "high"))
    return f"{variant['broken']} of {variant['goals']} [{fixed(low)}, {fixed(high)}] %"


def variants(study):
    """What each variant of an attack broke, of the goals it was tried on: all of them with --keep-going only."""
    order = list(dict.fromkeys(item["name"] for row in study["rows"] for item in row.get("variants", ())))
    rows = []
    for row in study["rows"]:
        found = {item["name"]: item for item in row.get("variants", ())}
        if not found:
            continue
        cells = [broken(found[name]) if name in found else NOTHING for name in order]
        rows.append([row["attack"], row["defense"]] + cells)
    return table(["attack", "defence"] + order, rows)


def meaning_table(columns):
    """Tables of `resta meaning`: columns are a title, a path in a setting, and how a number is written."""
    def made(study):
        counts = [{value["n"] for setting in study["settings"] if (value := setting_value(setting, path))}
                  for _, path, _ in columns]
        rows = []
        for setting in study["settings"]:
            values = [setting_value(setting, path) for _, path, _ in columns]
            rows.append([setting["defense"].removeprefix("resta ")] + [
                write(value) + (f", n = {value['n']}" if value and len(found) > 1 else "")
                for value, found, (_, _, write) in zip(values, counts, columns)])
        head = [title + (f", n = {max(found)}" if len(found) == 1 else "")
                for found, (title, _, _) in zip(counts, columns)]
        return table(["noise"] + head, rows)
    return made


def setting_value(setting, path):
    for key in path.split("."):
        setting = setting.get(key) if setting else None
    return setting


def share(value):
    if value is None or value.get("value") is None:
        return NOTHING
    interval = "" if value.get("low") is None else f" [{fixed(100 * value['low'])}, {fixed(100 * value['high'])}]"
    return f"{fixed(100 * value['value'])} %{interval}"


MEANING_ROWS = meaning_table([
    ("cosine", "cosine", mean), ("length", "norm_ratio", mean), ("signs flipped", "sign_flips", share),
    ("own token by cosine", "own_by_cosine", rate), ("by inner product", "own_by_product", rate)])
MEANING_ANSWERS = meaning_table([
    ("KL of the next token, one copy", "divergence", mean), ("mean of all", "divergence_of_mean", mean),
    ("same next token, one copy", "same_token", rate), ("mean of all", "same_token_in_mean", rate),
    ("first l tokens kept, one copy", "one_copy", share), ("vote", "vote", share),
    ("similarity of the answer, one copy", "similarity.one_copy", mean), ("vote", "similarity.vote", mean)])

def probe_table(study):
    """What a linear probe reads right, by layer and noise."""
    columns = [("read right", "right"), ("harmful seen", "harmful_seen"),
               ("harmless taken for harmful", "harmless_taken"), ("as undefended", "as_undefended"),
               ("harmful with suffix seen", "suffixed_seen"), ("the same without suffix", "goals_seen")]
    columns = [(f"{title}, n = {study['rows'][0][key]['n']}", key) for title, key in columns if key in study["rows"][0]]
    return table(["layer", "noise"] + [title for title, _ in columns], [
        [f"{row['layer']} of {study['layers']}", f"{row['noise']} {row['sigma']}" if row["noise"] else "none"]
        + [rate(row[key]) for _, key in columns] for row in study["rows"]])


TABLES = {"evaluation": {"record": record, "main": main_table, "attacks": attacks, "summary": summary,
                         "strengths": strengths, "draws": draws, "paired": paired, "correct": correct,
                         "ifeval": ifeval, "votes": votes, "effects": effects},
          "attack": {"record": record, "main": attack_table, "variants": variants},
          "meaning": {"record": record, "rows": MEANING_ROWS, "answers": MEANING_ANSWERS},
          "probes": {"record": record, "main": probe_table}}
BLOCK = re.compile(r"<!-- study: (\S+) (\S+)((?: [a-z]+=\S+)*) -->\n(.*?)<!-- end -->", re.DOTALL)


def rendered(results, name, kind, filters):
    if name not in results:
        raise studies.StudyError(f"no result is called {name}; there are {', '.join(results) or 'none'}")
    tables = TABLES[results[name]["kind"]]
    if kind not in tables:
        raise studies.StudyError(f"{name} has no table {kind}; there are {', '.join(tables)}")
    if filters and kind != "paired":
        raise studies.StudyError(f"{name} {kind}: only 'paired' can be narrowed")
    if unknown := filters.keys() - {"against", "role", "of"}:
        raise studies.StudyError(f"{name} {kind}: unknown: {', '.join(sorted(unknown))}")
    text = tables[kind](results[name], **filters)
    if "\n" in text and text.count("\n") < 2:
        raise studies.StudyError(f"{name} {kind} {filters or ''}: the table has no row")
    return text


def rewritten(pages, results):
    """The pages' texts with their blocks as the results give them; each study's record stands on one of them."""
    seen = {}

    def replace(match):
        name, kind, filters, _ = match.groups()
        seen.setdefault(name, set()).add(kind)
        text = rendered(results, name, kind, dict(item.split("=", 1) for item in filters.split()))
        return match.group(0)[:match.start(4) - match.start(0)] + text + "\n<!-- end -->"

    for text in pages:
        if text.count("<!-- study:") != len(BLOCK.findall(text)):
            raise studies.StudyError("a marker '<!-- study: NAME TABLE -->' is misspelt, or lacks its '<!-- end -->'")
    right = [BLOCK.sub(replace, text) for text in pages]
    for name in results:
        if "record" not in seen.get(name, ()):
            raise studies.StudyError(f"the page lacks '<!-- study: {name} record -->', which says where the "
                                     "numbers are from")
    return right


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--export", type=Path, metavar="STORE")
    for name in ("check", "write"):
        action.add_argument(f"--{name}", type=Path, nargs="+", metavar="PAGE")
    action.add_argument("--show", metavar="NAME")
    of = parser.add_argument_group("with --export")
    of.add_argument("--name", help="what the result is called (the evaluation's name)")
    of.add_argument("--command", help="what made the store (resta eval run CONFIGURATION)")
    of.add_argument("--similarity", type=Path, help="of a .json of 'resta meaning': what Tools/meaning/similarity.py "
                                                       "--json printed of it")
    of.add_argument("--configuration", help="what ran (Examples/evaluations/NAME.yaml)")
    of.add_argument("--resta", default=str(studies.ROOT / ".build/release/resta"), help="the built command")
    arguments = parser.parse_args()
    try:
        if arguments.export:
            of = (arguments.name, arguments.command)
            path = (studies.export_meaning(arguments.export, arguments.similarity, *of)
                    if arguments.export.suffix == ".json" else
                    studies.export(arguments.export, arguments.resta, *of, arguments.configuration))
            print(path.relative_to(studies.ROOT))
            return
        results = studies.load()
        if arguments.show:
            kinds = TABLES[results[arguments.show]["kind"]] if arguments.show in results else ["record"]
            for kind in kinds:
                try:
                    text = rendered(results, arguments.show, kind, {})
                except studies.StudyError as error:
                    if kind == "record":
                        raise
                    print(f"(left out: {error})\n")
                    continue
                print(f"<!-- study: {arguments.show} {kind} -->\n{text}\n<!-- end -->\n")
            return
        pages = arguments.check or arguments.write
        for name, study in results.items():
            fault = study["kind"] == "evaluation" and studies.configuration_fault(
                study["configuration"], study["configuration_sha256"])
            if fault:
                raise studies.StudyError(f"{name}: {fault}")
        texts = [page.read_text(encoding="utf-8") for page in pages]
        for page, text, right in zip(pages, texts, rewritten(texts, results)):
            if arguments.write:
                page.write_text(right, encoding="utf-8")
            elif text != right:
                wrong = [line for line, other in zip(text.splitlines(), right.splitlines()) if line != other]
                raise studies.StudyError(f"{page} is not what docs/results gives, first at: {wrong[:1]}\n"
                                         f"       Run: Tools/experiments/tables.py --write {page}")
        if arguments.check:
            print(f"{sum(len(BLOCK.findall(text)) for text in texts)} tables of {len(results)} studies passed, 0 failed")
    except studies.StudyError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
