"""A study's result, from its store: counts and rates, and no text of a prompt or an answer.

What is not named here is left out, so that a field that a report gains tomorrow is not published by itself.
"""

import hashlib
import json
import math
import sqlite3
import statistics
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "docs" / "results"

RECORD = {"Model": "model", "Model file, SHA-256": "model_sha256", "Adapter": "adapter",
          "Primary endpoint, fixed beforehand": "endpoint", "Chat template, SHA-256": "template_sha256",
          "Engine": "engine", "resta": "resta", "Machine": "machine", "Longest answer": "longest_answer"}
GROUP = ("dimension", "group", "role", "defense", "prompts", "seeds", "asked", "unscored", "refused",
         "complied", "incoherent", "anyOfSeeds", "tokenRatio")
COMPARISON = ("role", "defense", "baseline", "n", "clusters", "lower", "tied", "higher", "difference", "p")
EFFECT = ("role", "single", "voted", "copies", "aboveHalf", "belowHalf")
# The samples are our own codes.
EFFECT_POINT = ("sample", "single", "singleAnswers", "voted", "votedAnswers")
CORRECT = ("dataset", "defense", "asked", "correct", "wrong", "refused", "incoherent", "unscored")
IFEVAL = ("dataset", "defense", "promptStrict", "promptLoose", "instructionStrict", "instructionLoose")
VOTES = ("defense", "answers", "votes", "ties", "nearTies", "tieBreaks")
MEANING_POINT = ("defense", "sigma_absolute", "cosine", "norm_ratio", "sign_flips", "own_by_cosine",
                 "own_by_product", "divergence", "divergence_of_mean", "same_token", "same_token_in_mean",
                 "one_copy", "vote")
PROBE_ROW = ("layer", "noise", "sigma", "right", "harmful_seen", "harmless_taken", "as_undefended", "suffixed_seen",
             "goals_seen")
ATTACK_ROW = ("attack", "defense", "kind", "goals", "not_refused", "attacked", "breached", "confirmed",
              "success", "median_queries", "queries", "tokens", "refused", "complied", "incoherent",
              "unscored")
# The names are depths, channels and kinds of words: our own codes, no prompt's text.
VARIANT = ("name", "goals", "broken", "share", "confirmed")


class StudyError(Exception):
    """What is wrong, and what to do."""


def chosen(value, keys):
    return {key: value[key] for key in keys if key in value}


def rounded(value):
    """Six digits: more than a table shows, and few enough that a diff can be read.

    How an interval was made follows from the number of clusters and is left out.
    """
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items() if key != "method"}
    return [rounded(inner) for inner in value] if isinstance(value, list) else value


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def meaning(configuration):
    """A configuration without its comments, which may be rewritten when a study is done."""
    lines = (line.rstrip() for line in configuration.splitlines())
    return "\n".join(line for line in lines if line and not line.lstrip().startswith("#"))


def evaluation_result(report, status, command, configuration):
    """What is published of `resta report --json` and `resta eval status --json`."""
    record = {entry["label"]: entry["value"] for entry in report["record"]}
    counts = status["counts"]
    groups = [chosen(group, GROUP) for group in report["groups"] if group["dimension"] in ("role", "attack")]
    votes = []
    for item in report["votes"]:
        margins = [position["meanMargin"] for position in item["positions"]]
        votes.append({**chosen(item, VOTES), "meanMargin": sum(margins) / len(margins) if margins else None})
    return rounded({
        "kind": "evaluation", "command": command, "configuration": configuration,
        "configuration_sha256": sha256(meaning(report["configuration"])),
        "digest": status["digest"],
        "partial": counts["done"] < counts["generations"] or counts["items"] < counts["planned"],
        "answered": sum(group["asked"] for group in groups if group["dimension"] == "role"),
        "planned": counts["planned"], "failed": counts["failed"],
        **{name: record[label] for label, name in RECORD.items() if label in record},
        "datasets": [chosen(item, ("name", "source", "sha256", "samples", "roles"))
                     for item in report["datasets"]],
        "defenses": [chosen(item, ("name", "kind", "settings", "seeds")) for item in report["defenses"]],
        "judges": [chosen(item, ("id", "findings")) for item in report["judges"]],
        "groups": groups,
        "tradeOff": [chosen(item, ("defense", "tokenRatio", "aboveDiagonal", "verdict"))
                     for item in report["tradeOff"]],
        "comparisons": [chosen(item, COMPARISON) for item in report["comparisons"]],
        "correctAnswers": [chosen(item, CORRECT) for item in report.get("correctAnswers", [])],
        "correctComparisons": [chosen(item, COMPARISON) for item in report.get("correctComparisons", [])],
        "instructionFollowing": [chosen(item, IFEVAL) for item in report.get("instructionFollowing", [])],
        "votes": votes, "warnings": report["warnings"],
        "voteEffects": [{**chosen(item, EFFECT), "points": [chosen(point, EFFECT_POINT) for point in item["points"]]}
                        for item in report.get("voteEffects", [])],
    })


def t_quantile(freedom, share=0.975):
    """Student's quantile, by halving over Simpson's integral of the density."""
    # By logarithms: gamma itself overflows above 171.
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def below(x, steps=2000):
        width = x / steps
        values = [(1 + (i * width) ** 2 / freedom) ** (-(freedom + 1) / 2) for i in range(steps + 1)]
        return 0.5 + scale * width / 3 * (values[0] + values[-1] + 4 * sum(values[1:-1:2]) + 2 * sum(values[2:-1:2]))

    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return low


def winners_curse(store):
    """How much better the suffixes that searches through noise kept score on the draws that decided nothing than on
    those that they were kept by: the mean over goals, with Student's interval. None where no search did."""
    by_goal = {}
    with closing(sqlite3.connect(store)) as connection:
        for goal, snapshot in connection.execute("SELECT goal, snapshot FROM unit WHERE snapshot IS NOT NULL"):
            state = json.loads(snapshot)
            kept, fresh = (state.get(name, {}).get("logs", []) for name in ("score", "fresh"))
            if len(kept) > 1 and fresh and kept != fresh:
                by_goal.setdefault(goal, []).append(statistics.mean(fresh) - statistics.mean(kept))
    means = [statistics.mean(values) for values in by_goal.values()]
    if len(means) < 2:
        return None
    middle, error = statistics.mean(means), statistics.stdev(means) / math.sqrt(len(means))
    reach = t_quantile(len(means) - 1) * error
    return {"value": middle, "low": middle - reach, "high": middle + reach, "n": len(means),
            "searches": sum(map(len, by_goal.values()))}


def attack_result(report, command, curse=None):
    """What is published of `resta attack report --json`."""
    attempts = [chosen(item, ("attack", "defense", "goal", "queries", "tokens", "queries_to_breach",
                              "confirmed", "draws")) for item in report["attempts"]]
    planned = sum(row["goals"] - row["not_refused"] for row in report["rows"])
    # A goal that was not asked as it is yet may have to be attacked in each row.
    unfinished = report["unfinished"] + report["direct"].get("not_asked", 0) * len(report["rows"])
    return rounded({
        "kind": "attack", "command": command,
        # These stores have no digest of their own: this is of what was found, without times.
        "digest": sha256(json.dumps(attempts, sort_keys=True)),
        "partial": unfinished > 0,
        "answered": planned - unfinished, "planned": planned,
        "goals": report["goals"], "direct": report["direct"],
        "rows": [{**chosen(row, ATTACK_ROW),
                  "variants": [chosen(item, VARIANT) for item in row.get("variants", ())]}
                 for row in report["rows"]],
        **({"winners_curse": curse} if curse else {}),
    })


def meaning_result(report, similarity, command):
    """What is published of `resta meaning --json`, and of `Tools/meaning/similarity.py --json` where it is given."""
    settings = [chosen(item, MEANING_POINT) for item in report["settings"]]
    if similarity and [item["defense"] for item in similarity["settings"]] != [item["defense"] for item in settings]:
        raise StudyError("the similarities are of another run: the settings differ")
    for setting, row in zip(settings, similarity["settings"] if similarity else []):
        setting["similarity"] = chosen(row, ("one_copy", "vote", "empty"))
    return rounded({
        "kind": "meaning", "command": command,
        "digest": sha256(json.dumps(report["by_prompt"], sort_keys=True)),
        "partial": report["prompts"] < report["planned"],
        "answered": report["prompts"], "planned": report["planned"],
        "run": report["run"], "longest_answer": report["max_tokens"],
        "first_seed": report["by_prompt"][0]["seed"], "settings": settings,
        **({"similarity_floor": similarity["floor"]} if similarity else {}),
    })


def probes_result(report, command):
    """What is published of `Tools/meaning/probes.py --json`."""
    return rounded({
        "kind": "probes", "command": command, "digest": sha256(json.dumps(report["rows"], sort_keys=True)),
        "partial": False, "answered": report["tested"], "planned": report["tested"],
        **chosen(report, ("model_file", "layers", "learned", "attacks")),
        "rows": [chosen(row, PROBE_ROW) for row in report["rows"]],
    })


def copy_of(store, folder):
    """A consistent copy, of a store that a run is writing to as well."""
    if not store.is_file():
        raise StudyError(f"there is no store at {store}")
    copy = Path(folder) / "copy.sqlite"
    with closing(sqlite3.connect(store.resolve().as_uri() + "?mode=ro", uri=True)) as source, \
            closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        tables = {name for (name,) in target.execute("SELECT name FROM sqlite_master")}
    return copy, "evaluation" if "verdict" in tables else "attack"


def asked(resta, *arguments):
    try:
        done = subprocess.run([resta, *map(str, arguments)], capture_output=True, text=True)
    except OSError as error:
        raise StudyError(f"--resta {resta}: {error.strerror}; 'make build' makes the command") from error
    if done.returncode != 0:
        raise StudyError(f"resta {' '.join(map(str, arguments))}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout)


def published(name, result):
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(encoded(result), encoding="utf-8")
    return path


def export_meaning(file, similarity, name, command):
    """Writes docs/results/NAME.json of what `resta meaning` or probes.py printed as JSON, and returns its path."""
    if not name or not command:
        raise StudyError("what 'resta meaning' and probes.py print says neither what it is called nor how it was "
                         "made: give --name and --command")
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
        if "rows" in report:
            return published(name, probes_result(report, command))
        found = json.loads(similarity.read_text(encoding="utf-8")) if similarity else None
        return published(name, meaning_result(report, found, command))
    except (OSError, ValueError, KeyError) as error:
        raise StudyError(f"{file}: not what 'resta meaning --json' or probes.py prints ({error!r})") from error


def export(store, resta, name=None, command=None, configuration=None):
    """Writes docs/results/NAME.json, and returns its path."""
    with tempfile.TemporaryDirectory() as folder:
        copy, kind = copy_of(store, folder)
        if kind == "attack":
            if not name or not command:
                raise StudyError("a store of 'resta attack' says neither what it is called nor how it was "
                                 "made: give --name and --command")
            result = attack_result(
                asked(resta, "attack", "report", copy, "--json"), command, winners_curse(copy))
        else:
            report = asked(resta, "report", copy, "--json", "--output", folder)
            if limit := next((item["value"] for item in report["record"] if item["label"] == "Limit"), None):
                raise StudyError(f"this is no whole study: --limit was given, {limit}")
            file = configuration or f"Examples/evaluations/{report['title']}.yaml"
            differs = configuration_fault(file, sha256(meaning(report["configuration"])))
            if differs:
                raise StudyError(differs)
            result = evaluation_result(report, asked(resta, "eval", "status", copy, "--json"),
                                       command or f"resta eval run {file}", file)
            name = name or report["title"]
    return published(name, result)


def encoded(result):
    """JSON with a line for each field, and for each element of a list of objects."""
    def line(value):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    fields = []
    for key, value in sorted(result.items()):
        if isinstance(value, list) and value:
            fields.append(f"{line(key)}: [\n  " + ",\n  ".join(map(line, value)) + "\n ]")
        else:
            fields.append(f"{line(key)}: {line(value)}")
    return "{\n " + ",\n ".join(fields) + "\n}\n"


def configuration_fault(file, expected):
    """Why a configuration is not the one that ran; None where it is."""
    path = ROOT / file
    if not path.is_file():
        return f"{file}: there is no such configuration; --configuration names the one that ran"
    if sha256(meaning(path.read_text(encoding="utf-8"))) != expected:
        return f"{file} is not the configuration that ran (comments apart)"
    return None


def load(folder=None):
    """All results, by name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted((folder or RESULTS).glob("*.json"))}
