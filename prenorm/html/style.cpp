#include "prenorm/html/style.h"

namespace prenorm::html {

std::string_view style_sheet() {
  return R"css(
:root{color-scheme:light dark;
--paper:#fff;--ink:#1b1f24;--muted:#59616b;--grid:#e4e6e9;--rule:#d3d7dc;--wash:#f6f7f9;
--series-1:#0072b2;--series-2:#d55e00;--series-3:#009e73;--series-4:#cc79a7;--series-5:#e69f00;--series-6:#56b4e9}
@media (prefers-color-scheme:dark){:root{
--paper:#14171b;--ink:#e8eaed;--muted:#a0a8b2;--grid:#2a2f36;--rule:#3a4049;--wash:#1c2026;
--series-1:#56b4e9;--series-2:#e8742a;--series-3:#1fb88a;--series-6:#f0e442}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue","Noto Sans","Liberation Sans",sans-serif;overflow-wrap:break-word}
main,footer{max-width:56rem;margin:0 auto;padding:0 1.25rem}
h1{font-size:clamp(1.75rem,1.3rem + 2vw,2.5rem);line-height:1.2;letter-spacing:-.02em;font-weight:700;
margin:clamp(2rem,6vw,4.5rem) 0 1rem;text-wrap:balance}
h2{font-size:1.375rem;line-height:1.3;letter-spacing:-.01em;font-weight:650;margin:4rem 0 1rem}
p{margin:0 0 1rem;max-width:42rem}
.lead{font-size:1.1875rem;line-height:1.55;color:var(--muted)}
.highlights{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:1.5rem 2rem;margin:2.25rem 0 0;
padding:1.5rem 0;border:solid var(--rule);border-width:1px 0}
.highlights div{display:flex;flex-direction:column}
.highlights dt{order:2;font-size:.9375rem;line-height:1.4;color:var(--muted)}
.highlights dd{margin:0 0 .25rem;font-size:2rem;line-height:1.2;font-weight:650;letter-spacing:-.02em;
font-variant-numeric:tabular-nums}
.highlights small{font-size:.9375rem;font-weight:400;letter-spacing:0;color:var(--muted)}
figure{margin:2rem 0 2.75rem;break-inside:avoid}
.problems{margin:1.5rem 0;padding:1rem 1.25rem;border-left:4px solid var(--series-2);background:var(--wash)}
.problems h2{font-size:1.0625rem;margin:0 0 .5rem}
.problems ul{margin:0;padding-left:1.25rem}
.runs h2{margin-top:2.5rem}
.runs ul{list-style:none;margin:0;padding:0;columns:24rem;column-gap:2.5rem}
.runs ul{font-size:1rem;line-height:1.5}
.runs li{display:flex;align-items:baseline;gap:.625rem;padding:.125rem 0;break-inside:avoid}
.runs .key{flex:none;align-self:center}
.runs small{font-size:.875rem;color:var(--muted)}
.live-bar{max-width:none;margin:0;padding:.5rem 1.25rem 0;font-size:.875rem;color:var(--muted);text-align:right}
details{margin:1rem 0}
summary{cursor:pointer;font-weight:600}
footer summary{font-weight:400}
details pre{margin-top:.75rem}
.heat-panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1.5rem 2.5rem}
.heat-panel{min-width:0}
.heat-panel .scroll{margin:0}
.panel-name{font-weight:500;margin:0 0 .5rem}
table.heat{border-collapse:separate;border-spacing:2px;font-size:.9375rem}
table.heat caption{font-weight:500;padding-bottom:.375rem}
table.heat th,table.heat td{border:0;padding:.5rem .375rem;text-align:center}
table.heat thead th,table.heat thead td{padding:.125rem .375rem;color:var(--muted);font-size:.875rem}
table.heat tbody th{min-width:0;text-align:right;font-weight:400;color:var(--muted);font-size:.875rem;
white-space:nowrap;padding-right:.625rem}
table.heat td.corner{text-align:right;padding-right:.625rem}
table.heat tbody td{border-radius:.25rem;font-variant-numeric:tabular-nums;print-color-adjust:exact;
-webkit-print-color-adjust:exact}
table.heat td.none{color:var(--muted)}
table.heat td.marked{color:var(--ink);background:repeating-linear-gradient(-45deg,var(--wash) 0 5px,var(--grid) 5px 10px);
font-size:.8125rem}
.heat-grid{display:grid;grid-template-columns:max-content 1fr;gap:0 .625rem}
.heat-y{display:flex;flex-direction:column;font-size:.8125rem;line-height:1;color:var(--muted);text-align:right}
.heat-y span{flex:1;display:flex;align-items:center;justify-content:flex-end}
.cells-box{position:relative}
.cells{display:block;width:100%;background:var(--wash);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.heat-x{grid-column:2;display:flex;justify-content:space-between;font-size:.8125rem;color:var(--muted);padding-top:.25rem}
.heat-label{grid-column:2;margin:0;font-size:.8125rem;color:var(--ink);text-align:right}
.scale{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem;margin:.875rem 0 0;max-width:none;font-size:.875rem;
color:var(--muted);font-variant-numeric:tabular-nums}
.scale .bar{width:9rem;height:.625rem;border-radius:.25rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}
figcaption{font-weight:600;margin-bottom:.875rem}
.note{font-size:.9375rem;line-height:1.5;color:var(--muted);margin:.625rem 0 0}
.chart{display:block;width:100%;height:auto;overflow:visible;font-variant-numeric:tabular-nums}
.chart.narrow{display:none}
.hover:hover .cursor{opacity:.55;stroke:var(--muted)}
.scroll{overflow-x:auto;margin:1.5rem 0 2.5rem}
.scroll:focus-visible,pre:focus-visible{outline:2px solid var(--series-1);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:1rem;line-height:1.4;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding-bottom:.625rem}
th,td{text-align:left;vertical-align:baseline;padding:.625rem 1.5rem .625rem 0;border-bottom:1px solid var(--grid)}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:.9375rem;font-weight:500;color:var(--muted);border-bottom-color:var(--rule);vertical-align:bottom}
tbody th{font-weight:500;min-width:11rem}
.number{text-align:right;white-space:nowrap}
thead .number{white-space:normal}
dl.terms{margin:0;display:grid;overflow-wrap:anywhere;grid-template-columns:minmax(9rem,13rem) minmax(0,1fr);gap:.875rem 1.5rem}
dl.terms dt{font-weight:600}
dl.terms dd{margin:0}
pre{margin:0;padding:1rem 1.25rem;background:var(--wash);border:1px solid var(--grid);border-radius:.5rem;overflow-x:auto;
font:.9375rem/1.55 ui-monospace,"SF Mono","Cascadia Mono",Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}
.sample{border-top:1px solid var(--grid);padding:1.25rem 0;margin:0;display:grid;overflow-wrap:anywhere;
grid-template-columns:minmax(9rem,13rem) minmax(0,1fr);gap:.375rem 1.5rem;break-inside:avoid}
.sample dt{color:var(--muted);font-size:.9375rem;line-height:1.7}
.sample dd{margin:0}
.sample .source{font-weight:600}
footer p{margin:0}
footer{margin-top:4.5rem;padding-top:1.25rem;padding-bottom:3rem;font-size:.9375rem;color:var(--muted)}
@media (max-width:38rem){
body{font-size:1rem}
h2{margin-top:3rem}
.lead{font-size:1.0625rem}
.chart.wide{display:none}
.chart.narrow{display:block}
.one-drawing .chart.wide{display:block}
dl.terms,.sample{grid-template-columns:minmax(0,1fr);gap:0}
dl.terms dd{margin-bottom:1rem}
.sample dd{margin-bottom:.5rem}
th,td{padding-right:1rem}
tbody th{min-width:7rem}
}
@media print{
:root{color-scheme:light;--paper:#fff;--ink:#000;--muted:#444;--grid:#ddd;--rule:#bbb;--wash:#fff;
--series-1:#0072b2;--series-2:#d55e00;--series-3:#009e73;--series-6:#56b4e9}
html{font-size:10pt}
body{font-size:1rem}
main,footer{max-width:none;padding-left:0;padding-right:0}
h1{margin-top:0}
h2{break-after:avoid;margin-top:2rem}
.scroll,pre{overflow:visible;white-space:pre-wrap}
.scroll{white-space:normal}
.chart.wide{display:block}
.chart.narrow{display:none}
}
)css";
}

}  // namespace prenorm::html
