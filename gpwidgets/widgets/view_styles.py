"""Looks of status, results, tables and map panels; colours follow Jupyter's theme, light or dark."""

from __future__ import annotations

import ipywidgets as w

VIEW_CSS = """
.gpw .gpw-title { margin: 0 0 4px; font-size: 1.25em; font-weight: 600; line-height: 1.3; }
.gpw .gpw-title a { font-size: 0.75em; font-weight: 400; margin-left: 0.5em; }
.gpw > .widget-accordion { margin-left: 0; margin-right: 0; }
.gpw .gpw-about { max-width: 70em; line-height: 1.4; }
.gpw .jupyter-widgets :is(input, select, textarea):focus-visible,
.gpw .jupyter-widgets.jupyter-button:focus-visible,
.gpw .leaflet-container:focus-visible, .gpw .leaflet-container a:focus-visible {
  outline: 2px solid var(--jp-brand-color1, #1976d2) !important; outline-offset: -1px; }
.gpw-muted { color: var(--jp-ui-font-color2, #616161); line-height: 1.5; }
.gpw a, .gpw-file a { color: var(--jp-content-link-color, #1565c0); text-decoration: underline; }
.gpw-buttons { gap: 4px; margin: 6px 0; }
.gpw-alert { border: 1px solid; border-left-width: 5px; border-radius: 3px; padding: 6px 10px; margin: 4px 0;
  line-height: 1.45; overflow-wrap: anywhere; color: var(--jp-ui-font-color1, #212121);
  background: var(--jp-layout-color1, #fff); }
.gpw-alert.gpw-error { border-color: var(--jp-error-color1, #c62828); }
.gpw-alert.gpw-warning { border-color: var(--jp-warn-color1, #b26a00); }
.gpw-advice { color: var(--jp-ui-font-color2, #616161); }
.gpw-status { margin-top: 2px; }
.gpw-state { font-size: 1.05em; margin-right: 12px; }
.gpw-state-succeeded { color: var(--jp-success-color0, #1b5e20); }
.gpw-state-failed, .gpw-state-timed_out, .gpw-state-expired, .gpw-state-lost {
  color: var(--jp-error-color0, #b71c1c); }
.gpw-progress progress { height: 14px; vertical-align: middle;
  accent-color: var(--jp-brand-color1, #1976d2); }
.gpw-log { border: 1px solid var(--jp-border-color2, #e0e0e0); border-radius: 3px; padding: 4px 6px;
  font-size: 0.95em; }
.gpw-log li { line-height: 1.45; overflow-wrap: anywhere; }
.gpw-message.gpw-warning b { color: var(--jp-warn-color0, #8a5000); }
.gpw-message.gpw-error b { color: var(--jp-error-color0, #b71c1c); }
.gpw-output { border-top: 1px solid var(--jp-border-color2, #e0e0e0); padding-top: 4px; margin-top: 6px; }
.gpw-output .gpw-output-name { margin: 2px 0; font-size: 1.05em; font-weight: 600; }
.gpw-value { line-height: 1.5; overflow-wrap: anywhere; }
.gpw-code { margin: 0; padding: 8px; overflow: auto; max-height: 300px; line-height: 1.4;
  font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px);
  background: var(--jp-layout-color2, #f5f5f5); color: var(--jp-ui-font-color1, #212121);
  user-select: text; }
table.gpw-frame { border-collapse: collapse; font-size: 0.95em; line-height: 1.35;
  color: var(--jp-ui-font-color1, #212121); }
table.gpw-frame caption { text-align: left; font-weight: 600; padding: 2px 0; }
table.gpw-frame th, table.gpw-frame td { border: 1px solid var(--jp-border-color2, #e0e0e0); padding: 3px 8px;
  text-align: left; vertical-align: top; max-width: 28em; overflow-wrap: anywhere; }
table.gpw-frame thead th { position: sticky; top: 0; background: var(--jp-layout-color2, #f5f5f5);
  white-space: nowrap; }
table.gpw-frame tbody th { font-weight: 400; color: var(--jp-ui-font-color2, #616161); }
table.gpw-frame td.gpw-number { text-align: right; font-variant-numeric: tabular-nums; }
table.gpw-frame tbody tr:nth-child(even) { background: var(--jp-rendermime-table-row-background, #fafafa); }
.gpw-rows { position: relative; }
.gpw-rows-inner { display: grid; min-width: 100%; width: max-content; isolation: isolate; overflow: visible; }
.gpw-rows-inner > * { grid-area: 1 / 1; margin: 0; min-width: 0; overflow: visible; }
.gpw-rows:not(.gpw-rows-pick) .gpw-rows-inner { width: 100%; }
.gpw-rows-pick table.gpw-frame { border-collapse: separate; border-spacing: 0; width: 100%; }
.gpw-rows-pick table.gpw-frame tr > * { box-sizing: border-box; height: 28px; line-height: 20px;
  padding: 3px 8px; border-width: 0 0 1px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
  max-width: 24em; }
.gpw-rows-pick table.gpw-frame thead th { z-index: 2; }
table.gpw-frame tbody tr.gpw-selected { background: var(--jp-brand-color3, #bbdefb); font-weight: 600; }
table.gpw-frame tbody tr.gpw-selected th { color: inherit; font-weight: 700; }
.gpw-row-keys { padding-top: 28px; z-index: 1; }
.gpw-row-keys .gpw-row-key { width: 100%; height: 28px; min-height: 28px; margin: 0; padding: 0; border: 0;
  background: transparent; color: transparent; box-shadow: none; cursor: pointer; flex: none; }
.gpw-row-keys .gpw-row-key:hover { background: var(--jp-layout-color3, #9e9e9e); opacity: 0.35; }
.gpw-row-keys .gpw-row-key:focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2);
  outline-offset: -2px; }
.gpw-page { padding: 0 8px; white-space: nowrap; }
.gpw-history-row { border-top: 1px solid var(--jp-border-color2, #e0e0e0); padding: 4px 0; }
.gpw-history-row .widget-html-content { line-height: 1.5; }
.gpw-history-task { margin: 0 0.4em; }
.gpw-history-inputs { overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical;
  -webkit-line-clamp: 2; overflow: hidden; }
.gpw-note { color: var(--jp-ui-font-color2, #616161); line-height: 1.4; padding: 2px 0; }
.gpw-attributes { padding: 4px; background: var(--jp-layout-color1, #fff); border-radius: 4px; }
.gpw-attributes table.gpw-frame th { overflow-wrap: break-word; max-width: 10em; }
.gpw-layers { padding: 4px; max-width: 300px; max-height: 340px; background: var(--jp-layout-color1, #fff);
  color: var(--jp-ui-font-color1, #212121); border-radius: 4px; overflow: hidden auto; }
.gpw-layers > *, .gpw-layers .widget-vbox > *, .gpw-layers .gpw-layer > * { flex: none; }
.gpw-layers .gpw-layer { border-bottom: 1px solid var(--jp-border-color2, #e0e0e0); padding: 2px 0; }
.gpw-layers .widget-html-content, .gpw-layers .widget-html { line-height: 1.5; height: auto; }
.gpw-patch { display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.4em; border: 1px solid #555;
  vertical-align: middle; }
.gpw-legend ul { list-style: none; margin: 0; padding: 0; line-height: 1.5; }
.gpw-map .leaflet-container { z-index: 0; }
.gpw .leaflet-bar a { text-decoration: none; color: var(--jp-ui-font-color1, #000); }
.gpw-map .leaflet-control-fullscreen a { background-color: #fff; }
"""


def style_sheet() -> w.HTML:
    """Return a widget that shows nothing and brings the styles into the page."""
    return w.HTML(f"<style>{VIEW_CSS}</style>", layout=w.Layout(display="none"))
