"""What passes of a chart: all that a chart needs, nothing that is loaded from an address (B36, B41)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import altair as alt
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings, strategies as st
from plotly.subplots import make_subplots

from lci.ui.charts import plotly, plotly_config
from lci.workspace.chart_specs import Undrawable, vega_lite
from tests.examples import share

REMOTE = "https://evil.example/x"
INLINE = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()
TIPS = pd.DataFrame({
    "day": ["Mon", "Tue", "Wed", "Mon"], "meal": ["noon", "night", "noon", "night"], "bill": [1.5, 2.5, 3.5, 9.0],
    "tip": [0.1, 0.4, 0.2, 1.0], "year": [2001, 2001, 2002, 2002], "country": ["JPN", "FRA", "JPN", "FRA"],
    "lat": [35.0, 48.0, 35.5, 48.5], "lon": [139.0, 2.0, 139.5, 2.5],
})  # fmt: skip
TIPS["start"], TIPS["end"] = pd.to_datetime("2020-01-01"), pd.to_datetime("2020-02-01")
SQUARE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "JPN",
            "properties": {},
            "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]},
        }
    ],
}


def subplots() -> go.Figure:
    figure = make_subplots(
        rows=2, cols=2, subplot_titles=["a", "b", "c", "d"], specs=[[{}, {"secondary_y": True}], [{}, {}]]
    )
    figure.add_scatter(x=[1, 2], y=[3, 4], row=1, col=1)
    figure.add_bar(x=["a"], y=[3], row=1, col=2, secondary_y=True)
    figure.add_hline(y=3, line_dash="dot", annotation_text="see https://example.org")
    figure.add_shape(type="path", path="M 1 1 L 1 3 Z", fillcolor="red")
    figure.add_annotation(x=1, y=3, text="<b>peak</b>", ax=20)
    figure.add_layout_image(source=INLINE, xref="paper", yref="paper", x=1, y=1, sizex=0.2, sizey=0.2)
    figure.update_layout(
        updatemenus=[
            {
                "buttons": [
                    {"label": "log", "method": "relayout", "args": [{"yaxis.type": "log", "title.text": "ratio: a/b"}]},
                    {
                        "label": "red",
                        "method": "restyle",
                        "args": [{"marker.color": "red", "visible": [True, False]}, [0]],
                    },
                ]
            }
        ],
        sliders=[{"steps": [{"label": "1", "method": "animate", "args": [["10:30"], {"mode": "immediate"}]}]}],
    )
    return figure


FIGURES: dict[str, Callable[[], go.Figure]] = {
    "scatter": lambda: px.scatter(
        TIPS, x="bill", y="tip", color="day", size="tip", hover_data=["meal"], marginal_x="box"
    ),
    "line": lambda: px.line(TIPS, x="start", y="bill", color="meal", markers=True, line_dash="day"),
    "area": lambda: px.area(TIPS, x="year", y="bill", color="day", pattern_shape="meal"),
    "bar": lambda: px.bar(TIPS, x="day", y="bill", color="meal", barmode="group", text_auto=True, error_y="tip"),
    "histogram": lambda: px.histogram(TIPS, x="bill", y="tip", histfunc="avg", nbins=3, marginal="rug"),
    "box": lambda: px.box(TIPS, x="day", y="bill", points="all", notched=True),
    "violin": lambda: px.violin(TIPS, y="bill", color="meal", box=True),
    "strip": lambda: px.strip(TIPS, x="day", y="bill"),
    "ecdf": lambda: px.ecdf(TIPS, x="bill"),
    "imshow": lambda: px.imshow([[1, 2], [3, 4]], text_auto=True, color_continuous_scale="Viridis"),
    "imshow of pixels": lambda: px.imshow([[[255, 0, 0], [0, 255, 0]]]),
    "density heatmap": lambda: px.density_heatmap(TIPS, x="bill", y="tip"),
    "density contour": lambda: px.density_contour(TIPS, x="bill", y="tip"),
    "pie": lambda: px.pie(TIPS, names="day", values="bill", hole=0.4),
    "sunburst": lambda: px.sunburst(TIPS, path=["day", "meal"], values="bill"),
    "treemap": lambda: px.treemap(TIPS, path=[px.Constant("all"), "day", "meal"], values="bill", color="tip"),
    "icicle": lambda: px.icicle(TIPS, path=["day", "meal"], values="bill"),
    "funnel": lambda: px.funnel(TIPS, x="bill", y="day"),
    "timeline": lambda: px.timeline(TIPS, x_start="start", x_end="end", y="day"),
    "scatter 3d": lambda: px.scatter_3d(TIPS, x="bill", y="tip", z="year", symbol="day"),
    "surface": lambda: go.Figure(go.Surface(z=[[1, 2], [3, 4]], contours={"z": {"show": True}})),
    "polar": lambda: px.line_polar(TIPS, r="bill", theta="day", line_close=True),
    "ternary": lambda: px.scatter_ternary(TIPS, a="bill", b="tip", c="year"),
    "scatter geo": lambda: px.scatter_geo(TIPS, lat="lat", lon="lon", color="day", projection="natural earth"),
    "choropleth": lambda: px.choropleth(TIPS, locations="country", color="bill", scope="world"),
    "choropleth of outlines": lambda: px.choropleth(TIPS, geojson=SQUARE, locations="country", color="bill"),
    "animation": lambda: px.scatter(TIPS, x="bill", y="tip", animation_frame="year", range_x=[0, 9]),
    "facets": lambda: px.scatter(TIPS, x="bill", y="tip", facet_col="day", facet_row="meal", trendline=None),
    "subplots": subplots,
    "candlestick": lambda: go.Figure(go.Candlestick(x=["2020-01-01"], open=[1], high=[3], low=[0], close=[2])),
    "sankey": lambda: go.Figure(
        go.Sankey(node={"label": ["a", "b"]}, link={"source": [0], "target": [1], "value": [2]})
    ),
    "table": lambda: go.Figure(
        go.Table(header={"values": ["a"]}, cells={"values": [[1, 2]], "fill": {"color": "red"}})
    ),
    "indicator": lambda: go.Figure(go.Indicator(mode="gauge+number", value=3, gauge={"axis": {"range": [0, 9]}})),
    "parallel coordinates": lambda: px.parallel_coordinates(TIPS[["bill", "tip", "year"]], color="tip"),
    "parallel categories": lambda: px.parallel_categories(TIPS[["day", "meal"]]),
    "scatter matrix": lambda: px.scatter_matrix(TIPS, dimensions=["bill", "tip"], color="day"),
    "waterfall": lambda: go.Figure(go.Waterfall(x=["a", "b"], y=[1, -2], measure=["relative", "total"])),
}


def filled(value: Any) -> Any:
    """Without empty objects, which say nothing."""
    if isinstance(value, dict):
        return {key: filled(each) for key, each in value.items() if each != {}}
    return [filled(each) for each in value] if isinstance(value, list) else value


def as_sent(figure: go.Figure) -> dict[str, Any]:
    return dict(filled(json.loads(figure.to_json())))


@pytest.mark.parametrize("kind", FIGURES)
def test_a_figure_of_plotly_keeps_all_it_has(kind: str) -> None:
    """B8, B36."""
    sent = as_sent(FIGURES[kind]())
    chart = plotly(sent)
    assert as_sent(chart.content) == sent
    assert not chart.needs_web


@pytest.mark.parametrize(
    "make",
    [
        lambda: px.scatter_map(TIPS, lat="lat", lon="lon", color="bill", text="day", zoom=3),
        lambda: px.density_map(TIPS, lat="lat", lon="lon", z="bill", map_style="open-street-map"),
        lambda: px.choropleth_map(TIPS, geojson=SQUARE, locations="country", color="bill"),
        lambda: px.line_map(TIPS, lat="lat", lon="lon", map_style=REMOTE),
    ],
)
def test_a_map_keeps_its_points_and_loses_its_tiles(make: Callable[[], go.Figure]) -> None:
    """B41: tiles come from the web; that they are off is said."""
    figure = make()
    chart = plotly(as_sent(figure))
    assert chart.needs_web
    drawn = as_sent(chart.content)
    assert drawn["layout"]["map"]["style"] == "white-bg"
    before_map = as_sent(figure)["layout"]["map"]
    assert {**before_map, "style": "white-bg"} == drawn["layout"]["map"]
    for before, after in zip(as_sent(figure)["data"], drawn["data"], strict=True):
        assert {key: after[key] for key in ("lat", "lon", "locations", "geojson", "z") if key in before} == {
            key: before[key] for key in ("lat", "lon", "locations", "geojson", "z") if key in before
        }
        assert "text" not in after.get("mode", "")


LOADING: list[dict[str, Any]] = [
    {"data": [], "layout": {"images": [{"source": REMOTE}, {"source": "data:image/svg+xml,<svg/>"}]}},
    {"data": [], "layout": {"images": {"source": REMOTE}}},
    {"data": [], "layout": {"template": {"layout": {"images": [{"source": REMOTE}], "map": {"style": REMOTE}}}}},
    {"data": [{"type": "image", "source": REMOTE}]},
    {"data": [], "layout": {"template": {"data": {"image": [{"type": "image", "source": REMOTE}]}}}},
    {
        "data": [{"type": "scattermap", "lat": [1], "lon": [2], "subplot": "map2"}],
        "layout": {"map2": {"style": REMOTE}},
    },
    {"data": [], "layout": {"map": {"style": {"version": 8, "sources": {"a": {"url": REMOTE}}}}}},
    {"data": [], "layout": {"map": {"layers": [{"sourcetype": "raster", "source": [REMOTE]}]}}},
    {"data": [], "layout": {"map_style": REMOTE}},
    {"data": [], "layout": {"map.style": REMOTE}},
    {"data": [], "layout": {"mapbox": {"style": REMOTE, "layers": [{"source": REMOTE}]}}},
    {"data": [{"type": "choropleth", "locations": ["a"], "z": [1], "geojson": REMOTE}]},
    {
        "data": [],
        "frames": [{"layout": {"images": [{"source": REMOTE}]}, "data": [{"type": "image", "source": REMOTE}]}],
    },
    {
        "data": [],
        "layout": {
            "updatemenus": [
                {
                    "buttons": [
                        {"method": "relayout", "args": [{"images[0].source": REMOTE}, {"map": {"style": REMOTE}}]},
                        {
                            "method": "restyle",
                            "args": [{"geojson": [REMOTE], "source": REMOTE}],
                            "args2": [{"x": REMOTE}],
                        },
                    ]
                }
            ]
        },
    },
    {"data": [], "layout": {"sliders": [{"steps": [{"method": "animate", "args": [{"data": [{"source": REMOTE}]}]}]}]}},
    {"data": [], "layout": {"geo": {"topojsonURL": REMOTE}}, "config": {"topojsonURL": REMOTE}},
    {"data": [], "layout": {}, "config": {"plotlyServerURL": REMOTE, "mapboxAccessToken": REMOTE}},
    {"data": [], "layout": {"foo": {"url": REMOTE}}, "url": REMOTE},
]


@pytest.mark.parametrize("spec", LOADING)
def test_nothing_of_plotly_is_loaded_from_an_address(spec: dict[str, Any]) -> None:
    """B36."""
    chart = plotly(spec)
    assert "evil" not in chart.content.to_json()
    assert "svg" not in chart.content.to_json()
    assert "evil" not in json.dumps(plotly_config(spec))


def test_a_chart_chooses_its_controls_and_nothing_else() -> None:
    """An ordinary `show(config=…)`."""
    chosen = {
        "scrollZoom": True,
        "displayModeBar": "hover",
        "plotlyServerURL": REMOTE,
        "displaylogo": True,
        "locale": 3,
    }
    assert plotly_config({"config": chosen}) == {"scrollZoom": True, "displayModeBar": "hover", "displaylogo": False}
    assert plotly_config({"config": None}) == plotly_config(None) == {"displaylogo": False}


NESTED: dict[str, Any] = {"x": 1}
for _ in range(3000):
    NESTED = {"data": [NESTED], "layer": []}


@pytest.mark.parametrize("made_by", [plotly, vega_lite])
@pytest.mark.parametrize(
    "spec",
    [
        None,
        [],
        3,
        "x",
        True,
        {"data": [None]},
        {"data": 3},
        {"data": [{"type": "nonsense"}]},
        {"data": [{"type": "layout"}]},
        {"layout": 3},
        {"data": [[]], "frames": 3},
        NESTED,
    ],
)
def test_what_is_no_chart_is_said_to_be_none(made_by: Callable[[Any], object], spec: object) -> None:
    """B36: never a crash deep inside."""
    with pytest.raises(Undrawable):
        made_by(spec)


# --- Vega-Lite --------------------------------------------------------------------------------------------------------


def altair_charts() -> dict[str, Any]:
    base = alt.Chart(TIPS[["day", "meal", "bill", "tip", "year"]])
    brush = alt.selection_interval(encodings=["x"])
    pick = alt.selection_point(fields=["day"], bind="legend", value=[{"day": "Mon"}])
    drop = alt.binding_select(options=[None, "Mon", "Tue"], labels=["all", "M", "T"], name="Day ")
    chosen = alt.selection_point(fields=["day"], bind=drop)
    width = alt.param(value=3, bind=alt.binding_range(min=1, max=9, step=1))
    points = base.mark_point().encode(
        x="bill:Q",
        y=alt.Y("tip:Q", axis=alt.Axis(labelExpr="datum.label + '!'", format=".2f")),
        color=alt.condition(brush, "day:N", alt.value("lightgray")),
        tooltip=["day", "bill", alt.Tooltip("tip", format=".1f")],
    )
    return {
        "points": points.add_params(brush),
        "legend": points.add_params(pick, brush).transform_filter(pick),
        "menu": points.add_params(chosen, brush, width).transform_filter(chosen),
        "layers": base.mark_bar().encode(x="day", y="mean(bill)") + base.mark_rule(color="red").encode(y="mean(bill)"),
        "bars and text": base.mark_bar(cornerRadius=3, cursor="pointer").encode(
            x="day:O", y="sum(bill)", text="sum(bill)"
        ),
        "facets": base.mark_line(point=True).encode(x="year:O", y="bill").facet("meal:N", columns=2),
        "side by side": points.add_params(brush) | base.mark_bar().encode(x="count()", y="day").transform_filter(brush),
        "repeated": base.mark_point()
        .encode(alt.X(alt.repeat("column"), type="quantitative"), y="tip")
        .repeat(column=["bill"]),
        "heat map": base.mark_rect().encode(
            x="day", y="meal", color=alt.Color("bill", scale=alt.Scale(scheme="viridis"))
        ),
        "shares": base.mark_arc(innerRadius=20).encode(theta="bill", color="day"),
        "worked out": base.transform_calculate(share="datum.tip / datum.bill")
        .transform_window(rank="rank()", sort=[alt.SortField("bill")])
        .transform_joinaggregate(most="max(bill)", groupby=["day"])
        .mark_tick()
        .encode(x="share:Q", order="rank:Q"),
        "joined": base.transform_lookup("day", alt.LookupData(TIPS[["day", "year"]], "day", ["year"]))
        .mark_bar()
        .encode(x="year:O"),
        "outlines": alt.Chart(alt.Data(values=SQUARE["features"])).mark_geoshape(stroke="white").project("mercator"),
        "box plot": base.mark_boxplot(extent="min-max").encode(x="day", y="bill"),
        "drawn": alt.Chart(pd.DataFrame({"x": [1]})).mark_image(width=9, url=INLINE).encode(x="x"),
        "styled": points.add_params(brush)
        .configure_axis(grid=False)
        .configure_range(category=["red", "#00f"])
        .properties(title=alt.Title("a", subtitle=["b"]), width="container", height=200),
    }


CHARTS = altair_charts()


@pytest.mark.parametrize("kind", CHARTS)
def test_a_chart_of_altair_keeps_all_it_has(kind: str) -> None:
    """B8, B36."""
    sent = json.loads(json.dumps(CHARTS[kind].to_dict(), default=str))
    chart = vega_lite(sent)
    assert chart.content == sent
    assert not chart.needs_web


VEGA_LOADING: list[dict[str, Any]] = [
    {"mark": "bar", "data": {"url": REMOTE}},
    {"layer": [{"mark": "bar", "data": {"url": REMOTE, "format": {"type": "json"}}}]},
    {"mark": "bar", "transform": [{"lookup": "a", "from": {"data": {"url": REMOTE}, "key": "a"}}]},
    {"mark": {"type": "image", "url": REMOTE}, "data": {"values": [{}]}},
    {"mark": {"type": "image", "url": {"expr": f"'{REMOTE}'"}}},
    {"mark": "image", "encoding": {"url": {"value": REMOTE}}},
    {"mark": "image", "encoding": {"url": {"field": "picture"}}, "data": {"values": [{"url": REMOTE}]}},
    {"mark": "image", "encoding": {"url": {"condition": {"test": "true", "value": REMOTE}, "value": INLINE}}},
    {"mark": {"type": "point", "href": REMOTE}},
    {"mark": "point", "encoding": {"href": {"value": REMOTE}}},
    {"mark": {"type": "point", "cursor": f"url({REMOTE}), auto"}},
    {
        "mark": "point",
        "config": {"image": {"url": REMOTE}, "style": {"mine": {"url": REMOTE}}, "mark": {"href": REMOTE}},
    },
    {"mark": "image", "config": {"style": {"mine": {"url": {"expr": f"'{REMOTE}'"}}}}},
    {"mark": "point", "usermeta": {"embedOptions": {"patch": REMOTE, "config": REMOTE, "loader": {"baseURL": REMOTE}}}},
    {"mark": "point", "data": {"values": [{"image": REMOTE}]}, "encoding": {"tooltip": {"content": "data"}}},
    {"mark": "point", "datasets": {"a": [{"image": "//evil.example/a.png"}]}, "data": {"name": "a"}},
    {"mark": "point", "loader": {"url": REMOTE}, "nonsense": {"a": REMOTE}},
    {"mark": "point", "params": [{"name": "a", "bind": {"input": "text", "src": REMOTE}}]},
    {"spec": {"mark": "bar", "data": {"url": REMOTE}}, "repeat": ["a"]},
]


@pytest.mark.parametrize("spec", VEGA_LOADING)
def test_nothing_of_vega_is_loaded_from_an_address(spec: dict[str, Any]) -> None:
    """B36."""
    assert "evil" not in json.dumps(vega_lite(spec).content)


def test_a_field_without_a_number_does_not_spoil_the_chart() -> None:
    """Browsers refuse JSON with NaN in it."""
    rows = [{"a": float("nan")}, {"a": 2.0}]
    spec = vega_lite({"mark": "bar", "data": {"values": rows}, "width": float("inf")}).content
    assert spec["data"]["values"] == [{"a": None}, {"a": 2.0}]
    json.dumps(spec, allow_nan=False)


KEYS = st.sampled_from(
    [
        "data",
        "layout",
        "type",
        "url",
        "href",
        "src",
        "source",
        "images",
        "map",
        "style",
        "layers",
        "mark",
        "encoding",
        "layer",
        "values",
        "value",
        "datasets",
        "usermeta",
        "config",
        "template",
        "frames",
        "args",
        "updatemenus",
        "buttons",
        "geojson",
        "image",
        "scatter",
        "transform",
        "from",
        "cursor",
        "bind",
        "params",
        "x",
    ]
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(), st.sampled_from([REMOTE, "bar", "scatter", "image"])
)
NONSENSE = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=30
)


def addresses(value: object, loading: str, key: str = "") -> Iterator[str]:
    """Addresses that stand where something is loaded from: under the keys of `loading`."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from addresses(each, loading, str(name))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from addresses(each, loading, key)
    elif value == REMOTE and re.fullmatch(loading, key):
        yield key


@settings(max_examples=share(300), deadline=None)
@given(NONSENSE)
def test_any_nonsense_is_drawn_without_addresses_or_called_undrawable(spec: Any) -> None:
    """B36."""
    for made_by, loading in ((plotly, "source|style|geojson"), (vega_lite, "url|href|src|cursor")):
        try:
            content = made_by(spec).content
        except (Undrawable, ValueError, TypeError, LookupError, AttributeError):
            continue
        drawn = content.to_plotly_json() if made_by is plotly else content
        assert not list(addresses(drawn, loading))
