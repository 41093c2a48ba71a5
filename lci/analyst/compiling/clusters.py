"""Rows sorted into clusters by k-means over fields on one scale; how many, if not asked for, the silhouette decides."""

from __future__ import annotations

from lci.analyst.compiling.frame import Frame, NotCompiled, clustered
from lci.analyst.compiling.group_figures import opened
from lci.analyst.compiling.summaries import counts
from lci.analyst.compiling.titles import titled
from lci.analyst.plan import MOST_CLUSTERS, Clusters
from lci.analyst.writing import literals

#: How many clusters are tried at most where no number is asked for; the sentences name it in words.
_TRIED = 8
#: Rows of which clusters are found where there are more; the others are sorted into these.
_SAMPLE = 3_000
_DRAWN = 5_000
#: Columns up to which all numbers are taken.
_MOST_FIELDS = 40


def clusters(plan: Clusters, frame: Frame) -> list[str]:
    """The lines after the rows are selected."""
    fields = clustered(plan, frame.source)
    if not 0 < len(fields) <= _MOST_FIELDS or len(set(fields)) != len(fields):
        raise NotCompiled("clusters are found by different numbers")
    if any(frame.kind(place) not in ("number", "year") for place in fields):
        raise NotCompiled("clusters are found by numbers")
    if plan.number is not None and not 2 <= plan.number <= MOST_CLUSTERS:
        raise NotCompiled("there are two clusters or some more")
    names = literals([frame.name(place) for place in fields])
    tried = f"range(2, min({_TRIED}, different - 1) + 1)" if plan.number is None else f"[{plan.number}]"
    least = (plan.number or 2) + 1
    lines = [
        f"points = {frame.kept}[{names}].astype(float).replace([np.inf, -np.inf], np.nan).dropna()",
        "points = points.loc[:, points.nunique() > 1]  # what is the same everywhere tells nothing apart",
        "values = (points - points.mean()) / points.std()",
        f"sample = values if len(values) <= {_SAMPLE} else values.sample({_SAMPLE}, random_state=0)",
        "different = len(sample.drop_duplicates())",
        f"can_cluster = points.shape[1] > 0 and different >= {least}",
        "",
        *counts(frame),
        'print("rows used =", len(points))',
        'print("rows sampled =", len(sample))',
        'print("can cluster =", can_cluster)',
        "if can_cluster:",
        "    fits = []",
        "    with threadpool_limits(1):  # threads that wait for one another take far longer on a busy machine",
        f"        for number in {tried}:",
        "            model = KMeans(number, n_init=4, random_state=0).fit(sample)",
        "            fits.append((silhouette_score(sample, model.labels_), model))",
        "    score, model = max(fits, key=lambda fit: fit[0])",
        '    labels = pd.Series(model.predict(values), index=points.index, name="cluster")',
        "    # The largest is number 1.",
        "    by_size = {label: at for at, label in enumerate(labels.value_counts().index, start=1)}",
        "    labels = labels.map(by_size)",
        "    differing = values.groupby(labels).mean().var().sort_values(ascending=False).index",
        "    result = points.groupby(labels).mean()[differing]",
        "    sizes = labels.value_counts().sort_index()",
        '    print("clusters found =", len(sizes))',
        '    print("numbered =", [int(number) for number in sizes.index])',
        '    print("silhouette =", float(score))',
        '    print("sizes =", [int(size) for size in sizes])',
        "    for name, means in result.items():",
        '        print(f"means {name[:60]!r} = {[float(mean) for mean in means]}")',
    ]
    return [*lines, *_figure(frame)]


def _figure(frame: Frame) -> list[str]:
    """The lines that draw the clusters by the two fields in which they differ most."""
    drawing = [
        f"drawn = points if len(points) <= {_DRAWN} else points.sample({_DRAWN}, random_state=0)",
        'print("drawn =", len(drawn))',
        *opened(8, 5),
        "for name, of_cluster in drawn.groupby(labels):",
        "    across = of_cluster[differing[1]] if len(differing) > 1 else [name] * len(of_cluster)",
        "    axes.scatter(across, of_cluster[differing[0]], s=20, alpha=0.7, label=name)",
        'axes.legend(title="cluster")',
        'axes.set_xlabel(differing[1] if len(differing) > 1 else "cluster")',
        "axes.set_ylabel(differing[0])",
        *titled(frame, "clusters"),
        "plt.show()",
    ]
    return ["", *(f"    {line}" if line else "" for line in drawing)]
