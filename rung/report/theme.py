"""The one small design of everything people look at: colours, type, the style sheet. No file or address beside it.

Colours come from the Okabe-Ito set (told apart by colour-blind readers) and differ in lightness too, for print in grey.
Text on background is at least 7:1, marks on background at least 3:1 or outlined in ink.
"""

from __future__ import annotations

INK = "#1b1f24"
QUIET = "#4b5563"
LINE = "#d0d5db"
PAPER = "#ffffff"
BLUE = "#0b5394"
SKY = "#56b4e9"
ORANGE = "#d55e00"
GOLD = "#e69f00"
GREEN = "#007a5a"
PURPLE = "#8a4a85"
GREY = "#8a929c"

# Money that comes back each year is blue, money that ends is orange; darker first.
STREAMS = {
    "local_general": "#08306b",
    "state_formula": "#2171b5",
    "title_i": "#4f9bd0",
    "title_ii_a": "#8dbfe2",
    "other_federal_formula": "#c6dbef",
    "state_grant": "#9e86bd",
    "competitive_federal": "#a63603",
    "philanthropic": "#e6702e",
    "time_limited_levy": "#fdbe85",
    "unknown": GREY,
    "unstated": "#5b6168",
}
OUTCOMES = {
    "stay_school": "#0b5394",
    "move_school": "#56b4e9",
    "move_lea": "#b9ddf5",
    "leave_teaching": "#f0a04b",
    "leave": "#b34700",
    "unknown": "#c9ced4",
    "hidden": "#f0f2f4",
}
TIERS = {0: "#c9ced4", 1: "#9ecae1", 2: "#4f9bd0", 3: "#2171b5", 4: "#08306b"}

CSS = f"""
*{{box-sizing:border-box}}
html{{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:{INK};background:{PAPER}}}
body{{margin:0 auto;max-width:70rem;padding:0 1rem 3rem}}
a{{color:{BLUE}}}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{{outline:3px solid {ORANGE};outline-offset:2px}}
.skip{{position:absolute;left:-99rem}}.skip:focus{{left:1rem;top:.5rem;background:{PAPER};padding:.5rem}}
header.top{{border-bottom:3px solid {BLUE};padding:1rem 0 .6rem;margin-bottom:1rem}}
header.top p{{margin:.1rem 0;color:{QUIET}}}
nav ul{{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0;margin:.5rem 0 0}}
h1{{font-size:1.7rem;line-height:1.2;margin:.2rem 0}}h2{{font-size:1.25rem;margin:2.2rem 0 .3rem}}
h3{{font-size:1.02rem;margin:0 0 .2rem;line-height:1.3}}
header.top p.restricted{{background:#7a1f00;color:#fff;font-weight:600;padding:.5rem .8rem;margin:0 0 .8rem}}
.facts{{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.8rem;margin:1rem 0;padding:0}}
.facts div{{border-left:4px solid {BLUE};padding:.1rem .7rem}}.facts dt{{color:{QUIET};font-size:.9rem}}
.facts dd{{margin:0;font-size:1.5rem;font-weight:600;line-height:1.2}}
.grid{{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(28rem,100%),1fr));gap:1.6rem 2rem}}
figure{{margin:0;min-width:0;break-inside:avoid}}figure svg{{max-width:100%;height:auto;display:block}}
figcaption{{font-size:.95rem}}.note{{color:{QUIET};font-size:.9rem;margin:.2rem 0}}
details{{margin:.3rem 0}}summary{{cursor:pointer;color:{BLUE};font-size:.92rem}}
.scroll{{overflow-x:auto}}.wide{{grid-column:1/-1}}
table{{border-collapse:collapse;width:100%;font-size:.9rem;margin:.4rem 0}}
caption{{text-align:left;color:{QUIET};padding:.2rem 0}}
th,td{{text-align:left;vertical-align:top;padding:.28rem .6rem .28rem 0;border-bottom:1px solid {LINE}}}
td.n,th.n{{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}}
.empty{{align-self:start;border:1px dashed {GREY};padding:.6rem .8rem;color:{QUIET};font-size:.92rem}}
ul.links{{columns:18rem;padding-left:1.1rem;margin:.4rem 0}}ul.links li{{break-inside:avoid}}
tbody th{{font-weight:normal}}.short{{white-space:nowrap}}
footer{{margin-top:3rem;border-top:1px solid {LINE};padding-top:.6rem;color:{QUIET};font-size:.88rem}}
@media print{{
@page{{margin:14mm}}
html{{font-size:11px}}body{{max-width:none;padding:0}}nav,.skip,summary{{display:none}}
.grid{{grid-template-columns:1fr 1fr;gap:1rem}}a{{color:inherit;text-decoration:none}}
details::details-content{{content-visibility:visible;height:auto;display:block}}
h2,h3{{break-after:avoid}}tr,[role=img]{{break-inside:avoid}}figure{{break-inside:auto}}
.scroll{{overflow:visible}}td.n,th.n{{white-space:normal}}
header.top p.restricted{{border:2px solid #7a1f00;color:#7a1f00;background:none}}
}}
"""
